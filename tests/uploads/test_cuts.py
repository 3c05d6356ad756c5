"""What is cut is not lost: connections, processes, the disk."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import socket
import time
from pathlib import Path

import pytest

from media.errors import Busy
from media.limits import MIB, PIECE_BYTES
from media.storage import Storage
from review.models import StoredFile, UploadRow
from tests.services import wait_for
from tests.uploads.server import Server, serving
from tests.uploads.wire import Wire, tear

CUTS = 100
ANSWER_S = 3.0


def finished(server: Server, path: str) -> StoredFile:
    """The row of the file that an upload became."""
    with server.world.db.read() as session:
        row = session.query(UploadRow).filter_by(key=path.rsplit("/", 1)[1]).one()
        assert row.state == "finished"
        return session.get_one(StoredFile, row.file_id)


def sha256_on_disk(server: Server, stored: StoredFile) -> str:
    """The hash of the bytes behind the gate."""
    with Storage(server.settings.upload_dir).open(stored.key) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_a_hundred_cuts(server: Server, wire: Wire) -> None:
    """Resets, half-closed and silent lines at random places: at most a megabyte is sent again
    after each, HEAD answers within three seconds, and the file is the same in the end."""
    chance = random.Random(20_261_124)
    content = chance.randbytes(60 * MIB)
    path = wire.begin(len(content))
    again, slowest = [], 0.0
    with contextlib.ExitStack() as silent:
        for number in range(CUTS):
            offset = wire.offset(path)
            most = 3 * MIB if number % 10 == 0 else 800_000
            sent = min(chance.randrange(1, most), len(content) - offset - 1)
            raw = wire.opened(path, offset, len(content) - offset)
            wait_for(lambda: taken(server, path), what="the request in the server's hands")
            raw.sendall(content[offset : offset + sent])
            (tear, silent.enter_context, _half_close)[number % 3](raw)
            begun = time.monotonic()
            kept = wire.offset(path) - offset
            slowest = max(slowest, time.monotonic() - begun)
            assert 0 <= kept <= sent
            again.append(sent - kept)
    offset = wire.offset(path)
    assert wire.patch(path, offset, content[offset:]).status == 204
    stored = finished(server, path)
    assert stored.sha256 == hashlib.sha256(content).hexdigest() == sha256_on_disk(server, stored)
    assert max(again) <= MIB, sorted(again)[-5:]
    assert slowest < ANSWER_S
    print(f"sent again: at most {max(again)}, {sum(again)} in all; slowest HEAD {slowest:.2f} s")


def taken(server: Server, path: str) -> bool:
    """Whether the server holds the upload: a request that was only sent may yet be overtaken."""
    storage = Storage(server.settings.upload_dir, min_free_bytes=0)
    try:
        with storage.partials.hold(path.rsplit("/", 1)[1], wait_s=0):
            return False
    except Busy:
        return True


def _half_close(raw: socket.socket) -> None:
    raw.shutdown(socket.SHUT_WR)
    raw.close()


def test_a_silent_line_is_given_up_for_head_and_for_patch(server: Server, wire: Wire) -> None:
    """The socket stays open and says nothing; whoever comes next is answered in three seconds,
    also by another process of the server."""
    path = wire.begin(10 * MIB)
    held = []
    for turn in range(4):
        before = wire.offset(path)
        raw = wire.opened(path, before, 10 * MIB - before)
        raw.sendall(b"x" * 300_000)
        held.append(raw)
        wait_for(lambda: size_on_disk(server, path) >= before + 300_000 - PIECE_BYTES)
        begun = time.monotonic()
        if turn % 2:
            answer = wire.patch(path, before + 300_000, b"y" * 1_000)
            # Either it waited for the bytes and joined them, or it is told where they end.
            assert answer.status in (204, 409), answer
        else:
            assert wire.offset(path) == before + 300_000
        assert time.monotonic() - begun < ANSWER_S
        assert b" 423 " in raw.recv(100), "the first request is told why"
    for raw in held:
        raw.close()


def size_on_disk(server: Server, path: str) -> int:
    """Bytes that lie in the upload's place."""
    return Storage(server.settings.upload_dir).received(path.rsplit("/", 1)[1])


def test_kill_nine_in_mid_patch(tmp_path: Path) -> None:
    """The server is killed outright while bytes arrive, started anew, and the upload goes on;
    what had been taken off the line is there."""
    content = os.urandom(6 * MIB)
    with serving(tmp_path) as server:
        wire = Wire(server, server.token())
        path = wire.begin(len(content))
        for sent in (1_000_000, 2_500_000):
            offset = wire.offset(path)
            raw = wire.opened(path, offset, len(content) - offset)
            raw.sendall(content[offset:sent])
            wait_for(lambda: size_on_disk(server, path) > sent - PIECE_BYTES)
            server.kill()
            raw.close()
            server.start()
            assert sent - MIB <= wire.offset(path) <= sent
        offset = wire.offset(path)
        assert wire.patch(path, offset, content[offset:]).status == 204
        assert finished(server, path).sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("killed", ["before_the_move", "before_the_record"])
def test_killed_between_the_last_byte_and_the_record(
    server: Server, wire: Wire, killed: str
) -> None:
    """All bytes are there, or even behind the gate, and nothing says so: HEAD tells the whole
    length, and the clip can be made."""
    content = os.urandom(300_000)
    path = wire.begin(len(content))
    key = path.rsplit("/", 1)[1]
    storage = Storage(server.settings.upload_dir, min_free_bytes=0)
    with storage.partials.hold(key) as partial:
        partial.append(content)
        if killed == "before_the_record":
            storage.settle(partial)
    assert wire.offset(path) == len(content)
    assert wire.patch(path, len(content), b"").status == 204
    assert finished(server, path).sha256 == hashlib.sha256(content).hexdigest()
