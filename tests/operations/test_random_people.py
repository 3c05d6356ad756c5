"""Random people play a clip against the rules, and a model of a page's length checks every step.

In the ordinary run a few plays are made. The long mode, `RANDOM_PLAYS=2000 RANDOM_STEPS=50`, makes
as many as it is told, of as many steps.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from review.db import Database
from review.errors import Fault
from review.models import Clip, Decision, LedgerEntry, SignOff, SignOffVoid
from review.operations import handing, intake, levels
from review.operations.following import seal
from review.operations.returning import Back
from review.permissions import Actor, Role
from review.queries.passing import colleagues_of
from review.states import ClipState
from tests.world import PEOPLE, World, agency_draft

PLAYS = int(os.environ.get("RANDOM_PLAYS", "12"))
STEPS = int(os.environ.get("RANDOM_STEPS", "20"))
REPORT = frozenset({Role.REPORTER})
STAFF = PEOPLE | {
    "haivai": ("Lý Văn Sơn", "Thư ký", frozenset({Role.EDITOR, Role.SECTION_HEAD, Role.REPORTER})),
    "bienban": ("Mã Thị Hoa", "Biên tập viên", frozenset({Role.EDITOR})),
    "phovien": ("Đinh Thị Thu", "Phóng viên", REPORT),
}
NAMES = sorted(STAFF)
# Half of the time somebody who may; else anybody, and mostly they may not.
MAY = "somebody who may"
WHO = st.sampled_from([*NAMES, *[MAY] * len(NAMES)])
LEVEL_ROLES = {1: Role.EDITOR, 2: Role.SECTION_HEAD, 3: Role.HEAD}
NOBODY_SIGNS_BELOW = "giamdoc"


@dataclass
class Model:
    """What must be true of the clip, kept by hand: a dozen lines instead of a dozen rooms."""

    authors: set[str]
    state: str = "draft"
    level: int = 0
    approved: dict[int, str] = field(default_factory=dict)  # level: who, in this round
    back_to: int = 0
    fixer: str = ""
    held_by: str = ""
    political: bool = False
    said_yes_at: int = 0

    def decides(self, who: str) -> bool:
        """Whether `who` may decide where the clip waits."""
        if self.state != "in_review" or who in self.authors or self.held_by not in ("", who):
            return False
        if LEVEL_ROLES[self.level] not in STAFF[who][2]:
            return False
        if self.level < 3 and who == NOBODY_SIGNS_BELOW:
            return False
        return who not in {by for at, by in self.approved.items() if at < self.level}

    def works_on_it(self, who: str) -> bool:
        """Whether `who` may send it up."""
        return who in self.authors or (self.state == "returned" and who == self.fixer)

    def rise(self) -> None:
        """To the next level that anybody can decide."""
        self.held_by = ""
        while self.level < 3:
            self.level += 1
            if self.level == 3 or any(self.decides(name) for name in NAMES):
                return


@pytest.fixture(scope="module", autouse=True)
def template(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One migrated installation with its people, copied for every play."""
    Play.template = tmp_path_factory.mktemp("plays") / "template.sqlite3"
    shutil.copyfile(migrated_sqlite, Play.template)
    db = Database(f"sqlite:///{Play.template}", seal)
    Play.actors = World.first(db, agency_draft(people=STAFF)).actors
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()


