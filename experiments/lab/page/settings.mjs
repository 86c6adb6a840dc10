// What a class can decide, held to the ranges that the library's fields have, in the same sentences.

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const ISO = /^\d{4}-\d{2}-\d{2}$/;

/** The ISO date of a day's number. */
export function dateOf(calendar, day) {
  return calendar.dates[day];
}

/** A text as a sentence shows it: short, and on one line. */
export function shown(text) {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, "?");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/** A value as a sentence shows it. */
function quoted(value) {
  return typeof value === "number" ? String(value) : `the text '${shown(String(value))}'`;
}

/** The number that a text says; the text itself where it says none. */
function numberOf(text) {
  return NUMBER.test(text.trim()) ? Number(text) : text;
}

/** A field's value from text or number. Throws a RangeError with the sentence where it does not fit. */
export function checkedField(field, path, given, calendar) {
  if (field.date) {
    const number = typeof given === "number" ? given : numberOf(given);
    const day = typeof number === "number" ? number : calendar.dates.indexOf(number);
    if (Number.isInteger(day) && day >= 0 && day < calendar.dates.length) return day;
    const said = ISO.test(given) ? given : quoted(given).replace(/^the text /, "");
    throw new RangeError(`${path} must be ${field.allowed}, not ${said}.`);
  }
  if (field.bool) {
    if (["true", "false"].includes(String(given))) return String(given) === "true";
    throw new RangeError(`${path} must be ${field.allowed}, not ${quoted(typeof given === "number" ? given : numberOf(given))}.`);
  }
  const value = typeof given === "number" ? given : numberOf(given);
  const inRange = Number.isFinite(value) && value >= field.low && value <= field.high;
  const fits = inRange && (!field.whole || Number.isInteger(value));
  if (!fits) throw new RangeError(`${path} must be ${field.allowed}, not ${quoted(value)}.`);
  if (field.limit && value > field.limit.high) {
    throw new RangeError(`${path} ${field.limit.words.replace("{value}", value.toLocaleString("en-GB"))}`);
  }
  return value;
}

/** What a lever is set to when it is first used. */
export function defaultsOf(lever) {
  return Object.fromEntries(lever.fields.map((field) => [field.name, field.value]));
}

/** Settings from pairs of path and text, such as ["takedown.day", "2019-08-19"]. Throws a RangeError with a sentence. */
export function settingsOf(levers, calendar, pairs) {
  const settings = {};
  for (const [path, text] of pairs) {
    const at = path.lastIndexOf(".");
    const [name, of] = [path.slice(0, at), path.slice(at + 1)];
    const lever = levers.find((each) => each.name === name);
    const field = lever?.fields.find((each) => each.name === of);
    if (!field) throw new RangeError(`${shown(path)} is not one of the levers of this page.`);
    settings[name] ??= defaultsOf(lever);
    settings[name][of] = checkedField(field, path, text, calendar);
  }
  return settings;
}

/** The pairs that `settingsOf` takes, of the levers in their order. */
export function pairsOf(levers, calendar, settings) {
  return levers
    .filter((lever) => settings[lever.name])
    .flatMap((lever) =>
      lever.fields.map((field) => {
        const value = settings[lever.name][field.name];
        return [`${lever.name}.${field.name}`, field.date ? dateOf(calendar, value) : String(value)];
      }),
    );
}

/** Settings as the worker takes them: those of policies, and those of the world by their paths. */
export function apartOf(levers, settings) {
  const found = { settings: {}, levers: {} };
  for (const [name, values] of Object.entries(settings)) {
    if (levers.find((each) => each.name === name).policy) found.settings[name] = values;
    else for (const [field, value] of Object.entries(values)) found.levers[`${name}.${field}`] = value;
  }
  return found;
}
