// The raw history: every event with its data, as the gateway sends it.

import { useMemo, useState } from "./vendor/hooks.js";
import { duration, exactTime, fullTime, isToday, number } from "./format.js";
import { brief } from "./json.js";
import { html, Json } from "./ui.js";

const PAGE = 100;

/** `events` grows in place; `count` says how far it has. `start` is when the first one was. */
export function History({ events, count, start }) {
  const [more, setMore] = useState(0); // pages of earlier events
  const first = Math.max(0, count - PAGE * (1 + more));
  return html`<section class="card history" aria-labelledby="history">
    <header>
      <h2 id="history">History <span class="count">${number(count)}</span></h2>
    </header>
    ${count === 0 && html`<p class="empty">No events yet.</p>`}
    ${first > 0 &&
    html`<button class="quiet" onClick=${() => setMore(more + 1)}>Show earlier events (${number(first)} more)</button>`}
    <ol start=${first + 1} class=${start === null || isToday(start) ? null : "dated"}>
      ${events.slice(first, count).map((event) => html`<${Event} key=${event.id} event=${event} start=${start} />`)}
    </ol>
  </section>`;
}

function Event({ event, start }) {
  const [open, setOpen] = useState(false);
  const draw = () => {
    const at = Date.parse(event.timestamp);
    return html`<li class="event-${event.type}">
      <details onToggle=${({ target }) => setOpen(target.open)}>
        <summary>
          <time dateTime=${event.timestamp} title=${fullTime(at)}>${exactTime(at)}</time>
          <span class="offset number">+${duration(at - start)}</span>
          <code class="type">${event.type}</code>
          <span class="brief">${brief(event.data)}</span>
        </summary>
        ${open && html`<${Json} value=${event.data} label=${`Data of ${event.type}`} />`}
      </details>
    </li>`;
  };
  return useMemo(draw, [event, start, open]); // an event never changes, and its data may be large
}
