"""A small agency with its people, made through the operations themselves.

`World` gives each person as an actor with a live session, and clips whose file is ready without
running the workshop: the rows say what the workshop would have written.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field, replace

from media.results import Line, StoredFile
from review import clock
from review.db import Database
from review.models import CaptionVersion, Clip, Rendition, Revision
from review.models import StoredFile as StoredRow
from review.operations import identity, intake, levels, setup, signoff
from review.operations.accounts import PersonDraft, activate
from review.operations.agencies import ChannelDraft, LevelDraft
from review.operations.clip_access import ClipRef
from review.operations.transcripts import captions_hash
from review.permissions import Actor, Role
from review.queries.signing import ASSESSMENTS, signing_sheet
from review.states import RevisionState

PASSWORD = "chim bay trên núi 7"
PEOPLE: dict[str, tuple[str, str, frozenset[Role]]] = {
    "phongvien": ("Lê Thị Mai", "Phóng viên", frozenset({Role.REPORTER})),
    "bientap": ("Trần Văn Nam", "Biên tập viên", frozenset({Role.EDITOR})),
    "truongphong": ("Nguyễn Văn Hùng", "Trưởng phòng", frozenset({Role.SECTION_HEAD})),
    "giamdoc": ("Phạm Thu Hà", "Giám đốc", frozenset({Role.HEAD})),
    "kenh": ("Đỗ Minh Anh", "Quản trị kênh", frozenset({Role.CHANNEL_MANAGER})),
    "vanthu": ("Vũ Thị Lan", "Văn thư", frozenset({Role.CLERK})),
    "kiemtra": ("Hoàng Quốc Bình", "Cán bộ kiểm tra", frozenset({Role.INSPECTOR})),
    "quantri": ("Bùi Đức Thắng", "Quản trị hệ thống", frozenset({Role.ADMINISTRATOR})),
}
LEVELS = (
    LevelDraft(Role.EDITOR, "Biên tập viên", 4),
    LevelDraft(Role.SECTION_HEAD, "Trưởng phòng", 4),
    LevelDraft(Role.HEAD, "Giám đốc", 8),
)
# A dossier with every answer that a submission needs.
DRAFT = intake.ClipDraft(
    title="Hội xuân xã Phú Đình",
    category_code="xa_hoi",
    political=False,
    post_text="Hội xuân đã về.",
    rights="Hình và tiếng do đơn vị tự thực hiện.",
    people="none",
)
REASON = "Phát biểu của lãnh đạo."
_serial = itertools.count(1)


def agency_draft(
    name: str = "Trung tâm Văn hóa Định Hóa",
    suffix: str = "",
    steps: tuple[LevelDraft, ...] = LEVELS,
    people: dict[str, tuple[str, str, frozenset[Role]]] = PEOPLE,
) -> setup.InstallationDraft:
    """What the first page would send; `suffix` keeps a second agency's usernames apart."""
    drafts = (PersonDraft(user + suffix, *rest) for user, rest in people.items())
    return setup.InstallationDraft(
        kind="culture_centre",
        name=name,
        parent_name="Ủy ban nhân dân",
        place="Định Hóa",
        profile="nha_nuoc",
        people=tuple(drafts),
        levels=steps,
        channels=(ChannelDraft("facebook", "Trang Định Hóa", "https://www.facebook.com/dinhhoa"),),
    )


