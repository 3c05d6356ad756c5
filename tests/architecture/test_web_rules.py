"""What the pages may not do: reach into tables, begin a transaction, write a style or a script."""

from __future__ import annotations

import re

import pytest

from review.settings import ROOT
from review.words import knows
from tests.architecture.test_house_rules import BELOW, FACTS, SMALL, TREES, imports_of, module_of

ROOMS = ("review.web", "review.cli")
MAY = (
    *(room for room in BELOW if room != "review.models"),
    *FACTS,
    *SMALL,
    *ROOMS,
    "review.operations",
    "review.sheet",
    "review.migrations",
    "media.storage",
    "media.partials",
    "media.writer",
)
PAGES = sorted((ROOT / "templates").rglob("*.html"))
# The sheet is printed, by a browser or by WeasyPrint, and goes out under a policy of its own.
PRINTED = ROOT / "templates" / "sheet"


def within(name: str, rooms: tuple[str, ...]) -> bool:
    """Whether `name` lies in one of `rooms`."""
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def test_pages_see_no_tables() -> None:
    """Rows never leave operations and queries; a page has frozen records only."""
    wrong = {
        f"{module_of(path)} imports {name}"
        for path in TREES
        if within(module_of(path), ROOMS)
        for name in imports_of(path)
        if not within(name, MAY)
    }
    assert wrong == set()


def test_pages_never_begin_a_transaction() -> None:
    """What changes anything is an operation."""
    wrong = [
        module_of(path)
        for path in TREES
        if within(module_of(path), ROOMS) and ".transaction(" in path.read_text("utf-8")
    ]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_writes_scripts_or_styles(page) -> None:  # type: ignore[no-untyped-def]
    """The content policy would block them, and people would meet half a page."""
    if page.is_relative_to(PRINTED):
        return
    text = page.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_posting_form_carries_the_token(page) -> None:  # type: ignore[no-untyped-def]
    """A form without it is a form that always fails."""
    text = page.read_text("utf-8")
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.S | re.I):
        assert "ui.csrf()" in form or "csrf_token()" in form


def test_every_failure_of_the_workshop_has_words() -> None:
    """What media raises ends on somebody's page, however deep it began."""
    raised = re.compile(
        r"\b(?:Refused|TooLarge|DiskFull|Busy|FileMissing|FileChanged|ToolFailed|SpeechUnavailable"
        r"|CaptionError)\(\s*((?:\"[a-z_]+\"(?: if \w+ else )?)+)"
    )
    codes = {
        code
        for path in TREES
        for group in raised.findall(path.read_text("utf-8"))
        for code in re.findall(r'"([a-z_]+)"', group)
    }
    assert len(codes) > 20
    assert {code for code in codes if not knows(code)} == set()
