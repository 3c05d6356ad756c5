"""The files of others in the repository are exactly those that versions.json records."""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tools import vendor

PLACES = [
    (vendor.SITE, vendor.SITE_PACKAGES),
    (vendor.FONTS, vendor.FONT_PACKAGES),
    (vendor.TESTS, vendor.TEST_PACKAGES),
]
RECORDED = [
    pytest.param(target / path, digest, id=path)
    for target, _ in PLACES
    for entry in vendor.recorded(target).values()
    for path, digest in entry["files"].items()
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(("path", "digest"), RECORDED)
def test_file_is_what_was_fetched(path: Path, digest: str) -> None:
    """Nobody mends a vendored file by hand."""
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


@pytest.mark.parametrize(("target", "packages"), PLACES)
def test_nothing_lies_beside_the_record(target: Path, packages: tuple[vendor.Package, ...]) -> None:
    """Each file is recorded, and each record is of the version pinned in tools/vendor.py."""
    entries = vendor.recorded(target)
    present = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}
    listed = {path for entry in entries.values() for path in entry["files"]}
    assert present == listed | {vendor.RECORD}
    pinned = {package.name: (package.version, package.licence) for package in packages}
    assert {name: (e["version"], e["licence"]) for name, e in entries.items()} == pinned


def test_font_rules_name_files_that_exist() -> None:
    """Each @font-face points at a file, and the Vietnamese letters are covered."""
    folder = vendor.SITE / vendor.FONT.folder
    css = (folder / "fonts.css").read_text("utf-8")
    names = re.findall(r'url\("([^"]+)"\)', css)
    assert len(names) == len(vendor.FONT_SUBSETS) * len(vendor.FONT_WEIGHTS)
    assert all((folder / name).read_bytes()[:4] == b"wOF2" for name in names)
    assert css.count("U+1EA0-1EF9") == len(vendor.FONT_WEIGHTS)


def test_sprite_holds_each_icon() -> None:
    """A page that uses a listed icon finds a symbol of that name with something to draw."""
    tree = ET.parse(vendor.SITE / vendor.ICON_SET.folder / "icons.svg")  # noqa: S314 - our own file
    symbols = {symbol.get("id"): len(symbol) for symbol in tree.iter(f"{SVG}symbol")}
    assert set(symbols) == set(vendor.ICONS)
    assert all(symbols.values())


def test_changed_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that arrives with another integrity than before stops the run."""
    package = vendor.Package("a", "1.0.0", "MIT", "a")
    monkeypatch.setattr(vendor, "contents", lambda *_: {"LICENSE": b"x"})
    archive = tmp_path / "a.tgz"
    with vendor.tarfile.open(archive, "w:gz"):
        pass
    monkeypatch.setattr(vendor, "fetch", lambda *_: (vendor.tarfile.open(archive), "sha512-second"))
    before = {"a": json.loads('{"version": "1.0.0", "integrity": "sha512-first"}')}
    with pytest.raises(vendor.VendorError, match="no longer what it was"):
        vendor.vendor_one(package, tmp_path / "out", before)
