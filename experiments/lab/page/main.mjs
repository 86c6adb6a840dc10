// What the page does: one state, told by its parts, and asked of the worker.

import { extent, plain, ticks } from "../../pages/axes.mjs";
import { affords, costOf } from "./budget.mjs";
import { bars, placed, small, timeline } from "./charts.mjs";
import { byId, dataOf, filled } from "../../pages/dom.mjs";
import { fragmentOf, stateOf } from "./fragment.mjs";
import { binned, codeOf, guessesOf } from "./guesses.mjs";
import { Laboratory, workerOf } from "../../pages/laboratory.mjs";
import {
  DEBRIEF, PREDICT, TRY, answerOf, guessOf, numberOfControls, phaseOf, seen, startOf, valueOf,
} from "./lesson.mjs";
import { showLevers } from "./levers.mjs";
import { linesOf } from "./python.mjs";
import { apartOf, checkedField, dateOf } from "./settings.mjs";
import { Inside } from "./inside.mjs";
import { Player, pressed, run } from "../../pages/player.mjs";
import { BINS } from "../../pages/twins.mjs";

const data = dataOf("data");
const say = data.strings;
const { calendar } = data;
const BY_DAY = ["timeline", "opinions", "graph", "feed", "movers", "removed"];
const DAYS_PER_SECOND = { usual: 8, reduced: 2 };
const CHART = { usual: 380, present: 500, around: 350 };

const state = {
  lesson: null, view: "timeline", outcome: "", seed: 0, settings: {}, guess: null, present: false,
  phase: PREDICT, day: calendar.dates.length - 1, draft: null, drawn: null, drawing: null, ranges: {}, frame: null,
  account: 0, hour: 0, tries: [],
  opened: false, asking: false, asked: 0, answer: null, luck: new Map(),
};

const lessonOf = (name) => data.lessons.find((each) => each.name === name);
const outcomeOf = (name) => data.outcomes.find((each) => each.name === name);
const lesson = () => lessonOf(state.lesson);
const isLive = () => numberOfControls(lesson()) <= 1;

function seriesOf(record, name) {
  const { column } = outcomeOf(name);
  return Array.from({ length: calendar.dates.length }, (_, day) => record.outcomes[day * record.columns + column]);
}

function last(values) {
  return values.findLast((value) => Number.isFinite(value)) ?? Number.NaN;
}

// What is asked of the worker.

const laboratory = new Laboratory(workerOf(dataOf("engine").script), {
  opened() {
    state.opened = true;
    ask();
  },
  progress({ share }) {
    byId("progress").textContent = filled(say.decide.waiting, { percent: Math.round(100 * share) });
  },
  answer({ without, with: withIt }) {
    state.answer = { without, with: withIt, settings: state.askedFor };
    state.asking = false;
    state.luck.clear();
    inside.forget();
    takeTry();
    document.body.dataset.answered = String(Number(document.body.dataset.answered ?? 0) + 1);
    const ms = Math.round(performance.now() - state.asked).toLocaleString("en-GB");
    byId("progress").textContent = filled(say.decide.ready, { ms });
    showAll();
  },
  luck({ seed, without, with: withIt }) {
    state.luck.set(seed, { without, with: withIt });
    if (state.luck.size === data.seeds.length) byId("progress").textContent = "";
    showLuck();
  },
  look(found) {
    byId("progress").textContent = "";
    inside.take(found);
    showAll();
    document.body.dataset.looked = String(Number(document.body.dataset.looked ?? 0) + 1);
  },
  failed({ words }) {
    state.asking = false;
    byId("progress").textContent = filled(say.decide.failed, { words });
  },
});

function ask() {
  if (!state.opened) return;
  state.asked = performance.now();
  state.asking = true;
  state.askedFor = structuredClone(state.settings);
  const { settings, levers } = apartOf(data.levers, state.settings);
  laboratory.ask(state.seed, settings, levers);
}

const inside = new Inside({
  data, state, notice,
  may: () => seen(lesson(), state.phase),
  valueOf(which, name, day) {
    const record = state.answer[which];
    return record.outcomes[day * record.columns + data.columns[name]];
  },
  look(what, where) {
    if (!state.answer || state.asking) return false;
    laboratory.look(what, { seed: state.seed, ...apartOf(data.levers, state.answer.settings) }, where);
    return true;
  },
  read(account) {
    Object.assign(state, { account, view: "feed" });
    showAll();
  },
});

