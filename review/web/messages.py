"""The message that somebody copies into their own messenger when a clip changes hands.

In the register of the house: "Kính gửi" goes up, "Gửi" goes down. It names the clip by its code
and link; the title stays inside, for a message may be read over anybody's shoulder.
"""

from __future__ import annotations

from flask import url_for

from review.queries.clip_page import ClipPage
from review.words import say
from review.words.figures import minute

# The language of the office, whatever the page is read in.
OFFICE = "vi"


def message_of(page: ClipPage) -> str:
    """The message for whoever is next or is to know; empty where nobody is."""
    link = url_for("clip.show", code=page.code, _external=True)
    if page.state == "in_review":
        return _upwards(page, link)
    if page.state == "approved":
        link = url_for("posting.index", clip=page.code, _external=True)
        to = say("role_channel_manager", OFFICE)
        return say("message_approved", OFFICE, to=to, code=page.code, link=link)
    if page.dossier.script_waiting is not None and page.dossier.assignment is not None:
        given = page.dossier.assignment
        to = f"{given.assigner_post} {given.assigner}".strip()
        return say("message_script", OFFICE, to=to, code=page.code, link=link)
    if (told := _assigned(page, link)) is not None:
        return told
    kind = "voided" if page.state == "draft" and _was_signed(page) else page.state
    if kind not in ("returned", "rejected", "posted", "voided"):
        return ""
    back = page.returned
    reason = say(f"reason_{back.reason}", OFFICE) if back else ""
    words = {"to": page.author, "code": page.code, "link": link, "reason": reason}
    return say(f"message_{kind}", OFFICE, **words)


def _assigned(page: ClipPage, link: str) -> str | None:
    """To whoever was given the clip, until its file is there, or once it was called off."""
    given = page.dossier.assignment
    if given is None or (page.file is not None and not given.ended_as):
        return None
    names = {"to": given.assignee, "code": page.code, "link": link}
    if given.ended_as:
        return say("message_cancelled", OFFICE, reason=given.end_reason, **names)
    when = minute(given.due_at) if given.due_at else ""
    due = say("message_assigned_due", OFFICE, when=when) if when else ""
    return say("message_assigned", OFFICE, due=due, **names)


def _upwards(page: ClipPage, link: str) -> str:
    to = " ".join((page.level_label, page.next_person)).strip()
    when = minute(page.due_at) if page.due_at else ""
    if page.overdue:
        # Late, the post is addressed and nobody by name.
        late = {"to": page.level_label, "code": page.code, "link": link, "when": when}
        return say("message_up_late", OFFICE, **late)
    words = say("message_up", OFFICE, to=to, code=page.code, link=link)
    return f"{words} {say('message_up_due', OFFICE, when=when)}" if when else words


def _was_signed(page: ClipPage) -> bool:
    """Whether the last that was decided on the clip is a sign-off, which then no longer holds."""
    return bool(page.opinions) and page.opinions[-1].kind == "signed"
