// The levers as forms: a slider and a number for every field, those that a lesson fixes shown all the same.

import { dateOf, defaultsOf } from "./settings.mjs";
import { isAllowed } from "./lesson.mjs";

const MOST_STEPS = 400;

/** The range and the step of a field's slider: the lesson's, if it says one. */
export function sliderOf(field, days, range) {
  if (field.date) return { low: 0, high: days - 1, step: 1 };
  const low = range?.low ?? field.low;
  const high = range?.high ?? Math.min(field.high, field.limit?.high ?? field.high);
  const least = (high - low) / MOST_STEPS;
  const round = 10 ** Math.ceil(Math.log10(least));
  const step = [round / 10, round / 5, round / 2, round].find((each) => each >= least * 0.999);
  return { low, high, step: field.whole ? Math.max(1, Math.round(step)) : step };
}

function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/**
 * Fills `host` with the levers that a lesson shows. `changed(lever, field, value)` is told a field's new value; where the field
 * is null, the settings of a lever that is used from now on, or null for one that is not used any more.
 */
export function showLevers(host, { data, lesson, settings, say, disabled, changed }) {
  const shown = data.levers.filter((lever) => lesson.controls[lever.name] || lesson.start[lever.name]);
  host.replaceChildren(...shown.map((lever) => leverBox(lever, { data, lesson, settings, say, disabled, changed })));
}

function leverBox(lever, { data, lesson, settings, say, disabled, changed }) {
  const words = say.levers[lever.name];
  const values = settings[lever.name];
  const legend = made("legend", { textContent: words.title });
  const box = made("fieldset", { className: "lever", disabled }, legend);
  box.dataset.lever = lever.name;
  if (!lesson.start[lever.name]) {
    const used = made("input", { type: "checkbox", checked: Boolean(values), id: `use-${lever.name}` });
    used.addEventListener("change", () => changed(lever, null, used.checked ? defaultsOf(lever) : null));
    box.append(made("p", { className: "use" }, used, made("label", { htmlFor: used.id, textContent: say.decide.add })));
  }
  if (!values) return box;
  for (const field of lever.fields) box.append(fieldRow(lever, field, { data, lesson, values, say, words, changed }));
  return box;
}

function fieldRow(lever, field, { data, lesson, values, say, words, changed }) {
  const allowed = isAllowed(lesson, lever.name, field.name);
  const id = `${lever.name}-${field.name}`;
  const value = values[field.name];
  const label = made("label", { htmlFor: id, textContent: words[field.name], title: field.doc });
  if (!allowed) {
    const shown = field.date ? dateOf(data.calendar, value) : value.toLocaleString("en-GB", { maximumFractionDigits: 6 });
    label.removeAttribute("for");
    const why = made("span", { className: "small", textContent: ` (${say.decide.fixed})` });
    return made("p", { className: "fixed" }, made("span", { textContent: `${words[field.name]} ${shown}` }), why);
  }
  const { low, high, step } = sliderOf(field, data.calendar.dates.length, lesson.ranges[`${lever.name}.${field.name}`]);
  const slider = made("input", { type: "range", id });
  for (const [name, number] of Object.entries({ min: low, max: high, step, value })) slider[name] = String(number);
  const exact = field.date
    ? made("output", { textContent: dateOf(data.calendar, value) })
    : made("input", { type: "number", step: "any", value: String(value) });
  exact.setAttribute("aria-label", `${words[field.name]}: ${words.title}`);
  slider.addEventListener("input", () => {
    if (field.date) {
      exact.textContent = dateOf(data.calendar, Number(slider.value));
      slider.setAttribute("aria-valuetext", exact.textContent);
    } else exact.value = slider.value;
    changed(lever, field, Number(slider.value));
  });
  if (!field.date) {
    exact.addEventListener("change", () => {
      if (changed(lever, field, exact.value)) slider.value = exact.value;
    });
  }
  if (field.date) slider.setAttribute("aria-valuetext", dateOf(data.calendar, value));
  return made("div", { className: "field" }, label, slider, exact);
}
