"""The ticks: an agency words them, the levels below the head answer them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Conflict, Invalid
from review.models import Clip, Decision, TickAnswer, TickText
from review.operations import typed
from review.operations.identity import managed_agency
from review.permissions import Action, Actor
from review.queries.ticks import ANSWERS, KINDS, Tick, kinds_due, ticks_of

# More than this and they are ticked unread.
MAX_TICKS = 20

# The six qualities of the provincial letter, in its order.
SEED_QUALITY = (
    "Kịp thời",
    "Ngắn gọn",
    "Súc tích",
    "Sinh động",
    "Chuẩn xác",
    "Phù hợp để lan tỏa",
)
# What editors look for; each agency's lawyer words its own.
SEED_LEGAL = (
    "Không chứa bí mật nhà nước",
    "Bản đồ có quần đảo Hoàng Sa, Trường Sa",
    "Quốc kỳ, quốc huy dùng đúng",
    "Đúng tên, chức danh và thứ tự lãnh đạo",
    "Người phát biểu có thẩm quyền phát ngôn (Nghị định 09/2017)",
    "Có quyền dùng hình và nhạc",
    "Bảo vệ trẻ em và đời tư",
    "Có nhãn khi dùng AI",
)


def seed_ticks(session: Session, agency_id: int) -> None:
    """The texts with which an agency begins."""
    texts = [("quality", text) for text in SEED_QUALITY] + [("legal", text) for text in SEED_LEGAL]
    session.add_all(
        TickText(agency_id=agency_id, kind=kind, text=text, position=number, active=True)
        for number, (kind, text) in enumerate(texts)
    )


def set_ticks(db: Database, actor: Actor, kind: str, texts: tuple[str, ...]) -> None:
    """Puts these texts, in this order, in force for one kind. Given answers keep what was asked.

    Raises Invalid('tick_kind_unknown' | 'ticks_many' | 'ticks_twice'),
    Conflict('nothing_changed').
    """
    if kind not in KINDS:
        raise Invalid("tick_kind_unknown", field="kind")
    wanted = _wanted(texts)
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ROUTES_MANAGE)
        found = select(TickText).where(TickText.agency_id == agency_id, TickText.kind == kind)
        known = {row.text: row for row in unit.session.scalars(found.order_by(TickText.position))}
        before = [row.text for row in known.values() if row.active]
        if before == wanted:
            raise Conflict("nothing_changed")
        for row in known.values():
            row.active = False
        for position, text in enumerate(wanted):
            row = known.get(text) or TickText(agency_id=agency_id, kind=kind, text=text)
            row.position, row.active = position, True
            unit.session.add(row)
        was, now = {"ticks": before}, {"kind": kind, "ticks": wanted}
        unit.record(
            Entry(Act.TICKS_SET, actor, agency_id, "agency", agency_id, before=was, after=now)
        )


def _wanted(texts: tuple[str, ...]) -> list[str]:
    wanted = [typed.line(text, "tick") for text in texts if text.strip()]
    if len(wanted) > MAX_TICKS:
        raise Invalid("ticks_many", field="ticks", limit=MAX_TICKS)
    if len(set(wanted)) != len(wanted):
        raise Invalid("ticks_twice", field="ticks")
    return wanted


def asked(unit: Transaction, clip: Clip, answers: Mapping[int, str] | None) -> tuple[Tick, ...]:
    """The ticks that the decision at the clip's level has to answer; level 0 is its author's.

    Raises Invalid('ticks_missing') while one of them has no answer.
    """
    due = kinds_due(unit.session, clip, clip.level)
    wanted = tuple(tick for tick in ticks_of(unit.session, clip.agency_id) if tick.kind in due)
    given = answers or {}
    missing = [tick for tick in wanted if given.get(tick.id) not in ANSWERS]
    if missing:
        raise Invalid("ticks_missing", field="ticks", count=len(missing), first=missing[0].text)
    return wanted


def write(
    unit: Transaction, decision: Decision, wanted: tuple[Tick, ...], answers: Mapping[int, str]
) -> None:
    """Lays the answers beside the decision with which they were given."""
    unit.session.add_all(
        TickAnswer(
            decision_id=decision.id,
            tick_id=tick.id,
            kind=tick.kind,
            text=tick.text,
            answer=answers[tick.id],
        )
        for tick in wanted
    )
    unit.session.flush()


def said(wanted: tuple[Tick, ...], answers: Mapping[int, str]) -> dict[str, object]:
    """The answers as the ledger keeps them: how many, and which are not in order."""
    if not wanted:
        return {}
    wrong = [tick.text for tick in wanted if answers[tick.id] == "no"]
    return {"ticks": {str(tick.id): answers[tick.id] for tick in wanted}, "not_in_order": wrong}
