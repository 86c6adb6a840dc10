// Charts as SVG: lines over the calendar, bars over opinions, bars over guesses. Nothing here knows what is shown.

import { along, plain, ticks } from "../../pages/axes.mjs";
import { SVG } from "../../pages/dom.mjs";

const LETTER = 7; // pixels of a digit, at most
const TOP = 30;
const BOTTOM = 42;

/** The frame of a chart: where its plane lies in a picture of that size, with room for the longest of the labels at its sides. */
export function frameOf(width, height, left, right, times = 1) {
  const room = (labels) => 14 + times * LETTER * Math.max(0, ...labels.map((label) => label.length));
  return { width, height, left: room(left), right: width - room(right), top: TOP, bottom: height - BOTTOM };
}

/** The labels of an axis from low to high; what each stands for is `times` as much. */
function labelsOf(low, high, times = 1) {
  return ticks(low, high).filter((each) => each >= low && each <= high).map((value) => plain(value * times));
}

/** The d of a path through the values of days from `first` on; what is no number interrupts it. */
export function pathOf(values, days, low, high, frame) {
  let path = "";
  let pen = "M";
  for (let day = 0; day < values.length; day++) {
    if (!Number.isFinite(values[day])) {
      pen = "M";
      continue;
    }
    const x = along(day, 0, days - 1, frame.left, frame.right);
    const y = along(values[day], low, high, frame.bottom, frame.top);
    path += `${pen}${pixel(x)} ${pixel(y)}`;
    pen = "L";
  }
  return path;
}

/** The day and the value at a place of the picture, within the plane. */
export function placed(x, y, days, low, high, frame) {
  const day = Math.round(along(x, frame.left, frame.right, 0, days - 1));
  const value = along(y, frame.bottom, frame.top, low, high);
  return { day: Math.min(days - 1, Math.max(0, day)), value: Math.min(high, Math.max(low, value)) };
}

/** First days of months of a calendar, with their names. */
export function monthsOf(calendar, names) {
  const name = (date) => names[Number(date.slice(5, 7)) - 1];
  return calendar.dates.flatMap((date, day) => (date.endsWith("-01") ? [{ day, name: name(date) }] : []));
}

function pixel(place) {
  return Math.round(place * 10) / 10;
}

function make(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

function picture(host, height, about) {
  const width = Math.max(280, host.clientWidth);
  const svg = make("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": about });
  host.replaceChildren(svg);
  return { svg, width };
}

/** Ticks of an axis from low to high; of what is counted only whole ones. */
function marksOf(low, high, counts = false) {
  return ticks(low, high).filter((each) => each >= low && each <= high && (!counts || Number.isInteger(each)));
}

function axes(svg, frame, low, high, label, people, counts = false) {
  for (const value of marksOf(low, high, counts)) {
    const y = along(value, low, high, frame.bottom, frame.top);
    svg.append(
      make("line", { x1: frame.left, x2: frame.right, y1: y, y2: y, class: value === 0 ? "zero" : "grid" }),
      make("text", { x: frame.left - 6, y: y + 4, class: "tick end" }, plain(value)),
    );
    if (people) svg.append(make("text", { x: frame.right + 6, y: y + 4, class: "tick" }, plain(value * people.times)));
  }
  svg.append(make("text", { x: 4, y: 14, class: "label" }, label));
  if (people) svg.append(make("text", { x: frame.width - 4, y: 14, class: "label end" }, people.label));
}

/** Lines over the calendar. `lines` have kind and values, `marks` kind and day, `points` all three. Returns the frame. */
export function timeline(host, { calendar, months, lines, low, high, label, people, marks, points, height, large, about }) {
  const { svg, width } = picture(host, height, about);
  const frame = frameOf(width, height, labelsOf(low, high), people ? labelsOf(low, high, people.times) : [], large ? 1.4 : 1);
  axes(svg, frame, low, high, label, people);
  const x = (day) => along(day, 0, calendar.dates.length - 1, frame.left, frame.right);
  for (const month of monthsOf(calendar, months)) {
    svg.append(
      make("line", { x1: x(month.day), x2: x(month.day), y1: frame.bottom, y2: frame.bottom + 14, class: "month" }),
      make("text", { x: x(month.day) + 4, y: frame.bottom + 14, class: "tick" }, month.name),
    );
  }
  for (const event of calendar.events) {
    const tip = frame.bottom + (event.side > 0 ? 19 : 31);
    const foot = tip + (event.side > 0 ? 9 : -9);
    const d = `M${x(event.day)} ${tip}L${x(event.day) + 4} ${foot}L${x(event.day) - 4} ${foot}Z`;
    const shape = make("path", { d, class: event.side > 0 ? "event for" : "event against" });
    shape.append(make("title", {}, event.name));
    svg.append(shape);
  }
  for (const mark of marks) {
    svg.append(make("line", { x1: x(mark.day), x2: x(mark.day), y1: frame.top, y2: frame.bottom, class: `mark ${mark.kind}` }));
  }
  const plane = { x: frame.left, y: frame.top - 2, width: frame.right - frame.left, height: frame.bottom - frame.top + 4 };
  // An inner picture shows nothing beyond its edges.
  const inner = make("svg", { ...plane, viewBox: `${plane.x} ${plane.y} ${plane.width} ${plane.height}` });
  svg.append(inner);
  for (const line of lines) {
    const d = pathOf(line.values, calendar.dates.length, low, high, frame);
    inner.append(make("path", { d, class: `line ${line.kind}` }));
  }
  for (const point of points) {
    const y = along(Math.min(high, Math.max(low, point.value)), low, high, frame.bottom, frame.top);
    svg.append(make("circle", { cx: x(point.day), cy: y, r: 6, class: `point ${point.kind}` }));
  }
  return frame;
}

