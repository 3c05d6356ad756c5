"""Fills an empty installation with two sample agencies, for `make demo`.

Everything goes the way it goes for real: accounts are activated through their one-time links, the
clips are made with ffmpeg and espeak-ng, stored through the gate, examined, transcoded and
transcribed by the workers' own jobs, and climb by the operations that the pages call.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from review.errors import Fault
from review.models import Clip
from review.operations import (
    accounts,
    console,
    identity,
    intake,
    levels,
    remarks,
    setup,
    signoff,
    work,
)
from review.operations.accounts import PersonDraft, activate
from review.operations.agencies import ChannelDraft, LevelDraft
from review.operations.clip_access import ClipRef
from review.permissions import Actor, Role
from review.queries.signing import ASSESSMENTS, signing_sheet
from review.queries.ticks import asked_on
from review.words import say
from tools import demo_office, demo_papers, make_clip
from workers import jobs, logs
from workers.context import Context, context

HERE = "127.0.0.1"
PEOPLE = (
    PersonDraft("phongvien", "Lê Thị Mai", "Phóng viên", frozenset({Role.REPORTER})),
    PersonDraft("bientap", "Trần Văn Nam", "Biên tập viên", frozenset({Role.EDITOR})),
    PersonDraft("truongphong", "Nguyễn Văn Hùng", "Trưởng phòng", frozenset({Role.SECTION_HEAD})),
    PersonDraft("giamdoc", "Phạm Thu Hà", "Giám đốc", frozenset({Role.HEAD})),
    PersonDraft("kenh", "Đỗ Minh Anh", "Quản trị kênh", frozenset({Role.CHANNEL_MANAGER})),
    PersonDraft("vanthu", "Vũ Thị Lan", "Văn thư", frozenset({Role.CLERK})),
    PersonDraft("kiemtra", "Hoàng Quốc Bình", "Cán bộ kiểm tra", frozenset({Role.INSPECTOR})),
    PersonDraft("quantri", "Bùi Đức Thắng", "Quản trị hệ thống", frozenset({Role.ADMINISTRATOR})),
)
AGENCY = setup.InstallationDraft(
    kind="culture_centre",
    name="Trung tâm Văn hóa và Truyền thông Chợ Chu (mẫu)",
    parent_name="Ủy ban nhân dân xã Chợ Chu (mẫu)",
    place="Chợ Chu",
    profile="nha_nuoc",
    people=PEOPLE,
    levels=(
        LevelDraft(Role.EDITOR, "Biên tập viên", 4),
        LevelDraft(Role.SECTION_HEAD, "Trưởng phòng", 4),
        LevelDraft(Role.HEAD, "Giám đốc", 8),
    ),
    channels=(
        ChannelDraft("facebook", "Trang Chợ Chu hôm nay", "https://www.facebook.com/"),
        ChannelDraft("zalo_group", "Nhóm Zalo các tổ dân phố"),
    ),
)


@dataclass(frozen=True)
class Sample:
    """One clip to make: what it is called, what is said in it, how far it goes."""

    title: str
    category: str
    size: tuple[int, int]
    background: str
    sentences: tuple[str, ...]
    post_text: str


SAMPLES = (
    Sample(
        "Ngày hội văn hóa tại Chợ Chu",
        "xa_hoi",
        (540, 960),
        "gradients",
        (
            "Kính thưa quý vị, ủy ban nhân dân xã tổ chức ngày hội văn hóa tại Chợ Chu vào sáng "
            "thứ bảy.",
            "Mời bà con cùng tham gia.",
        ),
        "Ngày hội văn hóa Chợ Chu: mời bà con cùng tham gia sáng thứ bảy.",
    ),
    Sample(
        "Đoàn thanh niên phát động phong trào trồng cây",
        "guong_tot",
        (960, 540),
        "testsrc2",
        (
            "Đoàn thanh niên phát động phong trào trồng cây trên địa bàn tỉnh.",
            "Tin vui đến với bà con.",
        ),
        "Mỗi người một cây xanh cho quê hương.",
    ),
    Sample(
        "Lớp tập huấn tại nhà văn hóa",
        "chinh_sach",
        (960, 540),
        "mandelbrot",
        ("Hội nông dân khai mạc lớp tập huấn tại nhà văn hóa hôm nay.", "Xin trân trọng cảm ơn."),
        "Hội nông dân khai mạc lớp tập huấn cho bà con.",
    ),
)


class Sampler:
    """The sample agency at work."""

    def __init__(self, here: Context, password: str) -> None:
        self.here = here
        self.password = password
        self.actors: dict[str, Actor] = {}

    def open_accounts(self) -> bool:
        """Sets the agency up and logs everybody in; False where an agency exists already."""
        secret = setup.issue_setup_link(self.here.database)
        if secret is None:
            return False
        for invitation in setup.create_installation(self.here.database, secret, AGENCY, HERE):
            self._enter(invitation)
        return True

    def furnish(self) -> None:
        """Units, posts, checks, a deputy who may sign; and a commune of its own beside it."""
        db = self.here.database
        deputy = accounts.add_person(db, self.actors["quantri"], demo_office.DEPUTY)
        self._enter(deputy)
        demo_office.dress(db, self.actors, deputy.person_id)
        link = console.issue_agency_link(db)
        for invitation in setup.create_installation(db, link, demo_office.COMMUNE, HERE):
            self._enter(invitation)

    def add(self, sample: Sample) -> ClipRef:
        """Makes the clip's file, uploads it as the reporter and does all the work that is due."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mau.mp4"
            make_clip.make(
                path,
                sample.sentences,
                size=sample.size,
                title=sample.title,
                background=sample.background,
            )
            with path.open("rb") as stream:
                stored = self.here.storage.receive(
                    stream, max_bytes=self.here.settings.max_upload_bytes
                )
        draft = intake.ClipDraft(
            title=sample.title,
            category_code=sample.category,
            post_text=sample.post_text,
            political=False,
            rights="Hình và tiếng do máy tạo làm mẫu.",
            ai_label=True,
            people="none",
        )
        upload = intake.Upload(stored, f"{sample.title}.mp4", "video/mp4")
        clip = intake.create_clip(self.here.database, self.actors["phongvien"], draft, upload)
        self._work()
        return clip

    def climb(self, clip: ClipRef, *approvers: str) -> ClipRef:
        """Submits the clip and lets each of `approvers` agree in turn."""
        db = self.here.database
        clip = levels.submit(db, self.actors["phongvien"], clip.code, clip.version)
        for name in approvers:
            with db.read() as session:
                asked, _ = asked_on(session, clip.id)
            answers = {tick.id: "yes" for tick in asked}
            actor = self.actors[name]
            clip = levels.approve(db, actor, clip.code, clip.version, False, ticks=answers)
        return clip

    def sign(self, clip: ClipRef) -> None:
        """The sample head confirms what the page would show her."""
        db, head = self.here.database, self.actors["giamdoc"]
        identity.open_signing(db, head, self.password)
        with db.read() as session:
            digest = signing_sheet(session, session.get_one(Clip, clip.id), head).digest
        signoff.sign(db, head, clip.code, clip.version, digest, ASSESSMENTS, False)

    def _enter(self, invitation: accounts.Invitation) -> None:
        activate(self.here.database, invitation.secret, self.password, HERE)
        self.actors[invitation.username] = self._log_in(invitation.username)

    def _log_in(self, username: str) -> Actor:
        secret = identity.log_in(self.here.database, username, self.password, "make demo", HERE)
        actor = identity.actor_of_session(self.here.database, secret, "make-demo", HERE)
        if actor is None:
            raise RuntimeError("a session that was just opened is not there")
        return actor

    def _work(self) -> None:
        while due := self._due():
            for work_id in due:
                jobs.perform(work_id)

    def _due(self) -> list[int]:
        with self.here.database.read() as session:
            return [
                row.work_id for queue in ("media", "speech") for row in work.due(session, queue, 5)
            ]


