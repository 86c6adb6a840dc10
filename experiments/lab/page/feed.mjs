// A person's feed in words: what is in it, in its order, and why.

import { css } from "../../pages/colours.mjs";
import { SVG, counted, filled } from "../../pages/dom.mjs";
import { plain } from "../../pages/axes.mjs";

const OF_TROLLS_FROM = 3; // of society.group

/** The person whose number comes nearest to one that is given; the first for what is no number. */
export function accountOf(number, people) {
  return Math.min(people - 1, Math.max(0, Number.isFinite(number) ? Math.trunc(number) : 0));
}

/** A number with its sign. */
export function signed(value) {
  const told = plain(value);
  return value > 0 && told !== "0" ? `+${told}` : told;
}

/** Why a message is in a feed. */
export function whyOf(row, words) {
  if (row.from_stream) return words.why.stream;
  const relayed = row.relayed > 0 ? filled(words.relayed, { carrier: nameOf(row.carrier, row.carrierGroup, words) }) : "";
  const more = row.relayed > 1 ? counted(words.more, row.relayed - 1) : "";
  const passed = [relayed, more].filter(Boolean).join(" ");
  if (!row.followed) return filled(words.why.relayed, { passed });
  return passed ? filled(words.why.both, { passed }) : words.why.followee;
}

/** Who an account is. */
export function nameOf(account, group, words) {
  return filled(words.groups[group], { account });
}

/** What a message does to its reader. */
export function doesOf(row, words) {
  if (Number.isNaN(row.stance)) return words.does.untopical;
  if (!row.new) return words.does.seen;
  if (row.far) return words.does.far;
  return row.pull === 0 ? words.does.still : filled(words.does.pulls, { pull: signed(row.pull) });
}

/** A message in words, each a line: who says what, why it is there, and what it does. */
export function told(row, words) {
  const who = { author: nameOf(row.author, row.group, words), stance: signed(row.stance) };
  const numbers = { age: counted(words.hours, row.age), shares: plain(row.shares), weight: plain(row.weight) };
  return [
    filled(Number.isNaN(row.stance) ? words.untopical : words.says, who),
    `${whyOf(row, words)} ${filled(words.numbers, numbers)}`,
    doesOf(row, words),
  ];
}

/** Fills a list with a feed; says so where there is none. */
export function showFeed(host, feed, words) {
  host.replaceChildren(...(feed ?? []).map((row) => item(row, words)));
}

function item(row, words) {
  const element = document.createElement("li");
  if (row.group >= OF_TROLLS_FROM) element.className = "troll";
  const [head, why, does] = told(row, words);
  element.append(mark(row), part("strong", head), part("span", why), part("span", does));
  return element;
}

function part(tag, text) {
  return Object.assign(document.createElement(tag), { textContent: text });
}

/** The mark that the author has in the graph, with the colour of what is said. */
function mark(row) {
  const svg = document.createElementNS(SVG, "svg");
  const [tag, shape] = row.group >= OF_TROLLS_FROM ? ["path", { d: "M7 1L13 12H1Z" }] : ["circle", { cx: 7, cy: 7, r: 6 }];
  const drawn = document.createElementNS(SVG, tag);
  const fill = Number.isNaN(row.stance) ? "white" : css(row.stance);
  for (const [name, value] of Object.entries({ ...shape, fill, stroke: "#1b1b1b" })) drawn.setAttribute(name, String(value));
  const frame = { viewBox: "0 0 14 14", class: "mark", "aria-hidden": "true" };
  for (const [name, value] of Object.entries(frame)) svg.setAttribute(name, value);
  svg.append(drawn);
  return svg;
}

/** What a person holds and from whom it comes, sentence by sentence. */
export function toldOfPerson(person, words) {
  const numbers = Object.fromEntries(
    ["opinion", "anchor", "direct", "relayed", "said", "organisers", "events"].map((name) => [name, signed(person[name])]),
  );
  return [
    filled(words.holds, numbers), filled(words.traced, numbers), filled(words.others, numbers),
    counted(words.follows, person.following), counted(words.followers, person.followers), counted(words.posts, person.posts),
    counted(words.messages, person.messages),
  ];
}
