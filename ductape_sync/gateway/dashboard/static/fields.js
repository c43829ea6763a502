// The controls of a form that a JSON Schema describes.

import { useState } from "./vendor/hooks.js";
import { parse, pretty } from "./json.js";
import { JsonField } from "./json-field.js";
import { kindOf, resolve } from "./schema.js";
import { Field, html } from "./ui.js";

/** A schema's controls: those of its properties, or one. `setValue(undefined)` leaves a value out. */
export function SchemaFields({ schema, root, value, setValue, label, required = true, depth = 0 }) {
  const found = resolve(schema, root);
  const kind = kindOf(found, depth);
  if (kind === "object") {
    // What an object requires is required only if there is to be an object.
    const needed = required && !found.nullable;
    const fields = html`<${Properties} ...${{ schema: found, root, value, setValue, depth, needed }} />`;
    return depth ? html`<fieldset><legend>${label}</legend>${fields}</fieldset>` : fields;
  }
  if (kind === "none") return html`<p class="hint">It takes none.</p>`;
  const Control = CONTROLS[kind];
  const must = required && !found.nullable;
  return html`<${Field} label=${label} hint=${found.description} required=${must}>
    ${(id, hint) => html`<${Control} id=${id} hint=${hint} schema=${found} value=${value} setValue=${setValue} required=${must} />`}
  <//>`;
}

function Properties({ schema, root, value, setValue, depth, needed }) {
  const there = needed || Boolean(value);
  const set = (name, part) => {
    const next = { ...value, [name]: part };
    if (part === undefined) delete next[name];
    setValue(needed || Object.keys(next).length ? next : undefined);
  };
  return Object.entries(schema.properties).map(
    ([name, part]) => html`<${SchemaFields}
      key=${name}
      schema=${part}
      root=${root}
      label=${name}
      required=${there && (schema.required?.includes(name) ?? false)}
      value=${value?.[name]}
      setValue=${(next) => set(name, next)}
      depth=${depth + 1}
    />`,
  );
}

/** What a control that was emptied stands for. */
const nothing = (schema, required) => (schema.nullable && required ? null : undefined);

function Text({ id, hint, schema, value, setValue, required }) {
  const type = { date: "date", email: "email", uri: "url" }[schema.format] ?? "text";
  return html`<input id=${id} aria-describedby=${hint} type=${type} required=${required} value=${value ?? ""}
    minlength=${schema.minLength} maxlength=${schema.maxLength} pattern=${schema.pattern}
    onInput=${({ target }) => setValue(target.value === "" ? nothing(schema, required) : target.value)} />`;
}

function NumberControl({ id, hint, schema, value, setValue, required }) {
  return html`<input id=${id} aria-describedby=${hint} type="number" required=${required} value=${value ?? ""}
    min=${schema.minimum} max=${schema.maximum} step=${schema.type === "integer" ? 1 : "any"}
    onInput=${({ target }) => !target.validity.badInput && setValue(target.value === "" ? nothing(schema, required) : target.valueAsNumber)} />`;
}

/** A choice of texts, or of yes and no. */
function Choice({ id, hint, schema, value, setValue, required }) {
  const choices = schema.enum ?? [true, false];
  const pick = ({ target }) => setValue(target.value === "" ? nothing(schema, required) : choices[target.value]);
  return html`<select id=${id} aria-describedby=${hint} required=${required} onChange=${pick}
    value=${value === undefined || value === null ? "" : String(choices.indexOf(value))}>
    <option value="">–</option>
    ${choices.map((choice, index) => html`<option key=${index} value=${String(index)}>${String(choice)}</option>`)}
  </select>`;
}

function AnyJson({ id, hint, value, setValue, required }) {
  const [text, setText] = useState(value === undefined ? "" : pretty(value));
  const change = (next) => {
    setText(next);
    try {
      setValue(next.trim() ? parse(next) : undefined);
    } catch {
      // The field says so itself, and the form cannot be sent before it is mended.
    }
  };
  return html`<${JsonField} id=${id} hint=${hint} text=${text} setText=${change} required=${required} />`;
}

const CONTROLS = { text: Text, number: NumberControl, choice: Choice, check: Choice, json: AnyJson };
