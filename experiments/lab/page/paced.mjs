// What may be done only so often, as browsers have it with addresses: at once, then not for a while, and the last time for good.

/** Calls `act` with what is given to `take`, no two times within `rest` milliseconds; `later(call, rest)` calls after a rest. */
export class Paced {
  constructor(act, rest, later = (call, after) => setTimeout(call, after)) {
    Object.assign(this, { act, rest, later, isResting: false, wanted: null });
  }

  take(value) {
    this.wanted = { value };
    if (!this.isResting) this.#now();
  }

  #now() {
    if (!this.wanted) return;
    const { value } = this.wanted;
    this.wanted = null;
    this.act(value);
    this.isResting = true;
    this.later(() => {
      this.isResting = false;
      this.#now();
    }, this.rest);
  }
}
