"""Who may do what: actions, predicates, one table, one question.

A predicate looks at an actor and the facts of the thing acted on and returns None, or the code
of the sentence that says why not. Every action lists its predicates; the first refusal counts.
Agency comes before role everywhere: another agency's clip does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from review.errors import Forbidden, NotFound
from review.states import EDITABLE, ClipState


class Role(StrEnum):
    """What a person is to the agency; one person may be several."""

    HEAD = "head"
    DEPUTY = "deputy"
    SECRETARY = "secretary"
    SECTION_HEAD = "section_head"
    EDITOR = "editor"
    REPORTER = "reporter"
    CONTRIBUTOR = "contributor"
    CHANNEL_MANAGER = "channel_manager"
    FOCAL_OFFICER = "focal_officer"
    CLERK = "clerk"
    WATCHER = "watcher"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


class Via(StrEnum):
    """By what way an actor came in. Only a person at a page can decide or sign."""

    PAGE = "page"
    TOKEN = "token"
    COMMAND = "command"
    SYSTEM = "system"


AUTHORING = frozenset(
    {
        Role.SECRETARY,
        Role.SECTION_HEAD,
        Role.EDITOR,
        Role.REPORTER,
        Role.CONTRIBUTOR,
        Role.FOCAL_OFFICER,
    }
)
DIRECTING = frozenset({Role.HEAD, Role.DEPUTY, Role.SECRETARY, Role.SECTION_HEAD})
# Who gives work out: the head, whoever stands beside her, and the heads of sections.
ASSIGNING = frozenset({Role.HEAD, Role.DEPUTY, Role.SECTION_HEAD})
DECIDING = frozenset(
    {Role.HEAD, Role.DEPUTY, Role.SECRETARY, Role.SECTION_HEAD, Role.EDITOR, Role.FOCAL_OFFICER}
)

# Who may order that another body is asked, and who besides them keeps the papers of a clip.
ORDERING = frozenset({Role.HEAD, Role.DEPUTY, Role.SECRETARY, Role.SECTION_HEAD})
KEEPING_PAPERS = ORDERING | {Role.FOCAL_OFFICER, Role.CLERK}


@dataclass(frozen=True)
class Actor:
    """Who acts, as they stood when the request came in: names and posts are snapshots."""

    person_id: int | None
    agency_id: int | None
    name: str
    post: str
    roles: frozenset[Role] = frozenset()
    via: Via = Via.PAGE
    session_id: int | None = None
    signing_open: bool = False
    agency_closed: bool = False  # the agency's work has ended: its people read, and that is all
    request_id: str = ""
    address: str = ""


SYSTEM = Actor(None, None, "Hệ thống", "", via=Via.SYSTEM)


@dataclass(frozen=True)
class ClipFacts:
    """What the table needs to know of a clip; ids only, no rows."""

    agency_id: int
    state: ClipState
    authors: frozenset[int] = frozenset()
    level_role: Role | None = None
    is_last_level: bool = False
    decided_by: frozenset[int] = frozenset()
    signers: frozenset[int] = frozenset()
    channel_managers: frozenset[int] = field(default_factory=frozenset)
    handed_to: int | None = None  # the one holder of the level for whom it waits
    head_in_person: bool = False  # a political clip that nobody signs for the head
    fixer: int | None = None  # asked to mend a returned clip without being its author
    assigner: int | None = None  # who gave the clip to its author, where somebody did


@dataclass(frozen=True)
class AgencyFacts:
    """For actions on the agency itself rather than on one clip."""

    agency_id: int | None


class Action(StrEnum):
    """Everything that somebody may or may not do."""

    CLIP_CREATE = "clip_create"
    ASSIGNMENT_GIVE = "assignment_give"
    ASSIGNMENT_CHANGE = "assignment_change"
    SCRIPT_SEND = "script_send"
    SCRIPT_DECIDE = "script_decide"
    CLIP_VIEW = "clip_view"
    CLIP_EDIT = "clip_edit"
    CAPTION_EDIT = "caption_edit"
    CAPTION_CHECK = "caption_check"
    COVER_CHOOSE = "cover_choose"
    CAPTIONED_ASK = "captioned_ask"
    REVISION_ADD = "revision_add"
    STEP_RETRY = "step_retry"
    SPEECH_REDO = "speech_redo"
    REMARK_WRITE = "remark_write"
    REMARK_BLOCK = "remark_block"
    REMARK_RESOLVE_ANY = "remark_resolve_any"
    CLIP_SUBMIT = "clip_submit"
    CLIP_RECALL = "clip_recall"
    CLIP_WITHDRAW = "clip_withdraw"
    LEVEL_APPROVE = "level_approve"
    LEVEL_RETURN = "level_return"
    LEVEL_REJECT = "level_reject"
    LEVEL_HAND_OVER = "level_hand_over"
    LEVEL_SKIP = "level_skip"
    DOSSIER_HAND_OVER = "dossier_hand_over"
    CLIP_SIGN = "clip_sign"
    POST_DOWNLOAD = "post_download"
    POST_CONFIRM = "post_confirm"
    DELIVERY_RESEND = "delivery_resend"
    RESULT_REPORT = "result_report"
    PUBLICATIONS_VIEW = "publications_view"
    SHEET_PRINT = "sheet_print"
    EXCHANGE_RECORD = "exchange_record"
    EXCHANGES_VIEW = "exchanges_view"
    DIRECTIVE_CITE = "directive_cite"
    DIRECTIVES_VIEW = "directives_view"
    DIRECTIVES_MANAGE = "directives_manage"
    LOG_VIEW = "log_view"
    LOG_EXPORT = "log_export"
    ORGANISATION_VIEW = "organisation_view"
    ORGANISATION_MANAGE = "organisation_manage"
    PEOPLE_MANAGE = "people_manage"
    ROUTES_MANAGE = "routes_manage"
    CHANNELS_MANAGE = "channels_manage"
    QUOTA_MANAGE = "quota_manage"
    GLOSSARY_MANAGE = "glossary_manage"
    TOKEN_MANAGE_OWN = "token_manage_own"


Facts = ClipFacts | AgencyFacts
Predicate = Callable[[Actor, Facts], str | None]


def same_agency(actor: Actor, facts: Facts) -> str | None:
    """Another agency's things are not there at all."""
    return None if actor.agency_id == facts.agency_id else "not_found"


