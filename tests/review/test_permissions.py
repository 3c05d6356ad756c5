"""Who may do what, written down a second time, by hand, as decision tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from review.errors import Forbidden, NotFound
from review.permissions import (
    SYSTEM,
    Action,
    Actor,
    AgencyFacts,
    ClipFacts,
    Role,
    Via,
    may,
    refusal,
    require,
)
from review.states import ClipState

HOME, ELSEWHERE = 1, 2
ALL = frozenset(Role)
AUTHOR, MANAGER = "author", "manager"

# One person for each role, one author (a reporter) and one manager of a planned channel (who
# holds no role but the watcher's).
PEOPLE: dict[str, Actor] = {
    role.value: Actor(number, HOME, role.value, "", frozenset({role}))
    for number, role in enumerate(Role, start=1)
}
PEOPLE[AUTHOR] = Actor(100, HOME, AUTHOR, "", frozenset({Role.REPORTER}))
PEOPLE[MANAGER] = Actor(101, HOME, MANAGER, "", frozenset({Role.WATCHER}))

LEVELS = (Role.EDITOR, Role.SECTION_HEAD, Role.HEAD)


def clip(state: ClipState, level: int = 0) -> ClipFacts:
    """The author's clip on the route editor, section head, head; lower levels have decided.

    The deputy gave it to its author.
    """
    return ClipFacts(
        agency_id=HOME,
        state=state,
        authors=frozenset({PEOPLE[AUTHOR].person_id or 0}),
        level_role=LEVELS[level - 1] if level else None,
        is_last_level=level == len(LEVELS),
        decided_by=frozenset(PEOPLE[role].person_id or 0 for role in LEVELS[: max(0, level - 1)]),
        signers=frozenset({PEOPLE["head"].person_id or 0}),
        channel_managers=frozenset({PEOPLE[MANAGER].person_id or 0}),
        assigner=PEOPLE["deputy"].person_id,
    )


CLIPS = {
    "draft": clip(ClipState.DRAFT),
    "level1": clip(ClipState.IN_REVIEW, 1),
    "level2": clip(ClipState.IN_REVIEW, 2),
    "level3": clip(ClipState.IN_REVIEW, 3),
    "returned": clip(ClipState.RETURNED),
    "approved": clip(ClipState.APPROVED, 3),
    "posted": clip(ClipState.POSTED, 3),
    "rejected": clip(ClipState.REJECTED),
    "withdrawn": clip(ClipState.WITHDRAWN),
}

# Action → the roles that may; everybody else may not.
IN_THE_AGENCY = """
clip_create        secretary section_head editor reporter contributor focal_officer
assignment_give    head deputy section_head
publications_view  all -contributor
log_view           head deputy secretary section_head clerk inspector administrator
log_export         head deputy clerk inspector administrator
organisation_view  all -contributor
organisation_manage administrator
people_manage      administrator
routes_manage      administrator
channels_manage    administrator
quota_manage       administrator
glossary_manage    head deputy secretary section_head editor focal_officer reporter administrator
token_manage_own   all -watcher -inspector
exchanges_view     all -contributor
directives_view    all
directives_manage  clerk administrator
"""

# Action, the clips it is asked about → the people who may; "all" is every person above.
SEERS = "head deputy secretary section_head inspector administrator author"
KEEPERS = "head deputy secretary section_head focal_officer clerk author"
ON_A_CLIP = f"""
clip_view       draft,withdrawn                                    {SEERS}
clip_view       level1,level2,level3,returned,approved,posted,rejected   all
sheet_print     draft,withdrawn                                    {SEERS}
sheet_print     level1,level2,level3,returned,approved,posted,rejected   all
assignment_change draft,returned                                   head deputy section_head
assignment_change level1,level3,approved,posted,rejected,withdrawn nobody
script_send     draft,returned                                     author
script_send     level1,level3,approved,posted,rejected,withdrawn   nobody
script_decide   draft,returned                                     head deputy section_head
script_decide   level1,level3,approved,posted,rejected,withdrawn   nobody
clip_edit       draft,returned,approved                            author
clip_edit       level1                                             editor
clip_edit       level2                                             section_head
clip_edit       level3                                             head
clip_edit       posted,rejected,withdrawn                          nobody
caption_edit    draft,returned,approved                            author
caption_edit    level1                                             editor
caption_edit    level2                                             section_head
caption_edit    level3                                             head
caption_edit    posted,rejected,withdrawn                          nobody
cover_choose    draft,returned,approved                            author
cover_choose    level1                                             editor
cover_choose    level2                                             section_head
cover_choose    level3                                             head
cover_choose    posted,rejected,withdrawn                          nobody
captioned_ask   draft,returned,approved                            author
captioned_ask   level1                                             editor
captioned_ask   level2                                             section_head
captioned_ask   level3                                             head
captioned_ask   posted,rejected,withdrawn                          nobody
caption_check   draft             head deputy secretary section_head administrator author
caption_check   level1,level3,returned                             all -watcher -inspector -manager
caption_check   approved,posted,rejected,withdrawn                 nobody
revision_add    draft,level1,level3,returned,approved              author
clip_submit     draft,returned                                     author
clip_recall     level1,level2,level3                               author
clip_withdraw   draft,returned                                     author
level_approve   level1                                             editor
level_approve   level2                                             section_head
level_approve   level3,draft,returned,approved,posted,rejected     nobody
level_return    level1                                             editor
level_return    level2                                             section_head
level_return    level3                                             head
level_return    draft,returned,approved,posted,rejected,withdrawn  nobody
level_reject    level1                                             editor
level_reject    level2                                             section_head
level_reject    level3                                             head
level_reject    draft,returned,approved,posted,rejected,withdrawn  nobody
level_hand_over level1                                             editor
level_hand_over level2                                             section_head
level_hand_over level3,draft,returned,approved,posted,rejected,withdrawn   nobody
level_skip      level1,level2                                      head
level_skip      level3,draft,returned,approved,posted,rejected,withdrawn   nobody
dossier_hand_over draft,returned                  author head deputy secretary section_head
dossier_hand_over level1,level3,approved,posted,rejected,withdrawn nobody
clip_sign       level3                                             head
clip_sign       draft,level1,level2,returned,approved,posted,rejected,withdrawn   nobody
remark_write    draft             head deputy secretary section_head administrator author
remark_write    level1,approved,posted                             all -watcher -inspector -manager
remark_block    draft             head deputy secretary section_head
remark_block    level1,returned   head deputy secretary section_head editor focal_officer
remark_block    approved,posted,rejected,withdrawn                 nobody
remark_resolve_any draft,level1,returned,approved      head deputy secretary section_head
speech_redo     draft             head deputy secretary section_head administrator author
speech_redo     level1,approved,posted                             all -watcher -inspector -manager
step_retry      draft             head deputy secretary section_head administrator author
step_retry      level1,approved                                    all -watcher -inspector -manager
post_download   approved,posted                                    channel_manager manager
post_confirm    approved,posted                                    channel_manager manager
delivery_resend approved,posted                                    channel_manager manager
result_report   approved,posted                                    channel_manager manager
exchange_record draft,withdrawn    head deputy secretary section_head author
exchange_record level1,level2,level3,returned,approved,posted,rejected   {KEEPERS}
directive_cite  draft,withdrawn    head deputy secretary section_head author
directive_cite  level1                                             {KEEPERS} editor
directive_cite  level2,level3,returned,approved,posted,rejected    {KEEPERS}
"""


def names(words: list[str], everybody: set[str]) -> set[str]:
    """What a list of names stands for."""
    found: set[str] = set()
    for word in words:
        if word == "all":
            found |= everybody
        elif word.startswith("-"):
            found.discard(word[1:])
        elif word != "nobody":
            found.add(word)
    return found


def clip_rows() -> list[tuple[str, str, set[str]]]:
    """Every (action, clip, people) of the table."""
    rows = []
    for line in ON_A_CLIP.strip().splitlines():
        action, clips, *words = line.split()
        rows += [(action, name, names(words, set(PEOPLE))) for name in clips.split(",")]
    return rows


@pytest.mark.parametrize("line", IN_THE_AGENCY.strip().splitlines())
def test_what_a_role_may_in_its_agency(line: str) -> None:
    """Exactly the roles of the table; and in another agency nobody at all."""
    name, *words = line.split()
    action, allowed = Action(name), names(words, {role.value for role in Role})
    assert {role for role in ALL if may(PEOPLE[role], action, AgencyFacts(HOME))} == allowed
    assert not any(may(PEOPLE[role], action, AgencyFacts(ELSEWHERE)) for role in ALL)


@pytest.mark.parametrize(("name", "which", "allowed"), clip_rows())
def test_what_a_person_may_with_a_clip(name: str, which: str, allowed: set[str]) -> None:
    """Exactly the people of the table."""
    action = Action(name)
    assert {who for who, actor in PEOPLE.items() if may(actor, action, CLIPS[which])} == allowed


def test_the_tables_name_every_action() -> None:
    """An action added to the code has to be decided on here."""
    named = {line.split()[0] for line in IN_THE_AGENCY.strip().splitlines()}
    named |= {name for name, _, _ in clip_rows()}
    assert named == set(Action)


def test_a_deputy_reads_only_the_scripts_they_asked_for() -> None:
    """Without the assignment the heads of sections and the head are left."""
    nobodys = replace(CLIPS["draft"], assigner=None)
    able = {who for who, actor in PEOPLE.items() if may(actor, Action.SCRIPT_DECIDE, nobodys)}
    assert able == {"head", "section_head"}


def test_whoever_gave_a_clip_out_may_decide_on_it() -> None:
    """The assigner is no author: a section head who assigned decides at their own level."""
    head_of_section = PEOPLE["section_head"]
    facts = replace(CLIPS["level2"], assigner=head_of_section.person_id)
    assert may(head_of_section, Action.LEVEL_APPROVE, facts)
    assert not may(PEOPLE[AUTHOR], Action.LEVEL_APPROVE, facts)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("which", CLIPS)
def test_another_agencys_clip_is_not_there(action: Action, which: str) -> None:
    """For every role and every act it looks like a code that was never given."""
    stranger = Actor(999, ELSEWHERE, "x", "", ALL)
    assert refusal(stranger, action, CLIPS[which]) == "not_found"
    with pytest.raises(NotFound):
        require(stranger, action, CLIPS[which])


BY_PROGRAM = {
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


@pytest.mark.parametrize("via", [Via.TOKEN, Via.COMMAND])
@pytest.mark.parametrize("action", sorted(set(Action) - BY_PROGRAM))
def test_only_people_at_a_page_decide(via: Via, action: Action) -> None:
    """Somebody with every role, through a token or a command, on any clip: refused."""
    everything = Actor(500, HOME, "x", "", ALL, via=via)
    author = replace(everything, person_id=PEOPLE[AUTHOR].person_id)
    for facts in CLIPS.values():
        assert not may(everything, action, facts)
        assert not may(author, action, facts)


@pytest.mark.parametrize("action", sorted(BY_PROGRAM))
def test_what_a_token_may_is_what_its_person_may(action: Action) -> None:
    """A token is never more than its person, and here no less."""
    for facts in CLIPS.values():
        for person in PEOPLE.values():
            by_token = replace(person, via=Via.TOKEN)
            assert may(by_token, action, facts) == may(person, action, facts)


DECISIONS = (Action.LEVEL_APPROVE, Action.LEVEL_RETURN, Action.LEVEL_REJECT, Action.CLIP_SIGN)


@pytest.mark.parametrize("action", DECISIONS)
@pytest.mark.parametrize("level", [1, 2, 3])
def test_nobody_decides_on_their_own_clip(action: Action, level: int) -> None:
    """Not with the level's role, not with every role there is."""
    author = replace(PEOPLE[AUTHOR], roles=ALL)
    assert refusal(author, action, clip(ClipState.IN_REVIEW, level)) == "own_clip"


