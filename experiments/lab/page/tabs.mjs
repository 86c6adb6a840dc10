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
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!by) return;
        turn(views[(i + by + views.length) % views.length]);
        byId(`tab-${room.state.view}`).focus();
      });
    }
    byId("present").addEventListener("click", () => {
      room.state.present = !room.state.present;
      show();
    });
  }

  show() {
    const { data, state } = this.room;
    document.body.classList.toggle("presenting", state.present);
    byId("present").setAttribute("aria-pressed", String(state.present));
    for (const view of data.views) {
      byId(`tab-${view}`).setAttribute("aria-selected", String(view === state.view));
      byId(`tab-${view}`).tabIndex = view === state.view ? 0 : -1;
      byId(`view-${view}`).hidden = view !== state.view;
    }
    byId("days").hidden = !BY_DAY.includes(state.view);
    byId("readout").hidden = byId("numbers").hidden = !READ_OUT.includes(state.view);
  }
}
