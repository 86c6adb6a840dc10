// Those who are removed although they did nothing, as people of whom one can be opened.

import { SVG, counted, filled } from "../../pages/dom.mjs";
import { signed } from "./feed.mjs";

const COLUMNS = { usual: 40, narrow: 20 }; // where icons would be too small for a finger
const NARROW = 600; // pixels
const [WIDE, HIGH] = [22, 26];

/** At most so many accounts of people, in order: those of `hit`, and others evenly among all. */
export function crowdOf(people, hit, most) {
  const others = Math.max(0, Math.min(most, people) - hit.length);
  const found = new Set(hit);
  for (let i = 0; i < others; i++) {
    let at = Math.floor((i * people) / others);
    while (found.has(at)) at = (at + 1) % people;
    found.add(at);
  }
  return [...found].sort((a, b) => a - b);
}

/** How many icons there are in a row of a picture, by the width of the page. */
export function columnsOf(svg) {
  return svg.parentElement.clientWidth < NARROW ? COLUMNS.narrow : COLUMNS.usual;
}

/** Fills a picture with an icon a person, so many in a row; those of `hit` are marked. Returns the icons. */
export function fillCrowd(svg, accounts, hit, columns) {
  const icons = accounts.map((account, i) => {
    const icon = document.createElementNS(SVG, "use");
    const [x, y] = [WIDE * (i % columns), HIGH * Math.floor(i / columns)];
    for (const [name, value] of Object.entries({ href: "#person", x, y })) icon.setAttribute(name, String(value));
    if (hit.has(account)) icon.setAttribute("class", "suspended");
    return icon;
  });
  for (const old of [...svg.querySelectorAll("use")]) old.remove();
  svg.append(...icons);
  const rows = Math.ceil(accounts.length / columns);
  svg.setAttribute("viewBox", `-2 -2 ${WIDE * Math.min(columns, accounts.length) + 2} ${HIGH * rows + 2}`);
  return icons;
}

/** What is told of somebody who is removed, sentence by sentence. */
export function toldOfRemoved(person, words, date) {
  return [
    filled(words.since, { date }), filled(words.holds, { opinion: signed(person.opinion) }),
    counted(words.followers, person.followers), counted(words.posts, person.posts),
    counted(words.unwritten, Math.max(0, person.postsWithout - person.posts)),
  ];
}
