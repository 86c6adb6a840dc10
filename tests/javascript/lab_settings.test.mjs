import assert from "node:assert/strict";
import test from "node:test";

import { fragmentOf, firstState, stateOf } from "../../experiments/lab/page/fragment.mjs";
import { linesOf } from "../../experiments/lab/page/python.mjs";
import { checkedField, dateOf, defaultsOf, pairsOf, settingsOf } from "../../experiments/lab/page/settings.mjs";
import { firstDay } from "../../experiments/pages/twins.mjs";

const calendar = { dates: ["2019-05-30", "2019-05-31", "2019-06-01", "2019-06-02"], events: [] };
const day = {
  name: "day", date: true, value: 2, low: 0, high: 3, whole: true, allowed: "a day from 0 to 3 or a date from A to B",
};
const accounts = {
  name: "accounts", value: 936, low: 0, high: 1000, whole: true, allowed: "a whole number from 0 to 1000",
  limit: { high: 950, words: "must be at most 950, all there are, not {value}." },
};
const rate = (name, value) => ({ name, value, low: 0, high: 1, whole: false, allowed: "a number from 0 to 1", detector: true });
const levers = [
  { name: "takedown", policy: "Takedown", fields: [day, accounts, rate("tpr", 1), rate("fpr", 0)] },
  { name: "hashtag_limit", policy: "HashtagLimit", fields: [day, { ...accounts, name: "posts", value: 2, limit: null }] },
];
const data = {
  calendar, levers, page: "0123abcd", people: 100, seeds: [7, 8], views: ["timeline", "python"], lesson: "late",
  outcomes: [{ name: "reach" }, { name: "posts" }],
  lessons: [
    { name: "late", outcome: "reach", worlds: [] }, { name: "early", outcome: "posts", worlds: ["campaign.local", "opinion.rule"] },
  ],
  worlds: [
    {
      field: "campaign.local", title: "Local", usual: 1,
      options: [{ name: "0.1", words: "few", python: "0.1" }, { name: "0.5", words: "half", python: "0.5" }],
    },
    {
      field: "opinion.rule", title: "Rule", usual: 0,
      options: [{ name: "bounded", words: "near", python: "{}" }, { name: "degroot", words: "all", python: "{'name': 'degroot'}" }],
    },
  ],
  world: { lines: ["world = sim.World.hk2019(people=1000)"], population_seed: 7 },
};

test("a field takes what its range allows, as text or as number", () => {
  assert.equal(checkedField(accounts, "takedown.accounts", "5"), 5);
  assert.equal(checkedField(accounts, "takedown.accounts", 5), 5);
  assert.equal(checkedField(rate("tpr", 1), "t.tpr", ".25"), 0.25);
  assert.equal(checkedField(day, "t.day", "2019-06-01", calendar), 2);
  assert.equal(checkedField(day, "t.day", "3", calendar), 3);
});

test("what it does not allow is told in the library's sentence", () => {
  const said = (field, value) => {
    try {
      return checkedField(field, "takedown.x", value, calendar);
    } catch (error) {
      return error.message;
    }
  };
  assert.equal(said(accounts, "-1"), "takedown.x must be a whole number from 0 to 1000, not -1.");
  assert.equal(said(accounts, 2.5), "takedown.x must be a whole number from 0 to 1000, not 2.5.");
  assert.equal(said(accounts, "many"), "takedown.x must be a whole number from 0 to 1000, not the text 'many'.");
  assert.equal(said(accounts, 951), "takedown.x must be at most 950, all there are, not 951.");
  assert.equal(said(day, "2019-06-03"), "takedown.x must be a day from 0 to 3 or a date from A to B, not 2019-06-03.");
  assert.equal(said(day, 1.5), "takedown.x must be a day from 0 to 3 or a date from A to B, not 1.5.");
  const odd = ["", " ", "1e999", "NaN", "Infinity", "0x10", "1\n2", "<b>", "1_0"];
  for (const text of odd) assert.match(said(accounts, text), /must be/);
});

test("yes or no", () => {
  const field = { name: "keeps", bool: true, allowed: "true or false" };
  assert.deepEqual(["true", "false", true, false].map((given) => checkedField(field, "o.keeps", given)), [true, false, true, false]);
  for (const given of ["1", 0, "True", "", "yes"]) {
    assert.throws(() => checkedField(field, "o.keeps", given), /^RangeError: o\.keeps must be true or false, not /);
  }
  const operator = { name: "campaign.adaptation", policy: "", fields: [{ ...field, value: true }] };
  const settings = settingsOf([operator], calendar, [["campaign.adaptation.keeps", "false"]]);
  assert.deepEqual(pairsOf([operator], calendar, settings), [["campaign.adaptation.keeps", "false"]]);
  assert.match(linesOf({ ...data, levers: [operator] }, { settings, worlds: {}, seed: 1 }), /^ {4}"campaign\.adaptation\.keeps": False,$/m);
});

