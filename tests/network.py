"""The guard that keeps tests on this machine.

Tests pass on a machine without the internet and must never reach out from one that has it: a hook
sent to a real address by a test would be a publication.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

LOCAL_NAMES = frozenset({"localhost", ""})


class NetworkForbidden(RuntimeError):
    """A test tried to leave the machine.

    Not an OSError, so that code which handles a failed delivery cannot swallow it.
    """


def is_local(host: object) -> bool:
    """Say whether ``host``, a name or a literal address, is this machine itself."""
    if host is None:
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if text in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _is_literal(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and not is_local(address[0]):
            raise NetworkForbidden(f"a test may not connect to {address[0]}")
    # A literal needs no name server; reading one is part of the address checks under test.
    elif (
        event == "socket.getaddrinfo"
        and not is_local(arguments[0])
        and not _is_literal(arguments[0])
    ):
        raise NetworkForbidden(f"a test may not look up {arguments[0]}")


def forbid_network() -> None:
    """Refuse, from now on and for the whole process, every connection that leaves the machine."""
    sys.addaudithook(_hook)
