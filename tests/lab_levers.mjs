// `node lab_levers.mjs PAGE OUT`: decides, in a page of the classroom, each of its levers at both ends of every slider that it has,
// and many of them together; writes what the page then shows, to be held to Python by test_lab_levers.py.

import { readFile, writeFile } from "node:fs/promises";

import { Classroom } from "../experiments/lab/page/classroom.mjs";
import { fragmentOf } from "../experiments/lab/page/fragment.mjs";
import { sliderOf } from "../experiments/lab/page/levers.mjs";
import { linesOf } from "../experiments/lab/page/python.mjs";
import { defaultsOf } from "../experiments/lab/page/settings.mjs";
import { open } from "../experiments/pages/model.mjs";
import { Twins } from "../experiments/pages/twins.mjs";

const [page, out] = process.argv.slice(2);
const [DAY, LOST] = [6, 40]; // of what is done where that is not what is tried: something to answer, and a campaign that goes on
const TOGETHER = 12; // times many levers at once
const html = await readFile(page, "utf8");
const dataOf = (id) => JSON.parse(html.match(new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`, "s"))[1]);
const [data, engine] = [dataOf("data"), dataOf("engine")];
const calmly = async () => {};

/** What a field is at the ends of its sliders: the library's own, and those of every lesson. */
function endsOf(lever, field) {
  if (field.bool) return [false, true];
  const ranges = [undefined, ...data.lessons.map((lesson) => lesson.ranges[`${lever.name}.${field.name}`])];
  return [...new Set(ranges.flatMap((range) => {
    const { low, high } = sliderOf(field, range);
    return [low, high];
  }))];
}

const fields = data.levers.flatMap((lever) => lever.fields.map((field) => ({ lever, field, ends: endsOf(lever, field) })));
const named = (lever, name) => lever.fields.find((field) => field.name === name);
const takedown = data.levers.find(({ name }) => name === "takedown");

/** Numbers from 0 to 1 that are the same every time. */
function* numbers(state = 20190819) {
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

function* cases() {
  for (const { lever, field, ends } of fields) {
    for (const end of ends) {
      const usual = Object.entries({ day: DAY, accounts: LOST }).map(([name, value]) => [takedown, named(takedown, name), value]);
      if (lever.policy) usual.push([lever, named(lever, "day"), DAY]);
      yield { of: [lever.name, field.name, end], set: [...usual, [lever, field, end]], worlds: {} };
    }
  }
  const draws = numbers();
  const draw = () => draws.next().value;
  for (let i = 0; i < TOGETHER; i++) {
    const one = (values) => values[Math.floor(draw() * values.length)];
    const chosen = data.worlds.map(({ field, options, usual }) => [field, one([options[usual], one(options)]).name]);
    const worlds = Object.fromEntries(chosen.filter(([, name], k) => name !== data.worlds[k].options[data.worlds[k].usual].name));
    const used = data.levers.filter(({ name }) => draw() < 0.7 && !(name in worlds));
    const set = fields.filter(({ lever }) => used.includes(lever)).map(({ lever, field, ends }) => [lever, field, one(ends)]);
    yield { of: null, set, worlds };
  }
}

const model = await open(engine);
let twins = new Twins(model);
const found = [];
for (const { of, set, worlds } of cases()) {
  const room = new Classroom(data);
  room.begin("sandbox");
  for (const [field, name] of Object.entries(worlds)) room.choose(field, name);
  for (const [lever, field, end] of set) {
    if (!room.state.settings[lever.name]) room.use(lever, defaultsOf(lever));
    room.set(lever, field, String(end));
  }
  const followed = new Classroom(data);
  followed.follow(fragmentOf(data, room.state));
  const { settings, levers, variant } = followed.questionOf();
  if (model.variant !== variant) {
    await model.turnInto(variant);
    twins = new Twins(model);
  }
  const [seed] = data.seeds;
  const record = await twins.with(seed, settings, calmly, levers);
  const lines = linesOf(data, room.state);
  found.push({ of, name: JSON.stringify([room.state.settings, worlds]), lines, digest: record.digest, outcomes: [...record.outcomes].map(String) });
}
await writeFile(out, JSON.stringify({ columns: data.columns, found }));
