// Values that change and that several parts of the page show.

import { useEffect, useState } from "./vendor/hooks.js";

/** A value with listeners: `get()`, `set(value)`, and `listen(callback)`, which returns how to stop. */
export function store(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener(value);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The value of a store, in a component that is drawn again when it changes. */
export function useStore(of) {
  const [value, setValue] = useState(of.get());
  useEffect(() => {
    setValue(of.get()); // it may have changed between the first drawing and now
    return of.listen(setValue);
  }, [of]);
  return value;
}

/** Whether the browser has to sign in (again). */
export const signedOut = store(false);

/** The worst `Problem` because of which something that is shown is not up to date; null when all of it is. */
export const trouble = store(null);

const WORST = ["unreachable", "engine_unavailable"];
const troubles = new Map(); // by who has it

/** Say what keeps `who` from being up to date; null for nothing. */
export function report(who, problem) {
  if (problem) troubles.set(who, problem);
  else troubles.delete(who);
  const rank = ({ code }) => (WORST.includes(code) ? WORST.indexOf(code) : WORST.length);
  trouble.set([...troubles.values()].sort((a, b) => rank(a) - rank(b))[0] ?? null);
}

/** What was just done, for a few seconds: "Signal approve sent". */
export const notice = store(null);

let noticeTimer = 0;

export function say(text) {
  clearTimeout(noticeTimer);
  notice.set(text);
  noticeTimer = setTimeout(() => notice.set(null), 6000);
}
