"""The jobs with real ffmpeg and a real, tiny Whisper: load, call, record."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from media import errors
from media.captions import to_vtt
from media.results import Line
from review.db import Database
from review.errors import Unavailable
from review.models import CaptionVersion, Rendition, StoredFile
from review.operations import intake, processing, work
from review.operations.clip_access import ClipRef
from review.states import RevisionState
from tests.services import RedisServer
from tests.workers.benches import bench
from tests.workers.conftest import Workshop
from tests.world import World
from tools import make_clip
from workers import jobs, transcribe
from workers.context import Context

SAID = "Tin vui đến với bà con."


@pytest.fixture(scope="module")
def spoken_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds with one sentence."""
    path = tmp_path_factory.mktemp("clips") / "spoken.mp4"
    make_clip.make(path, [SAID], seconds=3, size=(320, 180))
    return path


@pytest.fixture
def here(database: Database, clean_redis: RedisServer, tmp_path: Path) -> Context:
    """A context of this test's own."""
    return bench(database, clean_redis, tmp_path)


@pytest.fixture(autouse=True)
def _fresh_model() -> Iterator[None]:
    yield
    transcribe.WARM.clear()


class Bench(Workshop):
    """A workshop whose clip is a real file."""

    def __init__(self, here: Context, clip: Path, **fields: object) -> None:
        self.here, self.path = here, clip
        super().__init__(RealWorld.first_with(here, clip), **fields)

    def do(self, kind: str) -> str:
        """Runs the open work of `kind` in this process; says how it ended."""
        return jobs.attempt(self.here, self.lease(kind))

    def all_files(self) -> set[str]:
        """Names of all finished files behind the gate."""
        root = self.here.storage.root
        return {path.name for path in root.glob("??/*") if path.is_file()}

    def known_files(self) -> set[str]:
        """Keys that the database knows."""
        with self.db.read() as session:
            return set(session.scalars(select(StoredFile.key)))


class RealWorld(World):
    """A world whose uploads are bytes behind the gate."""

    @classmethod
    def first_with(cls, here: Context, clip: Path) -> World:
        """The first agency, each of its uploads being `clip`."""
        world = World.first(here.database)

        def upload(text: str = "") -> intake.Upload:
            with clip.open("rb") as stream:
                stored = here.storage.receive(stream, max_bytes=1 << 30)
            return intake.Upload(stored, clip.name)

        world.upload = upload  # type: ignore[method-assign]
        return world


@pytest.mark.filterwarnings("ignore:.*tiktoken:pytest.PytestUnraisableExceptionWarning")
def test_a_clip_goes_all_the_way(here: Context, spoken_clip: Path) -> None:
    """Probe, picture and words, each from the original; then ready, and no litter."""
    shop = Bench(here, spoken_clip)
    assert [shop.do(kind) for kind in ("probe", "transcode", "transcribe")] == ["done"] * 3
    revision = shop.revision()
    assert (revision.state, revision.speech_state) == (RevisionState.READY, "done")
    with shop.db.read() as session:
        captions = session.get_one(CaptionVersion, revision.captions_id)
        kinds = set(session.scalars(select(Rendition.kind)))
    assert kinds == {"publication", "poster"}
    assert SAID in to_vtt([Line.from_json(line) for line in captions.lines])
    assert shop.all_files() == shop.known_files()
    assert list((here.storage.root / "work").iterdir()) == []


def test_a_file_that_is_no_clip_is_refused_in_words(here: Context, tmp_path: Path) -> None:
    """The job ends well; the file does not pass."""
    fake = tmp_path / "fake.mp4"
    fake.write_text("#EXTM3U\nfile:///etc/passwd\n")
    shop = Bench(here, fake)
    assert shop.do("probe") == "done"
    assert shop.revision().state == RevisionState.REFUSED
    assert shop.revision().reason_code == "not_a_video"


def test_without_a_model_the_clip_goes_on_and_says_so(
    here: Context, spoken_clip: Path, tmp_path: Path
) -> None:
    """A missing model is settled at the first attempt, with its name."""
    bare = Context(
        settings=bench(
            here.database, _server(here), tmp_path, whisper_model=str(tmp_path / "none.pt")
        ).settings,
        database=here.database,
        storage=here.storage,
        redis=here.redis,
    )
    shop = Bench(bare, spoken_clip)
    shop.do("probe")
    assert shop.do("transcribe") == "done"
    revision = shop.revision()
    assert (revision.speech_state, revision.speech_reason) == (
        "unavailable",
        "speech_model_missing",
    )
    assert shop.open_work("transcribe") is None


