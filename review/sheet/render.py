"""The sheet in the layout of Decree 30/2020 (state bodies) or of Party documents.

There is no statutory form for it: it borrows the layout and says that it does not replace a
digital signature. It has its own Jinja environment, so that a command can print it too.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from review import clock
from review.permissions import Actor
from review.queries.sheet import Sheet
from review.words import figures, say

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "sheet"
# Sixteen hex digits are enough to compare by eye; the whole number stands on the sheet as well.
CHECK_DIGITS = 16

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(sheet: Sheet, printed_by: Actor, address: str, style: str) -> str:
    """The sheet as HTML. `address` is the clip's own, `style` that of the style sheet.

    The paper is in Vietnamese, whatever language the page around it is read in.
    """
    moment = clock.now()
    check = sheet.signature.digest if sheet.signature else sheet.sha256
    return _environment.get_template("sheet.html").render(
        sheet=sheet,
        signature=sheet.signature,
        t=lambda code, **params: say(code, "vi", **params),
        minute=figures.minute,
        length=figures.length,
        size=figures.size,
        printed_by=printed_by.name,
        printed_at=moment,
        check=check[:CHECK_DIGITS],
        address=address,
        style=style,
    )
