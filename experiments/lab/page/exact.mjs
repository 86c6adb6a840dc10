// What the two runs are, exactly: their numbers to the last digit, their digests, and the lines of Python that make them.

import { byId, filled } from "../../pages/dom.mjs";
import { made } from "./elements.mjs";
import { linesOf } from "./python.mjs";
import { wordsOf } from "./worlds.mjs";

/** What the digest of the second world says: nothing before the guess, and that it is the first one's where it is. */
export function toldDigest(without, withIt, isSeen, words) {
  if (!isSeen) return "…";
  return withIt === without ? words.same : withIt;
}

/** What can be checked. `notice(words)` tells that the lines are copied. */
export class Exact {
  constructor(room, { notice }) {
    this.room = room;
    byId("copy-lines").addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(byId("lines").textContent);
        notice(room.say.python.copied);
      } catch {
        getSelection().selectAllChildren(byId("lines"));
      }
    });
  }

  show() {
    const { data, say, state, isPredicting } = this.room;
    const { settings, worlds } = state.answer ?? state;
    byId("seed").textContent = String(state.seed);
    byId("lines").textContent = linesOf(data, { settings, worlds, seed: state.seed });
    const words = wordsOf(data.worlds, worlds);
    byId("world-told").hidden = words === "";
    byId("world-told").textContent = filled(say.worlds.told, { words });
    const [without, withIt] = state.answer ? [state.answer.without.digest, state.answer.with.digest] : ["…", null];
    byId("digest-without").textContent = without;
    byId("digest-with").textContent = toldDigest(without, withIt, state.answer && !isPredicting, say.foot);
    if (state.answer) this.#showNumbers();
  }

  /** Every outcome of the day. */
  #showNumbers() {
    const { data, may, say, state } = this.room;
    byId("rows").replaceChildren(...data.outcomes.map(({ name }) => {
      const cells = ["without", "with"].map((which) => {
        const value = this.room.valueOf(state.answer[which], name, state.day);
        return made("td", { textContent: may[which] ? String(value) : "" });
      });
      const row = made("tr", {}, made("th", { scope: "row", textContent: say.outcomes[name].title }), ...cells);
      row.dataset.outcome = name;
      return row;
    }));
  }
}
