// A guess that is drawn: the pointer leaves a curve of the asked world behind it.

import { byId } from "../../pages/dom.mjs";
import { lastOf } from "./classroom.mjs";
import { guessOf } from "./lesson.mjs";

/** A curve with a value set on a day, and the days since `from`, where it was last set, on a straight line to it. */
export function drawnTo(curve, from, day, value) {
  const found = [...curve];
  const start = Number.isFinite(curve[from]) ? curve[from] : value;
  const step = Math.sign(day - from) || 1;
  for (let at = from; at !== day + step; at += step) {
    found[at] = from === day ? value : start + ((value - start) * (at - from)) / (day - from);
  }
  return found;
}

/** The pointer. `placeAt(x, y)` is the day and the value at a place of the window, or null; `draft(value)` drafts a guess. */
export class Drawing {
  constructor(room, { placeAt, draft }) {
    Object.assign(this, { room, placeAt, draft, from: null });
    const chart = byId("chart");
    chart.addEventListener("pointerdown", (event) => {
      if (!room.isPredicting || !room.state.answer) return;
      this.from = null;
      room.state.drawn = null;
      chart.setPointerCapture(event.pointerId);
      this.#drawTo(event);
    });
    chart.addEventListener("pointermove", (event) => {
      if (chart.hasPointerCapture(event.pointerId)) this.#drawTo(event);
    });
  }

  #drawTo({ clientX, clientY }) {
    const { room } = this;
    const { lesson, state } = room;
    const place = room.isPredicting && this.placeAt(clientX, clientY);
    if (!place) return;
    const { day, value } = place;
    state.drawn = drawnTo(state.drawn ?? new Array(room.days).fill(Number.NaN), this.from ?? day, day, value);
    this.from = day;
    this.draft(guessOf(lesson, lastOf(state.drawn), lastOf(room.seriesOf(state.answer.without, state.outcome))));
  }
}