def at_a_page(actor: Actor, facts: Facts) -> str | None:
    """Decisions are made by people at a page, never by a token, a command or a program."""
    return None if actor.via is Via.PAGE else "decision_needs_person"


def has(*roles: Role) -> Predicate:
    """The actor holds at least one of `roles`."""
    wanted = frozenset(roles)

    def predicate(actor: Actor, facts: Facts) -> str | None:
        return None if actor.roles & wanted else "role_missing"

    return predicate


def is_author(actor: Actor, facts: Facts) -> str | None:
    """The actor made the clip or uploaded its current file."""
    assert isinstance(facts, ClipFacts)
    return None if actor.person_id in facts.authors else "authors_only"


def carries_on(actor: Actor, facts: Facts) -> str | None:
    """The actor is an author, or was asked to mend the returned clip."""
    assert isinstance(facts, ClipFacts)
    if facts.state is ClipState.RETURNED and actor.person_id == facts.fixer:
        return None
    return is_author(actor, facts)


def not_author(actor: Actor, facts: Facts) -> str | None:
    """Nobody decides on their own clip."""
    assert isinstance(facts, ClipFacts)
    return "own_clip" if actor.person_id in facts.authors else None


def holds_level(actor: Actor, facts: Facts) -> str | None:
    """The actor holds the level at which the clip waits."""
    assert isinstance(facts, ClipFacts)
    if facts.state is not ClipState.IN_REVIEW:
        return "not_in_review"
    return None if facts.level_role in actor.roles else "level_not_yours"


def in_hand(actor: Actor, facts: Facts) -> str | None:
    """A clip handed to one holder of a level is theirs; a colleague takes it over first."""
    assert isinstance(facts, ClipFacts)
    return None if facts.handed_to in (None, actor.person_id) else "handed_to_other"


def first_decision(actor: Actor, facts: Facts) -> str | None:
    """Two levels are two people, and the head decides once, at the end."""
    assert isinstance(facts, ClipFacts)
    if actor.person_id in facts.decided_by:
        return "two_levels_two_people"
    if not facts.is_last_level and actor.person_id in facts.signers:
        return "two_levels_two_people"
    return None


def at_last_level(actor: Actor, facts: Facts) -> str | None:
    """The sign-off is the last level's act."""
    assert isinstance(facts, ClipFacts)
    return None if facts.is_last_level else "not_the_last_level"


