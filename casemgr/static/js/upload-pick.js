// What was dropped or picked: files, and whole folders with what is in them. Files that the computer keeps for itself
// are left out.
const LEFT_OUT = /^(\..*|~\$.*|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r|__macosx)$/i;

// Call it in the drop event itself: the browser forgets what was dropped afterwards.
// Returns {files: [{file, path}], leftOut}.
export async function dropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const found = { files: [], leftOut: 0 };
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  for (const entry of entries) {
    if (entry instanceof File) take(found, entry, entry.name);
    else if (entry) await walk(entry, found);
  }
  return found;
}

export function picked(input) {
  const found = { files: [], leftOut: 0 };
  for (const file of input.files) take(found, file, file.webkitRelativePath || file.name);
  return found;
}

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((done) => entry.file(done, () => done(null)));
    if (file) take(found, file, entry.fullPath.replace(/^\//, ""));
    return;
  }
  if (LEFT_OUT.test(entry.name)) {
    found.leftOut += 1;
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done) => reader.readEntries(done, () => done([]))); // a hundred at a time
    if (!some.length) return;
    for (const inside of some) await walk(inside, found);
  }
}

function take(found, file, path) {
  if (path.split("/").some((part) => LEFT_OUT.test(part))) found.leftOut += 1;
  else found.files.push({ file, path });
}
