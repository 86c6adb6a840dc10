// Which view is looked at, and whether large enough for a class.

import { byId } from "../../pages/dom.mjs";

const BY_DAY = ["timeline", "opinions", "graph", "feed", "movers", "removed"];
const READ_OUT = ["timeline", "opinions"];

/** The tabs. `show()` shows the page again. */
export class Tabs {
  constructor(room, { show }) {
    this.room = room;
    const { views } = room.data;
    const turn = (view) => {
      room.state.view = view;
      show();
    };
    for (const [i, view] of views.entries()) {
      byId(`tab-${view}`).addEventListener("click", () => turn(view));
      byId(`tab-${view}`).addEventListener("keydown", (event) => {
        const { length } = views;
        const to = { ArrowRight: (i + 1) % length, ArrowLeft: (i - 1 + length) % length, Home: 0, End: length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        turn(views[to]);
        byId(`tab-${room.state.view}`).focus();
      });
    }
    const present = (isPresented) => {
      room.state.present = isPresented;
      show();
    };
    byId("present").addEventListener("click", () => present(!room.state.present));
    document.addEventListener("keydown", ({ key, target }) => {
      // In a list of options it closes the list.
      if (key === "Escape" && room.state.present && !target.matches("select")) present(false);
    });
  }

  show() {
    const { data, state } = this.room;
    document.body.classList.toggle("presenting", state.present);
    byId("present").setAttribute("aria-pressed", String(state.present));
    this.#order();
    for (const view of data.views) {
      byId(`tab-${view}`).setAttribute("aria-selected", String(view === state.view));
      byId(`tab-${view}`).tabIndex = view === state.view ? 0 : -1;
      byId(`view-${view}`).hidden = view !== state.view;
    }
    byId("days").hidden = !BY_DAY.includes(state.view);
    byId("readout").hidden = byId("numbers").hidden = !READ_OUT.includes(state.view);
  }

  /** In a presentation the views come first, for the keyboard, too. */
  #order() {
    const [left, views] = [byId("left"), byId("views")];
    if (this.room.state.present === (views.nextElementSibling === left)) return;
    if (this.room.state.present) views.after(left);
    else views.before(left);
  }
}
