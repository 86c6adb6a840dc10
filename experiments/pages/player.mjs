// A replay in time: which day is shown, and how it goes on.

const LONGEST = 1000; // milliseconds that a frame counts for: a tab in the background and a machine asleep have none for longer

/** Days 0 to `days` - 1; `show` is called with each day that is to be seen. */
export class Player {
  constructor(days, show, daysPerSecond = 8) {
    this.days = days;
    this.show = show;
    this.daysPerSecond = daysPerSecond;
    this.day = 0;
    this.playing = false;
    this.began = this.last = null;
    this.from = 0;
  }

  /** Goes to a day, or to the nearest there is, and stops there. */
  goTo(day) {
    this.pause();
    this.#see(day);
  }

  /** Goes some days on, or back. */
  step(days) {
    this.goTo(this.day + days);
  }

  /** Plays from the day shown, or from the first where it is the last. */
  play() {
    if (this.day === this.days - 1) this.#see(0);
    this.playing = this.days > 1;
    this.began = this.last = null;
    this.from = this.day;
  }

  pause() {
    this.playing = false;
  }

  /** Goes on to what is to be seen at a time, in milliseconds of whatever clock. */
  tick(now) {
    if (!this.playing) return;
    this.began ??= now;
    this.began += Math.max(0, now - (this.last ?? now) - LONGEST);
    this.last = now;
    const day = this.from + Math.floor(((now - this.began) / 1000) * this.daysPerSecond);
    if (day !== this.day) this.#see(day);
    if (this.day === this.days - 1) this.pause();
  }

  #see(day) {
    this.day = Math.min(this.days - 1, Math.max(0, Math.round(day)));
    this.show(this.day);
  }
}

/** Has a player go on for as long as it plays; `told` is called after every frame, and at once. */
export function run(player, told) {
  const frame = (now) => {
    player.tick(now);
    told();
    if (player.playing) requestAnimationFrame(frame);
  };
  told();
  if (player.playing) requestAnimationFrame(frame);
}

/** What a key does to a player; false for a key that does nothing. */
export function pressed(player, key) {
  const keys = {
    " ": () => (player.playing ? player.pause() : player.play()),
    ArrowRight: () => player.step(1),
    ArrowLeft: () => player.step(-1),
    PageUp: () => player.step(7),
    PageDown: () => player.step(-7),
    Home: () => player.goTo(0),
    End: () => player.goTo(player.days - 1),
  };
  if (!Object.hasOwn(keys, key)) return false;
  keys[key]();
  return true;
}