@pytest.mark.parametrize("action", DECISIONS)
def test_two_levels_are_two_people(action: Action) -> None:
    """Who approved below does not decide above; who will sign does not decide below."""
    both = Actor(7, HOME, "x", "", frozenset({Role.EDITOR, Role.SECTION_HEAD, Role.HEAD}))
    for level in (1, 2, 3):
        facts = clip(ClipState.IN_REVIEW, level)
        seen_before = replace(facts, decided_by=frozenset({7}))
        signs_later = replace(facts, signers=frozenset({7}))
        assert not may(both, action, seen_before)
        assert level == 3 or not may(both, action, signs_later)


@pytest.mark.parametrize("action", [*DECISIONS[:3], Action.CLIP_EDIT])
def test_what_was_handed_to_a_colleague_is_theirs(action: Action) -> None:
    """Another holder of the level has to take it over first; the colleague need not."""
    facts = replace(clip(ClipState.IN_REVIEW, 1), handed_to=900)
    colleague = Actor(900, HOME, "x", "", frozenset({Role.EDITOR}))
    assert refusal(PEOPLE["editor"], action, facts) == "handed_to_other"
    assert may(colleague, action, facts)
    assert may(PEOPLE["editor"], Action.LEVEL_HAND_OVER, facts)


@pytest.mark.parametrize(
    "action", [Action.CLIP_EDIT, Action.CAPTION_EDIT, Action.REVISION_ADD, Action.CLIP_SUBMIT]
)
def test_who_is_asked_to_mend_does_what_the_author_does(action: Action) -> None:
    """While it lies returned; not before, not after, and nothing else."""
    editor = PEOPLE["editor"]
    facts = replace(clip(ClipState.RETURNED), fixer=editor.person_id)
    assert may(editor, action, facts)
    assert not may(editor, Action.CLIP_WITHDRAW, facts)
    for state in (ClipState.DRAFT, ClipState.APPROVED):
        assert not may(editor, action, replace(facts, state=state))


