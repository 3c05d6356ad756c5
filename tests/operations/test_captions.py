"""Captions as acts of people: what goes out, who checked it, which names are on the list."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from media.results import Line
from review.audit import Act
from review.db import Database
from review.errors import Conflict, Fault, Forbidden, Invalid, NotFound, Stale
from review.models import Clip, LedgerEntry, SignOff
from review.operations import (
    agencies,
    caption_checks,
    glossary,
    levels,
    processing,
    transcripts,
)
from review.operations.glossary import MAX_TERMS, Added, TermDraft
from review.permissions import Role
from review.queries.clip_changes import changes_since_last_look
from review.queries.clip_files import clip_file
from review.queries.clip_page import clip_page
from review.queries.glossary import glossary_of, terms
from review.queries.published import going_out
from review.queries.sheet import sheet_of
from review.queries.signed_files import signed_files
from tests.words import HEARD, current, heard
from tests.world import LEVELS, World

KEPT = tuple(replace(line, kept=bool(line.doubt)) for line in HEARD)
SRT = b"1\n00:00:00,500 --> 00:00:02,000\nXin ch\xc3\xa0o b\xc3\xa0 con.\n"


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency of eight people, on either database."""
    return World.first(any_database)


def last_entry(world: World) -> tuple[str, dict[str, object]]:
    """What the ledger wrote last, and after what."""
    with world.db.read() as session:
        row = session.scalars(
            select(LedgerEntry).order_by(LedgerEntry.position.desc()).limit(1)
        ).one()
    return row.action, json.loads(row.body)["after"]


def signed_with(world: World, lines: tuple[Line, ...]) -> tuple[str, dict[str, bytes]]:
    """The signed hash of the captions, and the caption files that go out."""
    clip = world.at_head()
    heard(world, clip, lines)
    act = world.sign(world.now(clip))
    with world.db.read() as session:
        signed = json.loads(session.get_one(SignOff, act.id).manifest)["captions"]
        files = {file.name: file.content or b"" for file in signed_files(session, act.id)}
    return signed, files


@pytest.mark.parametrize("lines", [HEARD, KEPT], ids=["held back", "kept"])
def test_what_is_signed_and_sent_is_what_is_published(
    world: World, lines: tuple[Line, ...]
) -> None:
    """A doubted line is in no file, unless a person kept it; then it is in every one."""
    signed, files = signed_with(world, lines)
    assert hashlib.sha256(files["captions.vtt"]).hexdigest() == signed
    for name in ("captions.vtt", "captions.srt"):
        assert ("bỏ lỡ" in files[name].decode()) == (lines is KEPT)
        assert "Định Hóa" in files[name].decode()


def test_the_player_shows_what_goes_out_and_each_version_has_its_address(world: World) -> None:
    """Reviewers read over the picture exactly what will be posted."""
    clip = world.submitted()
    heard(world, clip)
    with world.db.read() as session:
        args = (session, world["bientap"], clip.code)
        played = clip_file(*args, "captions")
        older = clip_file(*args, "captions", None, 1)
        subrip = clip_file(*args, "subrip")
        with pytest.raises(NotFound):
            clip_file(*args, "captions", None, 9)
    assert played.content == going_out(HEARD)
    assert b"l\xe1\xbb\xa1" not in (played.content or b"") + (subrip.content or b"")
    assert (older.content or b"").decode().count("-->") == 2


def test_a_sign_off_of_the_first_release_still_holds_its_file(world: World) -> None:
    """There the hash was of every line: what was signed is what is sent, then as now."""
    clip = world.at_head()
    heard(world, clip)
    act = world.sign(world.now(clip))
    with world.db.read() as session:
        row = session.get_one(SignOff, act.id)
        manifest = json.loads(row.manifest)
    whole = "".join(going_out(tuple(replace(line, doubt=None) for line in HEARD)).decode())
    manifest["captions"] = hashlib.sha256(whole.encode()).hexdigest()
    written = json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()
    with world.db.transaction() as unit:  # as the first release would have written it
        old = SignOff(
            **{
                column.key: getattr(row, column.key)
                for column in SignOff.__table__.columns
                if column.key != "id"
            }
        )
        old.round, old.manifest = 99, written
        old.digest = hashlib.sha256(written).hexdigest()
        unit.session.add(old)
        unit.session.flush()
        files = {file.name: file for file in signed_files(unit.session, old.id)}
    assert files["captions.vtt"].content == whole.encode()


