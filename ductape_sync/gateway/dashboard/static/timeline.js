// Steps, waits, signals and retries on a time axis.

import { useState } from "./vendor/hooks.js";
import { duration } from "./format.js";
import { timelineRows } from "./trace.js";
import { html, Icon } from "./ui.js";

const ROWS_MOST = 150;
const TICKS_MOST = 7;
const POINTS = new Set(["signal", "retry", "cancel"]);

/** Moments for an axis of `span` milliseconds: a few, at round distances. */
function ticks(span) {
  const least = span / TICKS_MOST;
  const units = [1, 1000, 60_000, 3_600_000, 86_400_000];
  const unit = units.findLast((size) => size <= least) ?? 1;
  const power = 10 ** Math.floor(Math.log10(Math.max(least / unit, 1)));
  const round = (unit > 1000 && unit < 86_400_000 ? [1, 2, 5, 10, 15, 30] : [1, 2, 5, 10].map((n) => n * power)).find(
    (n) => n * unit >= least,
  );
  const distance = (round ?? 60) * unit;
  // The last one keeps some room for its label.
  return Array.from({ length: Math.floor((0.95 * span) / distance) + 1 }, (_, index) => index * distance);
}

export function Timeline({ trace, now }) {
  const [whole, setWhole] = useState(false);
  const all = timelineRows(trace, now);
  if (!all.length) {
    return html`<p class="empty">${trace.start === null ? "Nothing has happened yet." : "It has no steps."}</p>`;
  }
  const rows = whole ? all : all.slice(-ROWS_MOST);
  const { start } = trace;
  const span = Math.max((trace.end ?? Math.max(now, trace.latest)) - start, 1);
  const place = (moment) => `${(100 * (moment - start)) / span}%`;
  return html`<div class="timeline">
    ${rows.length < all.length &&
    html`<button class="quiet" onClick=${() => setWhole(true)}>Show ${all.length - rows.length} earlier</button>`}
    <div class="axis" aria-hidden="true">
      ${ticks(span).map(
        (tick) => html`<span key=${tick} style=${{ left: `${(100 * tick) / span}%` }}>${tick ? duration(tick) : "0"}</span>`,
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
