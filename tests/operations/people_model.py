"""What the rules say of one clip and its people, written down a second time, by hand.

The words are those of the policy: who made it, who agreed to what in this round, in whose hand it
lies. Nothing here is computed from the code that the model is held against.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from review.permissions import Role

EDITABLE = ("draft", "returned")
OVER = ("rejected", "withdrawn")
MAKERS = {
    Role.REPORTER,
    Role.EDITOR,
    Role.SECTION_HEAD,
    Role.SECRETARY,
    Role.CONTRIBUTOR,
    Role.FOCAL_OFFICER,
}
DIRECTORS = {Role.HEAD, Role.DEPUTY, Role.SECRETARY, Role.SECTION_HEAD}


@dataclass
class House:
    """One agency: who works there as what, and the levels that its clips climb."""

    roles: dict[str, frozenset[Role]]
    routes: dict[bool, tuple[Role, ...]]  # by the political flag
    away: set[str] = field(default_factory=set)  # their accounts are closed

    def holders(self, role: Role) -> set[str]:
        """Who holds `role` and can log in."""
        return {name for name, held in self.roles.items() if role in held} - self.away

    def works(self, who: str) -> bool:
        """Whether somebody of this house can do anything at all."""
        return who in self.roles and who not in self.away


@dataclass
class Story:
    """One clip: where it lies and what has been said."""

    house: House
    creator: str
    uploader: str
    keeper: str = ""
    title: str = ""
    ready: bool = False
    state: str = "draft"
    level: int = 0
    round: int = 0
    route: tuple[Role, ...] = ()
    agreed: set[tuple[int, str]] = field(default_factory=set)  # in this round
    skipped: set[int] = field(default_factory=set)  # by the head, in this round
    hand: str = ""
    back_to: int = 0
    back_by: str = ""
    fixer: str = ""
    political: bool = False
    yes_at: int = 0

    @property
    def authors(self) -> set[str]:
        """Who made it: nobody of them ever decides on it."""
        return {self.creator, self.uploader, self.keeper} - {""}

    @property
    def last(self) -> int:
        """The level at which it is signed."""
        return len(self.route)

    def agreed_below(self, level: int) -> set[str]:
        """Two levels are two people."""
        return {who for at, who in self.agreed if at < level}

    def able(self, level: int) -> set[str]:
        """Who could decide at `level`; below the last one never who signs."""
        role = self.route[level - 1]
        signers = self.house.holders(Role.HEAD) if level < self.last else set()
        return self.house.holders(role) - self.authors - self.agreed_below(level) - signers

    def waits_for(self) -> set[str]:
        """In whose list it stands; one alone where they have it in hand."""
        if self.state != "in_review":
            return set()
        able = self.able(self.level)
        return {self.hand} if self.hand in able else able

    def decides(self, who: str) -> bool:
        """Whether `who` may agree, return, reject, mend or sign now."""
        return who in self.waits_for()

    def mends(self, who: str) -> bool:
        """Whether `who` does an author's work: an author, or who was asked to mend it."""
        return who in self.authors or (self.state == "returned" and who == self.fixer)

    def lower(self) -> set[int]:
        """Levels that can get it back: asked in this round or passed over by the head, and not
        empty."""
        asked = {at for at, _ in self.agreed} | self.skipped
        return {at for at in asked if at < self.level and self.able(at)}

    def fixers(self) -> set[str]:
        """Who of the levels below can be asked to mend it."""
        asked = {at for at, _ in self.agreed} | self.skipped
        found = set[str]()
        for at in asked:
            if at < self.level:
                found |= self.house.holders(self.route[at - 1])
        return found - self.authors - self.house.holders(Role.HEAD)

    def can_rise(self) -> bool:
        """Whether every level has somebody and somebody could sign."""
        route = self.house.routes[self.political]
        return all(self.house.holders(role) for role in route) and bool(
            self.house.holders(route[-1]) - self.authors
        )

    # ── what acts do ──────────────────────────────────────────────────────────────────────────

    def submit(self) -> int:
        """Up the whole way or straight back; returns how many levels were passed over."""
        route = self.house.routes[self.political]
        straight = self.back_to if self.back_to and route == self.route else 0
        if not straight:
            self.round += 1
            self.agreed, self.skipped = set(), set()
        self.route, self.state = route, "in_review"
        self.level = straight - 1 if straight else 0
        passed = self.rise()
        if straight and self.level == straight < self.last and self.back_by in self.waits_for():
            self.hand = self.back_by
        self.fixer, self.back_to = "", 0
        return passed

    def rise(self) -> int:
        """To the next level that anybody can decide, or whose post is empty for now."""
        self.hand, passed = "", 0
        while True:
            self.level += 1
            if self.level == self.last:
                return passed
            held = self.house.holders(self.route[self.level - 1])
            if not held or self.able(self.level):
                return passed
            passed += 1

    def answer(self, yes: bool) -> bool:
        """The political question at a level: any yes sticks, only a higher level takes it back."""
        if not yes and self.political and self.level <= self.yes_at:
            return False
        self.political = yes
        if yes:
            self.yes_at = max(self.yes_at, self.level)
        return True

    def lay_down(self, state: str) -> None:
        """Off its way."""
        self.state, self.level, self.hand, self.fixer, self.back_to = state, 0, "", "", 0

    def let_go(self, who: str) -> None:
        """Whoever lost the role or the account has nothing in hand."""
        if self.state != "in_review" or self.hand != who:
            return
        if who not in self.house.holders(self.route[self.level - 1]):
            self.hand = ""
