"""The register of directives, and the clips that rest on them."""

from __future__ import annotations

from datetime import date

import pytest

from review.db import Database
from review.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from review.operations import citations, directives
from review.operations.directives import DirectiveDraft
from review.permissions import Action
from review.queries.choices import list_choices
from review.queries.clip_page import clip_page
from review.queries.directives import citable, citation, directive_of, directives_of, register
from review.queries.inbox import Tab, inbox
from review.queries.inbox_wanted import Wanted
from review.queries.sheet import sheet_of
from review.queries.uploads import storage_use
from tests.operations.test_exchanges import said
from tests.papers import attachment
from tests.world import PEOPLE, World

LETTER = DirectiveDraft(
    issuer="Ban Tuyên giáo Tỉnh ủy",
    number="3270-CV/BTGTU",
    issued_on=date(2024, 4, 2),
    subject="Tăng cường sản xuất video clip ngắn",
)
PLAN = DirectiveDraft(issuer="Ủy ban nhân dân thị trấn", subject="Kế hoạch tuyên truyền năm")


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency on either database."""
    return World.first(any_database)


def enter(world: World, draft: DirectiveDraft = LETTER, files: int = 1) -> int:
    """A directive in the register, entered by the clerk."""
    attached = [attachment() for _ in range(files)]
    return directives.add_directive(world.db, world["vanthu"], draft, attached)


def listed(world: World, words: str = "", *, retired: bool = False) -> list[int]:
    """Ids in the register."""
    with world.db.read() as session:
        return [one.id for one in register(session, 1, words, retired=retired).rows]


def card(world: World, number: int):  # type: ignore[no-untyped-def]
    """One directive as its page shows it."""
    with world.db.read() as session:
        return directive_of(session, 1, number)


def test_who_keeps_the_register(world: World) -> None:
    """The clerk and the administrator; everybody may read it."""
    for name in PEOPLE:
        number = enter(world, PLAN)
        acts = (
            lambda name=name: directives.add_directive(world.db, world[name], PLAN),
            lambda name=name, number=number: directives.change_directive(
                world.db, world[name], number, 1, PLAN, [attachment()]
            ),
            lambda name=name, number=number: directives.retire_directive(
                world.db, world[name], number, 2
            ),
        )
        for act in acts:
            if name in ("vanthu", "quantri"):
                act()
                continue
            with pytest.raises(Forbidden, match="role_missing"):
                act()
        file = card(world, number).documents[0].id
        assert directives.open_document(world.db, world[name], number, file).kind == "pdf"


def test_it_is_found_without_accents(world: World) -> None:
    """By number, day, issuer or subject, in whatever order; signs of a database mean nothing."""
    letter, _plan = enter(world), enter(world, PLAN)
    for words in (
        "3270",
        "cv/btgtu",
        "ban tuyen giao",
        "TĂNG CƯỜNG clip",
        "02/04/2024",
        "clip 3270",
    ):
        assert listed(world, words) == [letter], words
    for words in ("%", "_", "3270 kế hoạch", "không có", "\\"):
        assert listed(world, words) == [], words


def test_it_is_put_right_and_the_log_says_so(world: World) -> None:
    """Fields and files; a file taken off is out of reach, and the ledger still names it."""
    number = enter(world, files=2)
    first, second = (file.id for file in card(world, number).documents)
    right = DirectiveDraft(LETTER.issuer, LETTER.subject, "3271-CV/BTGTU", LETTER.issued_on)
    clerk = world["vanthu"]
    directives.change_directive(
        world.db, clerk, number, 1, right, [attachment(name="phu-luc.pdf")], [first]
    )
    now = card(world, number)
    assert now.number == "3271-CV/BTGTU"
    assert [file.name for file in now.documents] == ["cong-van.pdf", "phu-luc.pdf"]
    with pytest.raises(NotFound):
        directives.open_document(world.db, clerk, number, first)
    assert directives.open_document(world.db, clerk, number, second)
    with pytest.raises(Stale):
        directives.change_directive(world.db, clerk, number, 1, LETTER)
    with pytest.raises(Conflict, match="nothing_changed"):
        directives.change_directive(world.db, clerk, number, 2, right)
    assert said(world, "agency:directive:")[:2] == [
        "Vũ Thị Lan, Văn thư, ghi văn bản chỉ đạo vào sổ: 3270-CV/BTGTU ngày 02/04/2024, 2 tệp "
        "kèm theo",
        "Vũ Thị Lan, Văn thư, sửa văn bản chỉ đạo: 3271-CV/BTGTU ngày 02/04/2024, 1 tệp kèm theo, "
        "bỏ 1 tệp",
    ]
    with world.db.read() as session:  # the file that was taken off still takes its room
        assert storage_use(session, 1).documents == 3 * attachment().stored.size


def test_what_it_needs(world: World) -> None:
    """Issuer and subject; the same letter only once."""
    enter(world)
    wrong = (
        (DirectiveDraft("", "x"), "field_missing"),
        (DirectiveDraft("x", ""), "field_missing"),
        (DirectiveDraft("x", "a" * 501), "field_too_long"),
        (LETTER, "directive_twice"),
    )
    for draft, reason in wrong:
        with pytest.raises(Invalid, match=reason):
            enter(world, draft)
    assert len(listed(world)) == 1


def test_letters_without_number_may_be_many(world: World) -> None:
    """They go out before they are numbered."""
    assert enter(world, PLAN) != enter(world, PLAN)


def test_a_clip_cites_several_and_may_drop_one(world: World) -> None:
    """On its page, in the log, in the queue's filter; and its sign-off does not mind."""
    letter, plan = enter(world), enter(world, PLAN)
    clip, _act = world.signed()
    other = world.submitted()
    author = world["phongvien"]
    version = world.now(clip).version
    for number in (letter, plan):
        citations.cite(world.db, author, clip.code, number)
    with pytest.raises(Conflict, match="directive_cited"):
        citations.cite(world.db, author, clip.code, letter)
    with world.db.read() as session:
        page = clip_page(session, author, clip.code)
        assert [one.id for one in page.directives] == [letter, plan]
        assert page.state == "approved"
        assert page.version == version
        choices = dict(list_choices(session, 1).directives)
        assert choices[letter] == "3270-CV/BTGTU ngày 02/04/2024"
        wanted = Wanted(directive=letter)
        assert [row.code for row in inbox(session, author, Tab.DONE, wanted).rows] == [clip.code]
        assert inbox(session, author, Tab.SENT, wanted).rows == ()
        assert citable(session, 1, clip.id, "") == ()
        assert {one.id for one in citable(session, 1, other.id, "")} == {letter, plan}
    citations.uncite(world.db, author, clip.code, plan)
    with world.db.read() as session:
        assert [one.id for one in directives_of(session, clip.id)] == [letter]
        assert inbox(session, author, Tab.DONE, Wanted(directive=plan)).rows == ()
    with pytest.raises(NotFound):
        citations.uncite(world.db, author, clip.code, plan)
    assert said(world, "clip:directive:")[-1] == (
        "Lê Thị Mai, Phóng viên, bỏ văn bản căn cứ: Kế hoạch tuyên truyền năm"
    )


