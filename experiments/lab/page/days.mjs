// The day that is looked at, chosen or played: every view of a day goes along.

import { byId } from "../../pages/dom.mjs";
import { Player, pressed, run } from "../../pages/player.mjs";

const DAYS_PER_SECOND = { usual: 8, reduced: 2 };

/** The days. `show()` shows the page again, `rested()` is told that no days go by any more. */
export class Days {
  constructor(room, { show, rested }) {
    const { reduced, usual } = DAYS_PER_SECOND;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const see = (day) => {
      room.state.day = day;
      show();
    };
    Object.assign(this, { room, rested, player: new Player(room.days, see, isStill ? reduced : usual) });
    const { player } = this;
    byId("day").max = String(room.days - 1);
    byId("day").addEventListener("input", () => {
      player.goTo(Number(byId("day").value));
      this.#tell();
    });
    byId("play").addEventListener("click", () => {
      if (player.playing) player.pause();
      else player.play();
      this.#run();
    });
    for (const [id, by] of [["day-back", -1], ["day-on", 1]]) {
      byId(id).addEventListener("click", () => {
        player.step(by);
        this.#tell();
      });
    }
    byId("graph-twins").addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !pressed(player, event.key)) return;
      event.preventDefault();
      this.#run();
    });
  }

  get isPlaying() {
    return this.player.playing;
  }

  show() {
    const { date, state } = this.room;
    if (!this.isPlaying) this.player.day = state.day;
    byId("day").value = String(state.day);
    byId("day").setAttribute("aria-valuetext", date);
    byId("date").textContent = date;
  }

  #run() {
    run(this.player, () => this.#tell());
  }

  #tell() {
    const { pause, play } = this.room.say.days;
    byId("play").textContent = this.isPlaying ? pause : play;
    if (!this.isPlaying) this.rested();
  }
}
