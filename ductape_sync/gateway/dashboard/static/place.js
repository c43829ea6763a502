// Where the reader was in the lists, so that to go back is to be there again.

import { useLayoutEffect, useState } from "./vendor/hooks.js";
import { toOverview } from "./router.js";

const sections = new Map(); // by status, what the list showed last
const place = { address: toOverview(), scroll: 0, followed: null };

/** The address of the lists as they were seen last. */
export const toLists = () => place.address;

/** Let the lists start anew: at the first page of each, at the top. */
export function forgetPlace() {
  sections.clear();
  Object.assign(place, { address: toOverview(), scroll: 0, followed: null });
}

/** Be where the reader left the lists of this query, at the link that was followed; else at the top. */
export function usePlace(query) {
  const address = toOverview(query);
  useLayoutEffect(() => {
    if (address === place.address) {
      scrollTo(0, place.scroll);
      const links = place.followed ? [...document.querySelectorAll("td a")] : [];
      links.find((link) => link.getAttribute("href") === place.followed)?.focus({ preventScroll: true });
    }
    return () => Object.assign(place, { scroll: scrollY, followed: location.hash });
  }, []);
  useLayoutEffect(() => {
    place.address = address;
  }, [address]);
}

/** Keep what a list shows: `data` has the `filter` and the `cursors` that it was asked with. */
export const keep = (status, data) => sections.set(status, data);

/** What the list showed last with this filter; null for nothing. */
export function kept(status, filter) {
  const data = sections.get(status);
  return data?.filter === filter ? data : null;
}

/** The cursors of a list's pages after the first, up to the one shown; another filter starts at the first again. */
export function useCursors(status, filter) {
  const [paging, setPaging] = useState({ filter, cursors: kept(status, filter)?.cursors ?? [] });
  const cursors = paging.filter === filter ? paging.cursors : [];
  return [cursors, (next) => setPaging({ filter, cursors: next })];
}
