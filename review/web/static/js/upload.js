// Sends the form with its file and shows how far it is. Without this file the same form is sent
// by the browser itself.

const form = document.querySelector("[data-upload]");
const file = form.querySelector("input[type=file]");
const panel = form.querySelector("[data-bytes]");
const line = form.querySelector("[data-bytes-line]");
const bar = form.querySelector("[data-bytes-bar]");
const stop = form.querySelector("[data-bytes-cancel]");
const send = form.querySelector("[data-upload-send]");
const fault = document.getElementById("upload-fault");
const words = line.dataset;
let request = null;

const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

function size(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  let step = 0;
  for (; bytes >= 1024 && step < 3; step += 1) bytes /= 1024;
  return `${number.format(bytes)} ${units[step]}`;
}

function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function complain(text) {
  fault.replaceChildren();
  if (!text) return;
  const box = document.createElement("div");
  box.className = "notice notice-danger";
  const words_ = document.createElement("p");
  words_.textContent = text;
  box.append(words_);
  fault.append(box);
}

function chosen() {
  const one = file.files[0];
  panel.hidden = !one;
  if (!one) return true;
  form.querySelector("[data-bytes-name]").textContent = `${one.name} · ${size(one.size)}`;
  const tooLarge = one.size > +form.dataset.max;
  line.textContent = tooLarge ? words.wordsTooLarge : words.wordsReady;
  complain(tooLarge ? words.wordsTooLarge : "");
  return !tooLarge;
}

function busy(on) {
  stop.hidden = !on;
  send.disabled = on;
  const label = send.querySelector("span");
  label.dataset.before ??= label.textContent;
  label.textContent = on ? send.dataset.sending : label.dataset.before;
  if (!on) delete form.dataset.sent;
}

function watch(begun) {
  return (event) => {
    if (!event.lengthComputable) return;
    bar.value = Math.round((event.loaded / event.total) * 1000);
    const speed = event.loaded / Math.max((performance.now() - begun) / 1000, 0.1);
    const left = words.wordsLeft.replace("{left}", span((event.total - event.loaded) / speed));
    line.textContent =
      event.loaded >= event.total
        ? words.wordsServer
        : `${size(event.loaded)} / ${size(event.total)} · ${size(speed)}/s · ${left}`;
  };
}

function answered() {
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // Not ours: a proxy's page, say.
  }
  if (request.status === 201 && answer.location) {
    location.assign(answer.location);
    return;
  }
  busy(false);
  complain(answer.message ?? answer.error?.message ?? words.wordsLost);
}

// The fields go before the file, so that the server can refuse before gigabytes have travelled.
function body() {
  const parts = new FormData();
  const fields = new FormData(form);
  for (const [name, value] of fields) if (!(value instanceof File)) parts.append(name, value);
  parts.append("file", file.files[0]);
  return parts;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!chosen() || request?.readyState === 1) return;
  complain("");
  request = new XMLHttpRequest();
  request.upload.addEventListener("progress", watch(performance.now()));
  request.addEventListener("load", answered);
  request.addEventListener("error", () => {
    busy(false);
    complain(words.wordsLost);
  });
  request.addEventListener("abort", () => {
    busy(false);
    line.textContent = words.wordsCancelled;
  });
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.setRequestHeader("X-CSRFToken", document.querySelector("meta[name=csrf-token]").content);
  busy(true);
  request.send(body());
});

stop.addEventListener("click", () => request?.abort());
file.addEventListener("change", chosen);

const drop = form.querySelector("[data-drop]");
for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("drop-over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      file.files = event.dataTransfer.files;
      chosen();
    }
  });
}

// A category proposes the political answer; a person's own choice is never overruled.
const category = form.querySelector("[data-category]");
let answeredByHand = false;
form.querySelector("[data-political-choice]")?.addEventListener("change", (event) => {
  if (event.isTrusted) answeredByHand = true;
});
category?.addEventListener("change", () => {
  const political = category.selectedOptions[0]?.dataset.political;
  if (answeredByHand || political === undefined) return;
  form.querySelector(`input[name=political][value=${political === "1" ? "yes" : "no"}]`).checked = true;
});
