// The innocent: a thousand people drawn of the modelled, of whom one can be opened.

import { Crowd } from "../../pages/crowd.mjs";
import { byId, counted, dataOf, filled, reveal } from "../../pages/dom.mjs";

/** What is told of a person, sentence by sentence, in words of the page. */
export function told(person, words) {
  const found = [words.states[person.state]];
  if (person.days > 0) found.push(counted(words.days, person.days));
  if (person.state === "absent") return found;
  found.push(person.age >= 0 ? counted(words.age, person.age) : counted(words.joined, -person.age));
  found.push(counted(words.posts, person.posts), counted(words.marches, person.marches), words.sides[person.side]);
  return found;
}

/** Sets the part of the page up, where there is one. */
export function startInnocent() {
  const data = dataOf("innocent-data");
  if (!data) return;
  reveal("innocent-open");
  const people = data.people.map((row) => Object.fromEntries(data.columns.map((column, i) => [column, row[i]])));
  const icons = [...byId("innocent-crowd").querySelectorAll("use")];
  const parts = {
    crowd: byId("innocent-crowd"), number: byId("innocent-number"), next: byId("innocent-next"),
    nextHit: byId("innocent-next-hit"),
  };
  const crowd = new Crowd(parts, (open) => {
    byId("innocent-who").textContent = filled(data.words.who, { n: open + 1, of: people.length });
    byId("innocent-told").replaceChildren(...told(people[open], data.words).map(item));
  });
  crowd.fill(icons, (i) => people[i].days > 0);
}

function item(text) {
  const found = document.createElement("li");
  found.textContent = text;
  return found;
}
