// Elements made of what they are to say.

import { tied } from "../../pages/dom.mjs";

/** An element with properties and children. */
export function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Fills `host` with texts, each in an element of its own. */
export function fillWith(host, tag, texts) {
  host.replaceChildren(...texts.map((text) => made(tag, { textContent: tied(text) })));
}
