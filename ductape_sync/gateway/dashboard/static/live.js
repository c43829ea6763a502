// The gateway's WebSocket: one for the page, opened again whenever it drops.

import * as api from "./api.js";
import { parse } from "./json.js";
import { signedOut, store } from "./stores.js";

const ADDRESS = new URL("v1/events", document.baseURI.replace(/^http/, "ws"));
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 4000;
const FAULT_DELAY_MS = 2000;
const FINAL = new Set(["execution_not_found", "invalid_request"]); // another try would end the same

/** "connecting" until it is first open, then "live" or "reconnecting". */
export const connection = store("connecting");

const follows = new Map(); // by execution id
const leaving = new Map(); // by execution id, how many times we unsubscribed and have no answer yet
let socket = null;
let failures = 0;
let timer = 0;

/** Open the socket, and keep it open. */
export function connect() {
  open();
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
    leaving.clear();
    connection.set("live");
    for (const follow of follows.values()) follow.subscribe();
  };
  socket.onmessage = (message) => receive(parse(message.data));
  socket.onclose = () => {
    if (signedOut.get()) return;
    if (!opened) api.workflows().catch(() => {}); // a browser does not tell why; this finds out if it was a 401
    if (connection.get() === "live") connection.set("reconnecting");
    const delay = Math.min(FIRST_DELAY_MS * 2 ** failures++, LONGEST_DELAY_MS);
    timer = setTimeout(open, delay * (0.5 + Math.random() / 2));
  };
}

function receive({ op, executionId, event, reason, problem }) {
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