class Play(RuleBasedStateMachine):
    """One clip and whatever people do to it, allowed or not."""

    template: Path
    actors: dict[str, Actor]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="dcplay"))
        shutil.copyfile(self.template, self.folder / "db.sqlite3")
        self.db = Database(f"sqlite:///{self.folder}/db.sqlite3", seal)
        self.world = World(self.db, actors=dict(self.actors))
        self.returned_by = ""

    def teardown(self) -> None:
        """Puts the play's database away."""
        self.db.engine.dispose()
        shutil.rmtree(self.folder)

    @initialize(author=st.sampled_from(["phongvien", "haivai"]))
    def begin(self, author: str) -> None:
        """A clip that the workshop has finished."""
        self.clip = self.world.ready_clip(author)
        self.model = Model({author})

    def _try(self, allowed: bool, operation, *arguments: object) -> bool:  # type: ignore[no-untyped-def]
        """Runs an act from a fresh page; it succeeds exactly where the model allows it."""
        before, clip = self._counts(), self.world.now(self.clip)
        refused = ""
        try:
            operation(self.db, arguments[0], clip.code, clip.version, *arguments[1:])
        except Fault as fault:
            refused = fault.code
        assert allowed == (not refused), (operation.__name__, arguments, refused, self.model)
        moved = self.world.now(self.clip).version > clip.version
        assert moved == allowed
        if refused:
            assert self._counts() == before, "a refused act left something behind"
        else:
            assert self._counts()[1] > before[1], "an act that the ledger does not know"
            event(operation.__name__)
        return allowed

    def _choose(self, who: str, may: Callable[[str], bool]) -> str:
        """`who`, or the first who may where that is asked for."""
        return who if who != MAY else next((name for name in NAMES if may(name)), NAMES[0])

    def _counts(self) -> tuple[int, int]:
        with self.db.read() as session:
            decisions = session.scalar(select(func.count()).select_from(Decision))
            entries = session.scalar(select(func.count()).select_from(LedgerEntry))
        return decisions or 0, entries or 0

    @rule(who=WHO)
    def submit(self, who: str) -> None:
        """Sent up: the whole way, or straight to who returned it."""
        model = self.model
        who = self._choose(who, model.works_on_it)
        allowed = model.state in ("draft", "returned") and model.works_on_it(who)
        if self._try(allowed, levels.submit, self.world[who]):
            model.state, model.fixer = "in_review", ""
            if model.back_to:
                model.level, model.held_by = model.back_to, self.returned_by
                if not self._holds(model.held_by, model.level):
                    model.held_by = ""
            else:
                model.level, model.approved = 0, {}
                model.rise()
            model.back_to = 0

    def _holds(self, who: str, level: int) -> bool:
        return LEVEL_ROLES[level] in STAFF[who][2]

    @rule(who=WHO, yes=st.booleans())
    def approve(self, who: str, yes: bool) -> None:
        """Agreed at a level, with an answer to the political question."""
        model = self.model
        who = self._choose(who, model.decides)
        allowed = model.decides(who) and model.level < 3
        if not yes and model.political and model.level <= model.said_yes_at:
            allowed = False
        if self._try(allowed, levels.approve, self.world[who], yes, "", "vì chỉ là lễ hội"):
            if yes:
                model.political, model.said_yes_at = True, max(model.said_yes_at, model.level)
            else:
                model.political = False
            model.approved[model.level] = who
            model.rise()

    @rule(who=WHO, below=st.sampled_from([None, 1, 2]), straight=st.booleans())
    def send_back(self, who: str, below: int | None, straight: bool) -> None:
        """Returned: to the author, to a lower level, to be mended and straight back."""
        model = self.model
        who = self._choose(who, model.decides)
        there = below is None or (
            below < model.level and below in model.approved and self._somebody_at(below)
        )
        allowed = model.decides(who) and there and not (below and straight)
        back = Back(to_level=below, straight=straight)
        if self._try(allowed, levels.return_clip, self.world[who], "sound", "rè", back):
            model.held_by = ""
            if below:
                model.level = below
            else:
                model.state, self.returned_by = "returned", who
                model.back_to, model.level = (model.level if straight else 0), 0

    def _somebody_at(self, level: int) -> bool:
        lower = {by for at, by in self.model.approved.items() if at < level}
        barred = self.model.authors | lower | {NOBODY_SIGNS_BELOW}
        return any(self._holds(name, level) and name not in barred for name in NAMES)

    @rule(who=WHO, to=WHO)
    def hand_over(self, who: str, to: str) -> None:
        """Given to a colleague at the level, or taken back."""
        model = self.model
        held, model.held_by = model.held_by, ""
        who, to = self._choose(who, model.decides), self._choose(to, model.decides)
        allowed = model.level < 3 and model.decides(who) and model.decides(to) and held != to
        model.held_by = held
        if self._try(allowed, handing.hand_over, self.world[who], self.world[to].person_id):
            model.held_by = to

    @rule(who=WHO)
    def skip(self, who: str) -> None:
        """Past the levels below, by the head alone."""
        model = self.model
        who = self._choose(who, lambda name: name == "giamdoc")
        allowed = who == "giamdoc" and model.state == "in_review" and model.level < 3
        if self._try(allowed, handing.skip_to_head, self.world[who], "gấp"):
            model.level, model.held_by = 3, ""

    @rule(who=WHO, to=st.sampled_from(["phovien", "haivai", "kenh"]))
    def hand_over_dossier(self, who: str, to: str) -> None:
        """Another carries it on, and is an author from then on."""
        model = self.model
        who = self._choose(who, lambda name: name in model.authors)
        over = STAFF[who][2] & {Role.HEAD, Role.SECTION_HEAD}
        allowed = (
            model.state in ("draft", "returned")
            and bool(over or who in model.authors)
            and to != "kenh"
            and to not in model.authors
        )
        if self._try(allowed, handing.hand_over_dossier, self.world[who], self.world[to].person_id):
            with self.db.read() as session:
                row = session.get_one(Clip, self.clip.id)
                named = {row.created_by, row.keeper_id, row.uploader_id}
            model.authors = {n for n in NAMES if self.world[n].person_id in named}

    @rule(who=WHO)
    def recall(self, who: str) -> None:
        """Taken back by an author before the sign-off."""
        model = self.model
        who = self._choose(who, lambda name: name in model.authors)
        allowed = model.state == "in_review" and who in model.authors
        if self._try(allowed, levels.recall, self.world[who]):
            model.state, model.level, model.held_by, model.back_to = "draft", 0, "", 0

    @rule(who=WHO, text=st.sampled_from(["Hội xuân A", "Hội xuân B"]))
    def mend(self, who: str, text: str) -> None:
        """The title corrected, at a level or by the author; after the sign-off that voids it."""
        model = self.model
        at_work = model.decides if model.state == "in_review" else model.works_on_it
        who = self._choose(who, at_work)
        if model.state == "in_review":
            allowed = model.decides(who)
        elif model.state == "approved":
            allowed = who in model.authors
        else:
            allowed = model.works_on_it(who)
        draft = intake.ClipDraft(text, "xa_hoi", post_text="Hội xuân đã về.")
        allowed = allowed and self.world.row(self.clip).title != text
        if self._try(allowed, intake.edit_fields, self.world[who], draft) and (
            model.state == "approved"
        ):
            model.state, model.level, model.back_to = "draft", 0, 0

    @rule(who=WHO)
    def sign(self, who: str) -> None:
        """The sign-off, by who may."""
        who = self._choose(who, lambda name: name == "giamdoc")
        if self.model.state != "in_review" or self.model.level != 3 or who != "giamdoc":
            return
        self.world.sign(self.world.now(self.clip), who)
        self.model.state = "approved"
        event("sign")

    @invariant()
    def the_clip_is_where_the_model_says(self) -> None:
        """State, level, flag and hand."""
        if not hasattr(self, "clip"):
            return
        row = self.world.row(self.clip)
        assert (row.state, row.political) == (self.model.state, self.model.political)
        if row.state == ClipState.IN_REVIEW:
            held = self.world[self.model.held_by].person_id if self.model.held_by else None
            assert (row.level, row.handed_to) == (self.model.level, held)
            with self.db.read() as session:
                fresh = session.get_one(Clip, row.id)
                able = {one.id for one in colleagues_of(session, fresh)}
            assert row.level == 3 or able, "it waits for nobody"

    @invariant()
    def what_is_approved_is_signed(self) -> None:
        """A standing sign-off exactly while the clip is approved."""
        with self.db.read() as session:
            standing = session.scalar(
                select(func.count())
                .select_from(SignOff)
                .outerjoin(SignOffVoid, SignOffVoid.sign_off_id == SignOff.id)
                .where(SignOffVoid.id.is_(None))
            )
        assert standing == (1 if hasattr(self, "model") and self.model.state == "approved" else 0)

    @invariant()
    def nobody_decided_on_their_own_or_twice(self) -> None:
        """Over all rounds: no approval by an author of that time is found here, none twice."""
        if not hasattr(self, "clip"):
            return
        approved = list(self.model.approved.items())
        if self.model.state == "in_review":
            below = [by for at, by in approved if at < self.model.level]
            assert len(below) == len(set(below))
            assert not set(below) & {NOBODY_SIGNS_BELOW}


TestPlay = Play.TestCase
TestPlay.settings = settings(
    max_examples=PLAYS,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