def test_keeping_a_line_after_the_sign_off_voids_it(world: World) -> None:
    """It changes what goes out; leaving out what was held back does not."""
    clip = world.at_head()
    heard(world, clip)
    world.sign(world.now(clip))
    clip = world.now(clip)
    without = [line for line in HEARD if not line.doubt]
    clip = transcripts.save_captions(world.db, world["phongvien"], clip.code, clip.version, without)
    assert world.row(clip).state == "approved"
    transcripts.save_captions(world.db, world["phongvien"], clip.code, clip.version, KEPT)
    assert world.row(clip).state != "approved"


def test_a_save_keeps_every_line_with_its_marks(world: World) -> None:
    """The stored version is the editor's; the sheet and the changes speak of what goes out."""
    clip = world.ready_clip()
    heard(world, clip)
    lines = (replace(HEARD[0], text="Kính thưa bà con xã Bình Yên.", unsure=()), *HEARD[1:])
    clip = transcripts.save_captions(world.db, world["phongvien"], clip.code, clip.version, lines)
    assert current(world, clip).lines == [line.to_json() for line in lines]
    assert last_entry(world)[1]["published"] == 2
    with world.db.read() as session:
        page = clip_page(session, world["phongvien"], clip.code)
        sheet = sheet_of(session, world["phongvien"], clip.code)
    assert page.captions is not None
    assert (page.captions.out, page.captions.doubts, sheet.captions_out) == (2, 1, 2)
    (change,) = page.captions.changes
    assert [piece.text for piece in change.pieces if piece.kind == "new"] == ["Bình Yên"]


def test_what_is_held_back_makes_no_difference_to_the_head(world: World) -> None:
    """Only what goes out is compared with what was decided on."""
    clip = world.submitted()
    heard(world, clip)
    clip = levels.return_clip(
        world.db, world["bientap"], clip.code, clip.version, "captions", "nghe lại"
    )
    without = [line for line in HEARD if not line.doubt]
    transcripts.save_captions(world.db, world["phongvien"], clip.code, clip.version, without)
    with world.db.read() as session:
        found = changes_since_last_look(session, session.get_one(Clip, clip.id))
    assert found is not None
    assert found.lines == ()


def test_restoring_is_a_new_version(world: World) -> None:
    """History only grows, and the log says which version came back."""
    clip = world.ready_clip()
    first = current(world, clip).id
    heard(world, clip)
    clip = transcripts.restore_captions(
        world.db, world["phongvien"], clip.code, clip.version, first
    )
    now = current(world, clip)
    assert (now.number, now.author_name) == (3, "Lê Thị Mai")
    assert now.lines[1]["text"] == "Hội xuân đã về."
    action, after = last_entry(world)
    assert (action, after["repeats"]) == (Act.CAPTIONS_RESTORED, 1)
    with pytest.raises(Conflict, match="nothing_changed"):
        transcripts.restore_captions(world.db, world["phongvien"], clip.code, clip.version, now.id)
    other = world.ready_clip()
    with pytest.raises(NotFound):
        transcripts.restore_captions(
            world.db, world["phongvien"], other.code, other.version, now.id
        )


def test_an_uploaded_file_is_a_version_of_its_own_kind(world: World) -> None:
    """Origin, author and the file's name are kept."""
    clip = world.ready_clip()
    args = (world.db, world["phongvien"], clip.code)
    clip = transcripts.upload_captions(*args, clip.version, SRT, "bản tin.srt")
    now = current(world, clip)
    assert (now.origin, now.number, now.lines[0]["text"]) == ("uploaded", 2, "Xin chào bà con.")
    assert last_entry(world)[0] == Act.CAPTIONS_UPLOADED
    with pytest.raises(Invalid, match="caption_file_kind"):
        transcripts.upload_captions(*args, clip.version, b"xin chao", "x.srt")
    with pytest.raises(Forbidden):
        transcripts.upload_captions(
            world.db, world["bientap"], clip.code, clip.version, SRT, "x.srt"
        )


