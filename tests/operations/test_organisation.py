"""The organisation through the years: names, heads, posts, units and who may sign for whom."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from review import clock
from review.db import Database
from review.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from review.models import Agency, Category, LedgerEntry, Person, Post
from review.offices import Capacity, Document, Lead
from review.operations import (
    accounts,
    capacities,
    categories,
    identity,
    organisation,
    posts,
    setup,
    signing_rules,
    signoff,
    units,
)
from review.operations.capacities import CapacityDraft
from review.operations.categories import CategoryDraft
from review.operations.organisation import AgencyDraft, SuccessionDraft
from review.operations.posts import PostDraft
from review.operations.signing_rules import SigningDraft
from review.operations.units import UnitDraft
from review.permissions import Actor, Role
from review.queries import offices
from review.queries import organisation as seen
from review.queries.facts import holders_of
from review.queries.heads import head_at, reigns_of, vacant_since
from review.queries.sheet import sheet_of
from review.queries.signers import rule_at, signers_at, signers_of
from review.queries.signing import ASSESSMENTS
from tests.world import PASSWORD, PEOPLE, World, agency_draft

BASIS = Document("05/QĐ-UBND", date(2026, 6, 20), "Ủy ban nhân dân xã")
STAFF = PEOPLE | {"phogiamdoc": ("Ngô Quang Vinh", "Phó Giám đốc", frozenset({Role.DEPUTY}))}
# One moment for the whole module: a run across midnight must not see two days.
START = clock.now()
TODAY = clock.local(START).date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands until a test moves it."""
    monkeypatch.setattr(clock, "now", lambda: START)


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency of nine people, on either database."""
    return World.first(any_database, agency_draft(people=STAFF))


@pytest.fixture
def office(database: Database) -> World:
    """The same, where one database is enough."""
    return World.first(database, agency_draft(people=STAFF))


def named(world: World, name: str) -> int:
    """The id of a person."""
    person_id = world[name].person_id
    assert person_id is not None
    return person_id


def last_entry(world: World) -> dict[str, dict[str, object]]:
    """What the ledger says last."""
    with world.db.read() as session:
        order = select(LedgerEntry.body).order_by(LedgerEntry.position.desc()).limit(1)
        body: dict[str, dict[str, object]] = json.loads(session.scalars(order).one())
        return body


def on_another_day(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """The clock on the wall, moved."""
    later = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: later)


def again(world: World, actor: Actor) -> Actor:
    """The person as the next request would know them."""
    with world.db.read() as session:
        person = session.get_one(Person, actor.person_id)
        known = identity.actor_for(session, person)
    return replace(known, session_id=actor.session_id)


# ── the agency ───────────────────────────────────────────────────────────────────────────────────


def test_a_new_name_holds_from_its_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then the old one stands; on its day the new one does, and both stay on record."""
    draft = AgencyDraft("culture_centre", "Trung tâm Truyền thông Định Hóa", "Xã", "Xã", "nha_nuoc")
    organisation.change_agency(world.db, world["quantri"], draft, TOMORROW, BASIS)
    with world.db.read() as session:
        assert session.get_one(Agency, 1).name == "Trung tâm Văn hóa Định Hóa"
    on_another_day(monkeypatch, 1)
    with world.db.read() as session:
        assert session.get_one(Agency, 1).name == draft.name
        history = seen.agency_history(session, 1)
    assert [period.span.last for period in history.periods] == [None, TODAY]
    assert {turn.kind for turn in history.successions} == {"rename", "transfer"}
    with pytest.raises(Invalid, match="period_order"):
        organisation.change_agency(world.db, world["quantri"], draft, TODAY)


def test_a_slip_in_the_name_is_mended_in_its_period(office: World) -> None:
    """The first day given again: no new period, no renaming, one entry with both texts."""
    draft = AgencyDraft("culture_centre", "Trung tâm Văn hoá Định Hóa", "", "", "dang")
    organisation.change_agency(office.db, office["quantri"], draft, TODAY)
    entry = last_entry(office)
    with office.db.read() as session:
        history = seen.agency_history(session, 1)
    assert (len(history.periods), history.successions) == (1, ())
    assert entry["before"]["name"] == "Trung tâm Văn hóa Định Hóa"
    assert entry["after"]["name"] == draft.name
    with pytest.raises(Conflict, match="nothing_changed"):
        organisation.change_agency(office.db, office["quantri"], draft, TODAY)


