"""What the sample agency has on paper: a directive that a clip cites, two consultations, and a clip
that was given out and whose script waits to be read."""

from __future__ import annotations

from datetime import date, timedelta

from review import clock
from review.db import Database
from review.operations import assignments, citations, directives, exchanges, scripts, series
from review.operations.assignments import AssignmentDraft
from review.operations.directives import DirectiveDraft
from review.operations.exchange_rows import ExchangeDraft, ReplyDraft
from review.permissions import Actor

PLAN = DirectiveDraft(
    issuer="Ủy ban nhân dân xã Chợ Chu (mẫu)",
    number="15/KH-UBND (mẫu)",
    issued_on=date(2026, 1, 12),
    subject="Tuyên truyền, quảng bá hình ảnh địa phương bằng video clip ngắn",
)
SCRIPT = """Cảnh 1: cổng làng buổi sớm, bà con mang mâm lễ.
Cảnh 2: nghi thức xuống đồng, lời kể của một cụ cao tuổi.
Cảnh 3: trò chơi ném còn; kết bằng toàn cảnh thung lũng."""
BODY = "Phòng Văn hóa - Xã hội (mẫu)"


def lay_down(db: Database, actors: dict[str, Actor], waiting: str, signed: str) -> None:
    """Clip `waiting` is being asked about; about clip `signed` somebody was asked and answered."""
    plan = directives.add_directive(db, actors["vanthu"], PLAN)
    citations.cite(db, actors["phongvien"], waiting, plan)
    earlier = clock.now() - timedelta(hours=5)
    head = actors["giamdoc"].person_id
    asked = ExchangeDraft(
        BODY, "Hứa Thị Mười (mẫu)", "Điện thoại", "Tên nhà văn hóa ghi đã đúng chưa?", head, earlier
    )
    number = exchanges.open_exchange(db, actors["vanthu"], signed, asked)
    told = ReplyDraft("Hứa Thị Mười (mẫu)", "Tên ghi đúng.", earlier + timedelta(hours=1))
    exchanges.reply(db, actors["vanthu"], signed, number, told)
    question = ExchangeDraft(
        BODY, "", "Công văn", "Thứ tự giới thiệu đại biểu đã đúng chưa?", head, reference="7/CV"
    )
    exchanges.open_exchange(db, actors["truongphong"], waiting, question)
    _give_out(db, actors)


def _give_out(db: Database, actors: dict[str, Actor]) -> None:
    series.add_series(db, actors["quantri"], "Nét đẹp quê hương (mẫu)")
    draft = AssignmentDraft(
        actors["phongvien"].person_id,
        "Giới thiệu hội xuống đồng (mẫu)",
        "xa_hoi",
        "Ba phút, có lời kể của người trong xã. Gửi kịch bản trước khi quay.",
        clock.now() + timedelta(days=2),
        "Kế hoạch 15/KH-UBND (mẫu)",
        needs_script=True,
    )
    given = assignments.assign(db, actors["truongphong"], draft)
    scripts.send_script(db, actors["phongvien"], given.code, given.version, SCRIPT)
