"""What a dossier asks, what a submission needs of it, and what follows from its answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from review import clock
from review.db import Database
from review.dossier import MANDATORY, Answers, Urgency, haste, missing
from review.errors import Fault, Invalid
from review.models import Clip, LedgerEntry, Series, Work
from review.operations import intake, levels, processing, series, units
from review.operations.intake import ClipDraft
from review.operations.units import UnitDraft
from review.operations.work import due
from review.queries.clip_page import clip_page
from review.queries.dossier import field_choices, series_of
from review.queries.inbox import Tab, inbox, waiting_count
from review.queries.inbox_wanted import Wanted
from review.queries.sheet import sheet_of
from review.states import ClipState
from tests.world import World

FULL = ClipDraft(
    title="Hội xuân xã Phú Đình",
    category_code="xa_hoi",
    political=False,
    rights="Hình và tiếng do đơn vị tự thực hiện.",
    people="none",
)
ANSWERED = Answers("Hội xuân", False, "", "Tự quay", "none", "", 1, 2, frozenset())


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency on either database."""
    return World.first(any_database)


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({}, ()),
        ({"title": ""}, ("title",)),
        ({"unanswered": frozenset({"category"})}, ("category",)),
        ({"unanswered": frozenset({"political"}), "political": True}, ("political",)),
        ({"political": True}, ("political_reason",)),
        ({"political": True, "political_reason": "Lời lãnh đạo"}, ()),
        ({"rights": ""}, ("rights",)),
        ({"unanswered": frozenset({"ai_label"})}, ("ai_label",)),
        ({"people": ""}, ("people",)),
        ({"people": "consent"}, ("people_note",)),
        ({"people": "consent", "people_note": "Mẹ cháu ký"}, ()),
        ({"people": "public"}, ()),
        ({"channels": 0}, ("channels",)),
        ({"channels": 0, "channels_offered": 0}, ()),
    ],
)
def test_what_a_submission_needs(change: dict[str, object], lacking: tuple[str, ...]) -> None:
    """Each answer by itself; an agency without channels has none to choose."""
    assert missing(replace(ANSWERED, **change)) == lacking  # type: ignore[arg-type]


def test_everything_missing_is_named_at_once_in_the_order_of_the_form() -> None:
    """Nobody is sent back to the form nine times."""
    empty = Answers(
        "", False, "", "", "", "", 0, 1, frozenset({"category", "political", "ai_label"})
    )
    lacking = missing(empty)
    assert lacking == tuple(name for name in MANDATORY if name in lacking)
    assert set(MANDATORY) - set(lacking) == {"political_reason", "people_note"}


def test_a_draft_may_hold_nothing_and_cannot_rise(world: World) -> None:
    """It is kept, seen by its author, and its submission names every field; nothing changes."""
    made = intake.create_dossier(
        world.db, world["phongvien"], ClipDraft("", "", ai_label=None, channel_ids=())
    )
    with pytest.raises(Invalid, match="fields_missing") as refused:
        levels.submit(world.db, world["phongvien"], made.code, made.version)
    lacking = ("title", "category", "political", "rights", "ai_label", "people", "channels")
    assert refused.value.params == {"field": "title", "fields": lacking}
    with world.db.read() as session:
        page = clip_page(session, world["phongvien"], made.code)
    assert (page.dossier.missing, page.file, page.state) == (lacking, None, "draft")


def test_a_dossier_without_a_file_is_everywhere_a_clip(world: World) -> None:
    """In the queue, the counter, search and the sheet; complete, it waits for its file alone."""
    made = intake.create_dossier(world.db, world["phongvien"], replace(FULL, script="Cảnh suối"))
    with world.db.read() as session:
        found = inbox(session, world["phongvien"], Tab.WAITING, Wanted(words="canh suoi"))
        assert [(row.code, row.revision) for row in found.rows] == [(made.code, 0)]
        assert waiting_count(session, world["phongvien"]) == 1
        assert sheet_of(session, world["phongvien"], made.code).revision == 0
    with pytest.raises(Fault, match="revision_not_ready"):
        levels.submit(world.db, world["phongvien"], made.code, made.version)
    filed = intake.add_revision(
        world.db, world["phongvien"], made.code, made.version, world.upload()
    )
    world.finish(filed)
    sent = levels.submit(world.db, world["phongvien"], filed.code, world.now(filed).version)
    assert world.row(sent).state == ClipState.IN_REVIEW


def test_it_can_be_given_up_without_a_file(world: World) -> None:
    """It stays on record as withdrawn."""
    made = intake.create_dossier(world.db, world["phongvien"], FULL)
    levels.withdraw(world.db, world["phongvien"], made.code, made.version)
    assert world.row(made).state == ClipState.WITHDRAWN


def test_political_has_no_answer_but_the_categorys_proposal(world: World) -> None:
    """Unanswered it follows the category and is asked for; answered, it is the author's."""
    proposal = replace(FULL, category_code="thong_diep", political=None)
    made = intake.create_dossier(world.db, world["phongvien"], proposal)
    row = world.row(made)
    assert (row.political, row.unanswered) == (True, frozenset({"political"}))
    draft = replace(proposal, political=True, political_reason="Phát biểu của lãnh đạo")
    intake.edit_fields(world.db, world["phongvien"], made.code, made.version, draft)
    with world.db.read() as session:
        assert clip_page(session, world["phongvien"], made.code).dossier.missing == ()


