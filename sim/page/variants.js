// Variants of a page's world: the image and the layout of each, made of its patch (sim/page/patch.py says what that is).

import { InputError, VIEWS } from "./engine.js";

const TABLE = "";
const RUN = 3; // numbers to a run

/** The head of a patch, and its bytes. */
function opened(patch) {
  const data = new DataView(patch.buffer, patch.byteOffset, patch.byteLength);
  const end = 4 + data.getUint32(0, true);
  return { head: JSON.parse(new TextDecoder().decode(patch.subarray(4, end))), bytes: patch.subarray(end) };
}

/** The layout of a variant: that of another one, but for what a patch's head says. */
function layoutOf(layout, changes) {
  const found = { ...layout, ...changes };
  for (const key of ["arrays", "numbers"]) found[key] = { ...layout[key], ...changes[key] };
  return found;
}

/** Numbers as the steps from one to the next; and back, in place. What is too large goes round, as in Python. */
function stepsOf(values) {
  return values.map((value, i) => (i === 0 ? value : value - values[i - 1]));
}

function sumUp(values) {
  for (let i = 1; i < values.length; i += 1) values[i] += values[i - 1];
  return values;
}

/** A row of `width` numbers each, made of another row by runs, which bring numbers of their own. */
function edited(old, runs, brought, made, width) {
  let [at, from, own] = [0, 0, 0];
  for (let i = 0; i < runs.length; i += RUN) {
    const [same, leave, put] = [runs[i] * width, runs[i + 1] * width, runs[i + 2] * width];
    made.set(old.subarray(from, from + same), at);
    made.set(brought.subarray(own, own + put), at + same);
    [at, from, own] = [at + same + put, from + same + leave, own + put];
  }
  return made;
}

/** A view of bytes as numbers; of entries, and of what does not begin where its numbers could, a copy. */
function numbersOf(bytes, View) {
  const isEven = bytes.byteOffset % View.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset, byteLength } = isEven ? bytes : bytes.slice();
  return new View(buffer, byteOffset, byteLength / View.BYTES_PER_ELEMENT);
}

function sizeOf(about) {
  return about.bytes * about.shape.reduce((product, length) => product * length, 1);
}

/**
 * Image and layout of a variant by name: `base` is those of the page's own world, and `patchOf(name)` gives (a promise of) the
 * bytes of a patch. Rejects with InputError where there is no such variant.
 */
export async function variantOf(base, patchOf, name) {
  const patch = await patchOf(name);
  if (!patch) throw new InputError(`There is no variant ${name}.`);
  const { head, bytes } = opened(patch);
  const from = head.of === null ? base : await variantOf(base, patchOf, head.of);
  const layout = layoutOf(from.layout, head.layout);
  const image = new Uint8Array(layout.memory.bytes);
  const parts = new Map(head.parts.map(([path, ...about]) => [path, about]));
  const { base: start } = layout.memory;
  const sizeOfTable = Math.min(...Object.values(layout.arrays).map(({ address }) => address)) - start;
  const table = { address: start, dtype: "uint64", bytes: 8, shape: [sizeOfTable / 8] };
  let at = 0;
  for (const [path, about] of [[TABLE, table], ...Object.entries(layout.arrays)]) {
    const held = path === TABLE ? table : from.layout.arrays[path];
    const old = from.image.subarray(held.address - start, held.address - start + sizeOf(held));
    const put = image.subarray(about.address - start, about.address - start + sizeOf(about));
    if (!parts.has(path)) {
      put.set(old);
      continue;
    }
    const [isSteps, runs, size] = parts.get(path);
    const [View, width] = about.dtype === "entry" ? [Uint8Array, about.bytes] : [VIEWS[about.dtype], 1];
    const [first, last] = [at + 4 * RUN * runs, at + 4 * RUN * runs + size * about.bytes];
    const numbers = numbersOf(old, View);
    const made = edited(
      isSteps ? stepsOf(numbers) : numbers, numbersOf(bytes.subarray(at, first), Int32Array),
      numbersOf(bytes.subarray(first, last), View), new View(sizeOf(about) / View.BYTES_PER_ELEMENT), width,
    );
    if (isSteps) sumUp(made);
    put.set(new Uint8Array(made.buffer));
    at = last;
  }
  return { image, layout };
}
