// Keeps a visible page up to date. Everything works without it.
"use strict";

const EVERY = 60000;
const SOONEST = 2000;
const NEARLY = 0.75;
const PATIENCE = 20000;
const LANGUAGE = document.documentElement.lang;
const ISO = "sv"; // Swedish writes dates as ISO 8601 does, as pages in English do
const DAY = new Intl.DateTimeFormat(LANGUAGE === "en" ? ISO : LANGUAGE, {
  year: "numeric", month: "2-digit", day: "2-digit",
});
const CLOCK = new Intl.DateTimeFormat(ISO, { timeStyle: "medium" });
const ZONE = DAY.resolvedOptions().timeZone;
let shownAt = isKept() ? 0 : Date.now();

/** Return whether the browser shows a cached page, as after going back: nothing was sent. */
function isKept() {
  return performance.getEntriesByType("navigation")[0]?.transferSize === 0;
}

/** Show that the page is outdated, so that it is not taken for current; hide it with "". */
function showStale(text) {
  const stale = document.getElementById("stale");
  if (stale && stale.textContent !== text) stale.textContent = text;
}

/** Return a text of the page, in its language. */
function said(name) {
  return document.getElementById("stale")?.dataset[name] ?? "";
}

/** Return the element that replaced another. */
function again(element) {
  const place = element.closest("[id], [data-job]");
  const within = place.id ? `#${CSS.escape(place.id)}` : `[data-job="${place.dataset.job}"]`;
  const address = element.getAttribute("href");
  const itself = address ? `[href="${CSS.escape(address)}"]` : element.localName;
  return element.id ? document.querySelector(within) : document.querySelector(`${within} ${itself}`);
}

/** Return how long a page is current: one that waits for something says so, in seconds. */
function period() {
  const asked = 1000 * document.querySelector("[data-every]")?.dataset.every;
  return asked ? Math.min(Math.max(asked, SOONEST), EVERY) : EVERY;
}

/** Return where the page is as it is now: one that waits names since when. */
function address() {
  return document.querySelector("[data-again]")?.dataset.again ?? location.href;
}

/** Change what is read aloud when it changes, only if it does. */
function say(fresh) {
  for (const part of document.querySelectorAll("[data-said]")) {
    const next = fresh.getElementById(part.id);
    if (next.textContent !== part.textContent) part.replaceChildren(...next.childNodes);
  }
}

/** Return the ids of the parts of a page that change: with the first report there are others. */
function parts(page) {
  return [...page.querySelectorAll("[data-live]")].map((each) => each.id).join();
}

/** Replace the old parts by the new ones; focus and opened details stay. */
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
  say(fresh);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  readCharts();
  if (!focused.isConnected) again(focused)?.focus({ preventScroll: true });
  document.title = fresh.title;
  showIcon(fresh.querySelector("link[rel=icon]"));
  const now = document.querySelector("[data-now]");
  const then = fresh.querySelector("[data-now]");
  if (now && then) now.replaceWith(document.adoptNode(then));
  showLocalTimes();
}

/** Show in the tab how things are. */
function showIcon(fresh) {
  const shown = document.querySelector("link[rel=icon]");
  if (fresh && shown.href !== fresh.href) shown.replaceWith(document.adoptNode(fresh));
}

/** Fetch this page as it is now. */
async function ask() {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(said("late"))), PATIENCE);
  try {
    const answer = await fetch(address(), { headers: { Accept: "text/html" }, signal: late.signal });
    if (answer.status === 404) throw new Error(said("gone"));
    if (!answer.ok) throw new Error(said("answer").replace("{status}", answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } finally {
    clearTimeout(timer);
  }
}

async function refresh() {
  const age = Math.abs(Date.now() - shownAt); // a clock may be set back, too
  if (document.hidden || age < period() * NEARLY || document.querySelector("[data-still]")) return;
  try {
    replace(await ask());
    shownAt = Date.now();
    showStale("");
  } catch (error) {
    showStale(said("text").replace("{error}", () => error.message));
  }
}

/** Return the offset of this browser's zone at a moment, as the server writes it: UTC+5:30. */
function offset(moment) {
  const minutes = -moment.getTimezoneOffset();
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const sign = minutes < 0 ? "-" : "+";
  return minutes ? `UTC${sign}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}` : "UTC";
}

/** Return a moment in the zone of this browser, written as the server writes it. */
function local(moment) {
  return `${DAY.format(moment)} ${CLOCK.format(moment)} ${offset(moment)}`;
}

/** Show times in the zone of this browser, and UTC where the pointer is. */
function showLocalTimes() {
  for (const time of document.querySelectorAll("time[title], time[data-exact]")) {
    if (!time.dateTime.endsWith("Z") || "local" in time.dataset) continue;
    const here = local(new Date(time.dateTime));
    const utc = `${time.dateTime.slice(0, 19).replace("T", " ")} UTC`;
    const isExact = "exact" in time.dataset;
    time.title = [isExact ? time.title : here, utc].filter(Boolean).join("\n");
    if (isExact) time.textContent = here;
    time.dataset.local = "";
  }
  const zone = document.getElementById("zone-of-times");
  if (zone) zone.textContent = zone.dataset.local.replace("{zone}", ZONE);
}

/** Copy a text; where a browser allows that for secure addresses only, select it. */
async function copy(button) {
  const text = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = button.dataset.copied;
  } catch {
    getSelection().selectAllChildren(text);
    button.textContent = button.dataset.selected;
  }
}

