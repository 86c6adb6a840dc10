import assert from "node:assert/strict";
import test from "node:test";

import { Snapshots } from "../../experiments/pages/snapshots.mjs";

const PIECES = 5;
const SIZE = 4096 * (PIECES - 1) + 64; // the last piece is a short one

function random() {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

test("whatever a memory was, it is again", () => {
  const draw = random();
  const memory = new Uint8Array(SIZE);
  const snapshots = new Snapshots();
  const taken = [];
  for (let i = 0; i < 200; i++) {
    memory[draw(SIZE)] = draw(256);
    if (i % 3 === 0) taken.push([snapshots.take(memory), memory.slice()]);
    if (i % 7 === 0) {
      const [pieces, was] = taken[draw(taken.length)];
      snapshots.put(memory, pieces);
      assert.deepEqual(memory, was);
    }
  }
  for (const [pieces, was] of taken) {
    snapshots.put(memory, pieces);
    assert.deepEqual(memory, was);
  }
});

test("what has not changed is kept once, and so is what repeats itself", () => {
  const memory = new Uint8Array(SIZE);
  const snapshots = new Snapshots();
  const first = snapshots.take(memory);
  assert.equal(first.length, PIECES);
  assert.equal(new Set(first).size, 2); // the short one is another
  memory[4096] = 1;
  const second = snapshots.take(memory);
  assert.deepEqual(second.map((piece, i) => piece === first[i]), [true, false, true, true, true]);
  snapshots.put(memory, first);
  assert.ok(snapshots.take(memory).every((piece, i) => piece === first[i]));
});

test("a part of a larger memory", () => {
  const all = new Uint8Array(2 * SIZE).fill(7);
  const part = all.subarray(SIZE, 2 * SIZE);
  const snapshots = new Snapshots();
  const pieces = snapshots.take(part);
  all.fill(1);
  snapshots.put(part, pieces);
  assert.deepEqual([all[SIZE - 1], all[SIZE], all[2 * SIZE - 1]], [1, 7, 7]);
});
