// Two films in step: the newer leads, the older follows. Small drift is caught up by playing a
// little faster or slower, which nobody sees; a larger one by a jump.

const CATCH_UP_S = 0.02;
const JUMP_S = 0.15;
const place = document.querySelector("[data-compare]");
const film = (side) => place?.querySelector(`[data-film="${side}"]`);
const [older, newer] = [film("old"), film("new")];

function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(Math.floor(seconds) % 60)}`;
}

if (older && newer) {
  const bar = place.querySelector("[data-place]");
  const now = place.querySelector("[data-now]");
  const button = place.querySelector("[data-play]");
  const word = button.querySelector("[data-word]");
  const frame = place.dataset.frameMs / 1000;
  const length = () => Math.max(older.duration || 0, newer.duration || 0);

  for (const one of [older, newer]) one.controls = false;

  const tell = () => {
    const at = newer.currentTime;
    now.textContent = clock(at);
    bar.value = length() ? Math.round((at / length()) * 1000) : 0;
    const playing = !newer.paused;
    if ((button.getAttribute("aria-pressed") === "true") !== playing) {
      button.setAttribute("aria-pressed", playing);
      [word.textContent, word.dataset.other] = [word.dataset.other, word.textContent];
    }
  };

  const keep = () => {
    const drift = newer.currentTime - older.currentTime;
    const over = newer.currentTime >= (older.duration || Infinity);
    if (!newer.paused && !over) {
      if (Math.abs(drift) > JUMP_S) older.currentTime = newer.currentTime;
      older.playbackRate = Math.abs(drift) > CATCH_UP_S ? 1 + Math.sign(drift) * 0.06 : 1;
      if (older.paused) older.play().catch(() => {});
    }
    tell();
    if (!newer.paused) requestAnimationFrame(keep);
  };

  const go = (seconds) => {
    const to = Math.min(Math.max(seconds, 0), length());
    newer.currentTime = Math.min(to, newer.duration || to);
    older.currentTime = Math.min(to, older.duration || to);
    tell();
  };

  const stop = () => {
    newer.pause();
    older.pause();
    older.playbackRate = 1;
    if (older.duration) older.currentTime = Math.min(newer.currentTime, older.duration);
    tell();
  };

  newer.addEventListener("play", () => requestAnimationFrame(keep));
  newer.addEventListener("ended", stop);
  newer.addEventListener("seeked", tell);
  button.addEventListener("click", () => {
    if (!newer.paused) stop();
    else Promise.all([older.play(), newer.play()]).catch(() => stop());
  });
  bar.addEventListener("input", () => go((bar.value / 1000) * length()));
  place.addEventListener("click", (event) => {
    const step = event.target.closest?.("[data-step]");
    if (!step) return;
    stop();
    go(newer.currentTime + step.dataset.step * frame);
  });
  place.addEventListener("change", (event) => {
    const heard = event.target.dataset?.heard;
    if (!heard) return;
    older.muted = heard !== "old";
    newer.muted = heard !== "new";
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.("input, select, textarea, button, a")) return;
    if (event.key === " ") button.click();
    else if (event.key === "ArrowLeft") go(newer.currentTime - frame);
    else if (event.key === "ArrowRight") go(newer.currentTime + frame);
    else return;
    event.preventDefault();
  });
}
