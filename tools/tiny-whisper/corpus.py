"""Synthetic Vietnamese speech: news sentences from a small grammar, read out by espeak-ng.

    python corpus.py train.npz --count 3000 --seed 1
    python corpus.py heldout.npz --count 60 --seed 7 --held-out

One sentence in sixteen, chosen by the hash of its text, is held out: it is never put in a training
corpus, whatever the seed. Needs espeak-ng and ffmpeg.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# What Whisper hears: 16 kHz, one channel.
SAMPLE_RATE = 16_000

VOICES = ("vi", "vi-vn-x-central", "vi-vn-x-south")
WORDS_PER_MINUTE = (140, 185)
PITCH = (35, 65)

# Samples quieter than this at either end are espeak-ng's padding; a little of it is kept.
QUIET = 80
MARGIN = SAMPLE_RATE // 20

OPENINGS = ("Kính thưa quý vị,", "Xin chào bà con,", "Thưa các đồng chí,")
BODIES = (
    "Ủy ban nhân dân xã",
    "Đoàn thanh niên",
    "Hội phụ nữ",
    "Hội nông dân",
    "Hội cựu chiến binh",
    "Trung tâm văn hóa",
    "Trường tiểu học",
    "Trạm y tế",
    "Công an xã",
    "Tổ dân phố",
)
VERBS = ("tổ chức", "phát động", "khai mạc", "triển khai", "hưởng ứng")
EVENTS = (
    "chợ phiên nông sản",
    "chương trình hiến máu",
    "cuộc thi tìm hiểu pháp luật",
    "giải bóng chuyền",
    "hội nghị chuyển đổi số",
    "lễ hội Lồng Tồng",
    "lớp tập huấn",
    "ngày hội văn hóa",
    "phong trào trồng cây",
    "tháng an toàn giao thông",
)
PLACES = (
    "tại Chợ Chu",
    "tại Định Hóa",
    "tại Thái Nguyên",
    "tại nhà văn hóa",
    "tại sân vận động",
    "trên địa bàn tỉnh",
)
DAYS = (
    "hôm nay",
    "ngày mai",
    "vào sáng thứ hai",
    "vào sáng thứ bảy",
    "vào chiều chủ nhật",
    "trong tháng ba",
    "trong tháng năm",
)
# Whole sentences outside the grammar. They are too few to hold any out.
FIXED = (
    "Bác nông dân trả lại tiền nhặt được.",
    "Chúc quý vị một ngày tốt lành.",
    "Cô giáo hiến đất làm đường.",
    "Em bé cứu bạn khỏi đuối nước.",
    "Hãy cảnh giác với tin giả.",
    "Mời bà con cùng tham gia.",
    "Tin vui đến với bà con.",
    "Xin trân trọng cảm ơn.",
    "Đây là gương người tốt việc tốt.",
    "Đề nghị nhân dân chấp hành pháp luật.",
)

# How often a sentence has an opening, a place and a day, and how often it is a fixed one.
OPENING_SHARE, PLACE_SHARE, DAY_SHARE, FIXED_SHARE = 0.5, 0.85, 0.85, 0.3


@dataclass(frozen=True)
class Utterance:
    """A sentence, the espeak-ng voice that reads it, and its 16 kHz samples."""

    text: str
    voice: str
    samples: NDArray[np.int16]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / SAMPLE_RATE


def is_held_out(text: str) -> bool:
    """Whether the sentence is reserved for evaluation: a property of its text alone."""
    return text not in FIXED and hashlib.sha256(text.encode()).digest()[0] < 16


def lexicon() -> set[str]:
    """Every word of the grammar, small letters, without punctuation."""
    phrases = (*OPENINGS, *BODIES, *VERBS, *EVENTS, *PLACES, *DAYS, *FIXED)
    return {word.strip(",.").lower() for phrase in phrases for word in phrase.split()}


def compose(rng: random.Random) -> str:
    """One sentence of the grammar; a body after an opening begins with a small letter."""
    body = rng.choice(BODIES)
    parts = [body, rng.choice(VERBS), rng.choice(EVENTS)]
    if rng.random() < OPENING_SHARE:
        parts[:1] = [rng.choice(OPENINGS), body[0].lower() + body[1:]]
    if rng.random() < PLACE_SHARE:
        parts.append(rng.choice(PLACES))
    if rng.random() < DAY_SHARE:
        parts.append(rng.choice(DAYS))
    return " ".join(parts) + "."


def training_texts(rng: random.Random) -> Iterator[str]:
    """Sentences to learn from, without end; none of them is held out."""
    while True:
        text = rng.choice(FIXED) if rng.random() < FIXED_SHARE else compose(rng)
        if not is_held_out(text):
            yield text


def held_out_texts(rng: random.Random) -> Iterator[str]:
    """Sentences to judge by, without end."""
    while True:
        text = compose(rng)
        if is_held_out(text):
            yield text


def trim(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """The samples without the silence around them. Raises ``ValueError`` when all is silent."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > QUIET)
    if not loud.size:
        raise ValueError("nothing but silence")
    return samples[max(int(loud[0]) - MARGIN, 0) : int(loud[-1]) + MARGIN]


