"""A finished upload becomes exactly one revision, by page or by program."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from media.limits import GIB
from media.results import StoredFile as StoredBytes
from media.storage import Storage
from review import clock
from review.db import Database
from review.errors import Conflict, Fault, Gone, Invalid, NotFound, OverQuota
from review.models import Agency, Clip, Revision, StoredFile, UploadRow
from review.operations import intake, quotas, uploads
from review.operations.intake import Sent
from review.audit.reading import LogFilter
from review.queries.log import log_page
from review.queries.uploads import StorageUse, storage_use
from tests.world import World

MIB = 2**20
DRAFT = intake.ClipDraft(title="Hội xuân", category_code="xa_hoi", political=False)


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency of eight people, on both databases."""
    return World.first(any_database)


def sent(world: World, who: str = "phongvien", size: int = 1_000) -> Sent:
    """A finished upload of one person."""
    draft = uploads.UploadDraft(size, "Hội xuân.mp4", "video/mp4")
    card = uploads.open_upload(world.db, world[who], draft, 2 * GIB)
    sha = hashlib.sha256(card.key.encode()).hexdigest()
    uploads.finish(world.db, card.key, StoredBytes(card.key, sha, size))
    return Sent(card.key)


def count(world: World, table: type) -> int:
    """Rows of a table."""
    with world.db.read() as session:
        return session.query(table).count()


def use(world: World) -> StorageUse:
    """What the agency keeps."""
    with world.db.read() as session:
        agency = world["phongvien"].agency_id
        assert agency is not None
        return storage_use(session, agency)


def test_one_upload_one_clip(world: World) -> None:
    """Asked again, the answer is the same clip; the file is the one that came."""
    upload = sent(world)
    first = intake.create_clip(world.db, world["phongvien"], DRAFT, upload)
    again = intake.create_clip(world.db, world["phongvien"], DRAFT, upload)
    assert again == first
    assert (count(world, Clip), count(world, Revision), count(world, StoredFile)) == (1, 1, 1)
    with world.db.read() as session:
        revision = session.query(Revision).one()
        row = session.query(UploadRow).one()
        assert (row.state, row.revision_id) == ("used", revision.id)
        assert revision.original_name == "Hội xuân.mp4"
        assert session.get_one(StoredFile, revision.file_id).media_type == "video/mp4"


def test_twice_at_the_same_moment(world: World) -> None:
    """Eight presses of the button are one clip, and all are told which."""
    upload = sent(world)

    def press(_: int) -> str:
        return intake.create_clip(world.db, world["phongvien"], DRAFT, upload).code

    with ThreadPoolExecutor(8) as pool:
        codes = set(pool.map(press, range(8)))
    assert len(codes) == 1
    assert count(world, Revision) == 1


def test_one_upload_one_version(world: World) -> None:
    """A version sent twice from the same page is one; another clip cannot have the same file."""
    clip, other = world.draft_clip(), world.draft_clip()
    upload = sent(world)
    author = world["phongvien"]
    for _ in range(2):
        made = intake.add_revision(world.db, author, clip.code, clip.version, upload, "sửa")
        assert made.code == clip.code
    with pytest.raises(Conflict, match="upload_used"):
        intake.add_revision(world.db, author, other.code, other.version, upload)
    with world.db.read() as session:
        assert session.query(Revision).filter_by(clip_id=clip.id).count() == 2


@pytest.mark.parametrize(
    ("case", "kind", "code"),
    [
        ("of a colleague", NotFound, "upload_unknown"),
        ("never begun", NotFound, "upload_unknown"),
        ("half-way", Conflict, "upload_not_finished"),
        ("given up", Gone, "upload_gone"),
        ("expired", Gone, "upload_gone"),
    ],
)
def test_what_makes_no_clip(world: World, case: str, kind: type[Fault], code: str) -> None:
    """Each is refused with its own sentence, and no dossier is begun."""
    upload = sent(world, "bientap" if case == "of a colleague" else "phongvien")
    if case == "never begun":
        upload = Sent("0" * 32)
    elif case == "half-way":
        draft = uploads.UploadDraft(10, "x")
        upload = Sent(uploads.open_upload(world.db, world["phongvien"], draft, GIB).key)
    elif case == "given up":
        uploads.terminate(world.db, world["phongvien"], upload.key)
    elif case == "expired":
        with world.db.transaction() as unit:
            late = clock.now() - timedelta(seconds=1)
            unit.session.query(UploadRow).one().expires_at = late
        uploads.sweep(world.db, lambda _key: True)
    with pytest.raises(kind) as caught:
        intake.create_clip(world.db, world["phongvien"], DRAFT, upload)
    assert caught.value.code == code
    assert count(world, Clip) == 0