/** Let a chart show the value of the run that is pointed at, touched, or chosen with the arrow keys. */
function readValues(figure) {
  const chart = figure.querySelector("svg");
  const readout = figure.querySelector(".readout small");
  const points = valuesOf(figure, chart);
  if (!points.length) return;
  const summary = readout.textContent;
  const rule = added(chart, "path", "rule");
  const mark = added(chart, "circle", "at");
  let chosen = -1;

  function show(place) {
    chosen = Math.max(-1, Math.min(place, points.length - 1));
    const point = points[chosen];
    for (const each of [rule, mark]) each.setAttribute("visibility", point ? "visible" : "hidden");
    readout.textContent = point ? `${point.when}: ${point.value}` : summary;
    if (!point) return;
    rule.setAttribute("d", `M${point.x} 10V136`);
    for (const [name, value] of [["cx", point.x], ["cy", point.y], ["r", 4]]) mark.setAttribute(name, value);
  }

  function point(event) {
    const box = chart.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * chart.viewBox.baseVal.width;
    const distances = points.map((each) => Math.abs(each.x - x));
    show(distances.indexOf(Math.min(...distances)));
  }

  function choose(event) {
    const last = points.length - 1;
    const places = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, Home: 0, End: last };
    if (event.key === "Escape") show(-1);
    if (!(event.key in places)) return;
    event.preventDefault();
    show(Math.max(0, places[event.key]));
  }

  chart.setAttribute("tabindex", "0");
  chart.addEventListener("pointermove", point);
  chart.addEventListener("pointerdown", point);
  chart.addEventListener("pointerleave", () => show(-1));
  chart.addEventListener("focus", () => chosen < 0 && show(points.length - 1));
  chart.addEventListener("blur", () => show(-1));
  chart.addEventListener("keydown", choose);
  show(-1);
}

/** Return the points of a chart with their values, which are in the table, newest first. */
function valuesOf(figure, chart) {
  const column = Number(figure.dataset.chart) + 1;
  const rows = [...document.querySelectorAll("#values tbody tr")].filter((row) => row.cells[column].textContent);
  const places = chart.querySelector(".line").getAttribute("d").slice(1).split("L");
  return rows.reverse().map((row, number) => {
    const [x, y] = places[number].split(" ").map(Number);
    return { x, y, when: row.cells[0].textContent, value: row.cells[column].textContent };
  });
}

/** Add an empty shape to a chart. */
function added(chart, name, role) {
  const shape = document.createElementNS("http://www.w3.org/2000/svg", name);
  shape.setAttribute("class", role);
  return chart.appendChild(shape);
}

function readCharts() {
  document.querySelectorAll("[data-chart]").forEach(readValues);
}

/** Put a token into the options that are copied: it is sent nowhere. */
function putToken(token) {
  for (const place of document.querySelectorAll("[data-token]")) place.textContent = encodeURIComponent(token) || "TOKEN";
}

/** Refresh for as long as the page is open. */
async function keep() {
  await refresh();
  setTimeout(keep, period());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
const paste = document.getElementById("paste");
if (paste) paste.hidden = false;
document.getElementById("token")?.addEventListener("input", (event) => putToken(event.target.value.trim()));
showLocalTimes();
readCharts();
keep();
document.addEventListener("visibilitychange", refresh);
