"""What the templates about captions need: marked words, what was found, the editor's rows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from flask import request

from media.results import Line
from review.caption_diff import LineChange, line_changes
from review.errors import Invalid, Stale
from review.names import Term
from review.queries.clip_page import ClipPage
from review.web.caption_form import EditLine, as_text, judged, lines_from, rows_for
from review.words.folding import find

# As long as the longest thing anybody looks for in a minute of speech.
FIND_LIMIT = 100


@dataclass(frozen=True)
class Stretch:
    """A stretch of a line whose marks are the same."""

    text: str
    unsure: bool
    found: bool


@dataclass(frozen=True)
class Overtaken:
    """Somebody saved another version while this one was typed. `changes`: from theirs to this."""

    number: int
    name: str
    at: Any
    changes: tuple[LineChange, ...]


def stretches(line: Line, words: str = "") -> tuple[Stretch, ...]:
    """The text of a line cut where the machine's doubt or what was looked for begins and ends."""
    hits = find(line.text, words)
    edges = {0, len(line.text), *(edge for span in (*hits, *line.unsure) for edge in span)}
    cuts = sorted(edge for edge in edges if edge <= len(line.text))
    return tuple(
        Stretch(line.text[start:end], _within(start, line.unsure), _within(start, hits))
        for start, end in itertools.pairwise(cuts)
    )


def find_context(lines: tuple[Line, ...]) -> dict[str, Any]:
    """What somebody looks for in the words, and in how many lines it stands."""
    words = request.args.get("q", "").strip()[:FIND_LIMIT]
    return {"words": words, "count": sum(bool(find(line.text, words)) for line in lines)}


def editor_context(
    page: ClipPage,
    names: tuple[Term, ...],
    typed: tuple[EditLine, ...],
    trouble: Exception | None,
    base: int,
) -> dict[str, Any]:
    """The editor's rows: those of the version that counts, or what was typed and refused."""
    lines = page.captions.lines if page.captions else ()
    duration = page.file.duration_ms if page.file else 0
    return {
        "edit_lines": judged(typed or rows_for(lines), duration, names),
        "blank_line": EditLine(),
        "typed": bool(typed),
        "rescued": as_text(typed) if "caption_edit" not in page.can else "",
        "overtaken": _overtaken(page, typed) if isinstance(trouble, Stale) and typed else None,
        "version_changed": page.captions is not None and page.captions.number != base,
        "duration_ms": duration,
    }


def _overtaken(page: ClipPage, typed: tuple[EditLine, ...]) -> Overtaken | None:
    """Set beside what was typed, so that nobody writes over another's work unseen."""
    theirs = page.captions
    if theirs is None:
        return None
    try:
        mine = tuple(lines_from(typed))
    except Invalid:
        mine = ()  # a time that cannot be read: there is nothing to compare yet
    changes = line_changes(theirs.lines, mine) if mine else ()
    return Overtaken(theirs.number, theirs.author, theirs.created_at, changes)


def _within(place: int, spans: tuple[tuple[int, int], ...]) -> bool:
    return any(start <= place < end for start, end in spans)