/** Days as they are played: every view of a day goes along. */
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const player = new Player(calendar.dates.length, (day) => {
  state.day = day;
  showAll();
}, still ? DAYS_PER_SECOND.reduced : DAYS_PER_SECOND.usual);

function namePlay() {
  byId("play").textContent = player.playing ? say.days.pause : say.days.play;
  if (!player.playing) remember();
}

// Links.

let writtenHere = "";
function remember() {
  if (player.playing) return; // browsers allow only so many a second
  writtenHere = `#${fragmentOf(data, state)}`;
  if (location.hash !== writtenHere) history.replaceState(null, "", writtenHere);
}

function notice(words) {
  byId("notice").textContent = words;
  byId("notice").hidden = words === "";
}

function follow() {
  try {
    const found = stateOf(data, location.hash);
    const chosen = lessonOf(found.lesson);
    const isGiven = Object.keys(found.settings).length > 0;
    if (chosen.budget && !affords(chosen.budget, found.settings)) {
      throw new RangeError(beyondOf(chosen.budget, found.settings));
    }
    Object.assign(state, found, { settings: isGiven ? found.settings : startOf(chosen) });
    notice("");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    notice(filled(say.wrong_link, { words: error.message }));
    if (state.lesson === null) begin(data.lesson);
    return;
  }
  enter();
}

function begin(name) {
  const chosen = lessonOf(name);
  Object.assign(state, { lesson: name, settings: startOf(chosen), outcome: chosen.outcome, guess: null, view: "timeline" });
  enter();
}

function enter() {
  const { prediction } = lesson();
  if (prediction && state.guess !== null) state.guess = Math.min(prediction.high, Math.max(prediction.low, state.guess));
  if (!prediction) state.guess = null;
  const middle = prediction ? (prediction.low + prediction.high) / 2 : null;
  const fresh = { phase: phaseOf(lesson(), state.guess), draft: state.guess ?? middle, drawn: null, ranges: {}, tries: [] };
  Object.assign(state, fresh);
  byId("tries-list").replaceChildren();
  showLesson();
  showAll();
  ask();
}

// The lesson.

