"""What a sign-off covers: one list of parts, one canonical form, one number.

Canonical form is RFC 8785 (JSON Canonicalization Scheme); the digest is its SHA-256 in hex.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import asdict, dataclass, fields

import rfc8785

# Form 2 covers what is said about people in the clip; a manifest of form 1 does not hold it.
FORM = "duyet-clip/sign-off/2"


@dataclass(frozen=True)
class Covered:
    """Every part of a clip that cannot change without a new sign-off.

    Hashes are SHA-256 in hex; `renditions` maps the kind of each demanded rendition to one.
    Whether children or private persons appear, and by what right, is inside as the rights and the
    AI label are: the signer relies on it. Channel times, urgency, series, units, audience and
    script are outside on purpose.
    """

    original: str
    renditions: dict[str, str]
    captions: str
    cover: str
    title: str
    description: str
    post_text: str
    category: str
    political: bool
    language: str
    ai_label: bool
    rights: str
    people: str
    people_note: str


PARTS: tuple[str, ...] = tuple(field.name for field in fields(Covered))


def nfc(value: object) -> object:
    """`value` with every string in it, keys too, in Unicode NFC."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {nfc(key): nfc(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [nfc(item) for item in value]
    return value


def canonical(value: object) -> bytes:
    """`value` as RFC 8785 bytes, strings in NFC. Floats are refused: their text form is fragile.

    Raises TypeError for a float anywhere inside.
    """
    _refuse_floats(value)
    return rfc8785.dumps(nfc(value))  # type: ignore[arg-type]


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("canonical JSON here holds no floats")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


def manifest(covered: Covered) -> bytes:
    """The exact bytes whose SHA-256 a signer confirms."""
    return canonical({"form": FORM, **asdict(covered)})


def digest(covered: Covered) -> str:
    """SHA-256 of the manifest, in hex."""
    return hashlib.sha256(manifest(covered)).hexdigest()


def changed_parts(before: dict[str, object], after: dict[str, object]) -> tuple[str, ...]:
    """Names of the parts that differ between two manifests, in the order of `PARTS`.

    Only what `before` covers can differ: a sign-off of an older form is no promise about the rest.
    """
    return tuple(part for part in PARTS if part in before and before[part] != after.get(part))
