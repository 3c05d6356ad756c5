"""Remarks at a picture or a stretch, in threads, blocking or not, resolved or not

Old remarks carry milliseconds: their picture is reckoned at 30 a second, which is what players of
that time were asked to show, and the second that people read stays the same.
"""

import sqlalchemy as sa
from alembic import op

from review.migrations.guards import SQLITE
from review.models.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PLAIN = ("frame", "last_frame", "rate_num", "rate_den")
MOMENTS = ("edited_at", "deleted_at", "resolved_at")


def upgrade() -> None:
    kind = "INTEGER" if op.get_bind().dialect.name == SQLITE else "BIGINT"
    # With its key inside the column, where SQLite takes it without rebuilding the table.
    op.execute(f"ALTER TABLE remarks ADD COLUMN parent_id {kind} REFERENCES remarks (id)")
    for name in PLAIN:
        op.add_column("remarks", sa.Column(name, sa.Integer(), nullable=True))
    for name in MOMENTS:
        op.add_column("remarks", sa.Column(name, UtcDateTime(timezone=True), nullable=True))
    false = sa.Column("blocking", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("remarks", false)
    empty = sa.Column("resolved_by", sa.String(200), server_default="", nullable=False)
    op.add_column("remarks", empty)
    op.execute(
        "UPDATE remarks SET frame = (at_ms * 30 + 15) / 1000, rate_num = 30, rate_den = 1 "
        "WHERE at_ms IS NOT NULL"
    )
    op.drop_column("remarks", "at_ms")


def downgrade() -> None:
    op.add_column("remarks", sa.Column("at_ms", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE remarks SET at_ms = (2 * frame + 1) * 500 * rate_den / rate_num "
        "WHERE frame IS NOT NULL"
    )
    for name in ("resolved_by", "blocking", *MOMENTS, *reversed(PLAIN), "parent_id"):
        op.drop_column("remarks", name)
