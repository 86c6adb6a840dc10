import assert from "node:assert/strict";
import test from "node:test";

import { variantOf } from "../../sim/page/variants.js";

/** A world with a table of two words, an array of whole numbers and one of entries of three bytes. */
const layout = {
  rule: "one", memory: { base: 64, bytes: 192 }, numbers: { seed: { bits: "1" }, other: { bits: "2" } },
  arrays: {
    ids: { address: 128, dtype: "int64", bytes: 8, shape: [4] },
    entries: { address: 192, dtype: "entry", bytes: 3, shape: [2, 2] },
  },
};
const image = new Uint8Array(192);
image.set(new Uint8Array(new BigInt64Array([5n, 7n, 11n, 18n]).buffer), 64);
image.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 128);

function patch(head, ...content) {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(new Uint32Array([text.length]).buffer);
  return Uint8Array.from([length, text, ...content.map((each) => new Uint8Array(each.buffer))].flatMap((each) => [...each]));
}

const patches = {
  // The steps of the ids are 5, 2, 4, 7: the second is left out, and -3 comes at the end. One entry is put between the others.
  first: patch(
    {
      of: null, parts: [["ids", true, 2, 1], ["entries", false, 2, 1]],
      layout: { rule: "two", arrays: { entries: { ...layout.arrays.entries, shape: [5] } }, numbers: { other: { bits: "3" } } },
    },
    new Int32Array([1, 1, 0, 2, 0, 1]), new BigInt64Array([-3n]), new Int32Array([2, 0, 1, 2, 0, 0]), new Uint8Array([91, 92, 93]),
  ),
  second: patch({ of: "first", parts: [], layout: { rule: "three" } }),
};
const patchOf = async (name) => (Object.hasOwn(patches, name) ? patches[name] : null);

test("a variant is made of its patch and of the world that the patch is of", async () => {
  for (const [name, rule] of [["first", "two"], ["second", "three"]]) {
    const found = await variantOf({ image, layout }, patchOf, name);
    assert.equal(found.layout.rule, rule);
    assert.deepEqual(found.layout.numbers, { seed: { bits: "1" }, other: { bits: "3" } });
    assert.deepEqual([...new BigInt64Array(found.image.buffer, 64, 4)], [5n, 9n, 16n, 13n]);
    assert.deepEqual([...found.image.subarray(128, 143)], [1, 2, 3, 4, 5, 6, 91, 92, 93, 7, 8, 9, 10, 11, 12]);
  }
  assert.equal(layout.rule, "one");
  assert.deepEqual(layout.numbers.other, { bits: "2" });
});

test("what is no variant is refused in a sentence", async () => {
  for (const name of ["third", "__proto__", "toString", ""]) {
    await assert.rejects(variantOf({ image, layout }, patchOf, name), { name: "InputError", message: `There is no variant ${name}.` });
  }
});
