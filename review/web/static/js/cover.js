// Choosing the picture that stands for a clip: the field holds the player's exact place for as long
// as nobody types into it. Listens on the document, so a place that is swapped in later works too.

const player = () => document.getElementById("player");

let typed = false;
let shown = null; // the time of the picture on the screen, where the browser tells it

function exact(seconds) {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const two = (number) => String(number).padStart(2, "0");
  const minutes = two(Math.floor(ms / 60000));
  return `${minutes}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, "0")}`;
}

function follow() {
  const field = document.querySelector("[data-cover-at]");
  const video = player();
  if (!field || !video || typed) return;
  field.value = exact(shown ?? video.currentTime);
}

// While it runs, the clock of a player is ahead of the picture; only this says what is on the screen.
function watch(video) {
  if (!video?.requestVideoFrameCallback || video.dataset.watched) return;
  video.dataset.watched = "1";
  const next = (_now, frame) => {
    shown = frame.mediaTime;
    follow();
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
}

// What is on the screen stays known through a seek: the browser may show the new picture before it
// says that it is looking for it.
for (const name of ["timeupdate", "seeked", "pause", "emptied", "loadeddata"]) {
  document.addEventListener(
    name,
    (event) => {
      if (event.target.id !== "player") return;
      watch(event.target);
      if (name === "emptied") shown = null;
      follow();
    },
    true,
  );
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-cover-at]")) typed = event.target.value !== "";
});

document.addEventListener("click", (event) => {
  const step = event.target.closest?.("[data-cover-step]");
  const video = player();
  if (!step || !video) return;
  const frame = step.closest("[data-frame-ms]").dataset.frameMs / 1000;
  typed = false;
  video.pause();
  // From the middle of the picture that is shown, so that rounding never leads back to it.
  const middle = (shown ?? video.currentTime) + frame * (+step.dataset.coverStep + 0.5);
  video.currentTime = Math.max(0, middle);
});

document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches?.("[data-cover]")) return;
    watch(player());
    follow();
  },
  true,
);

const field = document.querySelector("[data-cover-at]");
typed = Boolean(field?.value);
watch(player());
