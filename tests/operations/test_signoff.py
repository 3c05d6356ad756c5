"""The sign-off binds exactly what the head was shown."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from media.results import Line
from review import clock
from review.db import Database
from review.errors import Conflict, Fault, Forbidden, Invalid, NeedsPassword
from review.models import LedgerEntry, Publication, SignOff, SignOffVoid
from review.operations import accounts, identity, intake, signoff, transcripts
from review.permissions import Via
from review.queries.signing import ASSESSMENTS
from review.states import ClipState
from tests.world import PASSWORD, World


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency of eight people and three levels, on either database."""
    return World.first(any_database)


def count(world: World, model: type) -> int:
    """How many rows `model` has."""
    with world.db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_signed_and_planned_in_one_act(world: World) -> None:
    """The sign-off, its entry and the publication stand together."""
    clip, act = world.signed()
    assert world.row(clip).state == ClipState.APPROVED
    assert count(world, Publication) == 1
    with world.db.read() as session:
        row = session.get_one(SignOff, act.id)
        acts = list(session.scalars(select(LedgerEntry.action).order_by(LedgerEntry.position)))
    assert (row.person_name, row.person_post, row.capacity) == ("Phạm Thu Hà", "Giám đốc", "direct")
    assert act.digest in row.statement
    assert acts[-2:] == ["clip:sign_off:given", "clip:publication:planned"]


def test_without_the_password_nothing_is_signed(world: World) -> None:
    """The window is closed until the password opens it, on this device only."""
    clip = world.at_head()
    sheet = world.sheet(clip)
    args = (clip.code, clip.version, sheet.digest, ASSESSMENTS, False)
    with pytest.raises(NeedsPassword, match="signing_closed"):
        signoff.sign(world.db, world["giamdoc"], *args)
    with pytest.raises(Forbidden, match="password_wrong"):
        identity.open_signing(world.db, world["giamdoc"], "sai mật khẩu rồi")
    other_device = world.log_in("giamdoc")
    identity.open_signing(world.db, other_device, PASSWORD)
    with pytest.raises(NeedsPassword):
        signoff.sign(world.db, world["giamdoc"], *args)
    assert signoff.sign(world.db, other_device, *args).digest == sheet.digest


def test_the_window_closes_after_ten_minutes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """At ten minutes to the second the password is asked again."""
    clip = world.at_head()
    until = identity.open_signing(world.db, world["giamdoc"], PASSWORD)
    digest = world.sheet(clip).digest
    monkeypatch.setattr(clock, "now", lambda: until)
    with pytest.raises(NeedsPassword):
        signoff.sign(
            world.db, world["giamdoc"], clip.code, clip.version, digest, ASSESSMENTS, False
        )
    monkeypatch.setattr(clock, "now", lambda: until - timedelta(seconds=1))
    signoff.sign(world.db, world["giamdoc"], clip.code, clip.version, digest, ASSESSMENTS, False)


def test_captions_changed_between_showing_and_confirming(world: World) -> None:
    """The digest that was shown no longer fits, even with a fresh version number."""
    clip = world.at_head()
    shown = world.sheet(clip).digest
    identity.open_signing(world.db, world["giamdoc"], PASSWORD)
    lines = [Line(0, 2_000, "Kính thưa bà con.")]
    clip = transcripts.save_captions(world.db, world["giamdoc"], clip.code, clip.version, lines)
    with pytest.raises(Conflict, match="digest_changed"):
        signoff.sign(world.db, world["giamdoc"], clip.code, clip.version, shown, ASSESSMENTS, False)
    assert count(world, SignOff) == 0


@pytest.mark.parametrize("missing", ASSESSMENTS)
def test_all_four_assessments_are_needed(world: World, missing: str) -> None:
    """Leaving one out refuses the whole."""
    clip = world.at_head()
    identity.open_signing(world.db, world["giamdoc"], PASSWORD)
    some = [name for name in ASSESSMENTS if name != missing]
    digest = world.sheet(clip).digest
    with pytest.raises(Invalid, match="assessment_missing"):
        signoff.sign(world.db, world["giamdoc"], clip.code, clip.version, digest, some, False)


@pytest.mark.parametrize("who", ["phongvien", "bientap", "truongphong", "quantri", "kiemtra"])
def test_nobody_but_the_head_signs(world: World, who: str) -> None:
    """Not the author, not a lower level, not the administrator."""
    clip = world.at_head()
    identity.open_signing(world.db, world[who], PASSWORD)
    digest = world.sheet(clip).digest
    with pytest.raises(Forbidden):
        signoff.sign(world.db, world[who], clip.code, clip.version, digest, ASSESSMENTS, False)


def test_no_token_signs(world: World) -> None:
    """Even the head's own token cannot."""
    clip = world.at_head()
    _, secret = identity.issue_token(world.db, world["giamdoc"], "thử")
    actor = identity.actor_of_token(world.db, secret, "req", "127.0.0.1")
    assert actor is not None and actor.via is Via.TOKEN
    digest = world.sheet(clip).digest
    with pytest.raises(Forbidden, match="decision_needs_person"):
        signoff.sign(world.db, actor, clip.code, clip.version, digest, ASSESSMENTS, False)


