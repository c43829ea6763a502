// An execution as a row of a list.

import * as api from "./api.js";
import { useExecution, useLoad } from "./hooks.js";
import { go, toExecution } from "./router.js";
import { currentStep, progress } from "./trace.js";
import { Duration, html, Progress, Time } from "./ui.js";

/** `columns` says which of `step` and `done` there are. A plain click anywhere does what the link does. */
function Row({ execution, status = execution.status, end = execution.completedAt, columns, now, step, done }) {
  const { executionId, workflow, startedAt } = execution;
  const address = toExecution(executionId);
  const open = ({ target, ctrlKey, metaKey, shiftKey }) => {
    if (target.closest("a") || ctrlKey || metaKey || shiftKey) return;
    if (getSelection().isCollapsed) go(address); // whoever selects text to copy it does not mean to leave
  };
  return html`<tr class="is-${status}" onClick=${open}>
    <td class="workflow" title=${workflow}>${workflow}</td>
    <td class="id"><a href=${address} title=${executionId}>${executionId}</a></td>
    <td class="started"><${Time} at=${startedAt} /></td>
    <td class="duration"><${Duration} start=${startedAt} end=${end} now=${now} /></td>
    ${columns.step && html`<td class="step">${step}</td>`}
    ${columns.done && html`<td class="done">${done}</td>`}
  </tr>`;
}

/** A row that follows its execution. */
export function RunningRow({ execution, steps, columns, now }) {
  const { trace } = useExecution(execution.executionId);
  const step = currentStep(trace) ?? (trace.start && !trace.end ? html`<span class="hint">Waiting</span>` : null);
  return html`<${Row}
    execution=${execution}
    status=${trace.status}
    end=${trace.end}
    columns=${columns}
    now=${now}
    step=${step}
    done=${html`<${Progress} ...${progress(trace, steps)} status=${trace.status} />`}
  />`;
}

const ends = new Map(); // by execution id: what has ended does not change
const ENDS_MOST = 500;

/** How an execution ended, as `{failure, error}`; null until that is known. */
function useEnd(executionId) {
  const load = async () => {
    if (!ends.has(executionId)) {
      const { failure, error } = await api.status(executionId);
      if (ends.size >= ENDS_MOST) ends.delete(ends.keys().next().value);
      ends.set(executionId, { failure, error });
    }
    return ends.get(executionId);
  };
  return useLoad(load, [executionId], { initial: ends.get(executionId) ?? null }).data;
}

/** A row that says at which step it failed, and why. */
export function FailedRow({ execution, steps, columns }) {
  const failure = useEnd(execution.executionId)?.failure;
  const reached = steps.indexOf(failure?.step);
  const step =
    failure &&
    html`<span class="reached">
        ${failure.step && html`<span class="name" title=${failure.step}>${failure.step}</span>`}
        ${failure.attempts > 1 && html`<span class="attempts">${failure.attempts} attempts</span>`}
      </span>
      <span class="why" title=${failure.message}>${failure.message}</span>`;
  const done = reached >= 0 && html`<${Progress} done=${reached} total=${steps.length} status="failed" />`;
  return html`<${Row} execution=${execution} columns=${columns} step=${step} done=${done} />`;
}

/** A row that says why it was cancelled. */
export function CancelledRow({ execution, columns }) {
  const reason = useEnd(execution.executionId)?.error;
  return html`<${Row} execution=${execution} columns=${columns} step=${html`<span title=${reason}>${reason}</span>`} />`;
}

/** A row of which nothing more is to be said. */
export function EndedRow({ execution, steps, columns }) {
  const all = execution.status === "completed" && steps.length > 0;
  const done = all && html`<${Progress} done=${steps.length} total=${steps.length} status="completed" />`;
  return html`<${Row} execution=${execution} columns=${columns} done=${done} />`;
}