def test_a_check_names_its_version_and_its_person(world: World) -> None:
    """A later version has none; one person checks once; nothing doubted may be left."""
    clip = world.submitted()
    editor = world["bientap"]
    shown = current(world, clip).id
    caption_checks.check_captions(world.db, editor, clip.code, shown)
    assert last_entry(world)[0] == Act.CAPTIONS_CHECKED
    assert world.now(clip).version == clip.version
    with pytest.raises(Conflict, match="captions_checked_already"):
        caption_checks.check_captions(world.db, editor, clip.code, shown)
    with world.db.read() as session:
        (check,) = clip_page(session, editor, clip.code).check.checks
    assert (check.person, check.post, check.author) == ("Trần Văn Nam", "Biên tập viên", False)
    later = heard(world, clip)
    with world.db.read() as session:
        assert clip_page(session, editor, clip.code).check.checks == ()
    with pytest.raises(Stale):
        caption_checks.check_captions(world.db, editor, clip.code, shown)
    with pytest.raises(Conflict, match="captions_check_doubts"):
        caption_checks.check_captions(world.db, editor, clip.code, later)


@pytest.mark.parametrize("who", ["kiemtra"])
def test_who_only_looks_does_not_check(world: World, who: str) -> None:
    """An inspector reads; the newsroom answers."""
    clip = world.submitted()
    with pytest.raises(Forbidden):
        caption_checks.check_captions(world.db, world[who], clip.code, current(world, clip).id)


def needing(world: World, role: Role) -> None:
    """A route on which the level of `role` needs checked words."""
    drafts = tuple(replace(level, needs_checked_captions=level.role is role) for level in LEVELS)
    agencies.set_route(world.db, world["quantri"], "Có kiểm tra lời", drafts)


def check(world: World, clip_code: str, who: str) -> None:
    """This person checks what counts now."""
    with world.db.read() as session:
        page = clip_page(session, world[who], clip_code)
    assert page.captions is not None
    caption_checks.check_captions(world.db, world[who], clip_code, page.captions.id)


def refused(code: str) -> object:
    """The next act is refused with exactly this reason."""
    return pytest.raises(Conflict, match=f"^{code}$")


def test_a_first_level_needs_the_author_to_have_listened(world: World) -> None:
    """Submission waits for any check; agreeing waits for somebody who is not an author."""
    needing(world, Role.EDITOR)
    clip = world.ready_clip()
    author, editor = world["phongvien"], world["bientap"]
    with refused("captions_unchecked"):  # type: ignore[attr-defined]
        levels.submit(world.db, author, clip.code, clip.version)
    check(world, clip.code, "phongvien")
    clip = levels.submit(world.db, author, clip.code, clip.version)
    with refused("captions_unchecked_by_other"):  # type: ignore[attr-defined]
        levels.approve(world.db, editor, clip.code, clip.version, False)
    check(world, clip.code, "bientap")
    assert levels.approve(world.db, editor, clip.code, clip.version, False).version > clip.version


def test_a_higher_level_holds_the_lower_one_back(world: World) -> None:
    """The editor cannot send up what nobody has checked; a change asks for a new check."""
    needing(world, Role.SECTION_HEAD)
    clip = world.submitted()
    editor, chief = world["bientap"], world["truongphong"]
    with refused("captions_unchecked"):  # type: ignore[attr-defined]
        levels.approve(world.db, editor, clip.code, clip.version, False)
    check(world, clip.code, "bientap")
    clip = levels.approve(world.db, editor, clip.code, clip.version, False)
    lines = [Line(0, 2000, "Kính thưa bà con.")]
    clip = transcripts.save_captions(world.db, chief, clip.code, clip.version, lines)
    with refused("captions_unchecked"):  # type: ignore[attr-defined]
        levels.approve(world.db, chief, clip.code, clip.version, False)
    check(world, clip.code, "truongphong")
    levels.approve(world.db, chief, clip.code, clip.version, False)


def test_the_head_signs_only_checked_words_where_the_route_says_so(world: World) -> None:
    """An author's check brings the clip to her; it does not let her sign."""
    needing(world, Role.HEAD)
    clip = world.submitted()
    check(world, clip.code, "phongvien")
    for name in ("bientap", "truongphong"):
        clip = levels.approve(world.db, world[name], clip.code, clip.version, False)
    with refused("captions_unchecked_by_other"):  # type: ignore[attr-defined]
        world.sign(clip)
    check(world, clip.code, "giamdoc")
    assert world.sign(clip).digest


