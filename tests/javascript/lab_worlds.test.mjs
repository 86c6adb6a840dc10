import assert from "node:assert/strict";
import test from "node:test";

import { changesOf, checkTogether, checkedOption, choose, variantNamed, wordsOf } from "../../experiments/lab/page/worlds.mjs";

const option = (name) => ({ name, words: `words of ${name}`, python: `<${name}>` });
const worlds = [
  { field: "campaign.local", title: "Local", usual: 1, options: ["0.1", "0.5", "1"].map(option) },
  { field: "opinion.rule", title: "Rule", usual: 0, options: ["bounded", "degroot"].map(option) },
];
const lesson = { worlds: ["campaign.local", "opinion.rule"] };

test("what is chosen is a variant by the numbers of its options, and the usual is none", () => {
  let chosen = {};
  assert.equal(variantNamed(worlds, chosen), null);
  chosen = choose(worlds, chosen, "campaign.local", "1");
  assert.equal(variantNamed(worlds, chosen), "2.0");
  chosen = choose(worlds, chosen, "opinion.rule", "degroot");
  assert.equal(variantNamed(worlds, chosen), "2.1");
  chosen = choose(worlds, chosen, "campaign.local", "0.5");
  assert.deepEqual([chosen, variantNamed(worlds, chosen)], [{ "opinion.rule": "degroot" }, "1.1"]);
  assert.equal(variantNamed([], {}), null);
});

test("it is told in words, and to Python, in the order of the fields", () => {
  const chosen = { "opinion.rule": "degroot", "campaign.local": "0.1" };
  assert.equal(wordsOf(worlds, chosen), "Local: words of 0.1; Rule: words of degroot");
  assert.deepEqual(changesOf(worlds, chosen), ['    "campaign.local": <0.1>,', '    "opinion.rule": <degroot>,']);
  assert.deepEqual([wordsOf(worlds, {}), changesOf(worlds, {})], ["", []]);
});

test("what cannot be is refused in a sentence", () => {
  assert.throws(() => checkedOption(worlds[0], "0.7"), /^RangeError: campaign\.local must be one of 0\.1, 0\.5, 1, not '0\.7'\.$/);
  const settings = { "opinion.rule": { strength: 0.1 } };
  assert.throws(
    () => checkTogether(lesson, { "opinion.rule": "degroot" }, settings),
    /^RangeError: opinion\.rule\.strength is not a number of the rule degroot\.$/,
  );
  assert.throws(() => checkTogether({ worlds: [] }, { "campaign.local": "1" }, {}), /cannot be chosen in this lesson\.$/);
  checkTogether(lesson, { "campaign.local": "1" }, settings);
});
