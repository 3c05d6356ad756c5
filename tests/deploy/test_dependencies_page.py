"""docs/dependencies.md explains exactly what is installed, fetched and vendored."""

from __future__ import annotations

import re
from pathlib import Path

from tools.vendor import FONT_PACKAGES, SITE_PACKAGES, TEST_PACKAGES

SOURCE = Path(__file__).resolve().parents[2]
PAGE = (SOURCE / "docs" / "dependencies.md").read_text("utf-8")
ROW = re.compile(r"^\| (?P<name>[^ |]+) \| (?P<version>\S+) \| [^|]+ \|", re.MULTILINE)


PARTS = ("", "-fast", "-dev")


def pins() -> dict[str, str]:
    """Return package → version of both requirement files, extras left out."""
    text = "".join((SOURCE / f"requirements{part}.txt").read_text() for part in PARTS)
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==(\S+)$", text, re.MULTILINE))


def test_every_version_is_explained() -> None:
    """Neither an unexplained package nor an explanation of one that is gone."""
    explained = {m["name"]: m["version"] for m in ROW.finditer(PAGE) if m["version"] != "---"}
    explained.pop("package", None)
    vendored = {p.name: p.version for p in (*SITE_PACKAGES, *FONT_PACKAGES, *TEST_PACKAGES)}
    assert explained == pins() | vendored


def test_every_pin_is_exact() -> None:
    """A requirement without == would change under a reinstalling office."""
    for part in PARTS:
        rows = (SOURCE / f"requirements{part}.txt").read_text().splitlines()
        loose = [r for r in rows if r and not r.startswith(("#", "-r ")) and "==" not in r]
        assert loose == []


def test_every_system_package_is_explained() -> None:
    """What setup.sh may install stands in the table, and nothing else does."""
    script = (SOURCE / "deploy" / "setup.sh").read_text("utf-8")
    body = script.partition("missing_packages() {")[2].partition("\n}")[0]
    installed = set(re.findall(r"(?:\|\|\s*)echo ([a-z0-9-]+)$", body, re.MULTILINE))
    assert installed == set(re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE, re.MULTILINE))
