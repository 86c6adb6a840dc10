// The page put together: its parts, and what each has the others do.

import { byId, dataOf } from "../../pages/dom.mjs";
import { Asking } from "./asking.mjs";
import { Classroom } from "./classroom.mjs";
import { Course } from "./course.mjs";
import { Days } from "./days.mjs";
import { Decisions } from "./decisions.mjs";
import { Drawing } from "./drawing.mjs";
import { Exact } from "./exact.mjs";
import { keepingFocus } from "./focus.mjs";
import { Inside } from "./inside.mjs";
import { DEBRIEF } from "./lesson.mjs";
import { Link } from "./link.mjs";
import { Luck } from "./luck.mjs";
import { Opinions } from "./opinions.mjs";
import { Pasted } from "./pasted.mjs";
import { Tabs } from "./tabs.mjs";
import { Timeline } from "./timeline.mjs";

const engine = dataOf("engine");
const room = new Classroom(dataOf("data"));
const { state } = room;

const remember = () => link.remember();

/** Where the keyboard goes from what is not there any more: to the view, or to what the lesson has next. */
function nextPlace(wasInViews) {
  if (wasInViews) return `tab-${state.view}`;
  if (room.isPredicting) return "guess-slider";
  return state.phase === DEBRIEF ? "debrief" : "outcome-of-guess";
}

const kept = (act) => keepingFocus(act, nextPlace);

function notice(words) {
  byId("notice").textContent = words;
  byId("notice").hidden = words === "";
}

const asking = new Asking(room, engine.script, {
  answered() {
    luck.forget();
    inside.forget();
    decisions.showTries();
    show();
  },
  failed: () => showAgain("luck"),
  drawn(seed, records) {
    luck.take(seed, records);
    showAgain("luck");
  },
  looked(found) {
    inside.take(found);
    show();
  },
});
const link = new Link(room, { entered, notice, isPlaying: () => days.isPlaying });
const course = new Course(room, {
  entered, show,
  drafted: () => showAgain("timeline"),
  guessed: () => kept(() => {
    decisions.show();
    show();
  }),
});
const decisions = new Decisions(room, { ask, remember, notice, show });
const days = new Days(room, { show, rested: remember });
const tabs = new Tabs(room, { show });
const exact = new Exact(room, { notice });
const overTime = new Timeline(room, { show });
new Drawing(room, { placeAt: (x, y) => overTime.placeAt(x, y), draft: (value) => course.draft(value) });
const opinions = new Opinions(room);
const inside = new Inside(room, { look: (what, where) => asking.look(what, where), notice, show });
const luck = new Luck(room, {
  isAsking: () => asking.isAsking,
  draw: () => asking.drawClasses(),
  reseeded() {
    decisions.show();
    askAnew();
  },
});
const pasted = new Pasted(room);

/** How each of the views is shown. */
const views = {
  timeline: () => overTime.show(),
  opinions: () => opinions.show(),
  graph: () => inside.showGraph(),
  feed: () => inside.showFeed(),
  movers: () => inside.showMovers(),
  removed: () => inside.showRemoved(),
  luck: () => luck.show(),
  class: () => pasted.show(),
  python: () => {}, // it has only what is exact, and that is always shown
};
const WITHOUT_ANSWER = ["class", "python"];

function show() {
  remember();
  kept(() => {
    decisions.showHow();
    for (const part of [tabs, course, days, exact]) part.show();
    showAgain(state.view);
  });
}

/** Shows a view again, if it is the one that is looked at and has something to show. */
function showAgain(view) {
  if (view === state.view && (state.answer || WITHOUT_ANSWER.includes(view))) kept(views[view]);
}

/** Tells the lesson that has begun, and has it answered. */
function entered() {
  kept(() => {
    course.tell();
    decisions.show();
    askAnew();
  });
}

/** Asks; until there is an answer, no classes are drawn. */
function ask() {
  asking.ask();
  showAgain("luck");
}

/** What is shown is not the answer to what is asked for now. */
function askAnew() {
  overTime.forget();
  show();
  ask();
}

addEventListener("resize", show);
link.follow();
asking.open(engine);