def test_a_head_disabled_in_mid_session_cannot_sign(world: World) -> None:
    """The act is judged by the rows as they are, not by what the request knew."""
    clip = world.at_head()
    identity.open_signing(world.db, world["giamdoc"], PASSWORD)
    digest = world.sheet(clip).digest
    head = world["giamdoc"].person_id
    assert head is not None
    accounts.disable_person(world.db, world["quantri"], head)
    with pytest.raises(Forbidden, match="account_disabled"):
        signoff.sign(
            world.db, world["giamdoc"], clip.code, clip.version, digest, ASSESSMENTS, False
        )


def test_twenty_confirmations_at_once_are_one_act(world: World) -> None:
    """One stands, the others are told that the page is old."""
    clip = world.at_head()
    identity.open_signing(world.db, world["giamdoc"], PASSWORD)
    digest = world.sheet(clip).digest
    outcomes: list[str] = []
    start = threading.Barrier(20)

    def confirm() -> None:
        start.wait()
        try:
            signoff.sign(
                world.db, world["giamdoc"], clip.code, clip.version, digest, ASSESSMENTS, False
            )
            outcomes.append("signed")
        except Fault as fault:
            outcomes.append(fault.code)

    threads = [threading.Thread(target=confirm) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted(["signed"] + ["stale_page"] * 19)
    assert (count(world, SignOff), count(world, Publication)) == (1, 1)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"title": "Tên khác"}, "title"),
        ({"post_text": "Lời khác"}, "post_text"),
        ({"description": "Mô tả khác"}, "description"),
        ({"category_code": "guong_tot"}, "category"),
        ({"political": True}, "political"),
        ({"ai_label": True}, "ai_label"),
        ({"rights": "Nhạc mua"}, "rights"),
        ({"language": "tay"}, "language"),
        ({"people": "public"}, "people"),
        ({"people_note": "Mẹ cháu đã ký"}, "people_note"),
    ],
)
def test_a_change_under_the_digest_voids_visibly(
    world: World, change: dict[str, object], part: str
) -> None:
    """Whatever the author changes afterwards, the clip is a draft again and says what differs."""
    clip, _ = world.signed()
    values = {
        "title": "Hội xuân xã Phú Đình",
        "category_code": "xa_hoi",
        "political": False,
        "post_text": "Hội xuân đã về.",
        "rights": "Hình và tiếng do đơn vị tự thực hiện.",
        "people": "none",
    } | change
    draft = intake.ClipDraft(**values)  # type: ignore[arg-type]
    intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)
    assert world.row(clip).state == ClipState.DRAFT
    with world.db.read() as session:
        void = session.scalar(select(SignOffVoid))
        states = list(session.scalars(select(Publication.state)))
    assert void is not None and void.changed == [part]
    assert states == ["cancelled"]


def test_new_captions_and_a_new_file_void_too(world: World) -> None:
    """The words on the picture and the bytes themselves are under the digest."""
    clip, _ = world.signed()
    lines = [Line(0, 1_000, "Lời mới.")]
    transcripts.save_captions(world.db, world["phongvien"], clip.code, clip.version, lines)
    assert world.row(clip).state == ClipState.DRAFT
    clip, _ = world.signed()
    intake.add_revision(
        world.db, world["phongvien"], clip.code, clip.version, world.upload("bản khác")
    )
    assert world.row(clip).state == ClipState.DRAFT
    assert count(world, SignOffVoid) == 2


def test_channels_lie_outside_the_digest(world: World) -> None:
    """Where it goes may change without a new sign-off."""
    clip, _ = world.signed()
    draft = intake.ClipDraft(
        title="Hội xuân xã Phú Đình",
        category_code="xa_hoi",
        post_text="Hội xuân đã về.",
        rights="Hình và tiếng do đơn vị tự thực hiện.",
        people="none",
        channel_ids=(),
    )
    intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)
    assert world.row(clip).state == ClipState.APPROVED
    assert count(world, SignOffVoid) == 0


def test_the_database_refuses_an_unsigned_publication(world: World) -> None:
    """Past all code: no row without the sign-off of just that clip and digest."""
    clip, act = world.signed()
    insert = text(
        "INSERT INTO publications (sign_off_id, clip_id, digest, channel_id, mode, state, "
        "posted_url, posted_by_name, created_at) SELECT :act, :clip, :digest, channel_id, mode, "
        "state, '', '', created_at FROM publications LIMIT 1"
    )
    attempts = [
        {"act": 999, "clip": clip.id, "digest": act.digest},
        {"act": act.id, "clip": clip.id, "digest": "0" * 64},
        {"act": act.id, "clip": 999, "digest": act.digest},
    ]
    for values in attempts:
        with pytest.raises(DatabaseError), world.db.engine.begin() as connection:
            connection.execute(insert, values)
    with pytest.raises(DatabaseError), world.db.engine.begin() as connection:
        connection.execute(text("UPDATE publications SET digest = :other"), {"other": "0" * 64})
    assert count(world, Publication) == 1
