import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { affords, costOf, toldCost, toldTry } from "../../experiments/lab/page/budget.mjs";
import { accountOf, doesOf, nameOf, signed, told, toldOfPerson, whyOf } from "../../experiments/lab/page/feed.mjs";
import { branchOf, nearest } from "../../experiments/lab/page/graph.mjs";
import { rowsOf } from "../../experiments/lab/page/movers.mjs";
import { crowdOf, toldOfRemoved } from "../../experiments/lab/page/removed.mjs";
import { apartOf } from "../../experiments/lab/page/settings.mjs";

const words = {
  why: { stream: "hashtag", followee: "followed", both: "followed; {passed}", relayed: "not followed: {passed}" },
  relayed: "by {carrier}", more: { one: "and one", other: "and {n}" },
  groups: ["P{account}", "O{account}", "N", "T{account}", "S"],
  says: "{author} says {stance}", untopical: "{author} off", hours: { one: "an hour", other: "{n} hours" }, numbers: "({age}, {shares}, {weight})",
  does: { untopical: "nobody", seen: "seen", far: "far", still: "still", pulls: "by {pull}" },
};
const row = {
  author: 7, group: 3, from_stream: 0, followed: 0, relayed: 0, carrier: -1, carrierGroup: null, new: 1, far: 0, stance: -0.5, age: 3,
  shares: 2, weight: 0.25, pull: -0.001,
};

test("why a message is there: the hashtag, whom one follows, and who passed it on", () => {
  assert.equal(whyOf({ ...row, from_stream: 1 }, words), "hashtag");
  assert.equal(whyOf({ ...row, followed: 1 }, words), "followed");
  assert.equal(whyOf({ ...row, relayed: 1, carrier: 4, carrierGroup: 0 }, words), "not followed: by P4");
  assert.equal(whyOf({ ...row, followed: 1, relayed: 3, carrier: 4, carrierGroup: 1 }, words), "followed; by O4\u00a0and 2");
});

test("what a message does: nothing where it is old, off the topic, too far away or without weight", () => {
  assert.equal(doesOf(row, words), "by −0.001");
  assert.equal(doesOf({ ...row, pull: 0, far: 1 }, words), "far");
  assert.equal(doesOf({ ...row, pull: 0 }, words), "still");
  assert.equal(doesOf({ ...row, new: 0, pull: Number.NaN }, words), "seen");
  assert.equal(doesOf({ ...row, stance: Number.NaN }, words), "nobody");
});

test("a message in three lines", () => {
  assert.deepEqual(told(row, words), ["T7\u00a0says −0.5", "not followed:  (3\u00a0hours, 2, 0.25)", "by −0.001"]);
  assert.equal(told({ ...row, stance: Number.NaN, age: 1 }, words)[0], "T7\u00a0off");
  assert.equal(nameOf(3, 0, words), "P3");
  assert.deepEqual([0.5, -0.5, 0, 1e-16, -1e-16].map(signed), ["+0.5", "−0.5", "0", "0", "0"]);
});

test("a person in sentences", () => {
  const person = {
    opinion: 0.4, anchor: 0.5, direct: -0.01, relayed: -0.02, said: 0, organisers: 0.03, events: 0.004, following: 1, followers: 12,
    posts: 3, messages: 0, postsWithout: 9, since: 3,
  };
  const forms = { one: "one", other: "{n}" };
  const say = {
    holds: "{opinion} from {anchor}", traced: "{direct} {relayed} {said}", others: "{organisers} {events}", follows: forms, followers: forms,
    posts: forms, messages: forms, since: "since {date}", unwritten: forms,
  };
  assert.deepEqual(toldOfPerson(person, say), ["+0.4\u00a0from +0.5", "−0.01 −0.02\u00a00", "+0.03 +0.004", "one", "12", "3", "0"]);
  const removed = { ...say, holds: "{opinion}" };
  assert.deepEqual(toldOfRemoved(person, removed, "2019-05-04"), ["since 2019-05-04", "+0.4", "12", "3", "6"]);
});

