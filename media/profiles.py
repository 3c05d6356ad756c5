"""What may come in, and what goes out: allow-lists and renditions as plain data."""

from __future__ import annotations

from dataclasses import dataclass

# ── what may come in ──────────────────────────────────────────────────────────────────────────────
# ffmpeg follows playlists to other files and to the network, and carries some five hundred
# decoders, many of them untested against hostile input. Only what cameras, phones, editing
# programs and television stations really produce is let through.

PROTOCOLS = ("file",)

DEMUXERS = (
    "mov",
    "matroska",
    "webm",
    "mpegts",
    "avi",
    "mp3",
    "wav",
    "aac",
    "flac",
    "ogg",
)

# Films of kinds that we do not take, by how they begin: (offset, bytes, name). Their demuxers stay
# shut; their senders are told to export again rather than that they sent no film.
#
# MXF is the one that was weighed: provincial stations keep XDCAM in it. But its index tables have
# been attacked as often as any, its sound comes as eight mono tracks of which no header says which
# is the programme, and every station also exports MP4 or hands over MPEG-TS, which we do take.
FOREIGN_CONTAINERS = (
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01", "MXF"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMV"),
    (0, b"FLV\x01", "FLV"),
    (0, b"\x00\x00\x01\xba", "MPG/VOB"),
    (0, b".RMF", "RealMedia"),
    (0, b"GIF8", "GIF"),
)

# Names of decoders, as ffmpeg's own option wants them. Pictures and text are here only because a
# clip may carry a cover or a text track, without which its headers could not be read.
DECODERS = (
    "h264",
    "hevc",
    "vp8",
    "vp9",
    "av1",
    "libdav1d",
    "mpeg4",
    "mpeg2video",
    "mjpeg",
    "png",
    "prores",
    "mov_text",
    "aac",
    "alac",
    "mp2",
    "mp2float",
    "mp3",
    "mp3float",
    "opus",
    "libopus",
    "vorbis",
    "flac",
    "pcm_s16le",
    "pcm_s16be",
    "pcm_s24le",
    "amrnb",
    "ac3",
    "eac3",
)

