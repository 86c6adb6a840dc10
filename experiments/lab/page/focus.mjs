// Where the keyboard is, kept while parts of the page go or are made anew.

import { byId } from "../../pages/dom.mjs";

function canHold(element) {
  return element.isConnected && element.getClientRects().length > 0 && !element.matches(":disabled");
}

/**
 * Does something to the page. Whoever was at an element that went is then at the one that has its id now, or else at the one
 * whose id `elsewhere(wasInViews)` gives.
 */
export function keepingFocus(act, elsewhere) {
  const held = document.activeElement ?? document.body;
  const wasInViews = held.closest("#views") !== null;
  act();
  const { activeElement, body } = document;
  if (held === body || ![held, body, null].includes(activeElement)) return;
  const again = canHold(held) ? held : document.getElementById(held.id);
  if (again && canHold(again)) {
    if (again !== activeElement) again.focus({ preventScroll: true });
  } else byId(elsewhere(wasInViews)).focus();
}
