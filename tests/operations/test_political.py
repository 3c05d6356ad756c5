"""The political question at every level, and what its answer changes on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from review import clock
from review.db import Database
from review.errors import Conflict, Forbidden, Invalid
from review.models import Clip, RouteRule
from review.offices import Capacity, Document
from review.operations import capacities, levels, political, signing_rules
from review.operations.agencies import RouteDraft, make_route
from review.operations.capacities import CapacityDraft
from review.operations.clip_access import ClipRef
from review.operations.route_rules import RuleDraft, set_rules
from review.operations.signing_rules import SigningDraft
from review.permissions import Action, Role, refusal
from review.queries.facts import facts_of
from review.queries.routes import general_route
from tests.world import LEVELS, PEOPLE, World, agency_draft

STAFF = PEOPLE | {"phogd": ("Ngô Thị Thu", "Phó giám đốc", frozenset({Role.DEPUTY}))}
BASIS = Document("12/QĐ-TT", date(2026, 1, 2), "Giám đốc Trung tâm")


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency with a deputy, on either database."""
    return World.first(any_database, agency_draft(people=STAFF))


def let_the_deputy_sign(world: World, rule: bool, document: bool, in_person: bool) -> None:
    """By rule and by document, each for political clips too or not; and what the route says."""
    today = clock.today()
    draft = SigningDraft(frozenset({Capacity.KT}), rule, today, BASIS)
    signing_rules.set_signing_rule(world.db, world["quantri"], draft)
    capacities.give_capacity(
        world.db,
        world["quantri"],
        CapacityDraft(
            world["phogd"].person_id,
            "kt",
            today,
            today + timedelta(days=9),
            political=document,
            scope="Clip sự kiện",
            basis=BASIS,
        ),
    )
    with world.db.transaction() as unit:
        for one in unit.session.scalars(select(RouteRule)):
            one.head_in_person = in_person


def why_not(world: World, clip: ClipRef, who: str) -> str | None:
    """Why somebody cannot sign the clip now."""
    with world.db.read() as session:
        row = session.get_one(Clip, clip.id)
        return refusal(world[who], Action.CLIP_SIGN, facts_of(session, row))


@pytest.mark.parametrize(
    ("political_clip", "rule", "document", "in_person", "said"),
    [
        (False, False, False, True, "level_not_yours"),
        (True, False, False, True, "political_head_only"),
        (True, True, True, True, "political_head_only"),
        (True, True, False, False, "political_head_only"),
        (True, False, True, False, "political_head_only"),
        (True, True, True, False, "level_not_yours"),
    ],
)
def test_who_is_refused_a_political_clip_reads_why(
    world: World, political_clip: bool, rule: bool, document: bool, in_person: bool, said: str
) -> None:
    """Rule, document and route must all let somebody else; else the sentence names the head."""
    let_the_deputy_sign(world, rule, document, in_person)
    clip = world.at_head(political=political_clip)
    assert why_not(world, clip, "phogd") == said
    assert why_not(world, clip, "giamdoc") is None


def test_a_flag_raised_midway_changes_who_signs_and_not_the_route(world: World) -> None:
    """The levels of this round stay; the last step follows the answer at once."""
    let_the_deputy_sign(world, rule=False, document=False, in_person=True)
    with world.db.transaction() as unit:
        agency_id = world["quantri"].agency_id or 0
        short = make_route(unit, world["quantri"], agency_id, RouteDraft("Chính trị", LEVELS[1:]))
        general = general_route(unit.session, agency_id)
    rules = (RuleDraft(None, None, general), RuleDraft(None, True, short))
    set_rules(world.db, world["quantri"], rules)
    clip = world.at_head()
    assert why_not(world, clip, "phogd") == "level_not_yours"
    route = world.row(clip).route_id
    clip = political.set_political(
        world.db, world["giamdoc"], clip.code, clip.version, True, "có lãnh đạo tỉnh"
    )
    assert (world.row(clip).route_id, world.row(clip).level) == (route, 3)
    assert why_not(world, clip, "phogd") == "political_head_only"
    world.sign(clip)
    fresh = world.ready_clip(political=True)
    fresh = levels.submit(world.db, world["phongvien"], fresh.code, fresh.version)
    assert world.row(fresh).route_id == short


def test_the_head_clears_what_a_level_said_with_a_reason(world: World) -> None:
    """Above every level: without a reason not, and the same answer twice is no change."""
    clip = world.at_head(political=True)
    head = world["giamdoc"]
    with pytest.raises(Invalid, match="political_clear_reason"):
        political.set_political(world.db, head, clip.code, clip.version, False, " ")
    clip = political.set_political(world.db, head, clip.code, clip.version, False, "chỉ là lễ hội")
    assert not world.row(clip).political
    with pytest.raises(Conflict, match="nothing_changed"):
        political.set_political(world.db, head, clip.code, clip.version, False, "lại")


@pytest.mark.parametrize("who", ["bientap", "truongphong", "phongvien", "phogd", "kiemtra"])
def test_only_where_it_waits_is_the_question_answered(world: World, who: str) -> None:
    """Whoever the clip does not wait for changes no flag."""
    clip = world.at_head()
    with pytest.raises(Forbidden):
        political.set_political(world.db, world[who], clip.code, clip.version, True, "x")