def test_a_signed_clip_keeps_the_names_of_its_day(world: World) -> None:
    """Renamed, transferred and with another director, the sheet is printed as it was signed."""
    clip, act = world.signed()
    with world.db.read() as session:
        printed = sheet_of(session, world["vanthu"], clip.code)
        category = session.scalars(select(Category).where(Category.name == printed.category)).one()
    renamed = AgencyDraft("culture_centre", "Tên mới", "Cơ quan khác", "Nơi khác", "dang")
    other = CategoryDraft("Tên chuyên mục khác")
    categories.change_category(world.db, world["quantri"], category.id, other)
    organisation.change_agency(world.db, world["quantri"], renamed, TODAY)
    posts.give_post(
        world.db,
        world["quantri"],
        named(world, "phogiamdoc"),
        PostDraft("Tổng biên tập", TOMORROW, lead=Lead.HEAD, replaces=True),
    )
    with world.db.read() as session:
        row = session.get_one(signoff.SignOff, act.id)
        assert sheet_of(session, world["vanthu"], clip.code) == printed
    assert (row.agency_name, row.person_post) == ("Trung tâm Văn hóa Định Hóa", "Giám đốc")
    assert row.capacity == Capacity.DIRECT


def test_a_closed_agency_is_read_and_not_worked_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the day of its dissolution on; called off, it works again."""
    clip = world.submitted()
    turn = SuccessionDraft("dissolve", TOMORROW, ("Trung tâm mới",), basis=BASIS, note="Nhập.")
    organisation.record_succession(world.db, world["quantri"], turn)
    assert again(world, world["bientap"]).agency_closed is False
    on_another_day(monkeypatch, 1)
    editor = again(world, world["bientap"])
    with pytest.raises(Forbidden, match="agency_closed"):
        levels_approve(world, editor, clip)
    world.actors["phongvien"] = again(world, world["phongvien"])
    with pytest.raises(Forbidden, match="agency_closed"):
        world.draft_clip()
    administrator = again(world, world["quantri"])
    organisation.reopen_agency(world.db, administrator, "Hoãn giải thể")
    assert again(world, editor).agency_closed is False


def levels_approve(world: World, actor: Actor, clip: object) -> None:
    """Agrees at the first level."""
    from review.operations import levels

    levels.approve(world.db, actor, clip.code, clip.version, False)  # type: ignore[attr-defined]


def test_units_are_a_tree_with_dated_names(world: World) -> None:
    """Renamed from a day on; a unit beneath itself is refused; another agency's is not there."""
    admin = world["quantri"]
    top = units.add_unit(world.db, admin, UnitDraft("Phòng Biên tập", TODAY))
    draft = UnitDraft("Tổ Video", TODAY, parent_id=top, focal_id=named(world, "bientap"))
    below = units.add_unit(world.db, admin, draft)
    units.change_unit(world.db, admin, top, UnitDraft("Phòng Nội dung số", TOMORROW))
    with world.db.read() as session:
        found = seen.units_of(session, 1)
    assert [(unit.name, unit.depth) for unit in found] == [("Phòng Biên tập", 0), ("Tổ Video", 1)]
    assert found[0].names[0][1] == "Phòng Nội dung số"
    assert found[1].focal_name == "Trần Văn Nam"
    with pytest.raises(Invalid, match="unit_unknown"):
        units.change_unit(world.db, admin, top, UnitDraft("X", TODAY, parent_id=below))
    with pytest.raises(NotFound):
        units.change_unit(world.db, world.second()["quantri"], top, draft)


# ── heads and posts ──────────────────────────────────────────────────────────────────────────────


def test_exactly_one_head_on_each_day(world: World) -> None:
    """A second is refused with the name of the first, unless it replaces from a later day on."""
    admin, deputy = world["quantri"], named(world, "phogiamdoc")
    director = PostDraft("Giám đốc", TOMORROW, lead=Lead.HEAD)
    with pytest.raises(Invalid, match="head_exists") as refused:
        posts.give_post(world.db, admin, deputy, director)
    assert refused.value.params["name"] == "Phạm Thu Hà"
    posts.give_post(world.db, admin, deputy, replace(director, replaces=True))
    with world.db.read() as session:
        heads = [head_at(session, 1, day) for day in (YESTERDAY, TODAY, TOMORROW)]
    assert [head and head.name for head in heads] == [None, "Phạm Thu Hà", "Ngô Quang Vinh"]


