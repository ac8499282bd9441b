// Many files at once: each is sent on its own, with its own progress and its own answer.
import { dropped, picked } from "./upload-pick.js";
import { Transfer, fingerprintOf } from "./upload-send.js";

const AT_ONCE = 2;
const EVERY_MS = 500; // how often the progress of all is told
const TOO_LARGE = { ok: false, message: "This file is over the size limit.", what_to_do: "Split it, or scan it in black and white." };

export function startUploads(page) {
  for (const form of page.querySelectorAll("form[data-upload-url]")) new Uploads(form).start();
}

class Uploads {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector("[data-upload-list]");
    this.summary = form.querySelector("[data-upload-summary]");
    this.overall = form.querySelector("[data-upload-overall]");
    this.rows = [];
    this.waiting = [];
    this.running = 0;
    this.counts = { sent: 0, refused: 0 };
    this.note = "";
  }

  start() {
    const { form } = this;
    const zone = form.querySelector("[data-drop-zone]");
    form.querySelector("[data-plain-submit]").hidden = true;
    for (const part of form.querySelectorAll("[data-drop-hint], [data-camera]")) part.hidden = false;
    for (const part of form.querySelectorAll("[data-folder]")) part.hidden = !part.querySelector("input").webkitdirectory;
    form.classList.add("is-live");
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const picker of form.querySelectorAll("[data-pick]")) {
      const take = () => {
        const found = picked(picker);
        picker.value = ""; // so that the same file can be picked again after a failure
        this.add(found);
      };
      picker.addEventListener("change", take);
      if (picker.files.length) take(); // picked before this script came
    }
    for (const kind of ["dragenter", "dragover"]) {
      zone.addEventListener(kind, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      dropped(event.dataTransfer).then((found) => this.add(found));
    });
    this.overall?.querySelector("button").addEventListener("click", () => this.cancelAll());
    addEventListener("beforeunload", (event) => {
      if (this.running) event.preventDefault();
    });
  }

  add({ files, leftOut }) {
    const most = Number(this.form.dataset.maxFiles || Infinity);
    if (files.length > most) {
      this.summary.textContent = `These are ${files.length} files. Add at most ${most} at once.`;
      return;
    }
    this.note = leftOut ? `${leftOut} hidden or system ${leftOut === 1 ? "file was" : "files were"} left out.` : "";
    const rows = files.map(({ file, path }) => new Row(this, file, path));
    this.rows.push(...rows);
    if (this.note && !rows.length) this.say();
    for (const row of rows) this.queue(row);
    this.announce(rows);
  }

  queue(row) {
    const limit = Number(this.form.dataset.maxSize || Infinity);
    if (row.file.size > limit) {
      row.show(TOO_LARGE);
      this.finished(false);
      return;
    }
    this.waiting.push(row);
    this.next();
  }

  // All files are told to the server at once: it knows what is missing if the browser is closed before the end.
  async announce(rows) {
    for (const row of rows) if (this.waiting.includes(row)) await row.announce();
  }

  next() {
    while (this.running < AT_ONCE && this.waiting.length) {
      this.running += 1;
      this.waiting.shift().send().then((answer) => {
        this.running -= 1;
        if (answer.cancelled) this.say();
        else this.finished(answer.ok);
        this.next();
      });
    }
    this.tell();
  }

  finished(ok) {
    this.counts[ok ? "sent" : "refused"] += 1;
    this.say();
    const done = this.form.querySelector("[data-upload-done]");
    if (done && this.counts.sent) done.hidden = false;
  }

  retried() {
    this.counts.refused -= 1;
    this.say();
  }

  cancel(row) {
    const at = this.waiting.indexOf(row);
    if (at >= 0) this.waiting.splice(at, 1);
    this.say();
  }

  cancelAll() {
    for (const row of this.rows) if (row.isOpen) row.cancel();
  }

  say() {
    const { sent, refused } = this.counts;
    const left = this.running + this.waiting.length;
    const words = [`${sent} saved`];
    if (refused) words.push(`${refused} not saved`);
    if (left) words.push(`${left} to go`);
    this.summary.textContent = [`${words.join(", ")}.`, this.note].filter(Boolean).join(" ");
    this.tell();
  }

  // The progress of everything, some times a second; not read aloud.
  tell() {
    if (!this.overall || this.telling) return;
    this.telling = setTimeout(() => {
      this.telling = null;
      const rows = this.rows.filter((row) => row.isOpen || row.isDone);
      const open = rows.some((row) => row.isOpen);
      this.overall.hidden = !open;
      if (!open) return;
      const total = rows.reduce((sum, row) => sum + row.file.size, 0);
      const sent = rows.reduce((sum, row) => sum + (row.isDone ? row.file.size : row.sent), 0);
      this.overall.querySelector("progress").value = total ? sent / total : 0;
      const done = rows.filter((row) => row.isDone).length;
      this.overall.querySelector("[data-overall-words]").textContent =
        `${done} of ${rows.length} ${rows.length === 1 ? "file" : "files"}, ${size(sent)} of ${size(total)}`;
    }, EVERY_MS);
  }

  // What did not arrive completely the last time, and is now chosen again.
  takeUnfinished(fingerprint) {
    for (const item of document.querySelectorAll("[data-unfinished]")) {
      if (item.dataset.fingerprint !== fingerprint) continue;
      const section = item.closest("[data-unfinished-files]");
      item.remove();
      if (section && !section.querySelector("[data-unfinished]")) section.remove();
      return item.dataset.unfinished;
    }
    return null;
  }

  // The plain form's own inputs (who may see it, where it came from) go along with every file.
  metadata(file, path, fingerprint) {
    const told = { filename: file.name.toWellFormed?.() ?? file.name, fingerprint };
    for (const [name, value] of new FormData(this.form)) {
      if (name !== "csrf_token" && typeof value === "string") told[`field-${name}`] = value;
    }
    return told;
  }

  get token() {
    return new FormData(this.form).get("csrf_token");
  }
}

