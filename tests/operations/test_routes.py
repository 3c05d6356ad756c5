"""Routes chosen by category and flag, and the ticks that their levels answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from review.db import Database
from review.errors import Conflict, Invalid, NotFound
from review.models import Category, Decision, LedgerEntry, TickAnswer
from review.operations import agencies, categories, levels, route_rules, routes, ticks
from review.operations.agencies import LevelDraft, RouteDraft
from review.operations.categories import CategoryDraft
from review.operations.clip_access import ClipRef
from review.operations.route_rules import RuleDraft
from review.permissions import Role
from review.queries.routes import general_route, routes_of, rules_of
from review.queries.sheet import sheet_of
from review.queries.ticks import Ticks, asked_on
from tests.world import World

EDITOR = LevelDraft(Role.EDITOR, "Biên tập viên", 4)
CHIEF = LevelDraft(Role.SECTION_HEAD, "Trưởng phòng", 4)
HEAD = LevelDraft(Role.HEAD, "Giám đốc", 8)
LEGAL = LevelDraft(Role.EDITOR, "Biên tập viên", 4, answers_legal=True)
QUALITY = LevelDraft(Role.SECTION_HEAD, "Trưởng phòng", 4, answers_quality=True)


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency of eight people, on either database."""
    return World.first(any_database)


@pytest.fixture
def office(database: Database) -> World:
    """The same, where one database is enough."""
    return World.first(database)


def category(world: World, code: str) -> int:
    """The id of a category of the first agency."""
    with world.db.read() as session:
        found = select(Category.id).where(Category.agency_id == 1, Category.code == code)
        return session.scalars(found).one()


def route(world: World, name: str, *steps: LevelDraft) -> int:
    """A further route."""
    return routes.add_route(world.db, world["quantri"], RouteDraft(name, steps))


def general(world: World) -> int:
    """The route of the general rule."""
    with world.db.read() as session:
        found = general_route(session, 1)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "political", "expected"),
    [("thong_diep", True, 1), ("thong_diep", False, 2), ("xa_hoi", True, 4), ("xa_hoi", False, 3)],
)
def test_the_rule_that_fits_best(world: World, code: str, political: bool, expected: int) -> None:
    """Category and flag before category, category before flag, flag before the general rule."""
    secretary = LevelDraft(Role.DEPUTY, "Phó Giám đốc", 4)
    one, two = route(world, "Một", HEAD), route(world, "Hai", CHIEF, HEAD)
    four = route(world, "Bốn", EDITOR, CHIEF, secretary, HEAD)
    leaders = category(world, "thong_diep")
    rules = (
        RuleDraft(leaders, True, one),
        RuleDraft(leaders, None, two),
        RuleDraft(None, True, four),
        RuleDraft(None, None, general(world)),
    )
    route_rules.set_rules(world.db, world["quantri"], rules)
    with world.db.read() as session:
        rule = levels.rule_for(session, 1, category(world, code), political)
        assert rule is not None
        assert len(levels.levels_of(session, rule.route_id)) == expected


def test_a_clip_on_its_way_keeps_its_route(world: World) -> None:
    """New rules, a replaced route: it climbs the one with which it was submitted."""
    clip = world.submitted()
    before = world.row(clip).route_id
    fresh = routes.replace_route(
        world.db, world["quantri"], general(world), RouteDraft("Ngắn", (HEAD,))
    )
    assert world.row(clip).route_id == before
    assert world.row(world.submitted()).route_id == fresh
    with world.db.read() as session:
        assert [card.name for card in routes_of(session, 1)] == ["Ngắn"]
    with pytest.raises(Conflict, match="route_retired"):
        routes.replace_route(world.db, world["quantri"], before or 0, RouteDraft("Lại", (HEAD,)))


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ((), "rules_general"),
        (((None, True), (None, None), (None, None)), "rules_general"),
        (((None, True), (None, True), (None, None)), "rules_twice"),
        (((99, None), (None, None)), "category_unknown"),
    ],
)
def test_a_set_of_rules_must_hold_together(
    office: World, rules: tuple[tuple[int | None, bool | None], ...], code: str
) -> None:
    """One for everything else, none twice, nothing unknown; refused, the old ones stand."""
    drafts = tuple(RuleDraft(*key, general(office)) for key in rules)
    with pytest.raises(Invalid, match=code):
        route_rules.set_rules(office.db, office["quantri"], drafts)
    with office.db.read() as session:
        assert len(rules_of(session, 1)) == 1


