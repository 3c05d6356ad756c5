"""The way of a clip and of a file, written down a second time, by hand, as a decision table."""

from __future__ import annotations

import pytest

from review.errors import Conflict
from review.states import (
    CLOSED,
    EDITABLE,
    ClipState,
    Move,
    RevisionState,
    next_revision_state,
    next_state,
)

# Rows are states, columns moves; "-" is refused.
TABLE = """
             submit     approve    sign      return    return_below reject
draft        in_review  -          -         -         -            -
in_review    -          in_review  approved  returned  in_review    rejected
returned     in_review  -          -         -         -            -
rejected     -          -          -         -         -            -
withdrawn    -          -          -         -         -            -
approved     -          -          -         -         -            -
posted       -          -          -         -         -            -
taken_down   -          -          -         -         -            -
filed        -          -          -         -         -            -
"""

MORE = """
             skip       recall  withdraw   void   post
draft        -          -       withdrawn  -      -
in_review    in_review  draft   -          -      -
returned     -          -       withdrawn  -      -
rejected     -          -       -          -      -
withdrawn    -          -       -          -      -
approved     -          -       -          draft  posted
posted       -          -       -          -      posted
taken_down   -          -       -          -      -
filed        -          -       -          -      -
"""

# Where a file may go from where; a job may run twice, so probing may begin while it is on.
FILES = """
            received  probing  processing  ready  refused  failed
received    -         yes      -           -      -        -
probing     -         yes      yes         -      yes      yes
processing  -         -        -           yes    -        yes
ready       -         -        -           -      -        -
refused     -         -        -           -      -        -
failed      yes       -        yes         -      -        -
"""


def cells(table: str) -> list[tuple[str, str, str]]:
    """Every cell of a table as (row, column, content)."""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return [
        (name, column, value)
        for name, *values in rows
        for column, value in zip(head, values, strict=True)
    ]


CELLS = cells(TABLE) + cells(MORE)


@pytest.mark.parametrize(("state", "move", "target"), CELLS)
def test_a_clip_moves_as_the_table_says(state: str, move: str, target: str) -> None:
    """Every state with every move: to one place, or nowhere."""
    if target == "-":
        with pytest.raises(Conflict, match="move_not_possible"):
            next_state(ClipState(state), Move(move))
    else:
        assert next_state(ClipState(state), Move(move)) is ClipState(target)


@pytest.mark.parametrize(("state", "target", "allowed"), cells(FILES))
def test_a_file_moves_as_the_table_says(state: str, target: str, allowed: str) -> None:
    """Nothing skips the probe; what was refused or is ready stays so."""
    if allowed == "-":
        with pytest.raises(Conflict, match="revision_move_not_possible"):
            next_revision_state(RevisionState(state), RevisionState(target))
    else:
        found = next_revision_state(RevisionState(state), RevisionState(target))
        assert found is RevisionState(target)


def test_the_tables_name_every_state_and_every_move() -> None:
    """A state added to the code has to be decided on here."""
    clip, file = CELLS, cells(FILES)
    assert {(row, column) for row, column, _ in clip} == {(s, m) for s in ClipState for m in Move}
    assert {(row, column) for row, column, _ in file} == {
        (before, after) for before in RevisionState for after in RevisionState
    }


def test_only_the_head_leads_to_approved() -> None:
    """There is one way to the state from which a clip may be posted."""
    ways = [(row, column) for row, column, target in CELLS if target == "approved"]
    assert ways == [("in_review", "sign")]


def test_authors_own_what_has_not_been_sent_up() -> None:
    """Exactly the states from which one submits can be edited freely."""
    sendable = {row for row, column, target in CELLS if column == "submit" and target != "-"}
    assert sendable == EDITABLE
    assert not EDITABLE & CLOSED