def political_in_person(actor: Actor, facts: Facts) -> str | None:
    """A political clip is the head's own to sign, unless the agency's rule lets somebody else."""
    assert isinstance(facts, ClipFacts)
    if facts.head_in_person and actor.person_id not in facts.signers:
        return "political_head_only"
    return None


def below_last_level(actor: Actor, facts: Facts) -> str | None:
    """At the last level one signs; a plain approval there does not exist."""
    assert isinstance(facts, ClipFacts)
    return "sign_instead" if facts.is_last_level else None


def author_while_editable_or_level_holder(actor: Actor, facts: Facts) -> str | None:
    """The author owns drafts and returned clips; a level owns what waits at it.

    On an approved clip the author may still change what the sign-off covers: that voids it.
    """
    assert isinstance(facts, ClipFacts)
    if facts.state is ClipState.IN_REVIEW:
        return (
            not_author(actor, facts)
            or holds_level(actor, facts)
            or first_decision(actor, facts)
            or in_hand(actor, facts)
        )
    if facts.state in EDITABLE or facts.state is ClipState.APPROVED:
        return carries_on(actor, facts)
    return "clip_closed_for_edit"


def waits_below_the_head(actor: Actor, facts: Facts) -> str | None:
    """There is a level below the last to be skipped."""
    assert isinstance(facts, ClipFacts)
    if facts.state is not ClipState.IN_REVIEW:
        return "not_in_review"
    return "nothing_to_skip" if facts.is_last_level else None


def lies_with_its_author(actor: Actor, facts: Facts) -> str | None:
    """Nothing is under way: only then does another take the dossier on."""
    assert isinstance(facts, ClipFacts)
    return None if facts.state in EDITABLE else "dossier_on_its_way"


def author_or_over_them(actor: Actor, facts: Facts) -> str | None:
    """The author's own hand, or that of somebody who directs the work when they are away."""
    return None if actor.roles & DIRECTING else is_author(actor, facts)


def while_editable(actor: Actor, facts: Facts) -> str | None:
    """The clip lies with its author."""
    assert isinstance(facts, ClipFacts)
    return None if facts.state in EDITABLE else "not_with_author"


def answers_for_script(actor: Actor, facts: Facts) -> str | None:
    """Whoever asked for the clip reads its script; so may the heads of sections and the head."""
    assert isinstance(facts, ClipFacts)
    asked = actor.person_id is not None and actor.person_id == facts.assigner
    return None if asked else has(Role.HEAD, Role.SECTION_HEAD)(actor, facts)


def before_sign_off(actor: Actor, facts: Facts) -> str | None:
    """Words are checked while the check can still hold a clip back."""
    assert isinstance(facts, ClipFacts)
    open_states = (*EDITABLE, ClipState.IN_REVIEW)
    return None if facts.state in open_states else "captions_check_closed"


def still_undecided(actor: Actor, facts: Facts) -> str | None:
    """There is somebody whom it would keep from agreeing."""
    return "after_the_sign_off" if before_sign_off(actor, facts) else None


def sees_clip(actor: Actor, facts: Facts) -> str | None:
    """Drafts are their authors' own business; from submission on the agency's people may look."""
    assert isinstance(facts, ClipFacts)
    if actor.person_id in facts.authors or actor.roles & {Role.INSPECTOR, Role.ADMINISTRATOR}:
        return None
    if facts.state in (ClipState.DRAFT, ClipState.WITHDRAWN) and not (
        actor.roles & {Role.HEAD, Role.DEPUTY, Role.SECRETARY, Role.SECTION_HEAD}
    ):
        return "not_found"
    return None if actor.roles else "role_missing"


def keeps_papers(actor: Actor, facts: Facts) -> str | None:
    """Who writes down what was asked of others: the clip's authors, and those who answer for it."""
    assert isinstance(facts, ClipFacts)
    if actor.person_id in facts.authors or actor.roles & KEEPING_PAPERS:
        return None
    return "role_missing"


def keeps_papers_or_holds_level(actor: Actor, facts: Facts) -> str | None:
    """Those, and whoever the clip waits for: they read it against the documents above it."""
    return keeps_papers(actor, facts) and holds_level(actor, facts) and "role_missing"