def test_a_longer_time_in_office_stops_at_the_successor(world: World) -> None:
    """Until 1 day before the next head, and no day later, whoever asks for it."""
    admin, head, deputy = world["quantri"], named(world, "giamdoc"), named(world, "phogiamdoc")
    with world.db.read() as session:
        present = offices.posts_of(session, 1, person_id=head)[0].id
    posts.end_post(world.db, admin, present, TODAY)
    later = PostDraft("Giám đốc", TOMORROW + timedelta(days=5), lead=Lead.HEAD)
    posts.give_post(world.db, admin, deputy, later)
    posts.end_post(world.db, admin, present, TOMORROW + timedelta(days=4))
    with pytest.raises(Invalid, match="head_exists"):
        posts.end_post(world.db, admin, present, TOMORROW + timedelta(days=5))


def test_an_acting_head_is_called_so(office: World) -> None:
    """The Q. stands before the title when it is given, mended or said anew."""
    admin, deputy = office["quantri"], named(office, "phogiamdoc")
    draft = PostDraft("Giám đốc", TODAY, lead=Lead.ACTING, replaces=True, moves=True)
    draft = replace(draft, valid_from=TOMORROW)
    post_id = posts.give_post(office.db, admin, deputy, draft)
    mended = PostDraft("Giám đốc Trung tâm", TOMORROW, basis=BASIS)
    posts.correct_post(office.db, admin, post_id, mended)
    with office.db.read() as session:
        titles = [card.title for card in offices.posts_of(session, 1, person_id=deputy)]
    assert titles[0] == "Q. Giám đốc Trung tâm"