@dataclass
class World:
    """An agency at work."""

    db: Database
    suffix: str = ""
    actors: dict[str, Actor] = field(default_factory=dict)

    @classmethod
    def first(cls, db: Database, draft: setup.InstallationDraft | None = None) -> World:
        """Sets up an empty installation through its one-time link."""
        secret = setup.issue_setup_link(db)
        assert secret is not None
        world = cls(db)
        world._enter(setup.create_installation(db, secret, draft or agency_draft(), "127.0.0.1"))
        return world

    def second(self, draft: setup.InstallationDraft | None = None) -> World:
        """Another agency on the same installation."""
        other = World(self.db, "2")
        draft = draft or agency_draft("Đài truyền thanh Chợ Chu", "2")
        with self.db.transaction() as unit:
            invitations = setup.enter_agency(unit, self["quantri"], draft)
        other._enter(invitations)
        return other

    def _enter(self, invitations: list[setup.Invitation]) -> None:
        for invitation in invitations:
            activate(self.db, invitation.secret, PASSWORD, "127.0.0.1")
            name = invitation.username.removesuffix(self.suffix)
            self.actors[name] = self.log_in(name)

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    def log_in(self, name: str) -> Actor:
        """A fresh session of the person, as an actor."""
        secret = identity.log_in(self.db, name + self.suffix, PASSWORD, "thử", "127.0.0.1")
        actor = identity.actor_of_session(self.db, secret, f"req-{next(_serial)}", "127.0.0.1")
        assert actor is not None
        return actor

    def upload(self, text: str = "") -> intake.Upload:
        """Bytes that exist only as their hash: operations never open a file."""
        seed = text or f"tệp {next(_serial)}"
        sha = hashlib.sha256(seed.encode()).hexdigest()
        return intake.Upload(StoredFile(f"key{next(_serial)}", sha, 1_000), "Hội xuân.mp4")

    def draft_clip(self, author: str = "phongvien", **fields: object) -> ClipRef:
        """A clip whose file still waits for the workshop."""
        political = {"political_reason": REASON} if fields.get("political") else {}
        draft = replace(DRAFT, **(political | fields))  # type: ignore[arg-type]
        return intake.create_clip(self.db, self[author], draft, self.upload())

    def ready_clip(self, author: str = "phongvien", **fields: object) -> ClipRef:
        """A clip whose file the workshop has finished."""
        clip = self.draft_clip(author, **fields)
        self.finish(clip)
        return clip

    def finish(self, clip: ClipRef) -> None:
        """Writes what the workshop writes when a revision becomes ready."""
        lines = (Line(0, 2_000, "Kính thưa quý vị."), Line(2_000, 5_000, "Hội xuân đã về."))
        with self.db.transaction() as unit:
            row = unit.session.get_one(Clip, clip.id)
            revision = unit.session.get_one(Revision, row.revision_id)
            for kind in ("publication", "poster", "loudspeaker"):
                sha = hashlib.sha256(f"{kind} {revision.id}".encode()).hexdigest()
                stored = StoredRow(
                    key=f"{kind}{next(_serial)}",
                    sha256=sha,
                    size=10,
                    media_type="video/mp4",
                    created_at=clock.now(),
                )
                unit.session.add(stored)
                unit.session.flush()
                unit.session.add(
                    Rendition(
                        revision_id=revision.id,
                        kind=kind,
                        file_id=stored.id,
                        created_at=clock.now(),
                    )
                )
            captions = CaptionVersion(
                revision_id=revision.id,
                number=1,
                origin="machine",
                author_id=None,
                author_name="",
                engine="thử nghiệm",
                lines=[line.to_json() for line in lines],
                sha256=captions_hash(lines),
                created_at=clock.now(),
            )
            unit.session.add(captions)
            unit.session.flush()
            revision.captions_id, revision.speech_state = captions.id, "done"
            revision.state = RevisionState.READY

    def submitted(self, author: str = "phongvien", **fields: object) -> ClipRef:
        """A clip that waits at its first level."""
        clip = self.ready_clip(author, **fields)
        return levels.submit(self.db, self[author], clip.code, clip.version)

    def at_head(self, **fields: object) -> ClipRef:
        """A clip that waits for the sign-off."""
        clip = self.submitted(**fields)
        political = bool(fields.get("political", False))
        for name in ("bientap", "truongphong"):
            clip = levels.approve(self.db, self[name], clip.code, clip.version, political)
        return clip

    def sheet(self, clip: ClipRef, signer: str = "giamdoc"):  # type: ignore[no-untyped-def]
        """What the head is shown."""
        with self.db.read() as session:
            return signing_sheet(session, session.get_one(Clip, clip.id), self[signer])

    def signed(self, **fields: object) -> tuple[ClipRef, signoff.SignOffRef]:
        """A clip with a standing sign-off."""
        clip = self.at_head(**fields)
        act = self.sign(clip)
        return self.now(clip), act

    def sign(self, clip: ClipRef, signer: str = "giamdoc") -> signoff.SignOffRef:
        """The head confirms what she was shown."""
        identity.open_signing(self.db, self[signer], PASSWORD)
        with self.db.read() as session:
            political = session.get_one(Clip, clip.id).political
        digest = self.sheet(clip, signer).digest
        return signoff.sign(
            self.db, self[signer], clip.code, clip.version, digest, ASSESSMENTS, political
        )

    def now(self, clip: ClipRef) -> ClipRef:
        """The clip as a fresh page would show it."""
        with self.db.read() as session:
            row = session.get_one(Clip, clip.id)
            return ClipRef(row.id, row.code, row.version)

    def row(self, clip: ClipRef) -> Clip:
        """The clip's row, detached, for looking at."""
        with self.db.read() as session:
            return session.get_one(Clip, clip.id)
