"""Who may do what: the whole table, every action for every role, as policy."""

from __future__ import annotations

import pytest

from review.permissions import (
    RULES,
    SYSTEM,
    Action,
    Actor,
    AgencyFacts,
    ClipFacts,
    Role,
    Via,
    may,
    refusal,
)
from review.states import ClipState

ME, AUTHOR, OTHER = 1, 2, 3
HOME, ELSEWHERE = 10, 20
R = Role
ALL = frozenset(Role)
READERS = frozenset({R.INSPECTOR, R.WATCHER})

# A clip of somebody else's that waits at the section head's level; the head signs later.
WAITING = ClipFacts(
    agency_id=HOME,
    state=ClipState.IN_REVIEW,
    authors=frozenset({AUTHOR}),
    level_role=R.SECTION_HEAD,
    signers=frozenset({OTHER}),
)
LAST = ClipFacts(
    agency_id=HOME,
    state=ClipState.IN_REVIEW,
    authors=frozenset({AUTHOR}),
    level_role=R.HEAD,
    is_last_level=True,
    signers=frozenset({ME}),
)
AGENCY = AgencyFacts(HOME)

# Action, the thing it is done to, and the roles that may do it to somebody else's clip.
POLICY: list[tuple[Action, ClipFacts | AgencyFacts, frozenset[Role]]] = [
    (
        Action.CLIP_CREATE,
        AGENCY,
        frozenset(
            {R.SECRETARY, R.SECTION_HEAD, R.EDITOR, R.REPORTER, R.CONTRIBUTOR, R.FOCAL_OFFICER}
        ),
    ),
    (Action.CLIP_VIEW, WAITING, ALL),
    (Action.CLIP_EDIT, WAITING, frozenset({R.SECTION_HEAD})),
    (Action.CAPTION_EDIT, WAITING, frozenset({R.SECTION_HEAD})),
    (Action.REVISION_ADD, WAITING, frozenset()),
    (Action.STEP_RETRY, WAITING, ALL - READERS),
    (Action.REMARK_WRITE, WAITING, ALL - READERS),
    (Action.CLIP_SUBMIT, WAITING, frozenset()),
    (Action.CLIP_RECALL, WAITING, frozenset()),
    (Action.CLIP_WITHDRAW, WAITING, frozenset()),
    (Action.LEVEL_APPROVE, WAITING, frozenset({R.SECTION_HEAD})),
    (Action.LEVEL_RETURN, WAITING, frozenset({R.SECTION_HEAD})),
    (Action.LEVEL_REJECT, WAITING, frozenset({R.SECTION_HEAD})),
    (Action.CLIP_SIGN, WAITING, frozenset()),
    (Action.LEVEL_APPROVE, LAST, frozenset()),
    (Action.LEVEL_RETURN, LAST, frozenset({R.HEAD})),
    (Action.CLIP_SIGN, LAST, frozenset({R.HEAD})),
    (Action.POST_DOWNLOAD, WAITING, frozenset({R.CHANNEL_MANAGER})),
    (Action.POST_CONFIRM, WAITING, frozenset({R.CHANNEL_MANAGER})),
    (Action.DELIVERY_RESEND, WAITING, frozenset({R.CHANNEL_MANAGER})),
    (Action.RESULT_REPORT, WAITING, frozenset({R.CHANNEL_MANAGER})),
    (Action.PUBLICATIONS_VIEW, AGENCY, ALL - {R.CONTRIBUTOR}),
    (Action.SHEET_PRINT, WAITING, ALL),
    (
        Action.LOG_VIEW,
        AGENCY,
        frozenset(
            {
                R.HEAD,
                R.DEPUTY,
                R.SECRETARY,
                R.SECTION_HEAD,
                R.CLERK,
                R.INSPECTOR,
                R.ADMINISTRATOR,
            }
        ),
    ),
    (
        Action.LOG_EXPORT,
        AGENCY,
        frozenset({R.HEAD, R.DEPUTY, R.CLERK, R.INSPECTOR, R.ADMINISTRATOR}),
    ),
    (Action.PEOPLE_MANAGE, AGENCY, frozenset({R.ADMINISTRATOR})),
    (Action.ROUTES_MANAGE, AGENCY, frozenset({R.ADMINISTRATOR})),
    (Action.CHANNELS_MANAGE, AGENCY, frozenset({R.ADMINISTRATOR})),
    (Action.TOKEN_MANAGE_OWN, AGENCY, ALL - READERS),
]
# What a program with a token may never do, whoever's token it is.
ONLY_AT_A_PAGE = frozenset(Action) - {
    Action.CLIP_CREATE,
    Action.CLIP_VIEW,
    Action.REVISION_ADD,
    Action.STEP_RETRY,
    Action.POST_DOWNLOAD,
    Action.RESULT_REPORT,
    Action.PUBLICATIONS_VIEW,
    Action.SHEET_PRINT,
    Action.LOG_VIEW,
    Action.LOG_EXPORT,
}


