// The player and the words beside it: a tap on a time goes there, the spoken line is marked, the
// present time can be put into a note. Listens on the document, so parts swapped in later work too.

import { player, seek } from "./seek.js";

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `[${two(Math.floor(seconds / 60))}:${two(seconds % 60)}]`;
}

function show(milliseconds) {
  for (const word of document.querySelectorAll("[data-player-time]")) {
    word.textContent = clock(milliseconds);
  }
  for (const line of document.querySelectorAll("[data-lines] > li")) {
    const here = milliseconds >= +line.dataset.from && milliseconds < +line.dataset.to;
    line.classList.toggle("line-now", here);
  }
  const strip = document.querySelector("[data-strip]");
  strip
    ?.querySelector("[data-strip-now]")
    .setAttribute("x", Math.round((milliseconds / +strip.dataset.strip) * 1000));
}

function insertTime(button) {
  const note = document.querySelector(button.dataset.insertTime);
  const video = player();
  const time = clock((video?.currentTime ?? 0) * 1000);
  const before = note.value.slice(0, note.selectionStart);
  const gap = before && !/\s$/.test(before) ? " " : "";
  note.setRangeText(`${gap}${time} `, note.selectionStart, note.selectionEnd, "end");
  note.focus();
}

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest?.(selector);
  const target = hit("[data-seek]");
  if (target) {
    event.preventDefault();
    seek(+target.dataset.seek);
  }
  const timer = hit("[data-insert-time]");
  if (timer) insertTime(timer);
  const strip = hit("[data-strip]");
  if (strip && !target) {
    const box = strip.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * +strip.dataset.strip);
  }
  const tab = hit("[data-tab]");
  if (tab) {
    for (const other of document.querySelectorAll("[data-tab]")) {
      other.toggleAttribute("aria-current", other === tab);
      if (other === tab) other.setAttribute("aria-current", "page");
    }
  }
});

// Media events do not bubble; capturing sees them, also of a player that arrives later.
document.addEventListener(
  "timeupdate",
  (event) => event.target.id === "player" && show(event.target.currentTime * 1000),
  true,
);

const at = new URLSearchParams(location.search).get("at");
if (at && /^\d+$/.test(at)) {
  const video = player();
  const go = () => seek(+at, false);
  if (video?.readyState) go();
  else video?.addEventListener("loadedmetadata", go, { once: true });
}
