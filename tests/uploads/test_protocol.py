"""tus 1.0 as policy: what is refused, by which code, and that nothing is lost by it."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from media.storage import Storage
from review import clock
from review.models import ApiToken, Person, UploadRow
from review.operations import identity, quotas, uploads
from tests.services import wait_for
from tests.uploads.server import Server
from tests.uploads.wire import BODY_ARG, ROOT, Answer, Wire
from tests.world import World

GIB = 2**30


@pytest.fixture(scope="module")
def neighbours(server: Server) -> World:
    """Another agency on the same server."""
    return server.world.second()


def token_of(world: World, name: str) -> str:
    """A bearer token of one person of one agency."""
    return identity.issue_token(world.db, world[name], "thử")[1]


def encoded(**values: str) -> str:
    """Upload-Metadata."""
    pairs = (f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in values.items())
    return ",".join(pairs)


def row_of(server: Server, path: str) -> UploadRow:
    """What the database knows of an upload."""
    with server.world.db.read() as session:
        return session.query(UploadRow).filter_by(key=path.rsplit("/", 1)[1]).one()


def on_disk(server: Server, path: str) -> list[Path]:
    """Everything that lies under an upload's key."""
    return list(server.settings.upload_dir.rglob(f"*{path.rsplit('/', 1)[1]}*"))


def test_what_is_offered(wire: Wire, server: Server) -> None:
    """OPTIONS needs neither version nor token and tells version, extensions and the largest."""
    for path in (ROOT, f"{ROOT}/{'0' * 32}"):
        answer = Wire(server, "").ask("OPTIONS", path)
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert set(answer.headers["Tus-Extension"].split(",")) == {
            "creation",
            "creation-with-upload",
            "termination",
            "expiration",
            "checksum",
        }
        assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")
        assert answer.headers["Tus-Max-Size"] == str(server.settings.max_upload_bytes)


CREATIONS = [
    ({}, 400),
    ({"Upload_Length": "x"}, 400),
    ({"Upload_Length": "-1"}, 400),
    ({"Upload_Length": "1.5"}, 400),
    ({"Upload_Length": "٣"}, 400),
    ({"Upload_Length": "9" * 400}, 400),
    ({"Upload_Length": "0"}, 422),
    ({"Upload_Length": str(64 * 2**20 + 1)}, 413),
    ({"Upload_Length": str(2**62)}, 400),
    ({"Upload_Defer_Length": "1"}, 400),
    ({"Upload_Length": "9", "Upload_Concat": "partial"}, 400),
    ({"Upload_Length": "9", "Upload_Metadata": "filename !!!"}, 400),
    ({"Upload_Length": "9", "Upload_Metadata": "filename gIA="}, 400),
    ({"Upload_Length": "9", "Upload_Metadata": "a,a"}, 400),
    ({"Upload_Length": "9", "Upload_Metadata": "a " + "QUFB" * 1_001}, 400),
    ({"Upload_Length": "9", "Tus_Resumable": "0.2.2"}, 412),
    ({"Upload_Length": "9"}, 201),
]


@pytest.mark.parametrize(("headers", "status"), CREATIONS)
def test_what_can_be_begun(wire: Wire, headers: dict[str, str], status: int) -> None:
    """One right way, and each wrong one with its own code; the answer speaks tus."""
    named = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}
    answer = wire.ask("POST", **named)
    assert answer.status == status, answer.body
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert (answer.headers["Tus-Version"] == "1.0.0") is (status == 412)
    if status == 201:
        assert wire.ask("DELETE", answer.headers["Location"]).status == 204


def test_names_are_kept_plain(wire: Wire, server: Server) -> None:
    """A path, a decomposed name, a right-to-left trick: what is kept is a plain NFC name, the key
    is the server's own, and the line comes back word for word."""
    for sent, kept in (
        ("../../etc/passwd", "passwd"),
        ("Ho\u0323\u0302i xua\u0302n.mp4", "Hội xuân.mp4"),
        ("a\u202egpj.mp4", "agpj.mp4"),
        ("C:\\clip\\x.mov", "x.mov"),
        ("", "video"),
    ):
        line = encoded(filename=sent, filetype="video/mp4\r\nX-Evil: 1", mark="m1")
        made = wire.ask("POST", Upload_Length="5", Upload_Metadata=line)
        path = made.headers["Location"]
        row = row_of(server, path)
        assert (row.name, row.media_type) == (kept, "application/octet-stream")
        assert wire.ask("HEAD", path).headers["Upload-Metadata"] == line
        assert len(row.key) == 32
        wire.ask("DELETE", path)


