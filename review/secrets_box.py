"""Secrets that must be read again, encrypted at rest: the keys of hooks.

Fernet (AES-128-CBC with HMAC-SHA256) under a key derived from SECRET_KEY by HKDF-SHA256, so that a
stolen copy of the database alone signs nothing. A changed SECRET_KEY makes every box unreadable;
the hooks then have to be given new secrets.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from review.errors import Unavailable

# Separates this key from everything else that is derived from the same secret.
PURPOSE = b"duyet-clip/secrets/1"
FERNET_KEY_BYTES = 32


def box_key(secret_key: str) -> bytes:
    """The key of the box, as Fernet takes it."""
    derived = HKDF(hashes.SHA256(), FERNET_KEY_BYTES, salt=None, info=PURPOSE)
    return base64.urlsafe_b64encode(derived.derive(secret_key.encode()))


def seal(key: bytes, plain: bytes) -> bytes:
    """`plain`, encrypted and protected against change."""
    return Fernet(key).encrypt(plain)


def open_box(key: bytes, sealed: bytes) -> bytes:
    """What was sealed. Raises Unavailable('secret_unreadable') for another key or changed bytes."""
    try:
        return Fernet(key).decrypt(sealed)
    except InvalidToken:
        raise Unavailable("secret_unreadable") from None
