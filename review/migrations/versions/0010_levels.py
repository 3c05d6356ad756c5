"""Who carries a clip on, who has it in hand at a level, where it returns to once mended"""

import sqlalchemy as sa
from alembic import op

from review.migrations.guards import SQLITE

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

WITH_AUTHOR = "state IN ('draft', 'returned')"
PEOPLE = ("keeper_id", "fixer_id", "handed_to")


def upgrade() -> None:
    kind = "INTEGER" if op.get_bind().dialect.name == SQLITE else "BIGINT"
    for name in PEOPLE:
        # With its key inside the column, where SQLite takes it without rebuilding the table.
        op.execute(f"ALTER TABLE clips ADD COLUMN {name} {kind} REFERENCES people (id)")
    op.add_column("clips", sa.Column("back_to_level", sa.Integer(), nullable=True))
    for name in ("keeper", "fixer"):
        where = {"sqlite_where": sa.text(WITH_AUTHOR), "postgresql_where": sa.text(WITH_AUTHOR)}
        op.create_index(f"ix_clips_with_{name}", "clips", [f"{name}_id"], unique=False, **where)


def downgrade() -> None:
    for name in ("keeper", "fixer"):
        op.drop_index(f"ix_clips_with_{name}", table_name="clips")
    op.drop_column("clips", "back_to_level")
    for name in reversed(PEOPLE):
        op.drop_column("clips", name)