def test_bytes_join_only_where_they_end(wire: Wire) -> None:
    """A wrong offset, a wrong type, more than was said, no offset: refused; nothing is lost."""
    path = wire.begin(1_000)
    assert wire.patch(path, 0, b"a" * 400).status == 204
    assert wire.patch(path, 0, b"b" * 400).status == 409
    assert wire.patch(path, 399, b"b").status == 409
    assert wire.patch(path, 401, b"b").status == 409
    assert wire.patch(path, 400, b"b" * 601).status == 413
    assert wire.ask("PATCH", path, b"b", **BODY_ARG).status == 400
    wrong = wire.ask("PATCH", path, b"b", Upload_Offset="400", Content_Type="video/mp4")
    assert wrong.status == 415
    assert wire.ask("PUT", path, b"b").status == 405
    old = wire.ask("PATCH", path, b"b", Upload_Offset="400", Tus_Resumable="0.2", **BODY_ARG)
    assert (old.status, old.headers["Tus-Version"]) == (412, "1.0.0")
    assert wire.offset(path) == 400
    # The length was said once; nobody can change it afterwards.
    assert wire.patch(path, 400, b"c" * 600, Upload_Length="5000").status == 204
    assert wire.ask("HEAD", path).headers["Upload-Length"] == "1000"
    assert wire.patch(path, 1_000, b"d").status == 413
    assert wire.patch(path, 1_000, b"").status == 204


def test_chunked_bodies_end_where_the_upload_ends(wire: Wire, server: Server) -> None:
    """Without a Content-Length the upload's own length is the limit."""
    path = wire.begin(1_000)
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    head = wire.head({"Upload-Offset": "0", "Content-Type": BODY_ARG["Content_Type"]})
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    raw.sendall(
        f"PATCH {path} HTTP/1.1\r\nHost: x\r\n{lines}Transfer-Encoding: chunked\r\n\r\n".encode()
    )
    raw.sendall(b"5dc\r\n" + b"x" * 1_500 + b"\r\n0\r\n\r\n")
    assert raw.recv(100).split(b" ")[1] in (b"204", b"413")
    raw.close()
    assert wire.offset(path) <= 1_000


def test_two_at_once(wire: Wire, server: Server) -> None:
    """While bytes arrive for the first, the second is told 423 at once and the first goes on."""
    path = wire.begin(3_000_000)
    with wire.opened(path, 0, 3_000_000) as raw, ThreadPoolExecutor(1) as pool:
        raw.sendall(b"x" * 200_000)
        wait_for(lambda: Storage(server.settings.upload_dir).received(path[-32:]) > 0)
        second = pool.submit(wire.patch, path, 0, b"y" * 100)
        for _ in range(20):
            raw.sendall(b"x" * 140_000)
            if second.done():
                break
            time.sleep(0.1)  # a living line: bytes a few times a second
        answer = second.result(5)
        assert answer.status == 423
        assert b"upload_busy" in answer.body
        sent = wire.offset(path)
        assert sent > 200_000
    assert row_of(server, path).state == "receiving"


