"""The upload form, read as it arrives: flat in memory, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Request
from flask_wtf.csrf import generate_csrf
from werkzeug.test import EnvironBuilder

from media.errors import DiskFull, MediaError, Refused, TooLarge
from media.storage import Storage
from review.errors import Fault, Forbidden, Invalid
from review.web.streaming import FIELDS_MAX_BYTES, file_name, parse_upload

LIMIT = 1_000_000
BOUNDARY = "gioi-han-7f3a"


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """A place for files that needs no free gigabyte."""
    return Storage(tmp_path / "kho", min_free_bytes=0)


@pytest.fixture
def app() -> Flask:
    """Just enough of an application for a session and its token."""
    app = Flask("thu")
    app.config.update(SECRET_KEY="bí mật", WTF_CSRF_ENABLED=True, WTF_CSRF_TIME_LIMIT=None)
    app.config["WTF_CSRF_FIELD_NAME"] = "csrf_token"
    return app


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    """One part of a form."""
    head = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"\r\nContent-Type: video/mp4'
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + value + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def request(body: bytes | io.RawIOBase, length: int | None = None) -> Request:
    """The request that carries `body`, announced as `length` bytes."""
    stream = io.BytesIO(body) if isinstance(body, bytes) else body
    size = length if length is not None else len(body)  # type: ignore[arg-type]
    environ = EnvironBuilder(method="POST", path="/upload").get_environ()
    environ["wsgi.input"] = stream
    environ["CONTENT_TYPE"] = f"multipart/form-data; boundary={BOUNDARY}"
    environ["CONTENT_LENGTH"] = str(size)
    return Request(environ)


def parse(storage: Storage, body: bytes, **options: object):  # type: ignore[no-untyped-def]
    """What the form says, without asking for the token."""
    return parse_upload(request(body), storage, LIMIT, csrf=False, **options)  # type: ignore[arg-type]


def files(storage: Storage) -> list[Path]:
    """Everything that lies in storage, half-written or whole."""
    return [path for path in storage.root.rglob("*") if path.is_file()]


def test_fields_and_file_arrive_as_sent(storage: Storage) -> None:
    """Fields before and after the file, several of one name, text in NFC; the file byte by byte."""
    content = bytes(range(256)) * 2_000
    body = b"".join(
        (
            part("title", "Hội xuân".encode()),
            part("channel_ids", b"1"),
            part("file", content, "D:\\\\clip\\\\Ho\u0323\u0302i.mp4"),
            part("channel_ids", b"2"),
            END,
        )
    )
    fields, upload = parse(storage, body)
    assert fields == {"title": ["Hội xuân"], "channel_ids": ["1", "2"]}
    assert upload.stored.sha256 == hashlib.sha256(content).hexdigest()
    assert upload.original_name == "Hội.mp4"
    assert upload.media_type == "video/mp4"
    with storage.open(upload.stored.key) as file:
        assert file.read() == content


def test_a_form_without_a_file_has_none(storage: Storage) -> None:
    """A browser sends an empty part with an empty name when nothing was chosen."""
    fields, upload = parse(storage, part("title", b"x") + part("file", b"", "") + END)
    assert (fields, upload, files(storage)) == ({"title": ["x"]}, None, [])


FILE = part("file", b"video" * 1_000, "a.mp4")
BROKEN = [
    (FILE[:-2_000], Invalid, "upload_interrupted"),
    (FILE, Invalid, "upload_interrupted"),
    (part("title", b"x"), Invalid, "upload_interrupted"),
    (b"not a form at all", Invalid, "upload_interrupted"),
    (FILE + FILE + END, Invalid, "one_file_only"),
    (FILE + part("title", b"x" * (FIELDS_MAX_BYTES + 1)) + END, Invalid, "fields_too_long"),
    (FILE + part("title", b"\xff\xfe") + END, Invalid, "form_unreadable"),
    (part("file", b"", "a.mp4") + END, Refused, "empty_file"),
    (part("file", b"x" * (LIMIT + 1), "a.mp4") + END, TooLarge, "upload_too_large"),
    (FILE + b"".join(part(f"f{n}", b"") for n in range(101)) + END, TooLarge, "upload_too_large"),
]


@pytest.mark.parametrize(("body", "kind", "code"), BROKEN)
def test_whatever_goes_wrong_nothing_stays(
    storage: Storage, body: bytes, kind: type[Exception], code: str
) -> None:
    """Neither half a file nor a whole one whose form failed after it."""
    with pytest.raises(kind) as caught:
        parse(storage, body)
    assert isinstance(caught.value, Fault | MediaError)
    assert caught.value.code == code
    assert files(storage) == []


def test_a_torn_line_is_told_from_a_finished_form(storage: Storage) -> None:
    """Fewer bytes than announced: the connection broke."""
    body = part("title", b"x") + FILE
    with pytest.raises(Invalid, match="upload_interrupted"):
        parse_upload(request(body[:-700], len(body) + len(END)), storage, LIMIT, csrf=False)
    assert files(storage) == []


def test_a_full_disk_is_told_before_bytes_are_kept(tmp_path: Path) -> None:
    """The gate to files says no; the form passes it on."""
    full = Storage(tmp_path / "day", min_free_bytes=2**60)
    with pytest.raises(DiskFull, match="disk_full"):
        parse(full, FILE + END)
    assert files(full) == []


def test_an_announced_giant_is_refused_unread(storage: Storage) -> None:
    """Nothing is read of a body that says beforehand that it is too large."""

    class Untouchable(io.RawIOBase):
        def readinto(self, _buffer: object) -> int:
            raise AssertionError("was read")

    with pytest.raises(TooLarge, match="upload_too_large"):
        parse_upload(request(Untouchable(), 10 * LIMIT), storage, LIMIT, csrf=False)


def test_no_file_is_kept_before_the_token_was_seen(app: Flask, storage: Storage) -> None:
    """A stranger's form is stopped at the head of its file; one after it comes too late."""
    with app.test_request_context():
        token = generate_csrf().encode()
        with pytest.raises(Forbidden, match="csrf_failed"):
            parse_upload(request(FILE + END), storage, LIMIT)
        with pytest.raises(Forbidden, match="csrf_failed"):
            parse_upload(request(FILE + part("csrf_token", token) + END), storage, LIMIT)
        with pytest.raises(Forbidden, match="csrf_failed"):
            parse_upload(request(part("csrf_token", b"x") + FILE + END), storage, LIMIT)
        assert files(storage) == []
        _, upload = parse_upload(request(part("csrf_token", token) + FILE + END), storage, LIMIT)
        assert upload is not None


