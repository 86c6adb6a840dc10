// The levers as forms: a slider and a number for every field, those that a lesson fixes shown all the same.

import { made } from "./elements.mjs";
import { dateOf, defaultsOf } from "./settings.mjs";
import { isAllowed, isShown } from "./lesson.mjs";

const MOST_STEPS = 400;

/**
 * The range and the step of a field's slider: the lesson's, if it says one. `end` is where its last step ends, at `high` or
 * beyond, where it stands for `high`: browsers have no shorter step at the end, and would not reach it.
 */
export function sliderOf(field, range) {
  const high = Math.min(range?.high ?? field.high, field.limit?.high ?? field.high);
  const low = Math.min(high, range?.low ?? field.low);
  if (field.date || low === high) return { low, high, step: 1, end: high };
  const least = (high - low) / MOST_STEPS;
  const round = 10 ** Math.ceil(Math.log10(least));
  const found = [round / 10, round / 5, round / 2, round].find((each) => each >= least * 0.999);
  const step = field.whole ? Math.max(1, Math.round(found)) : found;
  return { low, high, step, end: low + step * Math.ceil((high - low) / step - 1e-9) };
}

/**
 * Fills `host` with the levers that are shown. `changed(lever, field, value)` is told a field's new value; where the field
 * is null, the settings of a lever that is used from now on, or null for one that is not used any more.
 */
export function showLevers(host, { data, lesson, settings, say, disabled, changed }) {
  const shown = data.levers.filter(({ name }) => isShown(lesson, settings, name));
  host.replaceChildren(...shown.map((lever) => leverBox(lever, { data, lesson, settings, say, disabled, changed })));
}

function leverBox(lever, { data, lesson, settings, say, disabled, changed }) {
  const words = say.levers[lever.name];
  const values = settings[lever.name];
  const legend = made("legend", { textContent: words.title });
  const box = made("fieldset", { className: "lever", disabled }, legend);
  box.dataset.lever = lever.name;
  if (!lesson.start[lever.name]) {
    const use = (isUsed) => changed(lever, null, isUsed ? defaultsOf(lever) : null);
    box.append(words.choice ? choiceRow(lever, words, Boolean(values), use) : useRow(lever, say, Boolean(values), use));
  }
  if (!values) return box;
  for (const field of lever.fields) box.append(fieldRow(lever, field, { data, lesson, values, say, words, changed }));
  return box;
}

function useRow(lever, say, isUsed, use) {
  const used = made("input", { type: "checkbox", checked: isUsed, id: `use-${lever.name}` });
  used.addEventListener("change", () => use(used.checked));
  return made("p", { className: "use" }, used, made("label", { htmlFor: used.id, textContent: say.decide.add }));
}

/** A lever whose being used and not used are two ways of doing something. */
function choiceRow(lever, words, isUsed, use) {
  const options = ["unused", "used"].map((which) => made("option", { value: which, textContent: words.choice[which] }));
  const select = made("select", { id: `use-${lever.name}` }, ...options);
  select.value = isUsed ? "used" : "unused";
  select.setAttribute("aria-label", words.title);
  select.addEventListener("change", () => use(select.value === "used"));
  return made("p", { className: "use" }, select);
}

function switchRow(lever, field, { id, value, words, changed }) {
  const box = made("input", { type: "checkbox", id, checked: value });
  box.addEventListener("change", () => changed(lever, field, box.checked));
  return made("p", { className: "use" }, box, made("label", { htmlFor: id, textContent: words[field.name], title: field.doc }));
}

/** A value that cannot be changed, for reading. */
function fixedValue(field, value, calendar, say) {
  if (field.date) return dateOf(calendar, value);
  if (field.bool) return value ? say.decide.yes : say.decide.no;
  return value.toLocaleString("en-GB", { maximumFractionDigits: 20 });
}

function fieldRow(lever, field, { data, lesson, values, say, words, changed }) {
  const allowed = isAllowed(lesson, lever.name, field.name);
  const id = `${lever.name}-${field.name}`;
  const value = values[field.name];
  if (!allowed) {
    const why = made("span", { className: "small", textContent: ` (${say.decide.fixed})` });
    const shown = `${words[field.name]}: ${fixedValue(field, value, data.calendar, say)}`;
    return made("p", { className: "fixed" }, made("span", { textContent: shown }), why);
  }
  if (field.bool) return switchRow(lever, field, { id, value, words, changed });
  const label = made("label", { htmlFor: id, textContent: words[field.name], title: field.doc });
  const { low, high, step, end } = sliderOf(field, lesson.ranges[`${lever.name}.${field.name}`]);
  const slider = made("input", { type: "range", id });
  for (const [name, number] of Object.entries({ min: low, max: end, step, value })) slider[name] = String(number);
  const exact = field.date
    ? made("output", { textContent: dateOf(data.calendar, value) })
    : made("input", { type: "number", step: "any", value: String(value) });
  exact.setAttribute("aria-label", `${words[field.name]}: ${words.title}`);
  // What the slider stands at is the nearest of its steps, what is set may lie between two.
  const tell = () => slider.setAttribute("aria-valuetext", field.date ? exact.textContent : exact.value);
  slider.addEventListener("input", () => {
    const moved = Math.min(high, Number(slider.value));
    if (field.date) exact.textContent = dateOf(data.calendar, moved);
    else exact.value = String(moved);
    tell();
    changed(lever, field, moved);
  });
  if (!field.date) {
    exact.addEventListener("change", () => {
      // What is refused is told, and is not left there as if it were set.
      if (changed(lever, field, exact.value)) slider.value = exact.value;
      else exact.value = String(values[field.name]);
      tell();
    });
  }
  tell();
  return made("div", { className: "field" }, label, slider, exact);
}
