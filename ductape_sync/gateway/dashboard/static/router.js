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
history.scrollRestoration = "manual"; // what was scrolled to is not there before its data are

/** Change the query of the page that is shown, if that still is `page`. */
export function refine(page, changes) {
  const here = read(); // the address may be ahead of the store
  if (here.page === page) go(withQuery(PATHS[page], { ...here.query, ...changes }), { replace: true });
}

function withQuery(path, query) {
  // In an order of its own, so that the same filters are the same address, whichever was set first.
  const given = Object.entries(query).filter(([, value]) => value).sort();
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

const PATHS = { overview: "#/", start: "#/start" };

export const toOverview = (query = {}) => withQuery(PATHS.overview, query);
export const toExecution = (executionId) => `#/executions/${encodeURIComponent(executionId)}`;
export const toStart = (query = {}) => withQuery(PATHS.start, query);

/** Go to an address; with `replace`, without a step in the browser's history. */
export function go(hash, { replace = false } = {}) {
  if (!replace) {
    location.hash = hash;
    return;
  }
  history.replaceState(null, "", hash);
  route.set(read());
}
