import assert from "node:assert/strict";
import test from "node:test";

import { Laboratory } from "../../experiments/pages/laboratory.mjs";
import { Cancelled } from "../../experiments/pages/tasks.mjs";
import { BINS, Twins, histogramOf } from "../../experiments/pages/twins.mjs";

/**
 * A model without people: its outcome is a number that grows by the seed, and by what is decided from its day on. The lever
 * `more` adds to the seed and is early, `times` multiplies what is decided.
 */
class Counter {
  constructor() {
    Object.assign(this, { days: 30, first: -5, columns: 1, steps: 0, watched: [0] });
    this.begin(0);
  }

  begin(seed) {
    this.now = { day: this.first, total: 0, seed, hour: 0, settings: {}, times: 1 };
    this.totals = [];
  }

  areEarly(levers) {
    return "more" in levers;
  }

  decide(settings, { more = 0, times = 1 } = {}) {
    Object.assign(this.now, { settings, seed: this.now.seed + more, times });
  }

  to(day, hour = 0) {
    this.now.hour = hour;
    for (; this.now.day < day; this.now.day++) {
      this.steps += 1;
      const more = Object.values(this.now.settings).filter((each) => each.day <= this.now.day).length;
      this.now.total += this.now.seed + 100 * this.now.times * more;
      if (this.now.day >= 0) this.totals[this.now.day] = this.now.total;
    }
  }

  outcomes(day) {
    return [this.totals[day]];
  }

  opinions() {
    return [this.now.total % 2 ? 0.5 : -0.5];
  }

  sample() {
    return new Uint8Array([this.now.total % 256, this.now.day]);
  }

  snapshot() {
    return { ...this.now };
  }

  restore(snapshot) {
    this.now = { ...snapshot };
  }

  async digest() {
    return `${this.now.day}:${this.now.total}`;
  }
}

const calmly = async () => {};

async function whole(seed, settings, levers = {}) {
  const model = new Counter();
  model.begin(seed);
  model.decide(settings, levers);
  model.to(model.days);
  return model.totals;
}

test("the second world is what it is when simulated from the beginning, wherever it is forked", async () => {
  const twins = new Twins(new Counter());
  for (const day of [0, 1, 6, 7, 8, 13, 14, 28, 29]) {
    const settings = { takedown: { day } };
    const found = await twins.with(3, settings, calmly);
    assert.deepEqual([...found.outcomes], await whole(3, settings), `day ${day}`);
    assert.equal(found.digest, `30:${found.outcomes[29]}`);
    assert.equal(found.histograms.reduce((sum, n) => sum + n, 0), 30);
  }
  assert.deepEqual([...(await twins.without(3, calmly)).outcomes], await whole(3, {}));
});

test("the first world is simulated once, the second from its day on", async () => {
  const model = new Counter();
  const twins = new Twins(model);
  await twins.without(1, calmly);
  assert.equal(model.steps, 35);
  await twins.with(1, { takedown: { day: 28 } }, calmly);
  assert.equal(model.steps, 35 + 2);
  assert.equal(await twins.with(1, {}, calmly), await twins.without(1, calmly));
  await twins.without(2, calmly);
  assert.equal(model.steps, 37 + 35);
});

test("what is cancelled leaves nothing half done behind", async () => {
  const twins = new Twins(new Counter());
  let breaths = 0;
  const impatient = async () => {
    breaths += 1;
    if (breaths === 20) throw new Cancelled();
  };
  await assert.rejects(twins.without(5, impatient), Cancelled);
  assert.deepEqual([...(await twins.without(5, calmly)).outcomes], await whole(5, {}));
  breaths = 10;
  await assert.rejects(twins.with(5, { takedown: { day: 0 } }, impatient), Cancelled);
  const settings = { takedown: { day: 9 } };
  assert.deepEqual([...(await twins.with(5, settings, calmly)).outcomes], await whole(5, settings));
});

test("opinions fall into equal parts, the ends with them", () => {
  const counts = histogramOf([-1, -0.999, 0, 1, 1]);
  assert.deepEqual([counts.length, counts[0], counts[BINS / 2], counts[BINS - 1]], [BINS, 2, 1, 2]);
});

test("only the last question's answer is told", () => {
  const worker = new EventTarget();
  const sent = [];
  worker.postMessage = (message) => sent.push(message);
  const told = [];
  const laboratory = new Laboratory(worker, { answer: ({ id }) => told.push(id), failed: ({ words }) => told.push(words) });
  const settings = { takedown: { day: 1 } };
  laboratory.ask(1, settings);
  settings.takedown.day = 2;
  laboratory.ask(1, settings);
  for (const id of [1, 2]) worker.dispatchEvent(Object.assign(new Event("message"), { data: { kind: "answer", id } }));
  assert.deepEqual(told, [2]);
  assert.deepEqual(sent.map((each) => each.settings.takedown.day), [1, 2]);
});

test("a world with other levers is one of its own from the beginning, and shares no day with the first", async () => {
  const twins = new Twins(new Counter());
  const found = await twins.with(3, { takedown: { day: 9 } }, calmly, { more: 4 });
  assert.deepEqual([...found.outcomes], await whole(7, { takedown: { day: 9 } }));
  assert.deepEqual([...(await twins.without(3, calmly)).outcomes], await whole(3, {}));
});

test("a lever that can be set late costs the days from what is decided on", async () => {
  const model = new Counter();
  const twins = new Twins(model);
  await twins.without(1, calmly);
  const found = await twins.with(1, { takedown: { day: 28 } }, calmly, { times: 3 });
  assert.deepEqual([...found.outcomes], await whole(1, { takedown: { day: 28 } }, { times: 3 }));
  assert.equal(model.steps, 35 + 2);
  await twins.visit("with", 1, { takedown: { day: 20 } }, { times: 3 }, 25, 0, calmly);
  assert.equal(model.now.total, (await whole(1, { takedown: { day: 20 } }, { times: 3 }))[24]);
});

test("samples are of every day, and of the days before the fork those of the first world", async () => {
  const twins = new Twins(new Counter());
  const found = await twins.with(3, { takedown: { day: 9 } }, calmly);
  const totals = await whole(3, { takedown: { day: 9 } });
  assert.deepEqual([...found.samples], totals.flatMap((total, day) => [total % 256, day + 1]));
});

test("a visit to a second world in which nothing is done is one to the first, up to its end", async () => {
  const model = new Counter();
  const twins = new Twins(model);
  await twins.with(3, {}, calmly);
  for (const settings of [{}, { takedown: { day: 30 } }]) {
    for (const day of [30, 12]) {
      await twins.visit("with", 3, settings, {}, day, 0, calmly);
      assert.deepEqual([model.now.day, model.now.total], [day, 3 * (5 + day)]);
    }
  }
});

test("a visit is to where the world is at that hour, wherever one has been before", async () => {
  const twins = new Twins(new Counter(), 4);
  const settings = { takedown: { day: 9 } };
  const run = { none: await whole(3, {}), decided: await whole(3, settings), otherwise: await whole(5, settings) };
  for (const day of [12, 29, 30, 1, 9, 10, 28, 8, 20]) {
    for (const [which, levers, totals] of [
      ["without", {}, run.none], ["with", {}, run.decided], ["with", { more: 2 }, run.otherwise], ["without", { more: 2 }, run.none],
    ]) {
      await twins.visit(which, 3, settings, levers, day, 7, calmly);
      const { now } = twins.model;
      assert.deepEqual([now.day, now.hour, now.total], [day, 7, totals[day - 1]], `${which} on day ${day}`);
    }
  }
});