def speak(text: str, voice: str, words_per_minute: int, pitch: int) -> Utterance:
    """Read ``text`` out. Raises ``subprocess.CalledProcessError`` when a tool fails."""
    manner = ["-v", voice, "-s", str(words_per_minute), "-p", str(pitch)]
    spoken = subprocess.run(
        ["espeak-ng", *manner, "--stdout", text], check=True, capture_output=True
    ).stdout
    pcm = ["-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "1", "pipe:1"]
    raw = subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-ignore_length", "1", "-f", "wav", "-i", "pipe:0", *pcm],
        check=True,
        capture_output=True,
        input=spoken,
    ).stdout
    return Utterance(text, voice, trim(np.frombuffer(raw, np.int16)))


def build(count: int, seed: int, *, held_out: bool = False) -> list[Utterance]:
    """``count`` utterances, voices in turn; the same seed gives the same sentences and voices."""
    rng = random.Random(seed)
    texts = (held_out_texts if held_out else training_texts)(rng)
    jobs = [
        (next(texts), VOICES[i % len(VOICES)], rng.randint(*WORDS_PER_MINUTE), rng.randint(*PITCH))
        for i in range(count)
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda job: speak(*job), jobs))


def save(path: Path, utterances: Iterable[Utterance]) -> None:
    """Write the corpus as one ``.npz`` of plain arrays: nothing in it can run when read."""
    spoken = list(utterances)
    np.savez(
        path,
        texts=np.array([one.text for one in spoken]),
        voices=np.array([one.voice for one in spoken]),
        ends=np.cumsum([len(one.samples) for one in spoken]),
        samples=np.concatenate([one.samples for one in spoken]),
    )


def load(path: Path) -> list[Utterance]:
    """Read what ``save`` wrote. Raises ``OSError``, ``KeyError`` or ``ValueError`` otherwise."""
    with np.load(path, allow_pickle=False) as file:
        pieces = np.split(file["samples"], file["ends"][:-1])
        texts, voices = file["texts"].tolist(), file["voices"].tolist()
    return [Utterance(*one) for one in zip(texts, voices, pieces, strict=True)]


def main() -> None:
    """Read the command line and write one corpus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("path", type=Path, help="the .npz file to write")
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true", help="sentences kept from training")
    given = parser.parse_args()
    spoken = build(given.count, given.seed, held_out=given.held_out)
    save(given.path, spoken)
    hours = sum(one.seconds for one in spoken) / 3600
    print(f"{given.path}: {len(spoken)} utterances, {hours:.2f} h")


if __name__ == "__main__":
    main()
