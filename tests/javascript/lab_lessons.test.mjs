import assert from "node:assert/strict";
import test from "node:test";

import { along, extent, plain, roundRange, ticks } from "../../experiments/pages/axes.mjs";
import { frameOf, monthsOf, pathOf, placed } from "../../experiments/lab/page/charts.mjs";
import { binned, codeOf, guessesOf, medianOf } from "../../experiments/lab/page/guesses.mjs";
import {
  DEBRIEF, PREDICT, TRY, answerOf, endsOfGuess, guessOf, isAllowed, isShown, numberOfControls, phaseOf, seen, startOf, valueOf, withinRange,
} from "../../experiments/lab/page/lesson.mjs";
import { sliderOf } from "../../experiments/lab/page/levers.mjs";

const prediction = { of: "percent_of_without", outcome: "reach", low: 0, high: 150, step: 1, times: 1 };
const lesson = { name: "late", version: 2, prediction, controls: { takedown: ["day", "fpr"] }, start: { takedown: { day: 4 } } };

test("a lesson begins with the guess, and without one where none is asked for", () => {
  assert.equal(phaseOf(lesson, null), PREDICT);
  assert.equal(phaseOf(lesson, 0), TRY);
  assert.equal(phaseOf({ ...lesson, prediction: null }, null), TRY);
  assert.notEqual(DEBRIEF, TRY);
});

test("what is asked about is not seen before the guess", () => {
  assert.deepEqual(seen(lesson, PREDICT), { without: true, with: false });
  assert.deepEqual(seen({ prediction: { ...prediction, of: "without" } }, PREDICT), { without: false, with: false });
  assert.deepEqual(seen(lesson, TRY), { without: true, with: true });
});

test("a guess and its place on the chart are the same thing", () => {
  assert.equal(answerOf(lesson, -0.0004, -0.0001), 25);
  assert.equal(valueOf(lesson, 25, -0.0004), -0.0001);
  assert.equal(guessOf(lesson, -0.00010001, -0.0004), 25);
  assert.equal(guessOf(lesson, 0.0001, -0.0004), 0);
  const share = { prediction: { ...prediction, of: "without", times: 100, high: 100 } };
  assert.deepEqual([answerOf(share, 0.25, 0.1), valueOf(share, 29, 1), guessOf(share, 0.294, 1)], [25, 0.29, 29]);
  assert.ok(Number.isNaN(answerOf(lesson, 0, 0)));
});

test("what may be guessed has two ends, in the lesson's unit and on the chart", () => {
  assert.deepEqual([-1, 0, 7, 150, 151].map((number) => withinRange(prediction, number)), [0, 0, 7, 150, 150]);
  assert.deepEqual(endsOfGuess(lesson, -0.25), [-0, -0.375]);
  const people = { prediction: { of: "with", low: -200, high: 400, step: 1, times: 1000 } };
  assert.deepEqual(endsOfGuess(people, 9), [-0.2, 0.4]);
});

test("controls", () => {
  const asked = [["takedown", "day"], ["takedown", "tpr"], ["x", "day"]];
  assert.deepEqual(asked.map(([lever, field]) => isAllowed(lesson, lever, field)), [true, false, false]);
  assert.equal(numberOfControls(lesson), 2);
  const start = startOf(lesson);
  start.takedown.day = 9;
  assert.equal(lesson.start.takedown.day, 4);
});

test("a slider has the lesson's range, and steps that can be told apart", () => {
  const day = { date: true, low: 0, high: 152 };
  assert.deepEqual(sliderOf(day), { low: 0, high: 152, step: 1, end: 152 });
  assert.deepEqual(sliderOf(day, { low: 31, high: 40 }), { low: 31, high: 40, step: 1, end: 40 });
  const limited = { low: 0, high: 3e8, whole: true, limit: { high: 200000 } };
  assert.deepEqual(sliderOf(limited), { low: 0, high: 200000, step: 500, end: 200000 });
  const { low, high, step } = sliderOf({ low: 0, high: 1, whole: false }, { high: 0.05 });
  assert.deepEqual([low, high, step], [0, 0.05, 0.0002]);
  assert.equal(sliderOf({ low: 0, high: 3, whole: true }).step, 1);
});

