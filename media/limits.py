"""Every number that bounds a file or a tool, with the reason for it."""

from __future__ import annotations

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

# ── receiving and storing ─────────────────────────────────────────────────────────────────────────

# Small enough that fifty uploads at once hold under 13 MiB, large enough that a 2 GiB file takes
# only some eight thousand reads.
CHUNK_BYTES = 256 * KIB

# What an upload may weigh unless the settings say otherwise: five minutes of 4K from a phone at
# 55 Mbit/s is just under 2 GiB.
DEFAULT_MAX_UPLOAD_BYTES = 2 * GIB

# The database, the ledger and the log must still be able to write when uploads fill the disk.
MIN_FREE_BYTES = 1 * GIB

# Free space is looked at again after this much was written: rare enough to cost nothing, often
# enough that several uploads at once cannot eat the reserve between two looks.
FREE_CHECK_EVERY_BYTES = 16 * MIB

# Half-written files and work folders whose process is gone are litter after this long. The longest
# job allowed (see ``transcode_wall_s``) ends well before.
STALE_AFTER_S = 12 * 3600

# ── uploads that go on where they stopped ─────────────────────────────────────────────────────────

# What one read asks of the connection. A read returns when it has all of it, so this is also what
# a reset connection loses at most, and on 16 kB/s a piece comes every four seconds.
PIECE_BYTES = 64 * KIB

# Whoever asks for an upload that another request still holds is answered within three seconds:
# the holder looks every tenth of a second, and a second is left for the answer itself.
HOLD_WAIT_S = 2.0
HOLD_POLL_S = 0.05

# Another request for the same upload waits this long for a sign of life of the first; a phone on
# the edge of a cell sends something within a second.
SILENT_S = 1.0

# A connection that brought nothing for this long is dead, whatever TCP believes. Routers forget a
# silent connection after one to five minutes.
IDLE_S = 90.0

# ── what we accept ────────────────────────────────────────────────────────────────────────────────

# A news clip for phones and loudspeakers; the settings may say otherwise.
DEFAULT_MAX_CLIP_SECONDS = 300

# 4096 × 2160 and a little: the largest picture a phone films, checked again by ffmpeg itself so
# that a frame that lies in its header cannot make a decoder take gigabytes.
MAX_PIXELS = 9_000_000

# Below this nothing can be recognised, and chroma subsampling leaves too little to encode.
MIN_SIDE_PIXELS = 16

# Phones write up to five tracks, editing programs one for each microphone; more is a fault or a
# trap.
MAX_TRACKS = 32

# Phones film up to 960 frames a second for slow motion.
MAX_FPS = 1_000

# A container may round its duration up to the next frame or audio packet; a clip cut to exactly
# five minutes must not be refused for that.
DURATION_GRACE_MS = 500

# Where the pictures end earlier than the container promises by more than this and by more than
# the share below, the file was cut off on its way.
TRUNCATED_MS = 1_500
TRUNCATED_SHARE_PERCENT = 10

# How far before the wanted moment a cover is looked for: a little more than pictures may end early.
COVER_WINDOW_MS = 2_000

# ── running ffmpeg and ffprobe ────────────────────────────────────────────────────────────────────

# Reading headers and the packet table of a 2 GiB file takes seconds from a spinning disk.
PROBE_WALL_S = 60

# ffprobe's answer for five minutes at 120 frames a second is under 3 MiB; a hostile file with
# thousands of streams must not fill our memory.
PROBE_MAX_OUTPUT_BYTES = 8 * MIB

# 4K HDR, the heaviest that comes, was measured at 3.4 seconds a second on two cores; a slow
# machine with other work may need several times that, a hung one needs for ever.
TRANSCODE_WALL_FACTOR = 30
TRANSCODE_WALL_BASE_S = 120

# Decoding sound, cutting out one picture: fast everywhere, so the leash is short.
LIGHT_WALL_FACTOR = 2
LIGHT_WALL_BASE_S = 60

