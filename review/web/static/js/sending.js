// One file on its way to the server, by tus. It knows no page: it tells `changed` and is asked.
//
// States: queued, sending, waiting (the line is away; it goes on by itself), paused, arrived,
// refused (the server said no), unfinished (began in an earlier visit, the file is to be chosen
// again).

// What the browser calls sent may still lie in this device's own buffers, megabytes of it on a slow
// line. Only what the server confirms counts, so a request is made as large as some seconds carry.
const FIRST_CHUNK = 256 * 1024;
const LARGEST_CHUNK = 8 * 1024 * 1024;
const CHUNK_S = 4;
// Quickly at first, then every half minute, for half an hour; after that `mind` goes on.
const RETRY_MS = [0, 1_000, 3_000, 5_000, 10_000, 20_000, ...Array(60).fill(30_000)];
// A phone that changed its address may wait for ever on a connection that is gone.
const STALLED_MS = 30_000;
const WINDOW_MS = 20_000;
const AGAIN = new Set([0, 409, 423, 429]);

export class Sending {
  constructor({ name, size, endpoint, token, changed, url = null, sent = 0, mark = "" }) {
    Object.assign(this, { name, size, endpoint, token, changed, url, mark });
    this.confirmed = sent;
    this.handed = sent;
    this.file = null;
    this.tus = null;
    this.reason = "";
    this.samples = [];
    this.state = sent >= size && url ? "arrived" : "unfinished";
  }

  get key() {
    return this.url?.split("/").pop() ?? "";
  }

  get started() {
    return this.state === "sending" || this.state === "waiting";
  }

  /** Bytes a second over the last seconds, as the server confirmed them; 0 while unknown. */
  get speed() {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || last.at === first.at) return 0;
    return (last.sent - first.sent) / ((last.at - first.at) / 1_000);
  }

  /** Bytes that are there, and as many more as the present speed has carried since. */
  get sent() {
    const last = this.samples.at(-1);
    const since = last ? (performance.now() - last.at) / 1_000 : 0;
    return Math.max(this.confirmed, Math.min(this.handed, this.confirmed + this.speed * since));
  }

  /** Seconds until the rest is there at the present speed; null while unknown. */
  get left() {
    return this.speed > 0 ? (this.size - this.sent) / this.speed : null;
  }

  /** The file itself, from this visit. */
  hold(file, mark) {
    this.file = file;
    this.mark = mark;
    if (this.state !== "arrived") this.turn("queued");
  }

  turn(state, reason = "") {
    this.state = state;
    this.reason = reason;
    if (state !== "sending") {
      this.samples = [];
      this.handed = this.confirmed;
    }
    this.changed(this);
  }

  /** Begins, or goes on where the server says. */
  begin() {
    this.tus?.abort();
    const mine = new window.tus.Upload(this.file, {
      endpoint: this.endpoint,
      uploadUrl: this.url,
      chunkSize: FIRST_CHUNK,
      retryDelays: RETRY_MS,
      storeFingerprintForResuming: false, // the server's list of one's uploads is the memory
      headers: { "X-CSRFToken": this.token },
      metadata: { filename: this.name, filetype: this.file.type, mark: this.mark },
      onUploadUrlAvailable: () => {
        this.url = mine.url;
      },
      onProgress: (handed) => this.tus === mine && this.moved(handed),
      onAfterResponse: (request, answer) => this.tus === mine && this.told(request, answer),
      onShouldRetry: (error) => this.tus === mine && this.again(error),
      onError: (error) => this.tus === mine && this.failed(error),
      onSuccess: () => this.tus === mine && this.arrived(),
    });
    this.tus = mine;
    this.heard = performance.now();
    this.turn("sending");
    mine.start();
  }

  moved(handed) {
    this.heard = performance.now();
    this.handed = handed;
    if (this.state === "sending") this.changed(this);
    else this.turn("sending");
  }

  told(request, answer) {
    const sent = Number(answer.getHeader("Upload-Offset") ?? NaN);
    if (Number.isNaN(sent) || answer.getStatus() >= 300) return;
    const at = performance.now();
    const before = this.samples.at(-1);
    this.heard = at;
    this.confirmed = sent;
    if (request.getMethod() !== "PATCH") this.samples = [];
    this.samples.push({ at, sent });
    while (this.samples.length > 2 && at - this.samples[0].at > WINDOW_MS) this.samples.shift();
    if (before && sent > before.sent) {
      const fits = ((sent - before.sent) / ((at - before.at) / 1_000)) * CHUNK_S;
      this.tus.options.chunkSize = Math.round(Math.min(LARGEST_CHUNK, Math.max(FIRST_CHUNK, fits)));
    }
  }

  again(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    const will = AGAIN.has(status) || status >= 500;
    if (will) this.turn("waiting", status ? sentence(error) : "");
    return will;
  }

  failed(error) {
    this.tus = null;
    this.heard = performance.now();
    const status = error.originalResponse?.getStatus() ?? 0;
    if (AGAIN.has(status) || status >= 500) this.turn("waiting", status ? sentence(error) : "");
    else this.turn("refused", sentence(error));
  }

  arrived() {
    this.tus = null;
    this.confirmed = this.handed = this.size;
    this.turn("arrived");
  }

  pause() {
    this.tus?.abort();
    this.tus = null;
    this.turn("paused");
  }

  /** Gives it up, here and at the server. */
  async cancel() {
    this.tus?.abort();
    this.tus = null;
    if (!this.url) return;
    const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": this.token };
    await fetch(this.url, { method: "DELETE", headers }).catch(() => null); // else it expires
  }

  /** Looks whether a line that seems open still carries anything; called every few seconds. */
  mind() {
    const still = performance.now() - this.heard > STALLED_MS;
    if (this.state === "sending" && still) {
      this.turn("waiting");
      this.begin();
    } else if (this.state === "waiting" && !this.tus && still) this.begin();
  }

  /** The network is gone, says the device: what is in the air is lost, and nobody need wait. */
  sleep() {
    if (this.state !== "sending") return;
    this.tus?.abort();
    this.tus = null;
    this.heard = performance.now();
    this.turn("waiting");
  }

  /** The network is back, or the phone was unlocked. */
  wake() {
    if (this.state === "waiting") this.begin();
  }
}

function sentence(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).error.message;
  } catch {
    return ""; // a proxy's page, say
  }
}
