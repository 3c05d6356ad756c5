"""What a document is, told by its bytes: what is taken, and what only calls itself so."""

from __future__ import annotations

import contextlib
import io
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.document_kinds import KINDS, kind_of
from media.errors import Refused
from tests import papers

TAKEN = {
    "pdf": papers.PDF,
    "jpeg": papers.JPEG,
    "png": papers.PNG,
    "docx": papers.docx(),
    "xlsx": papers.packed("xl/workbook.xml"),
    "pptx": papers.packed("ppt/presentation.xml"),
    "odt": papers.odt(),
    "doc": papers.old("Root Entry", "WordDocument"),
    "xls": papers.old("Root Entry", "Workbook"),
    "eml": papers.LETTER,
}
REFUSED = {
    "a page": (papers.HTML, "document_kind"),
    "a page that mentions PDF": (b"<html>%PDF-1.7", "document_kind"),
    "a drawing with a script": (papers.SVG, "document_kind"),
    "a program": (b"MZ" + b"\x00" * 500, "document_kind"),
    "a shell script": (b"#!/bin/sh\nrm -rf /\n", "document_kind"),
    "any archive": (papers.packed("AndroidManifest.xml"), "document_kind"),
    "an archive cut off": (papers.docx()[:-30], "document_kind"),
    "a list of parts beyond the end": (
        papers.docx()[:-10] + struct.pack("<I", 2**31) + papers.docx()[-6:],
        "document_kind",
    ),
    "Word with a program": (
        papers.packed("word/document.xml", "word/vbaProject.bin"),
        "document_macros",
    ),
    "old Word with a program": (
        papers.old("Root Entry", "WordDocument", "Macros"),
        "document_macros",
    ),
    "an installer": (papers.old("Root Entry", "Property"), "document_kind"),
    "half a header of the older kind": (papers.old("WordDocument")[:200], "document_kind"),
    "a plain text": ("Kính gửi: phòng".encode(), "document_kind"),
    "a letter with one header": (b"Subject: x\r\n\r\nhello", "document_kind"),
    "a letter with zeros": (papers.LETTER + b"\x00", "document_kind"),
    "one byte": (b"%", "document_kind"),
}


@pytest.mark.parametrize("code", KINDS)
def test_what_is_taken(code: str) -> None:
    """Every kind there is, by its bytes alone."""
    assert kind_of(io.BytesIO(TAKEN[code])).code == code


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what: str) -> None:
    """Whatever its name said."""
    data, reason = REFUSED[what]
    with pytest.raises(Refused, match=reason):
        kind_of(io.BytesIO(data))


def test_only_harmless_kinds_are_shown_by_the_browser() -> None:
    """Pictures and PDF; a letter may carry a page with scripts."""
    assert {code for code, kind in KINDS.items() if kind.viewable} == {"pdf", "jpeg", "png"}


def test_nothing_is_unpacked() -> None:
    """Thirty megabytes of zeros in thirty kilobytes: looked at without unfolding them."""
    data = papers.bomb()
    assert len(data) < 100_000
    tracemalloc.start()
    assert kind_of(io.BytesIO(data)).code == "docx"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_a_list_of_endless_parts_is_not_read() -> None:
    """A million empty parts would fill the memory; a document has hundreds."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"word/{number}", b"")
    with pytest.raises(Refused, match="document_kind"):
        kind_of(whole)


@given(st.sampled_from(sorted(TAKEN)), st.binary(max_size=80), st.integers(0, 600))
def test_damage_is_refused_or_told_never_an_error(code: str, noise: bytes, at: int) -> None:
    """Bytes overwritten anywhere: an answer in words, or a kind, and nothing else."""
    data = TAKEN[code]
    damaged = data[:at] + noise + data[at + len(noise) :]
    with contextlib.suppress(Refused):
        assert kind_of(io.BytesIO(damaged)).code in KINDS
