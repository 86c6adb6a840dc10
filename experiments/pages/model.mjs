// The engine as twins need it.

import { load, unpack } from "../../sim/page/engine.js";
import { variantOf } from "../../sim/page/variants.js";
import { Snapshots } from "./snapshots.mjs";

const SUSPENDED = 2; // of state.status
const OF_TROLLS_FROM = 3; // of society.group
const STEPS = 127; // bytes to a unit of opinion
const MIDDLE = 128;

/**
 * The model of a page's `module` and `image` (gzipped, in base64) and `layout`, at the start of the burn-in. Of the
 * accounts that are `watched` it tells every day what they hold; it goes through the first `days` (default: all). It can
 * become one of the `variants`, by name a `patch` (packed as well) and the accounts that are watched then.
 */
export async function open({ module, image, layout, variants = {}, watched = [], days = layout.calendar.days }) {
  const world = await load(await unpack(module), await unpack(image), layout);
  return new Model(world, { image, layout, variants, watched }, days);
}

/** A whole number nearest to one, the even one of two that are as near. */
function rint(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** A world that can be begun anew, and set back to what it was. */
class Model {
  constructor(world, page, days) {
    const { burn_in_days: burnIn } = world.layout.calendar;
    Object.assign(this, { world, page, days, first: -burnIn, columns: world.layout.outcomes.length });
    this.#settle(null, page.watched);
  }

  /** Becomes a variant by name, null for the page's own world, at the start of its burn-in. */
  async turnInto(variant) {
    const { image: packed, layout, variants, watched } = this.page;
    const patchOf = async (name) => (Object.hasOwn(variants, name) ? unpack(variants[name].patch) : null);
    let found = { image: await unpack(packed), layout };
    if (variant !== null) found = await variantOf(found, patchOf, variant);
    await this.world.turnInto(found.image, found.layout);
    this.#settle(variant, variant === null ? watched : variants[variant].watched);
  }

  #settle(variant, watched) {
    Object.assign(this, { variant, watched, followers: null, snapshots: new Snapshots() });
    this.start = this.snapshot();
  }

  begin(seed) {
    this.restore(this.start);
    this.world.setSeed(seed);
  }

  /** Whether some levers can only be set before the burn-in. */
  areEarly(levers) {
    return Object.keys(levers).some((path) => !this.world.layout.levers.find((each) => each.path === path)?.late);
  }

  decide(settings, levers = {}) {
    this.world.setLevers(levers).setBranch({ policies: Object.entries(settings).map(([name, values]) => ({ name, ...values })) });
  }

  /** On to the beginning of a day, or to an hour of it. */
  to(day, hour = 0) {
    const { ticks_per_day: perDay } = this.world.layout.calendar;
    const step = Math.floor((hour * perDay) / 24);
    this.world.advance(step === 0 ? day : day + (step + 0.5) / perDay);
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

  /** Of every account that is watched a byte of opinion (128 is 0, 1 and 255 the ends), then of every one its status. */
  sample() {
    const { watched, world } = this;
    const [people, levels] = world.layout.arrays["state.opinion"].shape;
    const [person, opinion] = [world.array("society.person"), world.array("state.opinion")];
    const [status, fixed] = [world.array("state.status"), world.array("society.fixed_stance")];
    const bytes = new Uint8Array(2 * watched.length);
    watched.forEach((account, i) => {
      const held = person[account] >= 0;
      bytes[i] = rint(STEPS * (held ? opinion[person[account] * levels] : fixed[account - people])) + MIDDLE;
      bytes[watched.length + i] = status[account];
    });
    return bytes;
  }

  /** What an account's person has been through up to now, the present opinion with what is traced in it. */
  person(account) {
    const { world } = this;
    const person = world.array("society.person")[account];
    const [, levels] = world.layout.arrays["state.opinion"].shape;
    const opinions = world.array("state.opinion").subarray(person * levels, (person + 1) * levels);
    const [opinion, withoutTrolls, withoutOrganisers, own] = opinions;
    const [direct, relayed] = world.array("state.channel").subarray(2 * person, 2 * person + 2);
    const [first, last] = world.array("society.indptr").subarray(account, account + 2);
    const since = Number(world.array("state.suspended_since")[account]);
    const suspended = world.array("state.status")[account] === SUSPENDED;
    const { burn_in_days: burnIn, ticks_per_day: perDay } = world.layout.calendar;
    return {
      account, opinion, direct, relayed, own, said: opinion - withoutTrolls - (direct + relayed),
      organisers: withoutTrolls - withoutOrganisers, events: withoutOrganisers - own,
      anchor: world.array("society.anchor")[person],
      messages: world.array("state.troll_impressions")[person], posts: world.array("state.posts")[account],
      status: world.array("state.status")[account], following: Number(last) - Number(first),
      followers: this.#followers()[account], since: suspended ? Math.floor(since / perDay) - burnIn : null,
    };
  }

  /** How many modelled accounts follow each account. */
  #followers() {
    if (!this.followers) {
      this.followers = new Uint32Array(this.world.array("society.group").length);
      for (const followee of this.world.array("society.followees")) this.followers[followee] += 1;
    }
    return this.followers;
  }

  /** The feed of an account as `World.feed` has it, with what every message's author and carrier are (their group). */
  feed(account) {
    const group = this.world.array("society.group");
    return this.world.feed(account)?.map((row) => ({
      ...row, group: group[row.author], carrierGroup: row.carrier < 0 ? null : group[row.carrier],
      age: this.world.step - row.created,
    })) ?? null;
  }

  /** The accounts of people who are suspended now. */
  removed() {
    const [group, person, status] = ["society.group", "society.person", "state.status"].map((path) => this.world.array(path));
    const found = [];
    for (let account = 0; account < group.length; account++) {
      if (status[account] === SUSPENDED && group[account] < OF_TROLLS_FROM && person[account] >= 0) found.push(account);
    }
    return found;
  }

  snapshot() {
    return this.snapshots.take(this.world.bytes());
  }

  restore(snapshot) {
    this.snapshots.put(this.world.bytes(), snapshot);
  }

  digest() {
    return this.world.digest();
  }
}
