"""The states of a clip and of a revision, and the only moves between them."""

from __future__ import annotations

from enum import StrEnum

from review.errors import Conflict


class ClipState(StrEnum):
    """Where a clip stands. Scheduled, consulting, processing and overdue are labels, not states."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    POSTED = "posted"
    TAKEN_DOWN = "taken_down"
    FILED = "filed"


class Move(StrEnum):
    """What can happen to a clip."""

    SUBMIT = "submit"
    APPROVE = "approve"
    SIGN = "sign"
    RETURN = "return"
    RETURN_BELOW = "return_below"
    SKIP = "skip"
    REJECT = "reject"
    RECALL = "recall"
    WITHDRAW = "withdraw"
    VOID = "void"
    POST = "post"


class RevisionState(StrEnum):
    """Where the file of a clip stands on its way through the workshop."""

    RECEIVED = "received"
    PROBING = "probing"
    PROCESSING = "processing"
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"


TRANSITIONS: dict[tuple[ClipState, Move], ClipState] = {
    (ClipState.DRAFT, Move.SUBMIT): ClipState.IN_REVIEW,
    (ClipState.DRAFT, Move.WITHDRAW): ClipState.WITHDRAWN,
    (ClipState.RETURNED, Move.SUBMIT): ClipState.IN_REVIEW,
    (ClipState.RETURNED, Move.WITHDRAW): ClipState.WITHDRAWN,
    (ClipState.IN_REVIEW, Move.APPROVE): ClipState.IN_REVIEW,
    (ClipState.IN_REVIEW, Move.SIGN): ClipState.APPROVED,
    (ClipState.IN_REVIEW, Move.RETURN): ClipState.RETURNED,
    (ClipState.IN_REVIEW, Move.RETURN_BELOW): ClipState.IN_REVIEW,
    (ClipState.IN_REVIEW, Move.SKIP): ClipState.IN_REVIEW,
    (ClipState.IN_REVIEW, Move.REJECT): ClipState.REJECTED,
    (ClipState.IN_REVIEW, Move.RECALL): ClipState.DRAFT,
    (ClipState.APPROVED, Move.VOID): ClipState.DRAFT,
    (ClipState.APPROVED, Move.POST): ClipState.POSTED,
    (ClipState.POSTED, Move.POST): ClipState.POSTED,
}

REVISION_TRANSITIONS: dict[RevisionState, frozenset[RevisionState]] = {
    RevisionState.RECEIVED: frozenset({RevisionState.PROBING}),
    RevisionState.PROBING: frozenset(
        {
            RevisionState.PROBING,  # the job may run twice
            RevisionState.PROCESSING,
            RevisionState.REFUSED,
            RevisionState.FAILED,
        }
    ),
    RevisionState.PROCESSING: frozenset({RevisionState.READY, RevisionState.FAILED}),
    RevisionState.FAILED: frozenset({RevisionState.RECEIVED, RevisionState.PROCESSING}),
    RevisionState.READY: frozenset(),
    RevisionState.REFUSED: frozenset(),
}

# States in which the author owns the clip and may change anything on it.
EDITABLE = frozenset({ClipState.DRAFT, ClipState.RETURNED})
# States from which nothing moves any more, so far as this version goes.
CLOSED = frozenset({ClipState.REJECTED, ClipState.WITHDRAWN, ClipState.TAKEN_DOWN, ClipState.FILED})


def next_state(state: ClipState, move: Move) -> ClipState:
    """The state that `move` leads to. Raises Conflict('move_not_possible')."""
    try:
        return TRANSITIONS[state, move]
    except KeyError:
        raise Conflict("move_not_possible", state=state.value, move=move.value) from None


def next_revision_state(state: RevisionState, target: RevisionState) -> RevisionState:
    """`target`, if a revision may go there from `state`. Raises Conflict."""
    if target not in REVISION_TRANSITIONS[state]:
        raise Conflict("revision_move_not_possible", state=state.value, target=target.value)
    return target
