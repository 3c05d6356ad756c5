// Looking for a place and getting a picture over a poor line: the preview above the strip, the light
// copy, and keys. Listens on the document, so a player that is swapped in later works too.

const player = () => document.getElementById("player");
const STEP_S = 5;
const FRAME_S = 1 / 30;

// ── the preview ────────────────────────────────────────────────────────────────────────────────

const sheets = new Map();
const CUE = /(\d+):(\d+):([\d.]+) --> (\d+):(\d+):([\d.]+)\n(.+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

async function cuesOf(address) {
  if (!sheets.has(address)) {
    const seconds = (h, m, s) => (+h * 60 + +m) * 60 + +s;
    const reading = fetch(address)
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((text) =>
        [...text.matchAll(CUE)].map((found) => ({
          end: seconds(found[4], found[5], found[6]),
          image: new URL(found[7], new URL(address, location.href)).href,
          box: found.slice(8).map(Number),
        })),
      )
      .catch(() => []);
    sheets.set(address, reading);
  }
  return sheets.get(address);
}

async function preview(strip, clientX) {
  const place = strip.parentElement.querySelector("[data-scrub]");
  const box = strip.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (clientX - box.left) / box.width));
  const cues = await cuesOf(strip.dataset.sprite);
  const cue = cues.find((one) => share * +strip.dataset.strip < one.end * 1000) ?? cues.at(-1);
  if (!cue || !strip.matches(":hover")) return;
  const [x, y, width, height] = cue.box;
  const edge = width / 2;
  Object.assign(place.style, {
    width: `${width}px`,
    height: `${height}px`,
    left: `${Math.min(box.width - edge, Math.max(edge, share * box.width))}px`,
    backgroundImage: `url("${cue.image}")`,
    backgroundPosition: `-${x}px -${y}px`,
  });
  place.hidden = false;
}

document.addEventListener("pointermove", (event) => {
  const strip = event.target.closest?.("[data-sprite]");
  if (strip) preview(strip, event.clientX);
});
document.addEventListener("pointerout", (event) => {
  if (event.target.closest?.("[data-strip]")) {
    for (const place of document.querySelectorAll("[data-scrub]")) place.hidden = true;
  }
});

// ── the light copy ─────────────────────────────────────────────────────────────────────────────

function turn(element) {
  [element.textContent, element.dataset.other] = [element.dataset.other, element.textContent];
}

function useLight(wanted) {
  const video = player();
  if (!video?.dataset.light || (video.dataset.full !== undefined) === wanted) return;
  const { currentTime, paused } = video;
  const next = wanted ? video.dataset.light : video.dataset.full;
  if (wanted) video.dataset.full = video.getAttribute("src");
  else delete video.dataset.full;
  video.src = next;
  video.currentTime = currentTime;
  if (!paused) video.play().catch(() => {}); // refused without a gesture: a tap goes on
  for (const one of document.querySelectorAll("[data-light-switch], [data-light-note]")) turn(one);
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-light-switch]")) {
    useLight(player()?.dataset.full === undefined);
  }
});

const line = navigator.connection;
if (line && (line.saveData || /2g|3g/.test(line.effectiveType))) useLight(true);

// ── keys ───────────────────────────────────────────────────────────────────────────────────────

const KEYS = {
  " ": (video) => (video.paused ? video.play().catch(() => {}) : video.pause()),
  ArrowLeft: (video) => (video.currentTime -= STEP_S),
  ArrowRight: (video) => (video.currentTime += STEP_S),
  ",": (video) => (video.currentTime -= FRAME_S),
  ".": (video) => (video.currentTime += FRAME_S),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return; // the caption editor has keys of its own
  const video = player();
  const act = KEYS[event.key];
  const plain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey);
  const free = !event.target.closest?.("input, textarea, select, button, a, summary, video");
  if (video && act && plain && free) {
    event.preventDefault();
    act(video);
  }
});
