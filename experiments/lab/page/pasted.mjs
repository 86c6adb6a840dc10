// The view of a class: the guesses whose codes are pasted.

import { plain } from "../../pages/axes.mjs";
import { byId, counted, filled } from "../../pages/dom.mjs";
import { bars } from "./charts.mjs";
import { binned, guessesOf, medianOf } from "./guesses.mjs";

const PARTS = 20; // of the range of what may be guessed
const NAMED = 20; // of what are no codes

/** What is found in pasted codes, in words. */
export function toldOfGuesses({ guesses, odd }, unit, words) {
  const told = { n: guesses.length.toLocaleString("en-GB"), median: plain(medianOf(guesses)), unit };
  const some = guesses.length > 0 ? filled(words.found, told) : words.nobody;
  if (odd.length === 0) return some;
  const more = odd.length > NAMED ? ` ${counted(words.more, odd.length - NAMED)}` : "";
  return `${some} ${filled(words.odd, { odd: odd.slice(0, NAMED).join(", ") })}${more}`;
}

export class Pasted {
  constructor(room) {
    this.room = room;
    byId("codes").addEventListener("input", () => this.show());
  }

  show() {
    const { room } = this;
    const { lesson, say, state } = room;
    const { prediction } = lesson;
    byId("codes").disabled = !prediction;
    if (!prediction) {
      byId("class-found").textContent = say.class.none;
      byId("class-chart").replaceChildren();
      return;
    }
    const found = guessesOf(lesson, byId("codes").value);
    byId("class-found").textContent = toldOfGuesses(found, prediction.unit, say.class);
    const { low, high } = prediction;
    bars(byId("class-chart"), {
      sets: [{ kind: "guess", counts: binned(found.guesses, low, high, PARTS) }], low, high, label: say.class.count, height: 260,
      large: state.present, about: filled(say.class.about, { n: found.guesses.length }),
      marks: state.answer && !room.isPredicting ? [{ value: room.solution, kind: "act" }] : [],
    });
  }
}
