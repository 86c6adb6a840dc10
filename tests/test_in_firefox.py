"""The classroom and the report in headless Firefox, from their files and with the network shut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from experiments import play, run
from experiments.command.words import short_day
from sim.moderation import Takedown
from tests.firefox import Firefox, firefox, needs_firefox
from tests.test_report_in_browser import REMOVED_ON, STUDY

pytestmark = [pytest.mark.slow, needs_firefox]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("profile")) as started:
        yield started


def test_the_classroom_computes_what_python_does(browser: Firefox, tmp_path: Path) -> None:
    place = tmp_path / "Übungen für alle" / "lab öffnen.html"
    place.parent.mkdir()
    assert play.main([f"out={place}", "open=false"]) == 0
    browser.goto(place)
    browser.until("document.body.dataset.answered")
    browser.run("document.querySelector('#set-guess').click();")
    world, _ = play.world_of(1000, {})
    policies = (Takedown("2019-08-19"), Takedown(31))
    without = sim.simulate(world, seed=1).digest
    decided = [sim.simulate(world, sim.Branch((policy,)), seed=1).digest for policy in policies]
    assert [browser.text("#digest-without"), browser.text("#digest-with")] == [without, decided[0]]
    browser.slide("#takedown-day", 31)
    browser.until(f"document.querySelector('#digest-with').textContent === '{decided[1]}'")
    assert browser.run("return document.querySelectorAll('#chart .line.with').length;") == 1
    browser.run("location.hash = '#takedown.accounts=-1';")
    browser.until("!document.querySelector('#notice').hidden")
    assert browser.text("#notice").endswith("takedown.accounts must be a whole number from 0 to 300000000, not -1.")
    assert browser.wrong() == []


def test_the_report_moves(browser: Firefox, tmp_path: Path) -> None:
    assert run.main([*STUDY, f"results={tmp_path}"]) == 0
    (page,) = tmp_path.glob("takedown_grid*/report.html")
    browser.goto(page)
    browser.until("!document.querySelector('#spread').hidden")
    said, shown = [], []
    for i in range(2):
        browser.slide("#move-date", i)
        said.append(browser.text("#move-date-label"))
    assert said == [short_day("2019-05-03"), short_day("2019-05-06")]
    for day in (REMOVED_ON - 1, REMOVED_ON):
        browser.slide("#spread-day", day)
        shown.append(
            browser.run("return [0, 1].map((i) => Number(document.querySelector(`#spread-${i}`).dataset.shown));")
        )
    assert shown[0][0] == shown[0][1] > shown[1][1] + 20
    assert browser.run(
        "const canvas = document.querySelector('#spread-0');"
        "return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((each) => each > 0);"
    )
    browser.run("document.querySelector('#innocent-next-hit').click();")
    assert browser.text("#innocent-who").startswith("Person ")
    assert browser.wrong() == []
