// What a worker is asked, one after the other. What is asked last is answered, and what was asked before it is left.

const LOOKS = ["feed", "removed"]; // kinds of message that only look into the worlds which were answered last
const PATIENT = ["luck"]; // kinds between whose breaths there may be a look

/** What is thrown where nobody wants the answer any more. */
export class Cancelled extends Error {}

/** Which of the messages, numbered from 1, are still to be answered: the last task, and the last look if it is not older. */
export class Wanted {
  constructor() {
    Object.assign(this, { task: 0, look: 0 });
  }

  /** Takes a message: it ends what was asked before, but a look ends no task, and a patient task no look. */
  take({ id, kind }) {
    if (LOOKS.includes(kind)) this.look = id;
    else Object.assign(this, { task: id, look: PATIENT.includes(kind) ? this.look : 0 });
  }

  has(id) {
    return id === this.task || id === this.look;
  }
}

/**
 * Tasks: messages with an `id` and a `kind`. `answers` has for every kind a function of the message and of `breathe`, which is
 * to be awaited again and again, and throws `Cancelled` where the answer is not wanted any more. `turn()` lets messages in;
 * `aside(message, look)` awaits `look()` between two breaths of a patient task and leaves all as it was, or does nothing where
 * the look has to wait for the end of the task; `failed(id, error)` is told what else was thrown.
 */
export class Tasks {
  constructor(answers, { turn, aside, failed }) {
    Object.assign(this, { answers, turn, aside, failed, wanted: new Wanted(), waiting: null, queue: Promise.resolve() });
  }

  /** Takes a message. */
  take(data) {
    this.wanted.take(data);
    const isLook = LOOKS.includes(data.kind);
    if (isLook) this.waiting = data;
    this.queue = this.queue.then(() => (isLook ? this.#look() : this.#run(data)));
  }

  /** Has the look that waits its turn, if there is one. */
  async #look() {
    const data = this.waiting;
    this.waiting = null;
    if (data) await this.#run(data);
  }

  async #run(data) {
    if (!this.wanted.has(data.id)) return;
    try {
      await this.answers[data.kind](data, () => this.#breathe(data));
    } catch (error) {
      if (!(error instanceof Cancelled)) this.failed(data.id, error);
    }
  }

  async #breathe({ id, kind }) {
    await this.turn();
    if (this.waiting && PATIENT.includes(kind) && this.wanted.has(id)) await this.aside(this.waiting, () => this.#look());
    if (!this.wanted.has(id)) throw new Cancelled();
  }
}
