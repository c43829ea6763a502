// The lists: what runs, what completed, what failed, and on request what was cancelled.

import { useRef, useState } from "./vendor/hooks.js";
import { useDefinitions } from "./hooks.js";
import { go, toOverview, toStart } from "./router.js";
import { Section } from "./section.js";
import { Heading, html } from "./ui.js";

const TYPING_MS = 200;
const SHOWN = ["running", "completed", "failed"];

/** `query` is what the address asks for: `workflow`, `id` (the start of one) and `cancelled`. */
export function Overview({ query }) {
  const [seen, setSeen] = useState({}); // {status: {count, names}}
  const definitions = useDefinitions();
  const filter = { workflow: query.workflow ?? "", id: query.id ?? "" };
  const change = (changes) => go(toOverview({ ...query, ...changes }), { replace: true });
  const statuses = query.cancelled ? [...SHOWN, "cancelled"] : SHOWN;
  const known = statuses.flatMap((status) => seen[status]?.names ?? []);
  const nothing = SHOWN.every((status) => seen[status]?.count === 0) && !filter.workflow && !filter.id;
  return html`
    <${Heading} title="Executions" />
    <${Filters} filter=${filter} query=${query} change=${change}
      names=${[...(definitions ?? []).map(({ name }) => name), ...known]} />
    ${nothing && html`<${Welcome} definitions=${definitions} />`}
    ${statuses.map(
      (status) => html`<${Section}
        key=${status}
        status=${status}
        filter=${filter}
        definitions=${definitions}
        onSeen=${(page) => setSeen((before) => ({ ...before, [status]: page }))}
      />`,
    )}
  `;
}

function Filters({ filter, query, change, names }) {
  const timer = useRef(0);
  const typed = (id) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => change({ id }), TYPING_MS);
  };
  const choices = [...new Set([...names, filter.workflow])].filter(Boolean).sort();
  return html`<form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
    <label for="by-workflow">Workflow</label>
    <select id="by-workflow" value=${filter.workflow} onChange=${({ target }) => change({ workflow: target.value })}>
      <option value="">All workflows</option>
      ${choices.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
    </select>
    <label for="by-id">Id</label>
    <input id="by-id" type="search" placeholder="starts with …" spellcheck="false" autocomplete="off"
      value=${filter.id} onInput=${({ target }) => typed(target.value.trim())} />
    <label class="check">
      <input type="checkbox" checked=${Boolean(query.cancelled)}
        onChange=${({ target }) => change({ cancelled: target.checked ? "1" : "" })} />
      Show cancelled
    </label>
  </form>`;
}

function Welcome({ definitions }) {
  if (!definitions) return null;
  return html`<section class="card welcome">
    ${definitions.length
      ? html`<p>Nothing has been executed yet.</p>
          <a class="button primary" href=${toStart()}>Start an execution</a>`
      : html`<p>Nothing has been executed yet, and no worker is there to do it.</p>
          <p class="hint">Start one with <code>ductape-sync worker FILE.py</code>.</p>`}
  </section>`;
}
