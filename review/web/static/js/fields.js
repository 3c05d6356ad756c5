// The fields of a clip. While the clip lies with its author the form saves itself: at a pause, on
// leaving a field, on leaving the page. What is kept is nobody's act until the sitting is over; the
// server makes one of it then. Without this file the button saves.

import { propose } from "./proposal.js";

const PAUSE_MS = 1200; // a pause for thought, not the gap between two words
const AGAIN_MS = 5000;
const started = new WeakSet();
let open = null; // the form that saves itself, and how far it came

function start(form) {
  if (started.has(form)) return;
  started.add(form);
  const asked = propose(form);
  asked.answered = Boolean(form.querySelector("input[name=political]:checked"));
  unfold(form);
  if (form.dataset.keep) open = watch(form);
}

/** A link to a field leads into a folded part as well. */
function unfold(form) {
  const wanted = location.hash.length > 1 && form.querySelector(`#${CSS.escape(location.hash.slice(1))}`);
  if (!wanted) return;
  const fold = wanted.closest("details");
  if (fold) fold.open = true;
  wanted.scrollIntoView({ block: "center" });
  (wanted.matches("input, select, textarea") ? wanted : wanted.querySelector("input"))?.focus({ preventScroll: true });
}

function watch(form) {
  const line = form.querySelector("[data-autosave-line]");
  const words = JSON.parse(form.dataset.words);
  const here = { form, kept: text(form), touched: false, closed: false };
  let timer = 0;
  let sending = false;

  function show(state, at = "") {
    line.dataset.state = state;
    line.textContent = words[state].replace("{at}", at);
  }

  async function keep() {
    clearTimeout(timer);
    const now = text(form);
    if (here.closed || now === here.kept) return;
    if (sending) {
      timer = setTimeout(keep, PAUSE_MS);
      return;
    }
    sending = true;
    show("saving");
    const answer = await fetch(form.dataset.keep, { method: "POST", body: new FormData(form) }).catch(() => null);
    sending = false;
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    if (told) {
      here.kept = now;
      here.touched = true;
      show(told.stale ? "stale" : "saved", told.at);
      if (text(form) !== now) timer = setTimeout(keep, PAUSE_MS);
    } else if (answer && answer.status < 500 && answer.status !== 429) {
      here.closed = true;
      show("closed");
    } else {
      show("failed");
      timer = setTimeout(keep, AGAIN_MS);
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE_MS);
  });
  form.addEventListener("change", keep);
  form.addEventListener("focusout", keep);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    here.closed = true;
  });
  // To give up is to throw away what was kept, before the page is left.
  form.querySelector("[data-fields-cancel]").addEventListener("click", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    here.closed = true;
    const body = new FormData();
    body.append("csrf_token", form.elements.csrf_token.value);
    await fetch(form.dataset.drop, { method: "POST", body }).catch(() => null);
    location.assign(event.target.closest("a").href);
  });
  addEventListener("online", keep);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
  // Part of the page may be swapped for another without anybody leaving it.
  document.addEventListener("htmx:beforeSwap", () => document.contains(form) && keep());
  return here;
}

/** What stands in the form as text, to see whether anything changed. */
function text(form) {
  return JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf_token"));
}

// Leaving ends the sitting. The message must outlive the page, which a beacon does.
addEventListener("pagehide", () => {
  if (!open || open.closed) return;
  const changed = text(open.form) !== open.kept;
  if (!changed && !open.touched) return;
  const body = new FormData();
  if (changed) for (const [name, value] of new FormData(open.form)) body.append(name, value);
  else body.append("csrf_token", open.form.elements.csrf_token.value);
  body.append("leave", "1");
  navigator.sendBeacon(open.form.dataset.keep, body);
  open.touched = false;
});

// Coming back by the browser's own button shows the page as it was left; the clip has moved on.
addEventListener("pageshow", (event) => event.persisted && open && location.reload());

function look() {
  for (const form of document.querySelectorAll("form[data-fields]")) start(form);
}
look();
document.addEventListener("htmx:afterSettle", look);
