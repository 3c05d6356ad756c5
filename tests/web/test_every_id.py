"""Every id of an object, tried by people who have no business with it.

One agency has one row of everything that an address can name. Everybody of another agency tries
each address with those ids, with a clip of their own before them as well: the answer is that of an
id that was never given, and no row of the first agency is another afterwards. Then everybody of the
agency itself tries them: nothing breaks, and who only reads changes nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import func, select
from werkzeug.routing import Rule

from media.limits import GIB
from review import clock
from review.db import Base
from review.errors import Forbidden
from review.models import (
    ApiToken,
    CapacityGrant,
    Category,
    Channel,
    Document,
    Exchange,
    GlossaryTerm,
    LedgerEntry,
    Person,
    Post,
    Publication,
    Remark,
    Route,
    Series,
    Unit,
    WebSession,
)
from review.offices import Document as Paper
from review.operations import (
    assignments,
    capacities,
    citations,
    directives,
    exchanges,
    glossary,
    identity,
    remarks,
    scripts,
    series,
    units,
    uploads,
)
from review.operations.assignments import AssignmentDraft
from review.operations.capacities import CapacityDraft
from review.operations.exchange_rows import ExchangeDraft
from review.operations.units import UnitDraft
from tests.operations.test_directives import LETTER
from tests.papers import attachment
from tests.web.site import Browser, Site
from tests.web.test_every_route import SAMPLE, routes
from tests.world import PEOPLE, World

NEVER = 987_654
# What an inspector leaves behind: that they read.
READ = {"agency:directive:read", "clip:dossier:viewed", "clip:sheet:printed"}
Ids = dict[str, int | str]
# What the walk itself writes, whoever walks: who is logged in, which page they had open.
OUTSIDE = {"web_sessions", "api_tokens", "ledger", "ledger_texts", "notices"}
TABLES: dict[str, Any] = {
    "session_id": WebSession,
    "token_id": ApiToken,
    "person_id": Person,
    "unit_id": Unit,
    "post_id": Post,
    "grant_id": CapacityGrant,
    "route_id": Route,
    "category_id": Category,
    "series_id": Series,
    "channel_id": Channel,
    "term_id": GlossaryTerm,
    "remark_id": Remark,
    "exchange_id": Exchange,
    "document_id": Document,
    "publication_id": Publication,
}
TUS = {
    "Tus-Resumable": "1.0.0",
    "Upload-Offset": "0",
    "Content-Type": "application/offset+octet-stream",
}
FORM = {
    "version": "1",
    "valid_to": clock.today().isoformat(),
    "text": "x",
    "note": "x",
    "name": "x",
    "reason": "x",
}
NAMED = [
    (method, rule)
    for method, rule in routes()
    if rule.arguments & ({*TABLES} | {"code", "directive_id", "number", "key"})
    and rule.endpoint != "api_uploads.other_method"
]


def furnish(world: World) -> Ids:
    """One row of everything in the agency, by the name that addresses give it."""
    db, head, admin = world.db, world["giamdoc"], world["quantri"]
    today = clock.today()
    author_id = world["phongvien"].person_id
    draft = AssignmentDraft(author_id, "Lễ hội", "su_kien", "Quay phần rước.", needs_script=True)
    given = assignments.assign(db, head, draft)
    scripts.send_script(db, world["phongvien"], given.code, given.version, "Cảnh một")
    signed, _ = world.signed()
    remarks.add_remark(db, world["bientap"], signed.code, "Xem lại tên xã")
    question = ExchangeDraft(
        body="Phòng Văn hóa",
        person="ông Tú",
        means="Điện thoại",
        question="Đúng tên chưa?",
        ordered_by=head.person_id,
    )
    exchanges.open_exchange(db, world["vanthu"], signed.code, question, [attachment()])
    directive = directives.add_directive(db, world["vanthu"], LETTER, [attachment()])
    citations.cite(db, world["phongvien"], signed.code, directive)
    glossary.add_terms(db, admin, [glossary.TermDraft("place", "Chợ Chu")])
    series.add_series(db, admin, "Người tốt việc tốt")
    units.add_unit(db, admin, UnitDraft("Phòng", today))
    basis = Paper("5/QĐ", today, "UBND xã")
    capacities.give_capacity(db, admin, CapacityDraft(author_id, "kt", today, basis=basis))
    identity.issue_token(db, world["phongvien"], "máy dựng")
    upload = uploads.open_upload(db, world["phongvien"], uploads.UploadDraft(100, "a.mp4"), GIB)
    ids: Ids = {"directive_id": directive, "number": 1, "key": upload.key, "code": signed.code}
    with db.read() as session:
        for name, model in TABLES.items():
            newest = session.scalar(select(func.max(model.id)))
            assert newest, name
            ids[name] = newest
    return ids


def snapshot(world: World) -> dict[str, str]:
    """A hash of what stands in each table, without what the walk itself writes."""
    found = {}
    with world.db.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in OUTSIDE:
                rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
                found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def deeds(world: World, agency_id: int) -> int:
    """How many entries the ledger holds about the agency."""
    with world.db.read() as session:
        found = select(func.count()).where(LedgerEntry.agency_id == agency_id)
        return session.scalar(found) or 0


@dataclass
class Walker:
    """Somebody who tries addresses, with a browser and with a program's token."""

    browser: Browser
    csrf: str
    bearer: str

    @classmethod
    def of(cls, site: Site, world: World, name: str) -> Walker:
        """This person, logged in."""
        browser = site.log_in(name + world.suffix)
        try:
            _, secret = identity.issue_token(world.db, world[name], "thử")
        except Forbidden:  # nobody who only reads has a program
            secret = ""
        return cls(browser, browser.token(), secret)

    def try_(self, method: str, rule: Rule, ids: Ids) -> int:
        """The status of the answer at the address with these ids."""
        values = {name: ids.get(name, SAMPLE.get(name, "x")) for name in rule.arguments}
        built = rule.build(values)
        assert built is not None
        if rule.endpoint.startswith("api"):
            headers = TUS | {"Authorization": f"Bearer {self.bearer}"}
            return self.browser.client.open(built[1], method=method, headers=headers).status_code
        form = FORM | {"csrf_token": self.csrf} if method != "GET" else None
        headers = self.browser.headers
        client = self.browser.client
        return client.open(built[1], method=method, headers=headers, data=form).status_code


