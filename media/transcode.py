"""Makes the file that is reviewed, signed and sent, and the light copy of it for poor lines.

Where the upload already has pictures as we would make them, they are copied bit by bit and only
the wrapping is new; people do not wait for what need not be done.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from media import ffmpeg, limits, loudness
from media.errors import Refused, ToolFailed
from media.fitting import (
    can_copy_picture,
    can_copy_sound,
    peak_bit_rate,
    target_rate,
    target_size,
)
from media.probe import probe as probe_file
from media.profiles import FAST_PRESET_CORES, HDR_TRANSFERS, LIGHT, PUBLICATION, Rendition
from media.results import Probe

STEP = "transcode"

# A filter by its name and arguments.
Drawn = tuple[str, dict[str, str]]

# Wide colour and bright light folded into what an ordinary screen shows; the source is named in
# full, since phones leave out parts of the labels.
_TONEMAP: tuple[tuple[str, dict[str, object]], ...] = (
    ("zscale", {"t": "linear", "npl": 100, "pin": "bt2020", "min": "bt2020nc"}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}),
    ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)

_TURNS = {90: ("clock",), 180: ("clock", "clock"), 270: ("cclock",)}

# How far the product's length may be from the source's: a frame and an audio packet at each end,
# rounded up generously; an output cut off by a cap is further away.
_LENGTH_SLACK_MS = 1_000


def make_publication(
    source: Path,
    probe: Probe,
    out: Path,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Make the publication MP4 of ``source`` at ``out``, in a private folder of the caller's.

    ``on_progress`` gets the milliseconds done; what it raises stops the work. The product carries
    no metadata, no cover, no chapters and no track but picture and sound. Raises ``ToolFailed``;
    then nothing is left at ``out``.
    """
    _make_checked(source, probe, out, PUBLICATION, on_progress)


def make_light(publication: Path, probe: Probe, out: Path) -> None:
    """Make the light copy of ``publication``, whose own facts are ``probe``, at ``out``.

    Raises as ``make_publication`` does.
    """
    _make_checked(publication, probe, out, LIGHT, None)


