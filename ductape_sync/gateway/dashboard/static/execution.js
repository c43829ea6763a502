// One execution: where it is, what it was given and gave, its steps, its history, and what can be done to it.

import { useEffect, useLayoutEffect, useRef, useState } from "./vendor/hooks.js";
import { CancelDialog, SignalDialog } from "./actions.js";
import * as api from "./api.js";
import { History } from "./history.js";
import { useDefinitions, useExecution, useLoad, useNow } from "./hooks.js";
import { brief } from "./json.js";
import { toLists } from "./place.js";
import { toStart } from "./router.js";
import { Timeline } from "./timeline.js";
import { currentStep, progress } from "./trace.js";
import { Badge, Copy, Duration, Heading, html, Icon, Json, Progress, Time, Trouble } from "./ui.js";

const CATCH_UP_MS = 1000;
const STATUS_MS = 2000; // events tell all that happens, except that a step is tried again

/** `executionId` may be of an execution that does not exist: then it says so. */
export function ExecutionPage({ executionId }) {
  const [running, setRunning] = useState(false);
  const { data: execution, problem, refresh } = useLoad(() => api.status(executionId), [executionId, running], {
    every: running ? STATUS_MS : null,
  });
  useEffect(() => setRunning(execution?.status === "running"), [execution]);
  const { trace, events } = useExecution(executionId, { keep: true });
  useCatchUp(execution, trace, refresh);
  const definitions = useDefinitions();
  const now = useNow(running ? 1000 : null);
  if (!execution) {
    return html`<${Back} />
      <${Heading} title=${executionId} />
      ${problem ? html`<${Trouble} problem=${problem} />` : html`<p class="empty">Loading …</p>`}`;
  }
  const definition = definitions ? (definitions.find(({ name }) => name === execution.workflow) ?? null) : undefined;
  return html`
    <${Back} />
    <${Head} execution=${execution} trace=${trace} definition=${definition} now=${now} />
    <${Failure} execution=${execution} />
    <section class="card" aria-labelledby="timeline">
      <header><h2 id="timeline">Timeline</h2></header>
      <${Timeline} trace=${trace} now=${now} current=${execution} />
    </section>
    <${Values} execution=${execution} />
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

const Back = () => html`<a class="back" href=${toLists()}><${Icon} name="back" />Executions</a>`;

function Head({ execution, trace, definition, now }) {
  const { executionId, workflow, status, startedAt, completedAt, attempt } = execution;
  const running = status === "running";
  const step = currentStep(trace);
  return html`<header class="head">
    <div>
      <${Heading} title=${`${workflow} ${executionId}`}>${workflow}<//>
      <p class="full-id"><code>${executionId}</code><${Copy} text=${executionId} what="Id" /></p>
    </div>
    <${Actions} execution=${execution} trace=${trace} definition=${definition} />
    <dl class="facts">
      <div><dt>Status</dt><dd><${Badge} status=${status} /></dd></div>
      <div><dt>Started</dt><dd><${Time} at=${startedAt} /></dd></div>
      <div><dt>Duration</dt><dd><${Duration} start=${startedAt} end=${completedAt} now=${now} /></dd></div>
      ${attempt > 1 && html`<div><dt>Run</dt><dd class="number">${attempt}</dd></div>`}
      ${running && html`<div><dt>Step</dt><dd>${step ?? html`<span class="hint">Waiting</span>`}<${Attempts} step=${step} current=${execution} /></dd></div>`}
      ${running &&
      html`<div><dt>Progress</dt><dd><${Progress} ...${progress(trace, definition?.steps)} /></dd></div>`}
    </dl>
  </header>`;
}

/** Which try of its step this is, where it is not the first. */
function Attempts({ step, current: { currentStep: tried, currentStepAttempt: attempt, currentStepError: error } }) {
  if (tried !== step || !(attempt > 1)) return null;
  return html`<span class="attempts" title=${error}>attempt ${attempt}</span>`;
}

/** What can be done. A dialog stays open when the execution ends meanwhile: something was typed in it. */
function Actions({ execution: { executionId, workflow, status }, trace, definition }) {
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  const running = status === "running";
  const ref = useFocusKept();
  const dialog = { executionId, definition, running, onClose: close };
  return html`<div class="actions" ref=${ref}>
    ${running && html`<button onClick=${() => setOpen("signal")}>Signal …</button>`}
    ${running && !trace.cancel && html`<button class="danger" onClick=${() => setOpen("cancel")}>Cancel …</button>`}
    ${running && trace.cancel && html`<span class="hint">Cancel requested</span>`}
    ${running || html`<a class="button" href=${toStart({ workflow, from: executionId })}>Start again …</a>`}
    ${open === "signal" && html`<${SignalDialog} ...${dialog} />`}
    ${open === "cancel" && html`<${CancelDialog} ...${dialog} />`}
  </div>`;
}

/** A ref to what keeps the focus within it: when the control that has it goes, another one gets it. */
function useFocusKept() {
  const ref = useRef(null);
  const had = ref.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    if (had && !ref.current.contains(document.activeElement)) ref.current.querySelector("button, a")?.focus();
  });
  return ref;
}

/** What it was given on one side, what it gave on the other. */
function Values({ execution: { status, input, result, metadata } }) {
  return html`<div class="values">
    <div>
      <${Value} title="Input" value=${input} />
      ${Object.keys(metadata ?? {}).length > 0 && html`<${Value} title="Metadata" value=${metadata} />`}
    </div>
    ${status === "completed" && html`<${Value} title="Result" value=${result} />`}
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
