"""Files that a person asks for: a cover frame, a copy with the captions in the picture"""

import sqlalchemy as sa
from alembic import op

from review.models.types import UtcDateTime

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ordered_files",
        sa.Column("id", BIG, nullable=False),
        sa.Column("revision_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("file_id", BIG, nullable=True),
        sa.Column("reason_code", sa.String(length=64), nullable=False),
        sa.Column("reason_params", sa.JSON(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"]),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("revision_id", "kind", "key"),
    )
    chosen = sa.text("chosen")
    op.create_index(
        "uq_ordered_chosen",
        "ordered_files",
        ["revision_id", "kind"],
        unique=True,
        sqlite_where=chosen,
        postgresql_where=chosen,
    )


def downgrade() -> None:
    op.drop_index("uq_ordered_chosen", table_name="ordered_files")
    op.drop_table("ordered_files")
