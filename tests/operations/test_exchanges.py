"""Asking another body: who may, what is kept, what it changes and what it never changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from media.limits import GIB
from review import clock
from review.db import Database
from review.errors import Conflict, Fault, Forbidden, Invalid, NotFound, OverQuota, Stale
from review.log_lines import LogLine, LogText, sentence
from review.models import (
    Agency,
    Clip,
    Document,
    Exchange,
    ExchangeEntry,
    LedgerEntry,
    LedgerText,
    Notice,
)
from review.operations import exchanges, levels, notices
from review.operations.clip_access import ClipRef
from review.operations.exchange_rows import ExchangeDraft, ReplyDraft
from review.operations.exchanges import FILES_LIMIT
from review.permissions import Role
from review.queries.clip_page import clip_page
from review.queries.exchange_list import Asked, bodies_of, exchange_page
from review.queries.exchanges import ExchangeState, consulting, exchanges_of, orderers_of
from review.queries.inbox import Tab, inbox
from review.queries.inbox_wanted import Wanted
from review.queries.sheet import sheet_of
from review.queries.uploads import storage_use
from tests.papers import PNG, attachment
from tests.world import PEOPLE, World, agency_draft

STAFF = PEOPLE | {
    "pho": ("Ngô Quang Vinh", "Phó Giám đốc", frozenset({Role.DEPUTY})),
    "thuky": ("Ma Thị Hiền", "Thư ký tòa soạn", frozenset({Role.SECRETARY})),
    "daumoi": ("Lý Văn Sáu", "Cán bộ đầu mối", frozenset({Role.FOCAL_OFFICER})),
    "nhan": ("Hà Thị Tám", "Chánh văn phòng", frozenset({Role.WATCHER})),
    "ctv": ("Tô Văn Chín", "Cộng tác viên", frozenset({Role.CONTRIBUTOR})),
}
RECORDING = {"pho", "thuky", "daumoi", "giamdoc", "truongphong", "vanthu", "phongvien"}


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency with somebody of every role, on either database."""
    return World.first(any_database, agency_draft(people=STAFF))


def draft(world: World, **fields: object) -> ExchangeDraft:
    """A question put by telephone on the head's order."""
    values: dict[str, object] = {
        "body": "Phòng Báo chí - Xuất bản",
        "person": "Dương Văn Bảy, Trưởng phòng",
        "means": "Điện thoại",
        "question": "Nêu tên đơn vị chưa công bố có phù hợp không?",
        "ordered_by": world["giamdoc"].person_id,
    }
    return ExchangeDraft(**(values | fields))  # type: ignore[arg-type]


def ask(world: World, clip: ClipRef, by: str = "vanthu", **fields: object) -> int:
    """One question about `clip`."""
    return exchanges.open_exchange(world.db, world[by], clip.code, draft(world, **fields))


def answer(world: World, clip: ClipRef, number: int, by: str = "vanthu", **fields: object) -> None:
    """The reply to it."""
    values: dict[str, object] = {"person": "Dương Văn Bảy", "text": "Chưa nên nêu tên."}
    told = ReplyDraft(**(values | fields))  # type: ignore[arg-type]
    exchanges.reply(world.db, world[by], clip.code, number, told)


def seen(world: World, clip: ClipRef):  # type: ignore[no-untyped-def]
    """What the clip's page shows of it."""
    with world.db.read() as session:
        return exchanges_of(session, clip.id)


def clip_in(world: World, state: str) -> ClipRef:
    """A clip in one of its states."""
    if state == "draft":
        return world.draft_clip()
    if state == "in_review":
        return world.submitted()
    if state == "approved":
        return world.signed()[0]
    clip = world.submitted()
    act = {"returned": levels.return_clip, "rejected": levels.reject}[state]
    return act(world.db, world["bientap"], clip.code, clip.version, "wrong_place", "Sai xã.")


@pytest.mark.parametrize("state", ["draft", "in_review", "returned", "rejected", "approved"])
def test_in_any_state_and_never_a_move(world: World, state: str) -> None:
    """It can be asked whenever the question comes up, and the clip stays where it is."""
    clip = clip_in(world, state)
    before = world.row(clip)
    number = ask(world, clip, "phongvien")
    answer(world, clip, number, "phongvien")
    after = world.row(clip)
    assert (after.state, after.level, after.round) == (before.state, before.level, before.round)
    assert (after.due_at, after.waiting_since) == (before.due_at, before.waiting_since)


