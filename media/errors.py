"""Everything that can go wrong with a file, as codes with parameters.

The words a person reads are made elsewhere, from ``code`` and ``params``.
"""

from __future__ import annotations


class MediaError(Exception):
    """The base of every failure in this package: a stable code and the facts needed to word it."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code: str = code
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({facts})"

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling, so that a failure can cross a process boundary unchanged."""
        return (_rebuild, (type(self), self.code, self.params))


def _rebuild(kind: type[MediaError], code: str, params: dict[str, object]) -> MediaError:
    return kind(code, **params)


class Refused(MediaError):
    """The file is not one we take; the sender can act on the reason.

    Codes: ``empty_file``, ``not_a_video``, ``no_video_track``, ``damaged``,
    ``too_long`` (duration_ms, max_ms), ``codec_not_allowed`` (codec),
    ``container_not_allowed`` (container), ``too_complex``,
    ``picture_too_large`` (width, height, max_pixels), ``picture_too_small`` (width, height).
    """


class TooLarge(MediaError):
    """More bytes came than allowed: ``upload_too_large`` (max_bytes)."""


class DiskFull(MediaError):
    """There is not enough free space to go on safely: ``disk_full`` (free_bytes, needed_bytes)."""


class Busy(MediaError):
    """Another request or process is writing this upload: ``upload_busy``."""


class FileMissing(MediaError):
    """No stored file answers to that key, malformed ones included: ``file_missing`` (key)."""


class FileChanged(MediaError):
    """The bytes on disk no longer have the recorded hash: ``file_changed`` (expected, actual)."""


class ToolFailed(MediaError):
    """An outside program failed.

    Codes: ``ffmpeg_failed`` (step, exit, detail), ``damaged`` (step, exit, detail) where most of
    the file cannot be decoded, ``ffmpeg_timeout`` (step, seconds),
    ``no_progress`` (step, seconds), ``ffmpeg_missing`` (step, detail),
    ``output_wrong`` (step, fact, expected, actual), ``tonemap_missing`` (step),
    ``burning_missing`` (step), ``face_lacks`` (step, signs).
    """


class SpeechUnavailable(MediaError):
    """No machine transcript can be made here.

    Codes: ``speech_model_missing`` (model, detail), ``speech_language_unknown`` (language),
    ``speech_engine_missing`` (engine), ``speech_failed`` (detail).
    """


class CaptionError(MediaError):
    """A caption line cannot stand as it is; ``line`` counts from 1.

    Codes: ``caption_empty``, ``caption_time_order``, ``caption_time_negative``,
    ``caption_overlap``, ``caption_too_long`` (max_chars); those about a file that somebody brought
    begin with ``caption_file_`` and are listed at ``media.caption_files.read_captions``.
    """
