// The caption editor: hear a line while mending it, add one, leave one out.

import { seek } from "./player.js";

const form = document.querySelector("[data-captions]");

function milliseconds(text) {
  const found = /^\s*(?:(\d+):)?(?:(\d+):)?(\d+)(?:[.,](\d+))?\s*$/.exec(text);
  if (!found) return 0;
  const [, first, second, last, rest] = found;
  const minutes = second === undefined ? +(first ?? 0) : +first * 60 + +second;
  return minutes * 60_000 + +last * 1000 + Math.round(+`0.${rest ?? 0}` * 1000);
}

function play(line) {
  const video = document.getElementById("player");
  const end = milliseconds(line.querySelector("[data-line-end]").value);
  seek(milliseconds(line.querySelector("[data-line-start]").value));
  const stop = () => {
    if (video.currentTime * 1000 < end) return;
    video.pause();
    video.removeEventListener("timeupdate", stop);
  };
  video?.addEventListener("timeupdate", stop);
}

function addAfter(line) {
  const added = line.cloneNode(true);
  const end = line.querySelector("[data-line-end]").value;
  added.classList.remove("line-doubt");
  added.querySelector(".doubt")?.remove();
  for (const hidden of added.querySelectorAll("input[type=hidden]")) hidden.value = "";
  added.querySelector("[data-line-start]").value = end;
  added.querySelector("[data-line-end]").value = end;
  added.querySelector("[data-line-text]").value = "";
  line.after(added);
  added.querySelector("[data-line-end]").focus();
}

// A dropped line is emptied, not removed: the server leaves it out, and the numbers of the ticks
// of the other lines stay what they were.
function drop(line) {
  line.querySelector("[data-line-text]").value = "";
  line.classList.add("line-dropped");
}

form?.addEventListener("click", (event) => {
  const line = event.target.closest("[data-line]");
  if (event.target.closest("[data-line-play]")) play(line);
  const menu = event.target.closest("[data-line-menu]");
  if (menu?.dataset.lineMenu === "after") addAfter(line);
  if (menu?.dataset.lineMenu === "drop") drop(line);
});

form?.addEventListener("keydown", (event) => {
  const line = event.target.closest("[data-line]");
  if (event.altKey && event.code === "KeyP" && line) {
    event.preventDefault();
    play(line);
  }
  if (event.ctrlKey && event.key === "Enter") form.requestSubmit();
});
