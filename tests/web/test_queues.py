"""The list by its address, the bell and its page, and who else has a clip open."""

from __future__ import annotations

import pytest
from flask import Flask

from review.web.parts import NAME
from tests.services import RedisServer
from tests.web.site import Site
from tests.world import World


def test_an_address_says_all_that_was_asked(site: Site) -> None:
    """A list may be kept as a bookmark or sent to a colleague."""
    clip = site.world.submitted(title="Lễ hội Lồng Tồng")
    other = site.world.submitted(title="Phun thuốc")
    browser = site.log_in("bientap")
    page = browser.get("/?q=long+tong&category=xa_hoi&from=2024-01-01").text
    assert clip.code in page
    assert other.code not in page
    assert 'value="long tong"' in page
    assert 'value="2024-01-01"' in page


@pytest.mark.parametrize(
    "address",
    [
        "/?from=hôm+qua",
        "/?author=abc",
        "/?author=99999999999999999999999",
        "/?state=secret",
        "/?after=%00",
        "/?tab=xyz",
        "/?q=" + "a" * 5_000,
        "/?category=" + "x" * 500,
        "/notices?before=x",
        "/notices?before=-1",
        "/?from=9999-12-31&to=0001-01-01",
    ],
)
def test_what_an_address_may_hold(site: Site, address: str) -> None:
    """Addresses are typed and cut off: what makes no sense is left out."""
    assert site.log_in("bientap").get(address).status_code == 200


def test_the_bell_counts_until_the_clip_is_opened(site: Site) -> None:
    """One new thing; opened, none."""
    clip = site.world.submitted()
    browser = site.log_in("bientap")
    assert 'class="bell-count"' in browser.get("/notices/bell").text
    page = browser.get("/notices").text
    assert clip.code in page
    assert "notice-new" in page
    browser.get(f"/clips/{clip.code}")
    assert 'class="bell-count"' not in browser.get("/notices/bell").text
    assert "notice-new" not in browser.get("/notices").text


def test_all_can_be_marked_as_read(site: Site) -> None:
    """By one button, and for this person alone."""
    site.world.at_head()
    browser = site.log_in("giamdoc")
    assert browser.post("/notices/read").status_code == 303
    assert "notice-new" not in browser.get("/notices").text


def test_nobody_told_anything_sees_so(site: Site) -> None:
    """An empty page is a sentence."""
    assert site.log_in("vanthu").get("/notices").status_code == 200


def test_who_else_has_a_clip_open_is_named_by_post(site: Site) -> None:
    """On the clip and in the list, to the others; an inspector is not seen."""
    clip = site.world.submitted()
    for name in ("bientap", "kiemtra"):
        assert site.log_in(name).get(f"/clips/{clip.code}").status_code == 200
    seen = site.log_in("truongphong").post(f"/clips/{clip.code}/presence").text
    assert "Biên tập viên" in seen
    assert "Trần Văn Nam" not in seen
    assert "kiểm tra" not in seen
    own = site.log_in("bientap").post(f"/clips/{clip.code}/presence").text
    assert "Trưởng phòng" in own
    assert "Biên tập viên" not in own
    assert "Trưởng phòng" in site.log_in("bientap").get("/").text


def test_presence_of_another_agency_is_not_there(site: Site) -> None:
    """A clip of another agency has no address."""
    other = site.world.second()
    clip = other.submitted()
    assert site.log_in("truongphong").post(f"/clips/{clip.code}/presence").status_code == 404


def test_without_redis_pages_come_and_nobody_is_shown(
    empty_site: Flask, clean_redis: RedisServer
) -> None:
    """Who is looking is a courtesy: what is kept in Redis may be lost at any moment."""
    world = World.first(empty_site.extensions[NAME].database)
    site = Site(empty_site, world)
    clip = world.submitted()
    first, second = site.log_in("bientap"), site.log_in("truongphong")
    clean_redis.kill()
    try:
        assert first.get(f"/clips/{clip.code}").status_code == 200
        answer = second.post(f"/clips/{clip.code}/presence")
        assert answer.status_code == 200
        assert "Biên tập viên" not in answer.text
    finally:
        clean_redis.start()


def test_the_message_names_the_post_when_it_is_late(site: Site) -> None:
    """Upwards a late clip asks the post, not the person; below, the person is named."""
    clip = site.world.submitted()
    assert "Trần Văn Nam" in site.log_in("phongvien").get(f"/clips/{clip.code}").text