NO_CHOICES: tuple[tuple[dict[str, object], str], ...] = (
    ({"urgency": "ngay"}, "urgency"),
    ({"people": "moi_nguoi"}, "people"),
    ({"lead_unit_id": 99}, "lead_unit"),
    ({"unit_ids": (99,)}, "lead_unit"),
    ({"channel_ids": (99,)}, "channels"),
    ({"script": "x" * 20_001}, "script"),
    ({"audience": "x" * 201}, "audience"),
    ({"category_code": "la"}, "category"),
)


def test_what_is_none_of_the_choices_is_refused(world: World) -> None:
    """With the field it is about."""
    for change, field in NO_CHOICES:
        with pytest.raises(Invalid) as refused:
            intake.create_dossier(world.db, world["phongvien"], replace(FULL, **change))  # type: ignore[arg-type]
        assert refused.value.params["field"] == field


def test_another_agencys_units_and_series_are_not_there(world: World) -> None:
    """A unit is refused; a series of the same name is made anew."""
    other = world.second()
    unit_id = units.add_unit(other.db, other["quantri"], UnitDraft("Phòng Tin", clock.today()))
    series.add_series(other.db, other["quantri"], "Nét đẹp làng quê")
    draft = replace(FULL, lead_unit_id=unit_id)
    with pytest.raises(Invalid, match="unit_elsewhere"):
        intake.create_dossier(world.db, world["phongvien"], draft)
    draft = replace(FULL, series="Nét đẹp làng quê")
    intake.create_dossier(world.db, world["phongvien"], draft)
    with world.db.read() as session:
        assert len(list(session.scalars(select(Series)))) == 2
        assert field_choices(session, world["phongvien"].agency_id or 0).units == ()


def test_a_series_is_made_by_typing_once(world: World) -> None:
    """Case and spaces make no other; a mark does; what is no longer offered keeps its clips."""
    for name in ("Về nguồn", "  về  NGUỒN ", "Vẽ nguồn"):
        intake.create_dossier(world.db, world["phongvien"], replace(FULL, series=name))
    with world.db.read() as session:
        cards = series_of(session, world["quantri"].agency_id or 0)
    assert {(card.name, card.clips) for card in cards} == {("Về nguồn", 2), ("Vẽ nguồn", 1)}
    kept = next(card for card in cards if card.clips == 2)
    series.change_series(world.db, world["quantri"], kept.id, kept.name, active=False)
    with world.db.read() as session:
        assert field_choices(session, world["quantri"].agency_id or 0).series == ("Vẽ nguồn",)
    with pytest.raises(Invalid, match="series_twice"):
        series.add_series(world.db, world["quantri"], "VẼ NGUỒN")


def test_what_stands_around_lies_outside_the_digest(world: World) -> None:
    """Urgency, series, units, audience, script and wished time change on a signed clip and leave
    the sign-off standing; each change is on record."""
    clip, _ = world.signed()
    with world.db.read() as session:
        unit_before = session.get_one(Clip, clip.id).lead_unit_id
    unit = units.add_unit(world.db, world["quantri"], UnitDraft("Phòng Tin", clock.today()))
    draft = replace(
        FULL,
        post_text="Hội xuân đã về.",
        urgency="express",
        series="Lễ hội",
        audience="Người ở xa",
        script="Cảnh một",
        wished_at=clock.now() + timedelta(days=1),
        lead_unit_id=unit,
    )
    intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)
    assert (unit_before, world.row(clip).state) == (None, ClipState.APPROVED)
    with world.db.read() as session:
        entry = session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.action == "clip:dossier:changed")
            .order_by(LedgerEntry.position.desc())
        ).first()
        sheet = sheet_of(session, world["vanthu"], clip.code)
    changed = (b"audience", b"lead_unit", b"script", b"series", b"urgency", b"wished_at")
    assert entry is not None and all(name in entry.body for name in changed)
    # What was signed is printed as it was signed: the series came later.
    assert (sheet.series, sheet.people) == ("", "none")


def test_machines_take_urgent_clips_first_and_limits_stay(world: World) -> None:
    """The last step of an urgent clip goes before the first of another, also once it is queued."""
    plain = world.draft_clip()
    pressing = world.draft_clip(urgency=Urgency.URGENT.value)
    with world.db.read() as session:
        order = [session.get_one(Work, one.work_id).subject_id for one in due(session, "media", 5)]
        ids = [session.get_one(Clip, one.id).revision_id for one in (pressing, plain)]
    assert order == ids
    draft = replace(FULL, post_text="Hội xuân đã về.", urgency=Urgency.EXPRESS.value)
    intake.edit_fields(world.db, world["phongvien"], plain.code, plain.version, draft)
    with world.db.read() as session:
        order = [session.get_one(Work, one.work_id).subject_id for one in due(session, "media", 5)]
    assert order == ids[::-1]
    own = (processing.PROBE_PRIORITY, processing.EXTRAS_PRIORITY)
    assert own[1] - haste("urgent") < own[0] < own[1] < haste("urgent")
