// The live engine: what the study has not simulated is simulated here, with few people and several seeds, all of them shown.

import { SVG, byId, dataOf, filled, reveal, tied } from "../../pages/dom.mjs";
import { Laboratory, workerOf } from "../../pages/laboratory.mjs";
import { share } from "./move.mjs";

const NAMES = ["traced", "all"];

/** What a removal averted by the last day, in thousandths, in one pair of worlds: the difference of an outcome. */
export function averted({ without, with: withIt }, column, width) {
  const last = (record) => record.outcomes[record.outcomes.length - width + column];
  return 1000 * (last(withIt) - last(without));
}

/** Mean, half of the 95 % interval, and the least and the greatest; `margin` is how many standard deviations that half is. */
export function spreadOf(values, margin) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = margin * Math.sqrt(squares / (values.length - 1));
  return { mean, half, least: Math.min(...values), most: Math.max(...values) };
}

/** A number with so many decimals and a true minus; no minus before a nought. */
function rounded(value, decimals) {
  const text = value.toLocaleString("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return Number(text.replaceAll(",", "")) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** How many decimals a half of an interval deserves: two digits from 10 to 19, else one. */
export function decimalsOf(half) {
  if (half === 0) return 2;
  const place = Math.floor(Math.log10(half));
  return Math.min(6, Math.max(0, (half < 2 * 10 ** place ? 1 : 0) - place));
}

/** What is told of the seeds: `0.16 ±0.03; from 0.11 to 0.20`, in the page's words. */
export function toldOf({ mean, half, least, most }, words) {
  const decimals = half === 0 && mean === 0 ? 0 : decimalsOf(half);
  const [value, margin, low, high] = [mean, half, least, most].map((number) => rounded(number, decimals));
  return { mean: half === 0 ? value : tied(`${value} ±${margin}`), range: filled(words.range, { low, high }) };
}

/** The ends of an axis that holds all values and 0, with some room. */
export function endsOf(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const room = 0.06 * (high - low) || 1;
  return [low - room, high + room];
}

/** Sets the part of the page up, where there is one. */
export function startLive() {
  const data = dataOf("live-data");
  if (!data) return;
  reveal("live");
  const [date, scale, run, state] = ["live-date", "live-scale", "live-run", "live-state"].map(byId);
  const kinds = [...document.getElementsByName("live-kind")];
  let laboratory = null;
  let opened = false;
  let answers = [];

  const kindOf = () => data.kinds[Math.max(0, kinds.findIndex((radio) => radio.checked))];
  const nothing = () => {
    byId("live-what").textContent = "";
    state.textContent = "";
    for (const name of NAMES) {
      byId(`live-${name}`).textContent = "–";
      byId(`live-${name}-range`).textContent = "";
      byId(`live-${name}-axis`).replaceChildren();
    }
  };
  const label = () => {
    byId("live-date-label").textContent = tied(data.dates[Number(date.value)]);
    date.setAttribute("aria-valuetext", data.dates[Number(date.value)]);
  };
  const choose = (event) => {
    const kind = kindOf();
    scale.max = kind.most;
    if (!event || kinds.includes(event.target)) scale.value = kind.asked;
    label();
    if (opened) laboratory.leave();
    nothing();
    const fits = scale.value !== "" && scale.checkValidity();
    run.disabled = !fits || (laboratory !== null && !opened);
    if (!fits) state.textContent = filled(data.words.whole, { most: kind.most.toLocaleString("en-GB") });
  };

  const told = {
    opened: () => {
      opened = true;
      ask();
    },
    progress: () => {},
    luck: (answer) => {
      answers.push(answer);
      state.textContent = filled(data.words.progress, { n: answers.length, of: data.seeds.length });
      if (answers.length === data.seeds.length) show();
    },
    failed: ({ words }) => {
      state.textContent = filled(data.words.failed, { why: words });
      run.disabled = false;
    },
  };

  const ask = () => {
    const { policy, detector } = kindOf();
    answers = [];
    state.textContent = filled(data.words.progress, { n: 0, of: data.seeds.length });
    const removal = { day: Number(date.value), accounts: Number(scale.value), ...detector };
    laboratory.askLuck(data.seeds, { [policy]: removal }, {}, { keep: true });
  };
  const show = () => {
    run.disabled = false;
    state.textContent = "";
    const accounts = { n: Number(scale.value).toLocaleString("en-GB"), accounts: kindOf().accounts };
    byId("live-what").textContent = filled(data.words.did, { ...accounts, date: data.dates[Number(date.value)] });
    const same = answers.every((answer) => answer.without.digest === answer.with.digest);
    for (const name of NAMES) {
      const values = answers.map((answer) => averted(answer, data.columns[name], data.width));
      const spread = spreadOf(values, data.margin);
      const { mean, range } = toldOf(spread, data.words);
      byId(`live-${name}`).textContent = same ? data.words.identical : mean;
      byId(`live-${name}-range`).textContent = same ? "" : range;
      paint(byId(`live-${name}-axis`), values, spread);
    }
    byId("live").dataset.answered = Number(byId("live").dataset.answered ?? 0) + 1;
  };

  for (const control of [date, scale, ...kinds]) control.addEventListener("input", choose);
  run.addEventListener("click", () => {
    run.disabled = true;
    nothing();
    if (laboratory) {
      ask();
      return;
    }
    state.textContent = data.words.opening;
    const { script, ...engine } = dataOf("live-engine");
    laboratory = new Laboratory(workerOf(script), told);
    laboratory.open(engine);
  });
  choose(null);
}

/** Every seed as a small line, the interval as a bar, the mean and nought as upright lines. */
function paint(host, values, { mean, half }) {
  const [low, high] = endsOf([...values, mean - half, mean + half]);
  const x = (value) => share(value, low, high);
  const line = (kind, from, to, top, bottom) => made("line", { class: kind, x1: from, x2: to, y1: top, y2: bottom });
  host.replaceChildren(
    line("scale", 0, 100, 7, 7),
    line("zero", x(0), x(0), 1, 13),
    line("bar", x(mean - half), x(mean + half), 7, 7),
    line("mean", x(mean), x(mean), 2, 12),
    ...values.map((value) => line("seed", x(value), x(value), 5, 9)),
  );
}

function made(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
