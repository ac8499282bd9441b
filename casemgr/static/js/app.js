// Everything here improves a page that already works without it.
import { startChoosing, startTickingAll } from "./choose.js";
import { startForms } from "./forms.js";
import { startJobs } from "./jobs.js";
import { startKeeper } from "./keep-text.js";
import { startMenus } from "./menus.js";
import { startPreviews } from "./preview.js";
import { startTheme } from "./theme.js";
import { startUploads } from "./upload.js";

const starts = [startTheme, startMenus, startForms, startKeeper, startJobs, startPreviews, startUploads];
for (const start of [...starts, startChoosing, startTickingAll]) {
  start(document);
}
