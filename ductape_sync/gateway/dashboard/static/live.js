// The gateway's WebSocket: one for the page, opened again whenever it drops.

import * as api from "./api.js";
import { parse } from "./json.js";
import { signedOut, store } from "./stores.js";

const ADDRESS = new URL("v1/events", document.baseURI.replace(/^http/, "ws"));
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 4000;
const FAULT_DELAY_MS = 2000;
const PROBE_MS = 5000;
const PROBE = { op: "unwatch", watchId: "probe" }; // the server always answers it
const FINAL = new Set(["execution_not_found", "invalid_request"]); // another try would end the same

/** "connecting" until it is first open, then "live" or "reconnecting". */
export const connection = store("connecting");

const follows = new Map(); // by execution id
const leaving = new Map(); // by execution id, how many times we unsubscribed and have no answer yet
const watches = new Map(); // by watch id
let lastWatch = 0;
let socket = null;
let heard = true; // whether anything came since the last probe
let failures = 0;
let timer = 0;

/** Open the socket, and keep it open. */
export function connect() {
  open();
  setInterval(probe, PROBE_MS);
  const now = () => socket.readyState === WebSocket.CLOSED && open();
  addEventListener("online", now);
  document.addEventListener("visibilitychange", () => document.hidden || now());
}

function open() {
  clearTimeout(timer);
  socket = new WebSocket(ADDRESS, "ductape.v1");
  let opened = false;
  socket.onopen = () => {
    opened = true;
    failures = 0;
    heard = true;
    leaving.clear();
    connection.set("live");
    for (const { ask } of watches.values()) ask();
    for (const follow of follows.values()) follow.subscribe();
  };
  socket.onmessage = (message) => {
    heard = true;
    receive(parse(message.data));
  };
  socket.onclose = () => lost(opened);
}

function lost(opened) {
  if (signedOut.get()) return;
  if (!opened) api.workflows().catch(() => {}); // a browser does not tell why; this finds out if it was a 401
  if (connection.get() === "live") connection.set("reconnecting");
  const delay = Math.min(FIRST_DELAY_MS * 2 ** failures++, LONGEST_DELAY_MS);
  timer = setTimeout(open, delay * (0.5 + Math.random() / 2));
}

/** See whether the server is there: a line that was cut without a word looks as if nothing happened. */
function probe() {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (heard || document.hidden) {
    heard = document.hidden; // there is no hurry, and timers of hidden pages are slow
    send(PROBE);
    return;
  }
  // Nothing of it is awaited: to close takes the other side, too.
  Object.assign(socket, { onmessage: null, onclose: null }).close();
  lost(true);
}

function receive({ op, executionId, event, reason, problem, watchId, page }) {
  if (watchId) {
    if (page) watches.get(watchId)?.take(page);
    else if (problem) watches.get(watchId)?.fail(new api.Problem(problem));
    return;
  }
  const id = executionId ?? event?.executionId;
  if (leaving.has(id)) {
    // Until the answer comes, messages are those of the subscription that we left.
    if (op === "unsubscribed" && reason === "requested") answered(id);
    return;
  }
  if (op === "event") follows.get(id)?.take(event);
  else if (op === "error") follows.get(id)?.fail(problem);
  else if (op === "unsubscribed") follows.delete(id);
}

function answered(id) {
  const left = leaving.get(id) - 1;
  if (left) leaving.set(id, left);
  else leaving.delete(id);
}

function send(message) {
  if (socket.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(message));
  return true;
}

/**
 * Follow an execution's events, from its first one on, across reconnects and without a repeat.
 *
 * `onEvent(event)` is called for each. Returns how to stop. An execution can be followed once at a time.
 */
export function follow(executionId, onEvent) {
  let after = null;
  const self = {
    subscribe: () => send({ op: "subscribe", executionId, after }),
    take(event) {
      after = event.id;
      onEvent(event);
    },
    fail({ code }) {
      if (FINAL.has(code)) follows.delete(executionId);
      else setTimeout(() => isCurrent() && self.subscribe(), FAULT_DELAY_MS);
    },
  };
  const isCurrent = () => follows.get(executionId) === self;
  follows.set(executionId, self);
  self.subscribe();
  return () => {
    if (!isCurrent()) return;
    follows.delete(executionId);
    if (send({ op: "unsubscribe", executionId })) leaving.set(executionId, (leaving.get(executionId) ?? 0) + 1);
  };
}

/**
 * Watch a page of executions, across reconnects.
 *
 * `onPage(page)` is called with it at first and whenever it changes, `onProblem(problem)` when it cannot be read.
 * Returns how to stop.
 */
export function watch(query, onPage, onProblem) {
  const watchId = String(++lastWatch);
  let again = 0;
  watches.set(watchId, {
    ask,
    take: onPage,
    fail(problem) {
      if (problem.transient) again = setTimeout(ask, FAULT_DELAY_MS);
      onProblem(problem);
    },
  });
  function ask() {
    clearTimeout(again);
    send({ op: "watch", watchId, ...query });
  }
  ask();
  return () => {
    clearTimeout(again);
    watches.delete(watchId);
    send({ op: "unwatch", watchId });
  };
}
