import assert from "node:assert/strict";
import test from "node:test";

import { colourOf, css, luminance } from "../../experiments/pages/colours.mjs";

const STEPS = Array.from({ length: 81 }, (_, i) => i / 40 - 1);

test("in grey, too, more is lighter, all the way", () => {
  const light = STEPS.map((value) => luminance(colourOf(value)));
  for (let i = 1; i < light.length; i++) assert.ok(light[i] > light[i - 1], `at ${STEPS[i]}`);
  assert.ok(light.at(-1) - light[0] > 0.6);
});

test("one end is blue and the other orange, which no common colour blindness confuses", () => {
  const [low, high] = [colourOf(-1), colourOf(1)];
  assert.ok(low[2] > low[0] + 60 && high[0] > high[2] + 60);
});

test("what lies beyond the ends has their colour", () => {
  assert.deepEqual(colourOf(-7), colourOf(-1));
  assert.deepEqual(colourOf(7), colourOf(1));
  assert.deepEqual(colourOf(0), [150, 150, 150]);
  assert.equal(css(0), "rgb(150 150 150)");
});
