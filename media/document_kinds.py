"""What kind of document some bytes are, told by the bytes alone; a name proves nothing.

Nothing is unpacked or interpreted: of a packed document only its list of parts is read, so that
one made to burst when unpacked is as harmless here as any other.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

from media import limits
from media.errors import Refused


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document that is taken. `viewable` ones a browser may show by itself."""

    code: str
    media_type: str
    endings: tuple[str, ...]
    viewable: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    kind.code: kind
    for kind in (
        DocumentKind("pdf", "application/pdf", (".pdf",), viewable=True),
        DocumentKind("jpeg", "image/jpeg", (".jpg", ".jpeg"), viewable=True),
        DocumentKind("png", "image/png", (".png",), viewable=True),
        DocumentKind("docx", f"{_OFFICE}wordprocessingml.document", (".docx",)),
        DocumentKind("xlsx", f"{_OFFICE}spreadsheetml.sheet", (".xlsx",)),
        DocumentKind("pptx", f"{_OFFICE}presentationml.presentation", (".pptx",)),
        DocumentKind("odt", "application/vnd.oasis.opendocument.text", (".odt",)),
        DocumentKind("doc", "application/msword", (".doc",)),
        DocumentKind("xls", "application/vnd.ms-excel", (".xls",)),
        DocumentKind("eml", "message/rfc822", (".eml",)),
    )
}
# What a form offers to choose from; the bytes decide.
ENDINGS = tuple(ending for kind in KINDS.values() for ending in kind.endings)

_HEAD_BYTES = 128
_MAGIC = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"))
_PACKED, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODT = b"mimetypeapplication/vnd.oasis.opendocument.text"
_MAIN_FOLDERS = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
_OLD_STREAMS = (("WordDocument", "doc"), ("Workbook", "xls"))
# Programs inside a document: what it says can be said without them.
_MACRO_PART, _OLD_MACROS = "vbaproject.bin", ("_VBA_PROJECT", "Macros")
_END_RECORD, _END_BYTES, _COMMENT_MAX = b"PK\x05\x06", 22, 0xFFFF
_PART_RECORD, _PART_BYTES = b"PK\x01\x02", 46
_LETTER_LINE = re.compile(rb"[!-9;-~]+:[ \t]")
_LETTER_FIELDS = (b"from:", b"to:", b"subject:", b"date:", b"received:", b"message-id:")


def kind_of(file: BinaryIO) -> DocumentKind:
    """The kind of the document in `file`, which can be sought in.

    Raises Refused: 'document_kind' for what is none that is taken, 'document_macros' for one that
    carries programs.
    """
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    for magic, code in _MAGIC:
        if head.startswith(magic):
            return KINDS[code]
    if head.startswith(_PACKED):
        return KINDS[_packed(file, head)]
    if head.startswith(_OLD):
        return KINDS[_old(file)]
    if _is_letter(head + file.read(limits.LETTER_HEAD_BYTES)):
        return KINDS["eml"]
    raise Refused("document_kind")


def _packed(file: BinaryIO, head: bytes) -> str:
    if head[30:].startswith(_ODT):
        return "odt"
    parts = _parts(file)
    if any(part.lower().endswith(_MACRO_PART) for part in parts):
        raise Refused("document_macros")
    if "[Content_Types].xml" in parts:
        for folder, code in _MAIN_FOLDERS:
            if any(part.startswith(folder) for part in parts):
                return code
    raise Refused("document_kind")


def _parts(file: BinaryIO) -> set[str]:
    """The names in the list at the end of a packed file (APPNOTE 4.3.12 and 4.3.16)."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - _COMMENT_MAX))
    tail = file.read()
    at = tail.rfind(_END_RECORD)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise Refused("document_kind")
    length, start = struct.unpack_from("<II", tail, at + 12)
    if length > limits.PARTS_LIST_MAX_BYTES or start + length > size:
        raise Refused("document_kind")
    file.seek(start)
    return _names(file.read(length))


def _names(records: bytes) -> set[str]:
    found: set[str] = set()
    at = 0
    while at + _PART_BYTES <= len(records) and len(found) < limits.PARTS_MAX:
        if not records.startswith(_PART_RECORD, at):
            break
        name, extra, comment = struct.unpack_from("<HHH", records, at + 28)
        begin = at + _PART_BYTES
        found.add(records[begin : begin + name].decode("utf-8", "replace"))
        at = begin + name + extra + comment
    return found


def _old(file: BinaryIO) -> str:
    """By the names in the first folder of a compound file ([MS-CFB] 2.2 and 2.6)."""
    file.seek(0)
    header = file.read(512)
    if len(header) < 512:
        raise Refused("document_kind")
    (shift,) = struct.unpack_from("<H", header, 30)
    (first,) = struct.unpack_from("<I", header, 48)
    if shift not in (9, 12):
        raise Refused("document_kind")
    file.seek((first + 1) << shift)
    folder = file.read(limits.OLD_FOLDER_BYTES)
    if any(name.encode("utf-16-le") in folder for name in _OLD_MACROS):
        raise Refused("document_macros")
    for name, code in _OLD_STREAMS:
        if name.encode("utf-16-le") in folder:
            return code
    raise Refused("document_kind")


def _is_letter(text: bytes) -> bool:
    """Whether it begins as a mail does: header lines, at least two of the usual ones (RFC 5322)."""
    if b"\x00" in text:
        return False
    lines = re.split(rb"\r?\n", text)
    if not _LETTER_LINE.match(lines[0]):
        return False
    top = lines[: lines.index(b"")] if b"" in lines else lines
    names = {field for line in top for field in _LETTER_FIELDS if line.lower().startswith(field)}
    return len(names) >= 2
