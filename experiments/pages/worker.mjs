// The worker: runs the model, so that the page never stalls. What is asked last is answered; what was asked before is left.

import { open } from "./model.mjs";
import { Cancelled, Twins } from "./twins.mjs";

let twins = null;
let latest = 0;

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

async function answer({ id, seed, settings }) {
  const breathe = breatheFor(id, 2 * twins.model.days);
  const without = await twins.without(seed, breathe);
  const withIt = await twins.with(seed, settings, breathe);
  if (id === latest) self.postMessage({ kind: "answer", id, seed, settings, without, with: withIt });
}

/** The twins of other seeds, each told as soon as it is there. What is kept of the class's own seed stays. */
async function answerLuck({ id, seeds, settings }) {
  const others = new Twins(twins.model);
  const breathe = breatheFor(id, 2 * seeds.length * twins.model.days);
  for (const seed of seeds) {
    const of = seed === twins.seed ? twins : others;
    const without = await of.without(seed, breathe);
    const withIt = await of.with(seed, settings, breathe);
    self.postMessage({ kind: "luck", id, seed, without, with: withIt });
  }
}

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
      } else {
        await (data.kind === "luck" ? answerLuck : answer)(data);
      }
    } catch (error) {
      if (!(error instanceof Cancelled)) self.postMessage({ kind: "failed", id: data.id, words: String(error.message ?? error) });
    }
  });
});