class Row {
  constructor(uploads, file, path) {
    this.uploads = uploads;
    this.file = file;
    this.path = path;
    this.sent = 0;
    this.isOpen = true;
    this.isDone = false;
    this.item = make("li", "upload-row");
    this.bar = make("progress");
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", `Sending ${file.name}`);
    this.result = make("p", "upload-result", "Waiting");
    this.item.append(make("p", "upload-name", path), this.bar, this.result);
    this.offer(this.button("Cancel", () => this.cancel(), "btn btn-link"));
    uploads.list.append(this.item);
  }

  async prepare() {
    const { uploads, file, path } = this;
    const fingerprint = await fingerprintOf(file, path);
    const transfer = new Transfer({
      file,
      createUrl: uploads.form.dataset.uploadUrl,
      token: uploads.token,
      metadata: uploads.metadata(file, path, fingerprint),
      on: { progress: (bytes) => this.progress(bytes), waiting: (words) => this.say(words) },
    });
    transfer.url = uploads.takeUnfinished(fingerprint);
    return transfer;
  }

  async announce() {
    this.preparing ??= this.prepare();
    const transfer = await this.preparing;
    if (!transfer.url && this.isOpen) await transfer.announce();
  }

  async send() {
    this.say("Sending");
    this.preparing ??= this.prepare();
    this.transfer = await this.preparing;
    if (!this.isOpen) return { ok: false, cancelled: true };
    const answer = await this.transfer.send();
    if (!answer.cancelled) this.show(answer);
    return answer;
  }

  async cancel() {
    this.isOpen = false;
    this.bar.hidden = true;
    this.say("Cancelled. Nothing of it was kept.");
    this.item.querySelector(".upload-actions")?.remove();
    this.uploads.cancel(this);
    (await this.preparing)?.cancel();
  }

  progress(bytes) {
    this.sent = Math.max(0, Math.min(bytes, this.file.size));
    this.bar.value = this.file.size ? this.sent / this.file.size : 0;
    this.say(this.sent === this.file.size ? "Checking" : `Sending, ${Math.floor(this.bar.value * 100)} percent`);
    this.uploads.tell();
  }

  say(words) {
    if (this.result.textContent !== words) this.result.textContent = words;
  }

  show(answer) {
    this.isOpen = false;
    this.isDone = answer.ok;
    this.bar.hidden = true;
    const state = answer.ok ? (answer.duplicate ? "duplicate" : "saved") : "refused";
    this.item.className = `upload-row is-${state}`;
    const message = answer.message || (answer.ok ? "Saved." : "This file was not saved.");
    this.result.textContent = [message, answer.what_to_do].filter(Boolean).join(" ");
    this.result.prepend(make("strong", "", { saved: "Saved. ", duplicate: "Already here. ", refused: "Not saved. " }[state]));
    const actions = [];
    if (answer.ok && answer.url) actions.push(this.link(answer.url));
    if (answer.can_retry && !answer.ok) actions.push(this.button("Try again", () => this.retry()));
    this.offer(...actions);
  }

  retry() {
    this.isOpen = true;
    this.item.className = "upload-row";
    this.bar.hidden = false;
    this.say("Waiting");
    this.offer(this.button("Cancel", () => this.cancel(), "btn btn-link"));
    this.uploads.retried();
    this.uploads.queue(this);
  }

  offer(...parts) {
    this.item.querySelector(".upload-actions")?.remove();
    if (!parts.length) return;
    const actions = make("div", "upload-actions");
    actions.append(...parts);
    this.item.append(actions);
  }

  link(url) {
    const link = make("a", "", "Open");
    link.href = url;
    link.append(make("span", "visually-hidden", ` ${this.file.name}`));
    return link;
  }

  button(words, act, classes = "btn btn-outline-primary") {
    const button = make("button", classes, words);
    button.type = "button";
    button.append(make("span", "visually-hidden", `: ${this.file.name}`));
    button.addEventListener("click", act);
    return button;
  }
}

// As the server writes sizes: decimal units.
function size(bytes) {
  for (const [unit, amount] of [["GB", 1e9], ["MB", 1e6], ["KB", 1e3]]) {
    if (bytes >= amount) return `${(bytes / amount).toFixed(bytes < 10 * amount ? 1 : 0)} ${unit}`;
  }
  return `${bytes} bytes`;
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
