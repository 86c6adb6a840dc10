// The engine as twins need it.

import { load, unpack } from "../../sim/page/engine.js";

/** The model of a page's `module` and `image` (gzipped, in base64) and their `layout`, at the start of the burn-in. */
export async function open({ module, image, layout }) {
  return new Model(await load(await unpack(module), await unpack(image), layout));
}

/** A world that can be begun anew, and set back to what it was. */
class Model {
  constructor(world) {
    const { days, burn_in_days: burnIn } = world.layout.calendar;
    Object.assign(this, { world, days, first: -burnIn, columns: world.layout.outcomes.length });
    this.start = this.snapshot();
  }

  begin(seed) {
    this.restore(this.start);
    this.world.setSeed(seed);
  }

  decide(settings) {
    this.world.setBranch({ policies: Object.entries(settings).map(([name, values]) => ({ name, ...values })) });
  }

  to(day) {
    this.world.advance(day);
  }

  outcomes(day) {
    return this.world.array("work.outcomes").slice(day * this.columns, (day + 1) * this.columns);
  }

  /** Everybody's opinion, without the shadows that stand beside it. */
  opinions() {
    const [people, levels] = this.world.layout.arrays["state.opinion"].shape;
    const all = this.world.array("state.opinion");
    return Float64Array.from({ length: people }, (_, person) => all[person * levels]);
  }

  snapshot() {
    return this.world.bytes().slice();
  }

  restore(snapshot) {
    this.world.bytes().set(snapshot);
  }

  digest() {
    return this.world.digest();
  }
}