def test_what_is_kept_of_a_question_and_its_reply(world: World) -> None:
    """Whom, how, when, on whose order, written down by whom; then the same of the reply."""
    clip = world.submitted()
    asked_at = clock.now() - timedelta(hours=3)
    number = exchanges.open_exchange(
        world.db,
        world["vanthu"],
        clip.code,
        draft(world, asked_at=asked_at, reference="12/CV-TTVH"),
        [attachment()],
    )
    (one,) = seen(world, clip)
    assert one.state is ExchangeState.OPEN
    assert (one.body, one.means, one.reference) == (
        "Phòng Báo chí - Xuất bản",
        "Điện thoại",
        "12/CV-TTVH",
    )
    assert (one.orderer, one.orderer_post) == ("Phạm Thu Hà", "Giám đốc")
    assert (one.recorder, one.recorder_post) == ("Vũ Thị Lan", "Văn thư")
    assert one.asked_at == asked_at
    assert [file.name for file in one.documents] == ["cong-van.pdf"]
    told = ReplyDraft("Dương Văn Bảy", "Chưa nên nêu tên.", None, "Công văn", "34/BC")
    files = [attachment(PNG, "anh-chup.png")]
    exchanges.reply(world.db, world["truongphong"], clip.code, number, told, files)
    exchanges.add_note(world.db, world["vanthu"], clip.code, number, "Số đúng là 35/BC.")
    (one,) = seen(world, clip)
    assert one.state is ExchangeState.ANSWERED
    assert (one.reply.person, one.reply.means, one.reply.reference) == (
        "Dương Văn Bảy",
        "Công văn",
        "34/BC",
    )
    assert [file.name for file in one.reply.documents] == ["anh-chup.png"]
    assert [said.text for said in one.notes] == ["Số đúng là 35/BC."]


def test_who_may_write_it_down(world: World) -> None:
    """Those who answer for the clip, the papers' keepers and its authors; the others read."""
    clip = world.submitted()
    for name in STAFF:
        number = ask(world, clip)
        acts = (
            lambda name=name: ask(world, clip, name),
            lambda name=name, number=number: exchanges.add_note(
                world.db, world[name], clip.code, number, "Thêm."
            ),
            lambda name=name, number=number: answer(world, clip, number, name),
        )
        for act in acts:
            if name in RECORDING:
                act()
                continue
            with pytest.raises(Forbidden, match="role_missing"):
                act()
        with world.db.read() as session:
            assert clip_page(session, world[name], clip.code).exchanges


def test_who_may_order_it(world: World) -> None:
    """The head first, then deputies, secretaries and section heads, and nobody else."""
    with world.db.read() as session:
        able = orderers_of(session, world["giamdoc"].agency_id or 0)
    assert [one.post for one in able] == [
        "Giám đốc",
        "Phó Giám đốc",
        "Thư ký tòa soạn",
        "Trưởng phòng",
    ]
    clip = world.submitted()
    for other in ("vanthu", "daumoi", "bientap", "nhan"):
        with pytest.raises(Invalid, match="exchange_orderer"):
            ask(world, clip, ordered_by=world[other].person_id)
    with pytest.raises(Invalid, match="exchange_orderer"):
        ask(world, clip, ordered_by=None)
    elsewhere = world.second()
    with pytest.raises(Invalid, match="exchange_orderer"):
        ask(world, clip, ordered_by=elsewhere["giamdoc"].person_id)


def test_what_a_question_needs(world: World) -> None:
    """Nothing is written where something is missing or cannot be."""
    clip = world.submitted()
    wrong: tuple[tuple[dict[str, object], str], ...] = (
        ({"body": "  "}, "field_missing"),
        ({"means": ""}, "field_missing"),
        ({"question": ""}, "field_missing"),
        ({"question": "a" * 4_001}, "field_too_long"),
        ({"body": "a" * 201}, "field_too_long"),
        ({"asked_at": clock.now() + timedelta(hours=1)}, "exchange_in_future"),
    )
    for fields, reason in wrong:
        with pytest.raises(Invalid, match=reason):
            ask(world, clip, **fields)
    assert seen(world, clip) == ()
    ask(world, clip, question="Có\x00 được không?")  # a sign that PostgreSQL keeps in no text
    assert seen(world, clip)[0].question == "Có được không?"