test("settings go into pairs and come back", () => {
  const settings = { takedown: { day: 1, accounts: 12, tpr: 0.9, fpr: 0.01 }, hashtag_limit: { ...defaultsOf(levers[1]) } };
  const pairs = pairsOf(levers, calendar, settings);
  assert.deepEqual(pairs[0], ["takedown.day", "2019-05-31"]);
  assert.deepEqual(settingsOf(levers, calendar, pairs), settings);
  assert.equal(firstDay(settings, 4), 1);
  assert.equal(firstDay({}, 4), 4);
  assert.equal(dateOf(calendar, 3), "2019-06-02");
});

test("a link restores the state, and a hostile one is refused in a sentence", () => {
  const state = {
    page: "0123abcd", lesson: "early", view: "python", outcome: "reach", seed: 8, guess: 12.5, present: true, day: 1, account: 77,
    hour: 6, worlds: { "campaign.local": "0.1" },
    settings: { takedown: { day: 1, accounts: 12, tpr: 0.9, fpr: 0.01 } },
  };
  assert.deepEqual(stateOf(data, `#${fragmentOf(data, state)}`), state);
  assert.deepEqual(stateOf(data, ""), firstState(data));
  assert.match(fragmentOf(data, state), /^page=0123abcd&/);
  assert.deepEqual(stateOf(data, "page=76543210"), { ...firstState(data), page: "76543210" });
  const hostile = [
    "lesson=nope", "page=", "page=0123ABCD", "page=0123abcd0", "seed=9", "seed=__proto__", "view=constructor", "guess=Infinity", "guess=", "takedown.day=2020-01-01",
    "takedown.x=1", "__proto__.day=1", "constructor.name=1", "takedown=1", "takedown.day.x=1", "%E0%A4%A=1", "=1", "a",
    "seed=7&seed=7", "x".repeat(5000),
    "takedown.accounts=%3Cscript%3E", "present=2", "day=3", "day=2020-01-01", "account=100", "account=-1", "account=1e1", "hour=24", "outcome=troll", "toString=1",
    "campaign.local=0.1", "lesson=early&campaign.local=0.2", "lesson=early&campaign.local=", "lesson=early&opinion.rule=__proto__",
    "lesson=early&opinion.rule.degroot=1",
  ];
  for (const text of hostile) assert.throws(() => stateOf(data, text), RangeError, text);
  assert.equal({}.day, undefined);
});

test("random fragments are refused or understood, never anything else", () => {
  let seed = 1;
  const draw = (n) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % n;
  };
  const parts = [
    "takedown.", "day", "accounts", "=", "&", "2019-06-01", "1e5", "-", "%", "%41", "seed", "lesson", "late", "<", "\u0000",
    "ü", ".",
  ];
  let understood = 0;
  for (let i = 0; i < 5000; i++) {
    const text = Array.from({ length: draw(9) }, () => parts[draw(parts.length)]).join("");
    try {
      const found = stateOf(data, text);
      understood += 1;
      for (const value of Object.values(found.settings).flatMap(Object.values)) assert.ok(Number.isFinite(value), text);
    } catch (error) {
      assert.ok(error instanceof RangeError, `${text}: ${error}`);
    }
  }
  assert.ok(understood > 0 && understood < 5000);
});

test("the lines of Python name the policies, with their detectors where they have one", () => {
  const settings = { takedown: { day: 1, accounts: 12, tpr: 1, fpr: 0.0001 }, hashtag_limit: { day: 0, posts: 2 } };
  const lines = linesOf(data, { settings, worlds: { "opinion.rule": "degroot", "campaign.local": "0.1" }, seed: 8 });
  assert.match(lines, /Takedown\(day="2019-05-31", accounts=12, detector=sim\.moderation\.Rates\(tpr=1, fpr=0\.0001\)\),/);
  assert.match(lines, /HashtagLimit\(day="2019-05-30", posts=2\),/);
  assert.match(lines, /seed=8, population_seed=7/);
  const named = 'world = world.replace({\n    "campaign.local": 0.1,\n    "opinion.rule": {\'name\': \'degroot\'},\n})\n';
  assert.ok(lines.includes(named));
  assert.match(linesOf(data, { settings: {}, worlds: {}, seed: 7 }), /1000\)\nbranch = sim\.Branch\(\)\n/);
});
