"""Agencies, their routes, categories and the numbers they give out."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Date, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from review.db import Base
from review.models.dated import today_of
from review.models.organisation import AgencyPeriod
from review.models.types import Code, Moment, Name, Pk, Ref, UtcDateTime

IN_FORCE = "ended_at IS NULL"


class Agency(Base):
    """A media centre, newspaper, station, magazine or commune that owns channels: a stable id.

    Name, kind and parent are those of today, read from its periods and never written here.
    """

    __tablename__ = "agencies"

    id: Mapped[Pk]
    closed_on: Mapped[date | None] = mapped_column(Date)  # the last day of its work
    created_at: Mapped[Moment]
    # What its files may weigh together; None is without a limit
    quota_bytes: Mapped[int | None] = mapped_column(BigInteger)

    if TYPE_CHECKING:
        kind: Mapped[str]
        name: Mapped[str]
        parent_name: Mapped[str]
        place: Mapped[str]
        profile: Mapped[str]


for _facet in ("kind", "name", "parent_name", "place", "profile"):
    _column = getattr(AgencyPeriod, _facet)
    _now = today_of(_column, AgencyPeriod, AgencyPeriod.agency_id == Agency.id)
    setattr(Agency, _facet, column_property(_now))


class Category(Base):
    """What a clip is about; some kinds are political unless somebody says otherwise."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("agency_id", "code"),)

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    code: Mapped[Code]
    name: Mapped[Name]
    political_by_default: Mapped[bool]
    position: Mapped[int]
    active: Mapped[bool]


class Route(Base):
    """The levels a clip climbs. Never edited: a change is a new route, old clips keep theirs.

    `active` routes are offered to the rules; which clip takes which is in `RouteRule`. The author
    answers ticks only where no level below the head does.
    """

    __tablename__ = "routes"

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    name: Mapped[Name]
    active: Mapped[bool]
    answers_quality: Mapped[bool] = mapped_column(server_default=false())
    answers_legal: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[Moment]


class RouteRule(Base):
    """Which clips take which route; an empty column means any. The most specific rule counts."""

    __tablename__ = "route_rules"
    __table_args__ = (
        Index(
            "ix_route_rules_in_force",
            "agency_id",
            sqlite_where=text(IN_FORCE),
            postgresql_where=text(IN_FORCE),
        ),
    )

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    political: Mapped[bool | None]
    route_id: Mapped[Ref] = mapped_column(ForeignKey("routes.id"))
    head_in_person: Mapped[bool]  # of political clips: nobody signs for the head
    created_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RouteLevel(Base):
    """One step of a route: who decides there, how long it may take, which ticks it answers."""

    __tablename__ = "route_levels"
    __table_args__ = (UniqueConstraint("route_id", "position"),)

    id: Mapped[Pk]
    route_id: Mapped[Ref] = mapped_column(ForeignKey("routes.id"))
    position: Mapped[int]  # 1 is the lowest; the highest signs
    role: Mapped[Code]
    label: Mapped[Name]  # the post as people say it: "Trưởng phòng"
    due_hours: Mapped[int]
    answers_quality: Mapped[bool] = mapped_column(server_default=false())
    answers_legal: Mapped[bool] = mapped_column(server_default=false())
    needs_checked_captions: Mapped[bool] = mapped_column(server_default=false())


class Counter(Base):
    """The last number given out in a series, e.g. clip codes of one year."""

    __tablename__ = "counters"

    name: Mapped[Code] = mapped_column(primary_key=True)
    last: Mapped[int]
