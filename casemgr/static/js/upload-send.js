// Sends one file in pieces with the tus protocol 1.0.0 (tus.io). After a dropped connection it asks how much has
// arrived and goes on from there by itself.
const MIB = 1024 * 1024;
const FIRST_PIECE = 4 * MIB;
const LARGEST_PIECE = 64 * MIB;
const QUICK_MS = 1000; // a piece that took less is followed by one of twice its size
const WAIT_SECONDS = [1, 2, 4, 8, 15, 30];
const MOST_TRIES = 40; // in a row, without a byte that got through: about twenty minutes
const PASSES = new Set([0, 408, 409, 423, 429, 460, 502, 503, 504]); // what another try may mend
const LOST = { message: "The connection was lost.", what_to_do: "Check your network, then try again." };
const UNCLEAR = {
  message: "The server gave an answer we did not understand.",
  what_to_do: "You may have been signed out: sign in again in another tab, then try again.",
};
export const CANCELLED = { ok: false, cancelled: true };

export class Transfer {
  // `on`: {progress(bytes), waiting(words)}. `metadata`: plain texts; the server gets them encoded.
  constructor({ file, createUrl, token, metadata, on }) {
    Object.assign(this, { file, createUrl, token, metadata, on });
    this.url = null;
    this.offset = null;
    this.piece = FIRST_PIECE;
    this.wake = () => {};
  }

  // Tell the server of the file, so that it knows what is missing when the browser is closed in the middle.
  announce() {
    this.announced ??= this.create().catch(() => null);
    return this.announced;
  }

  // Returns {ok, message, what_to_do, url, duplicate, can_retry}.
  async send() {
    this.cancelled = false;
    let best = -1;
    for (let tries = 0; ; ) {
      const problem = await this.step();
      if (this.cancelled) return CANCELLED;
      if (this.answer) return this.answer;
      if ((this.offset ?? -1) > best) {
        best = this.offset;
        tries = 0;
      }
      if (!problem) continue;
      const answer = answerOf(problem);
      if (!PASSES.has(problem.status) || tries === MOST_TRIES) return answer;
      this.offset = null;
      await this.pause(WAIT_SECONDS[Math.min(tries, WAIT_SECONDS.length - 1)], answer);
      tries += 1;
    }
  }

  cancel() {
    this.cancelled = true;
    this.request?.abort();
    this.wake();
    if (this.url) this.ask("DELETE", this.url).catch(() => {});
  }

  // One request. Returns the answer when it was not what was hoped for.
  async step() {
    if (!this.url) {
      await this.announce();
      this.announced = null;
      if (!this.url) return this.refusal;
    }
    if (this.whole) return this.finish();
    if (this.offset === null) return this.askHowMuch();
    const started = performance.now();
    const end = Math.min(this.offset + this.piece, this.file.size);
    const answer = await this.ask("PATCH", this.url, {
      headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": this.offset },
      body: this.file.slice(this.offset, end),
      progress: (loaded) => this.on.progress(this.offset + loaded),
    });
    if (answer.status === 204) {
      this.offset = Number(answer.header("Upload-Offset"));
      this.whole = this.offset === this.file.size;
      this.on.progress(this.offset);
      if (performance.now() - started < QUICK_MS) this.piece = Math.min(this.piece * 2, LARGEST_PIECE);
      return null;
    }
    this.piece = FIRST_PIECE;
    return this.wasForgotten(answer) ? null : answer;
  }

  async create() {
    const told = Object.entries(this.metadata).filter(([, value]) => value);
    const answer = await this.ask("POST", this.createUrl, {
      headers: {
        "Upload-Length": this.file.size,
        "Upload-Metadata": told.map(([key, value]) => `${key} ${encoded(value)}`).join(","),
      },
    });
    if (answer.status !== 201) {
      this.refusal = answer;
      return;
    }
    this.url = answer.header("Location");
    this.offset = 0;
  }

  async askHowMuch() {
    const answer = await this.ask("HEAD", this.url);
    if (answer.status === 200 && answer.header("Upload-Offset") !== null) {
      this.offset = Number(answer.header("Upload-Offset"));
      this.on.progress(this.offset);
      return null;
    }
    return this.wasForgotten(answer) ? null : answer;
  }

  // The server has forgotten the file: once it is begun anew.
  wasForgotten({ status }) {
    if (this.beganAnew || (status !== 404 && status !== 410)) return false;
    this.url = this.offset = null;
    this.beganAnew = true;
    return true;
  }

  async finish() {
    const answer = await this.ask("GET", this.url);
    const told = answer.status === 200 ? answer.json() : null;
    if (told?.state === "done") this.answer = { ...told, can_retry: false };
    else if (told) this.whole = false; // it is asked for once more with an empty piece
    return told ? null : answer;
  }

  // fetch() has no progress of what is sent
  ask(method, url, { headers = {}, body = null, progress = () => {} } = {}) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      if (method !== "DELETE") this.request = request;
      request.open(method, url);
      const all = { Accept: "application/json", "Tus-Resumable": "1.0.0", "X-CSRFToken": this.token, ...headers };
      for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
      request.upload.addEventListener("progress", (event) => progress(event.loaded));
      request.addEventListener("loadend", () => {
        const ours = request.getResponseHeader("Tus-Resumable") || !request.responseURL || request.status >= 400;
        done({
          status: ours ? request.status : 401, // it led on to another page
          header: (name) => request.getResponseHeader(name),
          json: () => JSON.parse(request.responseText),
        });
      });
      request.send(body);
    });
  }

  async pause(seconds, { message }) {
    for (let left = seconds; left > 0 && !this.cancelled; left -= 1) {
      this.on.waiting(`${message} It goes on by itself in ${left} ${left === 1 ? "second" : "seconds"}.`);
      const online = await new Promise((done) => {
        const timer = setTimeout(done, 1000, false);
        const stop = () => done(true);
        addEventListener("online", stop, { once: true });
        this.wake = () => {
          clearTimeout(timer);
          done(true);
        };
      });
      if (online) return;
    }
  }
}

// By which a file is known again when it is chosen again, also after the browser was closed: its name, size and time of
// change, and a hash of its beginning where the browser may make one (over https, and on this machine).
export async function fingerprintOf(file, path) {
  const start = await file.slice(0, 64 * 1024).arrayBuffer().catch(() => new ArrayBuffer(0));
  const digest = crypto.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", start)) : [];
  const hash = [...digest.slice(0, 12)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [file.size, file.lastModified, hash, path.slice(-200)].join("|");
}

function encoded(text) {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function answerOf(answer) {
  if (!answer?.status) return { ...LOST, ok: false, can_retry: true };
  // A file that was refused for what it is will be refused again; a server in trouble may take it later.
  const can_retry = answer.status >= 500 || PASSES.has(answer.status) || answer.status === 401;
  try {
    return { ...answer.json(), ok: false, can_retry };
  } catch {
    return { ...UNCLEAR, ok: false, can_retry: true };
  }
}
