import assert from "node:assert/strict";
import test from "node:test";

import { BINS } from "../../experiments/pages/twins.mjs";
import { drawnTo } from "../../experiments/lab/page/drawing.mjs";
import { toldDigest } from "../../experiments/lab/page/exact.mjs";
import { nearerOf } from "../../experiments/lab/page/luck.mjs";
import { countsOn, movedOf, reachOfDifference } from "../../experiments/lab/page/opinions.mjs";
import { toldOfGuesses } from "../../experiments/lab/page/pasted.mjs";
import { daysOfActs, isBeyond } from "../../experiments/lab/page/timeline.mjs";

test("a curve is beyond an axis where any day is, rounding and gaps aside", () => {
  const axis = { low: -1, high: 1 };
  assert.ok(!isBeyond([[-1, 0.5], [1 + 1e-9, Number.NaN]], axis));
  assert.ok(isBeyond([[0], [0, 1.1]], axis));
  assert.ok(isBeyond([[-1.1]], axis));
  assert.ok(!isBeyond([], axis));
});

test("the days of settings are those of the levers that have one", () => {
  assert.deepEqual(daysOfActs({ takedown: { day: 0, accounts: 9 }, campaign: { flooding: 2 }, labels: { day: 152 } }), [0, 152]);
});

test("a curve is drawn straight from the day before to this one, whichever way", () => {
  const empty = new Array(6).fill(Number.NaN);
  const one = drawnTo(empty, 2, 2, 8);
  assert.deepEqual(one, [Number.NaN, Number.NaN, 8, Number.NaN, Number.NaN, Number.NaN]);
  assert.deepEqual(drawnTo(one, 2, 4, 4), [Number.NaN, Number.NaN, 8, 6, 4, Number.NaN]);
  assert.deepEqual(drawnTo(one, 2, 0, 0), [0, 4, 8, Number.NaN, Number.NaN, Number.NaN]);
  assert.deepEqual(drawnTo(one, 2, 2, 1)[2], 1);
  assert.deepEqual(drawnTo(empty, 3, 4, 5), [Number.NaN, Number.NaN, Number.NaN, 5, 5, Number.NaN]);
  assert.ok(empty.every(Number.isNaN));
});

test("histograms by the day, and how far they ever are apart", () => {
  const record = (...peaks) => {
    const histograms = new Int32Array(2 * BINS);
    for (const [day, bin, count] of peaks) histograms[day * BINS + bin] = count;
    return { histograms };
  };
  const without = record([0, 3, 10], [1, 3, 10]);
  const withIt = record([0, 3, 10], [1, 3, 4], [1, 5, 6]);
  assert.deepEqual([countsOn(withIt, 1).length, countsOn(withIt, 1)[3], countsOn(withIt, 0)[3]], [BINS, 4, 10]);
  assert.deepEqual(reachOfDifference(without, withIt), [-6, 6]);
  assert.deepEqual(reachOfDifference(withIt, without), [-6, 6]);
  assert.deepEqual(reachOfDifference(without, without), [0, 1]);
  assert.equal(movedOf(countsOn(withIt, 1).map((count, i) => count - countsOn(without, 1)[i])), 6);
});

test("classes in which what is decided brought the last number nearer to 0, on either side", () => {
  const classes = [
    { without: [0, -4], with: [0, 3] }, { without: [2, Number.NaN], with: [9, 1] }, { without: [1], with: [1] }, { without: [1], with: [-2] },
  ];
  assert.equal(nearerOf(classes), 2);
  assert.equal(nearerOf([]), 0);
});

test("the guesses of a class in words, and what is none", () => {
  const words = { found: "{n}, {median} {unit}", nobody: "nobody", odd: "not {odd}", more: { one: "and one", other: "and {n}" } };
  assert.equal(toldOfGuesses({ guesses: [3, 4], odd: [] }, "%", words), "2, 3.5\u00a0%");
  assert.equal(toldOfGuesses({ guesses: [], odd: [] }, "%", words), "nobody");
  assert.equal(toldOfGuesses({ guesses: [], odd: ["a", "b"] }, "%", words), "nobody not a, b");
  assert.equal(toldOfGuesses({ guesses: Array(1200).fill(3), odd: [] }, "%", words), "1,200, 3\u00a0%");
  const junk = Array.from({ length: 1200 }, (_, i) => `x${i}`);
  assert.match(toldOfGuesses({ guesses: [], odd: junk }, "%", words), /^nobody not x0, .*, x19 and 1,180$/);
  assert.match(toldOfGuesses({ guesses: [], odd: junk.slice(0, 21) }, "%", words), /, x19 and one$/);
});

test("the digest of the second world is no secret only after the guess", () => {
  const words = { same: "the same" };
  assert.equal(toldDigest("a", "b", false, words), "…");
  assert.equal(toldDigest("a", "b", true, words), "b");
  assert.equal(toldDigest("a", "a", true, words), "the same");
});
