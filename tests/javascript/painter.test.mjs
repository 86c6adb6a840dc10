import assert from "node:assert/strict";
import test from "node:test";

import { tally, thereOf } from "../../experiments/pages/painter.mjs";

const STATUS = Uint8Array.from([0, 1, 0, 2, 2, 0, 0, 2]); // two days of four accounts

test("the removed are gone, the others are in use or not yet", () => {
  assert.deepEqual(thereOf(STATUS, 0, 4), { there: [0, 2], asleep: [1] });
  assert.deepEqual(thereOf(STATUS, 1, 4), { there: [1, 2], asleep: [] });
});

test("a ring is counted by itself", () => {
  const ring = Uint8Array.from([0, 0, 1, 0]);
  assert.deepEqual(tally(STATUS, 0, ring, 0), { active: 1, asleep: 1, removed: 1 });
  assert.deepEqual(tally(STATUS, 1, ring, 0), { active: 1, asleep: 0, removed: 2 });
});
