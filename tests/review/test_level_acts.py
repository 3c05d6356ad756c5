"""Every act at the levels × every place of a clip × every role × every relation to it, as policy.

The table is written by hand and says what is allowed; whatever it does not say is refused.
What moves a clip from state to state is held by the table of moves besides.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from review.permissions import Action, Actor, ClipFacts, Role, may, refusal
from review.states import ClipState

HOME, ME, SOMEBODY, AUTHOR = 1, 7, 8, 9
ROLES = tuple(role.value for role in Role)
LEVELS = (Role.EDITOR, Role.SECTION_HEAD, Role.HEAD)

# Where a clip can be: on its three levels, or in a state.
PLACES: dict[str, ClipFacts] = {
    state.value: ClipFacts(HOME, state, frozenset({AUTHOR}))
    for state in ClipState
    if state is not ClipState.IN_REVIEW
} | {
    f"level{number}": ClipFacts(
        HOME,
        ClipState.IN_REVIEW,
        frozenset({AUTHOR}),
        level_role=role,
        is_last_level=number == len(LEVELS),
    )
    for number, role in enumerate(LEVELS, start=1)
}

# What somebody can be to a clip beside their role, as facts about it.
RELATIONS: dict[str, dict[str, object]] = {
    "none": {},
    "author": {"authors": frozenset({ME, AUTHOR})},
    "mender": {"fixer": ME},  # asked to mend it by whoever returned it
    "agreed": {"decided_by": frozenset({ME})},  # at a level below, in this round
    "in_hand": {"handed_to": ME},
    "other_hand": {"handed_to": SOMEBODY},
}

# act · places · relations · roles; "any" is every one there is.
POLICY = """
level_approve      level1                   none,mender,in_hand             editor
level_approve      level2                   none,mender,in_hand             section_head

level_return       level1                   none,mender,in_hand             editor
level_return       level2                   none,mender,in_hand             section_head
level_return       level3                   none,mender,in_hand             head
level_reject       level1                   none,mender,in_hand             editor
level_reject       level2                   none,mender,in_hand             section_head
level_reject       level3                   none,mender,in_hand             head

level_hand_over    level1                   none,mender,in_hand,other_hand  editor
level_hand_over    level2                   none,mender,in_hand,other_hand  section_head
level_skip         level1,level2   none,mender,agreed,in_hand,other_hand    head
clip_sign          level3                   none,mender,in_hand,other_hand  head

dossier_hand_over  draft,returned           author                          any
dossier_hand_over  draft,returned           any      head,deputy,secretary,section_head

clip_submit        any                      author                          any
clip_submit        returned                 mender                          any
clip_recall        any                      author                          any
clip_withdraw      any                      author                          any
revision_add       any                      author                          any
revision_add       returned                 mender                          any

clip_edit          draft,returned,approved  author                          any
clip_edit          returned                 mender                          any
clip_edit          level1                   none,mender,in_hand             editor
clip_edit          level2                   none,mender,in_hand             section_head
clip_edit          level3                   none,mender,in_hand             head
"""
ACTS = sorted({line.split()[0] for line in POLICY.splitlines() if line})
Cell = tuple[str, str, str]


def policy(act: str) -> set[Cell]:
    """Every (place, relation, role) in which `act` is allowed."""
    found: set[Cell] = set()
    for line in POLICY.splitlines():
        if not line or line.split()[0] != act:
            continue
        _, places, relations, roles = line.split()
        found |= set(
            product(
                PLACES if places == "any" else places.split(","),
                RELATIONS if relations == "any" else relations.split(","),
                ROLES if roles == "any" else roles.split(","),
            )
        )
    return found


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_allowed_exactly_where_the_policy_says(act: str) -> None:
    """In all places, relations and roles there are: neither more nor less."""
    allowed: set[Cell] = set()
    for place, relation, role in product(PLACES, RELATIONS, ROLES):
        me = Actor(ME, HOME, "", "", frozenset({Role(role)}))
        heads = frozenset({ME if role == "head" else SOMEBODY})
        facts = replace(PLACES[place], signers=heads, **RELATIONS[relation])
        if may(me, Action(act), facts):
            allowed.add((place, relation, role))
    assert allowed == policy(act)


def test_the_policy_speaks_of_every_act_on_a_clips_way() -> None:
    """An act added to the code has to be decided on here."""
    way = {
        action
        for action in Action
        if action.startswith(("level_", "dossier_"))
        or action
        in (
            Action.CLIP_SUBMIT,
            Action.CLIP_RECALL,
            Action.CLIP_WITHDRAW,
            Action.CLIP_SIGN,
            Action.CLIP_EDIT,
            Action.REVISION_ADD,
        )
    }
    assert way == set(map(Action, ACTS))


@pytest.mark.parametrize("role", ROLES)
def test_a_political_clip_says_whose_it_is_to_sign(role: str) -> None:
    """Where nobody signs for the head, everybody else is told just that."""
    me = Actor(ME, HOME, "", "", frozenset({Role(role)}))
    heads = frozenset({ME if role == "head" else SOMEBODY})
    facts = replace(PLACES["level3"], signers=heads, head_in_person=True)
    expected = None if role == "head" else "political_head_only"
    assert refusal(me, Action.CLIP_SIGN, facts) == expected
