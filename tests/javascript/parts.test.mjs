import assert from "node:assert/strict";
import test from "node:test";

import { counted, filled, tied } from "../../experiments/pages/dom.mjs";
import { nextOf } from "../../experiments/pages/crowd.mjs";
import { told } from "../../experiments/report/page/innocent.mjs";
import { averted, decimalsOf, endsOf, spreadOf, toldOf } from "../../experiments/report/page/live.mjs";
import { cellAt, share } from "../../experiments/report/page/move.mjs";

test("places in a text are filled, and none is left out", () => {
  assert.equal(filled("{a} of {b}, {a}", { a: 1, b: "<b>" }), "1\u00a0of <b>, 1");
  assert.throws(() => filled("{a}", {}), /no value for \{a\}/);
  assert.throws(() => filled("{toString}", { a: 1 }), /no value/);
});

test("a number keeps the word after it", () => {
  assert.equal(tied("58 % of 1,000 people by 19 August, ± 0.02 thousandths"), "58\u00a0% of 1,000\u00a0people by 19\u00a0August, ± 0.02\u00a0thousandths");
  assert.equal(tied("in 1 000 people 0.2 ±0.1 (95 % range)"), "in 1\u00a0000\u00a0people 0.2\u00a0±0.1 (95\u00a0% range)");
  assert.equal(tied("no number, 3. And 4, 5 (6)"), "no number, 3. And 4, 5 (6)");
  assert.equal(tied("ab 3é 4 é"), "ab 3é 4\u00a0é");
});

test("one is singular", () => {
  const forms = { one: "{n} day", other: "{n} days" };
  assert.deepEqual([0, 1, 2, 1234].map((n) => counted(forms, n)), ["0\u00a0days", "1\u00a0day", "2\u00a0days", "1,234\u00a0days"]);
});

test("a cell is found by kind, date and scale", () => {
  const data = { kinds: [{ cells: [["a", "b"], ["c", "d"]] }, { cells: [["e"]] }] };
  assert.deepEqual([cellAt(data, 0, 1, 0), cellAt(data, 0, 0, 1), cellAt(data, 1, 0, 0)], ["c", "b", "e"]);
});

test("places on an axis", () => {
  assert.deepEqual([share(-1, -1, 3), share(0, -1, 3), share(3, -1, 3), share(7, 7, 7)], [0, 25, 100, 50]);
});

const FORMS = { one: "{n} thing", other: "{n} things" };
const WORDS = {
  states: { free: "never suspended", suspended: "still suspended", restored: "restored", absent: "not there yet" },
  sides: { supporter: "for it", opponent: "against it" },
  days: FORMS, age: FORMS, joined: { one: "after {n}", other: "after {n}" }, posts: FORMS, marches: FORMS,
};

test("what is told of a person", () => {
  const person = { state: "restored", days: 3, age: 40, posts: 1, marches: 0, side: "supporter" };
  assert.deepEqual(told(person, WORDS), ["restored", "3\u00a0things", "40\u00a0things", "1\u00a0thing", "0\u00a0things", "for it"]);
  assert.deepEqual(told({ ...person, state: "free", days: 0, age: -5 }, WORDS).slice(0, 2), ["never suspended", "after 5"]);
  assert.deepEqual(told({ ...person, state: "absent", days: 0 }, WORDS), ["not there yet"]);
});

test("the next who was hit, around the end", () => {
  const isHit = (i) => [1, 3].includes(i);
  assert.deepEqual([-1, 0, 1, 2, 3].map((from) => nextOf(4, from, isHit)), [1, 1, 3, 3, 1]);
  assert.equal(nextOf(1, 0, () => false), -1);
});

test("what a pair of worlds says is the difference of an outcome on the last day, in thousandths", () => {
  const record = (...outcomes) => ({ outcomes: Float64Array.from(outcomes) });
  const answer = { without: record(9, 9, 0.5, 0.25), with: record(9, 9, 0.75, 0.125) };
  assert.deepEqual([0, 1].map((column) => averted(answer, column, 2)), [250, -125]);
});

test("seeds are told as their mean with its margin, and from the least to the greatest", () => {
  const spread = spreadOf([0.1, 0.2, 0.3, 0.2], 1.5);
  assert.ok(Math.abs(spread.mean - 0.2) < 1e-12 && Math.abs(spread.half - 1.5 * Math.sqrt(0.02 / 3)) < 1e-12);
  assert.deepEqual(toldOf(spread, { range: "{low} to {high}" }), { mean: "0.20\u00a0±0.12", range: "0.10\u00a0to 0.30" });
  const nothing = { mean: 0, half: 0, least: 0, most: 0 };
  assert.deepEqual(toldOf(nothing, { range: "{low} to {high}" }), { mean: "0", range: "0\u00a0to 0" });
  const below = { mean: -0.001, half: 0.3, least: -1234.5, most: 0.04 };
  assert.deepEqual(toldOf(below, { range: "{low} to {high}" }), { mean: "0.0\u00a0±0.3", range: "−1,234.5\u00a0to 0.0" });
});

test("a margin has the digits that it deserves, as in the tables", () => {
  assert.deepEqual([0.03, 0.12, 0.1999, 0.2, 3, 15, 250, 0].map(decimalsOf), [2, 2, 2, 1, 0, 0, 0, 2]);
});

test("an axis holds nought and all seeds", () => {
  const [low, high] = endsOf([1, 3]);
  assert.ok(low < 0 && high > 3);
  assert.deepEqual(endsOf([0, 0]), [-1, 1]);
});
