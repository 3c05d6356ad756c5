"""What things are called on the paper about a clip: as they are now, or as they were signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.models import Agency, Category, Channel, Clip, ClipChannel, Person, SignOff
from review.queries.directives import citation, directives_of
from review.queries.dossier import dossier_of


@dataclass(frozen=True)
class PaperNames:
    """Names that somebody may change later; a sign-off keeps them, so that reprints are alike."""

    profile: str
    parent_name: str
    agency: str
    place: str
    category: str
    political_reason: str
    author: str
    channels: tuple[str, ...]
    directives: tuple[str, ...] = ()
    # Sign-offs from before these were asked for have kept none of them.
    series: str = ""
    lead_unit: str = ""
    units: tuple[str, ...] = ()
    instruction: str = ""
    assigned_by: str = ""  # post and name


def names_now(session: Session, clip: Clip) -> PaperNames:
    """The names as they are today."""
    agency = session.get_one(Agency, clip.agency_id)
    return PaperNames(
        profile=agency.profile,
        parent_name=agency.parent_name,
        agency=agency.name,
        place=agency.place,
        category=session.get_one(Category, clip.category_id).name,
        political_reason=clip.political_reason,
        author=session.get_one(Person, clip.created_by).full_name,
        channels=_channels(session, clip.id),
        directives=tuple(citation(card) for card in directives_of(session, clip.id)),
        **_around(session, clip),
    )


def names_of(session: Session, clip: Clip, sign_off: SignOff | None) -> PaperNames:
    """The names that `sign_off` kept; of one from before names were kept, and without any, today's
    names but for the agency's own."""
    if sign_off is not None and sign_off.names:
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in sign_off.names.items()
        }
        return PaperNames(**kept)
    now = names_now(session, clip)
    return PaperNames(**{**vars(now), "agency": sign_off.agency_name}) if sign_off else now


def _around(session: Session, clip: Clip) -> dict[str, Any]:
    about = dossier_of(session, clip)
    given = about.assignment
    return {
        "series": about.series,
        "lead_unit": about.lead_unit[1] if about.lead_unit else "",
        "units": tuple(name for _id, name in about.units),
        "instruction": given.instruction if given else "",
        "assigned_by": f"{given.assigner_post} {given.assigner}".strip() if given else "",
    }


def _channels(session: Session, clip_id: int) -> tuple[str, ...]:
    found = (
        select(Channel.name)
        .join(ClipChannel, ClipChannel.channel_id == Channel.id)
        .where(ClipChannel.clip_id == clip_id)
        .order_by(Channel.id)
    )
    return tuple(session.scalars(found))
