"""The report in headless Chromium, from its file and with the network shut: what moves in it says what the tables say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from experiments.command.words import short_day, with_margin
from experiments.report.innocent import crowd_of
from experiments.studies.results import Results
from sim.study.intervals import paired_interval
from tests.browser import NARROW, WIDE, needs_chromium, opened, spoken
from tests.pages import as_read

pytestmark = [pytest.mark.slow, needs_chromium]

STUDY = [
    "world.people=1000", "world.people_reachable=10000", "days=10", "seeds=2", "study.dates=[2019-05-03, 2019-05-06, 2019-05-08]",
    "study.reactive=[94, 936]",
    "study.preemptive=[2000, 200000]", "study.sweep={values: [], branches: [early]}", "study.headline=early", "watch=500",
    "live=true",
    "study.branches=[{name: none}, {name: early, policies: [{name: takedown, day: 2019-05-06, accounts: 936, "
    "detector: {name: rates, tpr: 0.7, fpr: 0.3}}]}]",
]  # fmt: skip
REMOVED_ON = 5  # the day's number


@pytest.fixture(scope="module")
def report(study: Path, chromium: Any) -> Iterator[Any]:
    """The page, opened once; tests leave it as they like and set what they need."""
    with opened(chromium, study / "report.html") as found:
        found.page.wait_for_selector("#spread:not([hidden])")
        yield found
        found.assert_clean()


def table_of(page: Any, kind: int) -> dict[tuple[str, str], tuple[str, str]]:
    """Traced and all by date and scale, as the table of the grid has them."""
    found = page.evaluate(
        """(kind) => {
          const tables = [...document.querySelectorAll("table")].filter((t) => t.rows[0].cells[0].textContent === "removed on");
          const [head, ...rows] = [...tables[kind].rows].map((row) => [...row.cells]);
          return rows.flatMap((row) => row.slice(1).map((cell, i) => [
            row[0].textContent, head[i + 1].textContent, cell.firstChild.textContent, cell.querySelector(".second").textContent,
          ]));
        }""",
        kind,
    )
    return {
        (date, scale): (traced, everything) for date, scale, traced, everything in (map(as_read, row) for row in found)
    }


def test_sliders_say_exactly_what_the_table_says(report: Any, results: Results) -> None:
    page = report.page
    seen: list[tuple[str, str]] = []
    for kind in range(2):
        page.locator("[name=move-kind]").nth(kind).check()
        expected = table_of(page, kind)
        dates, scales = (list(dict.fromkeys(place[i] for place in expected)) for i in range(2))
        for i, date in enumerate(dates):
            page.locator("#move-date").fill(str(i))
            for j, scale in enumerate(scales):
                page.locator("#move-scale").fill(str(j))
                said = [spoken(page, f"#move-{name}") for name in ("traced", "all")]
                assert tuple(said) == expected[date, scale]
                assert spoken(page, "#move-date-label") == date
                assert page.locator("#move-scale").get_attribute("aria-valuetext") == scale
                assert scale in spoken(page, "#move-what") and date in spoken(page, "#move-what")
                seen.append(expected[date, scale])
    assert len(seen) == len(results.cells) == 12
    assert len(set(seen)) > 3


def test_a_slider_moves_by_keys_and_its_bar_with_it(report: Any) -> None:
    page = report.page
    page.locator("[name=move-kind]").first.check()
    page.locator("#move-date").fill("0")
    page.locator("#move-scale").fill("0")
    before = page.locator("#move-traced-mean").get_attribute("x1")
    page.locator("#move-date").press("ArrowRight")
    assert spoken(page, "#move-date-label") == short_day("2019-05-06")
    page.locator("#move-scale").press("End")
    assert spoken(page, "#move-scale-label") == "936"
    assert page.locator("#move-traced-mean").get_attribute("x1") != before


def simulated(page: Any, kind: int, day: int, asked: int) -> None:
    """Have the page simulate a removal."""
    before = page.locator("#live").get_attribute("data-answered") or "0"
    page.locator("[name=live-kind]").nth(kind).check()
    page.locator("#live-date").fill(str(day))
    page.locator("#live-scale").fill(str(asked))
    assert spoken(page, "#live-traced") == "–"
    page.locator("#live-run").click()
    page.wait_for_selector(f"#live[data-answered='{int(before) + 1}']", timeout=120_000)
    assert f"{asked:,}" in spoken(page, "#live-what")


def test_what_the_grid_has_not_is_simulated_in_the_page(report: Any, results: Results) -> None:
    page, seeds = report.page, range(1, 9)
    simulated(page, 0, 7, 500)
    branches = {"none": sim.Branch(), "removal": sim.Branch((sim.moderation.Takedown(7, accounts=500),))}
    runs = {
        (name, seed): sim.simulate(results.world, branch=branch, seed=seed, population_seed=1, days=10).outcomes
        for name, branch in branches.items()
        for seed in seeds
    }
    for name, outcome in {"traced": "troll_part", "all": "opinion_mean"}.items():
        differences = [runs["removal", seed][outcome] - runs["none", seed][outcome] for seed in seeds]
        assert np.ptp(differences) > 0.0
        mean, low, high, _ = paired_interval(differences)
        assert spoken(page, f"#live-{name}") == with_margin(mean, low, high)
        lines = page.locator(f"#live-{name}-axis .seed")
        places = lines.evaluate_all("all => all.map((each) => Number(each.getAttribute('x1')))")
        assert np.corrcoef(places, differences)[0, 1] == pytest.approx(1.0)
    # Accounts that would not have woken by the last day are removed, and nobody misses them; none removed is the very same world.
    simulated(page, 1, 2, 150_000)
    assert spoken(page, "#live-all") == "0"
    simulated(page, 1, 2, 0)
    assert spoken(page, "#live-all") == "nothing changed, with any seed"


def test_the_engine_takes_no_number_that_it_cannot_have(report: Any) -> None:
    page = report.page
    page.locator("#live-scale").fill("1.5")
    assert page.locator("#live-run").is_disabled()
    assert "whole number of accounts" in spoken(page, "#live-state")
    page.locator("#live-scale").fill("0")
    assert page.locator("#live-run").is_enabled() and spoken(page, "#live-state") == ""


def shown(page: Any) -> list[int]:
    return [int(page.locator(f"#spread-{i}").get_attribute("data-shown")) for i in range(2)]


def inked(page: Any, branch: int) -> int:
    """How many pixels of a branch's picture are painted."""
    return int(
        page.evaluate(
            """(i) => {
              const canvas = document.getElementById(`spread-${i}`);
              const copy = document.createElement("canvas");
              [copy.width, copy.height] = [canvas.width, canvas.height];
              const context = copy.getContext("2d", { willReadFrequently: true });
              context.drawImage(canvas, 0, 0);
              const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
              let count = 0;
              for (let at = 3; at < data.length; at += 4) count += data[at] > 200;
              return count;
            }""",
            branch,
        )
    )


