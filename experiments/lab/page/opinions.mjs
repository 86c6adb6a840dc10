// The view of opinions on a day: how many people hold what, and the difference between the two worlds.

import { plain } from "../../pages/axes.mjs";
import { byId, counted, filled } from "../../pages/dom.mjs";
import { BINS } from "../../pages/twins.mjs";
import { bars } from "./charts.mjs";

/** How many people hold what on a day, by a record. */
export function countsOn(record, day) {
  return Array.from(record.histograms.subarray(day * BINS, (day + 1) * BINS));
}

/** The least and the greatest difference between the two histograms on any day, 0 and 1 among them. */
export function reachOfDifference(without, withIt) {
  return without.histograms.reduce(
    ([low, high], count, i) => [Math.min(low, withIt.histograms[i] - count), Math.max(high, withIt.histograms[i] - count)],
    [0, 1],
  );
}

/** How many people a difference of histograms has moved at least: those who are more somewhere. */
export function movedOf(difference) {
  return difference.reduce((sum, each) => sum + Math.max(0, each), 0);
}

export class Opinions {
  constructor(room) {
    this.room = room;
  }

  show() {
    const { data, date, may, say, state } = this.room;
    const { day, answer } = state;
    byId("opinions-title").textContent = filled(say.opinions.heading, { date });
    const without = countsOn(answer.without, day);
    const withIt = may.with ? countsOn(answer.with, day) : without;
    const mean = this.room.valueOf(answer.without, "opinion_mean", day);
    const sets = [{ kind: "without", counts: without }, ...(may.with ? [{ kind: "with", counts: withIt, outlined: true }] : [])];
    const difference = withIt.map((count, i) => count - without[i]);
    const people = data.people.toLocaleString("en-GB");
    const common = { low: -1, high: 1, label: say.opinions.count, large: state.present };
    const all = filled(say.opinions.about, { date, without: people, mean: plain(mean) });
    const apart = counted(say.opinions.difference_about, movedOf(difference), { people });
    const most = Math.max(...sets.map(({ kind }) => Math.max(...answer[kind].histograms)));
    const reach = may.with ? reachOfDifference(answer.without, answer.with) : [0, 1];
    bars(byId("histogram"), { ...common, sets, height: 260, about: all, reach: [0, most] });
    bars(byId("difference"), { ...common, sets: [{ kind: "with", counts: difference }], height: 180, about: apart, reach });
    byId("readout").textContent = may.with ? apart : filled(say.timeline.readout_hidden, { date });
  }
}
