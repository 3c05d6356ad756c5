// Hearing one line: from its start to its end, then silence.

import { milliseconds } from "./captions-judge.js";
import { read } from "./captions-rows.js";
import { player, seek } from "./seek.js";

let stopPlaying = null;

export function play(line) {
  const video = player();
  if (!video) return;
  const { start, end } = read(line);
  stopPlaying?.();
  const stop = () => {
    if (video.currentTime * 1000 < (milliseconds(end) ?? Infinity)) return;
    video.pause();
    stopPlaying();
  };
  stopPlaying = () => video.removeEventListener("timeupdate", stop);
  video.addEventListener("timeupdate", stop);
  seek(milliseconds(start) ?? 0);
}

export function toggle() {
  const video = player();
  stopPlaying?.();
  if (video?.paused) video.play().catch(() => {}); // refused without a gesture: nothing to do
  else video?.pause();
}
