import assert from "node:assert/strict";
import test from "node:test";

import { Classroom, lastOf } from "../../experiments/lab/page/classroom.mjs";
import { PREDICT, TRY } from "../../experiments/lab/page/lesson.mjs";

const day = { name: "day", date: true, value: 1, allowed: "a day from 0 to 2" };
const flooding = { name: "flooding", value: 1, low: 1, high: 9, whole: true, allowed: "a whole number from 1 to 9" };
const strength = { name: "strength", value: 0.1, low: 0, high: 1, whole: false, allowed: "a number from 0 to 1" };
const prediction = { of: "percent_of_without", outcome: "reach", low: 0, high: 150, step: 1, times: 1, unit: "%" };
const lesson = (name, more) => ({ name, outcome: "reach", worlds: [], start: {}, controls: {}, prediction: null, budget: null, ...more });
const data = {
  calendar: { dates: ["2019-05-01", "2019-05-02", "2019-05-03"] }, people: 100, seeds: [1, 2], views: ["timeline", "python"],
  lesson: "late", outcomes: [{ name: "reach" }, { name: "posts" }], columns: { other: 0, reach: 1, posts: 2 },
  levers: [
    { name: "takedown", policy: "Takedown", fields: [day] }, { name: "campaign", policy: "", fields: [flooding] },
    { name: "opinion.rule", policy: "", fields: [strength] },
  ],
  lessons: [
    lesson("late", { prediction, start: { takedown: { day: 2 } }, controls: { takedown: ["day"] } }),
    lesson("operator", {
      prediction, controls: { campaign: ["flooding"], takedown: ["day"] },
      budget: { points: 10, unit: "hours", prices: [{ field: "campaign.flooding", each: 5, free: 1 }] },
    }),
    lesson("sandbox", { outcome: "posts", worlds: ["opinion.rule"], controls: { takedown: ["day"], campaign: ["flooding"] } }),
  ],
  worlds: [{ field: "opinion.rule", title: "Rule", usual: 0, options: ["bounded", "degroot"].map((name) => ({ name })) }],
  graphs: ["usual", "other"], graph_of: { 1: 1 },
  strings: { budget: { cost: "{cost}", beyond: "beyond: {cost} of {points} {unit}", tried: "{cost} {unit}: {answer} {answer_unit}" } },
};

function entered(name) {
  const room = new Classroom(structuredClone(data));
  room.begin(name);
  return room;
}

/** A record whose reach is as given, by the day; other numbers are those of no outcome that is asked for. */
function record(...reach) {
  return { columns: 3, outcomes: Float64Array.from(reach.flatMap((value) => [7, value, 100])) };
}

const answerTo = ({ state: { settings, worlds } }, without, withIt) =>
  structuredClone({ without: record(...without), with: record(...withIt), settings, worlds });

test("a lesson begins with what it says, and a guess half way", () => {
  const room = entered("late");
  const { state } = room;
  assert.deepEqual(state.settings, { takedown: { day: 2 } });
  assert.deepEqual([state.phase, state.draft, state.guess, state.answer, state.day], [PREDICT, 75, null, null, 2]);
  assert.deepEqual([room.isPredicting, room.isLive, room.date, room.days], [true, true, "2019-05-03", 3]);
  assert.deepEqual(room.may, { without: true, with: false });
  state.settings.takedown.day = 0;
  room.reset();
  assert.deepEqual(state.settings, { takedown: { day: 2 } });
  const other = entered("sandbox");
  assert.deepEqual([other.state.phase, other.state.draft, other.isLive, other.state.outcome], [TRY, null, false, "posts"]);
});

test("a guess is one that there may be, and is asked for by the answer", () => {
  const room = entered("late");
  for (const [given, drafted] of [[12.5, 12.5], [-1, 0], [1e9, 150], [Number.NaN, 0]]) {
    room.draft(given);
    assert.equal(room.state.draft, drafted);
  }
  room.draft(40);
  room.guess();
  assert.deepEqual([room.state.guess, room.state.phase, room.may], [40, TRY, { without: true, with: true }]);
  room.take(answerTo(room, [0, 0.5, Number.NaN], [0, 0.5, 0.25]));
  assert.equal(room.solution, 50);
  assert.deepEqual(room.seriesOf(room.state.answer.with, "reach"), [0, 0.5, 0.25]);
  assert.equal(room.valueOf(room.state.answer.with, "posts", 1), 100);
  assert.deepEqual([lastOf([1, 2, Number.NaN]), lastOf([])], [2, Number.NaN]);
});

