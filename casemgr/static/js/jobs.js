// Watches a job: asks data-poll-url for {state, done, total, message, url} and shows how far it is.
const FIRST_MS = 700;
const SLOWEST_MS = 5000;

export function startJobs(page) {
  for (const job of page.querySelectorAll("[data-poll-url]")) watch(job, FIRST_MS);
}

async function watch(job, wait) {
  await new Promise((done) => setTimeout(done, wait));
  let next = Math.min(wait * 1.3, SLOWEST_MS);
  try {
    const answer = await fetch(job.dataset.pollUrl, { headers: { Accept: "application/json" } });
    const news = await answer.json();
    if (!answer.ok) throw new Error(news.message);
    show(job, news);
    if (news.state === "done") {
      location.assign(news.url || job.dataset.doneUrl || location.href);
      return;
    }
    if (news.state === "failed") return;
  } catch {
    say(job, "We lost the connection for a moment. The work goes on; trying again.");
    next = SLOWEST_MS;
  }
  watch(job, next);
}

function show(job, news) {
  const bar = job.querySelector("progress");
  if (news.total) {
    bar.max = news.total;
    bar.value = news.done ?? 0;
  }
  const steps = news.total ? ` (${news.done ?? 0} of ${news.total})` : "";
  say(job, news.message ? `${news.message}${steps}` : `Working on it${steps}`);
  job.classList.toggle("job-failed", news.state === "failed");
  if (news.state === "failed") bar.hidden = true;
}

function say(job, words) {
  const line = job.querySelector(".job-message");
  if (line.textContent !== words) line.textContent = words;
}
