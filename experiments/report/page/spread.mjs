// Watch it spread: the same people in two branches, day by day.

import { byId, dataOf, filled, reveal, tied } from "../../pages/dom.mjs";
import { css } from "../../pages/colours.mjs";
import { Painter, tally } from "../../pages/painter.mjs";
import { planesOf, unpacked } from "./planes.mjs";
import { Player, pressed, run } from "../../pages/player.mjs";

const DAYS_PER_SECOND = { usual: 8, reduced: 2 };

/** Sets the part of the page up, where there is one; resolves when it can be used. */
export async function startSpread() {
  const data = dataOf("spread-data");
  if (!data) return;
  const planes = planesOf(await unpacked(data.planes), data.accounts, data.lines, data.days.length, data.branches.length);
  reveal("spread");
  const painters = data.branches.map((_, i) => new Painter(byId(`spread-${i}`), planes, i, data.campaign));
  const [slider, play, date] = ["spread-day", "spread-play", "spread-date"].map(byId);
  let plane = "opinion";

  const show = (day) => {
    painters.forEach((painter, i) => {
      painter.canvas.dataset.shown = painter.draw(day, plane);
      byId(`spread-count-${i}`).textContent = filled(data.words.count, tally(painter.of.status, day, planes.ring, data.campaign));
    });
    slider.value = day;
    slider.setAttribute("aria-valuetext", data.days[day]);
    date.textContent = tied(data.days[day]);
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const player = new Player(data.days.length, show, still ? DAYS_PER_SECOND.reduced : DAYS_PER_SECOND.usual);

  const name = () => {
    play.textContent = player.playing ? data.words.pause : data.words.play;
  };

  play.addEventListener("click", () => {
    if (player.playing) player.pause();
    else player.play();
    run(player, name);
  });
  byId("spread-back").addEventListener("click", () => (player.step(-1), name()));
  byId("spread-on").addEventListener("click", () => (player.step(1), name()));
  slider.addEventListener("input", () => (player.goTo(Number(slider.value)), name()));
  byId("spread").addEventListener("keydown", (event) => {
    const own = event.target.type === "radio" || (event.target.type === "button" && event.key === " ");
    if (own || event.ctrlKey || event.altKey || event.metaKey || !pressed(player, event.key)) return;
    event.preventDefault();
    run(player, name);
  });
  for (const radio of document.getElementsByName("spread-plane")) {
    radio.addEventListener("change", () => {
      plane = radio.value;
      byId("spread-low").textContent = data.words.ends[plane][0];
      byId("spread-high").textContent = data.words.ends[plane][1];
      show(player.day);
    });
  }
  new ResizeObserver(() => {
    for (const painter of painters) painter.fit();
    show(player.day);
  }).observe(painters[0].canvas);
  paintScale(byId("spread-scale"));
  player.goTo(data.days.length - 1);
}

/** The colours from end to end. */
function paintScale(canvas) {
  const context = canvas.getContext("2d");
  for (let x = 0; x < canvas.width; x++) {
    context.fillStyle = css((2 * (x + 0.5)) / canvas.width - 1);
    context.fillRect(x, 0, 1, canvas.height);
  }
}