test("a link is followed as a whole or not at all", () => {
  const room = entered("operator");
  room.follow("#lesson=late&guess=400&takedown.day=2019-05-01&seed=2&day=2019-05-02");
  const { state } = room;
  assert.deepEqual([state.lesson, state.guess, state.draft, state.phase, state.seed], ["late", 150, 150, TRY, 2]);
  assert.deepEqual([state.settings, room.date], [{ takedown: { day: 0 } }, "2019-05-02"]);
  room.follow("#lesson=sandbox&guess=3");
  assert.deepEqual([state.guess, state.draft, state.settings], [null, null, {}]);
  room.follow("#lesson=late");
  assert.deepEqual(state.settings, { takedown: { day: 2 } });
  const before = structuredClone(state);
  for (const [link, words] of [
    ["#lesson=operator&campaign.flooding=4", /^beyond: 15\sof 10\shours$/],
    ["#lesson=late&opinion.rule=degroot", /cannot be chosen in this lesson/],
    ["#lesson=nobody", /lesson must be one of/],
  ]) {
    assert.throws(() => room.follow(link), (error) => error instanceof RangeError && words.test(error.message));
    assert.deepEqual(state, before);
  }
});

test("decisions are checked, and what is refused changes nothing", () => {
  const room = entered("sandbox");
  const [takedown, campaign, rule] = data.levers;
  room.use(takedown, { day: 1 });
  room.set(takedown, day, "2019-05-03");
  room.use(campaign, { flooding: 4 });
  room.choose("opinion.rule", "degroot");
  const decided = { takedown: { day: 2 }, campaign: { flooding: 4 } };
  assert.deepEqual(room.questionOf(), { settings: { takedown: { day: 2 } }, levers: { "campaign.flooding": 4 }, variant: "1" });
  assert.throws(() => room.set(campaign, flooding, "0"), /^RangeError: campaign\.flooding must be a whole number from 1 to 9, not 0\.$/);
  assert.throws(() => room.use(rule, { strength: 0.2 }), /^RangeError: opinion\.rule\.strength is not a number of the rule degroot\.$/);
  assert.throws(() => room.choose("opinion.rule", "none"), RangeError);
  assert.deepEqual([room.state.settings, room.state.worlds], [decided, { "opinion.rule": "degroot" }]);
  room.choose("opinion.rule", "bounded");
  room.use(rule, { strength: 0.2 });
  assert.throws(() => room.choose("opinion.rule", "degroot"), RangeError);
  assert.deepEqual(room.state.worlds, {});
  room.use(rule, null);
  assert.deepEqual(room.state.settings, decided);
});

test("an answer is that of the decisions until one of them is another", () => {
  const room = entered("sandbox");
  assert.ok(!room.isAnswered);
  room.choose("opinion.rule", "degroot");
  room.take(answerTo(room, [0, 0, 1], [0, 0, 1]));
  assert.ok(room.isAnswered);
  assert.equal(room.graph, "other");
  room.choose("opinion.rule", "bounded");
  assert.ok(!room.isAnswered);
  assert.equal(room.graph, "other", "it is that of the worlds that are shown");
  room.take(answerTo(room, [0, 0, 1], [0, 0, 1]));
  assert.deepEqual([room.isAnswered, room.graph], [true, "usual"]);
  room.use(data.levers[0], { day: 1 });
  assert.ok(!room.isAnswered);
});

test("another seed is asked for with what was decided in the worlds that are shown", () => {
  const room = entered("sandbox");
  room.use(data.levers[0], { day: 1 });
  room.choose("opinion.rule", "degroot");
  room.take(answerTo(room, [0, 0, 1], [0, 0, 1]));
  const { settings } = room.state.answer;
  room.set(data.levers[0], day, 2);
  room.choose("opinion.rule", "bounded");
  room.reseed(2);
  assert.deepEqual([room.state.seed, room.state.view, room.state.answer], [2, "timeline", null]);
  assert.deepEqual(room.questionOf(), { settings: { takedown: { day: 1 } }, levers: {}, variant: "1" });
  assert.notEqual(room.state.settings.takedown, settings.takedown);
});

test("tries within a budget are kept from the guess on, the same one once", () => {
  const room = entered("operator");
  const answer = (withIt) => room.take(answerTo(room, [0, 0, -2], [0, 0, withIt]));
  answer(-1);
  assert.deepEqual(room.state.tries, []);
  room.guess();
  assert.deepEqual(room.state.tries, ["0\u00a0hours: 50\u00a0%"]);
  answer(-1);
  room.use(data.levers[1], { flooding: 3 });
  assert.ok(room.isAffordable);
  answer(-3);
  assert.deepEqual(room.state.tries, ["0\u00a0hours: 50\u00a0%", "10\u00a0hours: 150\u00a0%"]);
  room.set(data.levers[1], flooding, 4);
  assert.ok(!room.isAffordable);
  room.begin("late");
  assert.deepEqual([room.state.tries, room.isAffordable], [[], true]);
});

test("one slider is answered at once, but not where that would spend a budget at every step", () => {
  const { budget } = data.lessons[1];
  for (const [held, isLive] of [[null, true], [budget, false]]) {
    const room = new Classroom({ ...data, lessons: [lesson("late", { controls: { campaign: ["flooding"] }, budget: held })] });
    room.begin("late");
    assert.equal(room.isLive, isLive);
  }
});
