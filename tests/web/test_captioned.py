"""The copy with the captions in its picture, at the clip's page and where clips are posted."""

from __future__ import annotations

import json
import re

from sqlalchemy import select

from review.models import Work
from review.operations import levels, transcripts, work
from review.queries import progress
from review.web.parts import NAME
from tests.covers import lease, made
from tests.operations.test_captioned import OTHER
from tests.web.site import Site


def test_asked_for_watched_over_and_let_go(site: Site) -> None:
    """Each state says what it is and what can be done."""
    world = site.world
    clip = world.ready_clip()
    author, path = site.log_in("phongvien"), f"/clips/{clip.code}"

    def press(name: str = "") -> int:
        form = {"version": world.now(clip).version}
        return author.post(f"{path}/captioned{name}", form).status_code

    assert "Tạo bản gắn phụ đề" in author.get(path).text
    assert press() == 303
    assert f'hx-get="{path}/captioned"' in author.get(path).text
    with world.db.read() as session:
        order = session.scalars(select(Work.subject_id).order_by(Work.id)).all()[-1]
    said = json.dumps({"done": 4_000, "total": 8_000, "unit": "ms", "at": 2**40})
    redis = site.app.extensions[NAME].redis
    redis.hset(progress.key_of(order, "captioned"), "captioned", said)
    place = author.get(f"{path}/captioned").text
    assert 'value="50"' in place and "<html" not in place
    sha = made(world, "captioned")
    place = author.get(f"{path}/captioned").text
    assert sha in place and "Xem bản gắn phụ đề" in place and "hx-get" not in place
    assert press() == 409
    now = world.now(clip)
    transcripts.save_captions(world.db, world["phongvien"], clip.code, now.version, OTHER)
    assert "Phụ đề đã đổi sau khi tạo bản này" in author.get(path).text
    submit = author.post(f"{path}/submit", {"version": world.now(clip).version})
    assert (submit.status_code, "còn theo lời cũ" in submit.text) == (409, True)
    assert press() == 303
    held = lease(world, "captioned")
    work.fail(world.db, held, "face_lacks", retry=False, params={"signs": "ສ"})
    assert "Bộ chữ không có các ký tự: ສ." in author.get(path).text
    assert press("/drop") == 303
    assert "Tạo bản gắn phụ đề" in author.get(path).text


def test_the_head_sees_it_and_the_channel_manager_takes_it(site: Site) -> None:
    """With its hash, beside the published file."""
    world = site.world
    clip = world.ready_clip()
    author, path = site.log_in("phongvien"), f"/clips/{clip.code}"
    author.post(f"{path}/captioned", {"version": clip.version})
    sha = made(world, "captioned")
    clip = levels.submit(world.db, world["phongvien"], clip.code, world.now(clip).version)
    for name in ("bientap", "truongphong"):
        clip = levels.approve(world.db, world[name], clip.code, clip.version, False)
    head = site.log_in("giamdoc").get(f"{path}/sign").text
    assert sha in head and "Xem bản gắn phụ đề" in head
    world.sign(clip)
    posting = site.log_in("kenh").get("/posting").text
    assert sha in posting
    assert re.search(r'/posting/\d+/file/captioned\.mp4"', posting)
