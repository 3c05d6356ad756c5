"""Documents as offices send them, and as nobody should: made here, byte by byte."""

from __future__ import annotations

import hashlib
import io
import itertools
import struct
import zipfile

from media.document_kinds import kind_of
from media.results import StoredFile
from review.operations.documents import Attachment

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
LETTER = "\r\n".join(
    (
        "From: Phong Bao chi <baochi@example.vn>",
        "Subject: =?utf-8?B?VHLhuqMgbOG7nWk=?=",
        "Date: Tue, 3 Mar 2026 09:00:00 +0700",
        "",
        "Nhất trí.",
    )
).encode()
_serial = itertools.count(1)


def packed(*parts: str, size: int = 10) -> bytes:
    """An office document of the newer kind with these parts beside its list of types."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, b"0" * size)
    return whole.getvalue()


def docx() -> bytes:
    """A letter written in Word."""
    return packed("word/document.xml")


def bomb() -> bytes:
    """A letter that would unpack to fifty times what a disk of this test could hold in memory."""
    return packed("word/document.xml", size=30_000_000)


def odt() -> bytes:
    """A letter written in LibreOffice: its kind stands first, unpacked."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "x")
    return whole.getvalue()


def old(*streams: str) -> bytes:
    """An office document of the older kind whose first folder names `streams`."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 0)
    folder = b"".join(name.encode("utf-16-le").ljust(128, b"\x00") for name in streams)
    return bytes(header) + folder.ljust(512, b"\x00")


def attachment(data: bytes = PDF, name: str = "cong-van.pdf") -> Attachment:
    """A document as it reaches an operation: bytes that exist only as their hash."""
    unlike = data + str(next(_serial)).encode()
    sha = hashlib.sha256(unlike).hexdigest()
    stored = StoredFile(f"doc{next(_serial)}", sha, len(data))
    return Attachment(stored, name, kind_of(io.BytesIO(data)))
