"""Choosing the cover at the clip's page, without a script."""

from __future__ import annotations

import re

from review.operations import levels, work
from tests.covers import lease, made, of_length
from tests.web.site import Site


def test_a_cover_is_chosen_changed_and_given_back(site: Site) -> None:
    """A time is typed; the page shows the picture once it is cut, and the way back."""
    clip = of_length(site.world, site.world.ready_clip())
    author, path = site.log_in("phongvien"), f"/clips/{clip.code}"
    page = author.get(path).text
    assert "Chọn ảnh bìa" in page and "Ảnh tự động" in page
    form = {"version": clip.version, "at": "0:01,5"}
    answer = author.post(f"{path}/cover", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?at=1500")
    waiting = author.get(path).text
    assert "Máy đang cắt ảnh bìa" in waiting
    assert f'hx-get="{path}/cover"' in waiting
    made(site.world, "cover")
    place = author.get(f"{path}/cover").text
    assert "Hình lúc 00:01.500" in place and "hx-get" not in place
    assert "<html" not in place
    found = re.search(r'poster="([^"]+)"', author.get(path).text)
    assert found is not None and "/cover?" in found[1]
    back = {"version": site.world.now(clip).version}
    assert author.post(f"{path}/cover/drop", back).status_code == 303
    assert "Ảnh tự động" in author.get(path).text


def test_what_is_refused_is_said_and_stays_typed(site: Site) -> None:
    """A time that cannot be read, one beyond the end, and a submission that must wait."""
    clip = of_length(site.world, site.world.ready_clip())
    author, path = site.log_in("phongvien"), f"/clips/{clip.code}"
    for typed, words in (("giữa", "phút:giây"), ("0:09", "Clip chỉ dài 0:08")):
        answer = author.post(f"{path}/cover", {"version": clip.version, "at": typed})
        assert (answer.status_code, words in answer.text) == (422, True)
        assert f'value="{typed}"' in answer.text
    author.post(f"{path}/cover", {"version": clip.version, "at": "0:02"})
    fresh = site.world.now(clip).version
    answer = author.post(f"{path}/submit", {"version": fresh})
    assert (answer.status_code, "đang cắt ảnh bìa" in answer.text) == (409, True)
    work.fail(site.world.db, lease(site.world, "cover"), "output_wrong", retry=False)
    assert "Chưa cắt được ảnh bìa" in author.get(path).text


def test_the_head_is_told_what_is_missing_instead_of_a_statement(site: Site) -> None:
    """A cover that she asked for and that is not there yet."""
    clip = of_length(site.world, site.world.at_head())
    head, path = site.log_in("giamdoc"), f"/clips/{clip.code}"
    head.post(f"{path}/cover", {"version": clip.version, "at": "0:02"})
    answer = head.get(f"{path}/sign/confirm")
    assert (answer.status_code, "đang cắt ảnh bìa" in answer.text) == (409, True)
    made(site.world, "cover")
    assert head.get(f"{path}/sign/confirm").status_code == 200
    assert "Ảnh bìa" in head.get(f"{path}/sign").text


def test_who_may_not_choose_sees_the_picture_alone(site: Site) -> None:
    """No form for a reader, and the address refuses."""
    clip = levels.submit(
        site.world.db,
        site.world["phongvien"],
        (ready := of_length(site.world, site.world.ready_clip())).code,
        ready.version,
    )
    reader, path = site.log_in("vanthu"), f"/clips/{clip.code}"
    page = reader.get(path).text
    assert "Ảnh tự động" in page and f"{path}/cover" not in page
    answer = reader.post(f"{path}/cover", {"version": clip.version, "at": "0:02"})
    assert answer.status_code == 403