def manages_channel(actor: Actor, facts: Facts) -> str | None:
    """A channel has one manager; other channel managers stand in for an absent one."""
    assert isinstance(facts, ClipFacts)
    if actor.person_id in facts.channel_managers or Role.CHANNEL_MANAGER in actor.roles:
        return None
    return "role_missing"


NOT_READ_ONLY = has(*(role for role in Role if role not in (Role.INSPECTOR, Role.WATCHER)))

RULES: dict[Action, tuple[Predicate, ...]] = {
    Action.CLIP_CREATE: (same_agency, has(*AUTHORING)),
    # The assigner is no author and may decide on the clip later; its assignee is one.
    Action.ASSIGNMENT_GIVE: (same_agency, at_a_page, has(*ASSIGNING)),
    Action.ASSIGNMENT_CHANGE: (
        same_agency,
        at_a_page,
        has(*ASSIGNING),
        not_author,
        while_editable,
    ),
    Action.SCRIPT_SEND: (same_agency, at_a_page, is_author, while_editable),
    Action.SCRIPT_DECIDE: (same_agency, at_a_page, not_author, answers_for_script, while_editable),
    Action.CLIP_VIEW: (same_agency, sees_clip),
    Action.CLIP_EDIT: (same_agency, at_a_page, author_while_editable_or_level_holder),
    Action.CAPTION_EDIT: (same_agency, at_a_page, author_while_editable_or_level_holder),
    Action.COVER_CHOOSE: (same_agency, at_a_page, author_while_editable_or_level_holder),
    Action.CAPTIONED_ASK: (same_agency, at_a_page, author_while_editable_or_level_holder),
    # Authors may check too: they have listened, and that is worth recording. Where a level needs
    # the check, theirs alone does not do (review/queries/caption_checks.py).
    Action.CAPTION_CHECK: (same_agency, at_a_page, sees_clip, NOT_READ_ONLY, before_sign_off),
    Action.REVISION_ADD: (same_agency, carries_on),
    Action.STEP_RETRY: (same_agency, sees_clip, NOT_READ_ONLY),
    Action.SPEECH_REDO: (same_agency, sees_clip, at_a_page, NOT_READ_ONLY),
    Action.REMARK_WRITE: (same_agency, sees_clip, at_a_page, NOT_READ_ONLY),
    # "Must be mended" is a word of those who decide; an author does not hold their own clip up.
    Action.REMARK_BLOCK: (
        same_agency,
        sees_clip,
        at_a_page,
        has(*DECIDING),
        not_author,
        still_undecided,
    ),
    # Whoever remarked says when it is settled; where they are away, who directs the work does.
    Action.REMARK_RESOLVE_ANY: (same_agency, sees_clip, at_a_page, has(*DIRECTING), not_author),
    Action.CLIP_SUBMIT: (same_agency, at_a_page, carries_on),
    Action.CLIP_RECALL: (same_agency, at_a_page, is_author),
    Action.CLIP_WITHDRAW: (same_agency, at_a_page, is_author),
    Action.LEVEL_APPROVE: (
        same_agency,
        at_a_page,
        not_author,
        holds_level,
        below_last_level,
        first_decision,
        in_hand,
    ),
    Action.LEVEL_RETURN: (same_agency, at_a_page, not_author, holds_level, first_decision, in_hand),
    Action.LEVEL_REJECT: (same_agency, at_a_page, not_author, holds_level, first_decision, in_hand),
    # Any holder may, also one who has to wait for a colleague: that is how it comes back.
    Action.LEVEL_HAND_OVER: (
        same_agency,
        at_a_page,
        not_author,
        holds_level,
        first_decision,
        waits_below_the_head,
    ),
    Action.LEVEL_SKIP: (same_agency, at_a_page, has(Role.HEAD), not_author, waits_below_the_head),
    Action.DOSSIER_HAND_OVER: (
        same_agency,
        at_a_page,
        author_or_over_them,
        lies_with_its_author,
    ),
    Action.CLIP_SIGN: (
        same_agency,
        at_a_page,
        not_author,
        political_in_person,
        holds_level,
        at_last_level,
        first_decision,
    ),
    Action.POST_DOWNLOAD: (same_agency, manages_channel),
    Action.POST_CONFIRM: (same_agency, at_a_page, manages_channel),
    Action.DELIVERY_RESEND: (same_agency, at_a_page, manages_channel),
    Action.RESULT_REPORT: (same_agency, manages_channel),
    Action.PUBLICATIONS_VIEW: (
        same_agency,
        has(*(role for role in Role if role is not Role.CONTRIBUTOR)),
    ),
    Action.SHEET_PRINT: (same_agency, sees_clip),
    # In whatever state the clip is: asking is no decision and moves nothing.
    Action.EXCHANGE_RECORD: (same_agency, sees_clip, at_a_page, keeps_papers),
    Action.EXCHANGES_VIEW: (
        same_agency,
        at_a_page,
        has(*(role for role in Role if role is not Role.CONTRIBUTOR)),
    ),
    Action.DIRECTIVE_CITE: (same_agency, sees_clip, at_a_page, keeps_papers_or_holds_level),
    # What the work rests on is for everybody who works here.
    Action.DIRECTIVES_VIEW: (same_agency, at_a_page, has(*Role)),
    Action.DIRECTIVES_MANAGE: (same_agency, at_a_page, has(Role.CLERK, Role.ADMINISTRATOR)),
    Action.LOG_VIEW: (
        same_agency,
        has(
            Role.HEAD,
            Role.DEPUTY,
            Role.SECRETARY,
            Role.SECTION_HEAD,
            Role.CLERK,
            Role.INSPECTOR,
            Role.ADMINISTRATOR,
        ),
    ),
    Action.LOG_EXPORT: (
        same_agency,
        has(Role.HEAD, Role.DEPUTY, Role.CLERK, Role.INSPECTOR, Role.ADMINISTRATOR),
    ),
    # Who answers for the agency and who may sign for whom is no secret inside it; a contributor
    # from outside has no business with it.
    Action.ORGANISATION_VIEW: (
        same_agency,
        at_a_page,
        has(*(role for role in Role if role is not Role.CONTRIBUTOR)),
    ),
    Action.ORGANISATION_MANAGE: (same_agency, at_a_page, has(Role.ADMINISTRATOR)),
    Action.PEOPLE_MANAGE: (same_agency, at_a_page, has(Role.ADMINISTRATOR)),
    Action.ROUTES_MANAGE: (same_agency, at_a_page, has(Role.ADMINISTRATOR)),
    Action.CHANNELS_MANAGE: (same_agency, at_a_page, has(Role.ADMINISTRATOR)),
    Action.QUOTA_MANAGE: (same_agency, at_a_page, has(Role.ADMINISTRATOR)),
    # Names are the newsroom's own knowledge; whoever may decide or write may mend the list.
    Action.GLOSSARY_MANAGE: (
        same_agency,
        at_a_page,
        has(*(DECIDING | {Role.REPORTER, Role.ADMINISTRATOR})),
    ),
    Action.TOKEN_MANAGE_OWN: (same_agency, at_a_page, NOT_READ_ONLY),
}


