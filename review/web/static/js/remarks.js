// The place of a remark: the picture on the screen, taken with a button or with [ and ].
// Listens on the document, so a tab that is swapped in later works too.

import { player } from "./seek.js";

let shown = null; // the time of the picture on the screen, where the browser tells it

function watch(video) {
  if (!video?.requestVideoFrameCallback || video.dataset.remarked) return;
  video.dataset.remarked = "1";
  const next = (_now, frame) => {
    shown = frame.mediaTime;
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
}

for (const name of ["loadeddata", "timeupdate", "seeked"]) {
  document.addEventListener(name, (event) => event.target.id === "player" && watch(event.target), true);
}
document.addEventListener("emptied", () => { shown = null; }, true);

function exact(seconds) {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(ms / 60000))}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, "0")}`;
}

function take(end) {
  const field = document.querySelector(`[data-remark-${end}]`);
  const video = player();
  if (!field || !video) return false;
  video.pause();
  field.value = exact(shown ?? video.currentTime);
  return true;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-remark-take]");
  if (button) take(button.dataset.remarkTake);
  const mark = event.target.closest?.("[data-mark]");
  if (mark) document.getElementById(`remark-${mark.dataset.mark}`)?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("keydown", (event) => {
  const end = { "[": "at", "]": "end" }[event.key];
  if (!end || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  if (take(end)) event.preventDefault();
});
