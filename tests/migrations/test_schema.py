"""The schema goes up and down with data, on both databases, and keeps its guards."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from review import clock, migrations
from review.db import Base, Database
from review.permissions import Role
from tests.papers import attachment
from tests.world import World

APPEND_ONLY = (
    "ledger",
    "ledger_texts",
    "decisions",
    "sign_offs",
    "sign_off_voids",
    "caption_versions",
    "caption_checks",
    "delivery_attempts",
    "remarks",
    "remark_acts",
    "agency_successions",
    "tick_answers",
    "documents",
    "exchanges",
    "exchange_entries",
    "exchange_documents",
)


def triggers(database: Database) -> set[str]:
    """The names of all triggers of ours."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else "SELECT tgname || CASE WHEN tgenabled = 'A' THEN '' ELSE ' NOT ALWAYS' END "
        "FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.engine.connect() as connection:
        return {row[0] for row in connection.execute(text(query))}


def _ours(_thing: object, name: str | None, kind: str, *_rest: object) -> bool:
    """The index over words is each database's own; tests/queries/test_search.py looks at it."""
    return not (name or "").startswith(("clip_words", "ix_clip_search_words"))


def test_the_models_are_the_schema(any_database: Database) -> None:
    """Nothing in the models is missing from the migrations, nor the other way round."""
    with any_database.engine.connect() as connection:
        options = {"compare_type": True, "include_object": _ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    assert migrations.is_current(any_database.engine)


def test_the_guards_at_head(any_database: Database) -> None:
    """Each append-only table has all its triggers; publications have theirs."""
    kinds = (
        ("no_update", "no_delete", "no_replace")
        if any_database.is_sqlite
        else ("no_change", "no_truncate")
    )
    wanted = {f"{table}_{kind}" for table in APPEND_ONLY for kind in kinds}
    wanted |= (
        {"publications_signed", "publications_fixed"}
        | {f"clip_search_{event}" for event in ("insert", "delete", "update")}
        if any_database.is_sqlite
        else {"publications_guard"}
    )
    assert triggers(any_database) == wanted


def test_down_and_up_again_with_data(any_database: Database) -> None:
    """An installation in use can be taken down to nothing and set up anew."""
    World.first(any_database).signed()
    migrations.downgrade(any_database.engine, "base")
    assert set(inspect(any_database.engine).get_table_names()) <= {"alembic_version"}
    assert triggers(any_database) == set()
    migrations.upgrade(any_database.engine)
    World.first(any_database).signed()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_history_cannot_be_rewritten(any_database: Database, table: str) -> None:
    """UPDATE and DELETE are refused on a table that holds rows."""
    world = World.first(any_database)
    clip, _ = world.signed(title="Sẽ đổi")
    _make_all_kinds(world, clip.code, clip.version)
    with any_database.engine.connect() as connection:
        columns = [column["name"] for column in inspect(connection).get_columns(table)]
        rows = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
    if table == "delivery_attempts":
        return  # holds rows only after a delivery; tests/publishing attacks it there
    assert rows > 0
    update = f"UPDATE {table} SET {columns[-1]} = {columns[-1]}"  # noqa: S608
    for statement in (update, f"DELETE FROM {table}"):  # noqa: S608
        with pytest.raises(DatabaseError), any_database.engine.begin() as connection:
            connection.execute(text(statement))


def _make_all_kinds(world: World, code: str, version: int) -> None:
    from review.models import Clip, Revision
    from review.operations import caption_checks, exchange_rows, exchanges, intake, remarks

    waiting = world.submitted()
    with world.db.read() as session:
        revision = session.get_one(Revision, session.get_one(Clip, waiting.id).revision_id)
    caption_checks.check_captions(
        world.db, world["bientap"], waiting.code, revision.captions_id or 0
    )
    from review.operations import agencies, levels, organisation
    from review.queries.ticks import ticks_of

    steps = (
        agencies.LevelDraft(Role.EDITOR, "Biên tập viên", 4, True, True),
        agencies.LevelDraft(Role.HEAD, "Giám đốc", 8),
    )
    agencies.set_route(world.db, world["quantri"], "Có mục kiểm", steps)
    waiting = world.submitted()
    with world.db.read() as session:
        asked = {tick.id: "yes" for tick in ticks_of(session, 1)}
    editor = world["bientap"]
    levels.approve(world.db, editor, waiting.code, waiting.version, False, ticks=asked)
    turn = organisation.SuccessionDraft("merge", clock.today(), ("Trung tâm Văn hóa Đại Từ",))
    organisation.record_succession(world.db, world["quantri"], turn)
    said = remarks.add_remark(world.db, world["bientap"], code, "Tốt.")
    remarks.resolve(world.db, world["bientap"], code, said, True)
    head = world["giamdoc"].person_id
    question = exchange_rows.ExchangeDraft("Phòng Báo chí", "", "Họp", "Được chưa?", head)
    number = exchanges.open_exchange(world.db, world["vanthu"], code, question, [attachment()])
    exchanges.add_note(world.db, world["vanthu"], code, number, "Đã gọi lại.")
    draft = intake.ClipDraft(title="Đã đổi", category_code="xa_hoi")
    intake.edit_fields(world.db, world["phongvien"], code, version, draft)
