"""The command that converts a checkpoint for the engine `faster`, told in words."""

from __future__ import annotations

import sys
from pathlib import Path

from media import models
from media.errors import SpeechUnavailable
from review import words


def run(checkpoint: Path, folder: Path) -> int:
    """Converts, and returns the exit status: 1 with a sentence on standard error for what cannot
    be done."""
    try:
        models.convert(checkpoint, folder)
    except SpeechUnavailable as reason:
        _complain(reason.code, **reason.params)
        if reason.code == "speech_engine_missing":
            _complain("speech_engine_how")
        elif detail := reason.params.get("detail"):
            print(detail, file=sys.stderr)
        return 1
    except FileExistsError:
        _complain("model_folder_exists", folder=folder)
        return 1
    except OSError as error:
        _complain("model_not_written", folder=folder, detail=error.strerror or error)
        return 1
    print(words.say("model_converted", folder=folder))
    return 0


def _complain(code: str, **params: object) -> None:
    print(words.say(code, **params), file=sys.stderr)