def test_another_agencys_route_cannot_be_named(office: World) -> None:
    """Nor replaced, nor retired."""
    other = office.second()
    foreign = routes.add_route(office.db, other["quantri"], RouteDraft("Xã", (HEAD,)))
    with pytest.raises(Invalid, match="route_unknown"):
        route_rules.set_rules(office.db, office["quantri"], (RuleDraft(None, None, foreign),))
    for act in (routes.retire_route, lambda *a: routes.replace_route(*a, RouteDraft("x", (HEAD,)))):
        with pytest.raises(NotFound):
            act(office.db, office["quantri"], foreign)
    with pytest.raises(Conflict, match="route_in_use"):
        routes.retire_route(office.db, office["quantri"], general(office))


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (RouteDraft("x", (LevelDraft(Role.HEAD, "GĐ", 4, answers_legal=True),)), "not_of_head"),
        (RouteDraft("x", (EDITOR, HEAD), answers_legal=True), "ticks_of_author"),
        (RouteDraft("x", (EDITOR, EDITOR, EDITOR, EDITOR, HEAD)), "levels_count"),
    ],
)
def test_the_head_is_never_asked_the_ticks(office: World, draft: RouteDraft, code: str) -> None:
    """Nor is the author where a lower level can answer."""
    with pytest.raises(Invalid, match=code):
        routes.add_route(office.db, office["quantri"], draft)


# ── ticks ────────────────────────────────────────────────────────────────────────────────────────


def answers(world: World, clip: ClipRef, **wrong: str) -> dict[int, str]:
    """Everything in order, but for texts that begin with the words given."""
    with world.db.read() as session:
        asked, _ = asked_on(session, clip.id)
    said = {tick.id: "yes" for tick in asked}
    for tick in asked:
        for beginning, answer in wrong.items():
            if tick.text.lower().startswith(beginning.replace("_", " ")):
                said[tick.id] = answer
    return said


def ticks_on(world: World, clip: ClipRef) -> Ticks:
    """What was answered in the present round."""
    with world.db.read() as session:
        return asked_on(session, clip.id)[1]


def test_each_level_answers_its_own(world: World) -> None:
    """Without answers no approval; what is not in order stands for the head and on the sheet."""
    agencies.set_route(world.db, world["quantri"], "Có mục kiểm", (LEGAL, QUALITY, HEAD))
    clip, editor, chief = world.submitted(), world["bientap"], world["truongphong"]
    assert ticks_on(world, clip).pending == ("quality", "legal")
    with pytest.raises(Invalid, match="ticks_missing") as missing:
        levels.approve(world.db, editor, clip.code, clip.version, False)
    assert missing.value.params["count"] == len(ticks.SEED_LEGAL)
    said = answers(world, clip, bản_đồ="not_applicable")
    clip = levels.approve(world.db, editor, clip.code, clip.version, False, ticks=said)
    said = answers(world, clip, sinh_động="no")
    assert len(said) == len(ticks.SEED_QUALITY)
    clip = levels.approve(world.db, chief, clip.code, clip.version, False, ticks=said)
    found = ticks_on(world, clip)
    assert [one.text for one in found.wrong] == ["Sinh động"]
    assert (found.pending, len(found.answers)) == ((), 14)
    assert answers(world, clip) == {}
    world.sign(clip)
    with world.db.read() as session:
        paper = sheet_of(session, world["vanthu"], clip.code)
        entry = session.scalars(
            select(LedgerEntry.body).where(LedgerEntry.action == "clip:level:approved")
        ).all()[-1]
    assert [one.text for one in paper.ticks.wrong] == ["Sinh động"]
    assert "Sinh động" in entry.decode()


def test_a_passed_over_levels_ticks_fall_to_the_next(world: World) -> None:
    """The editor's own clip: the section head answers both kinds, the head none."""
    agencies.set_route(world.db, world["quantri"], "Có mục kiểm", (LEGAL, QUALITY, HEAD))
    clip = world.submitted(author="bientap")
    said = answers(world, clip)
    assert len(said) == len(ticks.SEED_LEGAL) + len(ticks.SEED_QUALITY)
    clip = levels.approve(
        world.db, world["truongphong"], clip.code, clip.version, False, ticks=said
    )
    assert ticks_on(world, clip).pending == ()


