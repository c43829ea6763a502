// An execution as a row of a list.

import { useEffect } from "./vendor/hooks.js";
import * as api from "./api.js";
import { changedSoon, useExecution, useLoad } from "./hooks.js";
import { toExecution } from "./router.js";
import { currentStep, progress } from "./trace.js";
import { Duration, html, Progress, Time } from "./ui.js";

function Row({ execution, status = execution.status, end = execution.completedAt, now, step, done }) {
  const { executionId, workflow, startedAt } = execution;
  return html`<tr class="is-${status}">
    <td class="workflow" title=${workflow}>${workflow}</td>
    <td class="id"><a href=${toExecution(executionId)} title=${executionId}>${executionId}</a></td>
    <td class="started" data-label="Started"><${Time} at=${startedAt} /></td>
    <td class="duration" data-label="Duration"><${Duration} start=${startedAt} end=${end} now=${now} /></td>
    <td class="step" data-label="Step">${step}</td>
    <td class="done" data-label="Progress">${done}</td>
  </tr>`;
}

/** A row that follows its execution. */
export function RunningRow({ execution, steps, now }) {
  const { trace } = useExecution(execution.executionId);
  useEffect(() => {
    if (trace.end !== null) changedSoon();
  }, [trace.end]);
  const step = currentStep(trace) ?? (trace.start && !trace.end ? html`<span class="hint">Waiting</span>` : null);
  return html`<${Row}
    execution=${execution}
    status=${trace.status}
    end=${trace.end}
    now=${now}
    step=${step}
    done=${html`<${Progress} ...${progress(trace, steps)} status=${trace.status} />`}
  />`;
}

const failures = new Map(); // by execution id: what has ended does not change
const FAILURES_MOST = 500;

async function failureOf(executionId) {
  if (!failures.has(executionId)) {
    const { failure } = await api.status(executionId);
    if (failures.size >= FAILURES_MOST) failures.delete(failures.keys().next().value);
    failures.set(executionId, failure);
  }
  return failures.get(executionId);
}

/** A row that says at which step it failed, and why. */
export function FailedRow({ execution, steps }) {
  const { data: failure } = useLoad(() => failureOf(execution.executionId), [execution.executionId]);
  const reached = steps.indexOf(failure?.step);
  const step =
    failure &&
    html`${failure.step && html`<span>${failure.step}</span>`}
      ${failure.attempts > 1 && html` <span class="attempts">${failure.attempts} attempts</span>`}
      <span class="why" title=${failure.message}>${failure.message}</span>`;
  const done = reached >= 0 && html`<${Progress} done=${reached} total=${steps.length} status="failed" />`;
  return html`<${Row} execution=${execution} step=${step} done=${done} />`;
}

/** A row of which nothing more is to be said. */
export function EndedRow({ execution, steps }) {
  const all = execution.status === "completed" && steps.length > 0;
  const done = all && html`<${Progress} done=${steps.length} total=${steps.length} status="completed" />`;
  return html`<${Row} execution=${execution} step=${html`<span class="hint">–</span>`} done=${done} />`;
}
