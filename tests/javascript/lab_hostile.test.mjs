// Whatever a link or a pasted code says: a state that the page can show, or one sentence.

import assert from "node:assert/strict";
import test from "node:test";

import { fragmentOf, stateOf } from "../../experiments/lab/page/fragment.mjs";
import { guessesOf } from "../../experiments/lab/page/guesses.mjs";

const TRIED = 20_000;
const calendar = { dates: ["2019-05-30", "2019-05-31", "2019-06-01", "2019-06-02"], events: [] };
const day = { name: "day", date: true, value: 2, low: 0, high: 3, whole: true, allowed: "a day from 0 to 3" };
const accounts = {
  name: "accounts", value: 936, low: 0, high: 1000, whole: true, allowed: "a whole number from 0 to 1000",
  limit: { high: 950, words: "must be at most 950, all there are, not {value}." },
};
const tpr = { name: "tpr", value: 1, low: 0, high: 1, whole: false, allowed: "a number from 0 to 1", detector: true };
const data = {
  calendar, levers: [{ name: "takedown", policy: "Takedown", fields: [day, accounts, tpr] }], seeds: [7, 8],
  page: "0123abcd",
  people: 100, views: ["timeline", "python"], lesson: "late", outcomes: [{ name: "reach" }, { name: "posts" }],
  lessons: [{ name: "late", outcome: "reach", worlds: ["campaign.local"] }, { name: "early", outcome: "posts", worlds: [] }],
  worlds: [{ field: "campaign.local", title: "Local", usual: 0, options: [{ name: "7" }, { name: "8" }, { name: "-0" }] }],
};

// The same strings every time.
let state = 12345;
const draw = (below) => {
  state = Math.imul(state, 48271) >>> 0;
  return state % below;
};
const one = (of) => of[draw(of.length)];

const NAMES = [
  "lesson", "view", "outcome", "seed", "guess", "present", "takedown.day", "takedown.accounts", "takedown.tpr", "takedown", "takedown.",
  ".day", "takedown.day.x", "__proto__", "__proto__.day", "constructor.prototype", "takedown.__proto__", "takedown.constructor",
  "takedown.toString", "day", "account", "hour", "hasOwnProperty", "%5f_proto__.polluted", "then", "",
  "campaign.local", "campaign", "local",
];
const VALUES = [
  "late", "early", "timeline", "python", "reach", "posts", "7", "8", "0", "1", "2", "3", "936", "950", "951", "0.5", "-1", "1e3", "1e309",
  "-0", "NaN", "Infinity", "0x10", "2019-06-01", "2019-06-31", "", " ", "%20", "%00", "%0A", "%E2%80%AE", "%E0%A4%A", "%", "%uD800",
  "\ud800", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "${alert(1)}", "__proto__", "constructor", "null", "undefined", "true",
  "[1]", '{"a":1}', "a".repeat(300), "💥".repeat(40), "1".repeat(400),
];

function anything() {
  return Array.from({ length: draw(12) }, () => String.fromCodePoint(one([draw(128), draw(0x800), draw(0xd800), 0x1f600 + draw(64)]))).join("");
}

function link() {
  const part = () => {
    const name = draw(10) ? one(NAMES) : anything();
    const value = draw(5) ? one(VALUES) : anything();
    return one([`${name}=${value}`, `${name}=${value}`, `${name}=${value}`, name, value, `${name}==${value}`]);
  };
  return one(["", "#", "##"]) + Array.from({ length: draw(5) }, part).join(one(["&", "&", "&", "&&", ";"]));
}

function isSentence(words) {
  return words.length < 500 && words.endsWith(".") && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(words);
}

function assertCanBeShown(found) {
  assert.ok(data.lessons.some((each) => each.name === found.lesson));
  assert.ok(data.views.includes(found.view) && data.outcomes.some((each) => each.name === found.outcome));
  assert.ok(data.seeds.includes(found.seed) && typeof found.present === "boolean");
  for (const [field, name] of Object.entries(found.worlds)) {
    assert.ok(field === "campaign.local" && ["8", "-0"].includes(name) && found.lesson === "late");
  }
  assert.ok(found.guess === null || Number.isFinite(found.guess));
  for (const [name, fields] of Object.entries(found.settings)) {
    assert.equal(name, "takedown");
    assert.deepEqual(Object.keys(fields).sort(), ["accounts", "day", "tpr"]);
    assert.ok(Number.isInteger(fields.day) && fields.day >= 0 && fields.day < 4);
    assert.ok(Number.isInteger(fields.accounts) && fields.accounts >= 0 && fields.accounts <= 950);
    assert.ok(fields.tpr >= 0 && fields.tpr <= 1);
  }
}

test("a link gives a state that can be shown, or one sentence", () => {
  const came = { shown: 0, refused: 0 };
  for (let i = 0; i < TRIED; i += 1) {
    const text = link();
    try {
      const found = stateOf(data, text);
      assertCanBeShown(found);
      assert.deepEqual(stateOf(data, fragmentOf(data, found)), { ...found, page: data.page }, text);
      came.shown += 1;
    } catch (error) {
      if (!(error instanceof RangeError)) throw new Error(`${JSON.stringify(text)}: ${error.stack}`);
      assert.ok(isSentence(error.message), `${JSON.stringify(text)}: ${JSON.stringify(error.message)}`);
      came.refused += 1;
    }
  }
  assert.ok(came.shown > TRIED / 50 && came.refused > TRIED / 2, JSON.stringify(came));
  assert.equal({}.polluted, undefined);
  assert.equal({}.day, undefined);
});

test("a link that is too long is refused before it is read", () => {
  assert.throws(() => stateOf(data, "a".repeat(1e6)), /^RangeError: the link must have at most 4000 letters, not 1000000\.$/);
});

test("pasted codes give guesses within what can be guessed, and nothing else", () => {
  const lesson = { name: "late", version: 1, prediction: { low: 0, high: 100 } };
  for (let i = 0; i < TRIED; i += 1) {
    const text = Array.from({ length: draw(6) }, () => one([...VALUES, anything(), `late-1-${one(VALUES)}-${one(["abc", "000", "zzz"])}`])).join(" ");
    const found = guessesOf(lesson, text);
    assert.ok(found.guesses.every((guess) => guess >= 0 && guess <= 100));
    assert.ok(found.odd.every((each) => each.length <= 60));
  }
});
