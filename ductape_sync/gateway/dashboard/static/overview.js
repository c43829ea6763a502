// The lists: what runs, what completed, what failed, and on request what was cancelled.

import { useState } from "./vendor/hooks.js";
import { Filters } from "./filters.js";
import { useDefinitions } from "./hooks.js";
import { usePlace } from "./place.js";
import { toStart } from "./router.js";
import { Section } from "./section.js";
import { Heading, html } from "./ui.js";

const SHOWN = ["running", "completed", "failed"];

/** `query` is what the address asks for: `workflow`, `id` (the start of one) and `cancelled`. */
export function Overview({ query }) {
  const [seen, setSeen] = useState({}); // {status: {count, names}}
  const definitions = useDefinitions();
  usePlace(query);
  const filter = { workflow: query.workflow ?? "", id: query.id ?? "" };
  const statuses = query.cancelled ? [...SHOWN, "cancelled"] : SHOWN;
  const known = statuses.flatMap((status) => seen[status]?.names ?? []);
  const nothing = SHOWN.every((status) => seen[status]?.count === 0) && !filter.workflow && !filter.id;
  return html`
    <${Heading} title="Executions" />
    <${Filters} filter=${filter} query=${query} names=${[...(definitions ?? []).map(({ name }) => name), ...known]} />
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
