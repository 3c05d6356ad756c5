"""The caption files that go out: digested, played, downloaded and sent, made in one place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from media.captions import published, to_srt, to_vtt
from media.results import Line
from review.models import CaptionVersion


def lines_of_version(version: CaptionVersion) -> tuple[Line, ...]:
    """All lines of a stored version, marks included: the editor's view."""
    return tuple(Line.from_json(line) for line in version.lines)


def going_out(lines: Sequence[Line]) -> bytes:
    """The WebVTT bytes of the lines that go out; their SHA-256 is what a sign-off covers."""
    return to_vtt(published(lines)).encode()


def going_out_srt(lines: Sequence[Line]) -> bytes:
    """The same lines as SubRip, for channels that take nothing else."""
    return to_srt(published(lines)).encode()


def published_hash(version: CaptionVersion) -> str:
    """SHA-256 of what goes out of a stored version, computed from its lines.

    The column of the version is not asked: in installations of the first release it is the hash
    of every line, doubted ones included.
    """
    return hashlib.sha256(going_out(lines_of_version(version))).hexdigest()


def signed_lines(version: CaptionVersion, sha256: str) -> tuple[Line, ...] | None:
    """The lines that a sign-off over `sha256` covers: those that go out, or all of them where it
    was given under the first release; None when the version is not what was signed."""
    lines = lines_of_version(version)
    for some in (published(lines), lines):
        if hashlib.sha256(to_vtt(some).encode()).hexdigest() == sha256:
            return some
    return None
