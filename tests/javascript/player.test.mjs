import assert from "node:assert/strict";
import test from "node:test";

import { Player, pressed } from "../../experiments/pages/player.mjs";

function playerOf(days) {
  const shown = [];
  return { player: new Player(days, (day) => shown.push(day), 10), shown };
}

test("playing shows each day at its time, and stops at the last", () => {
  const { player, shown } = playerOf(4);
  player.play();
  for (const now of [5000, 5050, 5100, 5100, 5210, 5999, 6100]) player.tick(now);
  assert.deepEqual(shown, [1, 2, 3]);
  assert.equal(player.playing, false);
});

test("a slow clock skips days rather than falling behind", () => {
  const { player, shown } = playerOf(20);
  player.play();
  player.tick(0);
  player.tick(1000);
  assert.deepEqual(shown, [10]);
});

test("a second without a frame is the most that counts: a tab in the background goes on where it was", () => {
  const { player, shown } = playerOf(100);
  player.play();
  for (const now of [0, 100, 3_600_000, 3_600_100]) player.tick(now);
  assert.deepEqual(shown, [1, 11, 12]);
  assert.equal(player.playing, true);
  player.pause();
  player.play();
  player.tick(9_000_000);
  assert.deepEqual(shown, [1, 11, 12]);
});

test("playing from the last day begins anew", () => {
  const { player, shown } = playerOf(5);
  player.goTo(4);
  player.play();
  player.tick(0);
  player.tick(100);
  assert.deepEqual(shown, [4, 0, 1]);
});

test("going somewhere stops it, within the days there are", () => {
  const { player } = playerOf(5);
  player.play();
  player.goTo(99);
  assert.deepEqual([player.day, player.playing], [4, false]);
  player.step(-7);
  assert.equal(player.day, 0);
});

test("a single day can be shown but not played", () => {
  const { player } = playerOf(1);
  player.play();
  assert.equal(player.playing, false);
});

test("keys play, step, jump; others are left alone", () => {
  const { player } = playerOf(30);
  const days = ["ArrowRight", "ArrowRight", "ArrowLeft", "PageUp", "PageDown", "End", "Home"].map((key) => {
    assert.equal(pressed(player, key), true);
    return player.day;
  });
  assert.deepEqual(days, [1, 2, 1, 8, 1, 29, 0]);
  pressed(player, " ");
  assert.equal(player.playing, true);
  pressed(player, " ");
  assert.equal(player.playing, false);
  for (const key of ["a", "toString", "Tab"]) assert.equal(pressed(player, key), false);
});