def test_checksums(wire: Wire, server: Server) -> None:
    """A right one is kept, a wrong one is thrown away with 460, an unknown one is 400; a line that
    breaks, or a server that dies, before the check leaves nothing unchecked behind."""
    path = wire.begin(300_000)
    piece = os.urandom(100_000)

    def told(algorithm: str, content: bytes) -> str:
        digest = hashlib.new(algorithm, content).digest()
        return f"{algorithm} {base64.b64encode(digest).decode()}"

    assert wire.patch(path, 0, piece, Upload_Checksum=told("sha1", piece)).status == 204
    assert wire.patch(path, 100_000, piece, Upload_Checksum=told("sha256", b"")).status == 460
    assert wire.offset(path) == 100_000
    for line in ("crc32 AAAA", "sha1", "sha1 ???", ""):
        assert wire.patch(path, 100_000, piece, Upload_Checksum=line).status in (400, 460)
    more = {"Upload-Checksum": told("sha1", piece), "Upload-Offset": "100000"}
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    head = wire.head(more | {"Content-Type": BODY_ARG["Content_Type"], "Content-Length": "100000"})
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    raw.sendall(f"PATCH {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode() + piece[:90_000])
    wait_for(lambda: Storage(server.settings.upload_dir).received(path[-32:]) > 100_000)
    raw.close()
    assert wire.offset(path) == 100_000
    storage = Storage(server.settings.upload_dir, min_free_bytes=0)
    with storage.partials.hold(path[-32:]) as partial:
        partial.doubt()
        partial.append(b"never checked")
    assert wire.offset(path) == 100_000


def test_bytes_along_with_the_beginning(wire: Wire) -> None:
    """creation-with-upload: whole, in part, or with the wrong type."""
    whole = wire.ask("POST", ROOT, b"x" * 50, Upload_Length="50", **BODY_ARG)
    assert (whole.status, whole.headers["Upload-Offset"]) == (201, "50")
    part = wire.ask("POST", ROOT, b"x" * 20, Upload_Length="50", **BODY_ARG)
    assert (part.status, part.headers["Upload-Offset"]) == (201, "20")
    assert wire.patch(part.headers["Location"], 20, b"y" * 30).status == 204
    long = wire.ask("POST", ROOT, b"x" * 51, Upload_Length="50", **BODY_ARG)
    assert long.status == 413
    odd = wire.ask("POST", ROOT, b"x" * 5, Upload_Length="50", Content_Type="video/mp4")
    assert odd.status == 415


def test_networks_that_let_only_post_through(wire: Wire) -> None:
    """X-HTTP-Method-Override is the method."""
    path = wire.begin(5)
    sent = wire.ask(
        "POST", path, b"12345", X_HTTP_Method_Override="PATCH", Upload_Offset="0", **BODY_ARG
    )
    assert (sent.status, sent.headers["Upload-Offset"]) == (204, "5")
    assert wire.ask("POST", path).status == 405
    assert wire.ask("POST", path, X_HTTP_Method_Override="DELETE").status == 204


METHODS = [("HEAD", {}), ("PATCH", {"Upload_Offset": "0", **BODY_ARG}), ("DELETE", {})]


def every_way(wire: Wire, path: str) -> list[int]:
    """The statuses of all that can be asked of an upload."""
    return [wire.ask(method, path, **headers).status for method, headers in METHODS]


def test_somebody_elses_upload_is_not_there(wire: Wire, server: Server, neighbours: World) -> None:
    """A colleague, another agency, a name never given: all the same 404. Roles that upload
    nothing: 403. No token: 401."""
    path = wire.begin(10)
    strangers = [
        Wire(server, server.token("bientap")),
        Wire(server, token_of(neighbours, "phongvien")),
    ]
    for stranger in strangers:
        assert every_way(stranger, path) == [404, 404, 404]
    assert every_way(wire, f"{ROOT}/{'0' * 32}") == [404, 404, 404]
    assert every_way(wire, f"{ROOT}/..%2f..%2fetc%2fpasswd") == [404, 404, 404]
    assert every_way(Wire(server, server.token("vanthu")), path) == [403, 403, 403]
    assert every_way(Wire(server, "nonsense"), path) == [401, 401, 401]
    assert wire.offset(path) == 0


def test_a_disabled_persons_token_sends_nothing(server: Server) -> None:
    """The next request after the account is closed is refused, in the middle of an upload too."""
    secret = server.token("truongphong")
    program = Wire(server, secret)
    path = program.begin(10)
    person = server.world["truongphong"].person_id
    try:
        with server.world.db.transaction() as unit:
            unit.session.get_one(Person, person).disabled_at = clock.now()
        assert every_way(program, path) == [401, 401, 401]
    finally:
        with server.world.db.transaction() as unit:
            unit.session.get_one(Person, person).disabled_at = None
    with server.world.db.transaction() as unit:
        unit.session.query(ApiToken).filter_by(person_id=person).delete()
    assert every_way(program, path) == [401, 401, 401]


def test_given_up_is_gone(wire: Wire, server: Server) -> None:
    """DELETE removes the bytes, also under the hands of one who still sends; then 410."""
    path = wire.begin(1_000_000)
    with wire.opened(path, 0, 1_000_000) as raw:
        raw.sendall(b"x" * 200_000)
        wait_for(lambda: Storage(server.settings.upload_dir).received(path[-32:]) > 0)
        assert wire.ask("DELETE", path).status == 204
    assert every_way(wire, path) == [410, 410, 410]
    assert on_disk(server, path) == []
    assert row_of(server, path).cleared_at is not None


def test_expired_is_gone_and_frees_its_room(wire: Wire, server: Server) -> None:
    """What nobody goes on with is swept, bytes and promise; one that is being written is left;
    a finished one that became no clip goes too."""
    storage = Storage(server.settings.upload_dir, min_free_bytes=0)
    half, whole, held = (wire.begin(1_000) for _ in range(3))
    wire.patch(half, 0, b"x" * 500)
    wire.patch(whole, 0, b"x" * 1_000)
    told = wire.ask("HEAD", half).headers["Upload-Expires"]
    assert told.endswith("GMT")
    past = clock.now() - timedelta(days=1)
    with server.world.db.transaction() as unit:
        for path in (half, whole, held):
            row = unit.session.query(UploadRow).filter_by(key=path[-32:]).one()
            row.expires_at = past
    with storage.partials.hold(held[-32:]):
        assert uploads.sweep(server.world.db, storage.discard) == 2
        assert row_of(server, held).cleared_at is None
    assert uploads.sweep(server.world.db, storage.discard) == 1
    for path in (half, whole, held):
        assert every_way(wire, path) == [410, 410, 410]
        assert on_disk(server, path) == []
        assert row_of(server, path).state == "expired"
    with server.world.db.transaction() as unit:
        for path in (half, whole, held):
            row = unit.session.query(UploadRow).filter_by(key=path[-32:]).one()
            row.cleared_at = clock.now() - timedelta(days=60)
    uploads.sweep(server.world.db, storage.discard)
    assert every_way(wire, half) == [404, 404, 404]


def test_an_upload_that_goes_on_does_not_expire(wire: Wire, server: Server) -> None:
    """Each day of sending moves the end."""
    path = wire.begin(1_000)
    soon = clock.now() + timedelta(hours=2)
    with server.world.db.transaction() as unit:
        unit.session.query(UploadRow).filter_by(key=path[-32:]).one().expires_at = soon
    wire.patch(path, 0, b"x")
    assert row_of(server, path).expires_at > soon + timedelta(days=6)


def test_nobody_opens_thousands(server: Server) -> None:
    """The limit is told in words, and giving one up makes room for one."""
    program = Wire(server, server.token("truongphong"))
    paths, answer = [], Answer(0, {}, b"")
    for _ in range(uploads.OPEN_LIMIT + 1):
        answer = program.ask("POST", Upload_Length="10")
        if answer.status != 201:
            break
        paths.append(answer.headers["Location"])
    assert (answer.status, b"uploads_too_many" in answer.body) == (429, True)
    assert len(paths) <= uploads.OPEN_LIMIT
    assert program.ask("DELETE", paths.pop()).status == 204
    paths.append(program.begin(10))
    for path in paths:
        program.ask("DELETE", path)


def test_the_quota_counts_what_is_promised(server: Server, neighbours: World) -> None:
    """A limit of one gigabyte, promised away, leaves no room; giving up gives it back."""
    program = Wire(server, token_of(neighbours, "phongvien"))
    quotas.set_quota(neighbours.db, neighbours["quantri"], GIB)
    each = 64 * 2**20
    paths = [program.begin(each) for _ in range(GIB // each)]
    full = program.ask("POST", Upload_Length="1")
    assert full.status == 413
    assert b"quota_full" in full.body
    assert program.ask("DELETE", paths[0]).status == 204
    again = program.begin(each)
    for path in (*paths[1:], again):
        program.ask("DELETE", path)
    quotas.set_quota(neighbours.db, neighbours["quantri"], None)


FULL = """
import io, sys
from pathlib import Path
from media.errors import DiskFull
from media.storage import Storage

root = Path(sys.argv[1])
storage = Storage(root, min_free_bytes=0)
key = "a" * 32
kept = 0
try:
    with storage.partials.hold(key) as partial:
        for _ in range(100):
            partial.append(b"x" * 65_536)
except DiskFull:
    kept = storage.received(key)
assert 1_000_000 < kept <= 2 * 2**20, kept
(root / "ballast").unlink()
with storage.partials.hold(key) as partial:
    assert partial.size == kept
    partial.append(b"y" * 500_000)
    assert partial.size == kept + 500_000
    print(storage.settle(partial).size - kept)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_keeps_what_came(tmp_path: Path) -> None:
    """On a disk of four megabytes, half of it taken: the rest is filled, kept, and gone on with
    when room is made."""
    script = textwrap.dedent("""
        mount -t tmpfs -o size=4m tmpfs "$1" && head -c 2097152 /dev/zero > "$1/ballast" &&
        exec "$2" -c "$3" "$1"
    """)
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(tmp_path), sys.executable, FULL]
    done = subprocess.run(command, capture_output=True, text=True)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no private mounts here: {done.stderr.strip()}")
    assert done.stdout.strip() == "500000", done.stderr
