"""What the head is asked to confirm, word for word, and the digest it stands for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from review.digests import digest
from review.models import Agency, Clip, Revision
from review.permissions import Actor
from review.queries.covered import covered
from review.words import say

# The four qualities that the provincial letter has the head ensure, in its order.
ASSESSMENTS = ("political", "ideological", "humane", "guiding")


@dataclass(frozen=True)
class SigningSheet:
    """The statement as it will be stored, its digest, and the parts that the digest covers."""

    statement: str
    digest: str
    parts: dict[str, Any]


def signing_sheet(session: Session, clip: Clip, signer: Actor) -> SigningSheet:
    """The statement for `signer` on `clip` as it stands. Raises Conflict as `covered` does.

    The record is kept in Vietnamese, whatever language the signer reads the page in.
    """
    parts = covered(session, clip)
    number = digest(parts)
    revision = session.get_one(Revision, clip.revision_id)
    statement = say(
        "sign.statement",
        name=signer.name,
        post=signer.post,
        agency=session.get_one(Agency, clip.agency_id).name,
        title=clip.title,
        code=clip.code,
        revision=revision.number,
        digest=number,
    )
    return SigningSheet(statement, number, asdict(parts))
