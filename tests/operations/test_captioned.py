"""The copy with the captions in its picture: when it may go out, and what undoes it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from media.results import Line
from review.audit import Act
from review.db import Database
from review.errors import Conflict, Forbidden
from review.models import Clip, LedgerEntry, SignOff, SignOffVoid
from review.operations import levels, transcripts, work
from review.operations.captioned import ask_captioned, drop_captioned, lines_wanted
from review.operations.clip_access import ClipRef
from review.operations.ordering import Wanted
from review.queries.clip_changes import changes_since_last_look
from review.queries.clip_page import clip_page
from review.queries.ordered import Making
from review.queries.publications import clip_publications
from review.queries.signed_files import signed_files
from review.states import ClipState
from tests.covers import lease, made
from tests.words import HEARD, heard
from tests.world import World

OTHER = (Line(0, 2_000, "Kính thưa quý vị."), Line(2_000, 5_000, "Hội xuân đã về rồi."))


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency of eight people, on either database."""
    return World.first(any_database)


def ask(world: World, clip: ClipRef, who: str = "phongvien") -> ClipRef:
    """Somebody asks from a fresh page."""
    clip = world.now(clip)
    return ask_captioned(world.db, world[who], clip.code, clip.version)


def mend(world: World, clip: ClipRef, who: str, lines: tuple[Line, ...] = OTHER) -> ClipRef:
    """Somebody saves other captions."""
    clip = world.now(clip)
    return transcripts.save_captions(world.db, world[who], clip.code, clip.version, lines)


def page_of(world: World, clip: ClipRef):  # type: ignore[no-untyped-def]
    """The clip's page."""
    with world.db.read() as session:
        return clip_page(session, world["phongvien"], clip.code)


def files_of(world: World, sign_off: int) -> dict[str, str]:
    """What goes out, by name."""
    with world.db.read() as session:
        return {file.name: file.sha256 for file in signed_files(session, sign_off)}


def test_from_asking_to_what_goes_out(world: World) -> None:
    """Made, signed among the renditions, sent beside the published file with its hash."""
    clip = ask(world, world.at_head(), "giamdoc")
    sha = made(world, "captioned")
    act = world.sign(clip)
    with world.db.read() as session:
        signed = json.loads(session.get_one(SignOff, act.id).manifest)
        (posts,) = clip_publications(session, world["kenh"].agency_id or 0, clip.code)
    assert signed["renditions"]["captioned"] == sha
    assert set(signed["renditions"]) == {"publication", "captioned"}
    assert files_of(world, act.id)["captioned.mp4"] == sha
    assert posts.captioned_sha256 == sha


def test_nobody_asked_nothing_more_goes_out(world: World) -> None:
    """Nor after it was let go again."""
    clip = ask(world, world.at_head(), "giamdoc")
    made(world, "captioned")
    clip = drop_captioned(world.db, world["giamdoc"], clip.code, clip.version)
    act = world.sign(clip)
    assert "captioned.mp4" not in files_of(world, act.id)
    with world.db.read() as session:
        (posts,) = clip_publications(session, world["kenh"].agency_id or 0, clip.code)
    assert posts.captioned_sha256 == ""


@pytest.mark.parametrize("lacking", ["pending", "failed", "outdated"])
def test_nothing_rises_while_it_is_not_right(world: World, lacking: str) -> None:
    """At any place on the way; made again or let go, the way is free."""

    def spoil(clip: ClipRef, who: str) -> ClipRef:
        if lacking == "outdated":
            if page_of(world, clip).captioned is None:
                clip = ask(world, clip, who)
                made(world, "captioned")
            words = replace(OTHER[0], text=f"Hội xuân đã về, {who} nói.")
            return mend(world, clip, who, (words, OTHER[1]))
        clip = ask(world, clip, who)
        if lacking == "failed":
            work.fail(world.db, lease(world, "captioned"), "face_lacks", retry=False)
        return clip

    def settle(clip: ClipRef, who: str) -> ClipRef:
        if lacking == "outdated":
            clip = ask(world, clip, who)
            made(world, "captioned")
            return clip
        return drop_captioned(world.db, world[who], clip.code, clip.version)

    refused = pytest.raises(Conflict, match=f"captioned_{lacking}")
    clip = spoil(world.ready_clip(), "phongvien")
    with refused:
        levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    clip = settle(clip, "phongvien")
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    for name in ("bientap", "truongphong"):
        clip = spoil(clip, name)
        with refused:
            levels.approve(world.db, world[name], clip.code, clip.version, False)
        clip = settle(clip, name)
        clip = levels.approve(world.db, world[name], clip.code, clip.version, False)
    clip = spoil(clip, "giamdoc")
    with refused:
        world.sign(clip)
    assert world.sign(settle(clip, "giamdoc")).digest


