// Two worlds with the same people and the same draws: the second is forked from the first where something is decided.

export const BINS = 40;

/** The first day on which anything that is decided holds; none, if nothing is. */
export function firstDay(settings, days) {
  return Math.min(days, ...Object.values(settings).map((each) => each.day));
}

/** What is thrown where nobody wants the answer any more. */
export class Cancelled extends Error {}

/** How many opinions lie in each of `BINS` equal parts of -1 to 1. */
export function histogramOf(opinions) {
  const counts = new Uint32Array(BINS);
  for (const x of opinions) counts[Math.min(BINS - 1, Math.max(0, Math.floor(((x + 1) / 2) * BINS)))] += 1;
  return counts;
}

/** What is recorded of a world: a row of outcomes and a histogram a day, and the digest at the end. */
class Record {
  constructor(days, outcomes) {
    this.days = days;
    this.columns = outcomes;
    this.outcomes = new Float64Array(days * outcomes).fill(Number.NaN);
    this.histograms = new Uint32Array(days * BINS);
    this.digest = "";
  }

  /** Takes the days before one from another record. */
  take(other, until) {
    this.outcomes.set(other.outcomes.subarray(0, until * this.columns));
    this.histograms.set(other.histograms.subarray(0, until * BINS));
  }

  put(day, outcomes, histogram) {
    this.outcomes.set(outcomes, day * this.columns);
    this.histograms.set(histogram, day * BINS);
  }
}

/**
 * The twins of a model, which has `days`, `first` (the first day of its burn-in, negative) and `columns` (outcomes),
 * `begin(seed)`, `decide(settings)`, `to(day)` (on to the beginning of a day), `outcomes(day)` of a day that has ended,
 * `opinions()`, `snapshot()`, `restore(snapshot)` and `digest()`. Every `every` days a snapshot is kept to fork from.
 */
export class Twins {
  constructor(model, every = 7) {
    this.model = model;
    this.every = every;
    this.seed = null;
    this.first = null;
    this.snapshots = [];
  }

  /** The world in which nothing is done. `breathe(day)` is awaited after every day, and throws `Cancelled` to end it. */
  async without(seed, breathe) {
    if (this.seed === seed) return this.first;
    this.seed = null;
    this.snapshots = [];
    const { model } = this;
    model.begin(seed);
    model.decide({});
    const record = new Record(model.days, model.columns);
    for (let day = model.first; day < 0; day++) {
      model.to(day + 1);
      await breathe(day);
    }
    await this.#go(record, 0, breathe, (day) => {
      if (day % this.every === 0) this.snapshots.push(model.snapshot());
    });
    this.first = record;
    this.seed = seed;
    return record;
  }

  /** The world with what is decided. */
  async with(seed, settings, breathe) {
    const first = await this.without(seed, breathe);
    const { model } = this;
    const fork = firstDay(settings, model.days);
    if (fork >= model.days) return first;
    const kept = Math.floor(fork / this.every);
    model.restore(this.snapshots[kept]);
    model.decide(settings);
    const record = new Record(model.days, model.columns);
    record.take(first, kept * this.every);
    await this.#go(record, kept * this.every, breathe, () => {});
    return record;
  }

  async #go(record, from, breathe, before) {
    const { model } = this;
    for (let day = from; day < model.days; day++) {
      before(day);
      model.to(day + 1);
      record.put(day, model.outcomes(day), histogramOf(model.opinions()));
      await breathe(day);
    }
    record.digest = await model.digest();
  }
}
