// Views into the two worlds themselves: the graph, a person's feed, who moved whom, and those who are wrongly removed.

import { plain, ticks } from "../../pages/axes.mjs";
import { Crowd } from "../../pages/crowd.mjs";
import { byId, counted, filled } from "../../pages/dom.mjs";
import { across } from "./charts.mjs";
import { showFeed, signed, toldOfPerson } from "./feed.mjs";
import { Graph, paintScale } from "./graph.mjs";
import { CHANNELS, rowsOf } from "./movers.mjs";
import { crowdOf, fillCrowd, toldOfRemoved } from "./removed.mjs";
import { dateOf } from "./settings.mjs";

const WHICH = ["without", "with"];
const SHOWN_PEOPLE = 1000; // people in the crowd
const GONE = 2;

/**
 * The views. `may()` says which of the two worlds may be seen, `valueOf(which, outcome, day)` is a daily outcome,
 * `look(what, where)` asks the worker, `read(account)` opens a person's feed and `notice(words)` tells something.
 */
export class Inside {
  constructor({ data, state, may, valueOf, look, read, notice }) {
    Object.assign(this, { data, say: data.strings, state, may, valueOf, look, asked: "", found: null });
    const canvases = WHICH.map((which) => byId(`graph-${which}`));
    this.graph = new Graph(canvases, data.graph, data.calendar.dates.length, (account) => {
      if (account < data.people) read(account);
      else notice(this.say.graph.not_read);
    });
    paintScale(byId("graph-scale"));
    const parts = Object.fromEntries(
      ["crowd", "number", "next", "nextHit"].map((name) => [name, byId(`removed-${name === "nextHit" ? "next-hit" : name}`)]),
    );
    this.crowd = new Crowd(parts, (open) => this.#open(open));
    byId("removed-feed").addEventListener("click", () => read(this.accounts[this.crowd.open]));
  }

  /** Nothing that was found is to be shown any more: the worlds are others, or somebody else has the worker. */
  forget() {
    this.asked = "";
    this.found = null;
  }

  /** Takes what was found on a look. */
  take(found) {
    this.found = found;
  }

  /** What is found at a place, null until then; asked for where it has not been. */
  #at(what, where) {
    const key = JSON.stringify([what, where]);
    if (this.asked !== key) {
      this.found = null;
      if (this.look(what, where)) this.asked = key;
    }
    return this.found;
  }

  #date() {
    return dateOf(this.data.calendar, this.state.day);
  }

  showGraph() {
    const { say, state } = this;
    const may = this.may();
    byId("graph-title").textContent = filled(say.graph.heading, { date: this.#date() });
    const tallies = this.graph.show(WHICH.map((which) => (may[which] ? state.answer[which] : null)), state.day);
    WHICH.forEach((which, i) => {
      byId(`graph-count-${which}`).textContent = tallies[i] ? filled(say.graph.count, tallies[i]) : say.predict.set_first;
    });
  }

  showFeed() {
    const { say, state } = this;
    const { account, day, hour } = state;
    const may = this.may();
    const words = say.feed;
    byId("account").value = String(account);
    byId("hour").value = String(hour);
    byId("feed-title").textContent = filled(words.heading, { account, date: this.#date(), hour: String(hour).padStart(2, "0") });
    const found = this.#at("feed", { account, day, hour });
    for (const which of WHICH) {
      const { person, feed } = (may[which] && found?.[which]) || { person: null, feed: null };
      const nothing = !may[which] ? say.predict.set_first : !found ? say.removed.looking : "";
      byId(`person-head-${which}`).textContent = person ? filled(words.head, { opinion: signed(person.opinion) }) : "…";
      list(byId(`person-${which}`), person ? toldOfPerson(person, words) : []);
      const gone = person?.status === GONE;
      byId(`feed-found-${which}`).textContent = nothing || (gone ? words.nobody : counted(words.found, feed.length));
      showFeed(byId(`feed-${which}`), feed, words);
    }
  }

  showMovers() {
    const { say, state, data } = this;
    const may = this.may();
    byId("movers-title").textContent = filled(say.movers.heading, { date: this.#date() });
    const kinds = WHICH.filter((which) => may[which]);
    for (const group of Object.keys(CHANNELS)) {
      const rows = rowsOf(group, say.movers.channels, (kind, name) => this.valueOf(kind, name, state.day), kinds);
      // The axis is that of all days, so that it stays where it is while the days go by.
      const all = kinds.flatMap((kind) =>
        CHANNELS[group].flatMap((name) => data.calendar.dates.map((_, day) => this.valueOf(kind, name, day))),
      );
      const round = ticks(Math.min(0, ...all), Math.max(0, ...all));
      const told = rows.map((row) => `${row.label}: ${row.bars.map(({ value }) => plain(value)).join(", ")}`).join("; ");
      across(byId(`movers-${group}`), {
        rows, low: round[0], high: round[round.length - 1], label: say.movers.unit, large: state.present,
        about: filled(say.movers.about, { group: say.movers.groups[group], rows: told }),
      });
    }
  }

  showRemoved() {
    const { say, state, data } = this;
    const words = say.removed;
    byId("removed-title").textContent = filled(words.heading, { date: this.#date() });
    const may = this.may().with;
    const found = may ? this.#at("removed", { day: state.day + 1, most: SHOWN_PEOPLE }) : null;
    byId("removed-open").hidden = !found || found.accounts.length === 0;
    const numbers = { people: data.people.toLocaleString("en-GB"), weight: data.weight.toLocaleString("en-GB") };
    const telling = found && found.accounts.length > 0;
    const sentence = telling ? counted(words.found, found.accounts.length, numbers) : words.nobody;
    byId("removed-found").textContent = !may ? say.predict.set_first : found ? sentence : words.looking;
    if (!telling || this.shown === found) return;
    this.shown = found;
    this.people = new Map(found.people.map((person) => [person.account, person]));
    this.accounts = crowdOf(data.people, [...this.people.keys()], SHOWN_PEOPLE);
    this.crowd.fill(fillCrowd(byId("removed-crowd"), this.accounts, this.people), (i) => this.people.has(this.accounts[i]));
  }

  #open(at) {
    const words = this.say.removed;
    const account = this.accounts[at];
    const person = this.people.get(account);
    byId("removed-who").textContent = filled(words.who, { account });
    const date = person ? dateOf(this.data.calendar, person.since) : "";
    list(byId("removed-told"), person ? toldOfRemoved(person, words, date) : [words.free]);
  }
}

function list(host, sentences) {
  host.replaceChildren(...sentences.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}
