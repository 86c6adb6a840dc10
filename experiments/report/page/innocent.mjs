// The innocent: a thousand people drawn of the modelled, of whom one can be opened.

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

/** The next person after one who was hit, around the end; -1 where nobody was. */
export function nextHit(people, from) {
  for (let i = 1; i <= people.length; i++) {
    const at = (from + i) % people.length;
    if (people[at].days > 0) return at;
  }
  return -1;
}

/** Sets the part of the page up, where there is one. */
export function startInnocent() {
  const data = dataOf("innocent-data");
  if (!data) return;
  reveal("innocent-open");
  const people = data.people.map((row) => Object.fromEntries(data.columns.map((column, i) => [column, row[i]])));
  const icons = [...byId("innocent-crowd").querySelectorAll("use")];
  const number = byId("innocent-number");
  let open = -1;

  const show = (at) => {
    if (open >= 0) icons[open].classList.remove("open");
    open = Math.min(people.length - 1, Math.max(0, at));
    icons[open].classList.add("open");
    number.value = open + 1;
    byId("innocent-who").textContent = filled(data.words.who, { n: open + 1, of: people.length });
    byId("innocent-told").replaceChildren(...told(people[open], data.words).map(item));
  };
  number.addEventListener("change", () => show(Number(number.value) - 1));
  byId("innocent-next").addEventListener("click", () => show((open + 1) % people.length));
  const hit = nextHit(people, -1);
  byId("innocent-next-hit").disabled = hit < 0;
  byId("innocent-next-hit").addEventListener("click", () => show(nextHit(people, open)));
  byId("innocent-crowd").addEventListener("click", (event) => {
    const at = icons.indexOf(event.target.closest("use"));
    if (at >= 0) show(at);
  });
  show(Math.max(0, hit));
}

function item(text) {
  const found = document.createElement("li");
  found.textContent = text;
  return found;
}
