// JSON that loses nothing: numbers that a double cannot hold keep their digits.

const LONG_NUMBER = /\d{16}|\d[eE][+-]?\d{3}/;

function exactly(_key, value, context) {
  if (typeof value !== "number" || !context?.source) return value;
  const short = context.source.length < 16 && Number.isFinite(value);
  return short || String(value) === context.source ? value : JSON.rawJSON(context.source);
}

/** Parse JSON. Throws a SyntaxError. */
export function parse(text) {
  return JSON.rawJSON && LONG_NUMBER.test(text) ? JSON.parse(text, exactly) : JSON.parse(text);
}

/** JSON to read. */
export const pretty = (value) => JSON.stringify(value, null, 2) ?? "null";

/** JSON on one line, at most `most` characters of it. */
export function brief(value, most = 120) {
  const text = JSON.stringify(value) ?? "null";
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Cut JSON text into `[kind, text]` for colouring; kind is null for what needs no colour. */
export function tokens(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > end) found.push([null, text.slice(end, match.index)]);
    const [whole, string, colon] = match;
    if (colon) found.push(["key", string], [null, colon]);
    else found.push([string ? "string" : /^[-\d]/.test(whole) ? "number" : "word", whole]);
    end = match.index + whole.length;
  }
  if (end < text.length) found.push([null, text.slice(end)]);
  return found;
}
