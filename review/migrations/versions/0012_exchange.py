"""Exchanges with other bodies, the register of directives, and the documents of both"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from review.migrations import guards
from review.models.types import UtcDateTime

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "documents": (("id",), ("file_id",)),
    "exchanges": (("id",),),
    "exchange_entries": (("id",), ("closes",)),
    "exchange_documents": (("document_id",),),
}


def _to(column: str, target: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(column, BIG, sa.ForeignKey(target), nullable=nullable)


def _pk() -> sa.Column[Any]:
    return sa.Column("id", BIG, primary_key=True, nullable=False)


def _name(column: str, length: int = 200) -> sa.Column[Any]:
    return sa.Column(column, sa.String(length=length), nullable=False)


def _long(column: str) -> sa.Column[Any]:
    return sa.Column(column, sa.Text(), nullable=False)


def _moment(column: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(column, UtcDateTime(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "documents",
        _pk(),
        _to("agency_id", "agencies.id"),
        _to("file_id", "stored_files.id"),
        _name("kind", 64),
        _name("name", 255),
        _to("person_id", "people.id"),
        _name("person_name"),
        _moment("created_at"),
        sa.UniqueConstraint("file_id"),
    )
    op.create_index("ix_documents_agency", "documents", ["agency_id"])
    _directives()
    _exchanges()
    for table, keys in APPEND_ONLY.items():
        guards.make_append_only(table, keys)


def _directives() -> None:
    op.create_table(
        "directives",
        _pk(),
        _to("agency_id", "agencies.id"),
        _name("issuer"),
        _name("number"),
        sa.Column("issued_on", sa.Date(), nullable=True),
        _name("subject", 500),
        _long("note"),
        _long("folded"),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("retired_at", nullable=True),
    )
    op.create_index("ix_directives_agency", "directives", ["agency_id", "retired_at"])
    op.create_table(
        "directive_documents",
        _to("directive_id", "directives.id"),
        _to("document_id", "documents.id"),
        sa.PrimaryKeyConstraint("directive_id", "document_id"),
        sa.UniqueConstraint("document_id"),
    )
    op.create_table(
        "clip_directives",
        _to("clip_id", "clips.id"),
        _to("directive_id", "directives.id"),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("clip_id", "directive_id"),
    )
    op.create_index("ix_clip_directives_directive", "clip_directives", ["directive_id"])


def _exchanges() -> None:
    op.create_table(
        "exchanges",
        _pk(),
        _to("agency_id", "agencies.id"),
        _to("clip_id", "clips.id"),
        *map(_name, ("body", "person", "means", "reference")),
        _moment("asked_at"),
        _long("question"),
        _to("ordered_by", "people.id"),
        *map(_name, ("ordered_name", "ordered_post")),
        *_recorded(),
    )
    op.create_index("ix_exchanges_agency", "exchanges", ["agency_id", "id"])
    op.create_index("ix_exchanges_clip_id", "exchanges", ["clip_id"])
    op.create_table(
        "exchange_entries",
        _pk(),
        _to("exchange_id", "exchanges.id"),
        _name("kind", 64),
        _to("closes", "exchanges.id", nullable=True),
        *map(_name, ("person", "means", "reference")),
        _moment("said_at"),
        _long("text"),
        *_recorded(),
        sa.UniqueConstraint("closes"),
    )
    op.create_index("ix_exchange_entries_exchange_id", "exchange_entries", ["exchange_id"])
    op.create_table(
        "exchange_documents",
        sa.Column(
            "document_id", BIG, sa.ForeignKey("documents.id"), nullable=False, autoincrement=False
        ),
        _to("exchange_id", "exchanges.id"),
        _to("entry_id", "exchange_entries.id", nullable=True),
        sa.PrimaryKeyConstraint("document_id"),
    )
    op.create_index("ix_exchange_documents_exchange_id", "exchange_documents", ["exchange_id"])


def _recorded() -> tuple[sa.Column[Any], ...]:
    """Who wrote a row down, and when."""
    names = (_name("recorded_name"), _name("recorded_post"))
    return (_to("recorded_by", "people.id"), *names, _long("folded"), _moment("created_at"))


def downgrade() -> None:
    for table in APPEND_ONLY:
        guards.release_append_only(table)
    for table in (
        "exchange_documents",
        "exchange_entries",
        "exchanges",
        "clip_directives",
        "directive_documents",
        "directives",
        "documents",
    ):
        op.drop_table(table)
