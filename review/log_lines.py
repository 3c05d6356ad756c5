"""A line of the ledger, and the sentence that a person reads for it.

The ledger keeps codes and numbers; here they become "Nguyễn Văn Hùng, Trưởng phòng, trả lại: sai
địa danh". Words for every action are `log.<action>` in `review.words`; what follows the colon is
in `review.log_details`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from review.log_details import ALIASES, DETAILS, detail
from review.words import say

SYSTEM_VIA = "system"


@dataclass(frozen=True)
class LogText:
    """A text that an entry speaks of, with the salt of its hash."""

    name: str
    salt: bytes
    text: str


@dataclass(frozen=True)
class LogLine:
    """One entry: its bytes as they were hashed, and the texts that lie beside it."""

    position: int
    leaf: str
    at: datetime
    action: str
    body: bytes
    texts: tuple[LogText, ...] = ()

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The entry, read from its bytes."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def person(self) -> str:
        """The name of who acted, as it was then; empty when nobody is known."""
        return str(self.facts["actor"]["name"])

    @property
    def post(self) -> str:
        """The post of who acted, as it was then."""
        return str(self.facts["actor"]["post"])

    @property
    def clip_code(self) -> str:
        """The clip that the entry is about, or nothing."""
        subject = self.facts["subject"]
        return str(subject["code"]) if subject["kind"] == "clip" else ""

    @property
    def address(self) -> str:
        """The network address from which the act came."""
        return str(self.facts["request"]["address"])


def who(line: LogLine, locale: str) -> str:
    """ "Nguyễn Văn Hùng, Trưởng phòng", or the words for the system, or for an unknown person."""
    if line.facts["actor"]["via"] == SYSTEM_VIA:
        return say("log.system", locale)
    named = ", ".join(part for part in (line.person, line.post) if part)
    return named or say("log.somebody", locale)


def what(line: LogLine, locale: str) -> str:
    """What was done: "trả lại: sai địa danh"."""
    done = say(f"log.{line.action}", locale)
    details = [
        text
        for name in DETAILS.get(line.action, ())
        if (text := detail(name, _value(line, ALIASES.get(name, name)), locale))
    ]
    return f"{done}: {', '.join(details)}" if details else done


def sentence(line: LogLine, locale: str) -> str:
    """Who did what, as one sentence without the time."""
    return f"{who(line, locale)}, {what(line, locale)}"


def _value(line: LogLine, key: str) -> Any:
    if key == "code":
        return line.facts["subject"]["code"]
    if key in line.facts["after"]:
        return line.facts["after"][key]
    return next((text.text for text in line.texts if text.name == key), None)