def test_a_failing_dossier_leaves_the_upload(world: World) -> None:
    """The form is mended and sent again; the bytes need not travel twice."""
    upload = sent(world)
    bad = intake.ClipDraft(title="x" * 201, category_code="xa_hoi", political=False)
    with pytest.raises(Invalid):
        intake.create_clip(world.db, world["phongvien"], bad, upload)
    assert intake.create_clip(world.db, world["phongvien"], DRAFT, upload).code


def test_what_counts_against_the_quota(world: World) -> None:
    """Originals, renditions, promised and finished uploads; a used one counts once."""
    author = world["phongvien"]
    promised = uploads.open_upload(world.db, author, uploads.UploadDraft(5 * MIB, "x"), GIB)
    assert (use(world).waiting, use(world).total) == (5 * MIB, 5 * MIB)
    upload = sent(world, size=3 * MIB)
    assert use(world).waiting == 8 * MIB
    clip = intake.create_clip(world.db, author, DRAFT, upload)
    assert (use(world).originals, use(world).waiting) == (3 * MIB, 5 * MIB)
    world.finish(clip)
    assert use(world).renditions == 30
    uploads.terminate(world.db, author, promised.key)
    assert use(world).total == 3 * MIB + 30


def test_at_the_limit_nothing_new(world: World) -> None:
    """Neither an upload nor a form; lifting the limit opens again, and the ledger tells who."""
    author, chief = world["phongvien"], world["quantri"]
    quotas.set_quota(world.db, chief, GIB)
    uploads.open_upload(world.db, author, uploads.UploadDraft(GIB - 500, "x"), GIB)
    with pytest.raises(OverQuota, match="quota_full"):
        uploads.open_upload(world.db, author, uploads.UploadDraft(501, "y"), GIB)
    with pytest.raises(OverQuota):
        world.draft_clip()
    assert count(world, Clip) == 0
    quotas.set_quota(world.db, chief, None)
    world.draft_clip()
    assert chief.agency_id is not None
    with world.db.read() as session:
        rows = log_page(session, chief.agency_id, LogFilter()).rows
    told = [(row.who, row.what) for row in rows if "hạn mức" in row.what]
    assert told == [
        ("Bùi Đức Thắng, Quản trị hệ thống", "đổi hạn mức dung lượng: không giới hạn"),
        ("Bùi Đức Thắng, Quản trị hệ thống", "đổi hạn mức dung lượng: 1 GB"),
    ]


@pytest.mark.parametrize("quota", [-1, 0, GIB - 1, 2**60])
def test_a_limit_is_a_sensible_one(world: World, quota: int) -> None:
    """Less than a clip or more than there are disks is a mistake of the keyboard."""
    with pytest.raises(Invalid, match="quota_range"):
        quotas.set_quota(world.db, world["quantri"], quota)
    with world.db.read() as session:
        assert session.query(Agency).one().quota_bytes is None


def test_a_sweep_killed_half_way_goes_on(world: World, tmp_path: Path) -> None:
    """Ended in the database, its bytes still there: the next sweep removes them."""
    storage = Storage(tmp_path, min_free_bytes=0)
    draft = uploads.UploadDraft(10, "x")
    card = uploads.open_upload(world.db, world["phongvien"], draft, GIB)
    with storage.partials.hold(card.key) as partial:
        partial.append(b"12345")
    with world.db.transaction() as unit:
        unit.session.query(UploadRow).one().expires_at = clock.now() - timedelta(days=1)

    def killed(_key: str) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        uploads.sweep(world.db, killed)
    assert storage.received(card.key) == 5
    assert use(world).waiting == 0
    assert uploads.sweep(world.db, storage.discard) == 1
    assert storage.received(card.key) == 0
    assert uploads.sweep(world.db, storage.discard) == 0