function paragraphs(host, texts) {
  host.replaceChildren(...texts.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
}

function showLesson() {
  const now = lesson();
  byId("lessons").value = now.name;
  byId("lesson-title").textContent = now.title;
  byId("minutes").textContent = filled(say.minutes, { n: now.minutes });
  paragraphs(byId("question"), now.question);
  paragraphs(byId("debrief-text"), now.debrief);
  paragraphs(byId("teacher-goal"), now.teacher.goal);
  paragraphs(byId("teacher-steps"), now.teacher.steps);
  paragraphs(byId("teacher-limits"), now.teacher.limits);
  if (now.prediction) {
    const { low, high, step, ask: words, unit } = now.prediction;
    byId("ask").textContent = words;
    byId("guess-unit").textContent = unit;
    for (const id of ["guess-slider", "guess-number"]) {
      Object.assign(byId(id), { min: String(low), max: String(high), step: String(step), value: String(state.draft) });
    }
  }
  showDecisions();
}

function showDecisions() {
  const disabled = state.phase === PREDICT;
  showLevers(byId("levers"), { data, lesson: lesson(), settings: state.settings, say, disabled, changed });
  byId("run").hidden = isLive();
  byId("reset").disabled = state.phase === PREDICT;
  showCost();
  byId("how").textContent = state.phase === PREDICT ? say.predict.set_first : isLive() ? say.decide.live : say.decide.press;
}

function changed(lever, field, value) {
  try {
    if (field === null) {
      if (value === null) delete state.settings[lever.name];
      else state.settings[lever.name] = value;
      showDecisions();
    } else {
      state.settings[lever.name][field.name] = checkedField(field, `${lever.name}.${field.name}`, value, calendar);
    }
    notice("");
    showCost();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    notice(error.message);
    return false;
  }
  if (isLive()) {
    remember();
    ask();
  }
  return true;
}

function beyondOf(budget, settings) {
  return filled(say.budget.beyond, { cost: plain(costOf(budget, settings)), points: budget.points, unit: budget.unit });
}

function showCost() {
  const { budget } = lesson();
  const fits = !budget || affords(budget, state.settings);
  byId("run").disabled = state.phase === PREDICT || !fits;
  byId("cost").hidden = byId("tries").hidden = !budget;
  if (!budget) return;
  const told = { cost: plain(costOf(budget, state.settings)), points: budget.points, unit: budget.unit };
  byId("cost").textContent = fits ? filled(say.budget.cost, told) : beyondOf(budget, state.settings);
  byId("cost").classList.toggle("beyond", !fits);
}

/** What was tried within a budget, and what came of it. */
function takeTry() {
  const { budget, prediction } = lesson();
  if (!budget || !prediction || state.phase === PREDICT) return;
  const cost = plain(costOf(budget, state.answer.settings));
  const told = { cost, unit: budget.unit, answer: plain(answerNow()), answer_unit: prediction.unit };
  const words = filled(say.budget.tried, told);
  if (state.tries.at(-1) !== words) state.tries.push(words);
  const items = state.tries.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
  byId("tries-list").replaceChildren(...items);
}

function setDraft(value) {
  const { low, high } = lesson().prediction;
  state.draft = Math.min(high, Math.max(low, Number.isFinite(value) ? value : low));
  byId("guess-slider").value = byId("guess-number").value = String(state.draft);
  showTimeline();
}

function setGuess() {
  Object.assign(state, { guess: state.draft, phase: TRY });
  showDecisions();
  if (state.answer) takeTry();
  showAll();
}

// Views.

function showAll() {
  remember();
  const now = lesson();
  document.body.classList.toggle("presenting", state.present);
  byId("present").setAttribute("aria-pressed", String(state.present));
  for (const phase of [PREDICT, TRY, DEBRIEF]) {
    byId(`phase-${phase}`).toggleAttribute("aria-current", phase === state.phase);
  }
  byId("phases").hidden = !now.prediction;
  byId("predict").hidden = state.phase !== PREDICT;
  byId("outcome-of-guess").hidden = state.phase === PREDICT;
  byId("guess-again").hidden = !now.prediction;
  byId("debrief").hidden = state.phase !== DEBRIEF;
  byId("show-debrief").hidden = state.phase === DEBRIEF || now.debrief.length === 0;
  for (const view of data.views) {
    byId(`tab-${view}`).setAttribute("aria-selected", String(view === state.view));
    byId(`tab-${view}`).tabIndex = view === state.view ? 0 : -1;
    byId(`view-${view}`).hidden = view !== state.view;
  }
  byId("days").hidden = !BY_DAY.includes(state.view);
  byId("readout").hidden = byId("numbers").hidden = !["timeline", "opinions"].includes(state.view);
  if (!player.playing) player.day = state.day;
  byId("day").value = String(state.day);
  byId("day").setAttribute("aria-valuetext", dateOf(calendar, state.day));
  byId("date").textContent = dateOf(calendar, state.day);
  byId("seed").textContent = String(state.seed);
  byId("lines").textContent = linesOf(data, { settings: state.answer?.settings ?? state.settings, seed: state.seed });
  showDigests();
  showVerdict();
  showNumbers();
  const inner = { graph: "showGraph", feed: "showFeed", movers: "showMovers", removed: "showRemoved" };
  if (inner[state.view]) {
    if (state.answer) inside[inner[state.view]]();
    return;
  }
  ({ timeline: showTimeline, opinions: showOpinions, luck: showLuck, class: showClass, python: () => {} })[state.view]();
}

function showDigests() {
  if (!state.answer) return;
  const hidden = state.phase === PREDICT;
  const { without, with: withIt } = state.answer;
  byId("digest-without").textContent = without.digest;
  byId("digest-with").textContent = hidden ? "…" : withIt.digest === without.digest ? say.foot.same : withIt.digest;
}

function answerNow() {
  const { outcome } = lesson().prediction;
  return answerOf(lesson(), last(seriesOf(state.answer.without, outcome)), last(seriesOf(state.answer.with, outcome)));
}

function showVerdict() {
  const { prediction } = lesson();
  const known = state.answer && state.phase !== PREDICT && prediction;
  const told = { guess: plain(state.guess), answer: known ? plain(answerNow()) : "", unit: prediction?.unit };
  byId("verdict").textContent = known ? filled(say.predict.yours, told) : "";
  byId("code").textContent = known ? filled(say.predict.code, { code: codeOf(lesson(), state.guess) }) : "";
}

function showTimeline() {
  if (state.view !== "timeline" || !state.answer) return;
  const now = lesson();
  const outcome = outcomeOf(state.outcome);
  byId("outcome").value = outcome.name;
  const may = seen(now, state.phase);
  const without = seriesOf(state.answer.without, outcome.name);
  const withIt = seriesOf(state.answer.with, outcome.name);
  const shown = [...(may.without ? [without] : []), ...(may.with ? [withIt] : [])];
  const isAsked = now.prediction && now.prediction.outcome === outcome.name;
  if (!state.ranges[outcome.name] || state.ranges[outcome.name].phase === PREDICT) {
    const wide = isAsked && state.phase === PREDICT ? [guessRange(now, without)] : [];
    const round = ticks(...extent(...shown, ...wide));
    state.ranges[outcome.name] = { low: round[0], high: round[round.length - 1], phase: state.phase };
  }
  const { low, high } = state.ranges[outcome.name];
  const hair = 1e-6 * (high - low);
  const beyond = shown.some((values) => values.some((value) => value < low - hair || value > high + hair));
  byId("beyond").hidden = !beyond;
  const guess = state.phase === PREDICT ? state.draft : state.guess;
  const lines = [];
  if (may.without) lines.push({ kind: "without", values: without });
  if (may.with) lines.push({ kind: "with", values: withIt });
  if (isAsked && state.drawn) lines.push({ kind: "drawn", values: state.drawn });
  const end = calendar.dates.length - 1;
  const points = isAsked && guess !== null ? [{ kind: "guess", day: end, value: valueOf(now, guess, last(without)) }] : [];
  byId("key-guess").hidden = points.length === 0;
  const readout = readoutOf(may, without, withIt);
  byId("readout").textContent = readout;
  state.frame = timeline(byId("chart"), {
    calendar, months: say.months, lines, points, low, high, height: heightOfChart(), large: state.present,
    label: say.outcomes[outcome.name].unit,
    people: outcome.people ? { times: outcome.people, label: say.outcomes[outcome.name].people } : null,
    marks: [
      { day: state.day, kind: "day" },
      ...Object.values(may.with ? state.answer.settings : state.settings)
        .filter((each) => each.day !== undefined)
        .map((each) => ({ day: each.day, kind: "act" })),
    ],
    about: filled(say.timeline.about, { outcome: say.outcomes[outcome.name].title, readout }),
  });
}

/** In a presentation the chart takes what the window leaves it. */
function heightOfChart() {
  return state.present ? Math.max(260, Math.min(CHART.present, globalThis.innerHeight - CHART.around)) : CHART.usual;
}

/** Values at the two ends of what may be guessed, so that every guess is on the chart. */
function guessRange(now, without) {
  return [now.prediction.low, now.prediction.high].map((end) => valueOf(now, end, last(without)));
}

function readoutOf(may, without, withIt) {
  const values = { date: dateOf(calendar, state.day), without: plain(without[state.day]), with: plain(withIt[state.day]) };
  const which = may.with ? "readout" : may.without ? "readout_without" : "readout_hidden";
  return filled(say.timeline[which], values);
}

function histogram(record) {
  return Array.from(record.histograms.subarray(state.day * BINS, (state.day + 1) * BINS));
}

function showOpinions() {
  if (!state.answer) return;
  const may = seen(lesson(), state.phase);
  const date = dateOf(calendar, state.day);
  byId("opinions-title").textContent = filled(say.opinions.heading, { date });
  const without = histogram(state.answer.without);
  const withIt = may.with ? histogram(state.answer.with) : without;
  const mean = state.answer.without.outcomes[state.day * state.answer.without.columns + outcomeOf("opinion_mean").column];
  const sets = [{ kind: "without", counts: without }, ...(may.with ? [{ kind: "with", counts: withIt, outlined: true }] : [])];
  const difference = withIt.map((count, i) => count - without[i]);
  const moved = difference.reduce((sum, each) => sum + Math.max(0, each), 0);
  const common = { low: -1, high: 1, label: say.opinions.count, large: state.present };
  const all = filled(say.opinions.about, { date, without: data.people, mean: plain(mean) });
  const apart = filled(say.opinions.difference_about, { moved });
  bars(byId("histogram"), { ...common, sets, height: 260, about: all });
  bars(byId("difference"), { ...common, sets: [{ kind: "with", counts: difference }], height: 180, about: apart });
  byId("readout").textContent = may.with ? apart : filled(say.timeline.readout_hidden, { date });
}

function showLuck() {
  if (state.view !== "luck" || !state.answer) return;
  const may = seen(lesson(), state.phase);
  const { outcome } = state;
  byId("draw-luck").disabled = !may.with;
  byId("luck-what").textContent = may.with ? say.outcomes[outcome].title : say.predict.set_first;
  const found = [...state.luck.entries()].map(([seed, records]) => (
    { seed, without: seriesOf(records.without, outcome), with: seriesOf(records.with, outcome) }
  ));
  const round = ticks(...extent(...found.flatMap((each) => [each.without, each.with])));
  const [low, high] = [round[0], round[round.length - 1]];
  const fewer = found.filter((each) => Math.abs(last(each.with)) < Math.abs(last(each.without))).length;
  const isTold = found.length > 0 && may.with;
  byId("luck-found").textContent = isTold ? filled(say.luck.found, { fewer, n: found.length }) : "";
  byId("luck-charts").replaceChildren();
  if (!may.with) return;
  for (const each of found) {
    const host = Object.assign(document.createElement("div"), { className: "chart" });
    const words = filled(say.luck.open, { seed: each.seed });
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    button.addEventListener("click", () => {
      Object.assign(state, { seed: each.seed, view: "timeline", ranges: {} });
      showAll();
      ask();
    });
    const item = document.createElement("li");
    item.append(host, button);
    byId("luck-charts").append(item);
    small(host, {
      days: calendar.dates.length, low, high,
      lines: [{ kind: "without", values: each.without }, { kind: "with", values: each.with }],
      about: filled(say.luck.about, { seed: each.seed, without: plain(last(each.without)), with: plain(last(each.with)) }),
    });
  }
}

/** Every outcome of the day, to its last digit. */
function showNumbers() {
  if (!state.answer) return;
  const may = seen(lesson(), state.phase);
  byId("rows").replaceChildren(...data.outcomes.map(({ name, column }) => {
    const row = document.createElement("tr");
    row.dataset.outcome = name;
    const head = Object.assign(document.createElement("th"), { scope: "row", textContent: say.outcomes[name].title });
    const cells = ["without", "with"].map((which) => {
      const record = state.answer[which];
      const value = record.outcomes[state.day * record.columns + column];
      return Object.assign(document.createElement("td"), { textContent: may[which] ? String(value) : "" });
    });
    row.append(head, ...cells);
    return row;
  }));
}

function showClass() {
  const { prediction } = lesson();
  byId("codes").disabled = !prediction;
  if (!prediction) {
    byId("class-found").textContent = say.class.none;
    byId("class-chart").replaceChildren();
    return;
  }
  const { guesses, odd } = guessesOf(lesson(), byId("codes").value);
  const sorted = [...guesses].sort((a, b) => a - b);
  const median = sorted.length > 0 ? (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2 : Number.NaN;
  const told = filled(say.class.found, { n: guesses.length, median: plain(median), unit: prediction.unit });
  byId("class-found").textContent = odd.length > 0 ? `${told} ${filled(say.class.odd, { odd: odd.join(", ") })}` : told;
  const { low, high } = prediction;
  bars(byId("class-chart"), {
    sets: [{ kind: "guess", counts: binned(guesses, low, high, 20) }], low, high, label: say.class.count, height: 260,
    large: state.present, about: filled(say.class.about, { n: guesses.length }),
    marks: state.answer && state.phase !== PREDICT ? [{ value: answerNow(), kind: "act" }] : [],
  });
}

// Drawing a guess: the pointer leaves a curve of the asked world behind it.

function drawTo(event) {
  const now = lesson();
  if (state.phase !== PREDICT || !state.frame || state.outcome !== now.prediction.outcome) return;
  const box = byId("chart").getBoundingClientRect();
  const { low, high } = state.ranges[state.outcome];
  const { day, value } = placed(event.clientX - box.left, event.clientY - box.top, calendar.dates.length, low, high, state.frame);
  state.drawn ??= new Array(calendar.dates.length).fill(Number.NaN);
  const from = state.drawing ?? day;
  const start = Number.isFinite(state.drawn[from]) ? state.drawn[from] : value;
  const step = Math.sign(day - from) || 1;
  for (let at = from; at !== day + step; at += step) {
    state.drawn[at] = from === day ? value : start + ((value - start) * (at - from)) / (day - from);
  }
  state.drawing = day;
  const end = state.drawn.findLastIndex((each) => Number.isFinite(each));
  setDraft(guessOf(now, state.drawn[end], last(seriesOf(state.answer.without, state.outcome))));
}

function listen() {
  byId("lessons").addEventListener("change", () => begin(byId("lessons").value));
  byId("present").addEventListener("click", () => {
    state.present = !state.present;
    showAll();
  });
  byId("link").addEventListener("click", async () => {
    remember();
    try {
      await navigator.clipboard.writeText(location.href);
      notice(say.link_copied);
    } catch {
      notice(filled(say.link_shown, { link: location.href }));
    }
  });
  byId("guess-slider").addEventListener("input", () => setDraft(Number(byId("guess-slider").value)));
  byId("guess-number").addEventListener("change", () => setDraft(byId("guess-number").valueAsNumber));
  byId("predict").addEventListener("submit", (event) => {
    event.preventDefault();
    setGuess();
  });
  byId("guess-again").addEventListener("click", () => begin(state.lesson));
  byId("show-debrief").addEventListener("click", () => {
    state.phase = DEBRIEF;
    showAll();
  });
  byId("run").addEventListener("click", () => {
    remember();
    ask();
  });
  byId("reset").addEventListener("click", () => {
    state.settings = startOf(lesson());
    showDecisions();
    showAll();
    ask();
  });
  byId("outcome").addEventListener("change", () => {
    state.outcome = byId("outcome").value;
    showAll();
  });
  byId("fit").addEventListener("click", () => {
    delete state.ranges[state.outcome];
    showTimeline();
  });
  byId("day").max = String(calendar.dates.length - 1);
  byId("day").addEventListener("input", () => {
    player.goTo(Number(byId("day").value));
    namePlay();
  });
  byId("play").addEventListener("click", () => {
    if (player.playing) player.pause();
    else player.play();
    run(player, namePlay);
  });
  byId("day-back").addEventListener("click", () => (player.step(-1), namePlay()));
  byId("day-on").addEventListener("click", () => (player.step(1), namePlay()));
  byId("graph-twins").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !pressed(player, event.key)) return;
    event.preventDefault();
    run(player, namePlay);
  });
  byId("account").addEventListener("change", () => {
    const account = Math.trunc(byId("account").valueAsNumber);
    state.account = Math.min(data.people - 1, Math.max(0, Number.isFinite(account) ? account : 0));
    showAll();
  });
  byId("account-next").addEventListener("click", () => {
    state.account = (state.account + 1) % data.people;
    showAll();
  });
  byId("hour").addEventListener("change", () => {
    state.hour = Number(byId("hour").value);
    showAll();
  });
  byId("draw-luck").addEventListener("click", () => {
    state.luck.clear();
    inside.forget();
    const { settings, levers } = apartOf(data.levers, state.answer.settings);
    laboratory.askLuck(data.seeds, settings, levers);
  });
  byId("codes").addEventListener("input", showClass);
  byId("copy-lines").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(byId("lines").textContent);
      notice(say.python.copied);
    } catch {
      getSelection().selectAllChildren(byId("lines"));
    }
  });
  for (const [i, view] of data.views.entries()) {
    const tab = byId(`tab-${view}`);
    tab.addEventListener("click", () => {
      state.view = view;
      showAll();
    });
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      state.view = data.views[(i + by + data.views.length) % data.views.length];
      showAll();
      byId(`tab-${state.view}`).focus();
    });
  }
  const chart = byId("chart");
  chart.addEventListener("pointerdown", (event) => {
    if (state.phase !== PREDICT || !state.answer) return;
    state.drawing = null;
    state.drawn = null;
    chart.setPointerCapture(event.pointerId);
    drawTo(event);
  });
  chart.addEventListener("pointermove", (event) => {
    if (chart.hasPointerCapture(event.pointerId)) drawTo(event);
  });
  addEventListener("hashchange", () => {
    if (location.hash !== writtenHere) follow();
  });
  addEventListener("resize", showAll);
}

listen();
follow();
laboratory.open(dataOf("engine"));
