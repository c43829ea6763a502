// One list: the executions of a status, page by page.

import { useEffect, useId } from "./vendor/hooks.js";
import { beginsAnId } from "./filters.js";
import { number, statusName } from "./format.js";
import { useList, useNow } from "./hooks.js";
import { keep, kept, useCursors } from "./place.js";
import { CancelledRow, EndedRow, FailedRow, RunningRow } from "./rows.js";
import { html, Icon, Trouble } from "./ui.js";

const PAGE = 10;
const ROWS = { running: RunningRow, failed: FailedRow, cancelled: CancelledRow };
const STEP = { running: "Step", failed: "Step", cancelled: "Reason" }; // what heads the column
const EMPTY = {
  running: "Nothing is running.",
  completed: "Nothing has completed.",
  failed: "Nothing has failed.",
  cancelled: "Nothing was cancelled.",
};

export function Section({ status, filter, definitions, onSeen }) {
  const wanted = `${filter.workflow} ${filter.id}`;
  const [cursors, setCursors] = useCursors(status, wanted);
  const query = beginsAnId(filter.id)
    ? {
        status,
        limit: PAGE,
        workflow: filter.workflow || undefined,
        idPrefix: filter.id || undefined,
        cursor: cursors.at(-1),
      }
    : null;
  const given = { cursors, filter: wanted };
  const { data, problem } = useList(query, given, [wanted, cursors.length], kept(status, wanted));
  const now = useNow(status === "running" && data?.executions.length ? 1000 : null);
  const id = useId();
  useEffect(() => {
    if (!data) return;
    keep(status, data);
    onSeen({ count: data.count, names: data.executions.map(({ workflow }) => workflow) });
    // What was here has moved on: the reader is not left on a page that is empty.
    if (cursors.length && !data.executions.length) setCursors(cursors.slice(0, -1));
  }, [data]);
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
    html`<${Table} status=${status} rows=${data.executions} definitions=${definitions} now=${now} busy=${data.filter !== wanted} />`}
  </section>`;
}

function Table({ status, rows, definitions, now, busy }) {
  const Row = ROWS[status] ?? EndedRow;
  const stepsOf = ({ workflow }) => definitions?.find(({ name }) => name === workflow)?.steps ?? [];
  // A column that would be empty in each row says nothing.
  const columns = {
    step: STEP[status],
    done: status === "running" || (status !== "cancelled" && rows.some((row) => stepsOf(row).length > 0)),
  };
  return html`<table class=${columns.step ? null : "stepless"} aria-busy=${busy}>
    <thead>
      <tr>
        <th scope="col" class="workflow">Workflow</th>
        <th scope="col" class="id">Id</th>
        <th scope="col" class="started">Started</th>
        <th scope="col" class="duration">Duration</th>
        ${columns.step && html`<th scope="col" class="step">${columns.step}</th>`}
        ${columns.done && html`<th scope="col" class="done">Progress</th>`}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (execution) => html`<${Row} key=${execution.executionId} ...${{ execution, steps: stepsOf(execution), columns, now }} />`,
      )}
    </tbody>
  </table>`;
}

/**
 * It speaks of the page that is there. A click counts from the page that was asked for last: of two quick ones,
 * each goes a page further, but only there where it is known how. A button that leads nowhere keeps the focus: who
 * presses it with the keyboard would lose the place otherwise.
 */
function Pager({ data, wanted, cursors, setCursors, status }) {
  const { nextCursor, count } = data;
  const page = data.cursors.length;
  if (!page && !nextCursor) return null;
  const pages = Math.max(Math.ceil(count / PAGE), page + 1);
  const isCurrent = page === cursors.length && data.filter === wanted;
  const older = () => isCurrent && nextCursor && setCursors([...cursors, nextCursor]);
  return html`<nav class="pager" aria-label=${`Pages of ${status} executions`}>
    <span class="number">Page ${number(page + 1)} of ${number(pages)}</span>
    <button aria-disabled=${!page} onClick=${() => setCursors(cursors.slice(0, -1))}>Newer</button>
    <button aria-disabled=${!nextCursor} onClick=${older}>Older</button>
  </nav>`;
}
