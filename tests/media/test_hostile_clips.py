"""Every file that is no clip we take is refused, quickly, with its reason in both languages."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from media import process
from media.errors import Refused
from media.probe import probe
from review.words import LOCALES, TABLES
from tests.media import hostile, surgery
from tests.media.clips import Clip
from tests.media.hostile import Hostile

# Far below the tools' own clocks: a refusal must not hold up the queue.
QUICK_S = 15


@pytest.mark.parametrize("row", hostile.TABLE, ids=lambda row: row.name)
def test_a_hostile_file_is_refused(clip: Clip, row: Hostile) -> None:
    """The code is right, there are words for it, and it did not take long."""
    source, begun = clip(row.name), time.monotonic()
    with pytest.raises(Refused) as failure:
        probe(source, max_seconds=row.max_seconds)
    assert failure.value.code == row.code, failure.value
    assert time.monotonic() - begun < QUICK_S
    for locale in LOCALES:
        words = TABLES[locale][row.code].format_map(failure.value.params)
        assert "{" not in words
        assert str(source.parent) not in words
