// Keeps a page that is looked at up to date. Everything works without it.
"use strict";

const EVERY = 60000;
const SLACK = 15000;
const PATIENCE = 20000;
let shownAt = isKept() ? 0 : Date.now();

/** Tell whether the browser shows what it kept, as it does for who goes back: nothing was sent. */
function isKept() {
  return performance.getEntriesByType("navigation")[0]?.transferSize === 0;
}

/** Say that what is shown is old: nobody must take it for the present. */
function tell(text) {
  const stale = document.getElementById("stale");
  if (stale && stale.textContent !== text) stale.textContent = text;
}

/** Find the element again that stands where another stood. */
function again(element) {
  const place = element.closest("[id], [data-job]");
  const within = place.id ? `#${CSS.escape(place.id)}` : `[data-job="${place.dataset.job}"]`;
  const address = element.getAttribute("href");
  const itself = address ? `[href="${CSS.escape(address)}"]` : element.localName;
  return element.id ? document.querySelector(within) : document.querySelector(`${within} ${itself}`);
}

/** Name the parts of a page that change: with the first report they become others. */
function parts(page) {
  return [...page.querySelectorAll("[data-live]")].map((each) => each.id).join();
}

/** Put the new parts in the place of the old ones; focus and opened details stay. */
function replace(fresh) {
  if (parts(fresh) !== parts(document)) {
    location.reload();
    return;
  }
  const focused = document.activeElement;
  const open = [...document.querySelectorAll("details[open][id]")].map((each) => each.id);
  for (const part of document.querySelectorAll("[data-live]")) {
    part.replaceWith(document.adoptNode(fresh.getElementById(part.id)));
  }
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (!focused.isConnected) again(focused)?.focus({ preventScroll: true });
  document.title = fresh.title;
  const now = document.querySelector("[data-now]");
  const then = fresh.querySelector("[data-now]");
  if (now && then) now.replaceWith(document.adoptNode(then));
  addLocalTimes();
}

/** Ask for this page as it is now. */
async function ask() {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error("no answer in time")), PATIENCE);
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: late.signal });
    if (answer.status === 404) throw new Error("it no longer knows what this shows");
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } finally {
    clearTimeout(timer);
  }
}

async function refresh() {
  const age = Math.abs(Date.now() - shownAt); // a clock may be set back, too
  if (document.hidden || age < EVERY - SLACK) return;
  try {
    replace(await ask());
    shownAt = Date.now();
    tell("");
  } catch (error) {
    tell(`This is old: the daemon gives no other (${error.message}).`);
  }
}

/** Add the reader's own time to what shows on hover. */
function addLocalTimes() {
  for (const time of document.querySelectorAll("time[datetime$='Z'][title]:not([data-local])")) {
    time.title += `\n${new Date(time.dateTime).toLocaleString()} here`;
    time.dataset.local = "";
  }
}

/** Copy a text; where a browser lets only safe addresses do so, select it. */
async function copy(button) {
  const text = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(text);
    button.textContent = "Selected: now copy it";
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
addLocalTimes();
refresh();
setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
