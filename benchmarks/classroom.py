"""How long the classroom takes to open and to answer, and how much memory it keeps, in headless Chromium."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.timing import Row, timed
from experiments.lab.lessons import fitting, packaged
from experiments.lab.page import Told, render
from experiments.play import world_of
from sim import page

CHANGES = {1_000: 200, 10_000: 20}
"""People, and how many answers of theirs are timed."""
EARLY = 40
"""Changes after which memory is first looked at; code and forks are all there by then."""
LESSON = "too_late_too_small"
_CHROMIUM = shutil.which("chromium")

# From the move of a slider to the moment at which its answer is on the page.
CHANGE = """
(day) => new Promise((resolve) => {
  const slider = document.querySelector("#takedown-day");
  const began = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    resolve(performance.now() - began);
  });
  seen.observe(document.body, { attributeFilter: ["data-answered"] });
  slider.value = day;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
})
"""


def used(found: Any) -> tuple[float, float]:
    """MB that a page's scripts use once what is unused is swept out, and that its process has, the worker's model with it."""
    session = found.context.new_cdp_session(found)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    told = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    drawing = [
        process.memory_info().rss
        for process in psutil.Process().children(recursive=True)
        if "--type=renderer" in " ".join(process.cmdline())
    ]
    return told["JSHeapUsedSize"] / 1e6, max(drawing) / 1e6


def change(found: Any, times: int, days: int) -> list[float]:
    """Milliseconds of so many answers to other days of a removal, of which no two in a row are the same."""
    return [float(found.evaluate(CHANGE, (7 + 31 * i) % days)) for i in range(times)]


def classroom(repeats: int) -> list[Row]:
    """The classroom: its file, how long it takes to open and to answer, and its memory, in headless Chromium."""
    if _CHROMIUM is None:
        raise SystemExit("no Chromium on this machine (CONTRIBUTING.md says where it is found)")
    from playwright.sync_api import sync_playwright

    rows: list[Row] = []
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        for people, times in CHANGES.items():
            world, lines = world_of(people, {})
            place = Path(folder, f"{people}.html")
            lessons, _ = fitting(packaged(), LESSON, world)
            place.write_text(render(page.export(world), lessons, LESSON, Told(lines, "")), encoding="utf-8")
            opening: list[float] = []
            for _ in range(repeats):
                found = browser.new_page()

                def opened(found: Any = found, place: Path = place) -> None:
                    found.goto(place.as_uri())
                    found.wait_for_selector("body[data-answered]")

                opening.append(1000 * timed(opened, clock=time.perf_counter))
                if len(opening) < repeats:
                    found.close()
            found.click("#set-guess")
            answers = change(found, min(times, EARLY), world.days)
            memory = {len(answers): used(found)}
            answers += change(found, times - len(answers), world.days)
            memory[times] = used(found)
            found.close()
            group = f"classroom, {people:,} people"
            rows += [
                Row(group, "file", place.stat().st_size / 1e6, "MB"),
                Row(group, "opening until both worlds are there", statistics.median(opening), "ms"),
                Row(group, f"answer, median of {times}", statistics.median(answers), "ms"),
                Row(group, "answer, 95th percentile", statistics.quantiles(answers, n=20)[-1], "ms"),
            ]
            for after, (scripts, process) in memory.items():
                rows += [Row(group, f"scripts after {after} changes", scripts, "MB")]
                rows += [Row(group, f"process after {after} changes", process, "MB")]
        browser.close()
    return rows
