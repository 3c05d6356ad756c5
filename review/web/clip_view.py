"""The page of a clip as every view that ends there shows it, with what was refused still typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from review.audit.reading import LogFilter
from review.operations.levels import REASONS
from review.queries.clip_page import ClipPage, clip_page
from review.queries.dossier import assignees, typed_words
from review.queries.glossary import names_of
from review.queries.log import LogRow, log_page
from review.queries.progress import Progress, progress_of
from review.queries.ticks import asked_on
from review.web import office_forms
from review.web.answers import sentence
from review.web.caption_form import EditLine
from review.web.caption_view import editor_context, find_context
from review.web.clip_fields import editing_context
from review.web.clip_form import Fields, offered
from review.web.error_pages import Problem, status_of
from review.web.hearing import hearing_of
from review.web.locale import current_locale
from review.web.messages import message_of
from review.web.parts import parts
from review.web.presence import presence
from review.web.sessions import current_actor
from review.words import say
from review.words.figures import readable, split_timecodes

TABS = ("captions", "opinions", "exchanges", "fields", "versions", "history")
STRIP_WIDTH = 1000
# A clip's whole way has some forty entries; who needs more goes to the log itself.
STORY_ROWS = 200


@dataclass(frozen=True)
class WorkStep:
    """One step of the machines. `place`: waiting, running, done, unavailable."""

    name: str
    place: str
    percent: int | None


@dataclass(frozen=True)
class Mark:
    """A remark on the line under the picture, in thousandths of its width. `kind`: open, must,
    done."""

    x: int
    width: int
    kind: str
    remark: int
    at_ms: int


@dataclass(frozen=True)
class Refusal:
    """What was refused and what had been entered, so that nobody types it again. `base` is the
    number of the caption version that somebody began to edit."""

    trouble: Problem
    panel: str = ""
    fields: Fields = field(default_factory=dict)
    lines: tuple[EditLine, ...] = ()
    base: int = 0


def render_clip(
    code: str,
    *,
    tab: str = "",
    editing: bool = False,
    refusal: Refusal | None = None,
    template: str = "clip/show.html",
    **more: Any,
) -> tuple[str, int]:
    """The page of clip `code` and its status. Raises NotFound or Forbidden."""
    actor = current_actor()
    with parts().database.read() as session:
        page = clip_page(session, actor, code)
        # Before there is a file the dossier is all there is to read.
        tab = tab if tab in TABS else TABS[0] if page.file else "fields"
        choices = offered(session, actor.agency_id or 0)
        typed = typed_words(session, actor, page.id, page.version)
        able = assignees(session, actor) if "assignment_change" in page.can else ()
        asked, ticks = asked_on(session, page.id)
        story = _story(session, page, current_locale()) if tab == "history" else ()
        hearing = hearing_of(session, page) if tab == "captions" else None
        names = names_of(session, actor.agency_id or 0) if tab == "captions" and editing else ()
    context = clip_context(page, tab)
    fields = refusal.fields if refusal and refusal.fields else {}
    if tab == "fields" and editing:
        trouble = refusal.trouble if refusal else None
        context |= editing_context(page, choices, typed, fields, trouble)
    else:
        context["form"] = {name: (values or [""])[0] for name, values in fields.items()}
    if tab == "captions" and editing:
        lines, trouble = (refusal.lines, refusal.trouble) if refusal else ((), None)
        context |= editor_context(page, names, lines, trouble, refusal.base if refusal else 0)
    html = render_template(
        template,
        **context,
        editing=editing,
        half_typed=typed,
        able=able,
        story=story,
        asked=asked,
        ticks=ticks,
        tick_answers=office_forms.tick_answers(request.form) if refusal else {},
        hearing=hearing,
        fault=sentence(refusal.trouble) if refusal else None,
        panel_open=refusal.panel if refusal else "",
        watching=presence().look(page.id, actor),
        **more,
    )
    return html, status_of(refusal.trouble) if refusal else 200


def clip_context(page: ClipPage, tab: str) -> dict[str, Any]:
    """What the templates about one clip share."""
    lines = page.captions.lines if page.captions else ()
    file = page.file
    counts = {
        "opinions": page.open_remarks,
        "exchanges": len(page.exchanges),
        "versions": len(page.files),
    }
    return {
        "page": page,
        "tab": tab,
        "tabs": [(name, counts.get(name, 0)) for name in TABS],
        "doubts": page.captions.doubts if page.captions else 0,
        "find": find_context(lines) if tab == "captions" else None,
        "reasons": [(code, say(f"reason_{code}", current_locale())) for code in REASONS],
        "strip": _strip(page),
        "work": work_steps(page) if file and file.working else (),
        "reason_params": readable(file.reason_params) if file else {},
        "speech_params": readable(file.speech_params) if file else {},
        "seen": seen(page),
        "message": message_of(page),
    }


def seen(page: ClipPage) -> str:
    """What the player's place shows now; when it changes the page fetches itself anew."""
    file = page.file
    return f"{file.number}-{file.state.value}-{int(file.has_video)}" if file else ""


def work_steps(page: ClipPage) -> tuple[WorkStep, ...]:
    """The three steps of the file in work, with honest percentages or none."""
    file = page.file
    if file is None:
        return ()
    progress = progress_of(parts().redis, [file.id])[file.id]
    probed = file.state not in ("received", "probing")
    spoken = {"done": "done", "unavailable": "unavailable"}.get(file.speech_state, "")
    return (
        _step("probe", "done" if probed else "", progress),
        _step("transcode", "done" if file.has_video and file.has_poster else "", progress),
        _step("transcribe", spoken, progress),
    )


def _story(session: Session, page: ClipPage, locale: str) -> tuple[LogRow, ...]:
    wanted = LogFilter(clip_code=page.code)
    agency_id = current_actor().agency_id or 0
    return log_page(session, agency_id, wanted, limit=STORY_ROWS, locale=locale).rows


def _step(name: str, settled: str, progress: Progress) -> WorkStep:
    running = progress.steps.get(name)
    if settled:
        return WorkStep(name, settled, None)
    return WorkStep(name, "running" if running else "waiting", running.percent if running else None)


def _strip(page: ClipPage) -> dict[str, Any] | None:
    """The line under the picture: where somebody speaks, where somebody remarked."""
    if page.file is None or not page.file.duration_ms:
        return None
    scale = STRIP_WIDTH / page.file.duration_ms
    lines = page.captions.lines if page.captions else ()
    return {
        "lines": [
            (
                round(line.start_ms * scale),
                max(2, round((line.end_ms - line.start_ms) * scale) - 2),
                not line.published,
            )
            for line in lines
        ],
        "marks": _marks(page, scale),
    }


def _marks(page: ClipPage, scale: float) -> list[Mark]:
    """Where on the line something is remarked: of this version, or open since an earlier one."""
    file = page.file
    found = []
    for thread in page.threads:
        root = thread.root
        if root.at_ms is None or root.deleted or file is None or root.at_ms > file.duration_ms:
            continue
        if root.open or root.revision == file.number:
            width = max(5, round(((root.end_ms or root.at_ms) - root.at_ms) * scale))
            kind = "done" if not root.open else ("must" if root.blocking else "open")
            found.append(Mark(round(root.at_ms * scale), width, kind, root.id, root.at_ms))
    for said in page.opinions:
        places = (one for one in split_timecodes(said.text) if isinstance(one, int))
        found += [Mark(round(at * scale), 5, "open", 0, at) for at in places]
    return found


def form_fields() -> Fields:
    """The form of this request as plain lists."""
    return {name: request.form.getlist(name) for name in request.form}
