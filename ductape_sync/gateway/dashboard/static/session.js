// Whether the gateway knows this browser, for pages that are shown because it does not.

const WORKFLOWS = new URL("v1/workflows", document.baseURI);
const EVERY_MS = 4000;

/**
 * Look now and then, while the page can be seen, whether the browser is signed in: by another tab, or all along.
 * What a page asks brings the cookie with it, which a link on another site does not (SameSite=Strict).
 *
 * `look(isSignedIn)` is called with each answer, until it returns true. Returns how to stop.
 */
export function watchSession(look) {
  let timer = 0;
  let asking = false;
  let stopped = false;
  const ask = async () => {
    clearTimeout(timer);
    if (asking || document.hidden) return;
    asking = true;
    const { ok, status } = await fetch(WORKFLOWS, { cache: "no-store" }).catch(() => ({}));
    asking = false;
    if (stopped) return;
    if ((ok || status === 401) && look(ok)) stop();
    else timer = setTimeout(ask, EVERY_MS);
  };
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", ask);
  };
  document.addEventListener("visibilitychange", ask);
  ask();
  return stop;
}
