import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import test from "node:test";

import { planesOf, summed, unpacked } from "../../experiments/report/page/planes.mjs";

test("what was packed is unpacked", async () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251);
  assert.deepEqual(await unpacked(deflateSync(bytes).toString("base64")), bytes);
});

test("differences add up modulo 256, account by account", () => {
  assert.deepEqual([...summed(Uint8Array.from([250, 1, 10, 255, 0, 1]), 2)], [250, 1, 4, 0, 4, 1]);
});

const TWO = [
  ...[0, 0, 255, 255, 0, 128, 255, 127], // x of both accounts, y of both
  ...[0, 1], // rings
  ...[1, 0, 0, 0], // a line from the second to the first
  ...[128, 200, 1, 255], // opinion on two days
  ...[128, 128, 0, 1],
  ...[0, 1, 2, 255],
];

test("planes are found where they lie", () => {
  const planes = planesOf(Uint8Array.from(TWO), 2, 1, 2, 1);
  assert.deepEqual([...planes.x], [0, 1]);
  assert.ok(Math.abs(planes.y[0] - 0.5) < 1e-4);
  assert.deepEqual([...planes.ring], [0, 1]);
  assert.deepEqual([...planes.ends], [1, 0]);
  const [branch] = planes.branches;
  assert.deepEqual([...branch.opinion], [128, 200, 129, 199]);
  assert.deepEqual([...branch.part], [128, 128, 128, 129]);
  assert.deepEqual([...branch.status], [0, 1, 2, 0]);
});

test("bytes that are too many or too few are refused", () => {
  assert.throws(() => planesOf(Uint8Array.from([...TWO, 0]), 2, 1, 2, 1), /27 bytes instead of 26/);
  assert.throws(() => planesOf(Uint8Array.from(TWO.slice(1)), 2, 1, 2, 1), /25 bytes instead of 26/);
});
