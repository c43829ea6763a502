// The page: its frame, and which of its views is shown.

import { useEffect } from "./vendor/hooks.js";
import { render } from "./vendor/preact.js";
import * as api from "./api.js";
import { ExecutionPage } from "./execution.js";
import { useLoad } from "./hooks.js";
import { connect, connection } from "./live.js";
import { Overview } from "./overview.js";
import { forgetPlace } from "./place.js";
import { route, toOverview, toStart } from "./router.js";
import { watchSession } from "./session.js";
import { StartPage } from "./start.js";
import { notice, signedOut, trouble, useStore } from "./stores.js";
import { html } from "./ui.js";

function App() {
  const { page, query, executionId } = useStore(route);
  if (useStore(signedOut)) return html`<${SignedOut} />`;
  return html`
    <${Top} page=${page} />
    <main id="main" tabindex="-1">
      ${page === "overview" && html`<${Overview} query=${query} />`}
      ${page === "execution" && html`<${ExecutionPage} key=${executionId} executionId=${executionId} />`}
      ${page === "start" && html`<${StartPage} query=${query} />`}
    </main>
    <${Foot} />
    <${Notice} />
  `;
}

function Top({ page }) {
  return html`<header class="top">
    <a class="brand" href=${toOverview()} onClick=${forgetPlace}><img src="icon.svg" alt="" width="24" height="24" />ductape-sync</a>
    <${Connection} />
    ${page !== "start" && html`<a class="button primary" href=${toStart()}>Start …</a>`}
  </header>`;
}

const TROUBLES = { unreachable: "Reconnecting …", engine_unavailable: "Engine unavailable" };

/** Whether what is shown is up to date. */
function Connection() {
  const socket = useStore(connection);
  const problem = useStore(trouble);
  const [state, text] =
    socket === "connecting"
      ? ["off", "Connecting …"]
      : socket === "reconnecting"
        ? ["off", TROUBLES.unreachable]
        : problem
          ? ["off", TROUBLES[problem.code] ?? "Not up to date"]
          : ["on", "Live"];
  return html`<span class="connection is-${state}" role="status" title=${problem?.message}>${text}</span>`;
}

function Notice() {
  const text = useStore(notice);
  return html`<div class="notice" role="status">${text && html`<p>${text}</p>`}</div>`;
}

function Foot() {
  const { data } = useLoad(api.health, []);
  return html`<footer>
    <span>${data ? `ductape-sync ${data.version} on ${data.engine}` : ""}</span>
    <a href="openapi.yaml">API</a>
    <form method="post" action="sign-out"><button class="link">Sign out</button></form>
  </footer>`;
}

function SignedOut() {
  useEffect(() => {
    document.title = "Signed out – ductape-sync";
    return watchSession((isSignedIn) => {
      if (isSignedIn) location.reload();
      return isSignedIn;
    });
  }, []);
  return html`<main id="main" tabindex="-1" class="sign-in">
    <p class="brand"><img src="icon.svg" alt="" width="28" height="28" />ductape-sync</p>
    <section class="card">
      <h1>You are signed out</h1>
      <p>The gateway does not know this browser any more.</p>
      <button class="primary" onClick=${() => location.reload()}>Sign in</button>
    </section>
    <p class="hint">Or open the address that it printed when it started: this page goes on by itself.</p>
  </main>`;
}

/** As a link to a fragment it would be taken for a page. */
function skipToContent(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

document.querySelector(".skip").addEventListener("click", skipToContent);
connect();
render(html`<${App} />`, document.getElementById("app"));
