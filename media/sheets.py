"""Where which picture stands on a sheet of a clip. Pure arithmetic."""

from __future__ import annotations

from media.profiles import Sheet


def tiles_of(duration_ms: int, sheet: Sheet) -> int:
    """How many pictures a sheet of a clip holds: one a second at the most, for a long sheet."""
    if sheet.tiles <= sheet.columns * 2:
        return sheet.tiles
    return max(min(sheet.tiles, duration_ms // 1000), 1)


def tile_size(width: int, height: int, sheet: Sheet) -> tuple[int, int]:
    """The pixels of one picture on a sheet of a clip of ``width`` × ``height``."""
    if width >= height:
        return sheet.tile, _even(sheet.tile * height, width)
    return _even(sheet.tile * width, height), sheet.tile


def _even(product: int, divisor: int) -> int:
    """As ffmpeg's ``scale=…:-2`` rounds: to the nearest even number."""
    return max((product + divisor) // (2 * divisor) * 2, 2)


def sprite_vtt(duration_ms: int, width: int, height: int, address: str, sheet: Sheet) -> str:
    """WebVTT in which each cue names its picture's place on the sprite: ``address#xywh=…``
    (W3C Media Fragments)."""
    count = tiles_of(duration_ms, sheet)
    across, down = tile_size(width, height, sheet)
    step = max(duration_ms // count, 1)
    cues = []
    for number in range(count):
        end = duration_ms if number == count - 1 else (number + 1) * step
        x, y = number % sheet.columns * across, number // sheet.columns * down
        cues.append(
            f"{_clock(number * step)} --> {_clock(end)}\n{address}#xywh={x},{y},{across},{down}\n"
        )
    return "\n".join(["WEBVTT\n", *cues])


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
