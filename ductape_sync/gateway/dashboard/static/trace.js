// What an execution's events add up to: its steps, its waits, where it is now. No drawing here.

const SHORTEST_WAIT_MS = 1000; // what is shorter is the engine's own time
const ENDS = new Set(["completed", "failed", "cancelled"]);

/** A trace without events; `apply` adds them. Times are in milliseconds since 1970. */
export function newTrace() {
  return {
    status: "running",
    start: null,
    end: null,
    attempt: 1,
    steps: [], // {name, start, end, state, attempts, error, attempt}
    open: [], // the steps that have not ended
    signals: [], // {name, at, data}
    retries: [], // {attempt, at, error}
    cancel: null, // {at, reason}
    latest: null, // when the last event was
  };
}

function endStep(trace, at, state, { step: name, attempts, error = null }) {
  const index = trace.open.findIndex((step) => step.name === name);
  if (index < 0) return;
  const [step] = trace.open.splice(index, 1);
  Object.assign(step, { end: at, state, attempts, error });
}

/** Steps that never reported an end did not get to it: their run was over first. */
function stopSteps(trace, at) {
  for (const step of trace.open.splice(0)) Object.assign(step, { end: at, state: "stopped" });
}

const HANDLERS = {
  step_started(trace, at, { step }) {
    const { attempt } = trace;
    const opened = { name: step, start: at, end: null, state: "running", attempts: 1, error: null, attempt };
    trace.steps.push(opened);
    trace.open.push(opened);
  },
  step_completed: (trace, at, data) => endStep(trace, at, "completed", data),
  step_failed: (trace, at, data) => endStep(trace, at, "failed", data),
  signal_received: (trace, at, { signal, data }) => trace.signals.push({ name: signal, at, data }),
  cancel_requested(trace, at, { reason }) {
    trace.cancel = { at, reason };
  },
  retrying(trace, at, { attempt, error }) {
    stopSteps(trace, at);
    trace.attempt = attempt;
    trace.retries.push({ attempt, at, error });
  },
};

/** Add an event to a trace. Types that are newer than this page change nothing but the time. */
export function apply(trace, event) {
  const at = Date.parse(event.timestamp);
  trace.start ??= at;
  trace.latest = at;
  HANDLERS[event.type]?.(trace, at, event.data);
  if (ENDS.has(event.type)) {
    stopSteps(trace, at);
    Object.assign(trace, { status: event.type, end: at });
  }
}

/** The name of the step that a trace is at; null when it is at none. */
export const currentStep = (trace) => trace.open.at(-1)?.name ?? null;

/**
 * How far the present run is: `{done, total}`. Total is null where the workflow does not declare its
 * steps, or does not keep to them.
 */
export function progress(trace, declared) {
  const completed = trace.steps.filter(({ state, attempt }) => state === "completed" && attempt === trace.attempt);
  const names = new Set(completed.map(({ name }) => name));
  const done = (declared ?? []).filter((name) => names.has(name)).length;
  if (declared?.length && (done || !completed.length)) return { done, total: declared.length };
  return { done: completed.length, total: null };
}

/** The stretches in which no step was under way: `{start, end, open}`. */
function gaps(trace, until) {
  const found = [];
  let free = trace.start;
  for (const { start, end } of trace.steps) {
    if (start - free >= SHORTEST_WAIT_MS) found.push({ start: free, end: start, open: false });
    free = Math.max(free, end ?? until);
  }
  if (until - free >= SHORTEST_WAIT_MS) found.push({ start: free, end: until, open: trace.end === null });
  return found;
}

function waitLabel(trace, { start, end, open }) {
  const within = ({ at }) => at >= start && at <= end;
  const signal = trace.signals.findLast(within);
  if (open) return "Waiting";
  if (trace.retries.some(within)) return "Waited to run again";
  return signal ? `Waited for signal ${signal.name}` : "Waited";
}

/** A step as the status has it: events say how often it was tried only when it has ended. */
function tried(step, { currentStep: name, currentStepAttempt: attempts, currentStepError: error }) {
  return step.state === "running" && step.name === name ? { ...step, attempts, error } : step;
}

/** The rows of a timeline, in order of time: steps, waits, signals, retries, a request to cancel. */
export function timelineRows(trace, now, current) {
  if (trace.start === null) return [];
  const until = trace.end ?? Math.max(now, trace.latest);
  const waits = gaps(trace, until).map((gap) => ({
    kind: "wait",
    label: waitLabel(trace, gap),
    state: gap.open ? "waiting" : "waited",
    ...gap,
  }));
  const said = new Set(trace.steps.map(({ error }) => error));
  const unlessSaid = (error) => (said.has(error) ? null : error);
  const point = (kind, at, label, detail) => ({ kind, label, detail, state: "", start: at, end: at });
  const rows = [
    ...trace.steps.map((each) => {
      const step = tried(each, current);
      return { ...step, kind: "step", label: step.name, detail: step.error, end: step.end ?? until };
    }),
    ...waits,
    ...trace.signals.map(({ name, at }) => point("signal", at, `Signal ${name}`, null)),
    ...trace.retries.map(({ attempt, at, error }) => point("retry", at, `Retry: run ${attempt}`, unlessSaid(error))),
    ...(trace.cancel ? [point("cancel", trace.cancel.at, "Cancel requested", trace.cancel.reason)] : []),
  ];
  return rows.sort((a, b) => a.start - b.start);
}
