// Times and numbers as people read them.

import { now } from "./clock.js";

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

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
];

/** A length of time in whole milliseconds, with nothing rounded and nothing superfluous: "2 min", "1.5 s". */
export function exactly(ms) {
  if (ms < 1000) return ms ? `${ms} ms` : "0";
  const parts = [];
  for (const [size, unit] of UNITS) {
    if (ms >= size) parts.push(`${Math.floor(ms / size)} ${unit}`);
    ms %= size;
  }
  if (ms) parts.push(`${ms / 1000} s`);
  return parts.join(" ");
}

const SECONDS = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const THOUSANDTHS = { ...SECONDS, fractionalSecondDigits: 3 };
const DAY = { month: "short", day: "numeric" };
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** A formatter of moments: the date is said where it is not today's, the year where it is not this one. */
function dated(time) {
  const [today, day, year] = [{}, DAY, { ...DAY, year: "numeric" }].map(
    (date) => new Intl.DateTimeFormat(undefined, { ...date, ...time }),
  );
  return (moment) => {
    const at = new Date(moment);
    if (isToday(at)) return today.format(at);
    return (at.getFullYear() === new Date(now()).getFullYear() ? day : year).format(at);
  };
}

export const isToday = (moment) => new Date(moment).toDateString() === new Date(now()).toDateString();

/** A moment (milliseconds or RFC 3339) in local time. */
export const localTime = dated(SECONDS);
export const exactTime = dated(THOUSANDTHS);
export const fullTime = (moment) => FULL.format(new Date(moment));

const NUMBER = new Intl.NumberFormat();
export const number = (value) => NUMBER.format(value);

/** "1 step", "3 steps". */
export const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

const STATUS = { running: "Running", completed: "Completed", failed: "Failed", cancelled: "Cancelled" };

/** The name of a status; one that is newer than this page is shown as it is. */
export const statusName = (status) => STATUS[status] ?? status;
