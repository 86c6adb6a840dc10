// A sample of accounts in both worlds: whom they follow, what they hold, and who is gone.

import { css } from "../../pages/colours.mjs";
import { Painter, tally } from "../../pages/painter.mjs";

const NEAR = 3; // times the radius of a mark

/** What the painter draws of a world, of the samples that were taken of it every day: opinions, then statuses. */
export function branchOf(samples, accounts, days) {
  const found = { opinion: new Uint8Array(accounts * days), status: new Uint8Array(accounts * days) };
  for (let day = 0; day < days; day++) {
    const at = 2 * day * accounts;
    found.opinion.set(samples.subarray(at, at + accounts), day * accounts);
    found.status.set(samples.subarray(at + accounts, at + 2 * accounts), day * accounts);
  }
  return found;
}

/** The place among some of which the nearest to x and y is, -1 where none is within a distance. */
export function nearest(x, y, places, within) {
  let [best, least] = [-1, within];
  places.forEach(([px, py], i) => {
    const distance = Math.hypot(px - x, py - y);
    if (distance <= least) [best, least] = [i, distance];
  });
  return best;
}

/** The two canvases. `opened(account)` is told which account is clicked. */
export class Graph {
  constructor(canvases, graph, days, opened) {
    Object.assign(this, { days, canvases });
    this.take(graph);
    for (const canvas of canvases) {
      canvas.addEventListener("click", (event) => {
        if (!this.painters) return;
        const [painter] = this.painters;
        const ratio = painter.side / Math.max(1, canvas.clientWidth);
        const places = this.graph.accounts.map((_, i) => painter.place(i));
        const found = nearest(event.offsetX * ratio, event.offsetY * ratio, places, NEAR * painter.radius);
        if (found >= 0) opened(this.graph.accounts[found]);
      });
    }
  }

  /** Takes a graph, of which nothing has been drawn yet. */
  take(graph) {
    const unit = (values) => Float32Array.from(values, (value) => value / 65535);
    this.planes = { x: unit(graph.x), y: unit(graph.y), ring: graph.ring, ends: graph.ends, branches: [null, null] };
    Object.assign(this, { graph, painters: null, of: [null, null] });
  }

  /** Draws a day of some records, and returns the tally of the campaign's accounts in each, null for one not shown. */
  show(records, day) {
    const accounts = this.graph.accounts.length;
    records.forEach((record, i) => {
      if (this.of[i] === record) return;
      this.of[i] = record;
      this.planes.branches[i] = record ? branchOf(record.samples, accounts, this.days) : null;
    });
    this.painters ??= this.canvases.map((canvas, i) => new Painter(canvas, this.planes, i, this.graph.campaign));
    return this.painters.map((painter, i) => {
      const { canvas } = painter;
      const ratio = globalThis.devicePixelRatio || 1;
      if (Math.round(canvas.clientWidth * ratio) !== painter.side) painter.fit();
      painter.of = this.planes.branches[i];
      if (!painter.of) {
        painter.context.clearRect(0, 0, painter.side, painter.side);
        return null;
      }
      canvas.dataset.shown = String(painter.draw(day, "opinion"));
      return tally(painter.of.status, day, this.planes.ring, this.graph.campaign);
    });
  }
}

/** The colours from end to end. */
export function paintScale(canvas) {
  const context = canvas.getContext("2d");
  for (let x = 0; x < canvas.width; x++) {
    context.fillStyle = css((2 * (x + 0.5)) / canvas.width - 1);
    context.fillRect(x, 0, 1, canvas.height);
  }
}
