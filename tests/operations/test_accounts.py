"""Ways in, and how they close."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from review import clock
from review.db import Database
from review.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from review.models import LedgerEntry, LedgerText, Person
from review.operations import accounts, agencies, console, identity, setup
from review.operations.accounts import PersonDraft
from review.permissions import Role, Via
from tests.world import PASSWORD, World, agency_draft

NEW = PersonDraft("thu.ha", "Ngô Thu Hà", "Phóng viên", frozenset({Role.REPORTER}))


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency of eight people, on either database."""
    return World.first(any_database)


def test_the_setup_link_works_once(database: Database) -> None:
    """Used, it is gone; a new one voids the old; with an agency there is none."""
    first = setup.issue_setup_link(database)
    second = setup.issue_setup_link(database)
    assert first and second
    with pytest.raises(NotFound, match="link_gone"):
        setup.create_installation(database, first, agency_draft(), "127.0.0.1")
    setup.create_installation(database, second, agency_draft(), "127.0.0.1")
    with pytest.raises(NotFound, match="link_gone"):
        setup.create_installation(database, second, agency_draft(), "127.0.0.1")
    assert setup.issue_setup_link(database) is None


def test_a_faulty_set_up_makes_nothing(database: Database) -> None:
    """Two people with one username: nothing stays, and the link still works."""
    secret = setup.issue_setup_link(database)
    assert secret
    draft = agency_draft()
    double = setup.InstallationDraft(
        **{**vars(draft), "people": (*draft.people, draft.people[0])}  # type: ignore[arg-type]
    )
    with pytest.raises(Invalid, match="username_taken"):
        setup.create_installation(database, secret, double, "127.0.0.1")
    assert setup.is_empty(database)
    setup.create_installation(database, secret, draft, "127.0.0.1")


def test_looking_at_a_link_does_not_use_it_up(world: World) -> None:
    """A preview crawler may look as often as it likes."""
    invitation = accounts.add_person(world.db, world["quantri"], NEW)
    for _ in range(3):
        assert accounts.look_at_link(world.db, invitation.secret).username == "thu.ha"
    accounts.activate(world.db, invitation.secret, PASSWORD, "127.0.0.1")
    with pytest.raises(NotFound, match="link_gone"):
        accounts.look_at_link(world.db, invitation.secret)
    with pytest.raises(NotFound, match="link_gone"):
        accounts.activate(world.db, invitation.secret, PASSWORD + "x", "127.0.0.1")


