"""What a clip becomes as a rendition, and whether that is what it already is. Pure arithmetic."""

from __future__ import annotations

from fractions import Fraction

from media import loudness
from media.profiles import (
    COPY_MAX_KEY_GAP_MS,
    COPY_MAX_LEVEL,
    COPY_PROFILES,
    HDR_TRANSFERS,
    STANDARD_RATES,
    Rendition,
)
from media.results import Probe


def can_copy_picture(probe: Probe, want: Rendition) -> bool:
    """Whether the pictures are already what ``want`` asks for, decided by facts alone."""
    return (
        probe.container == "mp4"
        and probe.video_codec == "h264"
        and probe.video_profile in COPY_PROFILES
        and 0 < probe.video_level <= COPY_MAX_LEVEL
        and probe.pixel_format == "yuv420p"
        and probe.transfer not in HDR_TRANSFERS
        and (probe.rotation, probe.sample_aspect) == (0, "1:1")
        and not (probe.interlaced or probe.variable_rate or probe.hidden_frames)
        and probe.fps_num <= want.max_fps * probe.fps_den
        and probe.start_ms == 0
        and probe.key_gap_ms <= COPY_MAX_KEY_GAP_MS
        and target_size(probe, want) == (probe.width, probe.height)
        and probe.bit_rate <= peak_bit_rate(probe, want)
    )


def can_copy_sound(probe: Probe, want: Rendition) -> bool:
    """Whether the sound is already AAC-LC, stereo, at the right sample rate and loudness."""
    facts = (probe.audio_codec, probe.audio_profile, probe.audio_channels, probe.audio_rate)
    as_coded = facts == ("aac", "LC", 2, want.audio_sample_rate)
    return as_coded and (want.loud is None or loudness.is_right(probe.loudness, want.loud))


def target_size(probe: Probe, want: Rendition) -> tuple[int, int]:
    """Width and height of the product: never larger than the source, even, same shape."""
    shrink = min(Fraction(1), Fraction(want.short_side, min(probe.width, probe.height)))
    width, height = (max(int(side * shrink) // 2 * 2, 2) for side in (probe.width, probe.height))
    return width, height


def target_rate(probe: Probe, want: Rendition) -> Fraction:
    """Frames per second of the product: the source's own, halved while too fast; uneven ones go
    to the next rate of the trade."""
    rate = Fraction(probe.fps_num, probe.fps_den)
    if probe.variable_rate:
        usual = [Fraction(*pair) for pair in STANDARD_RATES]
        return next((one for one in usual if one >= rate), usual[-1])
    while rate > want.max_fps:
        rate /= 2
    return rate


def frame_at(at_ms: int, rate: Fraction) -> int:
    """The number of the frame on the screen ``at_ms`` into a film of ``rate`` frames a second.

    A player names the time of a frame that it shows to the nearest millisecond, which may be a
    little before that frame: so half a millisecond is given.
    """
    return (2 * at_ms + 1) * rate.numerator // (2000 * rate.denominator)


def middle_of_frame(number: int, rate: Fraction) -> int:
    """Milliseconds from the start to the middle of a frame: no rounding leads out of it."""
    return (2 * number + 1) * 1000 * rate.denominator // (2 * rate.numerator)


def peak_bit_rate(probe: Probe, want: Rendition) -> int:
    """The highest bit rate allowed for the product's picture size, in bits per second."""
    short = min(target_size(probe, want))
    return max(want.max_bit_rate * short**2 // want.short_side**2, want.least_max_bit_rate)