def test_a_title_said_anew_keeps_its_document(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called otherwise from a later day on, one still sits on the decision that appointed one."""
    admin, head = world["quantri"], named(world, "giamdoc")
    with world.db.read() as session:
        present = offices.posts_of(session, 1, person_id=head)[0].id
    posts.correct_post(world.db, admin, present, PostDraft("Giám đốc", TODAY, basis=BASIS))
    on_another_day(monkeypatch, 3)
    roles = world["giamdoc"].roles
    accounts.set_roles(world.db, again(world, admin), head, roles, "Giám đốc Trung tâm")
    with world.db.read() as session:
        now, before = offices.posts_of(session, 1, person_id=head)
    assert (now.title, now.basis, now.lead) == ("Giám đốc Trung tâm", BASIS, Lead.HEAD)
    assert (before.title, before.span.last) == ("Giám đốc", TODAY + timedelta(days=2))


def test_two_heads_at_once_give_one(world: World) -> None:
    """Two administrators appoint at the same moment: one succeeds, one is told."""
    admin = world["quantri"]
    with world.db.read() as session:
        post = head_at(session, 1, TODAY)
    assert post is not None
    posts.end_post(world.db, admin, post.post_id, YESTERDAY + timedelta(days=1))
    said: list[str] = []

    def appoint(name: str) -> None:
        draft = PostDraft("Giám đốc", TOMORROW, lead=Lead.HEAD)
        try:
            posts.give_post(world.db, admin, named(world, name), draft)
            said.append("given")
        except Fault as fault:
            said.append(fault.code)

    threads = [threading.Thread(target=appoint, args=(n,)) for n in ("phogiamdoc", "bientap")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["given", "head_exists"]


def test_the_right_to_sign_goes_with_the_post(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On her last day she signs; the day after it is her successor, acting, in that capacity."""
    draft = PostDraft("Giám đốc", TOMORROW, lead=Lead.ACTING, replaces=True, basis=BASIS)
    posts.give_post(world.db, world["quantri"], named(world, "phogiamdoc"), draft)
    clip = world.at_head()
    on_another_day(monkeypatch, 1)
    with world.db.read() as session:
        assert holders_of(session, 1, Role.HEAD) == {named(world, "phogiamdoc")}
    identity.open_signing(world.db, world["giamdoc"], PASSWORD)
    digest = world.sheet(clip).digest
    with pytest.raises(Forbidden, match="level_not_yours"):
        signoff.sign(
            world.db, world["giamdoc"], clip.code, clip.version, digest, ASSESSMENTS, False
        )
    world.actors["phogiamdoc"] = again(world, world["phogiamdoc"])
    act = world.sign(clip, "phogiamdoc")
    with world.db.read() as session:
        row = session.get_one(signoff.SignOff, act.id)
    assert (row.capacity, row.person_post) == (Capacity.ACTING, "Q. Giám đốc")


def test_a_vacancy_is_said_and_nothing_is_submitted_into_it(world: World) -> None:
    """Her post ended yesterday: she is out at once, and the history shows the gap."""
    from review.operations import levels

    with world.db.transaction() as unit:
        post = unit.session.scalars(select(Post).where(Post.lead == "head")).one()
        post.valid_from = TODAY - timedelta(days=30)
        post_id = post.id
    clip = world.ready_clip()
    posts.end_post(world.db, world["quantri"], post_id, YESTERDAY)
    assert Role.HEAD not in again(world, world["giamdoc"]).roles
    with world.db.read() as session:
        assert head_at(session, 1, TODAY) is None
        assert vacant_since(session, 1, TODAY) == TODAY
        assert [reign.head is None for reign in reigns_of(session, 1)] == [True, False]
        ended = session.scalars(select(identity.WebSession.ended_at)).all()
    assert any(moment is not None for moment in ended)
    with pytest.raises(Invalid, match="level_vacant"):
        levels.submit(world.db, world["phongvien"], clip.code, clip.version)


def test_nobody_makes_themselves_the_head(office: World) -> None:
    """Nor is the head's role given by a tick."""
    admin = office["quantri"]
    draft = PostDraft("Giám đốc", TOMORROW, lead=Lead.HEAD, replaces=True)
    with pytest.raises(Forbidden, match="head_own"):
        posts.give_post(office.db, admin, named(office, "quantri"), draft)
    roles = frozenset({Role.HEAD, Role.EDITOR})
    with pytest.raises(Invalid, match="head_by_post"):
        accounts.set_roles(office.db, admin, named(office, "bientap"), roles, "Biên tập viên")
    with pytest.raises(Invalid, match="inspector_alone"):
        posts.give_post(office.db, admin, named(office, "kiemtra"), draft)


def test_several_posts_and_the_one_that_is_shown(world: World) -> None:
    """The main one; moved, the old one ends the day before; beside it another may stand."""
    admin, editor = world["quantri"], named(world, "bientap")
    beside = PostDraft("Thư ký tòa soạn", TODAY, main=False)
    posts.give_post(world.db, admin, editor, beside)
    assert again(world, world["bientap"]).post == "Biên tập viên"
    posts.give_post(world.db, admin, editor, PostDraft("Phó phòng", TOMORROW, moves=True))
    with world.db.read() as session:
        held = {card.title: card.span for card in offices.posts_of(session, 1, person_id=editor)}
    assert held["Biên tập viên"].last == TODAY
    assert held["Thư ký tòa soạn"].last is None
    accounts.set_roles(world.db, admin, editor, frozenset({Role.EDITOR}), "Biên tập viên chính")
    assert again(world, world["bientap"]).post == "Biên tập viên chính"


def test_an_inspector_holds_nothing_else(office: World) -> None:
    """Who reads everything changes nothing: no second role, no right to sign."""
    both = frozenset({Role.INSPECTOR, Role.EDITOR})
    with pytest.raises(Invalid, match="inspector_alone"):
        accounts.set_roles(
            office.db, office["quantri"], named(office, "kiemtra"), both, "Cán bộ kiểm tra"
        )
    draft = CapacityDraft(named(office, "kiemtra"), "kt", TODAY, basis=BASIS)
    with pytest.raises(Invalid, match="inspector_alone"):
        capacities.give_capacity(office.db, office["quantri"], draft)


# ── who may sign for the head ────────────────────────────────────────────────────────────────────


def signers(world: World, day: date = TODAY, category: str = "xa_hoi", political: bool = False):  # type: ignore[no-untyped-def]
    """Names and capacities of who may sign."""
    with world.db.read() as session:
        found = signers_at(session, 1, day, category=category, political=political)
    return [(one.name, one.capacity.value) for one in found]


HEAD = ("Phạm Thu Hà", "direct")
DEPUTY = "Ngô Quang Vinh"


def let(world: World, *allowed: Capacity, political: bool = False) -> None:
    """Puts a rule in force."""
    rule = SigningDraft(frozenset(allowed), political, TODAY, BASIS)
    signing_rules.set_signing_rule(world.db, world["quantri"], rule)


def grant(world: World, capacity: Capacity, **fields: object) -> int:
    """Records a grant to the deputy for ten days."""
    values: dict[str, object] = {
        "valid_from": TODAY,
        "valid_to": TODAY + timedelta(days=9),
        "scope": "Clip sự kiện ở cơ sở",
        "basis": BASIS,
    } | fields
    draft = CapacityDraft(named(world, "phogiamdoc"), capacity, **values)  # type: ignore[arg-type]
    return capacities.give_capacity(world.db, world["quantri"], draft)


def test_by_default_the_head_signs_in_person(world: World) -> None:
    """A document alone does not do: the agency's rule must let that capacity sign."""
    grant(world, Capacity.KT, political=True)
    assert signers(world) == [HEAD]
    let(world, Capacity.KT)
    assert signers(world) == [HEAD, (DEPUTY, "kt")]
    assert signers(world, political=True) == [HEAD]


@pytest.mark.parametrize(
    ("rule_political", "grant_political", "expected"),
    [(True, True, 2), (True, False, 1), (False, True, 1)],
)
def test_political_clips_need_the_rule_and_the_document(
    office: World, rule_political: bool, grant_political: bool, expected: int
) -> None:
    """Either of them silent, the head signs."""
    let(office, Capacity.KT, political=rule_political)
    grant(office, Capacity.KT, political=grant_political)
    assert len(signers(office, political=True)) == expected


def test_a_grant_reaches_its_days_and_its_categories(world: World) -> None:
    """The day after its last it is nothing; a category that it does not name neither."""
    let(world, Capacity.TUQ)
    number = grant(world, Capacity.TUQ, categories=("xa_hoi",))
    assert signers(world, TODAY + timedelta(days=9)) == [HEAD, (DEPUTY, "tuq")]
    assert signers(world, TODAY + timedelta(days=10)) == [HEAD]
    assert signers(world, category="guong_tot") == [HEAD]
    capacities.end_capacity(world.db, world["quantri"], number, YESTERDAY)
    assert signers(world) == [HEAD]
    with pytest.raises(Conflict, match="capacity_over"):
        capacities.end_capacity(world.db, world["quantri"], number, YESTERDAY)


def test_authority_in_writing_ends_with_whoever_gave_it(world: World) -> None:
    """Under the next head the paper of the last one lets nobody sign; a deputy's KT. goes on."""
    let(world, Capacity.TUQ, Capacity.KT)
    grant(world, Capacity.TUQ)
    grant(world, Capacity.KT)
    posts.give_post(
        world.db,
        world["quantri"],
        named(world, "truongphong"),
        PostDraft("Giám đốc", TOMORROW, lead=Lead.HEAD, replaces=True),
    )
    assert signers(world, TOMORROW) == [("Nguyễn Văn Hùng", "direct"), (DEPUTY, "kt")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"basis": Document("5", None, "")}, "basis_missing"),
        ({"valid_to": None}, "capacity_needs_end"),
        ({"scope": " "}, "capacity_needs_scope"),
        ({"categories": ("khac",)}, "category_unknown"),
        ({"valid_to": YESTERDAY}, "days_reversed"),
        ({"valid_from": None}, "day_missing"),
    ],
)
def test_a_paper_that_says_too_little(office: World, fields: dict[str, object], code: str) -> None:
    """Number, date and issuer always; authority in writing also its end and its scope."""
    with pytest.raises(Invalid, match=code):
        grant(office, Capacity.TUQ, **fields)


