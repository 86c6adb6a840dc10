// What a class decides: levers, the worlds themselves, and what that costs.

import { toldCost } from "./budget.mjs";
import { byId } from "../../pages/dom.mjs";
import { fillWith } from "./elements.mjs";
import { keepingFocus } from "./focus.mjs";
import { showLevers } from "./levers.mjs";
import { showWorlds } from "./worlds.mjs";

/**
 * The decisions. `ask()` asks the worker, `remember()` puts the state into the address, `notice(words)` tells why something is
 * refused, `show()` shows the page again.
 */
export class Decisions {
  constructor(room, { ask, remember, notice, show }) {
    Object.assign(this, { room, ask, remember, notice });
    byId("run").addEventListener("click", () => this.#run());
    byId("reset").addEventListener("click", () => {
      room.reset();
      this.show();
      show();
      ask();
    });
  }

  /** Shows all that can be decided, anew. */
  show() {
    const { data, lesson, say, state, isLive, isPredicting: disabled } = this.room;
    const changed = (lever, field, value) => this.#changed(lever, field, value);
    showLevers(byId("levers"), { data, lesson, settings: state.settings, say, disabled, changed });
    byId("worlds").hidden = lesson.worlds.length === 0;
    const changedWorld = (field, name) => this.#changedWorld(field, name);
    showWorlds(byId("world-choices"), { worlds: data.worlds, lesson, chosen: state.worlds, disabled, changed: changedWorld });
    byId("run").hidden = isLive;
    byId("reset").disabled = disabled;
    this.#showCost();
    this.showHow();
    this.showTries();
  }

  /** Whether the answer that is shown is that of the decisions, or has to be asked for. */
  showHow() {
    const { say, isAnswered, isLive, isPredicting } = this.room;
    const tried = isLive ? say.decide.live : isAnswered ? say.decide.shown : say.decide.press;
    byId("how").textContent = isPredicting ? say.predict.set_first : tried;
    byId("how").classList.toggle("stale", !isPredicting && !isLive && !isAnswered);
  }

  showTries() {
    fillWith(byId("tries-list"), "li", this.room.state.tries);
  }

  #showCost() {
    const { lesson, say, state, isAffordable, isPredicting } = this.room;
    const { budget } = lesson;
    byId("run").disabled = isPredicting || !isAffordable;
    byId("cost").hidden = byId("tries").hidden = !budget;
    if (!budget) return;
    byId("cost").textContent = toldCost(budget, state.settings, say.budget);
    byId("cost").classList.toggle("beyond", !isAffordable);
  }

  #showAgain() {
    keepingFocus(() => this.show(), () => "reset");
  }

  #changed(lever, field, value) {
    const { room } = this;
    if (!this.#isAllowed(() => (field === null ? room.use(lever, value) : room.set(lever, field, value)))) return false;
    if (field === null) this.#showAgain();
    else {
      this.#showCost();
      this.showHow();
    }
    if (room.isLive) this.#run();
    return true;
  }

  #changedWorld(field, name) {
    if (!this.#isAllowed(() => this.room.choose(field, name))) return false;
    this.#showAgain();
    if (this.room.isLive) this.#run();
    return true;
  }

  /** Decides something; false where it is refused, and then it is told why. */
  #isAllowed(decide) {
    try {
      decide();
      this.notice("");
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.notice(error.message);
      return false;
    }
    return true;
  }

  #run() {
    this.remember();
    this.ask();
  }
}
