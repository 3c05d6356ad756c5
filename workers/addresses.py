"""Where a hook may go: addresses of the public internet, and hosts that the settings name.

A hook's address is entered by a person and resolved by name servers that anybody may run, so each
address is judged after the name was looked up, once, and the connection is made to that very
address: what a second look-up would say does not matter (DNS rebinding). Ranges: the IANA IPv4 and
IPv6 Special-Purpose Address Registries. The judgement is written out here because what Python calls
global has changed between versions.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]

# Everything in 2000::/3 is a public address in principle. Nothing outside it is: that refuses
# mapped IPv4 (::ffff:0:0/96), NAT64 (64:ff9b::/96), unique local and link local at one stroke.
GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
REFUSED_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # IETF protocols: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address inside
        "3fff::/20",  # documentation
    )
)
REFUSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own networks
        "127.0.0.0/8",
        "169.254.0.0/16",  # link local, and the metadata services of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# An interface identifier of ISATAP carries an IPv4 address inside, under any prefix.
ISATAP = (0x00005EFE, 0x02005EFE)
WEB_PORTS = frozenset({80, 443})
LOWEST_FREE_PORT = 1024
# Services on high ports that take commands as text and would read an HTTP request as such.
REFUSED_PORTS = frozenset(
    {1433, 1521, 2049, 2375, 2379, 3306, 5432, 5672, 6000, 6379, 6667, 9042, 11211, 27017}
)


class Blocked(Exception):
    """The hook may not go there; `code` says why, for the delivery page."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unresolved(Exception):
    """The name could not be looked up; it may be found later."""


@dataclass(frozen=True)
class Destination:
    """A hook's address, looked up and judged. `addresses` are in the resolver's order."""

    scheme: str
    host: str
    port: int
    target: str  # path and query, as the request line carries them
    addresses: tuple[str, ...]


def resolve(host: str, port: int) -> list[str]:
    """Every address of `host`, from the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def is_public(text: str) -> bool:
    """Whether `text` is an address of the public internet, and no disguise of another."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in REFUSED_V4)
    if (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
        return False
    return address in GLOBAL_V6 and not any(address in network for network in REFUSED_V6)


def look_up(url: str, private_hosts: tuple[str, ...], resolver: Resolver = resolve) -> Destination:
    """Where `url` leads. One refused address among several refuses the whole.

    `private_hosts` are the hosts, in lower case, that may lie in the office's own network. Raises
    Blocked, Unresolved.
    """
    scheme, host, port, target = _parts(url)
    try:
        addresses = tuple(resolver(host, port))
    except (OSError, UnicodeError) as error:
        raise Unresolved(str(error)) from error
    if not addresses:
        raise Unresolved(host)
    if host not in private_hosts and not all(is_public(address) for address in addresses):
        raise Blocked("address_not_public")
    return Destination(scheme, host, port, target, addresses)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Blocked("url_form") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Blocked("url_form")
    if parts.username is not None or parts.password is not None:
        raise Blocked("url_form")
    if not url.isascii() or any(character.isspace() or ord(character) < 32 for character in url):
        raise Blocked("url_form")
    port = port if port is not None else 443 if parts.scheme == "https" else 80
    if port in REFUSED_PORTS or (port < LOWEST_FREE_PORT and port not in WEB_PORTS):
        raise Blocked("port_not_allowed")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname.lower().rstrip("."), port, target
