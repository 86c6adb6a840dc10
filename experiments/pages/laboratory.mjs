// The page's side of the worker: questions are numbered, and only the last one's answer is told.

/** Sends questions to a worker with `postMessage` and `onmessage`; `told` has a function for each kind of message. */
export class Laboratory {
  constructor(worker, told) {
    this.worker = worker;
    this.told = told;
    this.id = 0;
    worker.addEventListener("message", ({ data }) => {
      if (data.id === this.id) this.told[data.kind](data);
    });
    worker.addEventListener("error", (event) => this.told.failed({ words: event.message ?? "the worker ended" }));
  }

  /** Opens the engine; `engine` is what `open` of model.mjs takes. */
  open(engine) {
    this.#send({ kind: "open", engine });
  }

  /**
   * Asks for both worlds, the second with what is decided: `settings` of policies, `levers` of the world itself. An answer that
   * is still awaited is not wanted any more.
   */
  ask(seed, settings, levers = {}) {
    this.#send({ kind: "ask", seed, settings: structuredClone(settings), levers });
  }

  /** Asks for both worlds with several seeds, one answer a seed; with `keep`, the next time takes half as long. */
  askLuck(seeds, settings, levers = {}, keep = false) {
    this.#send({ kind: "luck", seeds, settings: structuredClone(settings), levers, keep });
  }

  /** Wants no answer that is still awaited. */
  leave() {
    this.#send({ kind: "leave" });
  }

  /** Asks for what there is to be seen in both worlds: "feed" or "removed", and where (see worker.mjs). */
  look(what, { seed, settings, levers }, where) {
    this.#send({ kind: what, seed, settings: structuredClone(settings), levers, ...where });
  }

  #send(message) {
    this.id += 1;
    this.worker.postMessage({ ...message, id: this.id });
  }
}

/** A worker of a script's text: a page by itself has no file to load one from. */
export function workerOf(script) {
  return new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
}