def make_drawn(
    publication: Path,
    probe: Probe,
    out: Path,
    drawn: Drawn,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Make ``publication``, whose own facts are ``probe``, once more with something drawn over its
    picture by the filter ``drawn``; the sound is copied.

    Raises as ``make_publication`` does.
    """
    _make(publication, probe, out, PUBLICATION, False, on_progress, drawn)
    try:
        _check_product(out, probe, PUBLICATION)
    except ToolFailed:
        out.unlink(missing_ok=True)
        raise


def _make_checked(
    source: Path,
    probe: Probe,
    out: Path,
    want: Rendition,
    on_progress: Callable[[int], None] | None,
) -> None:
    copied = can_copy_picture(probe, want)
    _make(source, probe, out, want, copied, on_progress)
    try:
        _check_product(out, probe, want)
    except ToolFailed:
        out.unlink(missing_ok=True)
        if not copied:
            raise
        # A picture that does not survive rewrapping is made anew: slower, and always right.
        _make(source, probe, out, want, False, on_progress)
        _check_product(out, probe, want)


def _make(
    source: Path,
    probe: Probe,
    out: Path,
    want: Rendition,
    copied: bool,
    on_progress: Callable[[int], None] | None,
    drawn: Drawn | None = None,
) -> None:
    limit_ms = probe.duration_ms + _LENGTH_SLACK_MS
    node = ffmpeg.open_input(source, limit_ms=limit_ms)
    picture = node[str(probe.video_index)]
    options: dict[str, object] = dict(_WRAPPING)
    if copied:
        options |= _COPY
    else:
        picture = _picture(picture, probe, want)
        if drawn is not None:
            picture = picture.filter(drawn[0], **drawn[1])
        options |= _encoding(probe, want)
    streams = [picture]
    if probe.audio_index is not None:
        sound, sound_options = _sound(node[str(probe.audio_index)], probe, want)
        streams.append(sound)
        options |= sound_options
    ffmpeg.run(
        ffmpeg.write_output(*streams, out=out, duration_ms=limit_ms, **options),
        step=STEP,
        wall_s=limits.transcode_wall_s(probe.duration_ms),
        out=out,
        file_bytes=limits.output_bytes(limit_ms) + limits.MIB,
        on_progress=on_progress,
    )


# No place, no name, no software: whoever films may be in danger for it. ``bitexact`` keeps the
# encoder's version out, so that the same source gives the same bytes.
_WRAPPING: dict[str, object] = {
    "f": "mp4",
    "movflags": "+faststart",
    "map_metadata": -1,
    "map_chapters": -1,
    "fflags": "+bitexact",
}

# Notes between the pictures (type 6) may carry anything a camera knows; the pictures stay.
_COPY: dict[str, object] = {"c:v": "copy", "bsf:v": "filter_units=remove_types=6"}


def _encoding(probe: Probe, want: Rendition) -> dict[str, object]:
    rate, peak = target_rate(probe, want), peak_bit_rate(probe, want)
    few_cores = (os.cpu_count() or 1) < FAST_PRESET_CORES
    hdr = probe.transfer in HDR_TRANSFERS
    tags = ("color_primaries", "color_trc", "colorspace")
    return {
        "c:v": "libx264",
        "preset": "veryfast" if few_cores else "fast",
        "profile:v": "high",
        "crf": want.crf,
        "maxrate": peak,
        "bufsize": 2 * peak,
        "g": max(round(rate * want.gop_seconds), 1),
        "flags:v": "+cgop+bitexact",
        **(dict.fromkeys(tags, "bt709") if hdr else {}),
    }


def _picture(picture: Any, probe: Probe, want: Rendition) -> Any:
    """The chain from whatever came to even, upright, square, ordinary frames."""
    width, height = target_size(probe, want)
    rate = target_rate(probe, want)
    if probe.rotation_by_tag:
        for turn in _TURNS[probe.rotation]:
            picture = picture.filter("transpose", turn)
    if probe.interlaced:
        picture = picture.filter("bwdif", mode="send_frame", deint="interlaced")
    # A late first picture is held from the start, so that sound and picture stay together.
    picture = picture.filter("fps", f"{rate.numerator}/{rate.denominator}", start_time=0)
    if probe.transfer in HDR_TRANSFERS:
        if not ffmpeg.has_filter("zscale"):
            raise ToolFailed("tonemap_missing", step=STEP)
        picture = picture.filter("scale", width, height)
        for name, arguments in _TONEMAP:
            picture = picture.filter(name, **arguments)
    else:
        picture = picture.filter("scale", width, height, out_range="tv")
    return picture.filter("format", "yuv420p").filter("setsar", "1")


def _sound(sound: Any, probe: Probe, want: Rendition) -> tuple[Any, dict[str, object]]:
    if can_copy_sound(probe, want):
        return sound, {"c:a": "copy"}
    if probe.audio_channels == 1:
        # ffmpeg's own way from one channel to two makes it quieter by 3 dB. "<" scales to a gain
        # of one, and is the sign that ffmpeg-python does not escape.
        sound = sound.filter("pan", "stereo|c0<c0|c1<c0")
    # Holes that a phone leaves in its sound are filled, or speech would run ahead of the lips.
    # ``async`` is a Python word, hence the long way round.
    steady: dict[str, object] = {"async": 1, "first_pts": 0}
    sound = sound.filter("aresample", want.audio_sample_rate, **steady)
    heard = probe.loudness
    if heard is not None and want.loud is not None and not loudness.is_right(heard, want.loud):
        # Folded as it was measured, before it is judged.
        sound = sound.filter("aformat", channel_layouts="stereo")
        sound = loudness.correct(sound, heard, want.loud)
    options: dict[str, object] = {
        "c:a": "aac",
        "aac_coder": want.audio_coder,
        "b:a": want.audio_bit_rate,
        "ar": want.audio_sample_rate,
        "ac": 2,
        "flags:a": "+bitexact",
    }
    return sound, options


def _check_product(out: Path, source: Probe, want: Rendition) -> None:
    """Look at what was made as sceptically as at what came. Raises ``ToolFailed``."""
    try:
        made = probe_file(out, max_seconds=source.duration_ms // 1000 + 5, listen=False)
    except Refused as refused:
        raise ToolFailed(
            "output_wrong", step=STEP, fact="readable", expected=True, actual=refused.code
        ) from refused
    wanted: dict[str, tuple[object, object]] = {
        "size": (target_size(source, want), (made.width, made.height)),
        "pixel_format": ("yuv420p", made.pixel_format),
        "video_codec": ("h264", made.video_codec),
        "audio_codec": ("aac" if source.has_audio else None, made.audio_codec),
        "rotation": (0, made.rotation),
    }
    for fact, (expected, actual) in wanted.items():
        if expected != actual:
            raise ToolFailed("output_wrong", step=STEP, fact=fact, expected=expected, actual=actual)
    if abs(made.duration_ms - source.duration_ms) > _LENGTH_SLACK_MS:
        raise ToolFailed(
            "output_wrong",
            step=STEP,
            fact="duration_ms",
            expected=source.duration_ms,
            actual=made.duration_ms,
        )
