// Signing in leads back to the page that was asked for: the fragment survives the redirect if the form has it.

import { watchSession } from "./session.js";

const RELOADED = "reloaded";

document.querySelector("form").action += location.hash;

// Someone who is signed in sees this page, too: after a link on another site, which brings no cookie. To load it
// again helps, and is not tried twice for the same answer.
let mayReload = history.state !== RELOADED;

function look(isSignedIn) {
  const reload = isSignedIn && mayReload;
  mayReload ||= !isSignedIn;
  if (!reload) return false;
  history.replaceState(RELOADED, "");
  location.reload();
  return true;
}

// Whoever just tried a key is to read what became of it.
if (!document.querySelector(".message").textContent) watchSession(look);