def test_a_reply_does_not_come_before_its_question(world: World) -> None:
    """Mistyped days are told, not kept."""
    clip = world.submitted()
    number = ask(world, clip)
    with pytest.raises(Invalid, match="exchange_reply_early"):
        answer(world, clip, number, said_at=clock.now() - timedelta(days=1))
    with pytest.raises(Invalid, match="exchange_in_future"):
        answer(world, clip, number, said_at=clock.now() + timedelta(days=1))
    assert seen(world, clip)[0].state is ExchangeState.OPEN


def test_it_ends_once(world: World) -> None:
    """Answered or withdrawn, each once and with a reason; notes are taken afterwards too."""
    clip = world.submitted()
    mistaken, answered = ask(world, clip), ask(world, clip)
    with pytest.raises(Invalid, match="field_missing"):
        exchanges.withdraw_exchange(world.db, world["vanthu"], clip.code, mistaken, " ")
    exchanges.withdraw_exchange(world.db, world["vanthu"], clip.code, mistaken, "Hỏi nhầm clip.")
    answer(world, clip, answered)
    for number in (mistaken, answered):
        with pytest.raises(Conflict, match="exchange_closed"):
            answer(world, clip, number)
        with pytest.raises(Conflict, match="exchange_closed"):
            exchanges.withdraw_exchange(world.db, world["vanthu"], clip.code, number, "Nhầm.")
        exchanges.add_note(world.db, world["vanthu"], clip.code, number, "Ghi thêm.")
    states = {one.id: one.state for one in seen(world, clip)}
    assert states == {
        mistaken: ExchangeState.WITHDRAWN,
        answered: ExchangeState.ANSWERED,
    }


def test_the_database_itself_keeps_it_closed_once(world: World) -> None:
    """Two answers at once, past every check of ours: the second is refused by the schema."""
    clip = world.submitted()
    number = ask(world, clip)
    answer(world, clip, number)
    with world.db.read() as session:
        first = session.scalar(select(ExchangeEntry).where(ExchangeEntry.closes == number))
        copied = {c.key: getattr(first, c.key) for c in ExchangeEntry.__table__.columns}

    def answer_again() -> None:
        with world.db.transaction() as unit:
            unit.session.add(ExchangeEntry(**(copied | {"id": None})))

    with pytest.raises(Conflict, match="already_done"):
        answer_again()


def test_the_label_lasts_while_one_is_open(world: World) -> None:
    """On the page, in the lists, and as a filter; gone with the last answer."""
    clip, other = world.submitted(), world.submitted(title="Phun thuốc")
    wanted = Wanted(consulting=True)

    def listed() -> dict[str, bool]:
        with world.db.read() as session:
            page = inbox(session, world["bientap"], Tab.WAITING, Wanted())
            found = inbox(session, world["bientap"], Tab.WAITING, wanted)
            flagged = {row.code for row in page.rows if row.consulting}
            assert {row.code for row in found.rows} == flagged
            assert clip_page(session, world["bientap"], clip.code).consulting == (
                clip.code in flagged
            )
            assert consulting(session, clip.id) == (clip.code in flagged)
            return {row.code: row.consulting for row in page.rows}

    assert listed() == {clip.code: False, other.code: False}
    first, second = ask(world, clip), ask(world, clip)
    assert listed() == {clip.code: True, other.code: False}
    answer(world, clip, first)
    assert listed()[clip.code]
    exchanges.withdraw_exchange(world.db, world["vanthu"], clip.code, second, "Nhầm.")
    assert not listed()[clip.code]


def test_nobody_decides_past_what_they_were_not_shown(world: World) -> None:
    """Under review a question or an answer makes the open pages of those who decide stale."""
    clip = world.at_head()
    number = ask(world, clip)
    shown = world.now(clip)
    answer(world, clip, number)
    with pytest.raises(Stale):
        levels.return_clip(
            world.db, world["giamdoc"], clip.code, shown.version, "wrong_place", "Xem lại."
        )
    lying = world.draft_clip()
    ask(world, lying, "phongvien")
    assert world.now(lying).version == lying.version