def fill(here: Context, password: str, tell: Callable[[str], None]) -> bool:
    """Makes the sample agency with three clips and one that was given out; False where there is an
    agency already."""
    sampler = Sampler(here, password)
    if not sampler.open_accounts():
        return False
    sampler.furnish()
    waiting, returned, signed = (
        _told(sampler.add, sample, number, tell) for number, sample in enumerate(SAMPLES, 1)
    )
    db, actors = here.database, sampler.actors
    sampler.climb(waiting, "bientap", "truongphong")
    spot, text = remarks.Spot(1_000), "Tiếng hơi nhỏ ở đoạn đầu."
    remarks.add_remark(db, actors["bientap"], waiting.code, text, spot)
    back = sampler.climb(returned, "bientap")
    note = "[00:01] Trên địa bàn xã, không phải tỉnh."
    levels.return_clip(db, actors["truongphong"], back.code, back.version, "wrong_place", note)
    sampler.sign(sampler.climb(signed, "bientap", "truongphong"))
    demo_papers.lay_down(db, actors, waiting.code, signed.code)
    return True


def _told(
    add: Callable[[Sample], ClipRef], sample: Sample, number: int, tell: Callable[[str], None]
) -> ClipRef:
    tell(f"  {number}/{len(SAMPLES)} {sample.title}")
    return add(sample)


def main() -> None:
    """Fills the installation named by the environment and prints how to log in."""
    here = context()
    logs.configure("ERROR")
    kept = here.settings.upload_dir.parent / "demo-password.txt"
    password = os.environ.get("DEMO_PASSWORD") or (
        kept.read_text().strip() if kept.exists() else f"demo-{secrets.token_hex(4)}"
    )
    try:
        if fill(here, password, print):
            kept.touch(mode=0o600)
            kept.write_text(password + "\n")
    except Fault as fault:
        sys.exit(say(fault.code, "vi", **fault.params))
    people = (*PEOPLE, demo_office.DEPUTY, *demo_office.COMMUNE_PEOPLE)
    names = " ".join(person.username for person in people)
    print(f"  Tài khoản mẫu / sample accounts: {names}")
    print(f"  Mật khẩu / password: {kept.read_text().strip() if kept.exists() else password}")


if __name__ == "__main__":
    main()
