import assert from "node:assert/strict";
import test from "node:test";

import { Paced } from "../../experiments/lab/page/paced.mjs";

function paced() {
  const found = { done: [], rests: [] };
  const one = new Paced((value) => found.done.push(value), 400, (call, after) => found.rests.push({ call, after }));
  return { ...found, one, rest: () => found.rests.shift().call() };
}

test("what comes often is done at once, then after a rest, and the last one for good", () => {
  const { one, done, rests, rest } = paced();
  for (const value of [1, 2, 3]) one.take(value);
  assert.deepEqual([done, rests.map(({ after }) => after)], [[1], [400]]);
  rest();
  assert.deepEqual(done, [1, 3]);
  rest();
  assert.deepEqual([done, rests], [[1, 3], []]);
  one.take(4);
  assert.deepEqual(done, [1, 3, 4]);
});