def test_who_is_told(world: World) -> None:
    """The author, whoever holds the level, who ordered it; nobody of their own act."""
    clip = world.submitted()
    number = ask(world, clip)
    answer(world, clip, number, "truongphong")
    names = {actor.person_id: name for name, actor in world.actors.items()}
    kinds = ("consulting", "consulted")
    with world.db.read() as session:
        rows = session.execute(select(Notice.person_id, Notice.kind).where(Notice.kind.in_(kinds)))
        told = {(names[row.person_id], row.kind) for row in rows}
    assert told == {(who, "consulting") for who in ("phongvien", "bientap", "giamdoc")} | {
        (who, "consulted") for who in ("phongvien", "bientap", "giamdoc", "vanthu")
    }
    notices.read_about(world.db, world["giamdoc"], clip.code)


def test_the_log_tells_the_whole_conversation(world: World) -> None:
    """Every act is an entry with a sentence; what people wrote lies beside it, hashed."""
    clip = world.submitted()
    number = exchanges.open_exchange(
        world.db, world["vanthu"], clip.code, draft(world), [attachment()]
    )
    exchanges.add_note(world.db, world["vanthu"], clip.code, number, "Đã gọi lại.")
    answer(world, clip, number)
    lines = said(world, "clip:exchange:")
    assert lines == [
        "Vũ Thị Lan, Văn thư, ghi việc xin ý kiến: Phòng Báo chí - Xuất bản, Dương Văn Bảy, "
        "Trưởng phòng, Điện thoại, theo chỉ đạo của Giám đốc Phạm Thu Hà, Nêu tên đơn vị chưa công "
        "bố có phù hợp không?, 1 tệp kèm theo",
        "Vũ Thị Lan, Văn thư, bổ sung phần xin ý kiến: Phòng Báo chí - Xuất bản, Đã gọi lại.",
        "Vũ Thị Lan, Văn thư, ghi trả lời xin ý kiến: Phòng Báo chí - Xuất bản, Dương Văn Bảy, "
        "Điện thoại, Chưa nên nêu tên.",
    ]


def said(world: World, prefix: str) -> list[str]:
    """The log's sentences of the acts that begin with `prefix`."""
    with world.db.read() as session:
        rows = session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.action.startswith(prefix))
            .order_by(LedgerEntry.position)
        ).all()
        found = []
        for row in rows:
            texts = session.scalars(select(LedgerText).where(LedgerText.position == row.position))
            line = LogLine(
                row.position,
                row.leaf,
                row.at,
                row.action,
                row.body,
                tuple(LogText(text.name, text.salt, text.text) for text in texts),
            )
            found.append(sentence(line, "vi"))
        return found


