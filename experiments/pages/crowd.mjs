// A crowd of whom one can be opened: by a click, by number, or by going on.

/** The next of `n` after one, around the end, of whom `isWanted(i)` is true; -1 where nobody is. */
export function nextOf(n, from, isWanted) {
  for (let i = 1; i <= n; i++) {
    const at = (from + i) % n;
    if (isWanted(at)) return at;
  }
  return -1;
}

/**
 * Has icons opened: `parts` are the elements `crowd` (the picture), `number`, `next`, `nextHit`; `opened(i)` is told who is open.
 */
export class Crowd {
  constructor(parts, opened) {
    Object.assign(this, { parts, opened, icons: [], isHit: () => false, open: -1 });
    const { crowd, number, next, nextHit } = parts;
    number.addEventListener("change", () => this.show(Number(number.value) - 1));
    next.addEventListener("click", () => this.show((this.open + 1) % this.icons.length));
    nextHit.addEventListener("click", () => this.show(nextOf(this.icons.length, this.open, this.isHit)));
    crowd.addEventListener("click", (event) => {
      const at = this.icons.indexOf(event.target.closest("use"));
      if (at >= 0) this.show(at);
    });
  }

  /** Has other icons, of whom others are hit; opens one of them (default: the first who is hit). */
  fill(icons, isHit, open = Math.max(0, nextOf(icons.length, -1, isHit))) {
    Object.assign(this, { icons, isHit, open: -1 });
    this.parts.number.max = String(icons.length);
    this.parts.nextHit.disabled = nextOf(icons.length, -1, isHit) < 0;
    this.show(open);
  }

  show(at) {
    if (this.open >= 0) this.icons[this.open].classList.remove("open");
    this.open = Math.min(this.icons.length - 1, Math.max(0, Math.trunc(at) || 0));
    this.icons[this.open].classList.add("open");
    this.parts.number.value = String(this.open + 1);
    this.opened(this.open);
  }
}
