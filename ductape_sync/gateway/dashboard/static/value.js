// An editor for any JSON: a form where a schema tells what is wanted, and raw JSON always.

import { useId, useState } from "./vendor/hooks.js";
import { SchemaFields } from "./fields.js";
import { parse, pretty } from "./json.js";
import { JsonField } from "./json-field.js";
import { fits, hasForm, initial } from "./schema.js";
import { html } from "./ui.js";

/**
 * `value` is what it starts with, undefined for nothing; `read` is a ref that is given the function that
 * returns what was entered, undefined for nothing.
 */
export function ValueEditor({ label, schema, value: first, read }) {
  const formable = hasForm(schema);
  const [value, setValue] = useState(() => (first === undefined && formable ? initial(schema) : first));
  const [text, setText] = useState(() => (first === undefined ? "" : pretty(first)));
  const [raw, setRaw] = useState(!formable || !fits(first, schema));
  const [notice, setNotice] = useState(null);
  read.current = () => {
    if (!raw) return value;
    return text.trim() ? parse(text) : undefined;
  };

  function toRaw() {
    setText(value === undefined ? "" : pretty(value));
    setNotice(null);
    setRaw(true);
  }

  function toForm() {
    try {
      const entered = text.trim() ? parse(text) : undefined;
      if (!fits(entered, schema)) return setNotice("The form cannot show this: it does not fit the schema.");
      setValue(entered);
      setNotice(null);
      return setRaw(false);
    } catch (error) {
      return setNotice(`The form cannot show this: ${error.message}`);
    }
  }

  const id = useId();
  return html`<fieldset class="value">
    <legend>${label}</legend>
    ${formable &&
    html`<div class="switch" role="group" aria-label=${`How to enter the ${label.toLowerCase()}`}>
      <button type="button" aria-pressed=${!raw} onClick=${() => raw && toForm()}>Form</button>
      <button type="button" aria-pressed=${raw} onClick=${() => raw || toRaw()}>JSON</button>
    </div>`}
    ${notice && html`<p class="trouble" role="alert">${notice}</p>`}
    ${raw
      ? html`<label class="sr" for=${id}>${label} as JSON</label>
          <${JsonField} id=${id} text=${text} setText=${setText} rows="8" />`
      : html`<${SchemaFields} schema=${schema} root=${schema} value=${value} setValue=${setValue} label=${label} />`}
  </fieldset>`;
}
