// The page that the address names: everything after `#`, so that any address can be shared and reloaded.

import { store } from "./stores.js";

function read() {
  const [path, search = ""] = location.hash.replace(/^#/, "").split("?", 2);
  const query = Object.fromEntries(new URLSearchParams(search));
  const [, page = "", id] = path.split("/");
  if (page === "executions" && id) return { page: "execution", executionId: decoded(id), query };
  if (page === "start") return { page: "start", query };
  return { page: "overview", query };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % is part of an id that does not exist, and the page will say so
  }
}

export const route = store(read());
addEventListener("hashchange", () => route.set(read()));

function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

export const toOverview = (query = {}) => withQuery("#/", query);
export const toExecution = (executionId) => `#/executions/${encodeURIComponent(executionId)}`;
export const toStart = (query = {}) => withQuery("#/start", query);

/** Go to an address; with `replace`, without a step in the browser's history. */
export function go(hash, { replace = false } = {}) {
  if (!replace) {
    location.hash = hash;
    return;
  }
  history.replaceState(null, "", hash);
  route.set(read());
}
