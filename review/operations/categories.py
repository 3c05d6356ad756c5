"""Categories of clips: each agency words and orders its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.audit import Act, Entry
from review.db import Database
from review.errors import Conflict, Invalid, NotFound
from review.models import Category
from review.operations import typed
from review.operations.identity import managed_agency
from review.permissions import Action, Actor, AgencyFacts, require
from review.words.folding import fold

CODE_LIMIT = 60


@dataclass(frozen=True)
class CategoryDraft:
    """A category as entered."""

    name: str
    political_by_default: bool = False
    active: bool = True


def add_category(db: Database, actor: Actor, draft: CategoryDraft) -> int:
    """A further category at the end of the list; returns its id. Raises Invalid."""
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ROUTES_MANAGE)
        name = typed.line(draft.name, "category_name")
        taken = select(Category.code, Category.position).where(Category.agency_id == agency_id)
        rows = unit.session.execute(taken).all()
        _check_name(unit.session, agency_id, name, None)
        row = Category(
            agency_id=agency_id,
            code=_code(name, {code for code, _ in rows}),
            name=name,
            political_by_default=draft.political_by_default,
            position=max((position for _, position in rows), default=-1) + 1,
            active=draft.active,
        )
        unit.session.add(row)
        unit.session.flush()
        unit.record(_entry(Act.CATEGORY_ADDED, actor, row, after=_said(row)))
        return row.id


def change_category(db: Database, actor: Actor, category_id: int, draft: CategoryDraft) -> None:
    """Another name, another proposal for the political flag, or no longer offered."""
    with db.transaction() as unit:
        row = unit.session.get(Category, category_id, with_for_update=True)
        if row is None:
            raise NotFound("not_found")
        require(actor, Action.ROUTES_MANAGE, AgencyFacts(row.agency_id))
        name = typed.line(draft.name, "category_name")
        _check_name(unit.session, row.agency_id, name, row.id)
        before = _said(row)
        row.name, row.active = name, draft.active
        row.political_by_default = draft.political_by_default
        unit.session.flush()
        _keep_one(unit.session, row.agency_id)
        if before == _said(row):
            raise Conflict("nothing_changed")
        unit.record(_entry(Act.CATEGORY_CHANGED, actor, row, before=before, after=_said(row)))


def _check_name(session: Session, agency_id: int, name: str, own: int | None) -> None:
    found = select(Category.id).where(Category.agency_id == agency_id, Category.name == name)
    if any(other != own for other in session.scalars(found)):
        raise Invalid("category_twice", field="name")


def _keep_one(session: Session, agency_id: int) -> None:
    found = select(func.count(Category.id)).where(Category.agency_id == agency_id, Category.active)
    if not session.scalar(found):
        raise Conflict("last_category")


def _code(name: str, taken: set[str]) -> str:
    plain = "_".join("".join(c if c.isalnum() else " " for c in fold(name)).split())
    plain = plain[:CODE_LIMIT] or "muc"
    number, code = 2, plain
    while code in taken:
        code, number = f"{plain[: CODE_LIMIT - 3]}_{number}", number + 1
    return code


def _said(row: Category) -> dict[str, Any]:
    return {
        "category": row.name,
        "political_by_default": row.political_by_default,
        "active": row.active,
    }


def _entry(
    act: Act,
    actor: Actor,
    row: Category,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Entry:
    return Entry(
        act,
        actor,
        row.agency_id,
        "category",
        row.id,
        row.code,
        before=before or {},
        after=after or {},
    )
