"""Entries of the ledger about a person: the account, the roles, the posts, the rights."""

from __future__ import annotations

from collections.abc import Mapping

from review.audit import Act, Entry
from review.models import Person
from review.permissions import Actor


def person_entry(
    act: Act,
    actor: Actor,
    person: Person,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> Entry:
    """What `actor` did about `person`, who is named in it by username and full name."""
    return Entry(
        action=act,
        actor=actor,
        agency_id=person.agency_id,
        subject="person",
        subject_id=person.id,
        subject_code=person.username,
        before=dict(before or {}),
        after={"name": person.full_name, **(after or {})},
    )
