"""Fetch the files of others that are kept in the repository, at the versions pinned here.

Run ``.venv/bin/python tools/vendor.py`` after changing a version or the list of icons; it needs
npm and nothing else. The offices that run this have no content network to lean on, so the files
are committed, with their licences and with ``versions.json``, which a test compares with them.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "review" / "web" / "static" / "vendor"
TESTS = ROOT / "tests" / "vendor"
FONTS = ROOT / "media" / "fonts"
RECORD = "versions.json"

FONT_WEIGHTS = (400, 600)
# Order matters to no browser, but the file reads from the most to the least needed.
FONT_SUBSETS = ("vietnamese", "latin", "latin-ext")

ICONS = [
    "archive",
    "arrow-left",
    "arrow-repeat",
    "arrow-return-left",
    "bell",
    "box-arrow-right",
    "broadcast",
    "building",
    "calendar-event",
    "camera-reels",
    "chat-left-text",
    "check-circle",
    "check-lg",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "clipboard",
    "clock",
    "diagram-3",
    "download",
    "exclamation-triangle",
    "eye",
    "file-earmark-spreadsheet",
    "film",
    "flag",
    "funnel",
    "gear",
    "hourglass-split",
    "house",
    "info-circle",
    "journal-text",
    "key",
    "link-45deg",
    "list",
    "lock",
    "moon",
    "pause",
    "pencil",
    "people",
    "person",
    "phone",
    "play",
    "plus",
    "printer",
    "qr-code",
    "search",
    "send",
    "shield-check",
    "sun",
    "three-dots",
    "translate",
    "trash",
    "upload",
    "x-circle",
    "x-lg",
]


@dataclass(frozen=True)
class Package:
    """One npm package and what is taken from it."""

    name: str
    version: str
    licence: str
    folder: str
    files: Mapping[str, str] = field(default_factory=dict)
    """Path inside the package → file name in ``folder``; taken byte for byte."""


def font_file(subset: str, weight: int) -> str:
    """Return the name of the upright WOFF2 file of one subset and weight."""
    return f"be-vietnam-pro-{subset}-{weight}-normal.woff2"


FONT = Package(
    "@fontsource/be-vietnam-pro",
    "5.3.0",
    "OFL-1.1",
    "be-vietnam-pro",
    {
        f"files/{font_file(subset, weight)}": font_file(subset, weight)
        for subset in FONT_SUBSETS
        for weight in FONT_WEIGHTS
    },
)
ICON_SET = Package("bootstrap-icons", "1.13.2", "MIT", "bootstrap-icons")

SITE_PACKAGES = (
    Package(
        "bootstrap",
        "5.3.9",
        "MIT",
        "bootstrap",
        {
            "dist/css/bootstrap.min.css": "bootstrap.min.css",
            "dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
        },
    ),
    Package("htmx.org", "2.0.11", "0BSD", "htmx", {"dist/htmx.min.js": "htmx.min.js"}),
    Package("tus-js-client", "4.3.1", "MIT", "tus", {"dist/tus.min.js": "tus.min.js"}),
    FONT,
    ICON_SET,
)
TEST_PACKAGES = (
    Package("axe-core", "4.14.1", "MPL-2.0", "axe-core", {"axe.min.js": "axe.min.js"}),
)

# The web's files of the same face come in subsets, and ffmpeg reads no WOFF2: this is the whole
# face in one file, as its makers publish it.
FONT_PACKAGES = (
    Package(
        "@expo-google-fonts/be-vietnam-pro",
        "0.4.1",
        "MIT AND OFL-1.1",
        "be-vietnam-pro",
        {
            "600SemiBold/BeVietnamPro_600SemiBold.ttf": "BeVietnamPro-SemiBold.ttf",
            "LICENSE_FONT": "OFL.txt",
        },
    ),
)


class VendorError(RuntimeError):
    """A package is not what was pinned."""


def fetch(package: Package, folder: Path) -> tuple[tarfile.TarFile, str]:
    """Download ``package`` into ``folder``; return its open archive and npm's integrity string."""
    spec = f"{package.name}@{package.version}"
    command = ["npm", "pack", spec, "--json", "--ignore-scripts", "--pack-destination", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    described = json.loads(done.stdout)[0]
    if described["version"] != package.version:
        raise VendorError(f"{spec}: npm sent {described['version']}")
    # npm 9 reports a scoped package as "@scope/name-1.tgz" and writes "scope-name-1.tgz".
    name = described["filename"].replace("/", "-").lstrip("@")
    return tarfile.open(folder / name), described["integrity"]


def read(archive: tarfile.TarFile, path: str) -> bytes:
    """Return the bytes of ``path`` inside an npm archive; raise VendorError if it is not there."""
    try:
        member = archive.extractfile(f"package/{path}")
    except KeyError:
        member = None
    if member is None:
        raise VendorError(f"{archive.name} holds no {path}")
    return member.read()


def font_css(ranges: Mapping[str, str]) -> str:
    """Write the @font-face rules; ``ranges`` gives each subset's Unicode range.

    A browser then fetches only the subsets whose letters stand on the page.
    """
    rules = [
        "@font-face {\n"
        '  font-family: "Be Vietnam Pro";\n'
        "  font-style: normal;\n"
        "  font-display: swap;\n"
        f"  font-weight: {weight};\n"
        f'  src: url("{font_file(subset, weight)}") format("woff2");\n'
        f"  unicode-range: {ranges[subset]};\n"
        "}\n"
        for weight in FONT_WEIGHTS
        for subset in FONT_SUBSETS
    ]
    return "/* Written by tools/vendor.py. */\n" + "\n".join(rules)


def icon_sprite(archive: tarfile.TarFile) -> str:
    """Gather ICONS into one file of symbols, used as ``<use href="…/icons.svg#upload">``."""
    symbols = []
    for name in sorted(ICONS):
        svg = read(archive, f"icons/{name}.svg").decode("utf-8")
        body = re.sub(r"\s*\n\s*", "", svg.partition(">")[2].rpartition("</svg>")[0])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{body}</symbol>')
    head = '<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">\n'
    return head + "\n".join(symbols) + "\n</svg>\n"


def contents(package: Package, archive: tarfile.TarFile) -> dict[str, bytes]:
    """Return what is kept of ``package``: file name → bytes, the licence always among them."""
    kept = {name: read(archive, path) for path, name in package.files.items()}
    kept["LICENSE"] = read(archive, "LICENSE")
    if package is FONT:
        kept["fonts.css"] = font_css(json.loads(read(archive, "unicode.json"))).encode()
    elif package is ICON_SET:
        kept["icons.svg"] = icon_sprite(archive).encode()
    return kept


def recorded(target: Path) -> dict[str, Any]:
    """Return what ``versions.json`` in ``target`` says, by package name; empty without one."""
    path = target / RECORD
    if not path.exists():
        return {}
    return {entry["name"]: entry for entry in json.loads(path.read_text("utf-8"))["packages"]}


def vendor_one(package: Package, target: Path, before: Mapping[str, Any]) -> dict[str, Any]:
    """Fetch one package into ``target`` and return its entry for ``versions.json``.

    Raises VendorError when a version already recorded now arrives with other contents.
    """
    with tempfile.TemporaryDirectory() as scratch:
        archive, integrity = fetch(package, Path(scratch))
        with archive:
            kept = contents(package, archive)
    known = before.get(package.name)
    if known and known["version"] == package.version and known["integrity"] != integrity:
        raise VendorError(f"{package.name} {package.version} is no longer what it was: {integrity}")
    folder = target / package.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in kept.items():
        (folder / name).write_bytes(data)
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "integrity": integrity,
        "files": {
            f"{package.folder}/{name}": hashlib.sha256(data).hexdigest()
            for name, data in sorted(kept.items())
        },
    }


def vendor(target: Path, packages: tuple[Package, ...]) -> None:
    """Fetch ``packages`` into ``target`` and record their versions and SHA-256 there."""
    before = recorded(target)
    entries = [vendor_one(package, target, before) for package in packages]
    text = json.dumps({"packages": entries}, indent=2, ensure_ascii=False) + "\n"
    (target / RECORD).write_text(text, "utf-8")


def main() -> int:
    """Fetch everything; return the exit status."""
    if shutil.which("npm") is None:
        print("npm is missing: apt-get install npm", file=sys.stderr)
        return 1
    for target, packages in (
        (SITE, SITE_PACKAGES),
        (FONTS, FONT_PACKAGES),
        (TESTS, TEST_PACKAGES),
    ):
        target.mkdir(exist_ok=True)
        vendor(target, packages)
        print(f"{target.relative_to(ROOT)}: {', '.join(p.name for p in packages)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
