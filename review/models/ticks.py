"""The quality and legal ticks: their texts, as an agency words them, and the answers given."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Name, Pk, Ref


class TickText(Base):
    """One thing to be looked at. A changed text is a new row: answers keep what was asked."""

    __tablename__ = "tick_texts"

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"), index=True)
    kind: Mapped[Code]  # quality | legal
    text: Mapped[Name]
    position: Mapped[int]
    active: Mapped[bool]


class TickAnswer(Base):
    """What was answered with a decision. Insert-only, with the text as it was asked."""

    __tablename__ = "tick_answers"

    decision_id: Mapped[Ref] = mapped_column(
        ForeignKey("decisions.id"), primary_key=True, autoincrement=False
    )
    tick_id: Mapped[Ref] = mapped_column(
        ForeignKey("tick_texts.id"), primary_key=True, autoincrement=False
    )
    kind: Mapped[Code]
    text: Mapped[Name]
    answer: Mapped[Code]  # yes | no | not_applicable
