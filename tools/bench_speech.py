"""Speech, measured: speed and memory of both engines, and what the doubts let through.

    python tools/bench.py speech doubt

Speed is taken on a checkpoint of size small which this module makes itself: random weights, but
positions that say which token comes next, so that every decoder writes exactly 60 tokens in a
window and is sure of them. `whisper` on the command line, our two engines, one and five beams:
all do the same work and write the same text. Only the ratios of one run mean anything.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from media import limits, models, speech
from media.results import Line
from media.speech import Recognizer
from tools import make_clip

ROOT = Path(__file__).resolve().parent.parent
TINY = ROOT / "tools" / "tiny-whisper" / "tiny-vi.pt"
RATE = limits.SPEECH_SAMPLE_RATE
TOKENS = 60
WINDOW_S = 30
ROUNDS = 2
WORDLESS_SECONDS = 12
CLEAN_SHARE = 0.98
MIXES = (0, -6, -10)

Sound = np.ndarray

# ── a model of size small that says sixty tokens ─────────────────────────────────────────────────


def make_small(path: Path) -> None:
    """Write the checkpoint. Its token for each place is that of the position's own embedding,
    ten times as strong as anything else that reaches the output; blocks add next to nothing."""
    from dataclasses import asdict

    import torch
    from whisper.model import ModelDimensions, Whisper
    from whisper.tokenizer import get_tokenizer

    torch.manual_seed(1)
    dims = ModelDimensions(80, 1500, 768, 12, 12, 51_865, 448, 768, 12, 12)
    model = Whisper(dims)
    tokenizer = get_tokenizer(True, num_languages=99, language="vi", task="transcribe")
    with torch.no_grad():
        for name, value in model.named_parameters():
            is_norm = "ln" in name.split(".")[-2]
            value.fill_(1.0 if name.endswith("weight") else 0.0)
            if not is_norm and name.endswith("weight"):
                value.normal_(0, 0.03 if "embedding" in name else 0.02)
        for block in model.decoder.blocks:
            for layer in (block.attn.out, block.cross_attn.out, block.mlp[2]):
                layer.weight.mul_(0.01)
        embedded = model.decoder.token_embedding.weight
        places = model.decoder.positional_embedding
        places.copy_(10 * embedded[tokenizer.eot].expand_as(places))
        first = len(tokenizer.sot_sequence) - 1
        for at, token in enumerate([tokenizer.timestamp_begin, *_plain_words(tokenizer)], first):
            places[at] = 10 * embedded[token]
    weights = {name: value.half() for name, value in model.state_dict().items()}
    torch.save({"dims": asdict(dims), "model_state_dict": weights}, path)


def _plain_words(tokenizer: Any) -> list[int]:
    """Tokens that are a word each, all different: no loop, nothing that may not be written."""
    found = []
    for token in range(1_000, 20_000, 37):
        text = tokenizer.decode([token])
        if text.startswith(" ") and text.strip().isascii() and text.strip().isalpha():
            found.append(token)
    return found[: TOKENS - 1]


def speed(folder: Path) -> Iterator[dict[str, float]]:
    """Seconds for one window, and the ratios; each side of a ratio in the same minute."""
    checkpoint, sound = folder / "small-sixty.pt", folder / "thirty.wav"
    make_small(checkpoint)
    models._converted(str(checkpoint), folder / "models")  # once in a checkpoint's life
    make_clip.read_out(make_clip.sentences(6), sound, seconds=WINDOW_S + 1)
    cold = [sys.executable, "-m", "whisper", str(sound), "--model", str(checkpoint)]
    cold += ["--language", "vi", "--output_dir", str(folder), "--clip_timestamps", f"0,{WINDOW_S}"]
    taken: dict[str, list[float]] = {"command": []}
    for engine in ("openai", "faster"):
        taken[engine], taken[f"{engine} greedy"] = [], []
    for _ in range(ROUNDS):
        begun = time.monotonic()
        subprocess.run(cold, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken["command"].append(time.monotonic() - begun)
        for engine in ("openai", "faster"):
            found = _in_a_process(engine, checkpoint, sound, folder)
            taken[engine].append(found["beam"])
            taken[f"{engine} greedy"].append(found["greedy"])
            yield {f"{engine}: peak memory, small (MB)": found["peak_mb"]}
    best = {name: min(values) for name, values in taken.items()}
    yield {f"{name}, one window (s)": value for name, value in best.items()}
    yield {
        "command line / fast engine, warm": best["command"] / best["faster"],
        "command line / default engine, warm": best["command"] / best["openai"],
        "default / fast, both warm, five beams": best["openai"] / best["faster"],
        "default / fast, both warm, greedy": best["openai greedy"] / best["faster greedy"],
    }


def _in_a_process(engine: str, checkpoint: Path, sound: Path, folder: Path) -> dict[str, float]:
    """One engine alone in a process of its own, as it is in use: loaded once, then warm."""
    given = [engine, str(checkpoint), str(sound), str(folder / "models")]
    done = subprocess.run(
        [sys.executable, "-m", "tools.bench_speech", *given],
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _measure(engine: str, checkpoint: str, sound: str, folder: str) -> dict[str, float]:
    from media import engine_faster, engine_openai, engines

    recogniser = speech.load(checkpoint, engine=engine, device="cpu", folder=Path(folder))
    audio = read_wave(Path(sound))[: WINDOW_S * RATE]
    lines(recogniser, audio)  # the first call allocates what later ones use again
    taken = {}
    for name, beams in (("beam", engines.BEAM_SIZE), ("greedy", 1)):
        engine_openai.BEAM_SIZE = engine_faster.BEAM_SIZE = beams
        begun = time.monotonic()
        said = lines(recogniser, audio)
        taken[name] = time.monotonic() - begun
        if sum(len(line.text.split()) for line in said) != TOKENS - 1:
            raise SystemExit(f"{engine} did not write {TOKENS - 1} words: {said}")
    return taken | {"peak_mb": peak_mb()}


def peak_mb() -> float:
    """The most memory that this process ever had resident, in MB (10^6 bytes)."""
    status = Path("/proc/self/status").read_text()
    row = next(row for row in status.splitlines() if row.startswith("VmHWM"))
    return int(row.split()[1]) * 1024 / 1e6


# ── sound ────────────────────────────────────────────────────────────────────────────────────────


def read_wave(path: Path) -> Sound:
    """A sound file as the recogniser wants it."""
    from whisper.audio import load_audio

    found: Sound = load_audio(str(path))
    return found


def _time(seconds: float) -> Sound:
    return np.arange(int(seconds * RATE)) / RATE


def _noise(seconds: float, tilt: float, level: float) -> Sound:
    """Noise whose power falls by frequency to the power of ``tilt``."""
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(7).normal(size=count))
    spectrum /= np.maximum(np.arange(spectrum.size), 1) ** (tilt / 2)
    found = np.fft.irfft(spectrum, count)
    return (level * found / np.abs(found).max()).astype(np.float32)


def _notes(seconds: float, pitches: tuple[float, ...], beat_s: float, level: float) -> Sound:
    """Chords on a beat, each note with overtones that die away, as of a plucked string."""
    at = _time(seconds)
    since, number = at % beat_s, (at // beat_s).astype(int)
    found = np.zeros_like(at)
    for place, pitch in enumerate(pitches):
        steps = 2.0 ** (((number * (place + 3)) % 7) / 12)
        phase = 2 * np.pi * np.cumsum(pitch * steps) / RATE
        for overtone in (1, 2, 3):
            found += np.sin(overtone * phase) / overtone * np.exp(-3 * since)
    return (level * found / np.abs(found).max()).astype(np.float32)


def _drum(seconds: float) -> Sound:
    since = _time(seconds) % 0.5
    hits = np.exp(-30 * since) * np.sin(2 * np.pi * 90 * since)
    return (0.5 * hits + 0.2 * np.exp(-60 * since) * _noise(seconds, 0, 1.0)).astype(np.float32)


def waltz(seconds: float) -> Sound:
    """Music: what stands under speech in the mixes too."""
    return _notes(seconds, (110.0, 220.0, 277.2, 329.6), 0.4, 0.4)


# Ten clips in which nobody says a word.
WORDLESS: dict[str, Callable[[float], Sound]] = {
    "digital silence": lambda seconds: np.zeros(int(seconds * RATE), np.float32),
    "room": lambda seconds: _noise(seconds, 1, 0.003),
    "hum": lambda seconds: (0.05 * np.sin(2 * np.pi * 50 * _time(seconds))).astype(np.float32),
    "white noise": lambda seconds: _noise(seconds, 0, 0.2),
    "pink noise": lambda seconds: _noise(seconds, 1, 0.3),
    "wind": lambda seconds: _noise(seconds, 2.5, 0.6),
    "chord": lambda seconds: _notes(seconds, (220.0, 277.2, 329.6), 60.0, 0.4),
    "waltz": waltz,
    "organ": lambda seconds: _notes(seconds, (65.4, 130.8, 196.0, 261.6), 3.0, 0.5),
    "drum": _drum,
}


def readings(folder: Path, count: int) -> list[Sound]:
    """Clean recordings of three sentences each."""
    found = []
    for number in range(count):
        path = folder / f"reading-{number}.wav"
        make_clip.read_out(make_clip.sentences(3, seed=40 + number), path)
        found.append(read_wave(path))
    return found


def over_music(sound: Sound, decibels: int) -> Sound:
    """Speech that is louder than music by so many decibels; below nought it is quieter."""
    music = waltz(sound.size / RATE + 1)[: sound.size]
    spoken = sound[np.abs(sound) > 0.01]
    ratio = 10 ** (decibels / 20)
    under = music * np.sqrt(np.mean(spoken**2) / np.mean(music**2)) / ratio
    mixed: Sound = (sound + under).astype(np.float32)
    return mixed / max(1.0, float(np.abs(mixed).max()))


# ── doubt ────────────────────────────────────────────────────────────────────────────────────────


def lines(recogniser: Recognizer, sound: Sound) -> tuple[Line, ...]:
    """What the product makes of a sound in Vietnamese."""
    return recogniser.lines(sound, language="vi", duration_ms=sound.size * 1000 // RATE)


def unmarked_words(recogniser: Recognizer, sounds: list[Sound]) -> float:
    """The share of words that carry no mark, neither their line's nor their own."""
    clean = total = 0
    for sound in sounds:
        for line in lines(recogniser, sound):
            words = len(line.text.split())
            unsure = sum(len(line.text[start:end].split()) for start, end in line.unsure)
            total += words
            clean += words - unsure if line.published else 0
    return clean / total if total else 0.0


