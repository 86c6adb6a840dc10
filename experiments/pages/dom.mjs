// What every part of the page needs of the document.

export const SVG = "http://www.w3.org/2000/svg";

/** The element with an id; throws where there is none, so that a mistake in a template is not silence. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}

/** The data that a template put into the page under an id; null where the part is not on this page. */
export function dataOf(id) {
  const found = document.getElementById(id);
  return found ? JSON.parse(found.textContent) : null;
}

/** A text whose numbers keep the word after them, `58 %` or `19 August`, where a line would end (as ties.py has it). */
export function tied(text) {
  return text.replace(/([0-9]) (?=[\p{L}\p{N}%‰±])/gu, "$1\u00a0");
}

/** A text with its places in braces filled in. */
export function filled(text, values) {
  return tied(text.replace(/\{(\w+)\}/g, (place, name) => {
    if (!Object.hasOwn(values, name)) throw new Error(`no value for ${place}`);
    return String(values[name]);
  }));
}

/** Of a text with the forms "one" and "other" the one for a number, filled in with it and with other values. */
export function counted(forms, n, values = {}) {
  return filled(n === 1 ? forms.one : forms.other, { ...values, n: n.toLocaleString("en-GB") });
}

/** Shows what only works with scripts. */
export function reveal(id) {
  byId(id).hidden = false;
}
