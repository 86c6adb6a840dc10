// Move it yourself: a day and a scale of the study's own grid, and what the table has there.

import { byId, dataOf, reveal, tied } from "../../pages/dom.mjs";

/** The cell of a kind of removal at a place of its grid. */
export function cellAt(data, kind, date, scale) {
  return data.kinds[kind].cells[date][scale];
}

/** Where a value lies on an axis, from 0 at `low` to 100 at `high`. */
export function share(value, low, high) {
  return high > low ? (100 * (value - low)) / (high - low) : 50;
}

/** Sets the part of the page up, where there is one. */
export function startMove() {
  const data = dataOf("move-data");
  if (!data) return;
  reveal("move");
  const [date, scale] = ["move-date", "move-scale"].map(byId);
  const kinds = [...document.getElementsByName("move-kind")];

  const show = () => {
    const kind = Math.max(0, kinds.findIndex((radio) => radio.checked));
    const { dates, scales } = data.kinds[kind];
    date.max = dates.length - 1;
    scale.max = scales.length - 1;
    const at = [Number(date.value), Number(scale.value)];
    const cell = cellAt(data, kind, ...at);
    for (const name of ["what", "traced", "all", "removed"]) byId(`move-${name}`).textContent = tied(cell[name]);
    for (const [slider, label, words] of [[date, "move-date-label", dates[at[0]]], [scale, "move-scale-label", scales[at[1]]]]) {
      slider.setAttribute("aria-valuetext", words);
      byId(label).textContent = tied(words);
    }
    for (const name of ["traced", "all"]) mark(name, cell[`${name}_interval`], data.axes[name]);
  };
  for (const control of [date, scale, ...kinds]) control.addEventListener("input", show);
  show();
}

/** Puts a mean and its interval on an axis; without an interval, the mean alone. */
function mark(name, [mean, low, high], [from, to]) {
  const places = { mean: [mean, mean], bar: [low ?? mean, high ?? mean] };
  for (const [line, ends] of Object.entries(places)) {
    ends.forEach((value, i) => byId(`move-${name}-${line}`).setAttribute(`x${i + 1}`, share(value, from, to)));
  }
}
