"""Passwords: argon2id with the library's own parameters, and what a password must be."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from review.errors import Invalid

# Long enough to withstand guessing through the login limits for decades, short enough to type.
MIN_LENGTH = 10
# Argon2 reads everything; a ceiling keeps a hostile form from making it read megabytes.
MAX_LENGTH = 200
COMMON = Path(__file__).with_name("common_passwords.txt")

_hasher = PasswordHasher()
# Verified against when there is no such account, so that both answers take as long.
_NOBODY = _hasher.hash("nobody has this password")


@cache
def common_passwords() -> frozenset[str]:
    """Passwords that everybody tries first, folded to lower case."""
    return frozenset(COMMON.read_text(encoding="utf-8").split())


def check_password(password: str, username: str = "") -> None:
    """Raises Invalid('password_short' | 'password_long' | 'password_common')."""
    folded = _nfc(password).casefold()
    if len(password) < MIN_LENGTH:
        raise Invalid("password_short", field="password", minimum=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise Invalid("password_long", field="password", maximum=MAX_LENGTH)
    if folded in common_passwords() or len(set(folded)) < 4:
        raise Invalid("password_common", field="password")
    if username and username.casefold() in folded:
        raise Invalid("password_holds_name", field="password")


def hash_password(password: str) -> str:
    """The argon2id hash to store. Typed accents may arrive composed or not, so NFC first."""
    return _hasher.hash(_nfc(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`; takes as long when there is none."""
    try:
        return _hasher.verify(stored or _NOBODY, _nfc(password[:MAX_LENGTH])) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether the library's parameters have grown since `stored` was made."""
    return _hasher.check_needs_rehash(stored)


def _nfc(password: str) -> str:
    return unicodedata.normalize("NFC", password)
