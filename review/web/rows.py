"""Repeated rows of a form, `<prefix><number>_<name>`, turned into drafts and back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from review.operations.accounts import PersonDraft
from review.operations.agencies import MAX_LEVELS, ChannelDraft, LevelDraft
from review.permissions import Role

# A hostile form must not make us read a million rows; an office has some dozens of people.
MAX_ROWS = 200
# 2**63 has nineteen digits; everything with eighteen fits.
MAX_DIGITS = 18
Form = MultiDict[str, str]
Row = dict[str, str]


def rows_of(form: Form, prefix: str) -> list[Row]:
    """The rows in the order of their numbers; each maps a field's name to its first value."""
    pattern = re.compile(rf"{re.escape(prefix)}(\d{{1,4}})_([a-z_]+)", re.ASCII)
    rows: dict[int, Row] = {}
    for key in form:
        found = pattern.fullmatch(key)
        if found:
            rows.setdefault(int(found[1]), {})[found[2]] = form[key].strip()
    return [rows[number] for number in sorted(rows)][:MAX_ROWS]


def whole(text: str) -> int | None:
    """The whole number that was typed, if it is one that a database can hold."""
    plain = text.strip()
    usable = plain.isascii() and plain.isdecimal() and len(plain) <= MAX_DIGITS
    return int(plain) if usable else None


def role_of(text: str | None) -> Role | None:
    """The role called `text`, or None."""
    return Role(text) if text in set(Role) else None


def roles_of(values: Iterable[str]) -> frozenset[Role]:
    """The known roles among `values`."""
    return frozenset(role for role in map(role_of, values) if role is not None)


def people_from(form: Form) -> tuple[PersonDraft, ...]:
    """The head and the first accounts; rows that were left empty do not count."""
    drafts = []
    for row in rows_of(form, "person"):
        if not row.get("username") and not row.get("full_name"):
            continue
        extra = {name for name in ("administrator", "channel_manager") if row.get(name)}
        drafts.append(
            PersonDraft(
                row.get("username", ""),
                row.get("full_name", ""),
                row.get("post", ""),
                roles_of({row.get("role", ""), *extra}),
            )
        )
    return tuple(drafts)


def levels_from(form: Form) -> tuple[LevelDraft, ...]:
    """The levels from the lowest up; a row without a role does not count, the head comes last."""
    drafts = []
    for row in rows_of(form, "level")[: MAX_LEVELS + 1]:
        role = role_of(row.get("role"))
        if role is not None:
            hours = whole(row.get("due_hours", "")) or 0
            drafts.append(
                LevelDraft(
                    role,
                    row.get("label", ""),
                    hours,
                    answers_quality=bool(row.get("quality")),
                    answers_legal=bool(row.get("legal")),
                    needs_checked_captions=bool(row.get("needs_checked")),
                )
            )
    return tuple(drafts)


def channels_from(form: Form) -> tuple[ChannelDraft, ...]:
    """The channels that were ticked."""
    return tuple(
        ChannelDraft(row.get("kind", ""), row.get("name", ""), row.get("url", ""))
        for row in rows_of(form, "channel")
        if row.get("on")
    )
