"""Where a name of the agency's list may have been misheard: suggestions, never changes. Pure.

A machine that mishears a name writes ordinary words that sound alike: "Nguyễn Văn Hưng" becomes
"Nguyễn Văn Hùng", "xã Bình Yên" becomes "xã bình an". The other way round most ordinary words sound
like some name: "cuộc sống bình yên", "sơn phủ". So nearness alone does not do. The nearer a place
in the text looks like the place of a name, the further the words may be from it:

- after a cue ("xã", "ông", "đồng chí") half of the words have to be right;
- written with capitals, the words have to sound alike;
- in plain small letters, only three words or more that differ in nothing but marks count.

A name that stands there already, letter by letter, is never touched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from review.words.folding import fold

# How near two words are, from 0 to 1: the same word, the same without marks, the same to the ear.
SAME, SAME_UNMARKED, SAME_SOUND = 1.0, 0.9, 0.85
# Any other pair of words is at most this near, however many letters they share.
LETTERS_SHARE = 0.8

# The least mean nearness of the words of a name, by where they stand. Tuned on the tables in
# tests/review/test_names.py: the sentences there must stay silent, the mistakes must be seen.
NEAR_AFTER_CUE = 0.6
NEAR_CAPITALS = 0.84
NEAR_PLAIN = 0.9
# In capitals and in plain letters every single word has to come near, not only their mean.
LEAST_WORD = 0.5
NEAR_FOREIGN = 0.7
# Single syllables are too short to judge; a single long word is a foreign name ("Samsung").
LONG_WORD = 6
MOST_PER_LINE = 3

_PLACES = """
xã phường huyện tỉnh thôn xóm bản làng ấp khu phố đường trấn chùa đền sông suối hồ núi đèo cầu
trường
"""
_PEOPLE = """
ông bà anh chị em cô chú bác cháu cụ chí thầy nghệ nhân sĩ viên tịch thư đốc trưởng phòng
"""
CUES = {
    "place": frozenset(_PLACES.split()),
    "person": frozenset(_PEOPLE.split()),
    "title": frozenset[str](),
}
_WORD = re.compile(r"[^\W_]+")
# Sounds that are one in a part of the country: the recogniser heard what was said.
_SOUNDS = (
    (re.compile(r"^(?:ch|tr)"), "c"),
    (re.compile(r"^(?:x|s)"), "s"),
    (re.compile(r"^(?:gi|d|r)"), "z"),
    (re.compile(r"^(?:ngh|ng)"), "ng"),
    (re.compile(r"^(?:l|n(?!g|h))"), "l"),
    (re.compile(r"^(?:qu|k|q)"), "k"),
    (re.compile(r"y"), "i"),
    (re.compile(r"(?:ng|nh)$"), "n"),
    (re.compile(r"(?:ch|c)$"), "t"),
)


@dataclass(frozen=True)
class Term:
    """A name as it should be written. `kind`: person, title, place."""

    kind: str
    text: str


@dataclass(frozen=True)
class Suggestion:
    """`found`, at `start` to `end` of the text, may be meant for `name`; `nearness` up to 1."""

    start: int
    end: int
    found: str
    name: str
    nearness: float


def suggest(text: str, terms: tuple[Term, ...]) -> tuple[Suggestion, ...]:
    """Places in `text` (NFC) that may be misheard names, in order; at most three, none overlapping.

    The best one wins where several fit; what is a name already, letter by letter, is left alone.
    """
    if not terms:
        return ()
    words = [_Word(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]
    taken: list[tuple[int, int]] = []
    near: list[Suggestion] = []
    for here, before, wanted in _places(text, words, _Index.of(terms)):
        start, end = here[0].start, here[-1].end
        spoken = tuple(word.text for word in here)
        if spoken == wanted.words:
            taken.append((start, end))
        elif nearness := _nearness(spoken, wanted, before):
            near.append(Suggestion(start, end, text[start:end], wanted.name, nearness))
    chosen: list[Suggestion] = []
    for one in sorted(near, key=lambda one: -one.nearness):
        if not any(one.start < end and start < one.end for start, end in taken):
            taken.append((one.start, one.end))
            chosen.append(one)
    return tuple(sorted(chosen[:MOST_PER_LINE], key=lambda one: one.start))


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _Wanted:
    """A name cut into its words."""

    kind: str
    name: str
    words: tuple[str, ...]


class _Index:
    """The names by their number of words and by each word in its place, marks aside.

    A name is looked at only where one of its words is right but for the marks; a name of one word
    where the first letter is. That spares a long list against a long clip.
    """

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.lengths: set[int] = set()
        self._by_word: dict[tuple[int, int, str], list[_Wanted]] = {}
        for term in terms:
            wanted = _Wanted(term.kind, term.text, tuple(_WORD.findall(term.text)))
            if len(wanted.words) == 1 and len(wanted.words[0]) < LONG_WORD:
                continue
            self.lengths.add(len(wanted.words))
            for place, word in enumerate(wanted.words):
                key = (len(wanted.words), place, self._mark(word, len(wanted.words)))
                self._by_word.setdefault(key, []).append(wanted)

    @staticmethod
    @lru_cache(maxsize=8)  # some agencies at work at a time; a changed list is another key
    def of(terms: tuple[Term, ...]) -> _Index:
        """The index of these names, made once."""
        return _Index(terms)

    def near(self, here: Sequence[_Word]) -> list[_Wanted]:
        """The names that might be meant by these words."""
        found: dict[str, _Wanted] = {}
        for place, word in enumerate(here):
            key = (len(here), place, self._mark(word.text, len(here)))
            found |= {wanted.name: wanted for wanted in self._by_word.get(key, ())}
        return list(found.values())

    @staticmethod
    def _mark(word: str, length: int) -> str:
        return _folded(word) if length > 1 else _folded(word)[:1]


def _places(
    text: str, words: Sequence[_Word], index: _Index
) -> Iterator[tuple[Sequence[_Word], str, _Wanted]]:
    """Stretches of the text with the word before them and a name that they might be."""
    for length in index.lengths:
        for first in range(len(words) - length + 1):
            here = words[first : first + length]
            wanted = index.near(here)
            if wanted and _unbroken(text, here):
                before = words[first - 1].text.casefold() if first else ""
                yield from ((here, before, one) for one in wanted)


def _unbroken(text: str, here: Sequence[_Word]) -> bool:
    """Whether nothing but blanks stands between the words: a name does not cross a full stop."""
    return not any(text[one.end : following.start].strip() for one, following in pairwise(here))


def _nearness(spoken: tuple[str, ...], wanted: _Wanted, before: str) -> float:
    """How near the words are if that is near enough for where they stand, else 0."""
    capitals = all(word[:1].isupper() for word in spoken)
    if len(spoken) == 1:
        letters = Levenshtein.normalized_similarity(_folded(spoken[0]), _folded(wanted.words[0]))
        return letters if capitals and letters >= NEAR_FOREIGN else 0.0
    each = [word_nearness(one, word) for one, word in zip(spoken, wanted.words, strict=True)]
    mean = sum(each) / len(each)
    cued = before in CUES.get(wanted.kind, frozenset())
    if min(each) == SAME:
        # Only the case differs. A title is a matter of style; two small words may be just words.
        return mean if wanted.kind != "title" and (cued or len(spoken) > 2) else 0.0
    if cued and mean >= NEAR_AFTER_CUE:
        return mean
    if min(each) < LEAST_WORD:
        return 0.0
    if capitals:
        return mean if mean >= NEAR_CAPITALS else 0.0
    return mean if mean >= NEAR_PLAIN and len(spoken) > 2 else 0.0


@cache
def word_nearness(one: str, other: str) -> float:
    """How near two words are to the ear of a Vietnamese speaker, from 0 to 1."""
    if tone_last(one.casefold()) == tone_last(other.casefold()):
        return SAME
    if _folded(one) == _folded(other):
        return SAME_UNMARKED
    if _sound(_folded(one)) == _sound(_folded(other)):
        return SAME_SOUND
    return LETTERS_SHARE * Levenshtein.normalized_similarity(_folded(one), _folded(other))


def tone_last(word: str) -> str:
    """A syllable with its tone mark at its end, so that "hoá" and "hóa" are the same word."""
    parts = unicodedata.normalize("NFD", word)
    tones = [sign for sign in parts if sign in "\u0300\u0301\u0303\u0309\u0323"]
    return "".join(sign for sign in parts if sign not in tones) + "".join(tones)


@cache
def _folded(word: str) -> str:
    return fold(word)


def _sound(word: str) -> str:
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word
