"""Queues and search that do not slow down with the archive; notifications and reminders

The index over `clip_search.words` is each database's own. SQLite: a full-text table beside the
rows, kept in step by triggers on them as any index would be; without positions, since a word is
either there or not. PostgreSQL: GIN over a vector made by a function whose declared cost tells the
planner the truth, that reading thousands of texts is far dearer than asking the index; the texts
lie outside the rows, so that thousands of hits are counted on few pages.
"""

import sqlalchemy as sa
from alembic import op

from review.migrations.guards import SQLITE
from review.models.types import UtcDateTime

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IN_REVIEW = "state = 'in_review'"
WITH_AUTHOR = "state IN ('draft', 'returned')"
TO_POST = "state IN ('waiting', 'failed')"
UNREAD = "read_at IS NULL"

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Name, table, columns, and the rows that the index holds.
PARTIAL = (
    ("ix_clips_review", "clips", ["agency_id", "route_id", "level", "due_at"], IN_REVIEW),
    ("ix_clips_due", "clips", ["due_at"], IN_REVIEW),
    ("ix_clips_with_creator", "clips", ["created_by"], WITH_AUTHOR),
    ("ix_clips_with_uploader", "clips", ["uploader_id"], WITH_AUTHOR),
    ("ix_publications_to_post", "publications", ["channel_id", "clip_id"], TO_POST),
    ("ix_notifications_unread", "notifications", ["person_id", "clip_id"], UNREAD),
)


def upgrade() -> None:
    kind = "INTEGER" if _is_sqlite() else "BIGINT"
    # With its key inside the column, where SQLite takes it without rebuilding the table.
    op.execute(f"ALTER TABLE clips ADD COLUMN uploader_id {kind} REFERENCES people (id)")
    op.execute(
        "UPDATE clips SET uploader_id = "
        "(SELECT r.uploader_id FROM revisions r WHERE r.id = clips.revision_id)"
    )
    op.drop_index("ix_clips_inbox", table_name="clips")
    op.drop_column("clips", "folded")
    _tables()
    for name, table, columns, rows in PARTIAL:
        where = {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}
        op.create_index(name, table, columns, unique=False, **where)
    op.create_index("ix_clips_newest", "clips", ["agency_id", "id"], unique=False)
    _sqlite_words() if _is_sqlite() else _postgres_words()


def _tables() -> None:
    op.create_table(
        "clip_search",
        sa.Column("clip_id", BIG, autoincrement=False, nullable=False),
        sa.Column("agency_id", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"]),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"]),
        sa.PrimaryKeyConstraint("clip_id"),
    )
    op.create_index("ix_clip_search_newest", "clip_search", ["agency_id", "clip_id"])
    op.create_table(
        "notifications",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("clip_id", BIG, nullable=False),
        sa.Column("decision_id", BIG, nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("read_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"]),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"]),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notifications_person", "notifications", ["person_id", "id"])
    op.create_index("ix_notifications_clip", "notifications", ["clip_id"])
    op.create_table(
        "reminders",
        sa.Column("clip_id", BIG, nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"]),
        sa.PrimaryKeyConstraint("clip_id", "due_at", "stage"),
    )


def _sqlite_words() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE clip_words USING fts5(words, content='clip_search', "
        "content_rowid='clip_id', detail=none, columnsize=0, prefix='3', "
        "tokenize=\"ascii tokenchars '_'\")"
    )
    put = "INSERT INTO clip_words (rowid, words) VALUES (NEW.clip_id, NEW.words);"
    take = (
        "INSERT INTO clip_words (clip_words, rowid, words) "
        "VALUES ('delete', OLD.clip_id, OLD.words);"
    )
    for event, steps in (("insert", put), ("delete", take), ("update", take + put)):
        op.execute(
            f"CREATE TRIGGER clip_search_{event} AFTER {event.upper()} ON clip_search "
            f"BEGIN {steps} END"
        )


def _postgres_words() -> None:
    op.execute(
        "CREATE FUNCTION clip_words(words text) RETURNS tsvector LANGUAGE plpgsql "
        "IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS "
        "$$ BEGIN RETURN array_to_tsvector(string_to_array(words, ' ')); END $$"
    )
    op.execute("ALTER TABLE clip_search ALTER COLUMN words SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE clip_search SET (toast_tuple_target = 128)")
    # Without the list of pending entries, which every search would have to read from end to end.
    op.execute(
        "CREATE INDEX ix_clip_search_words ON clip_search USING gin (clip_words(words)) "
        "WITH (fastupdate = off)"
    )


def downgrade() -> None:
    if _is_sqlite():
        for event in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER clip_search_{event}")
        op.execute("DROP TABLE clip_words")
    else:
        op.drop_index("ix_clip_search_words", table_name="clip_search")
        op.execute("DROP FUNCTION clip_words(text)")
    op.drop_index("ix_clips_newest", table_name="clips")
    for name, table, _columns, _rows in PARTIAL:
        op.drop_index(name, table_name=table)
    for table in ("reminders", "notifications", "clip_search"):
        op.drop_table(table)
    op.add_column("clips", sa.Column("folded", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_clips_inbox", "clips", ["agency_id", "state", "level"], unique=False)
    op.drop_column("clips", "uploader_id")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == SQLITE
