// Views into the two worlds themselves: the graph, a person's feed, who moved whom, and those who are wrongly removed.

import { plain, roundRange } from "../../pages/axes.mjs";
import { Crowd } from "../../pages/crowd.mjs";
import { byId, counted, filled } from "../../pages/dom.mjs";
import { across } from "./charts.mjs";
import { fillWith } from "./elements.mjs";
import { accountOf, showFeed, signed, toldOfPerson } from "./feed.mjs";
import { Graph, paintScale } from "./graph.mjs";
import { CHANNELS, rowsOf } from "./movers.mjs";
import { columnsOf, crowdOf, fillCrowd, toldOfRemoved } from "./removed.mjs";
import { dateOf } from "./settings.mjs";

const WHICH = ["without", "with"];
const SHOWN_PEOPLE = 1000; // people in the crowd
const GONE = 2;

/** The views. `look(what, where)` asks the worker, `notice(words)` tells something, `show()` shows the page again. */
export class Inside {
  constructor(room, { look, notice, show }) {
    const { data, say } = room;
    Object.assign(this, { room, look, show, asked: "", found: null });
    const canvases = WHICH.map((which) => byId(`graph-${which}`));
    this.graph = new Graph(canvases, data.graphs[0], room.days, (account) => {
      if (account < data.people) this.#read(account);
      else notice(say.graph.not_read);
    });
    paintScale(byId("graph-scale"));
    const parts = Object.fromEntries(
      ["crowd", "number", "next", "nextHit"].map((name) => [name, byId(`removed-${name === "nextHit" ? "next-hit" : name}`)]),
    );
    this.crowd = new Crowd(parts, (open) => this.#open(open));
    byId("removed-feed").addEventListener("click", () => this.#read(this.accounts[this.crowd.open]));
    byId("account").addEventListener("change", () => this.#read(accountOf(byId("account").valueAsNumber, data.people)));
    byId("account-next").addEventListener("click", () => this.#read((room.state.account + 1) % data.people));
    byId("hour").addEventListener("change", () => {
      room.state.hour = Number(byId("hour").value);
      show();
    });
  }

  /** Nothing that was found is to be shown any more: the worlds are others. */
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

  /** Opens a person's feed. */
  #read(account) {
    Object.assign(this.room.state, { account, view: "feed" });
    this.show();
  }

  showGraph() {
    const { date, graph, may, say, state } = this.room;
    byId("graph-title").textContent = filled(say.graph.heading, { date });
    if (this.graph.graph !== graph) this.graph.take(graph);
    const tallies = this.graph.show(WHICH.map((which) => (may[which] ? state.answer[which] : null)), state.day);
    WHICH.forEach((which, i) => {
      byId(`graph-count-${which}`).textContent = tallies[i] ? filled(say.graph.count, tallies[i]) : say.predict.set_first;
    });
  }

  showFeed() {
    const { date, may, say, state } = this.room;
    const { account, day, hour } = state;
    const words = say.feed;
    byId("account").value = String(account);
    byId("hour").value = String(hour);
    byId("feed-title").textContent = filled(words.heading, { account, date, hour: String(hour).padStart(2, "0") });
    const found = this.#at("feed", { account, day, hour });
    for (const which of WHICH) {
      const { person, feed } = (may[which] && found?.[which]) || { person: null, feed: null };
      const nothing = !may[which] ? say.predict.set_first : !found ? say.removed.looking : "";
      byId(`person-head-${which}`).textContent = person ? filled(words.head, { opinion: signed(person.opinion) }) : "…";
      fillWith(byId(`person-${which}`), "li", person ? toldOfPerson(person, words) : []);
      const gone = person?.status === GONE;
      byId(`feed-found-${which}`).textContent = nothing || (gone ? words.nobody : counted(words.found, feed.length));
      showFeed(byId(`feed-${which}`), feed, words);
    }
  }

  showMovers() {
    const { date, may, say, state } = this.room;
    byId("movers-title").textContent = filled(say.movers.heading, { date });
    const kinds = WHICH.filter((which) => may[which]);
    for (const group of Object.keys(CHANNELS)) {
      const valueOf = (kind, name) => this.room.valueOf(state.answer[kind], name, state.day);
      const rows = rowsOf(group, say.movers.channels, valueOf, kinds);
      // The axis is that of all days, so that it stays where it is while the days go by.
      const all = kinds.flatMap((kind) => CHANNELS[group].map((name) => this.room.seriesOf(state.answer[kind], name)));
      const told = rows.map((row) => `${row.label}: ${row.bars.map(({ value }) => plain(value)).join(", ")}`).join("; ");
      across(byId(`movers-${group}`), {
        rows, ...roundRange(...all), label: say.movers.unit, large: state.present,
        about: filled(say.movers.about, { group: say.movers.groups[group], rows: told }),
      });
    }
  }

  showRemoved() {
    const { data, date, may, say, state } = this.room;
    const words = say.removed;
    byId("removed-title").textContent = filled(words.heading, { date });
    const found = may.with ? this.#at("removed", { day: state.day + 1, most: SHOWN_PEOPLE }) : null;
    byId("removed-open").hidden = !found || found.accounts.length === 0;
    const numbers = { people: data.people.toLocaleString("en-GB"), weight: data.weight.toLocaleString("en-GB") };
    const telling = found && found.accounts.length > 0;
    const sentence = telling ? counted(words.found, found.accounts.length, numbers) : words.nobody;
    byId("removed-found").textContent = !may.with ? say.predict.set_first : found ? sentence : words.looking;
    if (!telling) return;
    const columns = columnsOf(byId("removed-crowd"));
    if (this.shown === found && this.columns === columns) return;
    const open = this.shown === found ? this.crowd.open : undefined;
    this.people = new Map(found.people.map((person) => [person.account, person]));
    Object.assign(this, { shown: found, columns, accounts: crowdOf(data.people, [...this.people.keys()], SHOWN_PEOPLE) });
    const icons = fillCrowd(byId("removed-crowd"), this.accounts, this.people, columns);
    this.crowd.fill(icons, (i) => this.people.has(this.accounts[i]), open);
  }

  #open(at) {
    const words = this.room.say.removed;
    const account = this.accounts[at];
    const person = this.people.get(account);
    byId("removed-who").textContent = filled(words.who, { account });
    const date = person ? dateOf(this.room.calendar, person.since) : "";
    fillWith(byId("removed-told"), "li", person ? toldOfRemoved(person, words, date) : [words.free]);
  }
}
