// A control for a text of JSON.

import { useEffect, useRef } from "./vendor/hooks.js";
import { parse } from "./json.js";
import { html } from "./ui.js";

/** A text of JSON; the browser refuses the form while it is none. With `object`, only an object will do. */
export function JsonField({ id, hint, text, setText, object = false, required = false, rows = 3 }) {
  const ref = useRef(null);
  useEffect(() => ref.current.setCustomValidity(fault(text, object)), [text]);
  return html`<textarea ref=${ref} id=${id} aria-describedby=${hint} rows=${rows} required=${required} spellcheck=${false} class="code"
    autocomplete="off" placeholder=${object ? '{"name": "value"}' : "JSON"} value=${text}
    onInput=${({ target }) => setText(target.value)}></textarea>`;
}

function fault(text, object) {
  if (!text.trim()) return "";
  try {
    const value = parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return object && !isObject ? "This must be a JSON object." : "";
  } catch (error) {
    return `This is not JSON: ${error.message}`;
  }
}
