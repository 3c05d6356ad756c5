"""What the sample agency has beyond its accounts: units, posts, a deputy who may sign, checks at
the lower levels; and a second, small agency beside it that sees none of this.
"""

from __future__ import annotations

from datetime import timedelta

from review import clock
from review.db import Database
from review.offices import Capacity, Document
from review.operations import agencies, capacities, posts, setup, signing_rules, units
from review.operations.accounts import PersonDraft
from review.operations.agencies import ChannelDraft, LevelDraft
from review.operations.capacities import CapacityDraft
from review.operations.posts import PostDraft
from review.operations.signing_rules import SigningDraft
from review.operations.units import UnitDraft
from review.permissions import Actor, Role
from review.queries.offices import posts_of

BASIS = Document("12/QĐ-TTVH (mẫu)", clock.today(), "Trung tâm Văn hóa và Truyền thông (mẫu)")
LEVELS = (
    LevelDraft(Role.EDITOR, "Biên tập viên", 4, answers_legal=True),
    LevelDraft(Role.SECTION_HEAD, "Trưởng phòng", 4, answers_quality=True),
    LevelDraft(Role.HEAD, "Giám đốc", 8),
)
DEPUTY = PersonDraft("phogiamdoc", "Ngô Quang Vinh", "Phó Giám đốc", frozenset({Role.DEPUTY}))
COMMUNE_PEOPLE = (
    PersonDraft("chutich", "Ma Thị Hiền", "Chủ tịch Ủy ban nhân dân xã", frozenset({Role.HEAD})),
    PersonDraft(
        "vanhoaxa",
        "Lường Văn Tài",
        "Công chức văn hóa - xã hội",
        frozenset({Role.REPORTER, Role.CHANNEL_MANAGER, Role.ADMINISTRATOR}),
    ),
)
COMMUNE = setup.InstallationDraft(
    kind="commune",
    name="Ủy ban nhân dân xã Phú Đình (mẫu)",
    parent_name="",
    place="Phú Đình",
    profile="nha_nuoc",
    people=COMMUNE_PEOPLE,
    levels=(LevelDraft(Role.HEAD, "Chủ tịch", 8),),
    channels=(ChannelDraft("loudspeaker", "Cụm loa truyền thanh xã"),),
    # One level: nobody below the chairwoman could answer the checks but the author.
    answers_quality=True,
    answers_legal=True,
)


def dress(db: Database, actors: dict[str, Actor], deputy_id: int) -> None:
    """Units with the people in them, the checks on the route, and a deputy who signs (KT.)."""
    keeper, today = actors["quantri"], clock.today()
    agencies.set_route(db, keeper, "Quy trình chung", LEVELS)
    focal = actors["truongphong"].person_id
    newsroom = units.add_unit(
        db, keeper, UnitDraft("Phòng Biên tập - Truyền thông", today, focal_id=focal)
    )
    office = units.add_unit(db, keeper, UnitDraft("Phòng Hành chính - Tổng hợp", today))
    places = {"truongphong": newsroom, "bientap": newsroom, "phongvien": newsroom}
    for name, unit_id in {**places, "kenh": newsroom, "vanthu": office}.items():
        person_id = actors[name].person_id
        assert person_id is not None
        with db.read() as session:
            post = posts_of(session, keeper.agency_id or 0, person_id=person_id)[0]
        draft = PostDraft(post.title, post.span.first, unit_id=unit_id)
        posts.correct_post(db, keeper, post.id, draft)
    rule = SigningDraft(frozenset({Capacity.KT}), valid_from=today, basis=BASIS)
    signing_rules.set_signing_rule(db, keeper, rule)
    grant = CapacityDraft(deputy_id, Capacity.KT, today, today + timedelta(days=180), basis=BASIS)
    capacities.give_capacity(db, keeper, grant)