/**
 * Bars from `low` to `high`: `sets` have kind and counts, and may be `outlined`; `marks` have kind and value. The axis of counts
 * goes as far as theirs and `reach` (the least and greatest) do, so that it can stay where it is while days go by.
 */
export function bars(host, { sets, low, high, label, height, large, about, marks = [], reach = [0, 1] }) {
  const { svg, width } = picture(host, height, about);
  const all = [...reach, ...sets.flatMap((set) => Array.from(set.counts))];
  const scale = ticks(Math.min(...all), Math.max(...all));
  const [bottom, top] = [scale[0], scale[scale.length - 1]];
  const frame = frameOf(width, height, scale.map((value) => plain(value)), [], large ? 1.4 : 1);
  const last = marksOf(low, high).at(-1);
  frame.right = Math.min(frame.right, width - 2 - ((large ? 1.4 : 1) * LETTER * plain(last).length) / 2);
  axes(svg, frame, bottom, top, label, null, true);
  const zero = along(0, bottom, top, frame.bottom, frame.top);
  for (const set of sets) {
    const n = set.counts.length;
    const step = (frame.right - frame.left) / n;
    if (set.outlined) {
      let d = `M${frame.left} ${zero}`;
      for (let i = 0; i < n; i++) {
        const y = along(set.counts[i], bottom, top, frame.bottom, frame.top);
        d += `L${frame.left + i * step} ${y}L${frame.left + (i + 1) * step} ${y}`;
      }
      svg.append(make("path", { d: `${d}L${frame.right} ${zero}`, class: `line ${set.kind}` }));
      continue;
    }
    for (let i = 0; i < n; i++) {
      const y = along(set.counts[i], bottom, top, frame.bottom, frame.top);
      if (set.counts[i] === 0) continue;
      const [x, width] = [frame.left + i * step + 1, Math.max(1, step - 2)];
      svg.append(make("rect", { x, width, y: Math.min(y, zero), height: Math.abs(y - zero), class: `bar ${set.kind}` }));
    }
  }
  for (const value of ticks(low, high).filter((each) => each >= low && each <= high)) {
    const at = along(value, low, high, frame.left, frame.right);
    svg.append(make("text", { x: at, y: frame.bottom + 18, class: "tick middle" }, plain(value)));
  }
  for (const mark of marks) {
    const at = along(Math.min(high, Math.max(low, mark.value)), low, high, frame.left, frame.right);
    svg.append(make("line", { x1: at, x2: at, y1: frame.top, y2: frame.bottom, class: `mark ${mark.kind}` }));
  }
}

/** How many decimals tell a hundredth of an axis's step. */
function decimalsOf(low, high) {
  const [first, second] = ticks(low, high);
  return Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(second - first) + 1e-9)));
}

function exactly(value, decimals) {
  if (!Number.isFinite(value)) return plain(value);
  return value.toLocaleString("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace("-", "−");
}

/** Rows of bars to both sides of 0: `rows` have a label and bars of kind and value, one below the other. */
export function across(host, { rows, low, high, label, large, about }) {
  const [thick, gap] = large ? [24, 34] : [16, 24];
  const heightOf = (row) => gap + thick * row.bars.length + 10;
  const inner = rows.reduce((sum, row) => sum + heightOf(row), 0);
  const { svg, width } = picture(host, inner + TOP + 26, about);
  const decimals = decimalsOf(low, high);
  const longest = Math.max(...[low, high].map((value) => exactly(value, decimals).length));
  const [left, right] = [large ? 44 : 32, width - 8 - (large ? 1.4 : 1) * LETTER * longest];
  const at = (value) => along(value, low, high, left, right);
  svg.append(make("text", { x: 4, y: 14, class: "label" }, label));
  for (const value of ticks(low, high).filter((each) => each >= low && each <= high)) {
    const place = { x1: at(value), x2: at(value), y1: TOP, y2: TOP + inner };
    svg.append(make("line", { ...place, class: value === 0 ? "zero" : "grid" }));
    svg.append(make("text", { x: at(value), y: TOP + inner + 18, class: "tick middle" }, plain(value)));
  }
  let y = TOP;
  for (const row of rows) {
    svg.append(make("text", { x: 4, y: y + gap - 7, class: "label" }, row.label));
    row.bars.forEach(({ kind, value }, i) => {
      const top = y + gap + i * thick;
      const [from, to] = [Math.min(at(0), at(value)), Math.max(at(0), at(value))];
      svg.append(make("rect", { x: from, y: top, width: Math.max(1, to - from), height: thick - 3, class: `bar ${kind}` }));
      svg.append(make("text", { x: Math.max(to, at(0)) + 5, y: top + thick - 6, class: "tick" }, exactly(value, decimals)));
    });
    y += heightOf(row);
  }
}

/** A small chart without axes: lines of class and values between the same ends as its neighbours. */
export function small(host, { days, lines, low, high, about }) {
  const { svg, width } = pictureOf(host, about);
  const frame = { left: 4, right: width - 4, top: 4, bottom: 76 };
  const zero = along(0, low, high, frame.bottom, frame.top);
  svg.append(make("line", { x1: frame.left, x2: frame.right, y1: zero, y2: zero, class: "zero" }));
  for (const line of lines) {
    svg.append(make("path", { d: pathOf(line.values, days, low, high, frame), class: `line ${line.kind}` }));
  }
}

function pictureOf(host, about) {
  const width = Math.max(120, host.clientWidth);
  const svg = make("svg", { width, height: 80, viewBox: `0 0 ${width} 80`, role: "img", "aria-label": about });
  host.replaceChildren(svg);
  return { svg, width };
}
