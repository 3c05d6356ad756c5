"""Offices and those who hold them: capacities, stretches of days, documents. No rows, no requests.

A stretch is written as the papers write it: from a day, to the last day on which it still holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from review.errors import Invalid


class Capacity(StrEnum):
    """In what right somebody signs (Decree 30/2020, appendix I, on the post of who signs)."""

    DIRECT = "direct"  # the head, in person
    ACTING = "acting"  # Q.: acting head of a vacant post
    KT = "kt"  # KT.: a deputy for the head
    TM = "tm"  # TM.: on behalf of a collective
    TL = "tl"  # TL.: by order of the head
    TUQ = "tuq"  # TUQ.: authorised in writing


# What is given to a person with a document; the other two follow from holding the head's post.
GRANTED = (Capacity.KT, Capacity.TM, Capacity.TL, Capacity.TUQ)
# Authority in writing is bound in time; the others hold as long as their document does.
NEEDS_END = frozenset({Capacity.TUQ})


class Lead(StrEnum):
    """Whether a post is that of the accountable head of its agency."""

    NONE = ""
    HEAD = "head"
    ACTING = "acting"


CAPACITY_OF = {Lead.HEAD: Capacity.DIRECT, Lead.ACTING: Capacity.ACTING}


class Succession(StrEnum):
    """What can become of an agency."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    DISSOLVE = "dissolve"
    TRANSFER = "transfer"


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included; no `last` means until further notice."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return self.first <= day and (self.last is None or day <= self.last)

    def meets(self, other: Span) -> bool:
        """Whether the two have a day in common."""
        return (self.last is None or other.first <= self.last) and (
            other.last is None or self.first <= other.last
        )


@dataclass(frozen=True)
class Document:
    """A document on which something rests; empty fields were not known."""

    number: str = ""
    issued_on: date | None = None
    issuer: str = ""

    @property
    def complete(self) -> bool:
        """Whether number, date and issuer are all there."""
        return bool(self.number and self.issued_on and self.issuer)


NO_DOCUMENT = Document()


class Spanned(Protocol):
    """A row that holds from one day to another."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


class Papered(Protocol):
    """A row that rests on a document."""

    @property
    def basis_number(self) -> str: ...
    @property
    def basis_day(self) -> date | None: ...
    @property
    def basis_issuer(self) -> str: ...


def span_of(row: Spanned) -> Span:
    """The days on which `row` holds."""
    return Span(row.valid_from, row.valid_to)


def document_of(row: Papered) -> Document:
    """The document on which `row` rests."""
    return Document(row.basis_number, row.basis_day, row.basis_issuer)


def checked_span(first: date | None, last: date | None) -> Span:
    """The stretch as entered. Raises Invalid('day_missing' | 'days_reversed')."""
    if first is None:
        raise Invalid("day_missing", field="valid_from")
    if last is not None and last < first:
        raise Invalid("days_reversed", field="valid_to")
    return Span(first, last)


def day_before(day: date) -> date:
    """The last day of what ends when something else begins on `day`."""
    return day - timedelta(days=1)


def gaps(spans: list[Span], since: date, until: date) -> list[Span]:
    """The stretches between `since` and `until` that none of `spans` covers, in order."""
    found: list[Span] = []
    free = since
    for span in sorted(spans, key=lambda one: one.first):
        if span.first > until:
            break
        if span.first > free:
            found.append(Span(free, day_before(span.first)))
        if span.last is None:
            return found
        free = max(free, span.last + timedelta(days=1))
    if free <= until:
        found.append(Span(free, until))
    return found