def _server(here: Context) -> RedisServer:
    server = RedisServer.__new__(RedisServer)
    server.url = here.settings.redis_url
    return server


def test_a_job_delivered_twice_at_once_is_done_once(
    here: Context, spoken_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers get the same job: one lease, one rendition of each kind, no stray file."""
    monkeypatch.setattr(jobs, "context", lambda: here)
    shop = Bench(here, spoken_clip)
    shop.do("probe")
    row = shop.open_work("transcode")
    assert row is not None
    twice = [threading.Thread(target=jobs.perform, args=(row.id,)) for _ in range(2)]
    for thread in twice:
        thread.start()
    for thread in twice:
        thread.join()
    jobs.perform(row.id)
    assert shop.row(row.id).attempts == 1
    with shop.db.read() as session:
        assert sorted(session.scalars(select(Rendition.kind))) == ["poster", "publication"]
    assert shop.all_files() == shop.known_files()


def test_a_stale_product_is_deleted(
    here: Context, spoken_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease passes on after the file was made and before it is recorded."""
    shop = Bench(here, spoken_clip)
    shop.do("probe")
    before = shop.all_files()
    honest = processing.record_renditions

    def late(db: Database, lease: work.Lease, files: dict) -> frozenset[str]:  # type: ignore[type-arg]
        work.fail(db, lease, "lease_expired", retry=True)
        return honest(db, lease, files)

    monkeypatch.setattr(processing, "record_renditions", late)
    assert shop.do("transcode") == "lease_lost"
    assert shop.all_files() == before


def test_a_lost_answer_to_a_commit_loses_no_file(
    here: Context, spoken_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database commits, then goes away: asked again, it has the result, and the files stay."""
    monkeypatch.setattr(jobs, "RECORD_AGAIN_S", 0)
    shop = Bench(here, spoken_clip)
    shop.do("probe")
    honest, asked = processing.record_renditions, []

    def cut_off(db: Database, lease: work.Lease, files: dict) -> frozenset[str]:  # type: ignore[type-arg]
        unused = honest(db, lease, files)
        asked.append(unused)
        if len(asked) == 1:
            raise Unavailable("database_busy")
        return unused

    monkeypatch.setattr(processing, "record_renditions", cut_off)
    assert shop.do("transcode") == "done"
    assert len(asked) == 2
    assert shop.all_files() == shop.known_files()


@pytest.mark.parametrize(
    ("trouble", "code", "tried_again"),
    [
        (MemoryError(), "step_crashed", True),
        (errors.DiskFull("disk_full", free_bytes=1, needed_bytes=2), "disk_full", True),
        (errors.ToolFailed("ffmpeg_failed", step="x", exit=1, detail="?"), "ffmpeg_failed", True),
        (errors.ToolFailed("tonemap_missing", step="x"), "tonemap_missing", False),
    ],
    ids=["memory", "disk", "tool", "missing filter"],
)
def test_trouble_is_tried_again_where_that_may_help(
    here: Context,
    spoken_clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Exception,
    code: str,
    tried_again: bool,
) -> None:
    """What may pass is due again; what cannot is a failed step with a button."""

    def fail(*_arguments: object, **_options: object) -> None:
        raise trouble

    monkeypatch.setattr("workers.transcode._make", fail)
    shop = Bench(here, spoken_clip)
    shop.do("probe")
    assert shop.do("transcode") == code
    assert (shop.open_work("transcode") is not None) is tried_again
    assert (shop.revision().state == RevisionState.FAILED) is not tried_again


def test_without_a_database_a_job_leaves_the_work_due(
    here: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay brings it again; nothing is raised at RQ."""

    def away(*_arguments: object) -> None:
        raise Unavailable("database_busy")

    monkeypatch.setattr(jobs, "context", lambda: here)
    monkeypatch.setattr(work, "take_lease", away)
    jobs.perform(1)


def test_clip_refs_are_what_bench_makes(here: Context, spoken_clip: Path) -> None:
    """The bench's clip is a clip of the product, with a file of the right hash."""
    shop = Bench(here, spoken_clip)
    assert isinstance(shop.clip, ClipRef)
    source = processing.revision_source(shop.db, shop.revision_id)
    here.storage.verify(source.file_key, source.sha256)
