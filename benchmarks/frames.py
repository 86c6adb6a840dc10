"""How long a browser takes to draw a day of the report's replay."""

from __future__ import annotations

import json
import shutil
import statistics
from pathlib import Path

from benchmarks.timing import Row
from experiments import report
from experiments.pages.modules import bundled

ACCOUNTS, LINES, DAYS, SIDE = 2000, 4000, 150, 560
_CHROMIUM = shutil.which("chromium")

# Random accounts, of which an eighth are the campaign's and are removed half-way in the second branch. Reading a pixel waits
# until everything is painted.
_MEASURE = """
let seed = 1;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const { accounts, lines, days, side } = SIZES;
const from = (length, of) => Uint8Array.from({ length }, (_, i) => of(i));
const planes = {
  x: Float32Array.from({ length: accounts }, random),
  y: Float32Array.from({ length: accounts }, random),
  ring: from(accounts, (i) => (i < accounts / 8 ? 0 : 2)),
  ends: Uint16Array.from({ length: 2 * lines }, () => random() * accounts),
  branches: [0, 1].map((branch) => ({
    opinion: from(accounts * days, () => 1 + random() * 254),
    status: from(accounts * days, (i) => (branch && i % accounts < accounts / 8 && i > (accounts * days) / 2 ? 2 : 0)),
  })),
};
const painters = [0, 1].map((branch) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  Object.defineProperty(canvas, "clientWidth", { value: side });
  document.body.append(canvas);
  return new Painter(canvas, planes, branch, 0);
});
window.frames_ = [];
const frame = (day) => {
  const began = performance.now();
  for (const painter of painters) {
    painter.draw(day, "opinion");
    painter.context.getImageData(0, 0, 1, 1);
  }
  window.frames_.push(performance.now() - began);
  if (day + 1 < days) requestAnimationFrame(() => frame(day + 1));
  else window.done = true;
};
frame(0);
"""


def replay(repeats: int) -> list[Row]:
    """A day of a replay of 2,000 accounts in two branches, in headless Chromium."""
    if _CHROMIUM is None:
        raise SystemExit("no Chromium on this machine (CONTRIBUTING.md says where it is found)")
    from playwright.sync_api import sync_playwright

    sizes = json.dumps({"accounts": ACCOUNTS, "lines": LINES, "days": DAYS, "side": SIDE})
    script = bundled(Path(report.__file__).parent / "page" / "painter.mjs") + _MEASURE.replace("SIZES", sizes)
    times: list[float] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        for _ in range(repeats):
            page = browser.new_page()
            page.set_content(f'<!DOCTYPE html><body><script type="module">{script}</script></body>')
            page.wait_for_function("window.done")
            times += page.evaluate("window.frames_")
            page.close()
        browser.close()
    group = f"a day of the report's replay, {ACCOUNTS:,} accounts in two branches"
    found = {"median": statistics.median(times), "95th percentile": statistics.quantiles(times, n=20)[-1]}
    return [Row(group, what, value, "ms") for what, value in found.items()]