# Names of codecs, as ffprobe reports them for the two tracks that we use.
VIDEO_CODECS = frozenset(
    {"h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "mjpeg", "prores"}
)
AUDIO_CODECS = frozenset(
    {
        "aac",
        "alac",
        "mp2",
        "mp3",
        "opus",
        "vorbis",
        "flac",
        "pcm_s16le",
        "pcm_s16be",
        "pcm_s24le",
        "amr_nb",
        "ac3",
        "eac3",
    }
)

# Transfer curves that look grey and washed out unless they are mapped to an ordinary screen.
HDR_TRANSFERS = frozenset({"smpte2084", "arib-std-b67"})

# ── what goes out ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Loud:
    """How loud a product is by EBU R128: LUFS × 100, dBTP × 100. ``mono``: one channel for two
    loudspeakers."""

    integrated: int
    true_peak: int
    sample_rate: int
    mono: bool = False


# Networks turn down what is louder and leave what is quieter.
NETWORKS = Loud(integrated=-1400, true_peak=-100, sample_rate=48_000)

# Loudspeakers in the open need headroom against distortion.
LOUDSPEAKERS = Loud(integrated=-1600, true_peak=-100, sample_rate=44_100, mono=True)


@dataclass(frozen=True, slots=True)
class Rendition:
    """An MP4 to make: H.264 High, 8 bit 4:2:0, constant frame rate, AAC-LC stereo, index first.

    ``short_side`` is the most pixels of the shorter side; a smaller source stays as it is.
    ``max_bit_rate`` holds at that size and shrinks with the picture's area, down to
    ``least_max_bit_rate``: small pictures need relatively more bits. ``loud`` is how loud it is to
    be; ``None`` leaves the sound as it came.
    """

    name: str
    short_side: int
    crf: int
    max_bit_rate: int
    least_max_bit_rate: int
    loud: Loud | None
    # ffmpeg's quick search: half the time of its slow one, and no worse from 64 kbit/s a channel
    # on (ffmpeg-codecs, "aac_coder"), which the bit rate keeps clear of.
    audio_coder: str = "fast"
    max_fps: int = 30
    gop_seconds: int = 2
    audio_bit_rate: int = 160_000
    audio_sample_rate: int = 48_000


# The file that is reviewed, signed and sent. Networks encode it again, and what comes lean into
# that comes out blurred: hence the high rate.
PUBLICATION = Rendition(
    name="publication",
    short_side=1080,
    crf=20,
    max_bit_rate=12_000_000,
    least_max_bit_rate=2_000_000,
    loud=NETWORKS,
)

# For a phone on a poor line: five minutes are 60 MB at the most. Made from exactly the publication
# file, whose sound it keeps.
LIGHT = Rendition(
    name="light",
    short_side=720,
    crf=26,
    max_bit_rate=1_500_000,
    least_max_bit_rate=400_000,
    loud=None,
)

# One channel of speech and music for loudspeakers along a village road; 96 kbit/s has no audible
# loss in mono.
LOUDSPEAKER_BIT_RATE = 96_000

# H.264 profiles which every browser and phone plays; the picture is copied when the upload has one.
COPY_PROFILES = frozenset({"Constrained Baseline", "Main", "High"})

# Level 4.2 is the highest that phones of the last ten years are sure to decode.
COPY_MAX_LEVEL = 42

# Seeking lands on key frames; phones set one every second, editing programs every two to five.
COPY_MAX_KEY_GAP_MS = 5_000

# Where clips of uneven frame rate go: the nearest rate of the trade that is not lower.
STANDARD_RATES = ((24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1))

# From this many cores on there is time for a better search; below, people wait for the queue.
FAST_PRESET_CORES = 5


@dataclass(frozen=True, slots=True)
class Still:
    """A JPEG to cut from a clip. ``quality`` is ffmpeg's scale: 2 is best, 31 worst."""

    name: str
    long_side: int
    quality: int


# Wide enough for a phone held upright at double density, light enough for a list of twenty.
POSTER = Still(name="poster", long_side=1280, quality=3)

# The first frames are often black or a hand at the lens; a third in, the story is on screen.
POSTER_AT_PERCENT = 33


@dataclass(frozen=True, slots=True)
class Burnt:
    """How captions look in the picture, in thousandths: the height of a row of the shorter side,
    the margins of the picture's width and height. Outline and shadow are parts of the row."""

    size_permille: int
    least_size: int
    outline_part: int
    shadow_part: int
    side_permille: int
    below_permille: int
    upright_below_permille: int


# Two rows are a seventh of a wide picture's height, as television has them. Below an upright one
# the platforms lay their own buttons and texts over the lowest sixth.
BURNT = Burnt(
    size_permille=66,
    least_size=12,
    outline_part=22,
    shadow_part=40,
    side_permille=60,
    below_permille=60,
    upright_below_permille=170,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Small pictures of a clip in one JPEG: ``columns`` side by side, ``tile`` pixels long each.

    ``time_size`` is the height in pixels of the time written into each, 0 for none.
    """

    name: str
    tiles: int
    columns: int
    tile: int
    quality: int
    time_size: int = 0


# What a reader of paper needs to know the clip again: ten pictures, evenly spread, each with its
# time.
CONTACT = Sheet(name="contact", tiles=10, columns=5, tile=320, quality=4, time_size=22)

# What shows under the pointer while somebody looks for a place: one picture a second in a short
# clip, a hundred in a long one, some 200 KB in all.
SPRITE = Sheet(name="sprite", tiles=100, columns=10, tile=160, quality=6)

# The sound as a picture under the player, in pixels: two for each on a desk's player.
WAVEFORM_SIZE = (1000, 56)