# Encoders look tens of frames ahead before the first output; on slow machines that is a minute of
# 4K. A process silent for longer is stuck.
NO_PROGRESS_S = 120

# ffmpeg on 4K needs about 1.5 GiB of address space with two arenas; four times that is an attack.
TOOL_MEMORY_BYTES = 6 * GIB

# Reading headers decodes a frame or two at most: a third of that is plenty, and an index that lies
# about its length meets its end sooner.
PROBE_MEMORY_BYTES = 2 * GIB

# How often ffmpeg says how far it is, in seconds as its option wants them: what the page shows may
# be two seconds old at most, and is passed on twice.
REPORT_EVERY_S = "0.25"

# A file of headers only has no business growing: an empty MP4 plus a poster fit easily.
OUTPUT_BASE_BYTES = 16 * MIB

# The largest picture rate a rendition may have is 12 Mbit/s; twice that leaves room for the
# encoder's buffer and for pictures that are copied as they came.
OUTPUT_BYTES_PER_SECOND = 3 * MIB

# Enough of ffmpeg's complaints to find the last line in; never more, whatever it writes.
STDERR_KEEP_BYTES = 8 * KIB
DETAIL_MAX_CHARS = 300

# ── speech ────────────────────────────────────────────────────────────────────────────────────────

# Whisper's own sample rate; mono.
SPEECH_SAMPLE_RATE = 16_000

# ── captions ──────────────────────────────────────────────────────────────────────────────────────

# Two lines of 42 characters are what broadcasters put on a screen (EBU-TT-D practice, Netflix
# Timed Text Style Guide).
SCREEN_LINE_CHARS = 42
SCREEN_LINES = 2

# What an adult reads along with the pictures (Netflix Timed Text Style Guide: 20 characters a
# second for adult programmes); faster lines are gone before they are read.
READING_CHARS_PER_SECOND = 20

# One spoken line never comes near this; a pasted article does.
CAPTION_MAX_CHARS = 1_000

# How many signs that cannot be drawn are named: enough to find the line they stand in.
FACE_LACKS_SHOWN = 10

# Five minutes of captions are some 15 kB; this leaves room for UTF-16 and for files full of
# styling, and keeps a parser from being fed a film.
CAPTION_FILE_MAX_BYTES = 512 * KIB


# ── documents that are attached ───────────────────────────────────────────────────────────────────

# A decision of a few pages, scanned in colour; a whole book belongs elsewhere.
DOCUMENT_MAX_BYTES = 20 * MIB

# One answer comes as a letter and a few annexes.
DOCUMENTS_AT_ONCE = 5

# Letters of mail relays put their headers well within this; nothing else is read of a letter.
LETTER_HEAD_BYTES = 16 * KIB

# The list of parts of an office document is a few kilobytes, even with hundreds of pictures.
PARTS_LIST_MAX_BYTES = 1 * MIB
PARTS_MAX = 10_000

# The first names inside an old office document stand in its first folder sector; this is sixteen
# sectors of the larger kind.
OLD_FOLDER_BYTES = 64 * KIB


def transcode_wall_s(duration_ms: int) -> int:
    """Seconds of wall clock that re-encoding a clip of ``duration_ms`` may take."""
    return TRANSCODE_WALL_BASE_S + TRANSCODE_WALL_FACTOR * -(-duration_ms // 1000)


def light_wall_s(duration_ms: int) -> int:
    """Seconds of wall clock that one decoding pass over ``duration_ms`` may take."""
    return LIGHT_WALL_BASE_S + LIGHT_WALL_FACTOR * -(-duration_ms // 1000)


def output_bytes(duration_ms: int) -> int:
    """The most bytes a rendition of ``duration_ms`` may weigh."""
    return OUTPUT_BASE_BYTES + OUTPUT_BYTES_PER_SECOND * -(-duration_ms // 1000)
