// tus-js-client as it is vendored for the pages, under Node: node client.cjs BUNDLE ENDPOINT TOKEN
// FILE CUTS. Its own documentation describes `httpStack`; this one speaks through node:http and
// breaks the connection CUTS times in mid-body. Prints the upload's address.
"use strict";

const fs = require("node:fs");
const http = require("node:http");

const [bundle, endpoint, token, path, cuts] = process.argv.slice(2);
const tus = require(bundle);
let left = Number(cuts);

class Answer {
  constructor(incoming, body) {
    this.incoming = incoming;
    this.body = body;
  }
  getStatus() { return this.incoming.statusCode; }
  getHeader(name) { return this.incoming.headers[name.toLowerCase()]; }
  getBody() { return this.body; }
  getUnderlyingObject() { return this.incoming; }
}

class Request {
  constructor(method, url) {
    this.method = method;
    this.url = url;
    this.headers = {};
    this.progress = () => {};
  }
  getMethod() { return this.method; }
  getURL() { return this.url; }
  setHeader(name, value) { this.headers[name] = value; }
  getHeader(name) { return this.headers[name]; }
  setProgressHandler(handler) { this.progress = handler; }
  getUnderlyingObject() { return this.outgoing; }
  abort() {
    this.outgoing?.destroy();
    return Promise.resolve();
  }

  async send(body) {
    const bytes = body ? Buffer.from(await body.arrayBuffer()) : null;
    if (bytes) this.headers["Content-Length"] = bytes.length;
    return new Promise((resolve, reject) => {
      const options = { method: this.method, headers: this.headers, agent: false };
      this.outgoing = http.request(this.url, options, (incoming) => {
        const pieces = [];
        incoming.on("data", (piece) => pieces.push(piece));
        incoming.on("end", () => resolve(new Answer(incoming, Buffer.concat(pieces).toString())));
      });
      this.outgoing.on("error", reject);
      if (bytes && left > 0) {
        left -= 1;
        this.outgoing.write(bytes.subarray(0, Math.ceil(bytes.length / 3)), () => {
          this.outgoing.destroy(new Error("the line broke"));
        });
      } else this.outgoing.end(bytes);
    });
  }
}

const httpStack = {
  createRequest: (method, url) => new Request(method, url),
  getName: () => "node:http",
};

const upload = new tus.Upload(new Blob([fs.readFileSync(path)]), {
  endpoint,
  httpStack,
  chunkSize: 1_000_000,
  retryDelays: [0, 50, 100, 200, 400],
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: "Hội xuân.mp4", filetype: "video/mp4" },
  onShouldRetry: () => true,
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess: () => console.log(upload.url),
});
upload.start();
