"""Captions drawn into the picture: the published file once more, with its words on the screen.

What people wrote goes into a file of its own with a name of ours; the graph that ffmpeg is given
holds only paths. In that file a caption is text and nothing else: no tag in it is obeyed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from media import face, ffmpeg, limits, transcode
from media.captions import clean_text, screen_rows, split_for_screen
from media.errors import ToolFailed
from media.profiles import BURNT, Burnt
from media.results import Line, Probe

STEP = "captioned"
SCRIPT = "captions.ass"

_HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, \
Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Words,{family},{size},&H00FFFFFF,&H00FFFFFF,&H00000000,&H60000000,\
0,0,0,0,100,100,0,0,1,{outline},{shadow},2,{side},{side},{below},1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""

# A backslash in a caption would begin a command. What follows it here is a sign without width that
# stands between the two and is not drawn (WORD JOINER).
_PLAIN = str.maketrans({"\\": "\\\u2060", "{": "\\{", "}": "\\}"})


def make_captioned(
    publication: Path,
    probe: Probe,
    lines: Sequence[Line],
    out: Path,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Make a copy of ``publication``, whose own facts are ``probe``, with ``lines`` in the picture.

    The sound is copied. ``out`` lies in a private folder of the caller's, in which the script is
    left too. Raises ``ToolFailed`` as ``transcode.make_publication`` does, with ``face_lacks``
    (signs) where the face cannot draw what is to be written, and with ``burning_missing`` where
    this build of ffmpeg cannot draw at all.
    """
    if not ffmpeg.has_filter("ass"):
        raise ToolFailed("burning_missing", step=STEP)
    if signs := face.lacking("".join(clean_text(line.text) for line in lines)):
        shown = signs[: limits.FACE_LACKS_SHOWN]
        raise ToolFailed("face_lacks", step=STEP, signs=" ".join(shown))
    script = out.parent / SCRIPT
    script.write_text(script_of(lines, probe.width, probe.height), encoding="utf-8")
    drawn = ("ass", {"filename": str(script), "fontsdir": str(face.FOLDER)})
    transcode.make_drawn(publication, probe, out, drawn, on_progress)


def script_of(lines: Sequence[Line], width: int, height: int, look: Burnt = BURNT) -> str:
    """The lines as an ASS script for a picture of ``width`` × ``height`` pixels, sizes in pixels.

    At most two rows of a screen at once, as in the caption files. An upright picture is too narrow
    for those rows: there the renderer breaks them where they fit.
    """
    size = max(min(width, height) * look.size_permille // 1000, look.least_size)
    upright = height >= width
    head = _HEAD.format(
        width=width,
        height=height,
        family=face.FAMILY,
        size=size,
        outline=max(size // look.outline_part, 1),
        shadow=max(size // look.shadow_part, 1),
        side=width * look.side_permille // 1000,
        below=height * (look.upright_below_permille if upright else look.below_permille) // 1000,
    )
    parts = (part for line in lines for part in _parts(line))
    return head + "".join(_event(part, upright) for part in parts)


def _parts(line: Line) -> tuple[Line, ...]:
    """A line that fits keeps the rows that its author gave it."""
    fits = screen_rows(line.text) <= limits.SCREEN_LINES
    return (line,) if fits else split_for_screen((line,))


def _event(line: Line, upright: bool) -> str:
    rows = clean_text(line.text).translate(_PLAIN).split("\n")
    text = (" " if upright else "\\N").join(rows)
    return f"Dialogue: 0,{_time(line.start_ms)},{_time(line.end_ms)},Words,,0,0,0,,{text}\n"


def _time(ms: int) -> str:
    """ASS counts hundredths."""
    hundredths = (ms + 5) // 10
    seconds, rest = divmod(hundredths, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:02d}"
