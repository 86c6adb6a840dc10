// What is asked of the worker, and what is told while it is awaited.

import { byId, filled } from "../../pages/dom.mjs";
import { Laboratory, workerOf } from "../../pages/laboratory.mjs";

/** How often something has happened, for whoever watches the page from outside. */
function count(name) {
  document.body.dataset[name] = String(Number(document.body.dataset[name] ?? 0) + 1);
}

function progress(words) {
  byId("progress").textContent = words;
}

/**
 * Asks for what is decided in a classroom. `answered()` is told that it has an answer, `failed()` that it will have none,
 * `drawn(seed, records)` a class that was drawn, `looked(found)` what was found on a look.
 */
export class Asking {
  constructor(room, script, { answered, failed, drawn, looked }) {
    Object.assign(this, { room, isOpen: false, isAsking: false, since: 0, asked: null, awaited: 0 });
    const words = room.say.decide;
    this.laboratory = new Laboratory(workerOf(script), {
      opened: () => {
        this.isOpen = true;
        this.ask();
      },
      progress: ({ share }) => progress(filled(words.waiting, { percent: Math.round(100 * share) })),
      answer: ({ without, with: withIt }) => {
        this.isAsking = false;
        room.take({ without, with: withIt, ...this.asked });
        count("answered");
        progress(filled(words.ready, { ms: Math.round(performance.now() - this.since).toLocaleString("en-GB") }));
        answered();
      },
      luck: ({ seed, without, with: withIt }) => {
        this.awaited -= 1;
        if (this.awaited === 0) progress("");
        drawn(seed, { without, with: withIt });
      },
      look: (found) => {
        count("looked");
        progress("");
        looked(found);
      },
      failed: (error) => {
        this.isAsking = false;
        progress(filled(words.failed, { words: error.words }));
        failed();
      },
    });
  }

  /** Opens the engine, and then asks. */
  open(engine) {
    progress(this.room.say.decide.opening);
    this.laboratory.open(engine);
  }

  /** Asks for both worlds with what is decided. */
  ask() {
    if (!this.isOpen) return;
    const { seed, settings, worlds } = this.room.state;
    Object.assign(this, { isAsking: true, since: performance.now(), asked: structuredClone({ settings, worlds }) });
    const question = this.room.questionOf();
    this.laboratory.ask(seed, question.settings, question.levers, question.variant);
  }

  /** Asks what is to be seen somewhere in the worlds that are shown; false while there are none, or others are awaited. */
  look(what, where) {
    const { answer, seed } = this.room.state;
    if (!answer || this.isAsking) return false;
    this.laboratory.look(what, { seed, ...this.room.questionOf(answer) }, where);
    return true;
  }

  /** Asks for the worlds that are shown with every seed of the page. */
  drawClasses() {
    const { seeds } = this.room.data;
    const { settings, levers, variant } = this.room.questionOf(this.room.state.answer);
    this.awaited = seeds.length;
    this.laboratory.askLuck(seeds, settings, levers, { variant });
  }
}
