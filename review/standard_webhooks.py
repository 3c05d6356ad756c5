"""The signature of a hook message: Standard Webhooks 1.0, symmetric form.

What is signed is `id.timestamp.body`; the header carries one `v1,<base64 HMAC-SHA256>` for every
secret in force, so that a receiver can change secrets without losing a message. Source: the
specification of Standard Webhooks, section "Webhook headers".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

SECRET_PREFIX = "whsec_"
VERSION = "v1"
# The specification recommends bodies under 20 kB: a message points at files, it does not hold them.
BODY_LIMIT = 20_000


def encode_secret(key: bytes) -> str:
    """The key as a receiver pastes it into its settings."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


def decode_secret(secret: str) -> bytes:
    """The key behind a `whsec_` text. Raises ValueError for any other text."""
    if not secret.startswith(SECRET_PREFIX):
        raise ValueError("a hook secret begins with whsec_")
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a hook secret is base64 after whsec_") from None


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, with its version. `timestamp` is in whole seconds since 1970 UTC."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return f"{VERSION},{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def headers(
    keys: tuple[bytes, ...], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The three headers of a message, one signature for each key.

    The identifier stays the same over every retry; the timestamp is that of this very attempt.
    """
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, message_id, timestamp, body) for key in keys),
    }
