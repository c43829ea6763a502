// What can be done to a running execution: signal it, cancel it.

import { useRef, useState } from "./vendor/hooks.js";
import * as api from "./api.js";
import { useFirst } from "./hooks.js";
import { say } from "./stores.js";
import { Dialog, Field, Form, html } from "./ui.js";
import { ValueEditor } from "./value.js";

const OTHER = "";

const ENDED = "It has ended.";

/** An operation on an execution that can be repeated until its answer came. */
function useRepeatable(operation, executionId) {
  const [send] = useState(() => api.repeatable((request, key) => operation(executionId, request, key)));
  return send;
}

/** `definition` offers its signals, null while no worker serves it, undefined while that is not known. */
export function SignalDialog({ executionId, definition: served, running, onClose }) {
  const signals = useFirst(served)?.signals ?? [];
  const [picked, setPicked] = useState(null);
  const chosen = picked ?? signals[0]?.name ?? OTHER; // the definition may come later than the dialog
  const [typed, setTyped] = useState("");
  const send = useRepeatable(api.signal, executionId);
  const data = useRef(() => undefined);
  const name = chosen === OTHER ? typed.trim() : chosen;
  const signal = signals.find(({ name: each }) => each === chosen);
  const submit = async () => {
    const value = data.current();
    await send(value === undefined ? { signal: name } : { signal: name, data: value });
    say(`Signal ${name} sent.`);
    onClose();
  };
  return html`<${Dialog} title="Send a signal" onClose=${onClose}>
    <${Form} submit=${submit} label="Send signal" blocked=${running ? null : ENDED} onCancel=${onClose}
      onInput=${() => setPicked(chosen)}>
      ${signals.length > 0 &&
      html`<${Field} label="Signal" hint=${signal?.description}>
        ${(id, hint) => html`<select id=${id} aria-describedby=${hint} value=${chosen} onChange=${({ target }) => setPicked(target.value)}>
          ${signals.map((signal) => html`<option key=${signal.name} value=${signal.name}>${signal.name}</option>`)}
          <option value=${OTHER}>Another …</option>
        </select>`}
      <//>`}
      ${chosen === OTHER &&
      html`<${Field} label="Name" required>
        ${(id) => html`<input id=${id} required maxlength="200" spellcheck="false" value=${typed}
          onInput=${({ target }) => setTyped(target.value)} />`}
      <//>`}
      ${running && served === null && html`<p class="hint">No worker serves this workflow now: the signal waits for one.</p>`}
      <${ValueEditor} key=${chosen} label="Data" schema=${signal?.dataSchema ?? null} value=${undefined} read=${data} />
    <//>
  <//>`;
}

export function CancelDialog({ executionId, running, onClose }) {
  const [reason, setReason] = useState("");
  const send = useRepeatable(api.cancel, executionId);
  const submit = async () => {
    await send(reason.trim() ? { reason: reason.trim() } : {});
    say("Cancel requested.");
    onClose();
  };
  return html`<${Dialog} title="Cancel this execution?" onClose=${onClose}>
    <${Form} submit=${submit} label="Cancel execution" kind="danger" blocked=${running ? null : ENDED} onCancel=${onClose}>
      <p>It may first clean up, and cannot be taken up again.</p>
      <${Field} label="Reason" hint="Kept in its history.">
        ${(id, hint) => html`<input id=${id} aria-describedby=${hint} maxlength="1000" value=${reason}
          onInput=${({ target }) => setReason(target.value)} />`}
      <//>
    <//>
  <//>`;
}
