"""The ledger in a file: JSON lines as evidence, CSV and Excel for reading.

JSON lines hold the exact bytes that were hashed, so that anybody can compute every leaf again, and
end with a manifest that says what was asked for and how many entries answer it. CSV and Excel
carry position and leaf of each entry, to find it in the evidence. All are written entry by entry,
and appear under their name only once they are complete.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from review import clock
from review.audit.reading import ALL, EVERYTHING, LogFilter, Scope, lines, speaks_of
from review.db import Database
from review.log_lines import LogLine, what
from review.words import say

FORM = "duyet-clip/export/1"
COLUMNS = (
    "number",
    "position",
    "at",
    "person",
    "post",
    "what",
    "clip",
    "texts",
    "address",
    "leaf",
)
WIDTHS = (8, 10, 20, 24, 20, 50, 18, 60, 16, 68)
DATE_FORMAT = "dd/mm/yyyy hh:mm:ss"
# A spreadsheet takes a cell that begins like this for a formula, and a formula can call programs.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Excel's own limits, the row of headings left aside.
SHEET_ROWS = 1_000_000
CELL_CHARS = 32_767


@dataclass(frozen=True)
class Manifest:
    """What an export holds. `sha256` is of the whole file; in JSON lines, of all but the last."""

    form: str
    format: str
    made_at: str
    scope: int | str
    filters: dict[str, Any]
    text: str
    count: int
    first: int | None
    last: int | None
    sha256: str


@dataclass
class _Tally:
    """Counts what passes."""

    count: int = 0
    first: int | None = None
    last: int | None = None

    def watch(self, entries: Iterator[LogLine]) -> Iterator[LogLine]:
        for line in entries:
            self.count += 1
            self.first = line.position if self.first is None else self.first
            self.last = line.position
            yield line


Writer = Callable[[BinaryIO, Iterator[LogLine], str], str | None]


def export_to(
    db: Database,
    out: Path,
    form: str,
    *,
    scope: Scope = ALL,
    wanted: LogFilter = EVERYTHING,
    locale: str = "vi",
) -> Manifest:
    """Writes the wanted entries to `out` in one of `FORMATS` and says what is in it.

    Raises KeyError for an unknown format, OSError where nothing can be written.
    """
    write = FORMATS[form]
    part = out.with_name(f".{out.name}.{secrets.token_hex(8)}.part")
    tally = _Tally()
    try:
        with db.read() as session, part.open("xb") as file:
            digest = write(file, tally.watch(_wanted(session, scope, wanted, locale)), locale)
            manifest = _manifest(form, scope, wanted, tally, digest or _hash_of(part, file))
            if form == "jsonl":
                file.write(_json_line({"manifest": asdict(manifest)}))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def neutral(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _wanted(session: Any, scope: Scope, wanted: LogFilter, locale: str) -> Iterator[LogLine]:
    for line in lines(session, scope, wanted):
        if not wanted.text.strip() or speaks_of(line, wanted.text, locale):
            yield line


def _manifest(form: str, scope: Scope, wanted: LogFilter, tally: _Tally, digest: str) -> Manifest:
    return Manifest(
        form=FORM,
        format=form,
        made_at=clock.now().isoformat(timespec="seconds").replace("+00:00", "Z"),
        scope=scope,
        filters=wanted.said(),
        text=wanted.text,
        count=tally.count,
        first=tally.first,
        last=tally.last,
        sha256=digest,
    )


def _hash_of(path: Path, file: BinaryIO) -> str:
    file.flush()
    with path.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


# ── the evidence ──────────────────────────────────────────────────────────────────────────────────


def _write_jsonl(file: BinaryIO, entries: Iterator[LogLine], locale: str) -> str:
    running = hashlib.sha256()
    for line in entries:
        written = _json_line(_evidence(line))
        running.update(written)
        file.write(written)
    return running.hexdigest()


def _evidence(line: LogLine) -> dict[str, Any]:
    # The body is UTF-8, so that as a JSON string it gives back exactly its bytes.
    texts = {text.name: {"salt": text.salt.hex(), "text": text.text} for text in line.texts}
    return {
        "position": line.position,
        "leaf": line.leaf,
        "body": line.body.decode(),
        "texts": texts,
    }


def _json_line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


# ── reading copies ────────────────────────────────────────────────────────────────────────────────


def _cells(number: int, line: LogLine, locale: str) -> list[str | int | datetime]:
    texts = "\n".join(f"{text.name}: {text.text}" for text in line.texts)
    # Spreadsheets know no zones: the time is that of the wall in Vietnam.
    moment = clock.local(line.at).replace(tzinfo=None, microsecond=0)
    words = (line.person, line.post, what(line, locale), line.clip_code, texts, line.address)
    return [number, line.position, moment, *(neutral(text) for text in words), line.leaf]


def _headings(locale: str) -> list[str]:
    return [say(f"log.column.{name}", locale) for name in COLUMNS]


def _write_csv(file: BinaryIO, entries: Iterator[LogLine], locale: str) -> None:
    # The byte order mark tells Excel that this is UTF-8.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    rows = csv.writer(text)
    rows.writerow(_headings(locale))
    for number, line in enumerate(entries, start=1):
        rows.writerow(
            cell.strftime("%d/%m/%Y %H:%M:%S") if isinstance(cell, datetime) else cell
            for cell in _cells(number, line, locale)
        )
    text.flush()
    text.detach()


def _write_xlsx(file: BinaryIO, entries: Iterator[LogLine], locale: str) -> None:
    book = Workbook(write_only=True)
    sheet = None
    for number, line in enumerate(entries, start=1):
        if sheet is None or number % SHEET_ROWS == 1:
            sheet = _new_sheet(book, locale)
        sheet.append([_cell(sheet, value) for value in _cells(number, line, locale)])
    if sheet is None:
        _new_sheet(book, locale)
    book.save(file)


def _new_sheet(book: Any, locale: str) -> Any:
    sheet = book.create_sheet(say("log.sheet", locale))
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJ", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(_headings(locale))
    return sheet


def _cell(sheet: Any, value: str | int | datetime) -> Any:
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:CELL_CHARS]
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, datetime):
        cell.number_format = DATE_FORMAT
    elif isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"
    return cell


FORMATS: dict[str, Writer] = {"jsonl": _write_jsonl, "csv": _write_csv, "xlsx": _write_xlsx}
