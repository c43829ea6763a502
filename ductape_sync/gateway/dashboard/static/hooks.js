// What components need of the world: the time, the gateway's answers, an execution's events.

import { useEffect, useRef, useState } from "./vendor/hooks.js";
import * as api from "./api.js";
import { now as gatewayNow } from "./clock.js";
import { follow, watch } from "./live.js";
import { report } from "./stores.js";
import { apply, newTrace } from "./trace.js";

const DEFINITIONS_MS = 5000;
const RETRY_MS = 700;
const SLOWEST_MS = 10_000;
const SHARE = 4; // of the time, at most one part in five goes to polling, however slow the gateway is
const BATCH_MS = 30;
const NOTHING = { executions: [], count: 0, nextCursor: null };

/** The gateway's time in milliseconds, anew every `every` milliseconds; null stops the clock. */
export function useNow(every) {
  const [now, setNow] = useState(gatewayNow());
  useEffect(() => {
    if (!every) return undefined;
    const tick = () => setNow(gatewayNow());
    tick();
    const timer = setInterval(tick, every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/**
 * What `load` answers, as `{data, problem, refresh}`.
 *
 * It is asked again when `deps` change, when `refresh` is called, after a fault that may pass, and `every`
 * so many milliseconds while the page can be seen. Old data stay until there are new ones; `initial` are those
 * that are there at first.
 */
export function useLoad(load, deps, { every = null, initial = null } = {}) {
  const [state, setState] = useState({ data: initial, problem: null });
  const again = useRef(() => {});
  useEffect(() => {
    const [run, stop] = repeat(load, every, setState);
    again.current = run;
    return stop;
  }, deps);
  return { ...state, refresh: () => again.current() };
}

function repeat(load, every, setState) {
  let timer = 0;
  let turn = 0; // a newer request makes the answer of an older one void
  let failures = 0;
  let stopped = false;

  async function run() {
    if (stopped) return;
    clearTimeout(timer);
    const mine = ++turn;
    const began = performance.now();
    let problem = null;
    try {
      const data = await load();
      if (stopped || mine !== turn) return;
      setState({ data, problem });
    } catch (error) {
      if (stopped || mine !== turn) return;
      problem = error;
      setState(({ data }) => ({ data, problem }));
    }
    failures = problem?.transient ? failures + 1 : 0;
    report(run, failures ? problem : null);
    if (every || failures) schedule(performance.now() - began);
  }

  function schedule(spent) {
    if (document.hidden) return;
    const delay = failures ? RETRY_MS * 2 ** Math.min(failures, 3) : every;
    timer = setTimeout(run, Math.min(Math.max(delay, SHARE * spent), SLOWEST_MS));
  }

  const seen = () => {
    if (document.hidden) clearTimeout(timer);
    else if (every || failures) run();
  };
  document.addEventListener("visibilitychange", seen);
  run();
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    report(run, null);
    document.removeEventListener("visibilitychange", seen);
  };
  return [run, stop];
}

/**
 * A page of executions as it is now, as `{data, problem}`; `query` says which, null for none.
 *
 * It is watched anew when `deps` change, and not while the page cannot be seen. Old data stay until there are new
 * ones, which have what is in `given` beside what the gateway says; `initial` are those that are there at first.
 */
export function useList(query, given, deps, initial) {
  const [state, setState] = useState({ data: initial, problem: null });
  useEffect(() => {
    const take = (page) => {
      report(take, null);
      setState({ data: { ...page, ...given }, problem: null });
    };
    const fail = (problem) => {
      report(take, problem.transient ? problem : null);
      setState(({ data }) => ({ data, problem }));
    };
    if (query === null) {
      take(NOTHING);
      return undefined;
    }
    let stop = () => {};
    const seen = () => {
      stop();
      stop = document.hidden ? () => {} : watch(query, take, fail);
    };
    document.addEventListener("visibilitychange", seen);
    seen();
    return () => {
      document.removeEventListener("visibilitychange", seen);
      stop();
      report(take, null);
    };
  }, deps);
  return state;
}

/**
 * Follow an execution: `{trace, events}`, drawn again as events come.
 *
 * With `keep`, the events are kept; otherwise only what they add up to.
 */
export function useExecution(executionId, { keep = false } = {}) {
  const [state, setState] = useState({ trace: newTrace(), events: [] });
  useEffect(() => {
    const trace = newTrace();
    const events = [];
    let timer = 0;
    const draw = () => {
      timer = 0;
      setState({ trace: { ...trace }, events });
    };
    draw();
    const stop = follow(executionId, (event) => {
      apply(trace, event);
      if (keep) events.push(event);
      timer ||= setTimeout(draw, BATCH_MS); // thousands may come at once
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [executionId]);
  return state;
}

let definitions = null; // those of the last answer: a page that comes later starts with them

/** The workflows that workers serve now; null until they are known. */
export function useDefinitions() {
  const { data } = useLoad(api.workflows, [], { every: DEFINITIONS_MS, initial: definitions });
  definitions = data;
  return data;
}

/** The first value other than null, for as long as the component is there: what is being filled in stays. */
export function useFirst(value) {
  const first = useRef(null);
  first.current ??= value;
  return first.current;
}
