"""What agencies and people are from day to day: names, kinds, parents, units, posts, capacities."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.dated import Dated
from review.models.types import Code, Long, Moment, Name, Pk, Ref

OPEN_LEAD = "lead <> '' AND valid_to IS NULL"


class AgencyKind(Base):
    """A kind of agency, one list for the installation: newspaper, station, commune …"""

    __tablename__ = "agency_kinds"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Name]
    position: Mapped[int]


class AgencyPeriod(Dated, Base):
    """What an agency was called over a stretch of days, of what kind it was, and under whom."""

    __tablename__ = "agency_periods"
    __table_args__ = (Index("ix_agency_periods_agency", "agency_id", "valid_from"),)

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    kind: Mapped[Code] = mapped_column(ForeignKey("agency_kinds.code"))
    name: Mapped[Name]
    parent_name: Mapped[Name]
    place: Mapped[Name]
    profile: Mapped[Code]  # nha_nuoc | dang: the layout of its paper


class AgencySuccession(Base):
    """That an agency was renamed, merged, split, dissolved or transferred. Insert-only."""

    __tablename__ = "agency_successions"

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"), index=True)
    kind: Mapped[Code]
    others: Mapped[list[str]] = mapped_column(JSON)  # names of the bodies before or after it
    on_day: Mapped[date] = mapped_column(Date)
    basis_number: Mapped[Name]
    basis_day: Mapped[date | None] = mapped_column(Date)
    basis_issuer: Mapped[Name]
    note: Mapped[Long]
    recorded_by: Mapped[Name]
    created_at: Mapped[Moment]


class Unit(Base):
    """A section of an agency (phòng, ban); its names are dated."""

    __tablename__ = "units"

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    focal_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # its focal officer
    closed_on: Mapped[date | None] = mapped_column(Date)  # the last day on which it existed
    created_at: Mapped[Moment]


class UnitName(Dated, Base):
    """What a unit was called over a stretch of days."""

    __tablename__ = "unit_names"

    id: Mapped[Pk]
    unit_id: Mapped[Ref] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[Name]


class Post(Dated, Base):
    """A post that a person held over a stretch of days. `lead` makes it the accountable head's."""

    __tablename__ = "posts"
    __table_args__ = (
        Index("ix_posts_person", "person_id", "valid_from"),
        Index("ix_posts_lead", "agency_id", "lead", "valid_from"),
        # Two heads until further notice cannot be, whatever the program does.
        Index(
            "uq_posts_open_lead",
            "agency_id",
            unique=True,
            sqlite_where=text(OPEN_LEAD),
            postgresql_where=text(OPEN_LEAD),
        ),
    )

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    title: Mapped[Name]
    lead: Mapped[Code]  # offices.Lead
    main: Mapped[bool]  # the post by which the person is called where only one fits
    basis_number: Mapped[Name]
    basis_day: Mapped[date | None] = mapped_column(Date)
    basis_issuer: Mapped[Name]
    created_at: Mapped[Moment]


class CapacityGrant(Dated, Base):
    """That a person may sign for the head (KT., TM., TL., TUQ.), on which document, how far.

    Always from the head to one person: no grant rests on another, so nothing is passed on.
    """

    __tablename__ = "capacity_grants"

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"), index=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    capacity: Mapped[Code]
    given_by: Mapped[Ref] = mapped_column(ForeignKey("people.id"))  # the head on its first day
    categories: Mapped[list[str]] = mapped_column(JSON)  # codes; empty means every category
    political: Mapped[bool]  # political clips too, where the agency's rule lets them
    scope: Mapped[Long]  # the limits in the words of the document
    basis_number: Mapped[Name]
    basis_day: Mapped[date] = mapped_column(Date)
    basis_issuer: Mapped[Name]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    file_name: Mapped[Name]
    created_at: Mapped[Moment]


class SigningRule(Base):
    """Who may sign for the head in an agency, from a day on. The last one to begin holds."""

    __tablename__ = "signing_rules"

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"), index=True)
    capacities: Mapped[list[str]] = mapped_column(JSON)  # none: the head in person
    political: Mapped[bool]
    valid_from: Mapped[date] = mapped_column(Date)
    basis_number: Mapped[Name]
    basis_day: Mapped[date | None] = mapped_column(Date)
    basis_issuer: Mapped[Name]
    created_at: Mapped[Moment]
