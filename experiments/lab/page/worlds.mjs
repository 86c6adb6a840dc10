// Which world both sides are: fields that have several values in this page, each combination of them a world of its own.

import { made } from "./elements.mjs";
import { shown } from "./settings.mjs";

const RULE = "opinion.rule";

/** The name of the variant that has what is chosen (option names by field); null for the page's own world. */
export function variantNamed(worlds, chosen) {
  const numbers = worlds.map(({ field, options, usual }) =>
    field in chosen ? options.findIndex((each) => each.name === chosen[field]) : usual,
  );
  return numbers.every((number, i) => number === worlds[i].usual) ? null : numbers.join(".");
}

/** A field's option by its name. Throws a RangeError with a sentence for one that the page has not. */
export function checkedOption({ field, options }, name) {
  const found = options.find((each) => each.name === name);
  const names = options.map((each) => each.name).join(", ");
  if (!found) throw new RangeError(`${field} must be one of ${names}, not '${shown(name)}'.`);
  return found;
}

/** What is chosen with a field's option; its usual one is not told. */
export function choose(worlds, chosen, field, name) {
  const choice = worlds.find((each) => each.field === field);
  const { [field]: _, ...others } = chosen;
  const option = checkedOption(choice, name);
  return choice.options.indexOf(option) === choice.usual ? others : { ...others, [field]: name };
}

/** Throws a RangeError with a sentence where a lesson has no such choice, or numbers are set that the chosen rule has not. */
export function checkTogether(lesson, chosen, settings) {
  for (const field of Object.keys(chosen)) {
    if (!lesson.worlds.includes(field)) throw new RangeError(`${field} cannot be chosen in this lesson.`);
  }
  if (RULE in chosen && settings[RULE]) {
    throw new RangeError(`${RULE}.${Object.keys(settings[RULE])[0]} is not a number of the rule ${chosen[RULE]}.`);
  }
}

/** What is chosen as Python takes it, a line a field. */
export function changesOf(worlds, chosen) {
  return worlds
    .filter(({ field }) => field in chosen)
    .map((choice) => `    "${choice.field}": ${checkedOption(choice, chosen[choice.field]).python},`);
}

/** What is chosen in words. */
export function wordsOf(worlds, chosen) {
  return worlds
    .filter(({ field }) => field in chosen)
    .map((choice) => `${choice.title}: ${checkedOption(choice, chosen[choice.field]).words}`)
    .join("; ");
}

/** Fills `host` with a select for each field that a lesson lets a class choose; `changed(field, name)` is told what is chosen. */
export function showWorlds(host, { worlds, lesson, chosen, disabled, changed }) {
  const wanted = worlds.filter(({ field }) => lesson.worlds.includes(field));
  host.replaceChildren(...wanted.map(({ field, title, options, usual }) => {
    const id = `world-${field.replaceAll(".", "-")}`;
    const choices = options.map(({ name, words }) => made("option", { value: name, textContent: words }));
    const select = made("select", { id, disabled }, ...choices);
    select.value = chosen[field] ?? options[usual].name;
    select.addEventListener("change", () => {
      if (!changed(field, select.value)) select.value = chosen[field] ?? options[usual].name;
    });
    return made("p", { className: "choice" }, made("label", { htmlFor: id, textContent: title }), select);
  }));
}
