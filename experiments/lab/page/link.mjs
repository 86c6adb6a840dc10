// Where a class is as a link: written into the address, and followed from there.

import { byId, filled } from "../../pages/dom.mjs";
import { fragmentOf } from "./fragment.mjs";
import { Paced } from "./paced.mjs";

const REST = 400; // milliseconds between two addresses; Safari allows a hundred in 30 seconds

/** The link. `entered()` is told that a lesson has begun, `notice(words)` tells something, `isPlaying()`: whether days go by. */
export class Link {
  constructor(room, { entered, notice, isPlaying }) {
    Object.assign(this, { room, entered, notice, isPlaying, written: "" });
    this.address = new Paced((fragment) => this.#write(fragment), REST);
    byId("link").addEventListener("click", () => this.#copy());
    addEventListener("hashchange", () => {
      if (location.hash !== this.written) this.follow();
    });
  }

  /** Writes where the class is into the address. */
  remember() {
    if (!this.isPlaying()) this.address.take(fragmentOf(this.room.data, this.room.state));
  }

  #write(fragment) {
    this.written = `#${fragment}`;
    if (location.hash !== this.written) history.replaceState(null, "", this.written);
  }

  /** Goes where the address says; where that cannot be, tells why and stays, or begins at the beginning. */
  follow() {
    const { room } = this;
    try {
      room.follow(location.hash);
      this.notice(room.state.page === room.data.page ? "" : room.say.other_page);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.notice(filled(room.say.wrong_link, { words: error.message }));
      if (room.state.lesson !== null) return;
      room.begin(room.data.lesson);
    }
    this.entered();
  }

  async #copy() {
    const { say } = this.room;
    this.#write(fragmentOf(this.room.data, this.room.state));
    const link = new URL(this.written, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      this.notice(say.link_copied);
    } catch {
      this.notice(filled(say.link_shown, { link }));
    }
  }
}
