"""Whether an address can be that of a post on a channel: a slip of the pen is caught, no more.

Platforms have several names for the same place and short links besides, so this is lenient on
purpose: it asks for the same site, or the same family of names.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from review.errors import Invalid

URL_LIMIT = 1000
FAMILIES = (
    frozenset({"facebook.com", "fb.com", "fb.watch", "fb.me", "m.me", "messenger.com"}),
    frozenset({"youtube.com", "youtu.be", "youtube-nocookie.com"}),
    frozenset({"tiktok.com", "douyin.com"}),
    frozenset({"zalo.me", "zalo.vn", "zaloapp.com"}),
    frozenset({"instagram.com", "instagr.am"}),
)
# Endings under which every name belongs to somebody else, as they occur in Vietnam.
SHARED_ENDINGS = frozenset(
    f"{kind}.vn" for kind in ("gov", "com", "edu", "net", "org", "info", "name", "health", "int")
)


def check_post_url(url: str, channel_url: str) -> str:
    """The cleaned address of a post on a channel whose own address is `channel_url`.

    A channel without an address (loudspeakers, a closed group) takes any, or none. Raises
    Invalid('post_url_missing'), Invalid('post_url_form'), Invalid('post_url_elsewhere').
    """
    url = url.strip()
    home = urlsplit(channel_url).hostname or ""
    if not url:
        if home:
            raise Invalid("post_url_missing", field="url")
        return ""
    host = _host_of(url)
    if home and not _same_place(host, home):
        raise Invalid("post_url_elsewhere", field="url", host=host, expected=home)
    return url


def _host_of(url: str) -> str:
    if len(url) > URL_LIMIT or any(character.isspace() or ord(character) < 32 for character in url):
        raise Invalid("post_url_form", field="url")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Invalid("post_url_form", field="url") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Invalid("post_url_form", field="url")
    return host


def _same_place(host: str, home: str) -> bool:
    ours, theirs = _site(home), _site(host)
    return ours == theirs or any(ours in family and theirs in family for family in FAMILIES)


def _site(host: str) -> str:
    labels = host.lower().rstrip(".").split(".")
    keep = 3 if ".".join(labels[-2:]) in SHARED_ENDINGS else 2
    return ".".join(labels[-keep:])