READING = {
    Action.CLIP_VIEW,
    Action.SHEET_PRINT,
    Action.PUBLICATIONS_VIEW,
    Action.LOG_VIEW,
    Action.LOG_EXPORT,
    Action.ORGANISATION_VIEW,
    Action.EXCHANGES_VIEW,
    Action.DIRECTIVES_VIEW,
}
RECORDS = {Action.ORGANISATION_MANAGE, Action.PEOPLE_MANAGE}


@pytest.mark.parametrize("action", Action)
def test_in_a_closed_agency_one_reads(action: Action) -> None:
    """What could be read can be read, its records are kept in order, and nothing else is done."""
    for facts in CLIPS.values():
        for person in PEOPLE.values():
            closed = replace(person, agency_closed=True)
            still = may(person, action, facts) and action in READING | RECORDS
            assert may(closed, action, facts) == still


def test_the_system_decides_nothing() -> None:
    """Work that finishes by itself moves no clip past a person."""
    for action in set(Action) - {Action.CLIP_VIEW}:
        for facts in CLIPS.values():
            assert not may(SYSTEM, action, facts)


def test_a_refusal_names_the_reason_and_the_act() -> None:
    """The page can say both."""
    with pytest.raises(Forbidden, match="own_clip") as caught:
        require(PEOPLE[AUTHOR], Action.LEVEL_APPROVE, CLIPS["level1"])
    assert caught.value.params == {"action": "level_approve"}