def test_removed_accounts_vanish_on_the_day(report: Any, results: Results) -> None:
    page, watched = report.page, results.watched
    assert watched is not None
    there = watched.accounts.loc[watched.accounts["ring"] != "none", "account"]
    days = watched.days[watched.days["account"].isin(there) & (watched.days["status"] != "suspended")]
    expected = days.groupby(["branch", "day"]).size()
    ink = []
    for day in range(10):
        page.locator("#spread-day").fill(str(day))
        assert spoken(page, "#spread-date") == short_day(results.dates[day])
        assert shown(page) == [expected["none", day], expected["early", day]]
        ink.append([inked(page, 0), inked(page, 1)])
    assert shown(page)[0] == len(there) > shown(page)[1] + 20
    assert ink[REMOVED_ON - 1][0] == ink[REMOVED_ON - 1][1]
    assert ink[REMOVED_ON][1] < 0.95 * ink[REMOVED_ON][0]
    page.locator("#spread-day").fill(str(REMOVED_ON))
    campaign = watched.days[
        watched.days["account"].isin(watched.accounts.loc[watched.accounts["ring"] == "campaign", "account"])
    ]
    now = campaign[(campaign["branch"] == "early") & (campaign["day"] == REMOVED_ON)]["status"].value_counts()
    assert f"{now['suspended']} removed" in spoken(page, "#spread-count-1")
    assert "0 removed" in spoken(page, "#spread-count-0")


def test_the_replay_advances_by_keys(report: Any, results: Results) -> None:
    page = report.page
    page.locator(".twins").focus()
    for key, day in (
        ("Home", 0),
        ("ArrowRight", 1),
        ("ArrowRight", 2),
        ("ArrowLeft", 1),
        ("PageUp", 8),
        ("End", 9),
        ("PageDown", 2),
    ):
        page.keyboard.press(key)
        assert spoken(page, "#spread-date") == short_day(results.dates[day])
        assert page.locator("#spread-day").input_value() == str(day)
    page.locator("#spread-on").click()
    page.locator("#spread-back").press("Enter")
    assert page.locator("#spread-day").input_value() == "2"


