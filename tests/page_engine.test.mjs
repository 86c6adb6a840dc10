// `node --test` with PAGE_WORLD, a folder as PageWorld.write makes it, and in it expected.json: see test_page_runs.py.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const folder = process.env.PAGE_WORLD;
const read = (name) => readFile(join(folder, name));
const readJson = async (name) => JSON.parse(await readFile(join(folder, name), "utf8"));
const { InputError, load, unpack } = await import(pathToFileURL(join(folder, "engine.js")));
const { variantOf } = await import(pathToFileURL(join(folder, "variants.js")));
const [module, image, layout, expected] = [
  await read("engine.wasm"), await read("world.bin"), await readJson("layout.json"), await readJson("expected.json"),
];
const begin = () => load(module, image, layout);

const same = (found, wanted) => {
  for (const [name, values] of Object.entries(wanted)) {
    assert.deepEqual(Array.from(found[name]), values.map((value) => (value === null ? NaN : value)), name);
  }
  assert.deepEqual(Object.keys(found), Object.keys(wanted));
};

for (const branch of expected.branches) {
  test(`a branch: ${JSON.stringify(branch.policies)}`, async () => {
    const world = (await begin()).setBranch({ policies: branch.policies }).advance();
    assert.equal(await world.digest(), branch.digest);
    same(world.outcomes(), branch.outcomes);
  });
}

test("a fork goes on by itself, and a world can become another", async () => {
  const trunk = (await begin()).advance(15);
  const [, takedown, preemptive] = expected.branches;
  const side = trunk.fork().setBranch({ policies: takedown.policies }).advance();
  assert.equal(await side.digest(), takedown.digest);
  assert.equal(trunk.day, 15);
  side.become(trunk).setBranch({ policies: preemptive.policies }).advance();
  assert.equal(await side.digest(), preemptive.digest);
  assert.equal(await trunk.advance().digest(), expected.branches[0].digest);
});

test("another seed with the same people", async () => {
  const { seed, days, digest } = expected.seed;
  assert.equal(await (await begin()).setSeed(seed).advance(days).digest(), digest);
});

test("levers", async () => {
  const { levers, days, digest } = expected.levers;
  const world = (await begin()).setLevers(levers).advance(days);
  assert.equal(world.number("parameters.campaign.flooding"), BigInt(levers["campaign.flooding"]));
  assert.equal(await world.digest(), digest);
});

test("variants, one after the other in one memory", async () => {
  const world = await begin();
  const patchOf = async (name) => new Uint8Array(await read(`${name}.patch`));
  for (const [name, digest] of [...Object.entries(expected.variants), ...Object.entries(expected.variants).reverse()]) {
    const variant = await variantOf({ image: Uint8Array.from(image), layout }, patchOf, name);
    assert.equal(await (await world.turnInto(variant.image, variant.layout)).advance(12).digest(), digest, name);
  }
  await world.turnInto(image, layout);
  const side = (await begin()).advance(12);
  assert.equal(await world.advance(12).digest(), await side.digest());
  await assert.rejects(world.turnInto(image.subarray(1), layout), /damaged/);
});

test("what cannot be is refused in a sentence, and changes nothing", async () => {
  const world = await begin();
  const before = await world.digest();
  const refused = (call, sentence) => assert.throws(call, (error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, sentence);
    return true;
  });
  refused(() => world.setLevers({ "campaign.flooding": 2.5 }), /^campaign\.flooding must be a whole number .*, not 2\.5\.$/);
  refused(() => world.setLevers({ "opinion.rule.strength": 2 }), /^opinion\.rule\.strength must be from 0 to 1, not 2\.$/);
  refused(() => world.setLevers({ "opinion.rule.strength": NaN }), /not NaN\.$/);
  refused(() => world.setLevers({ "expression.silence": 1 }), /must be true or false, not 1\.$/);
  refused(() => world.setLevers({ people: 3 }), /^There is no lever people\.$/);
  refused(() => world.setSeed(-1), /^seed must be a whole number/);
  refused(() => world.setBranch({ policies: [{ name: "ban", day: 3 }] }), /^policy must be one of takedown, .*, not ban\.$/);
  refused(() => world.setBranch({ policies: [{ name: "takedown", day: 999 }] }), /^day must be a day from 0 to/);
  refused(() => world.setBranch({ policies: [{ name: "takedown", day: "soon" }] }), /^day must be/);
  refused(() => world.setBranch({ policies: [{ name: "takedown", day: 1, accounts: 1e9 }] }), /accounts must be a whole number/);
  refused(() => world.setBranch({ policies: [{ name: "takedown", day: 1, colour: 1 }] }), /has no field colour/);
  refused(() => world.setBranch({ policies: Array(17).fill({ name: "takedown", day: 1 }) }), /at most 16, not 17/);
  refused(() => world.advance(1e6), /^day must be a day from/);
  assert.equal(await world.digest(), before);
  world.advance(3);
  refused(() => world.setBranch({ policies: [{ name: "takedown", day: 2 }] }), /must have been the same up to day 3/);
  refused(() => world.setBranch({ campaign: false }), /must have been the same/);
  refused(() => world.setLevers({ "campaign.flooding": 2 }), /before the world has begun/);
  refused(() => world.advance(2), /^day must be a day from 3/);
});

test("levers that are late can be set until something is done", async () => {
  const late = { ...layout, levers: layout.levers.map((lever) => ({ ...lever, late: true })) };
  const world = (await load(module, image, late)).advance(3).setLevers({ "campaign.flooding": 2 });
  assert.equal(world.number("parameters.campaign.flooding"), 2n);
  world.setBranch({ policies: [{ name: "takedown", day: 3 }] }).setLevers({ "campaign.flooding": 3 }).advance(4);
  assert.throws(() => world.setLevers({ "campaign.flooding": 4 }), /can only be set before something is done/);
  assert.equal(world.number("parameters.campaign.flooding"), 3n);
});

test("what does not belong together is not loaded", async () => {
  await assert.rejects(load(module, image, { ...layout, code: "0" }), /do not belong together/);
  const damaged = Uint8Array.from(image);
  damaged[damaged.length >> 1] ^= 1;
  await assert.rejects(load(module, damaged, layout), /damaged/);
});

test("a hundred forks in one memory", async () => {
  const trunk = (await begin()).advance(2);
  const side = trunk.fork();
  const digests = new Set();
  for (let i = 0; i < 100; i += 1) digests.add(await side.become(trunk).advance(3).digest());
  assert.equal(digests.size, 1);
});

test("what a page carries is unpacked", async () => {
  const text = gzipSync(module).toString("base64");
  assert.deepEqual(Buffer.from(await unpack(text)), module);
});