class _Everywhere:
    """A soundscape in which there is always something to listen to."""

    def next_sound_ms(self, from_ms: int) -> int:
        """Here."""
        return from_ms


def unguarded(recogniser: Recognizer, sound: Sound) -> list[str]:
    """What is written without any guard: by openai-whisper's own `transcribe()` with its guards
    switched off; for the fast engine, whose own one draws by a chance that cannot be repeated, by
    the decoding of every window alone."""
    from media import engines, windows

    if recogniser.engine == engines.FASTER:
        walk = windows.Walk(recogniser._engine, "vi")
        return [heard.text for heard in walk.heard(sound, _Everywhere())]  # type: ignore[arg-type]
    import whisper

    model = whisper.load_model(str(TINY), device="cpu")
    heard: Any = whisper.transcribe(
        model,
        sound,
        language="vi",
        fp16=False,
        beam_size=engines.BEAM_SIZE,
        temperature=windows.TEMPERATURES,
        condition_on_previous_text=False,
        no_speech_threshold=None,
    )
    return [one["text"].strip() for one in heard["segments"] if one["text"].strip()]


def lost_sentences(recogniser: Recognizer, sound: Sound) -> list[str]:
    """Sentences of the unguarded decoding that the editor's view, marked lines and all, lacks."""
    shown = _folded(" ".join(line.text for line in lines(recogniser, sound)))
    wanted = unguarded(recogniser, sound)
    return [text for text in wanted if _folded(text) not in shown]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def doubt(folder: Path) -> Iterator[dict[str, float]]:
    """What the doubts let through, and what they take away, with the sample model."""
    clean = readings(folder, count=8)
    for engine in ("openai", "faster"):
        recogniser = speech.load(str(TINY), engine=engine, device="cpu", folder=folder / "models")
        said = [lines(recogniser, make(WORDLESS_SECONDS)) for make in WORDLESS.values()]
        marks = [line.published for one in said for line in one]
        yield {
            f"{engine}: lines invented in {len(WORDLESS)} wordless clips": len(marks),
            f"{engine}: of those not marked (0)": sum(marks),
            f"{engine}: clean speech, words unmarked (0.98)": unmarked_words(recogniser, clean),
        }
        for decibels in MIXES:
            mixed = [over_music(sound, decibels) for sound in clean]
            lost = sum(len(lost_sentences(recogniser, sound)) for sound in mixed)
            yield {f"{engine}: sentences lost over music at {decibels} dB (0)": lost}


if __name__ == "__main__":
    print(json.dumps(_measure(*sys.argv[1:5])))
