// The state of the page as the fragment of its address, and back. What is read is data and is held to what there is.

import { pairsOf, settingsOf, shown } from "./settings.mjs";
import { checkTogether, choose } from "./worlds.mjs";

const LONGEST_LINK = 4000;
const FLAGS = ["present"];
const HOUR = 20;

/**
 * The fragment, without its #, of a state on this page: its mark, lesson, view, outcome, seed, settings, guess, day,
 * account, hour, present, worlds.
 */
export function fragmentOf(data, state) {
  const pairs = [["page", data.page], ["lesson", state.lesson], ["view", state.view], ["outcome", state.outcome]];
  if (state.seed !== data.seeds[0]) pairs.push(["seed", String(state.seed)]);
  if (state.guess !== null) pairs.push(["guess", String(state.guess)]);
  if (state.day !== data.calendar.dates.length - 1) pairs.push(["day", data.calendar.dates[state.day]]);
  if (state.account !== 0) pairs.push(["account", String(state.account)]);
  if (state.hour !== HOUR) pairs.push(["hour", String(state.hour)]);
  if (state.present) pairs.push(["present", "1"]);
  pairs.push(...Object.entries(state.worlds));
  pairs.push(...pairsOf(data.levers, data.calendar, state.settings));
  return pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

/** The state of a fragment. Throws a RangeError with a sentence for what this page cannot show. */
export function stateOf(data, fragment) {
  const text = fragment.replace(/^#/, "");
  if (text.length > LONGEST_LINK) throw new RangeError(`the link must have at most ${LONGEST_LINK} letters, not ${text.length}.`);
  const state = { ...firstState(data) };
  const rest = [];
  const known = new Set();
  for (const part of text.split("&").filter(Boolean)) {
    const [name, value] = pairOf(part);
    if (known.has(name)) throw new RangeError(`${shown(name)} must not be given twice.`);
    known.add(name);
    if (name === "page") state.page = markOf(value);
    else if (name === "lesson") state.lesson = oneOf("lesson", value, data.lessons.map((each) => each.name));
    else if (name === "view") state.view = oneOf("view", value, data.views);
    else if (name === "outcome") state.outcome = oneOf("outcome", value, data.outcomes.map((each) => each.name));
    else if (name === "seed") state.seed = Number(oneOf("seed", value, data.seeds.map(String)));
    else if (name === "day") state.day = dayOf(value, data.calendar.dates);
    else if (name === "account") state.account = whole("account", value, data.people - 1);
    else if (name === "hour") state.hour = whole("hour", value, 23);
    else if (name === "guess") state.guess = finite("guess", value);
    else if (data.worlds.some((each) => each.field === name)) state.worlds = choose(data.worlds, state.worlds, name, value);
    else if (FLAGS.includes(name)) state[name] = oneOf(name, value, ["0", "1"]) === "1";
    else rest.push([name, value]);
  }
  if (!known.has("outcome")) state.outcome = data.lessons.find((each) => each.name === state.lesson).outcome;
  state.settings = settingsOf(data.levers, data.calendar, rest);
  checkTogether(data.lessons.find((each) => each.name === state.lesson), state.worlds, state.settings);
  return state;
}

/** What the page shows when nothing is said. */
export function firstState(data) {
  const lesson = data.lessons.find((each) => each.name === data.lesson) ?? data.lessons[0];
  return {
    page: data.page, lesson: lesson.name, view: "timeline", outcome: lesson.outcome, seed: data.seeds[0], settings: {},
    worlds: {}, guess: null, present: false, day: data.calendar.dates.length - 1, account: 0, hour: HOUR,
  };
}

function pairOf(part) {
  const at = part.indexOf("=");
  if (at < 1) throw new RangeError(`the link must be made of NAME=VALUE, not of '${shown(part)}'.`);
  try {
    return [decodeURIComponent(part.slice(0, at)), decodeURIComponent(part.slice(at + 1))];
  } catch {
    throw new RangeError(`the link must be made of NAME=VALUE, not of '${shown(part)}'.`);
  }
}

function oneOf(name, value, names) {
  if (names.includes(value)) return value;
  throw new RangeError(`${name} must be one of ${names.join(", ")}, not '${shown(value)}'.`);
}

/** The mark of the page that a link was made on. */
function markOf(value) {
  if (/^[0-9a-f]{8}$/.test(value)) return value;
  throw new RangeError(`page must be 8 digits or letters from a to f, not '${shown(value)}'.`);
}

function dayOf(value, dates) {
  const found = dates.indexOf(value);
  if (found >= 0) return found;
  throw new RangeError(`day must be a date from ${dates[0]} to ${dates[dates.length - 1]}, not '${shown(value)}'.`);
}

function whole(name, value, high) {
  if (/^\d{1,9}$/.test(value) && Number(value) <= high) return Number(value);
  throw new RangeError(`${name} must be a whole number from 0 to ${high}, not '${shown(value)}'.`);
}

function finite(name, value) {
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return number;
  throw new RangeError(`${name} must be a finite number, not the text '${shown(value)}'.`);
}
