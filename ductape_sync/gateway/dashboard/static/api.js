// The gateway's HTTP operations, as openapi.yaml has them.

import { learn } from "./clock.js";
import { parse } from "./json.js";
import { signedOut } from "./stores.js";

const BASE = new URL("v1/", document.baseURI);
const TIMEOUT_MS = 20_000;

/** Why a request was not carried out: the gateway's problem (RFC 9457), or that it was not reached. */
export class Problem extends Error {
  constructor({ code, detail, field = null, suggestions = [] }) {
    super(detail);
    Object.assign(this, { code, field, suggestions });
  }

  /** Whether the same request may succeed later. */
  get transient() {
    return ["unreachable", "engine_unavailable", "rate_limited", "internal"].includes(this.code);
  }
}

const unreachable = () => new Problem({ code: "unreachable", detail: "The gateway cannot be reached." });

async function send(path, { method = "GET", body, headers = {} } = {}) {
  const init = { method, headers, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  try {
    const sent = Date.now();
    const response = await fetch(new URL(path, BASE), init);
    learn(response.headers.get("Date"), sent);
    return [response, await response.text()];
  } catch {
    throw unreachable();
  }
}

async function call(path, options) {
  const [response, text] = await send(path, options);
  let data = null;
  try {
    data = text && parse(text);
  } catch {
    throw unreachable(); // something else answered, such as a proxy with a page of its own
  }
  if (response.ok) return data;
  if (response.status === 401) signedOut.set(true);
  if (!data?.code) throw unreachable();
  throw new Problem(data);
}

/** A key that makes a POST safe to repeat (`crypto.randomUUID` is not there on plain http). */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Make `operation(request, key)` safe to repeat. The same request sent again, after an answer that was lost, is
 * carried out once; a changed one is new, and so is one that follows an answer.
 */
export function repeatable(operation) {
  let key = newKey();
  let sent = null;
  return async (request) => {
    const text = JSON.stringify(request);
    if (sent !== null && sent !== text) key = newKey();
    sent = text;
    const answer = await operation(request, key);
    key = newKey();
    return answer;
  };
}

const post = (path, body, key) => call(path, { method: "POST", body, headers: { "Idempotency-Key": key } });

const of = (executionId) => `executions/${encodeURIComponent(executionId)}`;

export const status = (executionId) => call(of(executionId));
export const workflows = async () => (await call("workflows")).workflows;
export const health = () => call("health");
export const execute = (request, key) => post("executions", request, key);
export const signal = (executionId, request, key) => post(`${of(executionId)}/signals`, request, key);
export const cancel = (executionId, request, key) => post(`${of(executionId)}/cancel`, request, key);
