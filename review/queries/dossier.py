"""The dossier of a clip as a page shows it: its answers, what is missing, what it is part of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review import clock, dossier
from review.errors import Invalid
from review.models import (
    Assignment,
    Channel,
    Clip,
    ClipChannel,
    ClipUnit,
    FieldDraft,
    Person,
    PersonRole,
    Series,
    Unit,
    UnitName,
)
from review.models.dated import on_day
from review.permissions import AUTHORING, Actor
from review.queries.scripts import SENT, ScriptView, script_owed, scripts_of
from review.words.collation import name_key


@dataclass(frozen=True)
class AssignmentView:
    """Who asked whom for the clip, for when, on what ground."""

    assignee_id: int
    assignee: str
    assigner: str
    assigner_post: str
    instruction: str
    basis: str
    due_at: datetime | None
    overdue: bool
    needs_script: bool
    given_at: datetime
    ended_as: str
    end_reason: str


@dataclass(frozen=True)
class Dossier:
    """What a clip's page shows beside the texts that go out. `missing` names what a submission
    still lacks, `unanswered` whose columns hold a proposal."""

    people: str
    people_note: str
    urgency: str
    series: str
    audience: str
    script: str
    wished_at: datetime | None
    lead_unit: tuple[int, str] | None
    units: tuple[tuple[int, str], ...]
    missing: tuple[str, ...]
    unanswered: frozenset[str]
    assignment: AssignmentView | None
    scripts: tuple[ScriptView, ...]
    script_owed: bool

    @property
    def script_waiting(self) -> ScriptView | None:
        """The script that somebody is asked to read."""
        return next((one for one in self.scripts if one.state == SENT), None)


@dataclass(frozen=True)
class FieldChoices:
    """What the form of the fields offers beside categories and channels."""

    series: tuple[str, ...]
    units: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class SeriesCard:
    """A series as its agency keeps it; `clips` is how many name it."""

    id: int
    name: str
    active: bool
    clips: int


@dataclass(frozen=True)
class TypedWords:
    """Words of one person's that are kept and not saved. `stale`: somebody changed the clip."""

    fields: dict[str, list[str]]
    at: datetime
    stale: bool


def dossier_of(session: Session, clip: Clip) -> Dossier:
    """The dossier of `clip`."""
    series = session.get(Series, clip.series_id) if clip.series_id else None
    beside = select(ClipUnit.unit_id).where(ClipUnit.clip_id == clip.id)
    ids = [*([clip.lead_unit_id] if clip.lead_unit_id else []), *session.scalars(beside)]
    names = unit_names(session, ids)
    lead = clip.lead_unit_id
    return Dossier(
        people=clip.people,
        people_note=clip.people_note,
        urgency=clip.urgency,
        series=series.name if series else "",
        audience=clip.audience,
        script=clip.script,
        wished_at=clip.wished_at,
        lead_unit=(lead, names[lead]) if lead else None,
        units=tuple((one, names[one]) for one in sorted(names) if one != lead),
        missing=missing_of(session, clip),
        unanswered=clip.unanswered,
        assignment=assignment_of(session, clip.id),
        scripts=scripts_of(session, clip),
        script_owed=script_owed(session, clip),
    )


def missing_of(session: Session, clip: Clip) -> tuple[str, ...]:
    """Names of the mandatory fields that the clip still lacks."""
    planned = select(func.count()).where(ClipChannel.clip_id == clip.id)
    offered = select(func.count(Channel.id)).where(
        Channel.agency_id == clip.agency_id, Channel.active
    )
    return dossier.missing(
        dossier.Answers(
            title=clip.title,
            political=clip.political,
            political_reason=clip.political_reason,
            rights=clip.rights,
            people=clip.people,
            people_note=clip.people_note,
            channels=session.scalar(planned) or 0,
            channels_offered=session.scalar(offered) or 0,
            unanswered=clip.unanswered,
        )
    )


