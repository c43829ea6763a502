// Start an execution: pick a workflow, fill in its input, and how to run it.

import { useRef, useState } from "./vendor/hooks.js";
import * as api from "./api.js";
import { useDefinitions, useFirst, useLoad } from "./hooks.js";
import { parse } from "./json.js";
import { JsonField } from "./json-field.js";
import { toLists } from "./place.js";
import { go, toExecution, toStart } from "./router.js";
import { say } from "./stores.js";
import { Field, Form, Heading, html, Icon } from "./ui.js";
import { ValueEditor } from "./value.js";

/** `query` may name a `workflow`, and an execution `from` which the input is taken. */
export function StartPage({ query }) {
  const definitions = useDefinitions();
  const before = useLoad(async () => (query.from ? api.status(query.from) : null), [query.from]);
  const ready = definitions && (!query.from || before.data || before.problem);
  const first = useFirst(definitions?.[0]?.name ?? null); // whatever comes or goes, what is being filled in stays
  const chosen = query.workflow ?? first;
  return html`
    <a class="back" href=${toLists()}><${Icon} name="back" />Executions</a>
    <${Heading} title="Start an execution" />
    <section class="card start">
      ${!ready && html`<p class="empty">Loading …</p>`}
      ${ready && !chosen && html`<p class="empty">No worker is there that serves a workflow.</p>`}
      ${ready &&
      chosen &&
      html`<${StartForm} definitions=${definitions} chosen=${chosen} from=${query.from} before=${before.data} />`}
    </section>
  `;
}

function StartForm({ definitions, chosen, from, before }) {
  const served = definitions.find(({ name }) => name === chosen) ?? null;
  const definition = useKept(chosen, served);
  const read = useRef(() => undefined);
  const [execute] = useState(() => api.repeatable(api.execute));
  const [options, setOptions] = useState({ executionId: "", timeout: "", retries: "", metadata: "" });
  const submit = async () => {
    const { executionId } = await execute(requestOf(chosen, read.current(), options));
    say(`${chosen} started.`);
    go(toExecution(executionId));
  };
  const names = [...new Set([...definitions.map(({ name }) => name), chosen])];
  const unserved = `No worker serves ${chosen} now.`;
  return html`<${Form} submit=${submit} label="Start" blocked=${definition ? null : unserved}>
    <${Field} label="Workflow" hint=${definition?.description}>
      ${(id, hint) => html`<select id=${id} aria-describedby=${hint} value=${chosen}
        onChange=${({ target }) => go(toStart({ workflow: target.value }), { replace: true })}>
        ${names.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
      </select>`}
    <//>
    ${definition && !served && html`<p class="blocked" role="status">${unserved}</p>`}
    ${definition &&
    html`<${ValueEditor}
      key=${`${chosen} ${from}`}
      label="Input"
      schema=${definition.inputSchema}
      value=${before?.workflow === chosen ? before.input : undefined}
      read=${read}
    />`}
    <details class="options">
      <summary>Options</summary>
      <${Options} options=${options} setOptions=${setOptions} />
    </details>
  <//>`;
}

/** The definition as it was when it was chosen, though its workers may go: null if there was none yet. */
function useKept(name, served) {
  const kept = useRef(new Map());
  if (served && !kept.current.has(name)) kept.current.set(name, served);
  return kept.current.get(name) ?? null;
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
