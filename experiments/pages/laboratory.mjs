// The page's side of the worker: questions are numbered, and only the answers that are still wanted are told.

import { Wanted } from "./tasks.mjs";

/** Sends questions to a worker with `postMessage` and `onmessage`; `told` has a function for each kind of message. */
export class Laboratory {
  constructor(worker, told) {
    this.worker = worker;
    this.told = told;
    this.id = 0;
    this.wanted = new Wanted();
    worker.addEventListener("message", ({ data }) => {
      if (this.wanted.has(data.id)) this.told[data.kind](data);
    });
    worker.addEventListener("error", (event) => this.told.failed({ words: event.message ?? "the worker ended" }));
  }

  /** Opens the engine; `engine` is what `open` of model.mjs takes. */
  open(engine) {
    this.#send({ kind: "open", engine });
  }

  /**
   * Asks for both worlds, the second with what is decided: `settings` of policies, `levers` of the world itself. Both are the
   * `variant` by name (null: the page's own world). An answer that is still awaited is not wanted any more.
   */
  ask(seed, settings, levers = {}, variant = null) {
    this.#send({ kind: "ask", seed, settings: structuredClone(settings), levers, variant });
  }

  /**
   * Asks for both worlds with several seeds, one answer a seed; with `keep`, the next time takes half as long. A look may come
   * between, and does not end it.
   */
  askLuck(seeds, settings, levers = {}, { keep = false, variant = null } = {}) {
    this.#send({ kind: "luck", seeds, settings: structuredClone(settings), levers, keep, variant });
  }

  /** Wants no answer that is still awaited. */
  leave() {
    this.#send({ kind: "leave" });
  }

  /** Asks for what there is to be seen in both worlds: "feed" or "removed", and where (see worker.mjs). */
  look(what, { seed, settings, levers, variant = null }, where) {
    this.#send({ kind: what, seed, settings: structuredClone(settings), levers, variant, ...where });
  }

  #send(message) {
    this.id += 1;
    this.wanted.take({ ...message, id: this.id });
    this.worker.postMessage({ ...message, id: this.id });
  }
}

/** A worker of a script's text: a page by itself has no file to load one from. */
export function workerOf(script) {
  return new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
}