def require_complete(session: Session, clip: Clip) -> None:
    """Raises Invalid('fields_missing') that names every field a submission still lacks, at once."""
    lacking = missing_of(session, clip)
    if lacking:
        raise Invalid("fields_missing", field=lacking[0], fields=lacking)


def assignment_of(session: Session, clip_id: int) -> AssignmentView | None:
    """The assignment that stands, or the one that was called off; None where nobody asked."""
    row = session.scalar(
        select(Assignment)
        .where(Assignment.clip_id == clip_id, Assignment.ended_as != "reassigned")
        .order_by(Assignment.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    late = row.ended_at is None and row.due_at is not None and row.due_at < clock.now()
    return AssignmentView(
        assignee_id=row.assignee_id,
        assignee=row.assignee_name,
        assigner=row.assigner_name,
        assigner_post=row.assigner_post,
        instruction=row.instruction,
        basis=row.basis,
        due_at=row.due_at,
        overdue=late,
        needs_script=row.needs_script,
        given_at=row.created_at,
        ended_as=row.ended_as,
        end_reason=row.end_reason,
    )


def assignees(session: Session, actor: Actor) -> tuple[tuple[int, str], ...]:
    """Who may be given a clip: (id, "name, post"), by given name, without the actor."""
    found = session.execute(
        select(Person.id, Person.full_name, Person.post)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(
            Person.agency_id == actor.agency_id,
            Person.id != actor.person_id,
            Person.disabled_at.is_(None),
            Person.password_hash.is_not(None),
            PersonRole.role.in_(AUTHORING),
        )
        .distinct()
    )
    people = sorted(found, key=lambda row: name_key(row.full_name))
    return tuple((row.id, ", ".join(filter(None, (row.full_name, row.post)))) for row in people)


def field_choices(session: Session, agency_id: int) -> FieldChoices:
    """The agency's series in use by name, and its units that exist today."""
    names = session.scalars(
        select(Series.name).where(Series.agency_id == agency_id, Series.active)
    ).all()
    today = clock.today()
    ids = session.scalars(
        select(Unit.id).where(
            Unit.agency_id == agency_id,
            func.coalesce(Unit.closed_on, today) >= today,
        )
    ).all()
    units = unit_names(session, list(ids))
    return FieldChoices(
        tuple(sorted(names, key=name_key)),
        tuple(sorted(units.items(), key=lambda one: one[1])),
    )


def series_of(session: Session, agency_id: int) -> tuple[SeriesCard, ...]:
    """All series of the agency by name, those no longer offered last."""
    count = select(func.count(Clip.id)).where(Clip.series_id == Series.id).scalar_subquery()
    rows = session.execute(
        select(Series.id, Series.name, Series.active, count.label("clips")).where(
            Series.agency_id == agency_id
        )
    )
    cards = [SeriesCard(row.id, row.name, row.active, row.clips) for row in rows]
    return tuple(sorted(cards, key=lambda card: (not card.active, name_key(card.name))))


def unit_names(session: Session, ids: list[int]) -> dict[int, str]:
    """What these units are called today; one whose first name lies ahead has that name already."""
    named = session.execute(
        select(UnitName.unit_id, UnitName.name, on_day(UnitName, clock.today()).label("now"))
        .where(UnitName.unit_id.in_(ids))
        .order_by(UnitName.unit_id, UnitName.valid_from.desc())
    )
    found: dict[int, str] = {}
    settled: set[int] = set()
    for row in named:
        if row.unit_id not in settled:
            found[row.unit_id] = row.name
        if row.now:
            settled.add(row.unit_id)
    return found


def typed_words(session: Session, actor: Actor, clip_id: int, version: int) -> TypedWords | None:
    """What the actor typed into the clip's fields and has not saved, if there is anything."""
    row = session.get(FieldDraft, (clip_id, actor.person_id)) if actor.person_id else None
    if row is None or row.fields is None:
        return None
    return TypedWords(dict(row.fields), row.kept_at, row.base != version)
