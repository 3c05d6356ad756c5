"""What was heard, as sentences: each can be doubted without its neighbours. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from media.words import Heard, Word, written

# A sentence ends here, whatever closes behind it.
_ENDS = re.compile(r"[.!?…。！？]['\")\]”’»]*$")
# A full stop that is none: "TP.", "1.000", initials.
_SHORT = re.compile(r"^(?:tp|ths|ts|gs|pgs|tx|tt|ubnd|hđnd|\w)\.$", re.IGNORECASE)

# What Vietnamese Whisper says when nobody speaks: farewells of video channels it was trained on
# (whisperX#1086). Narrow on purpose: news people thank, and register, for many other things.
_KNOWN = re.compile(
    r"(?:(?:hãy|nhớ|đừng quên|các bạn|mọi người|nhấn|bấm|like|share|và)\s+)*"
    r"(?:"
    r"(?:subscribe|đăng ký)(?:\s+cho)?(?:\s+và\s+\w+)?\s+kênh"
    r"(?:\s+(?:ghiền mì gõ|la la school|youtube|của (?:mình|tôi|chúng (?:tôi|mình))|nhé|nha|này))*"
    r"|subscribe"
    r"|(?:kênh\s+)?(?:ghiền mì gõ|la la school)"
    r"|(?:để\s+)?(?:không|đừng)\s+bỏ lỡ\s+(?:những|các)\s+video(?:\s+(?:hấp dẫn|mới|tiếp theo))*"
    r"|cảm ơn\s+(?:các bạn|mọi người)\s+đã\s+(?:theo dõi|xem|lắng nghe|ủng hộ)"
    r"(?:\s+(?:video|kênh|và|này|hẹn gặp lại))*"
    r"|(?:xin chào và\s+)?hẹn gặp lại\s+(?:các bạn\s+)?trong\s+(?:các|những)\s+video"
    r"(?:\s+(?:tiếp theo|sau|lần sau|nhé))*"
    r"|phụ đề\s+(?:được\s+(?:thực hiện|dịch)\s+)?bởi(?:\s+\S+){0,4}"
    r")"
)


# Fewer words than this after a farewell are a channel's name rather than news.
LEAST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of one sentence, or of the part of it that one stretch of speech holds.

    `known_phrase`: it is one of the farewells that Whisper invents. The figures are those of the
    window it was heard in.
    """

    words: tuple[Word, ...]
    start_ms: int
    end_ms: int
    no_speech: float
    mean_logprob: float
    compression: float
    known_phrase: bool = False

    @property
    def text(self) -> str:
        """The sentence as it is written."""
        return written(self.words)


def sentences(heard: Heard) -> Iterator[Sentence]:
    """The sentences of a stretch, and within each the farewell apart from what was really said."""
    for words in _by_stops(heard.words):
        for part, known in _apart(words):
            yield Sentence(
                part,
                heard.start_ms if part[0] is heard.words[0] else part[0].start_ms,
                heard.end_ms if part[-1] is heard.words[-1] else part[-1].end_ms,
                heard.no_speech,
                heard.mean_logprob,
                heard.compression,
                known,
            )


def _by_stops(words: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    begun = 0
    for place, word in enumerate(words):
        last = place + 1 == len(words)
        if last or (_ENDS.search(word.text) and not _SHORT.match(word.text)):
            yield words[begun : place + 1]
            begun = place + 1


def _apart(words: tuple[Word, ...]) -> Iterator[tuple[tuple[Word, ...], bool]]:
    """One sentence as runs of words that are, and that are not, a farewell."""
    kinds = _farewell(words)
    begun = 0
    for place in range(1, len(words) + 1):
        if place == len(words) or kinds[place] != kinds[begun]:
            yield words[begun:place], kinds[begun]
            begun = place


def _farewell(words: tuple[Word, ...]) -> list[bool]:
    text, starts = "", []
    for word in words:
        text += "" if word.glued or not text else " "
        starts.append(len(text))
        text += _folded(word.text)
    kinds = [False] * len(words)
    for match in _KNOWN.finditer(text):
        covered = [
            match.start() < at + len(_folded(word.text)) and at < match.end()
            for at, word in zip(starts, words, strict=True)
        ]
        kinds = [a or b for a, b in zip(kinds, covered, strict=True)]
    return _with_names(words, kinds)


def _with_names(words: tuple[Word, ...], kinds: list[bool]) -> list[bool]:
    """After a farewell the rest counts to it too, up to what begins like a sentence and is long
    enough for one: the channel's name may be any."""
    found = list(kinds)
    for place in range(1, len(words)):
        if found[place - 1] and not found[place]:
            until = next((i for i in range(place, len(words)) if kinds[i]), len(words))
            begins = words[place].text[:1].isupper() and until - place >= LEAST_WORDS
            found[place] = not begins
    return found


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