def test_memory_stays_flat(storage: Storage) -> None:
    """A file of 64 MiB passes through a few chunks of memory."""
    size = 64 * 2**20
    head, tail = part("file", b"", "a.mp4")[:-2], b"\r\n" + END

    def pieces() -> Iterator[bytes]:
        yield head
        for _ in range(size // 2**16):
            yield b"\x00" * 2**16
        yield tail

    class Slow(io.RawIOBase):
        """A line that brings a little at a time."""

        def __init__(self) -> None:
            self.source, self.rest = pieces(), b""

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            self.rest = self.rest or next(self.source, b"")
            taken = self.rest[: len(buffer)]
            buffer[: len(taken)] = taken
            self.rest = self.rest[len(taken) :]
            return len(taken)

    asked = request(Slow(), len(head) + size + len(tail))
    tracemalloc.start()
    try:
        _, upload = parse_upload(asked, storage, size, csrf=False)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert upload is not None
    assert upload.stored.size == size
    assert peak < 4 * 2**20


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\A\\clip.mov", "clip.mov"),
        ("Ho\u0323\u0302i xua\u0302n.mp4", "Hội xuân.mp4"),
        ("a\x00\r\nb.mp4", "ab.mp4"),
        ("x" * 300 + ".mp4", "x" * 251 + ".mp4"),
        ("x" * 300, "x" * 255),
        ("/", "video"),
    ],
)
def test_names_are_kept_plain(sent: str, kept: str) -> None:
    """The base name alone, in NFC, at most 255 characters with its ending."""
    assert file_name(sent) == kept
