"""Whole numbers out of addresses and forms."""

from __future__ import annotations

# What a column of either database can hold.
LARGEST = 2**63 - 1


def number(text: str) -> int:
    """`text` as a number; for `request.args.get(..., type=number)`, which leaves out what raises.

    Raises ValueError for what is no number, and for one that no row could have.
    """
    found = int(text)
    if abs(found) > LARGEST:
        raise ValueError("no row has this number")
    return found