test("a slider reaches both its ends, and goes no further than the world", () => {
  const accounts = { low: 0, high: 3e8, whole: true, limit: { high: 200936 } };
  assert.deepEqual(sliderOf(accounts, { high: 936 }), { low: 0, high: 936, step: 5, end: 940 });
  assert.deepEqual(sliderOf(accounts), { low: 0, high: 200936, step: 1000, end: 201000 });
  assert.equal(sliderOf({ ...accounts, limit: { high: 700 } }, { high: 936 }).high, 700);
  const none = { ...accounts, limit: { high: 0 } };
  assert.deepEqual(sliderOf(none, { low: 5, high: 936 }), { low: 0, high: 0, step: 1, end: 0 });
});

test("whatever is set is shown, whether the lesson has it or not", () => {
  const settings = { campaign: { flooding: 5 } };
  assert.deepEqual(["takedown", "campaign", "labels"].map((lever) => isShown(lesson, settings, lever)), [true, true, false]);
  assert.ok(isShown({ ...lesson, controls: {} }, {}, "takedown") && isShown({ ...lesson, start: {} }, {}, "takedown"));
});

test("codes of guesses come back, and slips of the pen do not", () => {
  const code = codeOf(lesson, 12.5);
  const pasted = `${code}\n ${code.toUpperCase()},${codeOf(lesson, 150)}`;
  assert.deepEqual(guessesOf(lesson, pasted), { guesses: [12.5, 12.5, 150], odd: [] });
  const others = [code.replace("12", "13"), codeOf({ ...lesson, version: 1 }, 3), codeOf(lesson, 151), "late-2-1", "<b>"];
  assert.deepEqual(guessesOf(lesson, others.join(" ")), { guesses: [], odd: others });
  const many = Array.from({ length: 1200 }, () => code).join("\n");
  assert.equal(guessesOf(lesson, many).guesses.length, 1200);
  assert.equal(guessesOf(lesson, Array(3000).fill("junk").join(" ")).odd.length, 3000);
  assert.deepEqual(guessesOf(lesson, codeOf(lesson, 1e-7)), { guesses: [1e-7], odd: [] });
  assert.deepEqual(binned([0, 7.4, 7.5, 150], 0, 150, 20), [2, 1, ...new Array(17).fill(0), 1]);
});

test("the median of guesses is the middle one, or between the two", () => {
  assert.equal(medianOf([100, 9, 20]), 20);
  assert.equal(medianOf([100, 9, 20, 30]), 25);
  assert.equal(medianOf([7]), 7);
  assert.ok(Number.isNaN(medianOf([])));
});

test("ticks are round and hold the numbers", () => {
  assert.deepEqual(ticks(0, 100), [0, 20, 40, 60, 80, 100]);
  const found = ticks(-0.000325, 0);
  assert.ok(found[0] <= -0.000325 && found.at(-1) >= 0 && found.length < 9);
  assert.ok(ticks(0, 0).length > 1);
  assert.equal(plain(-0.00032503), "−0.000325");
  assert.deepEqual([plain(200000), plain(0), plain(Number.NaN)], ["200,000", "0", "–"]);
  assert.equal(plain(-1e-15), "0");
  assert.deepEqual(extent([1, Number.NaN, -2], [3]), [-2, 3]);
  assert.deepEqual(roundRange([3.1, Number.NaN], [], [9.7]), { low: 0, high: 10 });
  assert.deepEqual(roundRange([-0.07]), { low: -0.08, high: 0 });
  assert.equal(along(5, 0, 10, 100, 200), 150);
});

test("a path is broken where there is no number, and a place on it is found again", () => {
  const frame = frameOf(600, 300, ["0", "0.5"], ["1,000"]);
  assert.equal(pathOf([0, Number.NaN, 1], 3, 0, 1, frame).match(/M/g).length, 2);
  const x = along(2, 0, 9, frame.left, frame.right);
  const y = along(0.25, 0, 1, frame.bottom, frame.top);
  const found = placed(x, y, 10, 0, 1, frame);
  assert.equal(found.day, 2);
  assert.ok(Math.abs(found.value - 0.25) < 1e-9);
  assert.deepEqual(placed(-99, -99, 10, 0, 1, frame), { day: 0, value: 1 });
  const names = ["J", "F", "M", "A", "May", "June"];
  assert.deepEqual(monthsOf({ dates: ["2019-05-31", "2019-06-01"] }, names), [{ day: 1, name: "June" }]);
});
