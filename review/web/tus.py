"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload): headers in, headers out.

Only reading and writing of headers is here; bytes are taken in `review.web.receiving`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from werkzeug.datastructures import Headers

from review.errors import Malformed
from review.web.streaming import file_name

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
# SHA-1 is the one that the protocol requires; it guards against accidents, not against people.
ALGORITHMS = ("sha1", "sha256", "sha512", "md5")
BODY_TYPE = "application/offset+octet-stream"
# Every length and offset of ours fits a signed 64-bit column.
MAX_DIGITS = 18


@dataclass(frozen=True)
class Checksum:
    """What a sender says the hash of one request's bytes is."""

    algorithm: str
    digest: bytes

    def begin(self) -> Any:
        """A fresh hash to feed the bytes into."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


@dataclass(frozen=True)
class Named:
    """What the metadata says of the file; the rest of the line is kept and sent back unread."""

    name: str
    media_type: str
    mark: str


def whole_number(headers: Headers, name: str) -> int:
    """A length or an offset. Raises Malformed naming the header."""
    text = headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        raise Malformed("tus_header_wrong", header=name)
    return int(text)


def declared_length(headers: Headers) -> int:
    """Upload-Length. Raises Malformed, also for the extensions that are not offered: a length
    told later, and uploads put together from parts."""
    for name in ("Upload-Defer-Length", "Upload-Concat"):
        if name in headers:
            raise Malformed("tus_not_offered", header=name)
    return whole_number(headers, "Upload-Length")


def metadata(line: str) -> Named:
    """Upload-Metadata: pairs of a key and a base64 value, by comma.

    The file's name is taken without a path and in NFC. Raises Malformed.
    """
    values: dict[str, str] = {}
    for pair in line.split(",") if line.strip() else ():
        key, _, value = pair.strip().partition(" ")
        if not key or not key.isascii() or not key.isprintable() or key in values:
            raise Malformed("tus_header_wrong", header="Upload-Metadata")
        values[key] = _text(value)
    name = values.get("filename") or values.get("name") or ""
    kind = values.get("filetype") or values.get("type") or ""
    if not kind.isascii() or not kind.isprintable():
        kind = ""
    return Named(file_name(name), kind[:100] or "application/octet-stream", values.get("mark", ""))


def checksum(headers: Headers) -> Checksum | None:
    """Upload-Checksum, if there is one. Raises Malformed for an unknown algorithm."""
    text = headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise Malformed("tus_header_wrong", header="Upload-Checksum")
    try:
        return Checksum(algorithm, base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError) as error:
        raise Malformed("tus_header_wrong", header="Upload-Checksum") from error


def expires(moment: datetime) -> str:
    """Upload-Expires, as RFC 9110 writes dates."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def capabilities(max_bytes: int) -> dict[str, str]:
    """What OPTIONS answers."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(max_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def _text(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise Malformed("tus_header_wrong", header="Upload-Metadata") from error
