"""Which rule of an agency catches a clip."""

from __future__ import annotations

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from review.models import RouteRule


def rule_for(
    session: Session, agency_id: int, category_id: int, political: bool
) -> RouteRule | None:
    """The rule in force that fits a clip best: category and flag, then category, then flag, then
    the general one. None in an agency without rules."""
    fits = select(RouteRule).where(
        RouteRule.agency_id == agency_id,
        RouteRule.ended_at.is_(None),
        or_(RouteRule.category_id.is_(None), RouteRule.category_id == category_id),
        or_(RouteRule.political.is_(None), RouteRule.political.is_(political)),
    )
    by_category = case((RouteRule.category_id.is_(None), 1), else_=0)
    by_flag = case((RouteRule.political.is_(None), 1), else_=0)
    return session.scalar(fits.order_by(by_category, by_flag, RouteRule.id.desc()).limit(1))
