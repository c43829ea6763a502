// Start an execution: pick a workflow, fill in its input, and how to run it.

import { useRef, useState } from "./vendor/hooks.js";
import * as api from "./api.js";
import { useDefinitions, useLoad } from "./hooks.js";
import { parse } from "./json.js";
import { JsonField } from "./json-field.js";
import { go, toExecution, toOverview, toStart } from "./router.js";
import { say } from "./stores.js";
import { Field, Form, Heading, html, Icon } from "./ui.js";
import { ValueEditor } from "./value.js";

/** `query` may name a `workflow`, and an execution `from` which the input is taken. */
export function StartPage({ query }) {
  const definitions = useDefinitions();
  const before = useLoad(async () => (query.from ? api.status(query.from) : null), [query.from]);
  const ready = definitions && (!query.from || before.data || before.problem);
  return html`
    <a class="back" href=${toOverview()}><${Icon} name="back" />Executions</a>
    <${Heading} title="Start an execution" />
    <section class="card start">
      ${!ready && html`<p class="empty">Loading …</p>`}
      ${ready && !definitions.length && html`<p class="empty">No worker is there that serves a workflow.</p>`}
      ${ready &&
      definitions.length > 0 &&
      html`<${StartForm} definitions=${definitions} chosen=${query.workflow} from=${query.from} before=${before.data} />`}
    </section>
  `;
}

function StartForm({ definitions, chosen, from, before }) {
  const definition = definitions.find(({ name }) => name === chosen) ?? definitions[0];
  const read = useRef(() => undefined);
  const key = useRef(api.newKey());
  const sent = useRef(null);
  const [options, setOptions] = useState({ executionId: "", timeout: "", retries: "", metadata: "" });
  const submit = async () => {
    const request = requestOf(definition.name, read.current(), options);
    // The same form sent again, after an answer that was lost, starts nothing twice; a changed one is new.
    const text = JSON.stringify(request);
    if (sent.current !== null && sent.current !== text) key.current = api.newKey();
    sent.current = text;
    const { executionId } = await api.execute(request, key.current);
    say(`${definition.name} started.`);
    go(toExecution(executionId));
  };
  return html`<${Form} submit=${submit} label="Start">
    <${Field} label="Workflow" hint=${definition.description}>
      ${(id, hint) => html`<select id=${id} aria-describedby=${hint} value=${definition.name}
        onChange=${({ target }) => go(toStart({ workflow: target.value }), { replace: true })}>
        ${definitions.map(({ name }) => html`<option key=${name} value=${name}>${name}</option>`)}
      </select>`}
    <//>
    <${ValueEditor}
      key=${`${definition.name} ${from}`}
      label="Input"
      schema=${definition.inputSchema}
      value=${before?.workflow === definition.name ? before.input : undefined}
      read=${read}
    />
    <details class="options">
      <summary>Options</summary>
      <${Options} options=${options} setOptions=${setOptions} />
    </details>
  <//>`;
}

function Options({ options, setOptions }) {
  const set = (name) => (value) => setOptions({ ...options, [name]: value });
  const input = (name, more) => (id, hint) =>
    html`<input id=${id} aria-describedby=${hint} value=${options[name]} ...${more}
      onInput=${({ target }) => set(name)(target.value)} />`;
  return html`
    <${Field} label="Execution id" hint="Chosen for you when left empty.">${input("executionId", { spellcheck: false })}<//>
    <${Field} label="Timeout in seconds" hint="For the whole execution, its retries included.">
      ${input("timeout", { type: "number", min: 0.001, step: "any" })}
    <//>
    <${Field} label="Retries" hint="How many times it is run again after it fails.">
      ${input("retries", { type: "number", min: 0, max: 1000, step: 1 })}
    <//>
    <${Field} label="Metadata" hint="A JSON object of your own, kept with the execution.">
      ${(id, hint) => html`<${JsonField} id=${id} hint=${hint} text=${options.metadata} setText=${set("metadata")} object />`}
    <//>
  `;
}

/** The contract's ExecuteRequest; what was left empty is left out. */
function requestOf(workflow, input, { executionId, timeout, retries, metadata }) {
  const request = { workflow };
  if (input !== undefined) request.input = input;
  if (executionId) request.executionId = executionId;
  const options = {};
  if (timeout) options.timeout = Math.max(1, Math.round(Number(timeout) * 1000));
  if (retries) options.retries = Number(retries);
  if (metadata.trim()) options.metadata = parse(metadata);
  if (Object.keys(options).length) request.options = options;
  return request;
}
