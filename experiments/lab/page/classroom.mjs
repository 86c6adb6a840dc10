// What the page knows, and where a class is in it: lesson, decisions, guess and answer. Nothing here needs a document.

import { affords, toldCost, toldTry } from "./budget.mjs";
import { firstState, stateOf } from "./fragment.mjs";
import { PREDICT, TRY, answerOf, numberOfControls, phaseOf, seen, startOf, withinRange } from "./lesson.mjs";
import { apartOf, checkedField, dateOf, pairsOf } from "./settings.mjs";
import { checkTogether, choose, variantNamed } from "./worlds.mjs";

/** The last of some values that is a number. */
export function lastOf(values) {
  return values.findLast((value) => Number.isFinite(value)) ?? Number.NaN;
}

/**
 * The data of the page, and its `state`: what a link says (see fragment.mjs), the phase of the lesson, the guess in the making
 * (`draft`, a number, and `drawn`, a curve), the `answer` (records of both worlds, and what was asked) and the `tries`. Every
 * part of the page is made with the classroom, and with functions for what it has other parts do.
 */
export class Classroom {
  constructor(data) {
    const fresh = { lesson: null, phase: PREDICT, draft: null, drawn: null, answer: null, tries: [] };
    Object.assign(this, { data, say: data.strings, calendar: data.calendar, state: { ...firstState(data), ...fresh } });
  }

  get days() {
    return this.calendar.dates.length;
  }

  /** The day that is looked at, as an ISO date. */
  get date() {
    return dateOf(this.calendar, this.state.day);
  }

  lessonOf(name) {
    return this.data.lessons.find((each) => each.name === name);
  }

  get lesson() {
    return this.lessonOf(this.state.lesson);
  }

  get isPredicting() {
    return this.state.phase === PREDICT;
  }

  /** Which of the two worlds may be seen. */
  get may() {
    return seen(this.lesson, this.state.phase);
  }

  /** Whether every decision is answered at once: with one control, unless it is a try of what there is to spend. */
  get isLive() {
    return numberOfControls(this.lesson) <= 1 && !this.lesson.budget;
  }

  /** A daily outcome by a record. */
  valueOf(record, name, day) {
    return record.outcomes[day * record.columns + this.data.columns[name]];
  }

  seriesOf(record, name) {
    return this.calendar.dates.map((_, day) => this.valueOf(record, name, day));
  }

  /** The number that the lesson asks for, by the answer. */
  get solution() {
    const { without, with: withIt } = this.state.answer;
    const [first, second] = [without, withIt].map((record) => lastOf(this.seriesOf(record, this.lesson.prediction.outcome)));
    return answerOf(this.lesson, first, second);
  }

  /** What the worker is asked for decisions, by default those of now: settings of policies, levers and the variant. */
  questionOf({ settings, worlds } = this.state) {
    return { ...apartOf(this.data.levers, settings), variant: variantNamed(this.data.worlds, worlds) };
  }

  /** The graph of the worlds that are shown. */
  get graph() {
    return this.data.graphs[this.data.graph_of[this.questionOf(this.state.answer).variant] ?? 0];
  }

  /** Whether the answer that is shown is that of the decisions, or has to be asked for. */
  get isAnswered() {
    const { answer } = this.state;
    const told = ({ settings, worlds }) =>
      String([variantNamed(this.data.worlds, worlds), ...pairsOf(this.data.levers, this.calendar, settings)]);
    return answer !== null && told(answer) === told(this.state);
  }

  get isAffordable() {
    const { budget } = this.lesson;
    return !budget || affords(budget, this.state.settings);
  }

  /** Begins a lesson from its start. */
  begin(name) {
    const chosen = this.lessonOf(name);
    const first = { settings: startOf(chosen), worlds: {}, outcome: chosen.outcome, guess: null, view: "timeline" };
    Object.assign(this.state, { lesson: name, ...first });
    this.#enter();
  }

  /** Goes where a link says. Throws a RangeError with a sentence for what cannot be, and stays where it is. */
  follow(fragment) {
    const found = stateOf(this.data, fragment);
    const chosen = this.lessonOf(found.lesson);
    const isGiven = Object.keys(found.settings).length > 0;
    if (chosen.budget && !affords(chosen.budget, found.settings)) {
      throw new RangeError(toldCost(chosen.budget, found.settings, this.say.budget));
    }
    Object.assign(this.state, found, { settings: isGiven ? found.settings : startOf(chosen) });
    this.#enter();
  }

  #enter() {
    const { lesson, state } = this;
    const { prediction } = lesson;
    const guess = prediction && state.guess !== null ? withinRange(prediction, state.guess) : null;
    const draft = guess ?? (prediction ? (prediction.low + prediction.high) / 2 : null);
    Object.assign(state, { guess, phase: phaseOf(lesson, guess), draft, drawn: null, answer: null, tries: [] });
  }

  /** Decides again as the lesson does. */
  reset() {
    Object.assign(this.state, { settings: startOf(this.lesson), worlds: {} });
  }

  /** Uses a lever as `values` say; null: does not use it any more. Throws a RangeError with a sentence. */
  use(lever, values) {
    const { settings, worlds } = this.state;
    if (values !== null) checkTogether(this.lesson, worlds, { ...settings, [lever.name]: values });
    if (values === null) delete settings[lever.name];
    else settings[lever.name] = values;
  }

  /** Sets a field of a lever that is used. Throws a RangeError with a sentence. */
  set(lever, field, value) {
    const checked = checkedField(field, `${lever.name}.${field.name}`, value, this.calendar);
    this.state.settings[lever.name][field.name] = checked;
  }

  /** Makes both worlds others, by an option of a field. Throws a RangeError with a sentence. */
  choose(field, name) {
    const chosen = choose(this.data.worlds, this.state.worlds, field, name);
    checkTogether(this.lesson, chosen, this.state.settings);
    this.state.worlds = chosen;
  }

  /** Drafts a guess, or the nearest one that there may be; what is no number is the least. */
  draft(value) {
    const { prediction } = this.lesson;
    this.state.draft = withinRange(prediction, Number.isFinite(value) ? value : prediction.low);
  }

  /** Makes the draft the guess: now the answer may be seen. */
  guess() {
    Object.assign(this.state, { guess: this.state.draft, phase: TRY });
    if (this.state.answer) this.#keepTry();
  }

  /** Takes an answer: the records `without` and `with`, and the `settings` and `worlds` that were asked about. */
  take(answer) {
    this.state.answer = answer;
    this.#keepTry();
  }

  /** Goes to another seed of the worlds that are shown, and back to what was decided in them. */
  reseed(seed) {
    const { settings, worlds } = this.state.answer;
    Object.assign(this.state, { seed, view: "timeline", answer: null, ...structuredClone({ settings, worlds }) });
  }

  /** What was tried within a budget, and what came of it. */
  #keepTry() {
    const { budget, prediction } = this.lesson;
    if (!budget || !prediction || this.isPredicting) return;
    const { answer, tries } = this.state;
    const words = toldTry(budget, answer.settings, { answer: this.solution, unit: prediction.unit }, this.say.budget);
    if (tries.at(-1) !== words) tries.push(words);
  }
}