def test_what_another_agency_has_was_never_given(site: Site) -> None:
    """For everybody there, at every address, before their own clip as well; and nothing moves."""
    world = site.world
    theirs = furnish(world)
    other = world.second()
    own = other.submitted()
    walkers = {name: Walker.of(site, other, name) for name in PEOPLE}
    before, written = snapshot(world), deeds(world, world["quantri"].agency_id or 0)
    tried = 0
    for (method, rule), (name, walker) in product(NAMED, walkers.items()):
        ways = [theirs]
        if "code" in rule.arguments and rule.arguments & {*TABLES}:
            ways.append(theirs | {"code": own.code})
        for ids in ways:
            never = {key: NEVER if isinstance(value, int) else value for key, value in ids.items()}
            unknown = never | {"key": "never"}
            if "code" in rule.arguments and ids["code"] == theirs["code"]:
                unknown["code"] = "CLIP-2026-999999"
            answers = [walker.try_(method, rule, one) for one in (ids, unknown)]
            assert answers[0] == answers[1], (name, method, rule.rule, answers)
            # An unreadable form, too many passwords: refused before anything is looked up.
            unheard = rule.endpoint.startswith("api") and not walker.bearer
            refused = (401,) if unheard else (403, 404, 422, 429)
            assert answers[0] in refused, (name, method, rule.rule, answers)
            tried += 1
    assert tried > 800
    assert snapshot(world) == before
    assert deeds(world, world["quantri"].agency_id or 0) == written


def test_at_home_nothing_breaks_and_who_reads_changes_nothing(site: Site) -> None:
    """Every role at every address of the agency's own; the inspector first, watched."""
    world = site.world
    ids = furnish(world)
    walker = Walker.of(site, world, "kiemtra")
    before, last = snapshot(world), deeds(world, world["kiemtra"].agency_id or 0)
    for method, rule in NAMED:
        assert walker.try_(method, rule, ids) < 500, (method, rule.rule)
    assert snapshot(world) == before
    with world.db.read() as session:
        newest = select(LedgerEntry.action).order_by(LedgerEntry.position.desc())
        count = deeds(world, world["kiemtra"].agency_id or 0) - last
        did = set(session.scalars(newest.limit(count)))
    assert did == READ
    for name in PEOPLE:
        walker = Walker.of(site, world, name)
        for method, rule in NAMED:
            assert walker.try_(method, rule, ids) < 500, (name, method, rule.rule)


def test_every_kind_of_id_is_walked() -> None:
    """A new kind of object has to be furnished here."""
    known = {*TABLES, "code", "directive_id", "number", "key"}
    words = {"secret", "kind", "name", "filename"}
    asked = {name for _, rule in routes() for name in rule.arguments}
    assert asked - words == known
