// One list: the executions of a status, page by page.

import { useEffect, useId, useState } from "./vendor/hooks.js";
import * as api from "./api.js";
import { number, statusName } from "./format.js";
import { LIST_MS, useLoad, useNow } from "./hooks.js";
import { EndedRow, FailedRow, RunningRow } from "./rows.js";
import { html, Icon, Trouble } from "./ui.js";

const PAGE = 10;
const ROWS = { running: RunningRow, failed: FailedRow };
const EMPTY = {
  running: "Nothing is running.",
  completed: "Nothing has completed.",
  failed: "Nothing has failed.",
  cancelled: "Nothing was cancelled.",
};

export function Section({ status, filter, definitions, onSeen }) {
  const wanted = `${filter.workflow} ${filter.id}`;
  const [cursors, setCursors] = useCursors(wanted);
  const load = async () => {
    const query = { status, workflow: filter.workflow, idPrefix: filter.id, limit: PAGE, cursor: cursors.at(-1) };
    const found = await api.list(query).catch(noSuchId);
    return { ...found, page: cursors.length, filter: wanted };
  };
  const { data, problem } = useLoad(load, [wanted, cursors.length], { every: LIST_MS });
  const now = useNow(status === "running" && data?.executions.length ? 1000 : null);
  const id = useId();
  useEffect(() => {
    if (!data) return;
    onSeen({ count: data.count, names: data.executions.map(({ workflow }) => workflow) });
    // What was here has moved on: the reader is not left on a page that is empty.
    if (cursors.length && !data.executions.length) setCursors(cursors.slice(0, -1));
  }, [data]);
  const Row = ROWS[status] ?? EndedRow;
  return html`<section class="card list is-${status}" aria-labelledby=${id}>
    <header>
      <h2 id=${id}>
        <${Icon} name=${status} />${statusName(status)}
        <span class="count">${data ? number(data.count) : "…"}</span>
      </h2>
      ${data && html`<${Pager} data=${data} wanted=${wanted} cursors=${cursors} setCursors=${setCursors} status=${status} />`}
    </header>
    ${problem && !problem.transient && html`<${Trouble} problem=${problem} />`}
    ${data?.executions.length === 0 &&
    html`<p class="empty">${filter.workflow || filter.id ? "Nothing matches the filter." : EMPTY[status]}</p>`}
    ${data?.executions.length > 0 &&
    html`<table aria-busy=${data.filter !== wanted}>
      <thead>
        <tr>
          <th scope="col" class="workflow">Workflow</th>
          <th scope="col" class="id">Id</th>
          <th scope="col" class="started">Started</th>
          <th scope="col" class="duration">Duration</th>
          <th scope="col" class="step">Step</th>
          <th scope="col" class="done">Progress</th>
        </tr>
      </thead>
      <tbody>
        ${data.executions.map(
          (execution) => html`<${Row}
            key=${execution.executionId}
            execution=${execution}
            steps=${definitions?.find(({ name }) => name === execution.workflow)?.steps ?? []}
            now=${now}
          />`,
        )}
      </tbody>
    </table>`}
  </section>`;
}

/** What cannot be the beginning of an id is that of none. */
function noSuchId(problem) {
  if (problem.field !== "idPrefix") throw problem;
  return { executions: [], count: 0, nextCursor: null };
}

/** The cursors of the pages after the first, up to the one shown; another filter starts at the first again. */
function useCursors(filter) {
  const [paging, setPaging] = useState({ filter, cursors: [] });
  const cursors = paging.filter === filter ? paging.cursors : [];
  return [cursors, (next) => setPaging({ filter, cursors: next })];
}

/**
 * It speaks of the page that is there. A click counts from the page that was asked for last: of two quick ones,
 * each goes a page further, but only there where it is known how.
 */
function Pager({ data, wanted, cursors, setCursors, status }) {
  const { page, nextCursor, count } = data;
  if (!page && !nextCursor) return null;
  const pages = Math.max(Math.ceil(count / PAGE), page + 1);
  const isCurrent = page === cursors.length && data.filter === wanted;
  const older = () => isCurrent && setCursors([...cursors, nextCursor]);
  return html`<nav class="pager" aria-label=${`Pages of ${status} executions`}>
    <span class="number">Page ${number(page + 1)} of ${number(pages)}</span>
    <button disabled=${!page} onClick=${() => setCursors(cursors.slice(0, -1))}>Newer</button>
    <button disabled=${!nextCursor} onClick=${older}>Older</button>
  </nav>`;
}
