"""Random people of two agencies play clips against the rules; a model checks every step.

In the ordinary run a few plays are made. The long mode is told how many, and of how many steps:

    RANDOM_PLAYS=2000 RANDOM_STEPS=50 python -m pytest tests/operations/test_random_people.py

Every play has a database of its own, a copy of one that was migrated and peopled once, in memory
where the machine offers that. What fails is shrunk by Hypothesis and printed as the shortest play.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from review.audit.ledger import leaf_hash
from review.db import Database
from review.digests import digest
from review.errors import Fault, NotFound
from review.models import Clip, Decision, LedgerEntry, SignOff, SignOffVoid
from review.operations import accounts, handing, identity, intake, levels, political, signoff
from review.operations.agencies import LevelDraft, RouteDraft, make_route
from review.operations.clip_access import ClipRef
from review.operations.following import seal
from review.operations.returning import Back
from review.operations.route_rules import RuleDraft, set_rules
from review.permissions import Actor, Role
from review.queries.clip_route import steps_of
from review.queries.covered import covered
from review.queries.inbox import waiting_codes
from review.queries.routes import general_route
from review.queries.signing import ASSESSMENTS
from tests.operations.people_model import DIRECTORS, EDITABLE, MAKERS, OVER, House, Story
from tests.world import DRAFT, LEVELS, PASSWORD, PEOPLE, REASON, World, agency_draft

# What a person waits for in a run of everything; the long mode is for whoever changes a rule.
PLAYS = int(os.environ.get("RANDOM_PLAYS", "14"))
STEPS = int(os.environ.get("RANDOM_STEPS", "20"))
# Kept in memory where that is offered: what is asked here is what the rows say, not the disk.
MEMORY = Path("/dev/shm")

BOTH = frozenset({Role.EDITOR, Role.SECTION_HEAD, Role.REPORTER})
STAFF = PEOPLE | {
    "haivai": ("Lý Văn Sơn", "Thư ký", BOTH),
    "bienban": ("Mã Thị Hoa", "Biên tập viên", frozenset({Role.EDITOR})),
    "phovien": ("Đinh Thị Thu", "Phóng viên", frozenset({Role.REPORTER})),
}
SHORT = (LevelDraft(Role.EDITOR, "Biên tập viên", 4), LevelDraft(Role.HEAD, "Trưởng đài", 8))
FLAGGED = LEVELS[1:]  # political clips of the first agency begin with the section head
NEXT_DOOR = "2:"
NAMES = [*sorted(STAFF), *(NEXT_DOOR + name for name in ("bientap", "giamdoc", "phongvien"))]
MAKER_NAMES = ("phongvien", "haivai", "bientap")
# Whoever is named, or the n-th of those who may: most people may not do most things.
WHO = st.one_of(st.sampled_from(NAMES), *[st.integers(0, 5)] * 4)
WHICH = st.sampled_from(["home", "home", "home", "next door"])
LOSABLE = ("bientap", "bienban", "haivai", "truongphong", "giamdoc", "phovien")
TITLES = ("Hội xuân A", "Hội xuân B")


def houses() -> dict[str, House]:
    """The two agencies of the template, as the model knows them."""
    long = tuple(level.role for level in LEVELS)
    short = tuple(level.role for level in SHORT)
    home = {name: roles for name, (_, _, roles) in STAFF.items()}
    other = {NEXT_DOOR + name: roles for name, (_, _, roles) in PEOPLE.items()}
    return {
        "home": House(home, {False: long, True: tuple(level.role for level in FLAGGED)}),
        "next door": House(other, {False: short, True: short}),
    }


@pytest.fixture(scope="module", autouse=True)
def template(migrated_sqlite: Path) -> Iterator[None]:
    """Two peopled agencies, the first with a route of its own for political clips."""
    folder = Path(tempfile.mkdtemp(prefix="plays", dir=MEMORY if MEMORY.is_dir() else None))
    Play.folder, path = folder, folder / "template.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    db = Database(f"sqlite:///{path}", seal)
    world = World.first(db, agency_draft(people=STAFF))
    other = world.second(agency_draft("Đài truyền thanh Chợ Chu", "2", steps=SHORT))
    with db.transaction() as unit:
        agency_id = world["quantri"].agency_id or 0
        flagged = make_route(unit, world["quantri"], agency_id, RouteDraft("Chính trị", FLAGGED))
        general = general_route(unit.session, agency_id)
    rules = (RuleDraft(None, None, general), RuleDraft(None, True, flagged))
    set_rules(db, world["quantri"], rules)
    Play.actors = world.actors | {NEXT_DOOR + name: one for name, one in other.actors.items()}
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()
    yield
    shutil.rmtree(folder)
    print("\nacts that went through:", dict(DONE.most_common()))


# How often each act went through, over all plays: what was never done was never tested.
DONE: Counter[str] = Counter()


class Play(RuleBasedStateMachine):
    """A clip in each agency and whatever people do to them, allowed or not."""

    folder: Path
    actors: dict[str, Actor]

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copyfile(self.folder / "template.sqlite3", self.place / "db.sqlite3")
        self.db = Database(f"sqlite:///{self.place}/db.sqlite3", seal)
        self.world = World(self.db, actors=dict(self.actors))
        self.houses = houses()
        self.clips: dict[str, ClipRef] = {}
        self.stories: dict[str, Story] = {}
        self.checked = 0  # so far the ledger has been looked at
        self.moved = True  # since the invariants were last asked

    def teardown(self) -> None:
        """Puts the play's database away."""
        self.db.engine.dispose()
        shutil.rmtree(self.place)

    @initialize(author=st.sampled_from(MAKER_NAMES), up=st.integers(0, 3), n=st.integers(0, 2))
    def begin(self, author: str, up: int, n: int) -> None:
        """A clip in each agency that the workshop has finished, some way up already."""
        self._begin("home", author)
        self._begin("next door", NEXT_DOOR + "phongvien")
        for which, story in self.stories.items():
            for step in range(up):
                if step == 0 or story.level < story.last:
                    self.it_goes_on(which, n)

    def _begin(self, which: str, author: str) -> None:
        self.clips[which] = self.world.ready_clip(author, title=TITLES[0])
        self.moved = True
        self.stories[which] = Story(self.houses[which], author, author, title=TITLES[0], ready=True)

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _choose(self, which: str, who: str | int, able: set[str]) -> str:
        """`who`, or the n-th of those who may."""
        if isinstance(who, str):
            return who
        house = self.houses[which]
        return sorted(able or set(house.roles))[who % len(able or house.roles)]

    def _counts(self) -> tuple[int, int]:
        with self.db.read() as session:
            decisions = session.scalar(select(func.count()).select_from(Decision))
            entries = session.scalar(select(func.count()).select_from(LedgerEntry))
        return decisions or 0, entries or 0

    def _act(
        self,
        which: str,
        who: str,
        allowed: bool,
        operation: Callable[..., object],
        *arguments: object,
        deciding: bool = False,
    ) -> tuple[int, int] | None:
        """Runs an act from a fresh page. It succeeds exactly where the model allows it; then the
        version has risen and the answer is how many decisions and entries there are more. Refused,
        nothing is different. Who is away does nothing: they cannot log in.
        """
        story, house = self.stories[which], self.houses[which]
        if any(who in one.away for one in self.houses.values()):
            return None
        if deciding and allowed:
            assert self.actors[who].person_id not in self._made_by(which), "on their own clip"
        before, clip = self._counts(), self.world.now(self.clips[which])
        try:
            operation(self.db, self.world[who], clip.code, clip.version, *arguments)
            refused, unseen = "", False
        except Fault as fault:
            refused, unseen = fault.code, isinstance(fault, NotFound)
        allowed = allowed and house.works(who)
        assert unseen or who in house.roles, "for the neighbours there is no such clip"
        assert allowed == (not refused), (operation.__name__, who, arguments, refused, story)
        after, now = self._counts(), self.world.now(clip)
        if refused:
            assert (after, now) == (before, clip), "a refused act left something behind"
            return None
        assert now.version > clip.version, "a page from before would still be taken"
        event(operation.__name__)
        DONE[operation.__name__] += 1
        self.moved = True
        return after[0] - before[0], after[1] - before[1]

    def _made_by(self, which: str) -> set[int | None]:
        row = self.world.row(self.clips[which])
        return {row.created_by, row.uploader_id, row.keeper_id} - {None}

    # ── up ────────────────────────────────────────────────────────────────────────────────────

    @rule(which=WHICH, who=WHO)
    def submit(self, which: str, who: str | int) -> None:
        """Sent up: the whole way, or straight to who returned it."""
        self._submit(which, who)

    def _submit(self, which: str, who: str | int) -> None:
        story = self.stories[which]
        who = self._choose(which, who, story.authors)
        allowed = story.state in EDITABLE and story.mends(who) and story.ready
        allowed = allowed and story.can_rise()
        more = self._act(which, who, allowed, levels.submit)
        if more is not None:
            passed = story.submit()
            assert more == (1 + passed, 1 + passed)

    @rule(which=WHICH, who=WHO, yes=st.booleans())
    def approve(self, which: str, who: str | int, yes: bool) -> None:
        """Agreed at a level, with the answer to the political question."""
        self._approve(which, who, yes)

    def _approve(self, which: str, who: str | int, yes: bool) -> None:
        story = self.stories[which]
        who = self._choose(which, who, story.waits_for())
        allowed = story.decides(who) and story.level < story.last
        allowed = allowed and (yes or not story.political or story.level > story.yes_at)
        reason = "chỉ là lễ hội"
        more = self._act(which, who, allowed, levels.approve, yes, "", reason, deciding=True)
        if more is not None:
            changed = story.political != yes
            assert story.answer(yes)
            story.agreed.add((story.level, who))
            passed = story.rise()
            assert more == (1 + passed, 1 + passed + changed)

    @rule(which=WHICH, who=WHO)
    def skip(self, which: str, who: str | int) -> None:
        """Past the levels below, by the head alone."""
        story = self.stories[which]
        heads = story.house.holders(Role.HEAD)
        who = self._choose(which, who, heads)
        allowed = who in heads and story.state == "in_review" and story.level < story.last
        more = self._act(which, who, allowed, handing.skip_to_head, "lũ về", deciding=True)
        if more is not None:
            passed = set(range(story.level, story.last))
            assert more == (len(passed), 1)
            story.skipped |= passed
            story.level, story.hand = story.last, ""

    @rule(which=WHICH, n=st.integers(0, 2))
    def it_goes_on(self, which: str, n: int) -> None:
        """The next thing that sensible people do, or clips would lie about for most of a play."""
        story = self.stories[which]
        if story.state in EDITABLE:
            self._submit(which, n)
        elif story.state == "in_review" and story.level < story.last:
            self._approve(which, n, story.political)
        else:
            self._sign(which, n)

    @rule(which=WHICH, n=st.integers(0, 2))
    def it_goes_on_too(self, which: str, n: int) -> None:
        """Twice as often as anything else."""
        self.it_goes_on(which, n)

    @rule(which=WHICH, who=WHO)
    def sign(self, which: str, who: str | int) -> None:
        """The sign-off of what the page showed."""
        self._sign(which, who)

    def _sign(self, which: str, who: str | int) -> None:
        story = self.stories[which]
        who = self._choose(which, who, story.waits_for())
        allowed = story.decides(who) and story.level == story.last
        if not story.ready or not self.houses[which].works(who):
            return
        identity.open_signing(self.db, self.world[who], PASSWORD)
        shown = self.world.sheet(self.clips[which], who).digest
        arguments = (shown, ASSESSMENTS, story.political)
        more = self._act(which, who, allowed, signoff.sign, *arguments, deciding=True)
        if more is not None:
            assert more == (1, 2)  # the sign-off, and the post that is planned with it
            story.state = "approved"

    # ── down ──────────────────────────────────────────────────────────────────────────────────

    @rule(which=WHICH, who=WHO, how=st.sampled_from(["author", "straight", "by", 1, 2, 3]), n=WHO)
    def send_back(self, which: str, who: str | int, how: str | int, n: str | int) -> None:
        """Returned: to the author, to a lower level, to be mended and straight back."""
        story = self.stories[which]
        who = self._choose(which, who, story.waits_for())
        able = story.fixers() if story.state == "in_review" else set[str]()
        fixer = self._choose(which, n, able) if how == "by" else ""
        below = how if isinstance(how, int) else 0
        allowed = story.decides(who)
        allowed = allowed and (not below or below in story.lower())
        allowed = allowed and (not fixer or fixer in able)
        back = Back(
            to_level=below or None,
            straight=how in ("straight", "by"),
            fixer_id=self.actors[fixer].person_id if fixer else None,
        )
        arguments = ("sound", "rè", back)
        more = self._act(which, who, allowed, levels.return_clip, *arguments, deciding=True)
        if more is None:
            return
        assert more == (1, 1)
        if below:
            story.level, story.hand = below, ""
            return
        level = story.level
        story.lay_down("returned")
        if back.straight:
            story.back_to, story.back_by, story.fixer = level, who, fixer

    @rule(which=WHICH, who=WHO)
    def reject(self, which: str, who: str | int) -> None:
        """The end of its way."""
        story = self.stories[which]
        who = self._choose(which, who, story.waits_for())
        allowed = story.decides(who)
        more = self._act(
            which, who, allowed, levels.reject, "unsuitable", "chưa phù hợp", deciding=True
        )
        if more is not None:
            assert more == (1, 1)
            story.lay_down("rejected")

    @rule(which=WHICH, who=WHO)
    def recall(self, which: str, who: str | int) -> None:
        """Taken back by an author before the sign-off."""
        story = self.stories[which]
        who = self._choose(which, who, story.authors)
        allowed = story.state == "in_review" and who in story.authors
        more = self._act(which, who, allowed, levels.recall)
        if more is not None:
            assert more == (1, 1)
            story.lay_down("draft")

    # ── from hand to hand ─────────────────────────────────────────────────────────────────────

    @rule(which=WHICH, who=WHO, to=WHO, why=st.sampled_from(["nghỉ phép", "nghỉ phép", " "]))
    def hand_over(self, which: str, who: str | int, to: str | int, why: str) -> None:
        """Given to a colleague at the level with a reason, or taken back without."""
        story = self.stories[which]
        able = set[str]()
        if story.state == "in_review" and story.level < story.last:
            able = story.able(story.level)
        who, to = self._choose(which, who, able), self._choose(which, to, able)
        allowed = (
            who in able and to in able and story.hand != to and (bool(why.strip()) or who == to)
        )
        person = self.actors[to].person_id
        more = self._act(which, who, allowed, handing.hand_over, person, why)
        if more is not None:
            assert more == (0, 1)
            story.hand = to

    @rule(which=WHICH, who=WHO, to=WHO)
    def hand_over_dossier(self, which: str, who: str | int, to: str | int) -> None:
        """Another carries it on, and is an author from then on."""
        story, house = self.stories[which], self.houses[which]
        who = self._choose(which, who, story.authors)
        makers = {name for name, roles in house.roles.items() if roles & MAKERS} - house.away
        takers = makers - story.authors
        to = self._choose(which, to, takers)
        may = who in story.authors or bool(house.roles.get(who, frozenset()) & DIRECTORS)
        allowed = story.state in EDITABLE and may and to in takers
        person = self.actors[to].person_id
        more = self._act(which, who, allowed, handing.hand_over_dossier, person, "ốm")
        if more is not None:
            assert more == (0, 1)
            story.keeper = to

    # ── changing ──────────────────────────────────────────────────────────────────────────────

    @rule(which=WHICH, who=WHO, title=st.sampled_from(TITLES), flag=st.booleans())
    def mend(self, which: str, who: str | int, title: str, flag: bool) -> None:
        """The title at a level, title and flag by an author; after the sign-off that voids it."""
        story = self.stories[which]
        at_level = story.state == "in_review"
        who = self._choose(which, who, story.waits_for() if at_level else story.authors)
        flagged = story.political if at_level else flag
        changed = story.title != title or story.political != flagged
        if at_level:
            allowed = story.decides(who)
        else:
            allowed = story.state in (*EDITABLE, "approved") and story.mends(who)
            allowed = allowed and (flag or not story.political or story.round == 0)
        reason = REASON if flag else ""
        draft = replace(DRAFT, title=title, political=flag, political_reason=reason)
        more = self._act(which, who, allowed and changed, intake.edit_fields, draft)
        if more is not None:
            voided = 2 * (story.state == "approved")  # the sign-off, and the post that was planned
            assert more == (0, 1 + voided + (story.political != flagged))
            story.title, story.political = title, flagged
            if voided:
                story.lay_down("draft")

    @rule(which=WHICH, who=WHO, yes=st.booleans())
    def flag(self, which: str, who: str | int, yes: bool) -> None:
        """The political question answered anew where the clip waits."""
        story = self.stories[which]
        who = self._choose(which, who, story.waits_for())
        allowed = story.decides(who) and yes != story.political
        allowed = allowed and (yes or story.level > story.yes_at)
        more = self._act(which, who, allowed, political.set_political, yes, "lễ hội")
        if more is not None:
            assert more == (0, 1)
            assert story.answer(yes)

    @rule(which=WHICH, who=WHO)
    def new_version(self, which: str, who: str | int) -> None:
        """Another file while it lies with its author, or after the sign-off, which voids it."""
        story = self.stories[which]
        who = self._choose(which, who, story.authors)
        allowed = story.state in (*EDITABLE, "approved") and story.mends(who)
        upload = self.world.upload()
        more = self._act(which, who, allowed, intake.add_revision, upload)
        if more is not None:
            voided = 2 * (story.state == "approved")
            assert more == (0, 1 + voided)
            story.uploader, story.ready = who, False
            if voided:
                story.lay_down("draft")

    @precondition(lambda self: any(not story.ready for story in self.stories.values()))
    @rule()
    def the_workshop_finishes(self) -> None:
        """The new file can be played and sent up."""
        for which, story in self.stories.items():
            if not story.ready:
                self.world.finish(self.clips[which])
                story.ready = True

    @precondition(lambda self: any(story.state in OVER for story in self.stories.values()))
    @rule(author=st.sampled_from(MAKER_NAMES))
    def another_clip(self, author: str) -> None:
        """Where the last one's way has ended."""
        for which, story in list(self.stories.items()):
            maker = author if which == "home" else NEXT_DOOR + "phongvien"
            if story.state in OVER and self.houses[which].works(maker):
                self._begin(which, maker)

    # ── people come and go ────────────────────────────────────────────────────────────────────

    @rule(who=st.sampled_from(LOSABLE))
    def an_account_closes(self, who: str) -> None:
        """A post falls vacant."""
        house = self.houses["home"]
        if who in house.away or len(house.away) > 2:
            return
        accounts.disable_person(self.db, self.world["quantri"], self.actors[who].person_id or 0)
        house.away.add(who)
        self.moved = True
        self.stories["home"].let_go(who)

    @precondition(lambda self: bool(self.houses["home"].away))
    @rule(n=st.integers(0, 3))
    def an_account_opens(self, n: int) -> None:
        """Somebody is back."""
        house = self.houses["home"]
        who = sorted(house.away)[n % len(house.away)]
        accounts.enable_person(self.db, self.world["quantri"], self.actors[who].person_id or 0)
        house.away.remove(who)
        self.moved = True
        self.world.actors[who] = replace(self.world.log_in(who), roles=house.roles[who])

    @rule(roles=st.sampled_from([BOTH, BOTH - {Role.EDITOR}, BOTH - {Role.SECTION_HEAD}]))
    def roles_change(self, roles: frozenset[Role]) -> None:
        """Who is editor and section head stops being one of them, or is both again."""
        house = self.houses["home"]
        if "haivai" in house.away or roles == house.roles["haivai"]:
            return
        person = self.actors["haivai"].person_id or 0
        accounts.set_roles(self.db, self.world["quantri"], person, roles, "Thư ký")
        house.roles["haivai"] = roles
        self.moved = True
        self.stories["home"].let_go("haivai")
        self.world.actors["haivai"] = self.world.log_in("haivai")

    # ── what always holds ─────────────────────────────────────────────────────────────────────

    @invariant()
    def what_always_holds(self) -> None:
        """Asked whenever something has changed; a refused act has been seen to change nothing."""
        if self.moved:
            self.every_clip_is_where_the_model_says()
            self.it_waits_for_somebody_or_is_shown_as_vacant()
            self.what_is_approved_is_signed_as_it_stands()
            self.two_levels_are_two_people()
            self.the_ledger_is_whole()
        self.moved = False

    def every_clip_is_where_the_model_says(self) -> None:
        """State, level, round, flag and authors."""
        ids = {name: actor.person_id for name, actor in self.actors.items()}
        for which, story in self.stories.items():
            row = self.world.row(self.clips[which])
            found = (row.state, row.round, row.political, row.title)
            assert found == (story.state, story.round, story.political, story.title)
            assert self._made_by(which) == {ids[name] for name in story.authors}
            assert story.state != "in_review" or row.level == story.level

    def it_waits_for_somebody_or_is_shown_as_vacant(self) -> None:
        """In exactly the lists of those who may decide; where there is nobody the page says so."""
        away = self.houses["home"].away
        with self.db.read() as session:
            lists = {
                name: waiting_codes(session, self.world[name]) for name in NAMES if name not in away
            }
            for which, story in self.stories.items():
                clip = session.get_one(Clip, self.clips[which].id)
                waits = {name for name, codes in lists.items() if clip.code in codes}
                assert waits == story.waits_for(), story
                here = [step for step in steps_of(session, clip) if step.place == "here"]
                lies = [not waits] if story.state == "in_review" else []
                assert [step.vacant for step in here] == lies, story

    def what_is_approved_is_signed_as_it_stands(self) -> None:
        """A standing sign-off exactly while the clip is approved, and of its present digest."""
        for which, story in self.stories.items():
            with self.db.read() as session:
                clip = session.get_one(Clip, self.clips[which].id)
                found = (
                    select(SignOff.digest)
                    .outerjoin(SignOffVoid, SignOffVoid.sign_off_id == SignOff.id)
                    .where(SignOff.clip_id == clip.id, SignOffVoid.id.is_(None))
                )
                signed = session.scalars(found).all()
                now = [digest(covered(session, clip))] if story.state == "approved" else []
            assert signed == now

    def two_levels_are_two_people(self) -> None:
        """What counts of a round, the last word of each level up to where it lies, is of different
        people."""
        for which, story in self.stories.items():
            if story.state not in ("in_review", "approved"):
                continue
            with self.db.read() as session:
                rows = session.execute(
                    select(Decision.level, Decision.kind, Decision.person_id)
                    .where(Decision.clip_id == self.clips[which].id)
                    .where(Decision.round == story.round, Decision.level > 0)
                    .where(Decision.kind.in_(("approved", "passed_over", "signed")))
                    .order_by(Decision.id)
                ).all()
            word = {row.level: row for row in rows}
            above = story.last + 1 if story.state == "approved" else story.level
            words = [one for at, one in word.items() if at < above and one.kind != "passed_over"]
            people = [one.person_id for one in words]
            assert len(people) == len(set(people)), words

    def the_ledger_is_whole(self) -> None:
        """Numbered without a gap, each leaf the hash of its bytes; looked at once each."""
        with self.db.read() as session:
            rows = session.execute(
                select(LedgerEntry.position, LedgerEntry.body, LedgerEntry.leaf)
                .where(LedgerEntry.position >= self.checked)
                .order_by(LedgerEntry.position)
            ).all()
        assert [row.position for row in rows] == list(range(self.checked, self.checked + len(rows)))
        assert all(row.leaf == leaf_hash(row.body) for row in rows)
        self.checked += len(rows)


TestPlay = Play.TestCase
TestPlay.settings = settings(
    max_examples=PLAYS,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