def test_with_one_level_the_author_answers(world: World) -> None:
    """From author to chairwoman: the checks are answered when the clip is sent."""
    draft = RouteDraft("Xã", (HEAD,), answers_quality=True, answers_legal=True)
    routes.replace_route(world.db, world["quantri"], general(world), draft)
    clip, author = world.ready_clip(), world["phongvien"]
    with pytest.raises(Invalid, match="ticks_missing"):
        levels.submit(world.db, author, clip.code, clip.version)
    said = answers(world, clip)
    clip = levels.submit(world.db, author, clip.code, clip.version, "", said)
    assert (world.row(clip).level, len(ticks_on(world, clip).answers)) == (1, 14)


def test_a_new_round_is_answered_anew(office: World) -> None:
    """Returned and mended, it is not the clip that was checked before."""
    agencies.set_route(office.db, office["quantri"], "Có mục kiểm", (LEGAL, CHIEF, HEAD))
    clip, editor, chief = office.submitted(), office["bientap"], office["truongphong"]
    said = answers(office, clip)
    clip = levels.approve(office.db, editor, clip.code, clip.version, False, ticks=said)
    clip = levels.return_clip(office.db, chief, clip.code, clip.version, "sound", "")
    clip = levels.submit(office.db, office["phongvien"], clip.code, clip.version)
    assert ticks_on(office, clip).pending == ("legal",)
    with pytest.raises(Invalid, match="ticks_missing"):
        levels.approve(office.db, editor, clip.code, clip.version, False)


def test_answers_keep_what_was_asked(world: World) -> None:
    """The text is changed: old answers say the old one, new clips are asked the new one."""
    agencies.set_route(world.db, world["quantri"], "Có mục kiểm", (LEGAL, HEAD))
    clip = world.submitted()
    said = answers(world, clip)
    levels.approve(world.db, world["bientap"], clip.code, clip.version, False, ticks=said)
    ticks.set_ticks(world.db, world["quantri"], "legal", ("Có nhãn AI theo luật", "", "Đúng tên"))
    with world.db.read() as session:
        texts = set(session.scalars(select(TickAnswer.text)))
        rows = session.scalars(select(Decision).join(TickAnswer)).unique().all()
    assert texts == set(ticks.SEED_LEGAL)
    assert {row.person_name for row in rows} == {"Trần Văn Nam"}
    assert len(answers(world, world.submitted())) == 2


@pytest.mark.parametrize(
    ("kind", "texts", "code"),
    [
        ("other", ("x",), "tick_kind_unknown"),
        ("legal", ("Đúng", "Đúng "), "ticks_twice"),
        ("legal", tuple(f"Mục {n}" for n in range(21)), "ticks_many"),
        ("legal", ("x" * 201,), "field_too_long"),
    ],
)
def test_texts_that_are_refused(
    office: World, kind: str, texts: tuple[str, ...], code: str
) -> None:
    """More than twenty are ticked unread."""
    with pytest.raises(Invalid, match=code):
        ticks.set_ticks(office.db, office["quantri"], kind, texts)


def test_categories_are_the_agencys_own(world: World) -> None:
    """Added, renamed, closed; the code stays; the last one cannot be closed."""
    admin = world["quantri"]
    number = categories.add_category(world.db, admin, CategoryDraft("Đời sống bản làng", True))
    with world.db.read() as session:
        row = session.get_one(Category, number)
    assert (row.code, row.political_by_default) == ("doi_song_ban_lang", True)
    with pytest.raises(Invalid, match="category_twice"):
        categories.add_category(world.db, admin, CategoryDraft("Đời sống bản làng"))
    categories.change_category(world.db, admin, number, CategoryDraft("Bản làng", active=False))
    with pytest.raises(Invalid, match="category_unknown"):
        world.draft_clip(category_code="doi_song_ban_lang")
    stranger = world.second()["quantri"]
    with pytest.raises(NotFound):
        categories.change_category(world.db, stranger, number, CategoryDraft("x"))
    with world.db.read() as session:
        others = session.scalars(select(Category).where(Category.agency_id == 1, Category.active))
        names = {row.id: row.name for row in others}
    closed = [CategoryDraft(name, active=False) for name in names.values()]
    for number, draft in list(zip(names, closed, strict=True))[:-1]:
        categories.change_category(world.db, admin, number, draft)
    with pytest.raises(Conflict, match="last_category"):
        categories.change_category(world.db, admin, list(names)[-1], closed[-1])