def test_a_clip_without_words_needs_no_check(world: World) -> None:
    """There is nothing that anybody could have heard."""
    needing(world, Role.EDITOR)
    clip = world.ready_clip()
    with world.db.transaction() as unit:
        unit.session.execute(text("UPDATE revisions SET captions_id = NULL"))
    levels.submit(world.db, world["phongvien"], clip.code, clip.version)


def test_names_are_pasted_kept_and_closed(world: World) -> None:
    """Known ones are passed over whatever their case; a closed one is fed to nobody."""
    editor = world["bientap"]
    drafts = glossary.pasted("place", "Bình Yên; xã mới\n\n  Định   Hóa \nBÌNH YÊN\n")
    assert glossary.add_terms(world.db, editor, drafts) == Added(2, 1)
    assert last_entry(world) == (
        Act.GLOSSARY_ADDED,
        {"added": 2, "names": ["Bình Yên", "Định Hóa"]},
    )
    agency_id = editor.agency_id or 0
    with world.db.read() as session:
        first, second = glossary_of(session, agency_id)
        assert (first.text, first.note, second.text) == ("Bình Yên", "xã mới", "Định Hóa")
        assert terms(session, agency_id) == ("Định Hóa", "Bình Yên")
    glossary.change_term(
        world.db, editor, second.id, TermDraft("place", "Định Hóa", "", active=False)
    )
    assert last_entry(world)[0] == Act.GLOSSARY_CHANGED
    with world.db.read() as session:
        assert terms(session, agency_id) == ("Bình Yên",)
    with pytest.raises(Invalid, match="names_known"):
        glossary.change_term(world.db, editor, second.id, TermDraft("place", "Bình Yên"))


@pytest.mark.parametrize(
    ("drafts", "code"),
    [
        ((), "names_empty"),
        ((TermDraft("river", "Sông Cầu"),), "names_kind_unknown"),
        ((TermDraft("place", "123 …"),), "names_not_a_name"),
        ((TermDraft("place", "x" * 81),), "names_too_long"),
        ((TermDraft("place", "Định Hóa", "x" * 201),), "names_note_too_long"),
        (
            tuple(TermDraft("place", f"Bản số {n}") for n in range(MAX_TERMS + 1)),
            "names_too_many",
        ),
    ],
)
def test_a_list_that_cannot_stand_adds_nothing(
    world: World, drafts: tuple[TermDraft, ...], code: str
) -> None:
    """All or none."""
    with pytest.raises(Invalid, match=code):
        glossary.add_terms(world.db, world["bientap"], drafts)
    with world.db.read() as session:
        assert terms(session, world["bientap"].agency_id or 0) == ()


def test_the_recogniser_is_given_the_names_of_the_clips_agency(world: World) -> None:
    """Those in use there, and of nobody else."""
    other = world.second()
    glossary.add_terms(world.db, world["bientap"], (TermDraft("place", "Bình Yên"),))
    glossary.add_terms(world.db, other["bientap"], (TermDraft("place", "Chợ Chu"),))
    clip = world.ready_clip()
    source = processing.revision_source(world.db, world.row(clip).revision_id or 0)
    assert source.glossary == ("Bình Yên",)


def test_names_belong_to_their_agency(world: World) -> None:
    """Another agency neither sees nor changes them; a clerk or an inspector does not either."""
    other = world.second()
    editor = world["bientap"]
    glossary.add_terms(world.db, editor, (TermDraft("place", "Bình Yên"),))
    glossary.add_terms(world.db, other["bientap"], (TermDraft("place", "Bình Yên"),))
    with world.db.read() as session:
        (mine,) = glossary_of(session, editor.agency_id or 0)
    with pytest.raises(NotFound):
        glossary.change_term(world.db, other["bientap"], mine.id, TermDraft("place", "Khác"))
    for who in ("kiemtra", "vanthu", "kenh"):
        with pytest.raises(Fault):
            glossary.add_terms(world.db, world[who], (TermDraft("place", "Khác"),))
