import assert from "node:assert/strict";
import test from "node:test";

import { counted, filled } from "../../experiments/pages/dom.mjs";
import { nextOf } from "../../experiments/pages/crowd.mjs";
import { told } from "../../experiments/report/page/innocent.mjs";
import { cellAt, share } from "../../experiments/report/page/move.mjs";

test("places in a text are filled, and none is left out", () => {
  assert.equal(filled("{a} of {b}, {a}", { a: 1, b: "<b>" }), "1 of <b>, 1");
  assert.throws(() => filled("{a}", {}), /no value for \{a\}/);
  assert.throws(() => filled("{toString}", { a: 1 }), /no value/);
});

test("one is singular", () => {
  const forms = { one: "{n} day", other: "{n} days" };
  assert.deepEqual([0, 1, 2, 1234].map((n) => counted(forms, n)), ["0 days", "1 day", "2 days", "1,234 days"]);
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
  assert.deepEqual(told(person, WORDS), ["restored", "3 things", "40 things", "1 thing", "0 things", "for it"]);
  assert.deepEqual(told({ ...person, state: "free", days: 0, age: -5 }, WORDS).slice(0, 2), ["never suspended", "after 5"]);
  assert.deepEqual(told({ ...person, state: "absent", days: 0 }, WORDS), ["not there yet"]);
});

test("the next who was hit, around the end", () => {
  const isHit = (i) => [1, 3].includes(i);
  assert.deepEqual([-1, 0, 1, 2, 3].map((from) => nextOf(4, from, isHit)), [1, 1, 3, 3, 1]);
  assert.equal(nextOf(1, 0, () => false), -1);
});
