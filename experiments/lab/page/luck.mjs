// The view of luck: the same class with other seeds.

import { plain, roundRange } from "../../pages/axes.mjs";
import { byId, filled } from "../../pages/dom.mjs";
import { small } from "./charts.mjs";
import { lastOf } from "./classroom.mjs";
import { made } from "./elements.mjs";

/** In how many classes, each with its series of both worlds, the last day's number is nearer to 0 with what is decided. */
export function nearerOf(classes) {
  return classes.filter((each) => Math.abs(lastOf(each.with)) < Math.abs(lastOf(each.without))).length;
}

/**
 * The view. `draw()` asks for the classes, unless an answer is awaited (`isAsking()`); `reseeded()` is told that one of them is
 * opened.
 */
export class Luck {
  constructor(room, { draw, isAsking, reseeded }) {
    Object.assign(this, { room, isAsking, reseeded });
    this.forget();
    byId("draw-luck").addEventListener("click", () => {
      if (!room.state.answer) return;
      this.forget();
      draw();
    });
  }

  /** The classes of one answer are not those of the next. */
  forget() {
    this.drawn = new Map();
  }

  /** Takes the records of a class that was drawn. */
  take(seed, records) {
    this.drawn.set(seed, records);
  }

  show() {
    const { may, say, state } = this.room;
    const { outcome } = state;
    byId("draw-luck").disabled = !may.with || this.isAsking();
    byId("luck-what").textContent = may.with ? say.outcomes[outcome].title : say.predict.set_first;
    const classes = [...this.drawn].map(([seed, records]) => ({
      seed, without: this.room.seriesOf(records.without, outcome), with: this.room.seriesOf(records.with, outcome),
    }));
    const isTold = classes.length > 0 && may.with;
    const told = { fewer: nearerOf(classes), n: classes.length };
    byId("luck-found").textContent = isTold ? filled(say.luck.found, told) : "";
    byId("luck-charts").replaceChildren();
    if (!isTold) return;
    const range = roundRange(...classes.flatMap((each) => [each.without, each.with]));
    for (const each of classes) this.#showClass(each, range);
  }

  #showClass({ seed, without, with: withIt }, range) {
    const { room } = this;
    const { open, about } = room.say.luck;
    const host = made("div", { className: "chart" });
    const button = made("button", { type: "button", id: `luck-${seed}`, textContent: filled(open, { seed }) });
    button.addEventListener("click", () => {
      if (!room.state.answer) return;
      room.reseed(seed);
      this.reseeded();
    });
    byId("luck-charts").append(made("li", {}, host, button)); // a chart is as wide as its place in the page
    small(host, {
      days: room.days, ...range, lines: [{ kind: "without", values: without }, { kind: "with", values: withIt }],
      about: filled(about, { seed, without: plain(lastOf(without)), with: plain(lastOf(withIt)) }),
    });
  }
}