test("a person is asked for by number, and there is always one", () => {
  assert.deepEqual([3.9, -1, 0, 99, 100, Number.NaN, Infinity].map((number) => accountOf(number, 100)), [3, 0, 0, 99, 99, 0, 0]);
});

test("samples of days become planes of opinions and of statuses", () => {
  const found = branchOf(Uint8Array.from([1, 2, 0, 1, 3, 4, 2, 2]), 2, 2);
  assert.deepEqual([...found.opinion], [1, 2, 3, 4]);
  assert.deepEqual([...found.status], [0, 1, 2, 2]);
});

test("the nearest of some places, if it is near", () => {
  const places = [[0, 0], [10, 0], [10, 4]];
  assert.equal(nearest(9, 1, places, 3), 1);
  assert.equal(nearest(9, 3.5, places, 3), 2);
  assert.equal(nearest(5, 9, places, 3), -1);
});

test("a crowd has everybody who is hit, and others evenly, nobody twice", () => {
  assert.deepEqual(crowdOf(5, [3], 1000), [0, 1, 2, 3, 4]);
  const found = crowdOf(100, [1, 50, 99], 10);
  assert.equal(found.length, 10);
  assert.equal(new Set(found).size, 10);
  for (const account of [1, 50, 99]) assert.ok(found.includes(account));
  assert.deepEqual(crowdOf(3000, Array.from({ length: 1000 }, (_, i) => i), 1000).length, 1000);
});

test("channels have a row each, with a bar a world", () => {
  const rows = rowsOf("others", { organiser_part: "o", event_part: "e" }, (kind, name) => `${kind} ${name}`, ["without"]);
  assert.deepEqual(rows.map(({ label }) => label), ["o", "e"]);
  assert.deepEqual(rows[1].bars, [{ kind: "without", value: "without event_part" }]);
});

test("a budget counts what is away from where it costs nothing, of what is used", () => {
  const budget = {
    points: 10,
    prices: [{ field: "campaign.flooding", each: 2, free: 1 }, { field: "takedown.day", each: 0.1, free: 152 }],
  };
  assert.equal(costOf(budget, {}), 0);
  assert.equal(costOf(budget, { campaign: { flooding: 4, deception: 1 } }), 6);
  assert.equal(costOf(budget, { campaign: { flooding: 4 }, takedown: { day: 112 } }), 10);
  assert.ok(affords(budget, { campaign: { flooding: 6 } }));
  assert.ok(!affords(budget, { campaign: { flooding: 7 } }));
});

test("a cost is told against what there is, and a try with what came of it", () => {
  const budget = { points: 10, unit: "hours", prices: [{ field: "campaign.flooding", each: 2.5, free: 1 }] };
  const say = { cost: "{cost} of {points} {unit}", beyond: "{cost} {unit}, only {points}", tried: "{cost} of {points} {unit}: {answer} {answer_unit}" };
  assert.equal(toldCost(budget, { campaign: { flooding: 5 } }, say), "10\u00a0of 10\u00a0hours");
  assert.equal(toldCost(budget, { campaign: { flooding: 6 } }, say), "12.5\u00a0hours, only 10");
  assert.equal(toldCost(budget, {}, say), "0\u00a0of 10\u00a0hours");
  const told = toldTry(budget, { campaign: { flooding: 2 } }, { answer: -12.345, unit: "%" }, say);
  assert.equal(told, "2.5\u00a0of 10\u00a0hours: −12.3\u00a0%");
});

test("what is of the world goes apart from what the platform does", () => {
  const levers = [{ name: "takedown", policy: "Takedown" }, { name: "opinion.rule", policy: "" }, { name: "campaign", policy: "" }];
  const settings = { takedown: { day: 3 }, "opinion.rule": { strength: 0.1 }, campaign: { flooding: 2, deception: 0 } };
  assert.deepEqual(apartOf(levers, settings), {
    settings: { takedown: { day: 3 } }, levers: { "opinion.rule.strength": 0.1, "campaign.flooding": 2, "campaign.deception": 0 },
  });
});
