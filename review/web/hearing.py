"""Having a clip heard again: the button below the captions."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from review import languages
from review.operations import rehearing
from review.queries.clip_page import ClipPage
from review.queries.rehearing import Rehearing, last_wish, open_hearing
from review.states import RevisionState
from review.web.locale import current_locale
from review.web.parts import parts
from review.web.sessions import current_actor
from review.words import say


@dataclass(frozen=True)
class Hearing:
    """What the form offers, and what became of the last wish."""

    models: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...]
    language: str
    running: bool
    wish: Rehearing | None


def hearing_of(session: Session, page: ClipPage) -> Hearing | None:
    """The form for a clip; None while there is no file that could be heard again."""
    file = page.file
    if file is None or file.state is not RevisionState.READY or not file.has_audio:
        return None
    heard = [code for code in languages.OFFERED if code in languages.HEARD]
    return Hearing(
        tuple((name, name) for name in parts().settings.speech_models),
        tuple((code, say(f"language_{code}", current_locale())) for code in heard),
        page.language if page.language in languages.HEARD else heard[0],
        open_hearing(session, file.id) is not None,
        last_wish(session, file.id),
    )


def ask(code: str) -> ResponseReturnValue:
    """Takes the wish of a form; what is refused is raised as a Fault."""
    rehearing.hear_again(
        parts().database,
        current_actor(),
        code,
        model=request.form.get("model", ""),
        language=request.form.get("language", ""),
        models=parts().settings.speech_models,
    )
    flash(say("hear_again_asked", current_locale()), "success")
    return redirect(url_for("clip.show", code=code, tab="captions"), 303)