def test_authority_is_not_stretched_beyond_its_document(office: World) -> None:
    """Ended earlier, yes; later only by a new document."""
    last = TODAY + timedelta(days=30)
    grant_id = grant(office, Capacity.TUQ, valid_to=last, scope="Clip thời sự")
    admin = office["quantri"]
    with pytest.raises(Invalid, match="capacity_not_longer"):
        capacities.end_capacity(office.db, admin, grant_id, last + timedelta(days=1))
    capacities.end_capacity(office.db, admin, grant_id, last - timedelta(days=1))


def test_nobody_gives_themselves_a_right(office: World) -> None:
    """Not the administrator; not to the head, who has it; not through somebody who was given it."""
    draft = CapacityDraft(named(office, "quantri"), "kt", TODAY, basis=BASIS)
    with pytest.raises(Forbidden, match="capacity_own"):
        capacities.give_capacity(office.db, office["quantri"], draft)
    draft = replace(draft, person_id=named(office, "giamdoc"))
    with pytest.raises(Invalid, match="capacity_of_head"):
        capacities.give_capacity(office.db, office["quantri"], draft)
    grant(office, Capacity.TUQ)
    with pytest.raises(Forbidden, match="role_missing"):
        capacities.give_capacity(office.db, office["phogiamdoc"], draft)


