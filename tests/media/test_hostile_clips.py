"""Every file that is no clip we take is refused, quickly, with its reason in both languages."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
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


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, list[str]]]:
    """A port of this machine and who has knocked at it, while no fence keeps the tools from it."""
    monkeypatch.setattr(process, "_no_network", tuple)
    callers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    caller, address = server.accept()
                    callers.append(str(address))
                    caller.close()

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], callers
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("name", hostile.PLAYLISTS)
def test_nothing_is_followed_even_with_the_network_in_reach(
    clip: Clip, tmp_path: Path, ear: tuple[int, list[str]], name: str
) -> None:
    """Neither to a film of this machine nor to the network: the lists hold without the fence."""
    port, callers = ear
    source = tmp_path / "clip.mp4"
    source.write_text(hostile.PLAYLISTS[name].format(target=clip("plain.mp4"), port=port))
    with pytest.raises(Refused) as failure:
        probe(source, max_seconds=60)
    assert failure.value.code == "not_a_video"
    assert callers == []


@pytest.mark.parametrize(
    "place",
    [
        "{folder}/plain.mp4",
        "http://127.0.0.1:{port}/a.mp4",
        "concat:{folder}/plain.mp4|",
        "data:,x",
    ],
)
def test_no_index_leads_to_another_file(
    clip: Clip, tmp_path: Path, ear: tuple[int, list[str]], place: str
) -> None:
    """An old way to say that the film lies elsewhere is not followed: what is here is broken."""
    port, callers = ear
    source, whole = tmp_path / "clip.mov", clip("plain.mp4")
    change = surgery.refer_to(place.format(folder=whole.parent, port=port))
    source.write_bytes(surgery.operate(whole.read_bytes(), change))
    with pytest.raises(Refused) as failure:
        probe(source, max_seconds=60)
    assert failure.value.code == "damaged"
    assert callers == []


def test_the_ear_hears(ear: tuple[int, list[str]]) -> None:
    """Else the silence above would prove nothing."""
    port, callers = ear
    leash = process.Leash(wall_s=20)
    url = f"http://127.0.0.1:{port}/a.mp4"
    process.supervise(lambda _: ("ffprobe", "-v", "error", url), step="t", leash=leash)
    assert callers != []
