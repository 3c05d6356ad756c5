// Tải clip lên: each chosen file is a row that travels by itself; the dossier is filled in
// meanwhile and sent when its file is there. Without this file the browser sends the form.

import { markOf } from "./mark.js";
import { propose } from "./proposal.js";
import { Sending } from "./sending.js";

const form = document.querySelector("[data-upload]");
const words = JSON.parse(form.dataset.words);
const single = "single" in form.dataset;
const token = document.querySelector("meta[name=csrf-token]").content;
const picker = form.querySelector("input[type=file]");
const list = form.querySelector("[data-rows]");
const blank = form.querySelector("template[data-row]");
const total = form.querySelector("[data-total]");
const about = form.querySelector("[data-about]");
const send = form.querySelector("[data-upload-send]");
const fault = document.getElementById("upload-fault");

// A village uplink carries two at once about as fast as one, and a small one does not wait for a
// large one; more would only take the server's threads.
const AT_ONCE = 2;
// What the advice on exporting amounts to: 8 Mbit/s of picture and a little sound.
const MINUTE_BYTES = 62e6;
const SKIPPED = new Set(["csrf_token", "version", "file"]);

const proposal = propose(form);
const rows = [];
let current = null;
let busy = 0;

// ── words and figures ────────────────────────────────────────────────────────────────────────────

const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

function say(code, values = {}) {
  return words[code].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let step = 0;
  for (; bytes >= 1024 && step < 3; step += 1) bytes /= 1024;
  return `${number.format(bytes)} ${units[step]}`;
}

