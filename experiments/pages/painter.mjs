// One branch on one canvas: accounts as marks, whom they follow as lines. A mark is drawn once for each colour, then copied.

import { css } from "./colours.mjs";

const ACTIVE = 0;
const ASLEEP = 1;
const SUSPENDED = 2;
const SHADES = 64;
const LINES = "rgb(70 70 70 / 18%)";
const EDGE = "rgb(45 45 45 / 55%)";

/** What is to be seen of accounts on a day, by place among them: those in use, and those not yet in use; the removed are gone. */
export function thereOf(status, day, accounts) {
  const there = [];
  const asleep = [];
  for (let i = 0; i < accounts; i++) {
    const now = status[day * accounts + i];
    if (now === ACTIVE) there.push(i);
    else if (now === ASLEEP) asleep.push(i);
  }
  return { there, asleep };
}

/** How many accounts of a ring are in use, not yet in use and removed on a day. */
export function tally(status, day, ring, wanted) {
  const found = { active: 0, asleep: 0, removed: 0 };
  for (let i = 0; i < ring.length; i++) {
    if (ring[i] !== wanted) continue;
    const now = status[day * ring.length + i];
    if (now === SUSPENDED) found.removed++;
    else if (now === ASLEEP) found.asleep++;
    else found.active++;
  }
  return found;
}

/** Draws the days of one branch. `planes` are those of `planesOf`, `campaign` is the ring of the campaign's own accounts. */
export class Painter {
  constructor(canvas, planes, branch, campaign) {
    this.canvas = canvas;
    this.planes = planes;
    this.of = planes.branches[branch];
    this.campaign = campaign;
    this.context = canvas.getContext("2d");
    this.lines = null;
    this.fit();
  }

  /** Takes the size that the canvas has on the page. */
  fit() {
    const ratio = globalThis.devicePixelRatio || 1;
    this.side = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    this.canvas.width = this.canvas.height = this.side;
    const accounts = this.planes.ring.length;
    this.radius = Math.max(2, Math.min(4.2, 92 / Math.sqrt(accounts))) * (this.side / 560);
    this.margin = 2.4 * this.radius;
    this.marks = this.#marks();
    // Whole pixels are copied, others would have to be mixed.
    const corner = (axis) => (_, i) => Math.round(this.place(i)[axis] - this.marks.size / 2);
    this.left = Int16Array.from({ length: accounts }, corner(0));
    this.top = Int16Array.from({ length: accounts }, corner(1));
    this.lines = null;
  }

  /** Where an account is, in pixels of the canvas. */
  place(i) {
    const inner = this.side - 2 * this.margin;
    return [this.margin + this.planes.x[i] * inner, this.margin + this.planes.y[i] * inner];
  }

  /** Draws a day; `plane` is "opinion" or "part". Returns how many accounts are to be seen. */
  draw(day, plane) {
    const { context, planes, side, marks } = this;
    const accounts = planes.ring.length;
    const { there, asleep } = thereOf(this.of.status, day, accounts);
    context.clearRect(0, 0, side, side);
    context.drawImage(this.#linesOf(day, accounts), 0, 0);
    const { opinion } = this.of;
    const values = this.of[plane];
    const { size, sheet } = marks;
    for (const i of asleep) this.#copy(sheet, this.#row(i), SHADES, size, i);
    // The campaign's last, on top of the others.
    for (const own of [false, true]) {
      for (const i of there) {
        if ((planes.ring[i] === this.campaign) !== own) continue;
        const value = (own ? opinion : values)[day * accounts + i];
        this.#copy(sheet, this.#row(i), (value * SHADES) >> 8, size, i);
      }
    }
    return there.length + asleep.length;
  }

  #row(i) {
    return this.planes.ring[i] === this.campaign ? 1 : 0;
  }

  #copy(sheet, row, column, size, i) {
    this.context.drawImage(sheet, column * size, row * size, size, size, this.left[i], this.top[i], size, size);
  }

  /** All marks there are: rows for people (discs) and the campaign (triangles), a column a shade and one for not yet in use. */
  #marks() {
    const size = Math.ceil(4 * this.radius) + 2;
    const sheet = this.#sheet((SHADES + 1) * size, 2 * size);
    const context = sheet.getContext("2d");
    context.lineWidth = Math.max(0.7, this.radius / 5);
    for (let row = 0; row < 2; row++) {
      for (let column = 0; column <= SHADES; column++) {
        const [x, y] = [(column + 0.5) * size, (row + 0.5) * size];
        const radius = column === SHADES ? this.radius * 0.6 : this.radius;
        context.beginPath();
        if (row === 1) {
          context.moveTo(x, y - 1.55 * radius);
          context.lineTo(x + 1.45 * radius, y + radius);
          context.lineTo(x - 1.45 * radius, y + radius);
          context.closePath();
        } else {
          context.arc(x, y, radius, 0, 2 * Math.PI);
        }
        context.fillStyle = column === SHADES ? "white" : css((2 * (column + 0.5)) / SHADES - 1);
        context.strokeStyle = row === 1 ? "black" : EDGE;
        context.fill();
        context.stroke();
      }
    }
    return { size, sheet };
  }

  /** The lines between accounts that are there, drawn anew only where others are there than last time. */
  #linesOf(day, accounts) {
    const status = this.of.status.subarray(day * accounts, (day + 1) * accounts);
    if (this.lines && this.lines.status.every((value, i) => value === status[i])) return this.lines.sheet;
    const sheet = this.#sheet(this.side, this.side);
    const context = sheet.getContext("2d");
    context.strokeStyle = LINES;
    context.lineWidth = Math.max(0.5, this.side / 1100);
    context.beginPath();
    const { ends } = this.planes;
    for (let line = 0; line < ends.length; line += 2) {
      const [a, b] = [ends[line], ends[line + 1]];
      if (status[a] !== ACTIVE || status[b] !== ACTIVE) continue;
      context.moveTo(...this.place(a));
      context.lineTo(...this.place(b));
    }
    context.stroke();
    this.lines = { status: status.slice(), sheet };
    return sheet;
  }

  #sheet(width, height) {
    const sheet = this.canvas.ownerDocument.createElement("canvas");
    sheet.width = width;
    sheet.height = height;
    return sheet;
  }
}
