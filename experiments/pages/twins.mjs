// Two worlds with the same people and the same draws: the second is forked from the first where something is decided.

export const BINS = 40;
const VISITED = 28; // days between what is kept of a second world that is looked into

/** The first day on which anything that is decided holds; none, if nothing is. */
export function firstDay(settings, days) {
  return Math.min(days, ...Object.values(settings).map((each) => each.day));
}

/** How many opinions lie in each of `BINS` equal parts of -1 to 1. */
export function histogramOf(opinions) {
  const counts = new Uint32Array(BINS);
  for (const x of opinions) counts[Math.min(BINS - 1, Math.max(0, Math.floor(((x + 1) / 2) * BINS)))] += 1;
  return counts;
}

/** What is recorded of a world: a row of outcomes, a histogram and a sample a day, and the digest at the end. */
class Record {
  constructor(days, outcomes, watched) {
    this.days = days;
    this.columns = outcomes;
    this.outcomes = new Float64Array(days * outcomes).fill(Number.NaN);
    this.histograms = new Uint32Array(days * BINS);
    this.watched = watched;
    this.samples = new Uint8Array(2 * watched * days);
    this.digest = "";
  }

  /** Takes the days before one from another record. */
  take(other, until) {
    this.outcomes.set(other.outcomes.subarray(0, until * this.columns));
    this.histograms.set(other.histograms.subarray(0, until * BINS));
    this.samples.set(other.samples.subarray(0, 2 * until * this.watched));
  }

  put(day, outcomes, histogram, sample) {
    this.outcomes.set(outcomes, day * this.columns);
    this.histograms.set(histogram, day * BINS);
    this.samples.set(sample, 2 * day * this.watched);
  }
}

/**
 * The twins of a model, which has `days`, `first` (the first day of its burn-in, negative) and `columns` (outcomes),
 * `watched` (accounts), `begin(seed)`, `decide(settings, levers)`, `areEarly(levers)` (whether these have to be set before the
 * burn-in), `to(day, hour)`, `outcomes(day)` of a day that has ended, `opinions()`, `sample()`, `snapshot()`, `restore(snapshot)`
 * and `digest()`. Every `every` days a snapshot is kept to fork from.
 */
export class Twins {
  constructor(model, every = 7) {
    this.model = model;
    this.every = every;
    this.seed = null;
    this.first = null;
    this.snapshots = [];
    this.visited = { key: "", snapshots: new Map() };
  }

  /** The world in which nothing is done. `breathe(day)` is awaited after every day, and throws `Cancelled` to end it. */
  async without(seed, breathe) {
    if (this.seed === seed) return this.first;
    this.seed = null;
    this.snapshots = [];
    const { model } = this;
    model.begin(seed);
    model.decide({});
    const record = this.#record();
    await this.#burnIn(breathe);
    await this.#go(record, 0, breathe, (day) => {
      if (day % this.every === 0) this.snapshots.push(model.snapshot());
    });
    this.first = record;
    this.seed = seed;
    return record;
  }

  /** The world with what is decided: `settings` of policies, and `levers` of the world itself. */
  async with(seed, settings, breathe, levers = {}) {
    const first = await this.without(seed, breathe);
    const from = await this.#apart(seed, settings, levers, breathe);
    if (from === null) return first;
    const record = this.#record();
    record.take(first, from);
    await this.#go(record, from, breathe, () => {});
    return record;
  }

  /** Has the model be in one of the two worlds, `which` of them ("without", "with"), at an hour of a day. */
  async visit(which, seed, settings, levers, day, hour, breathe) {
    await this.without(seed, breathe);
    const { model } = this;
    const fork = firstDay(settings, model.days);
    if (which === "without" || (!model.areEarly(levers) && (day < fork || fork === model.days))) {
      const kept = Math.min(this.snapshots.length - 1, Math.floor(day / this.every));
      model.restore(this.snapshots[kept]);
      await this.#days(kept * this.every, day, breathe);
    } else {
      const key = JSON.stringify([seed, settings, levers]);
      if (this.visited.key !== key) this.visited = { key, snapshots: new Map() };
      const { snapshots } = this.visited;
      const kept = Math.max(-1, ...[...snapshots.keys()].filter((each) => each <= day));
      if (kept >= 0) model.restore(snapshots.get(kept));
      const from = kept >= 0 ? kept : await this.#apart(seed, settings, levers, breathe);
      await this.#days(from, day, breathe, (now) => {
        if (now % VISITED === 0) snapshots.set(now, model.snapshot());
      });
    }
    model.to(day, hour);
  }

  #record() {
    return new Record(this.model.days, this.model.columns, this.model.watched.length);
  }

  /** Has the model be where the second world leaves the first; returns the day, null where it never does. */
  async #apart(seed, settings, levers, breathe) {
    const { model } = this;
    if (model.areEarly(levers)) {
      model.begin(seed);
      model.decide(settings, levers);
      await this.#burnIn(breathe);
      return 0;
    }
    const fork = firstDay(settings, model.days);
    if (fork >= model.days) return null;
    const kept = Math.floor(fork / this.every);
    model.restore(this.snapshots[kept]);
    model.decide(settings, levers);
    return kept * this.every;
  }

  async #burnIn(breathe) {
    for (let day = this.model.first; day < 0; day++) {
      this.model.to(day + 1);
      await breathe(day);
    }
  }

  async #days(from, until, breathe, before = () => {}) {
    for (let day = from; day < until; day++) {
      before(day);
      this.model.to(day + 1);
      await breathe(day);
    }
  }

  async #go(record, from, breathe, before) {
    const { model } = this;
    for (let day = from; day < model.days; day++) {
      before(day);
      model.to(day + 1);
      record.put(day, model.outcomes(day), histogramOf(model.opinions()), model.sample());
      await breathe(day);
    }
    record.digest = await model.digest();
  }
}