def test_a_rule_does_not_reach_back(office: World) -> None:
    """What was signed yesterday was signed under yesterday's rule; letting others needs a paper."""
    for draft, code in (
        (SigningDraft(frozenset({Capacity.KT}), valid_from=YESTERDAY, basis=BASIS), "day_past"),
        (SigningDraft(frozenset({Capacity.KT}), valid_from=TODAY), "basis_missing"),
    ):
        with pytest.raises(Invalid, match=code):
            signing_rules.set_signing_rule(office.db, office["quantri"], draft)
    let(office, Capacity.KT)
    with office.db.read() as session:
        assert rule_at(session, 1, YESTERDAY).head_alone
        assert not rule_at(session, 1, TODAY).head_alone


def test_the_routes_rule_keeps_political_clips_for_the_head(world: World) -> None:
    """Though agency and paper would let the deputy, the rule of the route says in person."""
    from review.models import Clip
    from review.operations.route_rules import RuleDraft, set_rules
    from review.queries.routes import general_route

    let(world, Capacity.KT, political=True)
    grant(world, Capacity.KT, political=True)
    clip = world.draft_clip(political=True)
    for in_person, expected in ((True, 1), (False, 2)):
        with world.db.read() as session:
            route = general_route(session, 1)
        set_rules(world.db, world["quantri"], (RuleDraft(None, None, route, in_person),))
        with world.db.read() as session:
            found = signers_of(session, session.get_one(Clip, clip.id), TODAY)
        assert len(found) == expected


# ── several agencies ─────────────────────────────────────────────────────────────────────────────


def test_a_further_agency_by_a_link_of_its_own(any_database: Database) -> None:
    """Only beside a first one; the link works once; neither sees the other's people."""
    from review.operations import console

    with pytest.raises(Conflict, match="set_up_first"):
        console.issue_agency_link(any_database)
    world = World.first(any_database)
    secret = console.issue_agency_link(any_database)
    draft = agency_draft("Xã Phú Đình", "2")
    made = setup.create_installation(any_database, secret, draft, "127.0.0.1")
    assert len(made) == len(PEOPLE)
    with pytest.raises(NotFound, match="link_gone"):
        setup.create_installation(any_database, secret, draft, "127.0.0.1")
    with any_database.read() as session:
        assert head_at(session, 2, TODAY) is not None
    with pytest.raises(NotFound):
        posts.give_post(any_database, world["quantri"], made[0].person_id, PostDraft("X", TODAY))
    assert [name for _, name, _ in console.list_agencies(any_database)] == [
        "Trung tâm Văn hóa Định Hóa",
        "Xã Phú Đình",
    ]


def test_every_change_of_the_organisation_is_one_entry(office: World) -> None:
    """With what was before and what is after, by the administrator."""
    admin, deputy = office["quantri"], named(office, "phogiamdoc")
    unit_id = units.add_unit(office.db, admin, UnitDraft("Phòng Biên tập", TODAY))
    grant_id = grant(office, Capacity.KT)
    post_id = posts.give_post(office.db, admin, deputy, PostDraft("Phó phòng", TODAY))
    changes = {
        "agency:signing:set": lambda: let(office, Capacity.KT),
        "agency:unit:changed": lambda: units.close_unit(office.db, admin, unit_id, TODAY),
        "person:capacity:ended": lambda: capacities.end_capacity(office.db, admin, grant_id, TODAY),
        "person:post:changed": lambda: posts.correct_post(
            office.db, admin, post_id, PostDraft("Phó phòng", TODAY, unit_id=unit_id)
        ),
        "person:post:ended": lambda: posts.end_post(office.db, admin, post_id, TODAY),
    }
    for action, change in changes.items():
        with office.db.read() as session:
            count = len(session.scalars(select(LedgerEntry.position)).all())
        change()
        entry = last_entry(office)
        with office.db.read() as session:
            assert len(session.scalars(select(LedgerEntry.position)).all()) == count + 1
        assert entry["action"] == action
        assert entry["before"] and entry["after"] and entry["before"] != entry["after"]
