// The worker: runs the model, so that the page never stalls.

import { open } from "./model.mjs";
import { Tasks } from "./tasks.mjs";
import { Twins } from "./twins.mjs";

let twins = null;

/** Twins by seed, where a page asks for several seeds again and again. */
const kept = new Map();

/** Lets messages in. A message to oneself comes behind those that are waiting; a timer would wait 4 ms. */
const channel = new MessageChannel();
const waiting = [];
channel.port1.addEventListener("message", () => waiting.shift()());
channel.port1.start();
function turn() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(0);
  });
}

/** The breath of a task that tells how far it is, of `total` days. */
function telling({ id }, breathe, total) {
  let steps = 0;
  return () => {
    steps += 1;
    if (steps % 20 === 0) self.postMessage({ kind: "progress", id, share: Math.min(1, steps / total) });
    return breathe();
  };
}

async function begin({ id, engine }) {
  twins = new Twins(await open(engine));
  self.postMessage({ kind: "opened", id });
}

/** Has the model be a variant of the page's world; what is known of another one is forgotten then. */
async function stand(variant) {
  if (twins.model.variant === variant) return;
  const { model } = twins;
  await model.turnInto(variant);
  twins = new Twins(model);
  kept.clear();
}

async function answer(data, breathe) {
  const { id, seed, settings, levers, variant } = data;
  await stand(variant);
  const calm = telling(data, breathe, 2 * twins.model.days);
  const without = await twins.without(seed, calm);
  const withIt = await twins.with(seed, settings, calm, levers);
  await breathe(); // the digest takes its time
  self.postMessage({ kind: "answer", id, seed, settings, levers, without, with: withIt });
}

/** The twins of a seed that are kept: of each but one world, from the first day, as one takes ten megabytes. */
function keptOf(seed) {
  if (!kept.has(seed)) kept.set(seed, new Twins(twins.model, twins.model.days));
  return kept.get(seed);
}

/** The twins of several seeds, each told as soon as it is there. What is kept of the class's own seed stays. */
async function answerLuck(data, breathe) {
  const { id, seeds, settings, levers, keep, variant } = data;
  await stand(variant);
  const others = new Twins(twins.model);
  const calm = telling(data, breathe, 2 * seeds.length * twins.model.days);
  for (const seed of seeds) {
    const of = seed === twins.seed ? twins : keep ? keptOf(seed) : others;
    const without = await of.without(seed, calm);
    const withIt = await of.with(seed, settings, calm, levers);
    self.postMessage({ kind: "luck", id, seed, without, with: withIt });
  }
}

/** What is found on a look into both worlds, at an hour of a day: an account's person and feed. */
async function lookAtFeed(data, breathe) {
  const { id, seed, settings, levers, variant, day, hour, account } = data;
  await stand(variant);
  const calm = telling(data, breathe, 2 * twins.model.days);
  const found = {};
  for (const which of ["without", "with"]) {
    await twins.visit(which, seed, settings, levers, day, hour, calm);
    found[which] = { person: twins.model.person(account), feed: twins.model.feed(account) };
  }
  self.postMessage({ kind: "look", id, ...found });
}

/** The people who are removed in the second world when a day begins, the first `most` of them, and their posts in both worlds. */
async function lookAtRemoved(data, breathe) {
  const { id, seed, settings, levers, variant, day, most } = data;
  await stand(variant);
  const calm = telling(data, breathe, 2 * twins.model.days);
  await twins.visit("with", seed, settings, levers, day, 0, calm);
  const accounts = twins.model.removed();
  const people = accounts.slice(0, most).map((account) => twins.model.person(account));
  await twins.visit("without", seed, settings, levers, day, 0, calm);
  for (const each of people) each.postsWithout = twins.model.person(each.account).posts;
  self.postMessage({ kind: "look", id, accounts, people });
}

/** A look while classes are drawn: into the worlds that were answered last, and the model is then where it was. */
async function aside({ variant, seed }, look) {
  const { model } = twins;
  if (variant !== model.variant || seed !== twins.seed) return;
  const there = model.snapshot();
  await look();
  model.restore(there);
}

const ANSWERS = {
  open: begin, ask: answer, luck: answerLuck, feed: lookAtFeed, removed: lookAtRemoved, leave: async () => {},
};
const failed = (id, error) => self.postMessage({ kind: "failed", id, words: String(error.message ?? error) });
const tasks = new Tasks(ANSWERS, { turn, aside, failed });
self.addEventListener("message", ({ data }) => tasks.take(data));
