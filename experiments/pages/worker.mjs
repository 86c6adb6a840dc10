// The worker: runs the model, so that the page never stalls. What is asked last is answered; what was asked before is left.

import { open } from "./model.mjs";
import { Cancelled, Twins } from "./twins.mjs";

let twins = null;
let latest = 0;

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

function breatheFor(id, total) {
  let steps = 0;
  return async () => {
    steps += 1;
    if (steps % 20 === 0) self.postMessage({ kind: "progress", id, share: Math.min(1, steps / total) });
    await turn();
    if (id !== latest) throw new Cancelled();
  };
}

async function answer({ id, seed, settings, levers }) {
  const breathe = breatheFor(id, 2 * twins.model.days);
  const without = await twins.without(seed, breathe);
  const withIt = await twins.with(seed, settings, breathe, levers);
  if (id === latest) self.postMessage({ kind: "answer", id, seed, settings, levers, without, with: withIt });
}

/** The twins of a seed that are kept: of each but one world, from the first day, as one takes ten megabytes. */
function keptOf(seed) {
  if (!kept.has(seed)) kept.set(seed, new Twins(twins.model, twins.model.days));
  return kept.get(seed);
}

/** The twins of several seeds, each told as soon as it is there. What is kept of the class's own seed stays. */
async function answerLuck({ id, seeds, settings, levers, keep }) {
  const others = new Twins(twins.model);
  const breathe = breatheFor(id, 2 * seeds.length * twins.model.days);
  for (const seed of seeds) {
    const of = seed === twins.seed ? twins : keep ? keptOf(seed) : others;
    const without = await of.without(seed, breathe);
    const withIt = await of.with(seed, settings, breathe, levers);
    self.postMessage({ kind: "luck", id, seed, without, with: withIt });
  }
}

/** What is found on a look into both worlds, at an hour of a day: an account's person and feed. */
async function lookAtFeed({ id, seed, settings, levers, day, hour, account }) {
  const breathe = breatheFor(id, 2 * twins.model.days);
  const found = {};
  for (const which of ["without", "with"]) {
    await twins.visit(which, seed, settings, levers, day, hour, breathe);
    found[which] = { person: twins.model.person(account), feed: twins.model.feed(account) };
  }
  self.postMessage({ kind: "look", id, ...found });
}

/** The people who are removed in the second world when a day begins, the first `most` of them, and their posts in both worlds. */
async function lookAtRemoved({ id, seed, settings, levers, day, most }) {
  const breathe = breatheFor(id, 2 * twins.model.days);
  await twins.visit("with", seed, settings, levers, day, 0, breathe);
  const accounts = twins.model.removed();
  const people = accounts.slice(0, most).map((account) => twins.model.person(account));
  await twins.visit("without", seed, settings, levers, day, 0, breathe);
  for (const each of people) each.postsWithout = twins.model.person(each.account).posts;
  self.postMessage({ kind: "look", id, accounts, people });
}

const ANSWERS = { ask: answer, luck: answerLuck, feed: lookAtFeed, removed: lookAtRemoved };

let queue = Promise.resolve();
self.addEventListener("message", ({ data }) => {
  latest = data.id;
  queue = queue.then(async () => {
    if (data.id !== latest) return;
    try {
      if (data.kind === "open") {
        const model = await open(data.engine);
        twins = new Twins(model);
        self.postMessage({ kind: "opened", id: data.id });
      } else if (data.kind !== "leave") {
        await ANSWERS[data.kind](data);
      }
    } catch (error) {
      if (!(error instanceof Cancelled)) self.postMessage({ kind: "failed", id: data.id, words: String(error.message ?? error) });
    }
  });
});
