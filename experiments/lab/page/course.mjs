// The course of a lesson: its words, the guess, what the model says to it, and the debrief.

import { plain } from "../../pages/axes.mjs";
import { byId, counted, filled, tied } from "../../pages/dom.mjs";
import { fillWith } from "./elements.mjs";
import { codeOf } from "./guesses.mjs";
import { DEBRIEF, PREDICT, TRY } from "./lesson.mjs";

const GUESS = ["guess-slider", "guess-number"];

/**
 * The lesson. `entered()` is told that one has begun, `drafted()` that the draft of the guess is another, `guessed()` that it is
 * made; `show()` shows the page again.
 */
export class Course {
  constructor(room, { entered, drafted, guessed, show }) {
    Object.assign(this, { room, drafted });
    const begin = (name) => {
      room.begin(name);
      entered();
    };
    byId("lessons").addEventListener("change", () => begin(byId("lessons").value));
    byId("guess-again").addEventListener("click", () => begin(room.state.lesson));
    byId("guess-slider").addEventListener("input", () => this.draft(Number(byId("guess-slider").value)));
    byId("guess-number").addEventListener("change", () => this.draft(byId("guess-number").valueAsNumber));
    byId("predict").addEventListener("submit", (event) => {
      event.preventDefault();
      room.guess();
      guessed();
    });
    byId("show-debrief").addEventListener("click", () => {
      room.state.phase = DEBRIEF;
      show();
    });
  }

  /** Tells the lesson that has begun. */
  tell() {
    const { lesson, say, state } = this.room;
    byId("lessons").value = lesson.name;
    byId("lesson-title").textContent = lesson.title;
    byId("minutes").textContent = counted(say.minutes, lesson.minutes);
    fillWith(byId("question"), "p", lesson.question);
    fillWith(byId("debrief-text"), "p", lesson.debrief);
    fillWith(byId("teacher-goal"), "p", lesson.teacher.goal);
    fillWith(byId("teacher-steps"), "p", lesson.teacher.steps);
    fillWith(byId("teacher-limits"), "p", lesson.teacher.limits);
    if (!lesson.prediction) return;
    const { low, high, step, ask, unit } = lesson.prediction;
    byId("ask").textContent = tied(ask);
    byId("guess-unit").textContent = unit;
    const range = { min: String(low), max: String(high), step: String(step), value: String(state.draft) };
    for (const id of GUESS) Object.assign(byId(id), range);
    this.#tellDraft();
  }

  /** Drafts a guess. */
  draft(value) {
    this.room.draft(value);
    for (const id of GUESS) byId(id).value = String(this.room.state.draft);
    this.#tellDraft();
    this.drafted();
  }

  #tellDraft() {
    const { lesson, state } = this.room;
    byId("guess-slider").setAttribute("aria-valuetext", `${plain(state.draft)} ${lesson.prediction.unit}`);
  }

  show() {
    const { lesson, state, isPredicting } = this.room;
    for (const phase of [PREDICT, TRY, DEBRIEF]) {
      byId(`phase-${phase}`).setAttribute("aria-current", phase === state.phase ? "step" : "false");
    }
    byId("phases").hidden = !lesson.prediction;
    byId("predict").hidden = !isPredicting;
    byId("outcome-of-guess").hidden = isPredicting;
    byId("guess-again").hidden = !lesson.prediction;
    byId("debrief").hidden = state.phase !== DEBRIEF;
    byId("show-debrief").hidden = state.phase === DEBRIEF || lesson.debrief.length === 0;
    this.#showVerdict();
  }

  #showVerdict() {
    const { room } = this;
    const { lesson, say, state } = room;
    const isKnown = state.answer && !room.isPredicting && lesson.prediction;
    const told = isKnown && { guess: plain(state.guess), answer: plain(room.solution), unit: lesson.prediction.unit };
    byId("verdict").textContent = isKnown ? filled(say.predict.yours, told) : "";
    byId("code").textContent = isKnown ? filled(say.predict.code, { code: codeOf(lesson, state.guess) }) : "";
  }
}
