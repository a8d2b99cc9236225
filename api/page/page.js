// Keeps a visible page up to date. Everything works without it.
"use strict";

const EVERY = 60000;
const SLACK = 15000;
const PATIENCE = 20000;
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

/** Return the element that replaced another. */
function again(element) {
  const place = element.closest("[id], [data-job]");
  const within = place.id ? `#${CSS.escape(place.id)}` : `[data-job="${place.dataset.job}"]`;
  const address = element.getAttribute("href");
  const itself = address ? `[href="${CSS.escape(address)}"]` : element.localName;
  return element.id ? document.querySelector(within) : document.querySelector(`${within} ${itself}`);
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
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  readCharts();
  if (!focused.isConnected) again(focused)?.focus({ preventScroll: true });
  document.title = fresh.title;
  const now = document.querySelector("[data-now]");
  const then = fresh.querySelector("[data-now]");
  if (now && then) now.replaceWith(document.adoptNode(then));
  addLocalTimes();
}

/** Fetch this page as it is now. */
async function ask() {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error("no answer in time")), PATIENCE);
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: late.signal });
    if (answer.status === 404) throw new Error("it no longer exists");
    if (!answer.ok) throw new Error(`the daemon answers ${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } finally {
    clearTimeout(timer);
  }
}

async function refresh() {
  const age = Math.abs(Date.now() - shownAt); // a clock may be set back, too
  if (document.hidden || age < EVERY - SLACK || document.querySelector("[data-still]")) return;
  try {
    replace(await ask());
    shownAt = Date.now();
    showStale("");
  } catch (error) {
    showStale(`This page is outdated: it cannot be refreshed (${error.message}).`);
  }
}

/** Add the reader's own time to what shows on hover. */
function addLocalTimes() {
  for (const time of document.querySelectorAll("time[datetime$='Z'][title]:not([data-local])")) {
    time.title += `\n${new Date(time.dateTime).toLocaleString()} here`;
    time.dataset.local = "";
  }
}

/** Copy a text; where a browser allows that for secure addresses only, select it. */
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

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
addLocalTimes();
readCharts();
refresh();
setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
