"""The parts that the forms of the office share: days, basis documents, numbers of rows."""

from __future__ import annotations

from datetime import date

from review.offices import Document
from review.operations.route_rules import RuleDraft
from review.web.rows import Form, rows_of, whole

POLITICAL = {"yes": True, "no": False}


def day(form: Form, name: str) -> date | None:
    """The day that was chosen, or None."""
    try:
        return date.fromisoformat(form.get(name, "").strip())
    except ValueError:
        return None


def basis(form: Form) -> Document:
    """The basis document as entered."""
    return Document(
        form.get("basis_number", ""), day(form, "basis_day"), form.get("basis_issuer", "")
    )


def rules_from(form: Form) -> tuple[RuleDraft, ...]:
    """The rules of the form; a row without a route does not count."""
    return tuple(
        RuleDraft(
            category_id=whole(row.get("category", "")),
            political=POLITICAL.get(row.get("political", "")),
            route_id=whole(row["route"]),
            head_in_person=row.get("head", "1") == "1",
        )
        for row in rows_of(form, "rule")
        if row.get("route")
    )


def tick_answers(form: Form) -> dict[int, str]:
    """Answers to ticks, `tick_<id>` = yes | no | not_applicable."""
    found: dict[int, str] = {}
    for name, value in form.items():
        number = whole(name.removeprefix("tick_")) if name.startswith("tick_") else None
        if number is not None:
            found[number] = value
    return found