def person(*roles: Role, id: int = ME, agency: int = HOME, via: Via = Via.PAGE) -> Actor:
    """Somebody with `roles`."""
    return Actor(id, agency, "Người thử", "", frozenset(roles), via)


def test_the_policy_speaks_of_every_action() -> None:
    """An action that is added must be decided here too."""
    assert {action for action, _, _ in POLICY} == set(Action) == set(RULES)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("action", "facts", "allowed"), POLICY)
def test_each_role_at_somebody_elses_clip(
    action: Action, facts: ClipFacts | AgencyFacts, allowed: frozenset[Role], role: Role
) -> None:
    """The table above, cell by cell."""
    assert may(person(role), action, facts) is (role in allowed)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_another_agency_finds_nothing(action: Action, role: Role) -> None:
    """Whatever the role and the action: not found."""
    assert refusal(person(role, agency=ELSEWHERE), action, WAITING) == "not_found"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    "action", [Action.LEVEL_APPROVE, Action.LEVEL_RETURN, Action.LEVEL_REJECT, Action.CLIP_SIGN]
)
def test_nobody_decides_on_their_own_clip(action: Action, role: Role) -> None:
    """Also with every role at once."""
    for facts in (WAITING, LAST):
        assert refusal(person(role, id=AUTHOR), action, facts) == "own_clip"
        assert refusal(person(*Role, id=AUTHOR), action, facts) == "own_clip"


@pytest.mark.parametrize("action", sorted(ONLY_AT_A_PAGE))
@pytest.mark.parametrize("via", [Via.TOKEN, Via.COMMAND, Via.SYSTEM])
def test_programs_decide_nothing(action: Action, via: Via) -> None:
    """No token, command or system actor, not even with every role."""
    for facts in (WAITING, LAST):
        actor = person(*Role, via=via)
        assert refusal(actor, action, facts) is not None
    assert refusal(SYSTEM, action, WAITING) is not None


@pytest.mark.parametrize("state", ClipState)
def test_an_author_and_their_clip(state: ClipState) -> None:
    """They edit what lies with them, and what is approved (which voids it); nothing else."""
    facts = ClipFacts(HOME, state, authors=frozenset({ME}), level_role=R.EDITOR)
    mine = state in (ClipState.DRAFT, ClipState.RETURNED, ClipState.APPROVED)
    assert may(person(R.REPORTER), Action.CLIP_EDIT, facts) is mine
    assert may(person(R.REPORTER), Action.CLIP_VIEW, facts) is True
    assert may(person(R.REPORTER), Action.CLIP_SUBMIT, facts) is True


def test_two_levels_are_two_people() -> None:
    """Who approved below, or will sign, does not decide here."""
    below = ClipFacts(
        HOME,
        ClipState.IN_REVIEW,
        level_role=R.SECTION_HEAD,
        decided_by=frozenset({ME}),
    )
    signer = ClipFacts(
        HOME, ClipState.IN_REVIEW, level_role=R.SECTION_HEAD, signers=frozenset({ME})
    )
    for facts in (below, signer):
        refused = refusal(person(R.SECTION_HEAD), Action.LEVEL_APPROVE, facts)
        assert refused == "two_levels_two_people"


@pytest.mark.parametrize("role", Role)
def test_drafts_are_their_authors_business(role: Role) -> None:
    """Those who lead and those who inspect may look; for the others a draft is not there."""
    facts = ClipFacts(HOME, ClipState.DRAFT, authors=frozenset({AUTHOR}))
    leads = {R.HEAD, R.DEPUTY, R.SECRETARY, R.SECTION_HEAD, R.INSPECTOR, R.ADMINISTRATOR}
    assert may(person(role), Action.CLIP_VIEW, facts) is (role in leads)
