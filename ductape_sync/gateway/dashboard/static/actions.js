// What can be done to a running execution: signal it, cancel it.

import { useRef, useState } from "./vendor/hooks.js";
import * as api from "./api.js";
import { say } from "./stores.js";
import { Dialog, Field, Form, html } from "./ui.js";
import { ValueEditor } from "./value.js";

const OTHER = "";

/** `signals` are those that the definition offers; another name can be typed. */
export function SignalDialog({ executionId, signals, onClose }) {
  const [picked, setPicked] = useState(null);
  const chosen = picked ?? signals[0]?.name ?? OTHER; // the definition may come later than the dialog
  const [typed, setTyped] = useState("");
  const data = useRef(() => undefined);
  const name = chosen === OTHER ? typed.trim() : chosen;
  const definition = signals.find((signal) => signal.name === chosen);
  const submit = async () => {
    const value = data.current();
    await api.signal(executionId, value === undefined ? { signal: name } : { signal: name, data: value });
    say(`Signal ${name} sent.`);
    onClose();
  };
  return html`<${Dialog} title="Send a signal" onClose=${onClose}>
    <${Form} submit=${submit} label="Send signal" onCancel=${onClose}>
      ${signals.length > 0 &&
      html`<${Field} label="Signal" hint=${definition?.description}>
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
      <${ValueEditor} key=${chosen} label="Data" schema=${definition?.dataSchema ?? null} value=${undefined} read=${data} />
    <//>
  <//>`;
}

export function CancelDialog({ executionId, onClose }) {
  const [reason, setReason] = useState("");
  const submit = async () => {
    await api.cancel(executionId, reason.trim() ? { reason: reason.trim() } : {});
    say("Cancel requested.");
    onClose();
  };
  return html`<${Dialog} title="Cancel this execution?" onClose=${onClose}>
    <${Form} submit=${submit} label="Cancel execution" kind="danger" onCancel=${onClose}>
      <p>It may first clean up, and cannot be taken up again.</p>
      <${Field} label="Reason" hint="Kept in its history.">
        ${(id, hint) => html`<input id=${id} aria-describedby=${hint} maxlength="1000" value=${reason}
          onInput=${({ target }) => setReason(target.value)} />`}
      <//>
    <//>
  <//>`;
}
