"""Agencies, posts and routes as dated data

Names, kinds and parents of agencies and posts of people move from columns into dated rows that
begin on the day on which the row was made. The head is who holds the head's post: of several
accounts with the role the oldest keeps it, the others become deputies.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from review.migrations import guards
from review.models.types import UtcDateTime

# As everywhere in the product, days are those of Vietnam.
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = (
    ("newspaper", "Báo"),
    ("station", "Đài phát thanh - truyền hình"),
    ("magazine", "Tạp chí"),
    ("information_centre", "Trung tâm thông tin"),
    ("culture_centre", "Trung tâm văn hóa - thể thao - truyền thông"),
    ("commune", "Xã, phường, thị trấn"),
    ("party_committee", "Cơ quan của cấp ủy"),
)
# As the installation first words them; agencies change theirs, so they are copied here once.
QUALITY = (
    "Kịp thời",
    "Ngắn gọn",
    "Súc tích",
    "Sinh động",
    "Chuẩn xác",
    "Phù hợp để lan tỏa",
)
LEGAL = (
    "Không chứa bí mật nhà nước",
    "Bản đồ có quần đảo Hoàng Sa, Trường Sa",
    "Quốc kỳ, quốc huy dùng đúng",
    "Đúng tên, chức danh và thứ tự lãnh đạo",
    "Người phát biểu có thẩm quyền phát ngôn (Nghị định 09/2017)",
    "Có quyền dùng hình và nhạc",
    "Bảo vệ trẻ em và đời tư",
    "Có nhãn khi dùng AI",
)
AGENCIES = sa.table(
    "agencies",
    sa.column("id", BIG),
    sa.column("kind", sa.String),
    sa.column("name", sa.String),
    sa.column("parent_name", sa.String),
    sa.column("place", sa.String),
    sa.column("profile", sa.String),
    sa.column("created_at", UtcDateTime),
)
PEOPLE = sa.table(
    "people",
    sa.column("id", BIG),
    sa.column("agency_id", BIG),
    sa.column("post", sa.String),
    sa.column("created_at", UtcDateTime),
)
ROLES = sa.table("person_roles", sa.column("person_id", BIG), sa.column("role", sa.String))
ROUTES = sa.table(
    "routes",
    sa.column("id", BIG),
    sa.column("agency_id", BIG),
    sa.column("active", sa.Boolean),
    sa.column("created_at", UtcDateTime),
)
FACETS = ("kind", "name", "parent_name", "place", "profile")


def _document(*, required: bool = False) -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("basis_number", sa.String(length=200), nullable=False),
        sa.Column("basis_day", sa.Date(), nullable=not required),
        sa.Column("basis_issuer", sa.String(length=200), nullable=False),
    )


def _days() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
    )


def _to(column: str, target: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(column, BIG, sa.ForeignKey(target), nullable=nullable)


def _pk() -> sa.Column[Any]:
    return sa.Column("id", BIG, primary_key=True, nullable=False)


def upgrade() -> None:
    _make_agency_tables()
    _make_people_tables()
    _make_route_tables()
    _fill()
    for column in FACETS:
        op.drop_column("agencies", column)
    op.drop_column("people", "post")


def _make_agency_tables() -> None:
    op.add_column("agencies", sa.Column("closed_on", sa.Date(), nullable=True))
    op.create_table(
        "agency_kinds",
        sa.Column("code", sa.String(length=64), primary_key=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
    )
    op.create_table(
        "agency_periods",
        _pk(),
        _to("agency_id", "agencies.id"),
        sa.Column("kind", sa.String(length=64), sa.ForeignKey("agency_kinds.code"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        *_days(),
    )
    op.create_index("ix_agency_periods_agency", "agency_periods", ["agency_id", "valid_from"])
    op.create_table(
        "agency_successions",
        _pk(),
        _to("agency_id", "agencies.id"),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("others", sa.JSON(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        *_document(),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_agency_successions_agency_id", "agency_successions", ["agency_id"])
    guards.make_append_only("agency_successions", (("id",),))
    op.create_table(
        "signing_rules",
        _pk(),
        _to("agency_id", "agencies.id"),
        sa.Column("capacities", sa.JSON(), nullable=False),
        sa.Column("political", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        *_document(),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_signing_rules_agency_id", "signing_rules", ["agency_id"])


def _make_people_tables() -> None:
    op.create_table(
        "units",
        _pk(),
        _to("agency_id", "agencies.id"),
        _to("parent_id", "units.id", nullable=True),
        _to("focal_id", "people.id", nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_units_agency_id", "units", ["agency_id"])
    op.create_table(
        "unit_names",
        _pk(),
        _to("unit_id", "units.id"),
        sa.Column("name", sa.String(length=200), nullable=False),
        *_days(),
    )
    op.create_index("ix_unit_names_unit_id", "unit_names", ["unit_id"])
    op.create_table(
        "posts",
        _pk(),
        _to("agency_id", "agencies.id"),
        _to("person_id", "people.id"),
        _to("unit_id", "units.id", nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("lead", sa.String(length=64), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        *_document(),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_days(),
    )
    op.create_index("ix_posts_person", "posts", ["person_id", "valid_from"])
    op.create_index("ix_posts_lead", "posts", ["agency_id", "lead", "valid_from"])
    only = sa.text("lead <> '' AND valid_to IS NULL")
    op.create_index(
        "uq_posts_open_lead",
        "posts",
        ["agency_id"],
        unique=True,
        sqlite_where=only,
        postgresql_where=only,
    )
    op.create_table(
        "capacity_grants",
        _pk(),
        _to("agency_id", "agencies.id"),
        _to("person_id", "people.id"),
        sa.Column("capacity", sa.String(length=64), nullable=False),
        _to("given_by", "people.id"),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("political", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        *_document(required=True),
        _to("file_id", "stored_files.id", nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_days(),
    )
    op.create_index("ix_capacity_grants_agency_id", "capacity_grants", ["agency_id"])


def _make_route_tables() -> None:
    for table in ("routes", "route_levels"):
        for column in ("answers_quality", "answers_legal"):
            op.add_column(
                table, sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False)
            )
    op.create_table(
        "route_rules",
        _pk(),
        _to("agency_id", "agencies.id"),
        _to("category_id", "categories.id", nullable=True),
        sa.Column("political", sa.Boolean(), nullable=True),
        _to("route_id", "routes.id"),
        sa.Column("head_in_person", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
    )
    only = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_route_rules_in_force",
        "route_rules",
        ["agency_id"],
        sqlite_where=only,
        postgresql_where=only,
    )
    op.create_table(
        "tick_texts",
        _pk(),
        _to("agency_id", "agencies.id"),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_tick_texts_agency_id", "tick_texts", ["agency_id"])
    op.create_table(
        "tick_answers",
        sa.Column(
            "decision_id",
            BIG,
            sa.ForeignKey("decisions.id"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "tick_id",
            BIG,
            sa.ForeignKey("tick_texts.id"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=False),
    )
    guards.make_append_only("tick_answers", (("decision_id", "tick_id"),))


def _rows(table: sa.TableClause, *order: str) -> list[Any]:
    found = sa.select(table).order_by(*(table.c[name] for name in order))
    return list(op.get_bind().execute(found).mappings())


def _insert(name: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        made = sa.table(name, *(sa.column(key, _type(key)) for key in rows[0]))
        op.bulk_insert(made, rows)


def _type(key: str) -> Any:
    return UtcDateTime() if key.endswith("_at") else sa.Date() if key.startswith("valid_") else None


def _fill() -> None:
    _insert(
        "agency_kinds",
        [
            {"code": code, "name": name, "position": number}
            for number, (code, name) in enumerate(KINDS)
        ],
    )
    agencies = _rows(AGENCIES, "id")
    known = {code for code, _ in KINDS}
    for number, kind in enumerate(sorted({row["kind"] for row in agencies} - known), len(KINDS)):
        _insert("agency_kinds", [{"code": kind, "name": kind, "position": number}])
    for agency in agencies:
        facets = {name: agency[name] for name in FACETS}
        since = agency["created_at"].astimezone(LOCAL).date()
        period = {"agency_id": agency["id"], **facets, "valid_from": since, "valid_to": None}
        _insert("agency_periods", [period])
        texts = [("quality", text) for text in QUALITY] + [("legal", text) for text in LEGAL]
        _insert(
            "tick_texts",
            [
                {
                    "agency_id": agency["id"],
                    "kind": kind,
                    "text": text,
                    "position": number,
                    "active": True,
                }
                for number, (kind, text) in enumerate(texts)
            ],
        )
    _fill_posts()
    _insert(
        "route_rules",
        [
            {
                "agency_id": route["agency_id"],
                "category_id": None,
                "political": None,
                "route_id": route["id"],
                "head_in_person": True,
                "created_at": route["created_at"],
                "ended_at": None,
            }
            for route in _rows(ROUTES, "id")
            if route["active"]
        ],
    )


def _fill_posts() -> None:
    heads = {row["person_id"] for row in _rows(ROLES, "person_id") if row["role"] == "head"}
    deputies = {row["person_id"] for row in _rows(ROLES, "person_id") if row["role"] == "deputy"}
    led: set[int] = set()
    for person in _rows(PEOPLE, "id"):
        leads = person["id"] in heads and person["agency_id"] not in led
        if leads:
            led.add(person["agency_id"])
        elif person["id"] in heads - deputies:
            _insert("person_roles", [{"person_id": person["id"], "role": "deputy"}])
        post = {
            "agency_id": person["agency_id"],
            "person_id": person["id"],
            "unit_id": None,
            "title": person["post"],
            "lead": "head" if leads else "",
            "main": True,
            "basis_number": "",
            "basis_day": None,
            "basis_issuer": "",
            "created_at": person["created_at"],
            "valid_from": person["created_at"].astimezone(LOCAL).date(),
            "valid_to": None,
        }
        _insert("posts", [post])
    op.execute(sa.delete(ROLES).where(ROLES.c.role == "head"))


def downgrade() -> None:
    for column in FACETS:
        op.add_column(
            "agencies",
            sa.Column(
                column,
                sa.String(length=64 if column in ("kind", "profile") else 200),
                server_default="",
                nullable=False,
            ),
        )
    op.add_column(
        "people", sa.Column("post", sa.String(length=200), server_default="", nullable=False)
    )
    _give_back()
    _one_route()
    guards.release_append_only("tick_answers")
    guards.release_append_only("agency_successions")
    for table in (
        "tick_answers",
        "tick_texts",
        "route_rules",
        "capacity_grants",
        "posts",
        "unit_names",
        "units",
        "signing_rules",
        "agency_successions",
        "agency_periods",
        "agency_kinds",
    ):
        op.drop_table(table)
    for table in ("routes", "route_levels"):
        for column in ("answers_quality", "answers_legal"):
            op.drop_column(table, column)
    op.drop_column("agencies", "closed_on")


def _give_back() -> None:
    """What holds today goes back into the columns; the head's post becomes the role again."""
    today = datetime.now(LOCAL).date()
    holds = "{0}.valid_from <= :day AND ({0}.valid_to IS NULL OR {0}.valid_to >= :day)"
    youngest = "ORDER BY p.valid_from DESC, p.id DESC LIMIT 1"
    for column in FACETS:
        of_today = (
            f"SELECT p.{column} FROM agency_periods p WHERE p.agency_id = agencies.id "
            f"AND p.valid_from <= :day {youngest}"
        )
        _run(f"UPDATE agencies SET {column} = COALESCE(({of_today}), '')", today)
    of_today = (
        "SELECT p.title FROM posts p WHERE p.person_id = people.id "
        f"AND {holds.format('p')} ORDER BY p.lead = '', p.main DESC, p.valid_from DESC LIMIT 1"
    )
    _run(f"UPDATE people SET post = COALESCE(({of_today}), '')", today)
    _run(
        "INSERT INTO person_roles (person_id, role) SELECT DISTINCT p.person_id, 'head' "
        f"FROM posts p WHERE p.lead <> '' AND {holds.format('p')}",
        today,
    )


def _one_route() -> None:
    """Before rules there was one route in force for each agency: that of the general rule."""
    op.execute(sa.text("UPDATE routes SET active = false"))
    op.execute(
        sa.text(
            "UPDATE routes SET active = true WHERE id IN (SELECT r.route_id FROM route_rules r "
            "WHERE r.ended_at IS NULL AND r.category_id IS NULL AND r.political IS NULL)"
        )
    )


def _run(statement: str, day: Any) -> None:
    bound = sa.bindparam("day", day, sa.Date())
    op.get_bind().execute(sa.text(statement).bindparams(bound))
