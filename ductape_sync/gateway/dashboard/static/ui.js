// The small parts that every page is made of.

import htm from "./vendor/htm.js";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "./vendor/hooks.js";
import { h } from "./vendor/preact.js";
import { duration, fullTime, localTime, number, statusName } from "./format.js";
import { pretty, tokens } from "./json.js";
import { say } from "./stores.js";

export const html = htm.bind(h);

const ICONS = {
  running: "M8 2a6 6 0 1 0 6 6M8 5v3l2 2",
  completed: "M3.5 8.5l3 3 6-7",
  failed: "M4 4l8 8M12 4l-8 8",
  cancelled: "M3 8a5 5 0 1 0 10 0a5 5 0 1 0-10 0M4.5 11.5l7-7",
  stopped: "M4 8h8",
  waited: "M5 3.5v9M11 3.5v9",
  waiting: "M5 3.5v9M11 3.5v9",
  signal: "M8 2.5l5.5 5.5L8 13.5L2.5 8z",
  retry: "M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3",
  cancel: "M3 8a5 5 0 1 0 10 0a5 5 0 1 0-10 0M4.5 11.5l7-7",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  back: "M10 3L5 8l5 5",
};

/** A drawing of 16 by 16 that says nothing by itself: the text beside it does. */
export const Icon = ({ name }) => html`
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${ICONS[name] ?? ICONS.stopped} /></svg>
`;

export const Badge = ({ status }) => html`
  <span class="badge is-${status}"><${Icon} name=${status} />${statusName(status)}</span>
`;

export const Time = ({ at }) => html`
  <time dateTime=${new Date(at).toISOString()} title=${fullTime(at)}>${localTime(at)}</time>
`;

/** From a start to an end, or while it lasts to now. */
export function Duration({ start, end, now }) {
  const from = new Date(start).getTime();
  return html`<span class="number">
    ${end === null ? duration(now - from, { whole: true }) : duration(new Date(end).getTime() - from)}
  </span>`;
}

/** How many of how many, as a bar where the total is known. */
export function Progress({ done, total, status = "running" }) {
  if (total === null) return done ? html`<span class="number">${done} done</span>` : null;
  return html`<span class="progress is-${status}">
    <span class="track"><span style=${{ width: `${(100 * done) / total}%` }}></span></span>
    <span class="number">${done} of ${total}</span>
  </span>`;
}

/** Why something did not work. */
export const Trouble = ({ problem }) =>
  problem &&
  html`<div class="trouble" role="alert">
    <p>${problem.message}</p>
    ${problem.suggestions?.length ? html`<p>Did you mean ${problem.suggestions.join(", ")}?</p>` : null}
  </div>`;

const COLOURED_MOST = 20_000;
const SHOWN_MOST = 100_000;

/** Any JSON, to read and to copy. */
export function Json({ value, label }) {
  const [whole, setWhole] = useState(false);
  const text = useMemo(() => pretty(value), [value]);
  const shown = whole ? text : text.slice(0, SHOWN_MOST);
  const content = useMemo(() => coloured(shown), [shown]);
  return html`<div class="json">
    <pre tabindex="0" role="group" aria-label=${label}><code>${content}</code></pre>
    <${Copy} text=${text} what=${label} />
    ${shown.length < text.length
      ? html`<button class="quiet" onClick=${() => setWhole(true)}>Show all ${number(text.length)} characters</button>`
      : null}
  </div>`;
}

function coloured(text) {
  if (text.length > COLOURED_MOST) return text;
  return tokens(text).map(([kind, part]) => (kind ? html`<span class="json-${kind}">${part}</span>` : part));
}

export function Copy({ text, what }) {
  if (!navigator.clipboard) return null; // browsers have none on plain http
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    say(`${what} copied.`);
  };
  return html`<button type="button" class="copy" title="Copy" aria-label=${`Copy ${what}`} onClick=${copy}>
    <${Icon} name="copy" />
  </button>`;
}

/** A modal dialog; the browser keeps the focus in it, gives it back at the end, and Escape closes it. */
export function Dialog({ title, onClose, children }) {
  const ref = useRef(null);
  const gone = useRef(false);
  const id = useId();
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog.showModal(); // before anything more can be typed: it takes the focus
    return () => {
      gone.current = true; // the event comes later, and would close the next dialog
      dialog.close();
      const lost = document.activeElement === document.body || dialog.contains(document.activeElement);
      if (lost) dialog.parentElement.querySelector(":scope > :is(button, a)")?.focus(); // what opened it is gone
    };
  }, []);
  // Escape: taken before the browser closes it, or what is pressed until it tells of that is lost.
  const escape = (event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog ref=${ref} aria-labelledby=${id} onCancel=${escape} onClose=${() => gone.current || onClose()}>
    <h2 id=${id}>${title}</h2>
    ${children}
  </dialog>`;
}

/** The page's title and heading; a reader who comes from another page is taken to it. */
export function Heading({ title, children }) {
  const ref = useRef(null);
  useEffect(() => {
    document.title = `${title} – ductape-sync`;
  }, [title]);
  useLayoutEffect(() => {
    if (Heading.visited) {
      scrollTo(0, 0);
      ref.current.focus({ preventScroll: true });
    }
    Heading.visited = true;
  }, []);
  return html`<h1 ref=${ref} tabindex="-1">${children ?? title}</h1>`;
}

/**
 * A form whose button cannot be pressed twice, and that says what went wrong: `submit` may throw. `blocked` says
 * why it cannot be sent now. The button is never disabled, for then it would lose the focus.
 */
export function Form({ submit, label, kind = "primary", blocked = null, children, onCancel = null, onInput }) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const sending = useRef(false);
  const onSubmit = async (event) => {
    event.preventDefault();
    if (sending.current || blocked) return;
    sending.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await submit();
    } catch (fault) {
      setProblem(fault);
    }
    sending.current = false;
    setBusy(false);
  };
  return html`<form onSubmit=${onSubmit} onInput=${onInput}>
    ${children}
    <${Trouble} problem=${problem} />
    <p class="blocked" role="status">${blocked}</p>
    <div class="actions">
      <button class=${kind} aria-disabled=${busy || Boolean(blocked)}>${label}</button>
      ${onCancel && html`<button type="button" onClick=${onCancel}>Back</button>`}
    </div>
  </form>`;
}

/** A labelled field: `children` is a function that is given the id and draws the control. */
export function Field({ label, hint = null, required = false, children }) {
  const id = useId();
  return html`<div class="field">
    <label for=${id}>${label}${required ? html`<span class="required" title="required"> *</span>` : null}</label>
    ${children(id, hint ? `${id}-hint` : undefined)}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}
