"""The dossier: answers, series, units, assignment, script, words half typed

Columns are added as columns. Clips from before have answered what could be asked of them then;
the question about children and private persons is new, so it is open on every one of them.
"""

import sqlalchemy as sa
from alembic import op

from review.migrations.guards import SQLITE
from review.models.types import UtcDateTime

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE, NAME = sa.String(length=64), sa.String(length=200)
MOMENT = UtcDateTime(timezone=True)
ASSIGNED = "ended_at IS NULL"
UNDECIDED = "state = 'sent'"

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PLAIN: tuple[tuple[str, sa.types.TypeEngine, str | None], ...] = (
    ("open_answers", CODE, ""),
    ("people", CODE, ""),
    ("people_note", sa.Text(), ""),
    ("urgency", CODE, "normal"),
    ("audience", NAME, ""),
    ("wished_at", MOMENT, None),
    ("script", sa.Text(), ""),
    ("assigned_due_at", MOMENT, None),
)
POINTING = (("series_id", "series"), ("lead_unit_id", "units"))


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", BIG, nullable=False),
        sa.Column("agency_id", BIG, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("folded", NAME, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agency_id", "folded"),
    )
    for name, form, filled in PLAIN:
        column = sa.Column(name, form, nullable=filled is None, server_default=filled)
        op.add_column("clips", column)
    kind = "INTEGER" if op.get_bind().dialect.name == SQLITE else "BIGINT"
    for name, table in POINTING:
        # With its key inside the column, where SQLite takes it without rebuilding the table.
        op.execute(f"ALTER TABLE clips ADD COLUMN {name} {kind} REFERENCES {table} (id)")
    _beside()
    _assigned()


def _beside() -> None:
    op.create_table(
        "clip_units",
        sa.Column("clip_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("clip_id", "unit_id"),
    )
    op.create_table(
        "field_drafts",
        sa.Column("clip_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=True),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("clip_id", "person_id"),
    )


def _assigned() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", BIG, nullable=False),
        sa.Column("clip_id", BIG, nullable=False),
        sa.Column("assignee_id", BIG, nullable=False),
        sa.Column("assignee_name", NAME, nullable=False),
        sa.Column("assigner_id", BIG, nullable=False),
        sa.Column("assigner_name", NAME, nullable=False),
        sa.Column("assigner_post", NAME, nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("needs_script", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_as", CODE, nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"]),
        sa.ForeignKeyConstraint(["assignee_id"], ["people.id"]),
        sa.ForeignKeyConstraint(["assigner_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_assignments_clip_id", "assignments", ["clip_id"])
    _partly("uq_assignments_open", "assignments", ["clip_id"], ASSIGNED, unique=True)
    op.create_table(
        "scripts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("clip_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("author_id", BIG, nullable=False),
        sa.Column("author_name", NAME, nullable=False),
        sa.Column("asked_of", BIG, nullable=True),
        sa.Column("state", CODE, nullable=False),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_name", NAME, nullable=False),
        sa.Column("decided_post", NAME, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"]),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"]),
        sa.ForeignKeyConstraint(["asked_of"], ["people.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("clip_id", "number"),
    )
    _partly("ix_scripts_waiting", "scripts", ["asked_of", "clip_id"], UNDECIDED)


def _partly(name: str, table: str, columns: list[str], rows: str, *, unique: bool = False) -> None:
    where = {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}
    op.create_index(name, table, columns, unique=unique, **where)


def downgrade() -> None:
    for table in ("scripts", "assignments", "field_drafts", "clip_units"):
        op.drop_table(table)
    for name, _table in POINTING:
        op.drop_column("clips", name)
    for name, _form, _filled in PLAIN:
        op.drop_column("clips", name)
    op.drop_table("series")