def test_another_colour_is_another_picture_of_the_same_accounts(report: Any) -> None:
    page = report.page
    pictures = []
    for plane in ("opinion", "part"):
        page.locator(f"[name=spread-plane][value={plane}]").check()
        ends = spoken(page, "#spread-low")
        pictures.append((page.evaluate("document.getElementById('spread-0').toDataURL()"), ends, shown(page)))
    assert pictures[0][0] != pictures[1][0] and pictures[0][1] != pictures[1][1] and pictures[0][2] == pictures[1][2]


@pytest.mark.parametrize(("motion", "days_a_second"), [("no-preference", 8), ("reduce", 2)])
def test_the_replay_plays_pauses_and_ends(
    motion: str, days_a_second: int, study: Path, chromium: Any, results: Results
) -> None:
    with opened(chromium, study / "report.html", reduced_motion=motion) as found:
        page = found.page
        page.wait_for_selector("#spread:not([hidden])")
        page.clock.install(time=0)
        page.clock.pause_at(1000)
        button, day = page.locator("#spread-play"), page.locator("#spread-day")
        assert (button.text_content(), day.input_value()) == ("Play", "9")
        button.click()
        page.clock.run_for(16)
        assert (button.text_content(), day.input_value()) == ("Pause", "0")
        page.clock.run_for(750)
        assert abs(int(day.input_value()) - 0.75 * days_a_second) <= 1
        at = day.input_value()
        page.keyboard.press(" ")
        assert button.text_content() == "Play"
        page.clock.run_for(2000)
        assert day.input_value() == at
        button.click()
        page.clock.run_for(9000)
        assert (button.text_content(), day.input_value()) == ("Play", "9")
        found.assert_clean()


def test_people_can_be_opened(report: Any, results: Results) -> None:
    page, crowd = report.page, crowd_of(results)
    assert crowd is not None
    people = crowd.people.reset_index(drop=True)
    hit = people.index[people["days"] > 0].tolist()
    assert len(hit) > 1
    icons = page.locator("#innocent-crowd use")
    assert icons.count() == len(people) == 1000
    assert spoken(page, "#innocent-who") == f"Person {hit[0] + 1} of 1000"
    page.locator("#innocent-next-hit").click()
    told = spoken(page, "#innocent-told")
    person = people.loc[hit[1]]
    assert page.locator("#innocent-number").input_value() == str(hit[1] + 1)
    assert ("still so at the end" in told) == (person["state"] == "suspended")
    assert f"Suspended on {person['days']} day" in told and f"Made {person['posts']} post" in told
    free = people.index[people["state"] == "free"][0]
    icons.nth(free).click()
    assert "Never suspended." in spoken(page, "#innocent-told")
    assert icons.nth(free).get_attribute("class") == "free open"
    page.locator("#innocent-number").fill("99999")
    page.locator("#innocent-number").press("Enter")
    assert spoken(page, "#innocent-who") == "Person 1000 of 1000"
    page.locator("#innocent-next").click()
    assert spoken(page, "#innocent-who") == "Person 1 of 1000"
    states = people["state"].value_counts()
    assert f"{states['suspended']:,} suspended (dark red)" in spoken(page, "#innocent-key")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_page_is_accessible_and_fits(size: tuple[int, int], study: Path, chromium: Any) -> None:
    with opened(chromium, study / "report.html", size) as found:
        found.page.wait_for_selector("#spread:not([hidden])")
        assert found.violations() == []
        assert found.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        found.assert_clean()


def test_without_scripts_it_is_said_what_they_would_show(study: Path, chromium: Any) -> None:
    with opened(chromium, study / "report.html", java_script_enabled=False) as found:
        notes = found.page.get_by_text("needs scripts, which this browser does not run")
        assert [note.is_visible() for note in notes.all()] == [True] * 4
        assert not any(
            found.page.locator(f"#{name}").is_visible() for name in ("move", "live", "spread", "innocent-open")
        )
        assert found.page.locator("#innocent-crowd").is_visible()
    with opened(chromium, study / "report.html") as found:
        assert not any(note.is_visible() for note in found.page.locator(".unscripted").all())


def test_it_prints_on_one_side_of_a4(report: Any) -> None:
    pages = report.page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert pages == 1
    assert not report.page.locator("#spread").is_hidden()


def test_a_page_from_a_path_with_spaces_and_umlauts(study: Path, chromium: Any, tmp_path: Path) -> None:
    folder = tmp_path / "Bericht für Zoë #1"
    folder.mkdir()
    (folder / "report.html").write_bytes((study / "report.html").read_bytes())
    with opened(chromium, folder / "report.html") as found:
        found.page.wait_for_selector("#spread:not([hidden])")
        found.assert_clean()