@pytest.mark.parametrize("change", ["asked", "dropped", "captions"])
def test_a_change_after_the_sign_off_voids_it(world: World, change: str) -> None:
    """Asking for it, letting it go, and other words each name what changed."""
    clip = world.at_head()
    if change != "asked":
        clip = ask(world, clip, "giamdoc")
        made(world, "captioned")
    world.sign(clip)
    clip = world.now(clip)
    if change == "asked":
        ask(world, clip)
    elif change == "dropped":
        drop_captioned(world.db, world["phongvien"], clip.code, clip.version)
    else:
        mend(world, clip, "phongvien")
    assert world.row(clip).state == ClipState.DRAFT
    with world.db.read() as session:
        changed = session.scalars(select(SignOffVoid.changed)).one()
        found = changes_since_last_look(session, session.get_one(Clip, clip.id))
    assert changed == (["renditions", "captions"] if change == "captions" else ["renditions"])
    names = [field.name for field in found.fields] if found else []
    assert names == ([] if change == "captions" else ["captioned"])


def test_it_belongs_to_the_words_and_not_to_their_version(world: World) -> None:
    """Other words make it old; the earlier ones bring the made file back without any work."""
    clip = ask(world, world.ready_clip())
    first = made(world, "captioned")
    with pytest.raises(Conflict, match="nothing_changed"):
        ask(world, clip)
    clip = mend(world, clip, "phongvien")
    assert page_of(world, clip).captioned_outdated
    clip = mend(world, clip, "phongvien", (OTHER[0], Line(2_000, 5_000, "Hội xuân đã về.")))
    page = page_of(world, clip)
    assert not page.captioned_outdated and page.captioned.sha256 == first
    clip = mend(world, clip, "phongvien")
    ask(world, clip)
    assert page_of(world, clip).captioned.making is Making.PENDING
    assert made(world, "captioned") != first
    assert not page_of(world, clip).captioned_outdated


def test_only_what_goes_out_is_drawn(world: World) -> None:
    """A doubted line that nobody kept stands in no picture; without any line there is no copy."""
    clip = world.ready_clip()
    heard(world, clip)
    ask(world, clip)
    copy = page_of(world, clip).captioned
    revision_id = world.row(clip).revision_id or 0
    lines = lines_wanted(world.db, Wanted(revision_id, copy.key))
    assert [line.text for line in lines] == [HEARD[0].text, HEARD[2].text]
    doubted = world.ready_clip()
    heard(world, doubted, (HEARD[1],))
    with pytest.raises(Conflict, match="captioned_no_words"):
        ask(world, doubted)


def test_who_may_ask(world: World) -> None:
    """Whoever may change what is signed, and nobody else: it voids a sign-off."""
    clip, _ = world.signed()
    for who in ("kenh", "bientap", "giamdoc"):
        with pytest.raises(Forbidden):
            ask(world, clip, who)


def test_the_ledger_tells_the_way(world: World) -> None:
    """Asked for which captions, made, let go."""
    clip = ask(world, world.ready_clip())
    sha = made(world, "captioned")
    clip = drop_captioned(world.db, world["phongvien"], clip.code, clip.version)
    found = select(LedgerEntry).where(LedgerEntry.clip_id == clip.id)
    with world.db.read() as session:
        rows = session.scalars(found.order_by(LedgerEntry.position.desc()).limit(3)).all()
        entries = [(row.action, json.loads(row.body)) for row in reversed(rows)]
    assert [action for action, _ in entries] == [
        Act.CAPTIONED_ASKED,
        Act.RENDITION_MADE,
        Act.CAPTIONED_DROPPED,
    ]
    asked, drawn, dropped = (body for _, body in entries)
    assert asked["after"]["captions"] == 1
    assert drawn["after"]["sha256"] == sha
    assert dropped["before"]["sha256"] == asked["after"]["sha256"]
