"""From the sign-off to the post: planned, taken, confirmed, reported, cancelled."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from review.audit import Act
from review.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from review.models import Channel, Clip, ClipChannel, Delivery, LedgerEntry, Publication, Work
from review.operations import agencies, downloads, intake, levels
from review.operations.agencies import ChannelDraft
from review.operations.publishing import confirm_posted, report_result
from review.permissions import Via
from review.post_urls import check_post_url
from tests.publishing.desk import aim, one
from tests.world import DRAFT, World

POST = "https://www.facebook.com/dinhhoa/videos/7"


def all_of(world: World, model: type):  # type: ignore[no-untyped-def]
    """Every row of `model`, in order."""
    with world.db.read() as session:
        return session.scalars(select(model).order_by(model.id)).all()  # type: ignore[attr-defined]


def entries(world: World, act: Act) -> list[dict[str, object]]:
    """What the ledger says of this kind of act."""
    with world.db.read() as session:
        found = select(LedgerEntry.body).where(LedgerEntry.action == act.value)
        return [json.loads(body) for body in session.scalars(found)]


def change_title(world: World) -> None:
    """The author changes what was signed."""
    clip = one(world, Clip)
    draft = replace(DRAFT, title="Tên khác")
    intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)


# ── planned with the sign-off ─────────────────────────────────────────────────────────────────────


def test_one_publication_for_each_planned_channel_in_use(both: World) -> None:
    """A closed channel gets none; one with a hook gets its message and the work of sending it."""
    aim(both, "http://127.0.0.1:9/hook")
    drafts = (ChannelDraft("loudspeaker", "Cụm loa"), ChannelDraft("website", "Trang cũ"))
    _, old = (agencies.add_channel(both.db, both["quantri"], draft) for draft in drafts)
    clip = both.at_head()
    closed = replace(drafts[1], active=False)
    agencies.change_channel(both.db, both["quantri"], old, closed)
    act = both.sign(clip)
    found = all_of(both, Publication)
    assert [(row.mode, row.state) for row in found] == [("hook", "waiting"), ("by_hand", "waiting")]
    assert {(row.sign_off_id, row.digest) for row in found} == {(act.id, act.digest)}
    assert [row.publication_id for row in all_of(both, Delivery)] == [found[0].id]
    assert [row.kind for row in all_of(both, Work) if row.state == "due"].count("deliver") == 1
    assert len(entries(both, Act.PUBLICATION_PLANNED)) == 2


def test_a_neighbours_channel_is_never_planned(both: World) -> None:
    """Even if a row should say so."""
    other = both.second()
    clip = both.at_head()
    with both.db.transaction() as unit:
        theirs = unit.session.scalars(
            select(Channel.id).where(Channel.agency_id == other["quantri"].agency_id)
        ).one()
        unit.session.add(ClipChannel(clip_id=clip.id, channel_id=theirs))
    both.sign(clip)
    assert theirs not in {row.channel_id for row in all_of(both, Publication)}


def test_the_message_anchors_the_ledger(world: World) -> None:
    """A receiver keeps how long the ledger was and its last leaf, outside this house."""
    aim(world, "http://127.0.0.1:9/hook")
    world.signed()
    anchor = json.loads(one(world, Delivery).body)["data"]["ledger"]
    with world.db.read() as session:
        last = session.get_one(LedgerEntry, anchor["size"] - 1)
    assert last.leaf == anchor["last_leaf"]


# ── confirmed, reported ───────────────────────────────────────────────────────────────────────────


def test_confirmed_by_the_channels_manager(both: World) -> None:
    """The clip is posted, by whom and where is on record, pages that showed it are stale."""
    clip, _ = both.signed()
    confirm_posted(both.db, both["kenh"], one(both, Publication).id, f"  {POST} ")
    row, publication = both.row(clip), one(both, Publication)
    assert (row.state, row.version) == ("posted", clip.version + 1)
    assert (publication.state, publication.posted_url) == ("posted", POST)
    assert publication.posted_by_name == "Đỗ Minh Anh"
    assert entries(both, Act.POSTED)[0]["after"]["channel_name"] == "Trang Định Hóa"  # type: ignore[index]


def test_each_channel_is_confirmed_for_itself(both: World) -> None:
    """The second post of a posted clip is confirmed like the first; the same one is not twice."""
    agencies.add_channel(both.db, both["quantri"], ChannelDraft("loudspeaker", "Cụm loa"))
    both.signed()
    first, second = all_of(both, Publication)
    confirm_posted(both.db, both["kenh"], first.id, POST)
    confirm_posted(both.db, both["kenh"], second.id, "")
    with pytest.raises(Conflict, match="already_posted"):
        confirm_posted(both.db, both["kenh"], first.id, POST)


def test_who_may_confirm(both: World) -> None:
    """A manager at a page. A token reports, it does not confirm; neighbours see nothing."""
    both.signed()
    publication = one(both, Publication).id
    for name in ("phongvien", "bientap", "vanthu", "kiemtra", "quantri", "giamdoc"):
        with pytest.raises(Forbidden, match="role_missing"):
            confirm_posted(both.db, both[name], publication, POST)
    with pytest.raises(Forbidden, match="decision_needs_person"):
        confirm_posted(both.db, replace(both["kenh"], via=Via.TOKEN), publication, POST)
    with pytest.raises(NotFound):
        confirm_posted(both.db, both.second()["kenh"], publication, POST)
    with pytest.raises(NotFound):
        confirm_posted(both.db, both["kenh"], 999_999, POST)
    assert one(both, Publication).state == "waiting"


def test_a_named_manager_needs_no_role_and_only_for_that_channel(both: World) -> None:
    """The editor manages the page; of the loudspeakers somebody else."""
    channel = all_of(both, Channel)[0]
    editor = both["bientap"]
    mine = ChannelDraft(channel.kind, channel.name, channel.url, editor.person_id)
    agencies.change_channel(both.db, both["quantri"], channel.id, mine)
    agencies.add_channel(both.db, both["quantri"], ChannelDraft("loudspeaker", "Cụm loa"))
    both.signed()
    first, second = all_of(both, Publication)
    confirm_posted(both.db, editor, first.id, POST)
    with pytest.raises(Forbidden, match="role_missing"):
        confirm_posted(both.db, editor, second.id, "")


def test_a_report_said_twice_changes_nothing(both: World) -> None:
    """Receivers repeat themselves; another address for the same post is refused."""
    clip, _ = both.signed()
    token = replace(both["kenh"], via=Via.TOKEN)
    publication = one(both, Publication).id
    for _ in range(3):
        report_result(both.db, token, publication, POST, "posted")
    assert both.row(clip).version == clip.version + 1
    assert len(entries(both, Act.POSTED)) == 1
    with pytest.raises(Conflict, match="already_posted"):
        report_result(both.db, token, publication, POST + "8", "posted")
    with pytest.raises(Conflict, match="already_posted"):
        report_result(both.db, token, publication, "", "failed")


def test_a_failure_reported_leaves_the_sign_off_alone(both: World) -> None:
    """The receiver could not post; a person still can."""
    clip, _ = both.signed()
    token = replace(both["kenh"], via=Via.TOKEN)
    publication = one(both, Publication).id
    for _ in range(2):
        report_result(both.db, token, publication, "", "failed", "hết hạn mã")
    assert (one(both, Publication).state, both.row(clip).state) == ("failed", "approved")
    assert len(entries(both, Act.DELIVERY_FAILED)) == 1
    confirm_posted(both.db, both["kenh"], publication, POST)
    with pytest.raises(Invalid, match="result_status"):
        report_result(both.db, token, publication, POST, "liked")


# ── the sign-off falls ────────────────────────────────────────────────────────────────────────────


def confirm(world: World, publication: int) -> None:
    """By hand."""
    confirm_posted(world.db, world["kenh"], publication, POST)


def report(world: World, publication: int) -> None:
    """By a program."""
    token = replace(world["kenh"], via=Via.TOKEN)
    report_result(world.db, token, publication, POST, "posted")


def download(world: World, publication: int) -> None:
    """The file itself."""
    downloads.record_download(world.db, world["kenh"], publication)


@pytest.mark.parametrize("way", [confirm, report, download])
def test_nothing_goes_out_on_a_void_sign_off(
    both: World, way: Callable[[World, int], None]
) -> None:
    """By no way: confirmed, reported, downloaded."""
    both.signed()
    change_title(both)
    publication = one(both, Publication)
    assert publication.state == "cancelled"
    with pytest.raises(Conflict, match="publication_cancelled"):
        way(both, publication.id)
    assert len(entries(both, Act.PUBLICATION_CANCELLED)) == 1


def test_signed_again_there_is_a_new_publication(both: World) -> None:
    """The cancelled one stays as it is; the new digest has its own."""
    clip, _ = both.signed()
    change_title(both)
    clip = both.now(clip)
    clip = levels.submit(both.db, both["phongvien"], clip.code, clip.version)
    for name in ("bientap", "truongphong"):
        clip = levels.approve(both.db, both[name], clip.code, clip.version, False)
    both.sign(clip)
    first, second = all_of(both, Publication)
    assert (first.state, second.state) == ("cancelled", "waiting")
    assert first.digest != second.digest


# ── files ─────────────────────────────────────────────────────────────────────────────────────────


def test_one_download_is_one_entry_an_hour(both: World, later: Callable[[timedelta], None]) -> None:
    """A download manager asks in pieces; an hour later it is another download."""
    both.signed()
    publication = one(both, Publication).id
    for _ in range(5):
        downloads.record_download(both.db, both["kenh"], publication)
    downloads.record_download(both.db, both["kenh"], publication, "captions.vtt")
    assert len(entries(both, Act.FILE_DOWNLOADED)) == 2
    later(timedelta(minutes=61))
    downloads.record_download(both.db, both["kenh"], publication)
    assert len(entries(both, Act.FILE_DOWNLOADED)) == 3


def test_before_the_sign_off_there_is_no_file(both: World) -> None:
    """Not even for somebody who may look at the clip."""
    clip = both.at_head()
    with pytest.raises(Conflict, match="not_signed"):
        downloads.take_signed(both.db, both["giamdoc"], clip.code, "publication.mp4")
    both.sign(clip)
    file = downloads.take_signed(both.db, both["giamdoc"], clip.code, "captions.vtt")
    assert (file.content or b"").startswith(b"WEBVTT")
    with pytest.raises(NotFound):
        downloads.take_signed(both.db, both["giamdoc"], clip.code, "original.mov")


# ── addresses of posts ────────────────────────────────────────────────────────────────────────────

FACEBOOK = "https://www.facebook.com/dinhhoa"
PORTAL = "https://dinhhoa.thainguyen.gov.vn"


@pytest.mark.parametrize(
    ("url", "channel"),
    [
        ("https://www.facebook.com/dinhhoa/videos/7", FACEBOOK),
        ("https://m.facebook.com/story.php?id=7", FACEBOOK),
        ("https://fb.watch/abc", FACEBOOK),
        ("https://youtu.be/abc", "https://www.youtube.com/@dinhhoa"),
        ("https://vt.tiktok.com/ZS1/", "https://www.tiktok.com/@dinhhoa"),
        ("http://thainguyen.gov.vn/tin/7", PORTAL),
        ("https://nghean.vn/7", ""),
        ("", ""),
    ],
)
def test_addresses_that_can_be_of_the_channel(url: str, channel: str) -> None:
    """Short links and mobile names of the same place; anything where the channel has no address."""
    assert check_post_url(url, channel) == url


@pytest.mark.parametrize(
    ("url", "channel", "code"),
    [
        ("", FACEBOOK, "post_url_missing"),
        ("facebook.com/7", FACEBOOK, "post_url_form"),
        ("javascript:alert(1)", "", "post_url_form"),
        ("https://a:b@www.facebook.com/7", FACEBOOK, "post_url_form"),
        ("https://www.facebook.com/a b", FACEBOOK, "post_url_form"),
        ("https://[::1", "", "post_url_form"),
        ("https://www.facebook.com/" + "x" * 1_000, FACEBOOK, "post_url_form"),
        ("https://youtu.be/abc", FACEBOOK, "post_url_elsewhere"),
        ("https://facebook.com.evil.example/7", FACEBOOK, "post_url_elsewhere"),
        ("https://nghean.gov.vn/tin/7", PORTAL, "post_url_elsewhere"),
    ],
)
def test_addresses_that_cannot(url: str, channel: str, code: str) -> None:
    """A slip of the pen, told as what it is."""
    with pytest.raises(Fault) as caught:
        check_post_url(url, channel)
    assert caught.value.code == code
