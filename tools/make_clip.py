"""Make a clip that speaks Vietnamese: espeak-ng's voice over moving pictures made by ffmpeg.

    python tools/make_clip.py out.mp4 "Tin vui đến với bà con." "Xin trân trọng cảm ơn."

For tests and the demo: nobody's face, nobody's rights, and the words are known beforehand.
Needs ffmpeg and espeak-ng.
"""

from __future__ import annotations

import argparse
import array
import random
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf")

# Slow enough for the sample model, quick enough for a newsreader.
WORDS_PER_MINUTE = 155

# The breath between two sentences, and before the first.
PAUSE_MS = 700
LEAD_MS = 400

# espeak-ng ends each file in a little noise floor; quieter than this is not speech.
QUIET = 80

# The sentence patterns which the sample speech model was taught.
OPENINGS = ("", "Kính thưa quý vị, ", "Xin chào bà con, ", "Thưa các đồng chí, ")
WHO = (
    "Ủy ban nhân dân xã",
    "Đoàn thanh niên",
    "Hội phụ nữ",
    "Hội nông dân",
    "Trung tâm văn hóa",
    "Công an xã",
    "Trạm y tế",
    "Trường tiểu học",
    "Tổ dân phố",
    "Hội cựu chiến binh",
)
DOES = ("tổ chức", "phát động", "khai mạc", "triển khai", "hưởng ứng")
WHAT = (
    "ngày hội văn hóa",
    "phong trào trồng cây",
    "hội nghị chuyển đổi số",
    "lớp tập huấn",
    "lễ hội Lồng Tồng",
    "chương trình hiến máu",
    "giải bóng chuyền",
    "chợ phiên nông sản",
    "tháng an toàn giao thông",
    "cuộc thi tìm hiểu pháp luật",
)
WHERE = ("", " tại Chợ Chu", " tại Định Hóa", " tại nhà văn hóa", " trên địa bàn tỉnh")
WHEN = ("", " vào sáng thứ bảy", " vào chiều chủ nhật", " trong tháng ba", " hôm nay")

BACKGROUNDS = {
    "testsrc2": "testsrc2=size={size}:rate={fps}",
    "mandelbrot": "mandelbrot=size={size}:rate={fps}",
    "gradients": "gradients=size={size}:rate={fps}:speed=0.02",
    "smpte": "smptehdbars=size={size}:rate={fps}",
}


@dataclass(frozen=True)
class Spoken:
    """A sentence and when it is heard, in milliseconds."""

    start_ms: int
    end_ms: int
    text: str


def sentences(count: int, seed: int = 1) -> list[str]:
    """``count`` news sentences which the sample model understands; the same for the same seed."""
    choose = random.Random(seed).choice
    made = []
    for _ in range(count):
        opening, who = choose(OPENINGS), choose(WHO)
        who = who[0].lower() + who[1:] if opening else who
        made.append(f"{opening}{who} {choose(DOES)} {choose(WHAT)}{choose(WHERE)}{choose(WHEN)}.")
    return made


def speak(text: str, folder: Path, voice: str = "vi") -> tuple[array.array[int], int]:
    """One sentence as 16 bit mono samples without the silence around it, and the sample rate."""
    out = folder / "sentence.wav"
    subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(WORDS_PER_MINUTE), "-w", out, text], check=True
    )
    with wave.open(str(out)) as file:
        rate = file.getframerate()
        samples = array.array("h", file.readframes(file.getnframes()))
    loud = [i for i, value in enumerate(samples) if abs(value) > QUIET]
    return samples[max(loud[0] - rate // 20, 0) : loud[-1] + rate // 20], rate


def read_out(
    texts: Sequence[str], out: Path, *, voice: str = "vi", seconds: float | None = None
) -> list[Spoken]:
    """Write all sentences, one after the other, as a WAV file of at least ``seconds``."""
    sound, rate = array.array("h"), 22_050
    heard: list[Spoken] = []
    for text in texts:
        samples, rate = speak(text, out.parent, voice)
        sound.extend([0] * (rate * (PAUSE_MS if heard else LEAD_MS) // 1000))
        start_ms = len(sound) * 1000 // rate
        sound.extend(samples)
        heard.append(Spoken(start_ms, len(sound) * 1000 // rate, text))
    sound.extend([0] * max(rate // 2, int((seconds or 0) * rate) - len(sound)))
    with wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound.tobytes())
    return heard


def title_filter(title: str, folder: Path, height: int) -> str:
    """The filter that writes ``title`` across the lower third; empty without title or font."""
    if not title or not FONT.exists():
        return "null"
    (folder / "title.txt").write_text(title, encoding="utf-8")
    look = "fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=8"
    where = f"fontsize={max(height // 16, 12)}:x=(w-text_w)/2:y=h*0.8"
    return f"drawtext=fontfile={FONT}:textfile={folder}/title.txt:{look}:{where}"


def make(
    path: Path | str,
    texts: Sequence[str] = (),
    *,
    seconds: float | None = None,
    size: tuple[int, int] = (640, 360),
    fps: str = "30",
    title: str = "",
    voice: str = "vi",
    background: str = "testsrc2",
    options: Sequence[str] = (),
) -> list[Spoken]:
    """Make the clip at ``path`` and return what is said in it, and when.

    It is as long as the sentences or ``seconds``, whichever is more. ``fps`` may be a fraction.
    ``options`` go to ffmpeg before the output, after ours. Raises
    ``subprocess.CalledProcessError`` when a tool fails.
    """
    picture = BACKGROUNDS[background].format(size=f"{size[0]}x{size[1]}", fps=fps)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        heard = read_out(texts, folder / "speech.wav", voice=voice, seconds=seconds)
        inputs = ["-f", "lavfi", "-i", picture, "-i", str(folder / "speech.wav")]
        video = ["-vf", title_filter(title, folder, size[1]), "-c:v", "libx264"]
        video += ["-preset", "veryfast", "-pix_fmt", "yuv420p"]
        audio = ["-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2", "-shortest"]
        quiet = ["-nostdin", "-loglevel", "error", "-y"]
        subprocess.run(
            ["ffmpeg", *quiet, *inputs, *video, *audio, *options, str(path)],
            check=True,
            stdin=subprocess.DEVNULL,
        )
    return heard


def main() -> None:
    """Read the command line and make one clip."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("path", type=Path)
    parser.add_argument("sentence", nargs="*", help="what is said; made up when none is given")
    parser.add_argument("--count", type=int, default=4, help="how many sentences to make up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--fps", default="30")
    parser.add_argument("--title", default="")
    parser.add_argument("--voice", default="vi")
    parser.add_argument("--background", choices=sorted(BACKGROUNDS), default="gradients")
    given = parser.parse_args()
    width, height = (int(side) for side in given.size.split("x"))
    heard = make(
        given.path,
        given.sentence or sentences(given.count, given.seed),
        seconds=given.seconds,
        size=(width, height),
        fps=given.fps,
        title=given.title,
        voice=given.voice,
        background=given.background,
    )
    for line in heard:
        print(f"{line.start_ms / 1000:7.2f} {line.end_ms / 1000:7.2f}  {line.text}")


if __name__ == "__main__":
    main()
