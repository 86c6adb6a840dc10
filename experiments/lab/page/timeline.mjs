// The view over time: an outcome's days in both worlds, and the guess.

import { plain, roundRange } from "../../pages/axes.mjs";
import { byId, filled } from "../../pages/dom.mjs";
import { placed, timeline } from "./charts.mjs";
import { lastOf } from "./classroom.mjs";
import { PREDICT, endsOfGuess, valueOf } from "./lesson.mjs";

const CHART = { usual: 380, present: 500, least: 260, around: 430 }; // pixels of height

/** Whether something of some series lies beyond an axis, rounding aside. */
export function isBeyond(series, { low, high }) {
  const hair = 1e-6 * (high - low);
  return series.some((values) => values.some((value) => value < low - hair || value > high + hair));
}

/** The days on which something is done by settings. */
export function daysOfActs(settings) {
  return Object.values(settings).map(({ day }) => day).filter((day) => day !== undefined);
}

/** In a presentation the chart takes what the window leaves it. */
function heightOfChart(isPresented) {
  return isPresented ? Math.max(CHART.least, Math.min(CHART.present, globalThis.innerHeight - CHART.around)) : CHART.usual;
}

/** The view. `show()` shows the page again. */
export class Timeline {
  constructor(room, { show }) {
    this.room = room;
    this.forget();
    byId("outcome").addEventListener("change", () => {
      room.state.outcome = byId("outcome").value;
      show();
    });
    byId("fit").addEventListener("click", () => {
      delete this.ranges[room.state.outcome];
      show();
    });
  }

  /** The axes of one answer are not those of the next. */
  forget() {
    Object.assign(this, { ranges: {}, frame: null });
  }

  /** The day and the value at a place of the window; null while there is no chart of what is asked about. */
  placeAt(x, y) {
    const { lesson, state, days } = this.room;
    if (!this.frame || state.outcome !== lesson.prediction.outcome) return null;
    const box = byId("chart").getBoundingClientRect();
    const { low, high } = this.ranges[state.outcome];
    return placed(x - box.left, y - box.top, days, low, high, this.frame);
  }

  show() {
    const { calendar, data, days, lesson, may, say, state, isPredicting } = this.room;
    const outcome = data.outcomes.find((each) => each.name === state.outcome);
    const words = say.outcomes[outcome.name];
    byId("outcome").value = outcome.name;
    const both = ["without", "with"].map((kind) => ({ kind, values: this.room.seriesOf(state.answer[kind], outcome.name) }));
    const lines = both.filter(({ kind }) => may[kind]);
    const shown = lines.map(({ values }) => values);
    const before = lastOf(both[0].values);
    const isAsked = lesson.prediction?.outcome === outcome.name;
    const guess = isPredicting ? state.draft : state.guess;
    const isGuessed = isAsked && guess !== null;
    const ends = isPredicting ? endsOfGuess(lesson, before) : [];
    const guesses = isGuessed ? [...ends, valueOf(lesson, guess, before), ...(state.drawn ?? [])] : [];
    const { low, high } = this.#range(shown, guesses);
    byId("beyond").hidden = !isBeyond(shown, { low, high });
    if (isAsked && state.drawn) lines.push({ kind: "drawn", values: state.drawn });
    byId("key-guess").hidden = !isGuessed;
    const readout = this.#readoutOf(both);
    byId("readout").textContent = readout;
    const acts = daysOfActs(may.with ? state.answer.settings : state.settings);
    this.frame = timeline(byId("chart"), {
      calendar, months: say.months, lines, low, high, height: heightOfChart(state.present), large: state.present,
      points: isGuessed ? [{ kind: "guess", day: days - 1, value: valueOf(lesson, guess, before) }] : [],
      label: words.unit, people: outcome.people ? { times: outcome.people, label: words.people } : null,
      marks: [{ day: state.day, kind: "day" }, ...acts.map((day) => ({ day, kind: "act" }))],
      about: filled(say.timeline.about, { outcome: words.title, readout }),
    });
  }

  /** The range of the axis stays while settings change; before the guess it has every guess, and then the one that was made. */
  #range(shown, guesses) {
    const { outcome, phase } = this.room.state;
    const kept = this.ranges[outcome];
    if (!kept || kept.phase === PREDICT) this.ranges[outcome] = { ...roundRange(...shown, guesses), phase };
    return this.ranges[outcome];
  }

  #readoutOf([without, withIt]) {
    const { date, may, say, state } = this.room;
    const which = may.with ? "readout" : may.without ? "readout_without" : "readout_hidden";
    const values = { date, without: plain(without.values[state.day]), with: plain(withIt.values[state.day]) };
    return filled(say.timeline[which], values);
  }
}