function span(seconds) {
  if (seconds < 90) return say("seconds", { count: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return say("minutes", { count: Math.round(seconds / 60) });
  return say("hours", { count: number.format(seconds / 3600) });
}

function complain(text) {
  fault.replaceChildren();
  if (!text) return;
  const box = document.createElement("div");
  const line = document.createElement("p");
  box.className = "notice notice-danger";
  line.textContent = text;
  box.append(line);
  fault.append(box);
}

// ── rows ─────────────────────────────────────────────────────────────────────────────────────────

function newRow(facts) {
  const box = blank.content.firstElementChild.cloneNode(true);
  const row = { box, dossier: null, values: null, made: null, posting: false };
  const part = (name) => box.querySelector(`[data-${name}]`);
  row.part = part;
  row.sending = new Sending({
    ...facts,
    endpoint: form.dataset.endpoint,
    token,
    changed: () => changed(row),
  });
  part("name").textContent = facts.name;
  part("bar").setAttribute("aria-label", say("progress", { name: facts.name }));
  for (const name of ["pause", "go", "again", "cancel", "fill"]) {
    part(name).setAttribute("aria-label", `${part(name).textContent.trim()}: ${facts.name}`);
  }
  part("pause").addEventListener("click", () => (row.sending.pause(), feed()));
  part("go").addEventListener("click", () => (row.sending.turn("queued"), feed()));
  part("again").addEventListener("click", () => picker.click());
  part("cancel").addEventListener("click", () => cancel(row));
  part("fill").addEventListener("click", () => turnTo(row));
  rows.push(row);
  list.append(box);
  return row;
}

function changed(row) {
  draw(row);
  if (row.sending.state === "arrived" && row.dossier) post(row);
  feed();
}

function lineOf(row) {
  const { state, sent, size: whole, speed, left, reason } = row.sending;
  if (row.made) return say("made");
  const share = `${size(sent)} / ${size(whole)}`;
  if (row.posting) return say("posting");
  if (state === "arrived") return row.dossier ? say("posting") : say("arrived");
  if (state === "unfinished") return say("unfinished", { share });
  if (state === "refused") return reason || say("failed");
  if (state === "waiting") return `${share} · ${reason || say("offline")}`;
  if (state === "paused") return `${share} · ${say("paused")}`;
  if (state === "queued") return `${share} · ${say("queued")}`;
  if (sent >= whole) return say("atServer");
  if (!speed) return `${share} · ${say("measuring")}`;
  return `${share} · ${size(speed)}/s · ${say("left", { left: span(left) })}`;
}

function draw(row) {
  const { state, sent, size: whole } = row.sending;
  const { part } = row;
  const open = !row.made && !row.posting;
  row.box.dataset.state = row.made ? "made" : state;
  part("bar").value = whole ? Math.round((1000 * sent) / whole) : 0;
  part("line").textContent = lineOf(row);
  part("pause").hidden = !open || !["sending", "waiting", "queued"].includes(state);
  part("go").hidden = !open || state !== "paused";
  part("again").hidden = !open || state !== "unfinished";
  part("cancel").hidden = !open;
  part("fill").hidden = !open || row === current || single || state === "refused";
  part("noted").hidden = !open || !row.dossier;
}

function drawTotal() {
  const moving = rows.filter((row) => row.sending.started || row.sending.state === "queued");
  const rate = rows.reduce((sum, row) => sum + row.sending.speed, 0);
  const rest = moving.reduce((sum, row) => sum + row.sending.size - row.sending.sent, 0);
  if (!rows.some((row) => row.sending.state === "sending")) total.textContent = "";
  else if (!rate) total.textContent = say("measuring");
  else {
    total.textContent = say("total", {
      left: span(rest / rate),
      speed: `${size(rate)}/s`,
      minute: span(MINUTE_BYTES / rate),
    });
  }
}

/** Starts what waits for its turn. */
function feed() {
  const going = rows.filter((row) => row.sending.started).length;
  const next = rows.filter((row) => row.sending.state === "queued").slice(0, AT_ONCE - going);
  if (going < AT_ONCE) for (const row of next) row.sending.begin();
  drawTotal();
  stayAwake(rows.some((row) => row.sending.started));
}

async function cancel(row) {
  const { state, sent } = row.sending;
  if (sent && state !== "refused" && !confirm(say("cancelAsk", { name: row.sending.name }))) return;
  sessionStorage.removeItem(`dossier:${row.sending.mark}`);
  rows.splice(rows.indexOf(row), 1);
  row.box.remove();
  if (row === current) turnTo(rows.find((one) => !one.made) ?? null);
  await row.sending.cancel();
  feed();
}

// ── choosing files ───────────────────────────────────────────────────────────────────────────────

async function choose(files) {
  complain("");
  for (const file of single ? [...files].slice(0, 1) : files) {
    if (file.size > +form.dataset.max) complain(say("tooLarge", { name: file.name }));
    else if (!file.size) complain(say("empty", { name: file.name }));
    else await add(file);
  }
  picker.value = "";
  drawAbout();
  feed();
}

async function add(file) {
  let mark;
  try {
    mark = await markOf(file);
  } catch {
    complain(say("unreadable", { name: file.name })); // moved away, or still in the cloud
    return;
  }
  let row = rows.find((one) => one.sending.mark === mark && one.sending.size === file.size);
  if (row?.sending.file) return; // the same file twice
  if (single && !row && rows.some((one) => one.sending.file)) {
    complain(say("single"));
    return;
  }
  row ??= newRow({ name: file.name, size: file.size });
  row.sending.hold(file, mark);
  row.values ??= JSON.parse(sessionStorage.getItem(`dossier:${mark}`) ?? "null");
  if (!current || current.made || (!current.sending.file && current.sending.state !== "arrived")) {
    turnTo(row);
  } else draw(row);
}

// ── the dossier ──────────────────────────────────────────────────────────────────────────────────

function entered() {
  return [...new FormData(form)].filter(([name, value]) => {
    return !SKIPPED.has(name) && typeof value === "string";
  });
}

function keep() {
  if (!current || current.made) return;
  current.values = entered();
  if (current.sending.mark) {
    // Ends with this tab: texts of unpublished clips do not stay on an office's computer.
    sessionStorage.setItem(`dossier:${current.sending.mark}`, JSON.stringify(current.values));
  }
}

function restore(values) {
  form.reset();
  proposal.answered = Boolean(values);
  if (!values) return;
  for (const field of form.elements) {
    if (!field.name || SKIPPED.has(field.name) || field.type === "hidden") continue;
    const given = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
    else field.value = given[0] ?? "";
  }
}

function turnTo(row) {
  // What stands in the form before any file was chosen belongs to the first file.
  const first = !current && !row?.values && entered().some(([, value]) => value);
  const before = current;
  if (before && before !== row) keep();
  current = row;
  if (!first) restore(row?.values);
  if (before) draw(before);
  if (row) draw(row);
  drawAbout();
  ready();
}

/** With several files the form says which one it is about. */
function drawAbout() {
  const named = current && rows.filter((one) => !one.made).length > 1;
  about.hidden = !named;
  about.textContent = named ? say("about", { name: current.sending.name }) : "";
  for (const row of rows) row.box.classList.toggle("send-here", named && row === current);
}

function ready() {
  const label = send.querySelector("span");
  send.disabled = Boolean(current?.dossier);
  label.textContent = current?.dossier ? say("willSend") : send.dataset.label;
}

async function post(row) {
  if (row.posting || row.made) return;
  row.posting = true;
  draw(row);
  const body = new FormData();
  for (const [name, value] of row.dossier) body.append(name, value);
  body.append("upload_id", row.sending.key);
  for (const name of ["version"]) {
    if (form.elements[name]) body.append(name, form.elements[name].value);
  }
  const headers = { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": token };
  busy += 1;
  const answer = await fetch(form.action, { method: "POST", body, headers }).catch(() => null);
  const told = (await answer?.json().catch(() => null)) ?? {};
  busy -= 1;
  row.posting = false;
  if (answer?.status === 201) made(row, told.location);
  else if (!answer || answer.status >= 500) later(row, told);
  else refused(row, told.message ?? told.error?.message ?? say("failed"));
}

/** The dossier could not be sent: it is kept and goes when the line is back. */
function later(row, told) {
  row.part("line").textContent = told.message ?? say("offline");
  setTimeout(() => row.dossier && post(row), 5_000);
}

function refused(row, message) {
  const values = row.dossier;
  row.dossier = null;
  row.values = values;
  if (row !== current) turnTo(row);
  draw(row);
  ready();
  complain(message);
  fault.scrollIntoView({ block: "center" });
}

function made(row, location) {
  row.made = location;
  sessionStorage.removeItem(`dossier:${row.sending.mark}`);
  const link = row.part("link");
  link.href = location;
  link.textContent = say("open", { code: decodeURIComponent(location.split("/").pop()) });
  link.hidden = false;
  draw(row);
  const others = rows.filter((one) => one !== row && !one.made && one.sending.file);
  if (!others.length && rows.filter((one) => one.made).length === 1) window.location.assign(location);
  else if (row === current) next();
}

/** On to the next file that has no dossier yet. */
function next() {
  const open = rows.filter((one) => !one.made && !one.dossier && one.sending.state !== "refused");
  turnTo(open.find((one) => one.sending.file) ?? open[0] ?? (current.made ? null : current));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  complain("");
  if (current?.dossier || current?.made) return;
  const there = current && (current.sending.file || current.sending.state === "arrived");
  if (!there) {
    complain(say(current ? "chooseAgain" : "chooseFirst"));
    return;
  }
  keep();
  current.dossier = current.values;
  const row = current;
  draw(row);
  if (row.sending.state === "arrived") post(row);
  const open = rows.some((one) => !one.made && !one.dossier && one.sending.file);
  if (open) next();
  ready();
});

form.addEventListener("input", keep);
form.addEventListener("change", keep);

// ── the world around ─────────────────────────────────────────────────────────────────────────────

picker.required = false;
picker.multiple = !single;
picker.addEventListener("change", () => choose([...picker.files]));

const drop = form.querySelector("[data-drop]");
drop.classList.add("drop-rows"); // what is chosen shows as rows, not as the field's own text
for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("drop-over", kind === "dragover");
    if (kind === "drop") choose([...event.dataTransfer.files]);
  });
}

// What this person began in an earlier visit, on whatever device.
for (const facts of JSON.parse(form.dataset.waiting)) draw(newRow(facts));

function wakeAll() {
  for (const row of rows) row.sending.wake();
}
window.addEventListener("online", wakeAll);
window.addEventListener("offline", () => {
  for (const row of rows) row.sending.sleep();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") wakeAll();
});
setInterval(() => {
  for (const row of rows) {
    row.sending.mind();
    if (row.sending.state === "sending") draw(row);
  }
  drawTotal();
}, 1_000);

// While bytes travel the phone's screen stays on, where the browser lets a page ask for that.
let awake = null;
async function stayAwake(wanted) {
  if (!("wakeLock" in navigator) || wanted === Boolean(awake)) return;
  if (!wanted) {
    awake.release?.();
    awake = null;
    return;
  }
  awake = {};
  awake = await navigator.wakeLock.request("screen").catch(() => null);
}

window.addEventListener("beforeunload", (event) => {
  const open = rows.some((row) => !row.made && row.sending.file);
  if (open && (busy || rows.some((row) => row.sending.started || row.dossier))) event.preventDefault();
});

send.dataset.label = send.querySelector("span").textContent;
