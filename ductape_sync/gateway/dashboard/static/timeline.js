// Steps, waits, signals and retries on a time axis.

import { useState } from "./vendor/hooks.js";
import { duration, exactly, number } from "./format.js";
import { timelineRows } from "./trace.js";
import { html, Icon } from "./ui.js";

const ROWS_MOST = 30;
const TICKS_MOST = 7;
const DAY_MS = 86_400_000;
const POINTS = new Set(["signal", "retry", "cancel"]);

const times = (unit, numbers) => numbers.map((each) => each * unit);
const DISTANCES = [
  ...times(1, [1, 2, 5, 10, 20, 50, 100, 200, 500]),
  ...times(1000, [1, 2, 5, 10, 15, 30]),
  ...times(60_000, [1, 2, 5, 10, 15, 30]),
  ...times(3_600_000, [1, 2, 3, 6, 12]),
];

/** Moments for an axis of `span` milliseconds: a few, at distances that are round in the units of clocks. */
function ticks(span) {
  const least = span / TICKS_MOST;
  const days = least / DAY_MS;
  const power = 10 ** Math.floor(Math.log10(Math.max(days, 1)));
  const distance =
    DISTANCES.find((each) => each >= least) ?? DAY_MS * power * [1, 2, 5, 10].find((each) => each * power >= days);
  // The last one keeps some room for its label.
  return Array.from({ length: Math.floor((0.95 * span) / distance) + 1 }, (_, index) => index * distance);
}

/** `current` is the execution's status, which knows how often the step that it is at was tried. */
export function Timeline({ trace, now, current }) {
  const [whole, setWhole] = useState(false);
  const all = timelineRows(trace, now, current);
  if (trace.start === null) return html`<p class="empty">Nothing has happened yet.</p>`;
  // One wait from its start to its end says no more than that there were no steps.
  if (!all.length || (trace.end !== null && all.every(({ kind }) => kind === "wait"))) {
    return html`<p class="empty">It has no steps.</p>`;
  }
  const rows = whole ? all : all.slice(-ROWS_MOST);
  const { start } = trace;
  const span = Math.max((trace.end ?? Math.max(now, trace.latest)) - start, 1);
  const place = (moment) => `${(100 * (moment - start)) / span}%`;
  return html`<div class="timeline">
    ${rows.length < all.length &&
    html`<button class="quiet" onClick=${() => setWhole(true)}>Show ${number(all.length - rows.length)} earlier</button>`}
    <div class="axis" aria-hidden="true">
      ${ticks(span).map(
        (tick) => html`<span key=${tick} style=${{ left: `${(100 * tick) / span}%` }}>${exactly(tick)}</span>`,
      )}
    </div>
    <ol>
      ${rows.map(
        (row, index) => html`<${Row} key=${`${row.kind} ${row.start} ${index}`} row=${row} start=${start} place=${place} />`,
      )}
    </ol>
  </div>`;
}

const STATES = { stopped: "stopped", failed: "failed", running: "running", waiting: "so far" };

function Row({ row, start, place }) {
  const { kind, label, state, attempts, detail } = row;
  const point = POINTS.has(kind);
  const lasted = point ? `at ${duration(row.start - start)}` : duration(row.end - row.start);
  const width = `calc(${place(row.end)} - ${place(row.start)})`;
  return html`<li class="row ${kind} is-${state}">
    <span class="label">
      <${Icon} name=${point ? kind : state} />
      <span class="name" title=${label}>${label}</span>
      ${attempts > 1 && html`<span class="attempts">${attempts} attempts</span>`}
      ${detail && html`<span class="why" title=${detail}>${detail}</span>`}
    </span>
    <span class="lane" aria-hidden="true">
      ${point
        ? html`<span class="point" style=${{ left: place(row.start) }}></span>`
        : html`<span class="bar" style=${{ left: place(row.start), width }}></span>`}
    </span>
    <span class="lasted number">${lasted}${STATES[state] ? html` <span class="sr">${STATES[state]}</span>` : null}</span>
  </li>`;
}
