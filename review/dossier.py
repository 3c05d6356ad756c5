"""What a dossier asks of its author: the answers, which of them a submission needs, their defaults.

A rule about codes alone. Nothing here is needed to keep a draft; all of `MANDATORY` is needed to
send one up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Urgency(StrEnum):
    """How pressing a clip is, in the four grades of Vietnamese office work."""

    NORMAL = "normal"  # thường
    URGENT = "urgent"  # khẩn
    VERY_URGENT = "very_urgent"  # thượng khẩn
    EXPRESS = "express"  # hỏa tốc


class People(StrEnum):
    """Whether children or private persons can be recognised, and what allows it."""

    NONE = "none"
    CONSENT = "consent"  # with their consent, or their guardians'
    PUBLIC = "public"  # at a public event, nobody singled out
    MASKED = "masked"  # faces covered, voices changed


# Consent is worth nothing without saying whose, and where it is kept.
NEEDS_NOTE = frozenset({People.CONSENT})
# The author's own answers that a column cannot leave empty; a clip names those still to be given.
ANSWERABLE = ("category", "political", "ai_label")
# By how much a grade moves the machines' work forward. One step is more than the distance between
# any two kinds of work, so that the last step of an urgent clip goes before the first of another.
HASTE_STEP = 1_000

MANDATORY = (
    "title",
    "category",
    "political",
    "political_reason",
    "rights",
    "ai_label",
    "people",
    "people_note",
    "channels",
)


@dataclass(frozen=True)
class Answers:
    """What has been answered so far; `unanswered` names those of ANSWERABLE that nobody gave."""

    title: str
    political: bool
    political_reason: str
    rights: str
    people: str
    people_note: str
    channels: int
    channels_offered: int
    unanswered: frozenset[str]


def missing(given: Answers) -> tuple[str, ...]:
    """Names of the mandatory fields that are still missing, in the order of the form.

    An agency without channels has none to choose; then none is missing.
    """
    political_known = "political" not in given.unanswered
    lacking = {
        "title": not given.title,
        "political_reason": political_known and given.political and not given.political_reason,
        "rights": not given.rights,
        "people": not given.people,
        "people_note": given.people in NEEDS_NOTE and not given.people_note,
        "channels": not given.channels and bool(given.channels_offered),
    } | {name: name in given.unanswered for name in ANSWERABLE}
    return tuple(name for name in MANDATORY if lacking[name])


def haste(urgency: str) -> int:
    """What is taken off the priority of a clip's work; the lowest number goes first."""
    grades = list(Urgency)
    return HASTE_STEP * grades.index(Urgency(urgency)) if urgency in set(Urgency) else 0
