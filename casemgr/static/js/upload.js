// Several files at once, each sent on its own with its own progress and its own answer.
const AT_ONCE = 2;
const LOST = { ok: false, message: "The connection was lost.", what_to_do: "Check your network, then try again." };
const TOO_LARGE = { ok: false, message: "This file is over the size limit.", what_to_do: "Split it, or scan it in black and white." };
const UNCLEAR = { ok: false, message: "The server gave an answer we did not understand.", what_to_do: "Reload the page and try again." };

export function startUploads(page) {
  for (const form of page.querySelectorAll("form[data-upload-url]")) new Uploads(form).start();
}

class Uploads {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector("[data-upload-list]");
    this.summary = form.querySelector("[data-upload-summary]");
    this.waiting = [];
    this.running = 0;
    this.counts = { sent: 0, refused: 0 };
  }

  start() {
    const { form } = this;
    const zone = form.querySelector("[data-drop-zone]");
    form.querySelector("[data-plain-submit]").hidden = true;
    for (const part of form.querySelectorAll("[data-drop-hint], [data-camera]")) part.hidden = false;
    form.classList.add("is-live");
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const picker of form.querySelectorAll("[data-pick]")) {
      picker.addEventListener("change", () => {
        this.add(picker.files);
        picker.value = ""; // so that the same file can be picked again after a failure
      });
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
      this.add(event.dataTransfer.files);
    });
    addEventListener("beforeunload", (event) => {
      if (this.running) event.preventDefault();
    });
  }

  add(files) {
    const most = Number(this.form.dataset.maxFiles || Infinity);
    if (files.length > most) {
      this.summary.textContent = `These are ${files.length} files. Add at most ${most} at once.`;
      return;
    }
    for (const file of files) this.queue(new Row(this, file));
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

  next() {
    while (this.running < AT_ONCE && this.waiting.length) {
      this.running += 1;
      this.waiting.shift().send().then((ok) => {
        this.running -= 1;
        this.finished(ok);
        this.next();
      });
    }
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

  say() {
    const { sent, refused } = this.counts;
    const left = this.running + this.waiting.length;
    const words = [`${sent} saved`];
    if (refused) words.push(`${refused} not saved`);
    if (left) words.push(`${left} to go`);
    this.summary.textContent = `${words.join(", ")}.`;
  }

  // The token, and the plain form's own inputs (kind, who may see it), go along with every file.
  // Hyphens for underscores: web servers drop headers with underscores.
  headers(file) {
    const headers = {
      Accept: "application/json",
      "Content-Type": "application/octet-stream",
      "X-File-Name": encodeURIComponent(file.name.toWellFormed?.() ?? file.name),
    };
    for (const [name, value] of new FormData(this.form)) {
      if (name === "csrf_token") headers["X-CSRFToken"] = value;
      else if (typeof value === "string") headers[`X-Field-${name.replaceAll("_", "-")}`] = encodeURIComponent(value);
    }
    return headers;
  }
}

class Row {
  constructor(uploads, file) {
    this.uploads = uploads;
    this.file = file;
    this.item = make("li", "upload-row");
    this.bar = make("progress");
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", `Sending ${file.name}`);
    this.result = make("p", "upload-result", "Waiting");
    this.item.append(make("p", "upload-name", file.name), this.bar, this.result);
    uploads.list.append(this.item);
  }

  send() {
    const { form } = this.uploads;
    this.result.textContent = "Sending";
    return new Promise((done) => {
      const request = new XMLHttpRequest(); // fetch() has no progress of what is sent
      request.open("POST", form.dataset.uploadUrl);
      for (const [name, value] of Object.entries(this.uploads.headers(this.file))) request.setRequestHeader(name, value);
      request.upload.addEventListener("progress", (event) => this.progress(event));
      request.addEventListener("loadend", () => {
        const answer = answerOf(request);
        this.show(answer);
        done(answer.ok);
      });
      request.send(this.file);
    });
  }

  progress(event) {
    this.bar.value = event.lengthComputable ? event.loaded / event.total : 0;
    this.result.textContent = event.loaded === event.total ? "Checking" : `Sending, ${Math.floor(this.bar.value * 100)} percent`;
  }

  show(answer) {
    this.bar.hidden = true;
    const state = answer.ok ? (answer.duplicate ? "duplicate" : "saved") : "refused";
    this.item.className = `upload-row is-${state}`;
    const message = answer.message || (answer.ok ? "Saved." : "This file was not saved.");
    this.result.textContent = [message, answer.what_to_do].filter(Boolean).join(" ");
    this.result.prepend(make("strong", "", { saved: "Saved. ", duplicate: "Already here. ", refused: "Not saved. " }[state]));
    this.item.querySelector(".upload-actions")?.remove();
    const actions = make("div", "upload-actions");
    if (answer.ok && answer.url) actions.append(this.link(answer.url));
    if (answer.can_retry && !answer.ok) actions.append(this.retryButton());
    if (actions.children.length) this.item.append(actions);
  }

  link(url) {
    const link = make("a", "", "Open");
    link.href = url;
    link.append(make("span", "visually-hidden", ` ${this.file.name}`));
    return link;
  }

  retryButton() {
    const button = make("button", "btn btn-outline-primary", "Try again");
    button.type = "button";
    button.append(make("span", "visually-hidden", `: ${this.file.name}`));
    button.addEventListener("click", () => {
      this.item.querySelector(".upload-actions").remove();
      this.item.className = "upload-row";
      this.bar.hidden = false;
      this.bar.value = 0;
      this.uploads.retried();
      this.uploads.queue(this);
    });
    return button;
  }
}

function answerOf({ status, responseText }) {
  if (!status) return { ...LOST, can_retry: true };
  // A file that was refused for what it is will be refused again; a server in trouble may take it later.
  const can_retry = status === 429 || status >= 500;
  try {
    const answer = JSON.parse(responseText);
    return { ...answer, ok: status < 400 && answer.ok !== false, can_retry };
  } catch {
    return { ...UNCLEAR, can_retry };
  }
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