def test_a_retired_one_is_kept_but_no_longer_offered(world: World) -> None:
    """Clips that rest on it go on resting on it."""
    number = enter(world)
    clip, other = world.submitted(), world.submitted()
    citations.cite(world.db, world["phongvien"], clip.code, number)
    directives.retire_directive(world.db, world["vanthu"], number, 1)
    with pytest.raises(Conflict, match="nothing_changed"):
        directives.retire_directive(world.db, world["vanthu"], number, 2)
    assert listed(world) == []
    assert listed(world, retired=True) == [number]
    with pytest.raises(Invalid, match="directive_retired"):
        citations.cite(world.db, world["phongvien"], other.code, number)
    with world.db.read() as session:
        assert citable(session, 1, other.id, "") == ()
        assert [one.retired for one in directives_of(session, clip.id)] == [True]
    directives.restore_directive(world.db, world["vanthu"], number, 2)
    citations.cite(world.db, world["phongvien"], other.code, number)


CITING = {"phongvien", "truongphong", "giamdoc", "vanthu", "bientap"}


def test_who_may_cite(world: World) -> None:
    """Authors, those who answer for the clip, the clerk, and whoever it waits for."""
    number, clip = enter(world), world.submitted()
    for name in PEOPLE:
        with world.db.read() as session:
            can = clip_page(session, world[name], clip.code).can
        assert (Action.DIRECTIVE_CITE in can) == (name in CITING), name
        if name in CITING:
            citations.cite(world.db, world[name], clip.code, number)
            citations.uncite(world.db, world[name], clip.code, number)
        else:
            with pytest.raises(Forbidden, match="role_missing"):
                citations.cite(world.db, world[name], clip.code, number)


def test_the_sheet_keeps_the_names_of_the_day(world: World) -> None:
    """What was cited when it was signed, in the words of then; before that, of today."""
    number, clip = enter(world), world.at_head()
    citations.cite(world.db, world["phongvien"], clip.code, number)
    world.sign(world.now(clip))
    changed = DirectiveDraft("Ban khác", "Trích yếu khác", "1")
    directives.change_directive(world.db, world["vanthu"], number, 1, changed)
    unsigned = world.submitted()
    citations.cite(world.db, world["phongvien"], unsigned.code, number)
    with world.db.read() as session:
        signed = sheet_of(session, world["giamdoc"], clip.code).directives
        now = sheet_of(session, world["giamdoc"], unsigned.code).directives
    assert signed == (
        "3270-CV/BTGTU ngày 02/04/2024, Ban Tuyên giáo Tỉnh ủy: Tăng cường sản xuất video clip "
        "ngắn",
    )
    assert now == ("1, Ban khác: Trích yếu khác",)


def test_another_agency_has_its_own(world: World) -> None:
    """Ids of others look like ids that were never given, for every role."""
    number, clip = enter(world), world.submitted()
    file = card(world, number).documents[0].id
    other = world.second()
    theirs = directives.add_directive(world.db, other["vanthu"], LETTER)  # the same letter came
    own = other.submitted()
    for actor in other.actors.values():
        for act in (
            lambda actor=actor: directives.open_document(world.db, actor, number, file),
            lambda actor=actor: directives.change_directive(world.db, actor, number, 1, PLAN),
            lambda actor=actor: directives.retire_directive(world.db, actor, number, 1),
            lambda actor=actor: citations.cite(world.db, actor, clip.code, theirs),
        ):
            with pytest.raises(NotFound):
                act()
        with world.db.read() as session, pytest.raises(NotFound):
            directive_of(session, other["vanthu"].agency_id or 0, number)
    with pytest.raises(NotFound):
        citations.cite(world.db, other["phongvien"], own.code, number)
    with pytest.raises(NotFound):
        citations.cite(world.db, world["phongvien"], clip.code, theirs)
    with world.db.read() as session:
        assert [citation(one) for one in register(session, 1).rows] != []
        assert [one.id for one in register(session, other["vanthu"].agency_id or 0).rows] == [
            theirs
        ]