def test_files_are_bounded_and_count_against_the_quota(world: World) -> None:
    """Five at a time, twenty to an exchange, and no more than the agency may keep."""
    clip = world.submitted()
    with pytest.raises(Invalid, match="documents_too_many"):
        exchanges.open_exchange(
            world.db, world["vanthu"], clip.code, draft(world), [attachment()] * 6
        )
    number = ask(world, clip)
    agency = world["vanthu"].agency_id or 0
    with world.db.read() as session:
        before = storage_use(session, agency)
    for _ in range(FILES_LIMIT // 5):
        five = [attachment() for _ in range(5)]
        exchanges.add_note(world.db, world["vanthu"], clip.code, number, "Thêm.", five)
    with pytest.raises(Invalid, match="documents_full"):
        exchanges.add_note(world.db, world["vanthu"], clip.code, number, "x", [attachment()])
    with world.db.read() as session:
        after = storage_use(session, agency)
    assert after.documents == FILES_LIMIT * attachment().stored.size
    assert after.total == before.total + after.documents
    with world.db.transaction() as unit:
        unit.session.get_one(Agency, agency).quota_bytes = after.total + 10
    with pytest.raises(OverQuota):
        exchanges.open_exchange(world.db, world["vanthu"], clip.code, draft(world), [attachment()])
    with world.db.transaction() as unit:
        unit.session.get_one(Agency, agency).quota_bytes = GIB


def test_a_name_says_what_the_file_is(world: World) -> None:
    """A picture that calls itself a page is kept as the picture that it is."""
    clip = world.submitted()
    files = [attachment(PNG, "trang.html"), attachment(PNG, "ANH.PNG")]
    exchanges.open_exchange(world.db, world["vanthu"], clip.code, draft(world), files)
    assert [file.name for file in seen(world, clip)[0].documents] == [
        "trang.html.png",
        "ANH.PNG",
    ]


def test_another_agency_and_another_clip(world: World) -> None:
    """Ids of others look like ids that were never given."""
    clip, mine = world.submitted(), world.submitted()
    number = exchanges.open_exchange(
        world.db, world["vanthu"], clip.code, draft(world), [attachment()]
    )
    with world.db.read() as session:
        file = session.scalar(select(Document.id)) or 0
    other = world.second()
    attempts = [(actor, clip.code) for actor in other.actors.values()]
    attempts.append((world["vanthu"], mine.code))
    told = ReplyDraft("Ai đó", "Được.")
    for actor, code in attempts:
        for act in (
            lambda actor=actor, code=code: exchanges.reply(world.db, actor, code, number, told),
            lambda actor=actor, code=code: exchanges.add_note(world.db, actor, code, number, "x"),
            lambda actor=actor, code=code: exchanges.withdraw_exchange(
                world.db, actor, code, number, "x"
            ),
            lambda actor=actor, code=code: exchanges.open_document(
                world.db, actor, code, number, file
            ),
        ):
            with pytest.raises(NotFound):
                act()
        with world.db.read() as session:
            asked = exchange_page(session, actor, Asked())
            assert not asked.rows or actor is world["vanthu"]
    second = ask(world, mine)
    with pytest.raises(NotFound):  # the file belongs to another exchange of the same agency
        exchanges.open_document(world.db, world["vanthu"], mine.code, second, file)
    opened = exchanges.open_document(world.db, world["nhan"], clip.code, number, file)
    assert opened.name == "cong-van.pdf"
    assert said(world, "clip:exchange:read")[0].endswith("Phòng Báo chí - Xuất bản, cong-van.pdf")


def test_the_list_of_all(world: World) -> None:
    """By state, by body, by day, by words without accents; a draft's is its authors' own."""
    clip = world.submitted(title="Lễ hội Lồng Tồng")
    lying = world.draft_clip(title="Chưa gửi")
    first = ask(world, clip)
    second = ask(world, clip, body="Ban Tuyên giáo", question="Số liệu đã đúng chưa?")
    hidden = ask(world, lying, "phongvien")
    answer(world, clip, first)

    def found(who: str = "vanthu", **wanted: object) -> list[int]:
        with world.db.read() as session:
            page = exchange_page(session, world[who], Asked(**wanted))  # type: ignore[arg-type]
        return [row.exchange.id for row in page.rows]

    assert found() == [second, first]
    assert found("phongvien") == found("giamdoc") == [hidden, second, first]
    assert found(state="open") == [second]
    assert found(state="answered") == [first]
    assert found(state="withdrawn") == []
    assert found(body="Ban Tuyên giáo") == [second]
    assert found(words="so lieu") == [second]
    assert found(words="chua neu ten") == [first]  # of the reply
    assert found(words="long tong") == [second, first]  # of the clip
    assert found(words="%") == found(words="qwerty") == []
    today = clock.today()
    assert found(first=today, last=today) == [second, first]
    assert found(last=today - timedelta(days=1)) == []
    with world.db.read() as session:
        assert set(bodies_of(session, world["vanthu"])) == {
            "Ban Tuyên giáo",
            "Phòng Báo chí - Xuất bản",
        }


def test_the_sheet_keeps_what_was_known_when_it_was_signed(world: World) -> None:
    """Asked and answered before: on the sheet. Afterwards: not, so that a reprint is the same."""
    clip = world.at_head()
    number = ask(world, clip)
    mistaken = ask(world, clip, body="Nhầm")
    exchanges.withdraw_exchange(world.db, world["vanthu"], clip.code, mistaken, "Nhầm.")
    world.sign(world.now(clip))

    def printed() -> list[tuple[str, bool]]:
        with world.db.read() as session:
            sheet = sheet_of(session, world["giamdoc"], clip.code)
        return [(one.body, one.reply is not None) for one in sheet.exchanges]

    before = printed()
    assert before == [("Phòng Báo chí - Xuất bản", False)]
    answer(world, clip, number)
    ask(world, clip)
    assert printed() == before
    with world.db.read() as session:
        assert session.get_one(Clip, clip.id).state == "approved"


def test_a_program_cannot_write_it_down(world: World) -> None:
    """A named officer records, at a page."""
    from review.permissions import Via

    clip = world.submitted()
    for via in (Via.TOKEN, Via.COMMAND):
        with pytest.raises(Fault, match="decision_needs_person"):
            exchanges.open_exchange(
                world.db, replace(world["vanthu"], via=via), clip.code, draft(world)
            )
    with world.db.read() as session:
        assert session.scalar(select(Exchange.id)) is None