def test_a_link_ends_after_a_week(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old message in a chat opens nothing."""
    invitation = accounts.add_person(world.db, world["quantri"], NEW)
    later = clock.now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(NotFound, match="link_gone"):
        accounts.activate(world.db, invitation.secret, PASSWORD, "127.0.0.1")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("ngắn", "password_short"),
        ("x" * 201, "password_long"),
        ("1234567890", "password_common"),
        ("Matkhau123", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("thu.ha thu.ha", "password_holds_name"),
    ],
)
def test_weak_passwords_are_refused(world: World, password: str, code: str) -> None:
    """And the link stays good for another try."""
    invitation = accounts.add_person(world.db, world["quantri"], NEW)
    with pytest.raises(Invalid, match=code):
        accounts.activate(world.db, invitation.secret, password, "127.0.0.1")
    accounts.activate(world.db, invitation.secret, PASSWORD, "127.0.0.1")


def test_the_password_may_arrive_decomposed(world: World) -> None:
    """A Mac sends accents apart, a phone composed: one password."""
    import unicodedata

    decomposed = unicodedata.normalize("NFD", PASSWORD)
    assert decomposed != PASSWORD
    assert identity.log_in(world.db, "giamdoc", decomposed, "máy", "127.0.0.1")


@pytest.mark.parametrize("username", ["giamdoc", "nobody.here", "", "giamdoc' OR 1=1 --"])
def test_every_failed_login_looks_the_same(world: World, username: str) -> None:
    """Unknown name or wrong password: one answer, and a line in the ledger."""
    with pytest.raises(Forbidden, match="login_failed"):
        identity.log_in(world.db, username, "sai mật khẩu rồi", "máy", "10.0.0.9")
    with world.db.read() as session:
        acts = list(session.scalars(select(LedgerEntry.action)))
        typed = list(session.scalars(select(LedgerText.text).where(LedgerText.name == "username")))
    assert acts[-1] == "person:session:refused"
    assert typed == ([username.casefold()] if username else [])


def test_disabling_ends_every_session_at_once(world: World) -> None:
    """The next request of a disabled person finds nobody."""
    secret = identity.log_in(world.db, "bientap", PASSWORD, "máy", "127.0.0.1")
    assert identity.actor_of_session(world.db, secret, "", "") is not None
    person = world["bientap"].person_id
    assert person is not None
    accounts.disable_person(world.db, world["quantri"], person)
    assert identity.actor_of_session(world.db, secret, "", "") is None
    with pytest.raises(Forbidden, match="login_failed"):
        identity.log_in(world.db, "bientap", PASSWORD, "máy", "127.0.0.1")
    accounts.enable_person(world.db, world["quantri"], person)
    assert identity.actor_of_session(world.db, secret, "", "") is None


def test_a_lost_role_and_a_new_password_end_sessions(world: World) -> None:
    """A new password keeps the session in which it was set."""
    other = identity.log_in(world.db, "bientap", PASSWORD, "máy", "127.0.0.1")
    accounts.change_password(world.db, world["bientap"], PASSWORD, "mật khẩu mới toanh")
    assert identity.actor_of_session(world.db, other, "", "") is None
    with pytest.raises(Forbidden, match="password_wrong"):
        accounts.change_password(world.db, world["bientap"], PASSWORD, "một mật khẩu khác")
    secret = identity.log_in(world.db, "truongphong", PASSWORD, "máy", "127.0.0.1")
    person = world["truongphong"].person_id
    assert person is not None
    roles = frozenset({Role.EDITOR})
    accounts.set_roles(world.db, world["quantri"], person, roles, "Biên tập viên")
    assert identity.actor_of_session(world.db, secret, "", "") is None


def test_the_last_administrator_stays(world: World) -> None:
    """Nobody can lock the agency out of its own house."""
    person = world["quantri"].person_id
    assert person is not None
    with pytest.raises(Conflict, match="last_administrator"):
        accounts.disable_person(world.db, world["quantri"], person)
    with pytest.raises(Conflict, match="last_administrator"):
        accounts.set_roles(world.db, world["quantri"], person, frozenset({Role.CLERK}), "Văn thư")


@pytest.mark.parametrize("who", ["phongvien", "giamdoc", "kiemtra", "truongphong"])
def test_only_the_administrator_manages_people(world: World, who: str) -> None:
    """Not even the head opens accounts."""
    with pytest.raises(Forbidden, match="role_missing"):
        accounts.add_person(world.db, world[who], NEW)


def test_the_neighbours_people_do_not_exist(world: World) -> None:
    """Another agency's administrator meets a missing person."""
    other = world.second()
    person = world["bientap"].person_id
    assert person is not None
    with pytest.raises(NotFound):
        accounts.disable_person(world.db, other["quantri"], person)


def test_tokens_act_as_their_person_and_end(world: World) -> None:
    """Only their hash is kept; revoked, they open nothing; nobody ends another's."""
    token, secret = identity.issue_token(world.db, world["kenh"], "máy đăng bài")
    actor = identity.actor_of_token(world.db, secret, "req", "127.0.0.1")
    assert actor is not None and actor.via is Via.TOKEN and actor.name == "Đỗ Minh Anh"
    with pytest.raises(NotFound):
        identity.revoke_token(world.db, world["bientap"], token)
    with pytest.raises(Forbidden, match="decision_needs_person"):
        identity.issue_token(world.db, actor, "con")
    identity.revoke_token(world.db, world["kenh"], token)
    assert identity.actor_of_token(world.db, secret, "req", "127.0.0.1") is None


def test_the_console_opens_accounts_but_sets_no_password(world: World) -> None:
    """Whoever keeps the machine gets a link to pass on, nothing more."""
    invitation = console.add_person(world.db, None, NEW)
    with world.db.read() as session:
        assert session.get_one(Person, invitation.person_id).password_hash is None
    assert console.issue_token(world.db, "kenh", "máy")
    with pytest.raises(NotFound, match="person_unknown"):
        console.issue_token(world.db, "ai.do", "máy")


def test_a_route_ends_with_the_head(world: World) -> None:
    """One to four levels, the head last and only there."""
    level = agencies.LevelDraft
    head, editor = level(Role.HEAD, "Giám đốc", 8), level(Role.EDITOR, "Biên tập viên", 4)
    for steps, code in (
        ((), "levels_count"),
        ((editor,) * 4 + (head,), "levels_count"),
        ((editor,), "last_level_is_head"),
        ((head, head), "last_level_is_head"),
        ((level(Role.CLERK, "Văn thư", 4), head), "level_role"),
        ((level(Role.EDITOR, " ", 4), head), "level_label_missing"),
        ((level(Role.EDITOR, "Biên tập", 0), head), "level_due"),
    ):
        with pytest.raises(Fault, match=code):
            agencies.set_route(world.db, world["quantri"], "Mới", steps)
    agencies.set_route(world.db, world["quantri"], "Mới", (editor, head))


def test_clips_on_their_way_keep_their_route(world: World) -> None:
    """A new route holds from the next submission on."""
    clip = world.submitted()
    before = world.row(clip).route_id
    steps = (agencies.LevelDraft(Role.HEAD, "Giám đốc", 8),)
    agencies.set_route(world.db, world["quantri"], "Ngắn", steps)
    assert world.row(clip).route_id == before
    assert world.row(world.submitted()).route_id != before


def test_a_hook_secret_is_kept_sealed_and_shown_once(world: World) -> None:
    """The row holds only what `seal` made of it."""
    channel = agencies.add_channel(
        world.db, world["quantri"], agencies.ChannelDraft("portal", "Cổng", "https://a.vn")
    )
    seen: list[bytes] = []

    def seal(key: bytes) -> bytes:
        seen.append(key)
        return b"sealed"

    secret = agencies.set_hook(world.db, world["quantri"], channel, "https://a.vn/hook", seal)
    assert secret.startswith("whsec_") and len(seen[0]) == 32
    with pytest.raises(Invalid, match="url_form"):
        agencies.set_hook(world.db, world["quantri"], channel, "ftp://a.vn", seal)
