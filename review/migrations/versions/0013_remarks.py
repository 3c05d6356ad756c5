"""Remarks at a picture or a stretch, in threads, blocking or not; what became of them

Columns are added as columns: remarks are never rebuilt and keep their append-only triggers. Remarks
from before know only their millisecond.
"""

import sqlalchemy as sa
from alembic import op

from review.migrations.guards import SQLITE, make_append_only, release_append_only
from review.models.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBERS = ("frame", "last_frame", "rate_num", "rate_den")


def upgrade() -> None:
    kind = "INTEGER" if op.get_bind().dialect.name == SQLITE else "BIGINT"
    # With its key inside the column, where SQLite takes it without rebuilding the table.
    op.execute(f"ALTER TABLE remarks ADD COLUMN parent_id {kind} REFERENCES remarks (id)")
    for name in NUMBERS:
        op.add_column("remarks", sa.Column(name, sa.Integer(), nullable=True))
    blocking = sa.Column("blocking", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("remarks", blocking)
    op.create_table(
        "remark_acts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("remark_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["remark_id"], ["remarks.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_remark_acts_remark_id", "remark_acts", ["remark_id"], unique=False)
    make_append_only("remark_acts", (("id",),))


def downgrade() -> None:
    release_append_only("remark_acts")
    op.drop_table("remark_acts")
    for name in ("blocking", *reversed(NUMBERS), "parent_id"):
        op.drop_column("remarks", name)
