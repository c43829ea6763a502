// The gateway's time. A browser's own clock may be off, and what lasts is counted from moments of the gateway.

const STALE_MS = 2000; // a Date header has no parts of a second, and a server may write it anew once a second

let offset = 0;

/** The time in milliseconds since 1970. */
export const now = () => Date.now() + offset;

/** Learn from the `Date` header of an answer whose request was sent at `sent`, by the browser's clock. */
export function learn(header, sent) {
  const said = Date.parse(header ?? "");
  if (Number.isNaN(said)) return;
  // It was written after the one moment and before the other; a clock that agrees with that is left alone.
  offset = Math.min(Math.max(offset, said - Date.now()), said + STALE_MS - sent);
}
