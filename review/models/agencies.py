"""Agencies, their routes, categories and the numbers they give out."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Moment, Name, Pk, Ref


class Agency(Base):
    """A media centre, newspaper, station, magazine or commune that owns channels."""

    __tablename__ = "agencies"

    id: Mapped[Pk]
    kind: Mapped[Code]
    name: Mapped[Name]
    parent_name: Mapped[Name]
    place: Mapped[Name]
    profile: Mapped[Code]  # nha_nuoc | dang: the layout of its paper
    created_at: Mapped[Moment]
    # What its files may weigh together; None is without a limit
    quota_bytes: Mapped[int | None] = mapped_column(BigInteger)


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
    """The levels a clip climbs. Never edited: a change is a new route, old clips keep theirs."""

    __tablename__ = "routes"

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    name: Mapped[Name]
    active: Mapped[bool]
    created_at: Mapped[Moment]


class RouteLevel(Base):
    """One step of a route: who decides there and how long it may take."""

    __tablename__ = "route_levels"
    __table_args__ = (UniqueConstraint("route_id", "position"),)

    id: Mapped[Pk]
    route_id: Mapped[Ref] = mapped_column(ForeignKey("routes.id"))
    position: Mapped[int]  # 1 is the lowest; the highest signs
    role: Mapped[Code]
    label: Mapped[Name]  # the post as people say it: "Trưởng phòng"
    due_hours: Mapped[int]
    needs_checked_captions: Mapped[bool] = mapped_column(server_default=false())


class Counter(Base):
    """The last number given out in a series, e.g. clip codes of one year."""

    __tablename__ = "counters"

    name: Mapped[Code] = mapped_column(primary_key=True)
    last: Mapped[int]
