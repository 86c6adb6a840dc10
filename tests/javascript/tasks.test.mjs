import assert from "node:assert/strict";
import test from "node:test";

import { Laboratory } from "../../experiments/pages/laboratory.mjs";
import { Tasks } from "../../experiments/pages/tasks.mjs";

/** Tasks that count to `n` on one common model, a breath a step, with what they told in the order in which they did. */
class Bench {
  constructor({ comesBetween = () => true } = {}) {
    Object.assign(this, { told: [], at: 0, most: 0, waiting: [] });
    const count = async (data, breathe) => {
      for (this.at = 0; this.at < data.n; this.at++) {
        await breathe();
        if (data.n === 13) throw new Error("thirteen");
      }
      this.told.push([data.kind, data.id, this.at]);
    };
    this.tasks = new Tasks({ ask: count, luck: count, feed: count, leave: async () => {} }, {
      turn: () => new Promise((resolve) => this.waiting.push(resolve)),
      aside: async (data, look) => {
        if (!comesBetween(data)) return;
        const there = this.at;
        await look();
        this.at = there;
      },
      failed: (id, error) => this.told.push(["failed", id, error.message]),
    });
  }

  /** Lets so many breaths pass, or all there are, each with whatever follows from it. */
  async pass(breaths = Infinity) {
    await new Promise(setImmediate);
    for (let i = 0; i < breaths && this.waiting.length > 0; i++) {
      this.waiting.shift()();
      await new Promise(setImmediate);
    }
  }

  async all(...steps) {
    let id = 0;
    for (const [kind, n, breaths] of steps) {
      id += 1;
      this.tasks.take({ id, kind, n });
      await this.pass(breaths);
    }
    return this.told;
  }
}

test("what is asked last is answered, and what was asked before it is left", async () => {
  assert.deepEqual(await new Bench().all(["ask", 9, 3], ["ask", 4]), [["ask", 2, 4]]);
  assert.deepEqual(await new Bench().all(["luck", 9, 3], ["ask", 4]), [["ask", 2, 4]]);
  assert.deepEqual(await new Bench().all(["ask", 9, 3], ["luck", 4]), [["luck", 2, 4]]);
  assert.deepEqual(await new Bench().all(["luck", 9, 3], ["leave"]), []);
  assert.deepEqual(await new Bench().all(["ask", 9, 0], ["ask", 8, 0], ["ask", 2]), [["ask", 3, 2]]);
});

test("a look comes between the breaths of a drawing, which goes on as if nothing had been", async () => {
  assert.deepEqual(await new Bench().all(["luck", 9, 3], ["feed", 4]), [["feed", 2, 4], ["luck", 1, 9]]);
  assert.deepEqual(await new Bench().all(["luck", 9, 3], ["feed", 4, 5], ["feed", 2]), [["feed", 2, 4], ["feed", 3, 2], ["luck", 1, 9]]);
  assert.deepEqual(await new Bench().all(["luck", 0], ["feed", 4]), [["luck", 1, 0], ["feed", 2, 4]]);
});

test("of looks the last one is had", async () => {
  assert.deepEqual(await new Bench().all(["luck", 9, 3], ["feed", 8, 2], ["feed", 2]), [["feed", 3, 2], ["luck", 1, 9]]);
  assert.deepEqual(await new Bench().all(["feed", 8, 2], ["feed", 2]), [["feed", 2, 2]]);
});

test("the next change ends a drawing and the look within it, and is answered", async () => {
  assert.deepEqual(await new Bench().all(["luck", 9, 3], ["feed", 8, 2], ["ask", 4]), [["ask", 3, 4]]);
  assert.deepEqual(await new Bench().all(["luck", 9, 3], ["feed", 8, 2], ["luck", 4]), [["feed", 2, 8], ["luck", 3, 4]]);
  assert.deepEqual(await new Bench().all(["feed", 8, 2], ["leave"]), []);
});

test("a look that cannot come between is had afterwards, and one that fails ends nothing", async () => {
  const bench = new Bench({ comesBetween: () => false });
  assert.deepEqual(await bench.all(["luck", 9, 3], ["feed", 4]), [["luck", 1, 9], ["feed", 2, 4]]);
  assert.deepEqual(await new Bench().all(["luck", 9, 3], ["feed", 13]), [["failed", 2, "thirteen"], ["luck", 1, 9]]);
  assert.deepEqual(await new Bench().all(["ask", 13], ["ask", 2]), [["failed", 1, "thirteen"], ["ask", 2, 2]]);
});

test("the page is told what it still wants: a drawing and the look that came between", () => {
  const worker = new EventTarget();
  worker.postMessage = () => {};
  const told = [];
  const keep = (data) => told.push([data.kind, data.id]);
  const laboratory = new Laboratory(worker, { answer: keep, luck: keep, look: keep });
  const say = (kind, id) => worker.dispatchEvent(Object.assign(new Event("message"), { data: { kind, id } }));
  laboratory.askLuck([1, 2], {});
  say("luck", 1);
  laboratory.look("feed", { seed: 1, settings: {}, levers: {} }, { day: 1 });
  laboratory.look("feed", { seed: 1, settings: {}, levers: {} }, { day: 2 });
  for (const [kind, id] of [["look", 2], ["look", 3], ["luck", 1]]) say(kind, id);
  assert.deepEqual(told, [["luck", 1], ["look", 3], ["luck", 1]]);
  laboratory.ask(1, {});
  for (const [kind, id] of [["look", 3], ["luck", 1], ["answer", 4]]) say(kind, id);
  assert.deepEqual(told.slice(3), [["answer", 4]]);
});
