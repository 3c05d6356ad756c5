"""What follows the video: a light copy, sound for loudspeakers, sheets of pictures, a waveform.

Made from exactly the file that is reviewed and signed, after it, so that nobody waits for them to
begin reading the clip.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from media import limits, probe, products, transcode
from media.profiles import CONTACT, SPRITE
from media.results import Probe, StoredFile
from review.errors import LeaseLost
from review.operations import processing
from review.operations.work import Lease
from workers.context import Context
from workers.jobs import record
from workers.pulse import Pulse

Maker = Callable[[Path, Probe, Path], None]

# Sheets are cut from the light copy: the same pictures, decoded in half the time.
OF_PUBLICATION: dict[str, Maker] = {"light": transcode.make_light}
OF_LIGHT: dict[str, Maker] = {
    "contact": lambda video, facts, out: products.make_sheet(video, facts, out, CONTACT),
    "sprite": lambda video, facts, out: products.make_sheet(video, facts, out, SPRITE),
}
OF_SOUND: dict[str, Maker] = {
    "loudspeaker": products.make_loudspeaker,
    "waveform": products.make_waveform,
}


def run(context: Context, lease: Lease, pulse: Pulse) -> None:
    """Makes all of them and records them together; leaves no file behind that is not recorded.

    Raises MediaError, and the faults of `review.operations.processing`.
    """
    source = processing.publication_source(context.database, lease.subject_id)
    files = _make(context, source, pulse)
    try:
        unused = record(lambda: processing.record_renditions(context.database, lease, files), pulse)
    except LeaseLost:
        unused = frozenset(file.key for file in files.values())
        raise
    finally:
        for key in unused:
            context.storage.delete(key)


def _make(context: Context, source: processing.MadeFile, pulse: Pulse) -> dict[str, StoredFile]:
    publication = context.storage.path(source.file_key)
    facts = probe.probe(publication, max_seconds=source.max_seconds, listen=False)
    needed = limits.output_bytes(facts.duration_ms)
    with context.storage.workspace("extras", needed_bytes=needed) as folder:
        made = _each(OF_PUBLICATION, publication, facts, folder, pulse)
        light = made["light"]
        light_facts = probe.probe(light, max_seconds=source.max_seconds, listen=False)
        made |= _each(OF_LIGHT, light, light_facts, folder, pulse)
        if facts.has_audio:
            made |= _each(OF_SOUND, publication, facts, folder, pulse)
        return {kind: context.storage.adopt(path) for kind, path in made.items()}


def _each(
    makers: dict[str, Maker], video: Path, facts: Probe, folder: Path, pulse: Pulse
) -> dict[str, Path]:
    made = {}
    for kind, make in makers.items():
        made[kind] = folder / kind
        make(video, facts, made[kind])
        pulse.moved()
    return made
