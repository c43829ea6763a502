// Times and numbers as people read them.

const pad = (number) => String(number).padStart(2, "0");

/** A length of time in milliseconds: "240 ms", "3.2 s", "2 min 05 s". With `whole`, no parts of a second. */
export function duration(ms, { whole = false } = {}) {
  ms = Math.max(0, ms);
  if (ms < 60_000 && whole) return `${Math.floor(ms / 1000)} s`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const SHORT = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** A moment (milliseconds or RFC 3339) in local time. */
export const localTime = (moment) => SHORT.format(new Date(moment));
export const clockTime = (moment) => CLOCK.format(new Date(moment));
export const fullTime = (moment) => FULL.format(new Date(moment));

const NUMBER = new Intl.NumberFormat();
export const number = (value) => NUMBER.format(value);

/** "1 step", "3 steps". */
export const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

const STATUS = { running: "Running", completed: "Completed", failed: "Failed", cancelled: "Cancelled" };

/** The name of a status; one that is newer than this page is shown as it is. */
export const statusName = (status) => STATUS[status] ?? status;
