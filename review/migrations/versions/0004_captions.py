"""Checked captions, levels that need them, and the names of an agency"""

import sqlalchemy as sa
from alembic import op

from review.migrations import guards
from review.models.types import UtcDateTime

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = {"caption_checks": (("id",), ("captions_id", "person_id"))}


def upgrade() -> None:
    # Plain ADD COLUMN with a default: the batch mode would build the table anew.
    op.add_column(
        "route_levels",
        sa.Column(
            "needs_checked_captions", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.create_table(
        "caption_checks",
        sa.Column("id", BIG, nullable=False),
        sa.Column("captions_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("person_post", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["captions_id"], ["caption_versions.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("captions_id", "person_id"),
    )
    op.create_table(
        "glossary_terms",
        sa.Column("id", BIG, nullable=False),
        sa.Column("agency_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agency_id", "text"),
    )
    for table, keys in APPEND_ONLY.items():
        guards.make_append_only(table, keys)


def downgrade() -> None:
    for table in APPEND_ONLY:
        guards.release_append_only(table)
    op.drop_table("glossary_terms")
    op.drop_table("caption_checks")
    op.drop_column("route_levels", "needs_checked_captions")
