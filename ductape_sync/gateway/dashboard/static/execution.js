// One execution: where it is, what it was given and gave, its steps, its history, and what can be done to it.

import { useEffect, useState } from "./vendor/hooks.js";
import { CancelDialog, SignalDialog } from "./actions.js";
import * as api from "./api.js";
import { History } from "./history.js";
import { useDefinitions, useExecution, useLoad, useNow } from "./hooks.js";
import { brief } from "./json.js";
import { toOverview, toStart } from "./router.js";
import { Timeline } from "./timeline.js";
import { currentStep, progress } from "./trace.js";
import { Badge, Copy, Duration, Heading, html, Icon, Json, Progress, Time, Trouble } from "./ui.js";

const CATCH_UP_MS = 1000;

/** `executionId` may be of an execution that does not exist: then it says so. */
export function ExecutionPage({ executionId }) {
  const { data: execution, problem, refresh } = useLoad(() => api.status(executionId), [executionId]);
  const { trace, events } = useExecution(executionId, { keep: true });
  useCatchUp(execution, trace, refresh);
  const definitions = useDefinitions();
  const running = execution?.status === "running";
  const now = useNow(running ? 1000 : null);
  if (!execution) {
    return html`<${Back} />
      <${Heading} title=${executionId} />
      ${problem ? html`<${Trouble} problem=${problem} />` : html`<p class="empty">Loading …</p>`}`;
  }
  const definition = definitions?.find(({ name }) => name === execution.workflow);
  return html`
    <${Back} />
    <${Head} execution=${execution} trace=${trace} definition=${definition} now=${now} />
    <${Failure} execution=${execution} />
    <section class="card" aria-labelledby="timeline">
      <header><h2 id="timeline">Timeline</h2></header>
      <${Timeline} trace=${trace} now=${now} />
    </section>
    <div class="values">
      <${Value} title="Input" value=${execution.input} />
      ${execution.status === "completed" && html`<${Value} title="Result" value=${execution.result} />`}
      <${Value} title="Metadata" value=${execution.metadata} />
    </div>
    <${History} events=${events} count=${events.length} start=${trace.start} />
  `;
}

/** Ask for the status again when the events have gone past it. */
function useCatchUp(execution, trace, refresh) {
  const behind =
    execution?.status === "running" && (trace.end !== null || trace.attempt > execution.attempt);
  useEffect(() => {
    if (!behind) return undefined;
    refresh();
    const timer = setInterval(refresh, CATCH_UP_MS);
    return () => clearInterval(timer);
  }, [behind]);
}

const Back = () => html`<a class="back" href=${toOverview()}><${Icon} name="back" />Executions</a>`;

function Head({ execution, trace, definition, now }) {
  const { executionId, workflow, status, startedAt, completedAt, attempt } = execution;
  const running = status === "running";
  const step = currentStep(trace);
  return html`<header class="head">
    <div>
      <${Heading} title=${`${workflow} ${executionId}`}>${workflow}<//>
      <p class="full-id"><code>${executionId}</code><${Copy} text=${executionId} what="Id" /></p>
    </div>
    ${running
      ? html`<${Actions} executionId=${executionId} trace=${trace} definition=${definition} />`
      : html`<div class="actions">
          <a class="button" href=${toStart({ workflow, from: executionId })}>Start again …</a>
        </div>`}
    <dl class="facts">
      <div><dt>Status</dt><dd><${Badge} status=${status} /></dd></div>
      <div><dt>Started</dt><dd><${Time} at=${startedAt} /></dd></div>
      <div><dt>Duration</dt><dd><${Duration} start=${startedAt} end=${completedAt} now=${now} /></dd></div>
      ${attempt > 1 && html`<div><dt>Run</dt><dd class="number">${attempt}</dd></div>`}
      ${running && html`<div><dt>Step</dt><dd>${step ?? html`<span class="hint">Waiting</span>`}</dd></div>`}
      ${running &&
      html`<div><dt>Progress</dt><dd><${Progress} ...${progress(trace, definition?.steps)} /></dd></div>`}
    </dl>
  </header>`;
}

function Actions({ executionId, trace, definition }) {
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  useEffect(close, [executionId]);
  return html`<div class="actions">
    <button onClick=${() => setOpen("signal")}>Signal …</button>
    ${trace.cancel
      ? html`<span class="hint">Cancel requested</span>`
      : html`<button class="danger" onClick=${() => setOpen("cancel")}>Cancel …</button>`}
    ${open === "signal" &&
    html`<${SignalDialog} executionId=${executionId} signals=${definition?.signals ?? []} onClose=${close} />`}
    ${open === "cancel" && html`<${CancelDialog} executionId=${executionId} onClose=${close} />`}
  </div>`;
}

function Value({ title, value }) {
  const id = `value-${title}`;
  const empty = value === null || (typeof value === "object" && !Object.keys(value).length);
  return html`<section class="card" aria-labelledby=${id}>
    <header><h2 id=${id}>${title}</h2></header>
    ${empty ? html`<p class="empty"><code>${brief(value)}</code></p>` : html`<${Json} value=${value} label=${title} />`}
  </section>`;
}

/** Why it did not complete. */
function Failure({ execution: { status, error, failure } }) {
  if (status !== "failed" && status !== "cancelled") return null;
  return html`<section class="card outcome is-${status}" aria-labelledby="error">
    <header><h2 id="error">${status === "cancelled" ? "Cancelled" : "Error"}</h2></header>
    <p class="message">${failure?.message ?? error ?? "No reason was given."}</p>
    ${failure &&
    html`<dl class="facts">
      <div><dt>Type</dt><dd><code>${failure.type}</code></dd></div>
      ${failure.step && html`<div><dt>Failed step</dt><dd>${failure.step}</dd></div>`}
      ${failure.attempts && html`<div><dt>Attempts</dt><dd class="number">${failure.attempts}</dd></div>`}
    </dl>`}
  </section>`;
}
