// What narrows the lists: it is in the address, so that a bookmark keeps it.

import { useEffect, useRef, useState } from "./vendor/hooks.js";
import { refine } from "./router.js";
import { html } from "./ui.js";

const TYPING_MS = 200;
const ID = /^[A-Za-z0-9_][A-Za-z0-9_.:@=+~-]*$/; // as openapi.yaml has it
const ID_MOST = 200;

/** Whether an id can begin with this. */
export const beginsAnId = (text) => text === "" || (text.length <= ID_MOST && ID.test(text));

const change = (changes) => refine("overview", changes);

/** `names` are the workflows to choose from. */
export function Filters({ filter, query, names }) {
  const choices = [...new Set([...names, filter.workflow])].filter(Boolean).sort();
  return html`<form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
    <label for="by-workflow">Workflow</label>
    <select id="by-workflow" value=${filter.workflow} onChange=${({ target }) => change({ workflow: target.value })}>
      <option value="">All workflows</option>
      ${choices.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
    </select>
    <label for="by-id">Id</label>
    <${IdInput} id=${filter.id} />
    <label class="check">
      <input type="checkbox" checked=${Boolean(query.cancelled)}
        onChange=${({ target }) => change({ cancelled: target.checked ? "1" : "" })} />
      Show cancelled
    </label>
  </form>`;
}

/** It has what is being typed; the address has it a moment after the last key. */
function IdInput({ id }) {
  const [text, setText] = useState(id);
  const told = useRef(id); // what the address has of this input: any other comes from elsewhere
  const timer = useRef(0);
  const stop = () => clearTimeout(timer.current);
  useEffect(() => stop, []);
  useEffect(() => {
    if (id === told.current) return;
    stop();
    told.current = id;
    setText(id);
  }, [id]);
  const tell = (next) => {
    told.current = next;
    change({ id: next });
  };
  const typed = ({ target }) => {
    setText(target.value);
    stop();
    const next = target.value.trim();
    timer.current = setTimeout(() => tell(next), TYPING_MS);
  };
  return html`<input id="by-id" type="search" placeholder="starts with …" spellcheck="false" autocomplete="off"
    value=${text} onInput=${typed} />`;
}