# What remains possible once the agency's work has ended: to read, to keep its accounts and its
# records in order, and to call the closing off.
WHEN_CLOSED = frozenset(
    {
        Action.CLIP_VIEW,
        Action.SHEET_PRINT,
        Action.PUBLICATIONS_VIEW,
        Action.EXCHANGES_VIEW,
        Action.DIRECTIVES_VIEW,
        Action.LOG_VIEW,
        Action.LOG_EXPORT,
        Action.ORGANISATION_VIEW,
        Action.ORGANISATION_MANAGE,
        Action.PEOPLE_MANAGE,
    }
)


def refusal(actor: Actor, action: Action, facts: Facts) -> str | None:
    """None if `actor` may do `action`, else the code of the reason."""
    if actor.via is Via.SYSTEM:
        return None if action in (Action.CLIP_VIEW,) else "decision_needs_person"
    for predicate in RULES[action]:
        code = predicate(actor, facts)
        if code is not None:
            return code
    if actor.agency_closed and action not in WHEN_CLOSED:
        return "agency_closed"
    return None


def may(actor: Actor, action: Action, facts: Facts) -> bool:
    """Whether `actor` may do `action`; for showing or hiding a button."""
    return refusal(actor, action, facts) is None


def require(actor: Actor, action: Action, facts: Facts) -> None:
    """Raises NotFound or Forbidden with the reason, if `actor` may not do `action`."""
    code = refusal(actor, action, facts)
    if code == "not_found":
        raise NotFound("not_found")
    if code is not None:
        raise Forbidden(code, action=action.value)
