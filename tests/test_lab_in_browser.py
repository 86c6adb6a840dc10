"""The classroom in headless Chromium, from its file and with the network shut: what it shows is what Python computes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sim
from experiments.lab.lessons import SANDBOX, Lesson, packaged
from experiments.lab.page import VIEWS
from experiments.play import main, world_of
from sim.moderation import Labels, PreemptiveRemoval, Rates, ReshareFriction, Takedown
from tests.browser import NARROW, WIDE, needs_chromium, opened, spoken
from tests.pages import as_read

pytestmark = [pytest.mark.slow, needs_chromium]

ROOT = Path(__file__).resolve().parents[1]
WORLD, _ = world_of(1000, {})


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, where somebody's stick might have it."""
    place = tmp_path_factory.mktemp("stick") / "Übungen für alle" / "lab öffnen.html"
    place.parent.mkdir()
    assert main([f"out={place}", "open=false"]) == 0
    assert place.stat().st_size < 3_000_000
    return place


class Classroom:
    """A page that is open, and what a class does with it."""

    def __init__(self, found: Any) -> None:
        self.found, self.page = found, found.page
        self.answered(0)

    @property
    def answers(self) -> int:
        return int(self.page.get_attribute("body", "data-answered") or 0)

    def answered(self, before: int) -> None:
        self.page.wait_for_selector(f'body[data-answered]:not([data-answered="{before}"])', timeout=120_000)

    def go(self, fragment: str) -> None:
        """Follow a link within the page."""
        before = self.answers
        self.page.goto(f"{self.page.url.partition('#')[0]}#{fragment}")
        self.answered(before)

    def text(self, selector: str) -> str:
        return spoken(self.page, selector)

    def slide(self, selector: str, value: float) -> None:
        self.page.locator(selector).fill(str(value))

    def digests(self) -> tuple[str, str]:
        return self.text("#digest-without"), self.text("#digest-with")

    def numbers(self, day: int) -> dict[str, list[float]]:
        """Outcomes of a day in both worlds, to the last digit."""
        self.slide("#day", day)
        rows = self.page.locator("#rows tr").all()
        return {
            str(row.get_attribute("data-outcome")): [
                float(cell.replace("NaN", "nan")) for cell in row.locator("td").all_text_contents()
            ]
            for row in rows
        }


@pytest.fixture
def room(lab: Path, chromium: Any) -> Iterator[Classroom]:
    with opened(chromium, lab) as found:
        yield Classroom(found)
        found.assert_clean()


def assert_shows(room: Classroom, without: sim.Run, decided: sim.Run) -> None:
    """The page shows two runs of Python's: every outcome of some days to the last digit, and the digests."""
    for day in (0, 60, 111, 152):
        for name, values in room.numbers(day).items():
            expected = [float(run.timeline[name].iloc[day]) for run in (without, decided)]
            assert values == pytest.approx(expected, rel=0, abs=0, nan_ok=True), (name, day)
    assert room.digests() == (without.digest, decided.digest)


def test_a_slider_gives_what_simulate_and_compare_give(room: Classroom) -> None:
    room.page.click("#set-guess")
    without = sim.simulate(WORLD, seed=1)
    assert_shows(room, without, sim.simulate(WORLD, branch=sim.Branch((Takedown("2019-08-19"),)), seed=1))
    before = room.answers
    room.slide("#takedown-day", 31)
    room.answered(before)
    branches = {"none": sim.Branch(), "early": sim.Branch((Takedown("2019-06-01"),))}
    assert_shows(room, without, sim.simulate(WORLD, branch=branches["early"], seed=1))
    effects = sim.compare(WORLD, branches, seeds=[1], reference="none").effects.set_index(["branch", "outcome", "kind"])
    shown = room.numbers(152)
    for name in ("opinion_mean", "reach", "troll_posts"):
        assert shown[name][1] - shown[name][0] == effects.loc[("early", name, "counterfactual"), "difference"]


def test_several_levers_wait_for_run_and_give_what_simulate_gives(room: Classroom) -> None:
    policies = (
        PreemptiveRemoval("2019-07-01", Rates(tpr=0.5, fpr=0.02), accounts=100_000),
        Labels("2019-05-11", Rates(tpr=0.9, fpr=0.01)),
        ReshareFriction("2019-06-01", dropped=0.25),
    )
    room.go(
        f"lesson={SANDBOX}&preemptive_removal.day=2019-07-01&preemptive_removal.accounts=100000&preemptive_removal.tpr=0.5"
        "&preemptive_removal.fpr=0.02&labels.day=10&labels.tpr=0.9&labels.fpr=0.01&reshare_friction.day=31"
        "&reshare_friction.dropped=0.25&seed=3"
    )
    runs = [
        sim.simulate(WORLD, branch=sim.Branch(each), seed=3, population_seed=1) for each in ((), policies)
    ]  # fmt: skip
    assert_shows(room, runs[0], runs[1])
    before = room.answers
    room.slide("#reshare_friction-dropped", 0.5)
    room.page.wait_for_timeout(300)
    assert room.answers == before
    room.page.click("#run")
    room.answered(before)
    assert room.digests()[1] not in (runs[1].digest, runs[0].digest)


def test_the_lines_of_python_make_the_run_that_is_shown(room: Classroom) -> None:
    room.go(
        "lesson=cutting_the_innocent&view=python&guess=100&takedown.day=2019-07-04&takedown.accounts=9000&takedown.fpr=0.01"
    )
    lines = room.text("#lines")
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == room.digests()[1] != room.digests()[0]


@pytest.mark.parametrize("name", [name for name, lesson in packaged().items() if lesson.prediction])
def test_a_lesson_is_played_to_its_debrief(name: str, room: Classroom) -> None:
    lesson: Lesson = packaged()[name]
    prediction = lesson.prediction
    assert prediction is not None
    room.go(f"lesson={name}")
    page = room.page
    assert page.locator("#levers input").first.is_disabled()
    assert page.locator("#chart .line.with").count() == 0
    assert room.text("#digest-with") == "…"
    guess = prediction.low + 10 * prediction.step
    room.slide("#guess-number", guess)
    page.locator("#guess-number").blur()
    page.click("#set-guess")
    assert page.locator("#chart .line.with").count() == 1
    assert page.locator("#chart .point.guess").count() == 1
    told = re.search(r"The model says (−?[\d,.]+) ", room.text("#verdict"))
    assert told is not None
    assert prediction.answer[0] <= float(told[1].replace(",", "").replace("−", "-")) <= prediction.answer[1]
    page.click("#show-debrief")
    assert page.locator("#debrief").is_visible()
    assert lesson.debrief[0].split()[0] in room.text("#debrief-text")
    code = room.text("#code").split()[-1]
    page.click("#tab-class")
    page.fill("#codes", f"{code}\n{code} nonsense")
    assert room.text("#class-found").startswith("Guesses: 2.")
    assert "nonsense" in room.text("#class-found")


def test_a_curve_can_be_drawn_as_a_guess(room: Classroom) -> None:
    box = room.page.locator("#chart svg").first.bounding_box()
    assert box is not None
    mouse = room.page.mouse
    mouse.move(box["x"] + 120, box["y"] + 60)
    mouse.down()
    mouse.move(box["x"] + box["width"] - 66, box["y"] + 90, steps=12)
    mouse.up()
    assert room.page.locator("#chart .line.drawn").count() == 1
    guess = float(room.page.input_value("#guess-number"))
    assert 1 < guess < 74
    room.page.click("#set-guess")
    assert f"You guessed {guess:g} %" in room.text("#verdict")
    assert room.page.locator("#chart .line.drawn").count() == 1


def test_a_link_restores_what_was_there(room: Classroom, lab: Path, chromium: Any) -> None:
    room.go(
        "lesson=a_few_zealots&guess=12&takedown.day=2019-06-01&takedown.accounts=700&outcome=troll_posts&seed=2&present=1"
    )
    with opened(chromium, lab) as other:
        again = Classroom(other)
        again.go(room.page.url.partition("#")[2])
        assert again.digests() == room.digests()
        assert again.page.input_value("#outcome") == "troll_posts"
        assert again.page.input_value("#takedown-accounts") == "700"
        assert "You guessed 12 %" in again.text("#verdict")
        assert again.page.get_attribute("#present", "aria-pressed") == "true"
        assert again.text("#seed") == "2"
        assert again.page.url.partition("#")[2] == room.page.url.partition("#")[2]


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("takedown.accounts=-1", "takedown.accounts must be a whole number from 0 to 300000000, not -1."),
        (
            "takedown.accounts=200937",
            "takedown.accounts must be at most 200,936, all the accounts that the campaign ever had",
        ),
        ("takedown.day=2020-01-01", "takedown.day must be a day from 0 to 152 or a date from 2019-05-01 to 2019-09-30"),
        ("lesson=%3Cimg%20src=x%20onerror=alert(1)%3E", "lesson must be one of "),
        ("__proto__.day=1", "is not one of the levers of this page."),
        ("%E0%A4%A", "the link must be made of NAME=VALUE"),
        ("seed=1e309", "seed must be one of 1, 2, 3"),
        ("day=2020-01-01", "day must be a date from 2019-05-01 to 2019-09-30"),
        ("view=feed&account=1000", "account must be a whole number from 0 to 999, not '1000'."),
        ("hour=%3Cb%3E", "hour must be a whole number from 0 to 23"),
        ("lesson=sandbox&campaign.flooding=0", "campaign.flooding must be a whole number from 1 to 1000, not 0."),
        ("lesson=play_the_operator&campaign.flooding=100", "take something back"),
        (
            "lesson=sandbox&campaign.adaptation.keeps_volume=2",
            "campaign.adaptation.keeps_volume must be true or false, not 2.",
        ),
        (
            "lesson=sandbox&campaign.adaptation.replacement=-1",
            "campaign.adaptation.replacement must be a number from 0 to 1000",
        ),
        ("lesson=sandbox&campaign.adaptation.hours_per_account=1", "is not one of the levers of this page."),
    ],
)
def test_a_hostile_link_is_told_in_a_sentence(fragment: str, words: str, room: Classroom) -> None:
    before = room.digests()
    room.page.goto(f"{room.page.url.partition('#')[0]}#{fragment}")
    room.page.wait_for_selector("#notice:not([hidden])")
    assert words in room.text("#notice")
    assert room.page.locator("#notice img").count() == 0
    assert room.digests() == before


def test_the_next_change_cancels_and_the_last_one_is_answered(room: Classroom) -> None:
    room.page.click("#set-guess")
    before = room.answers
    for day in range(1, 12):
        room.slide("#takedown-day", day)
    expected = sim.simulate(WORLD, branch=sim.Branch((Takedown(11),)), seed=1).digest
    for _ in range(200):
        if room.digests()[1] == expected:
            break
        room.page.wait_for_timeout(100)
    assert room.digests()[1] == expected
    assert room.answers - before < 11


def test_twenty_classes_and_the_one_that_is_opened(room: Classroom) -> None:
    room.page.click("#set-guess")
    room.page.click("#tab-luck")
    room.page.click("#draw-luck")
    room.page.wait_for_selector("#luck-charts li:nth-child(20)", timeout=240_000)
    assert re.match(r"In \d+ of 20 classes", room.text("#luck-found"))
    before = room.answers
    room.page.click("#luck-charts li:nth-child(4) button")
    room.answered(before)
    branch = sim.Branch((Takedown("2019-08-19"),))
    assert room.digests()[1] == sim.simulate(WORLD, branch=branch, seed=4, population_seed=1).digest


def test_a_class_that_is_opened_is_the_one_that_was_drawn(room: Classroom) -> None:
    room.go(f"lesson={SANDBOX}&takedown.day=2019-07-01&view=luck")
    room.page.click("#draw-luck")
    room.page.wait_for_selector("#luck-charts li:nth-child(2)", timeout=120_000)
    room.slide("#takedown-day", 31)
    before = room.answers
    room.page.click("#luck-charts li:nth-child(2) button")
    room.answered(before)
    branch = sim.Branch((Takedown("2019-07-01"),))
    assert room.digests()[1] == sim.simulate(WORLD, branch=branch, seed=2, population_seed=1).digest
    assert room.page.input_value("#takedown-day") == "61"
    assert "answer to these settings" in room.text("#how")


def test_no_class_is_drawn_while_an_answer_is_awaited(room: Classroom) -> None:
    room.page.click("#set-guess")
    room.page.click("#tab-luck")
    before = room.answers
    room.page.evaluate(
        """() => {
            const [day, draw] = ["takedown-day", "draw-luck"].map((id) => document.getElementById(id));
            day.value = "31";
            day.dispatchEvent(new Event("input"));
            draw.click();
        }"""
    )
    room.answered(before)
    assert room.digests()[1] == sim.simulate(WORLD, branch=sim.Branch((Takedown(31),)), seed=1).digest
    room.page.click("#draw-luck")
    room.page.wait_for_selector("#luck-charts li")


@pytest.mark.parametrize("size", [WIDE, (1024, 768), NARROW])
def test_every_view_can_be_used_by_everybody(size: tuple[int, int], lab: Path, chromium: Any) -> None:
    with opened(chromium, lab, size) as found:
        room = Classroom(found)
        assert found.violations() == []
        room.page.click("#set-guess")
        room.page.click("#show-debrief")
        for view in VIEWS:
            room.page.click(f"#tab-{view}")
            assert found.violations() == [], view
            width = room.page.evaluate("() => document.documentElement.scrollWidth")
            assert width <= size[0], view
        room.page.focus("#tab-timeline")
        room.page.keyboard.press("ArrowRight")
        assert room.page.get_attribute("#tab-opinions", "aria-selected") == "true"
        room.page.click("#present")
        assert found.violations() == []
        found.assert_clean()


def test_a_guess_stays_where_it_was_made(room: Classroom) -> None:
    """However far from the answer it is: the axis goes as far, before and after, and when it is fitted anew."""

    def top() -> float:
        texts = room.page.locator("#chart text.tick.end").all_text_contents()
        return max(float(text.replace(",", "").replace("−", "-")) for text in texts)

    room.go("lesson=base_rate_trap")
    room.slide("#guess-number", 30_000)
    room.page.locator("#guess-number").blur()
    before = top()
    room.page.click("#set-guess")
    place = room.page.locator("#chart .point.guess").get_attribute("cy")
    assert top() == before == 30_000 and float(str(place)) == pytest.approx(30.0)
    room.page.click("#fit")
    assert top() == 30_000
    assert room.page.get_attribute("#phase-try", "aria-current") == "step"
    assert room.page.get_attribute("#phase-predict", "aria-current") == "false"


def test_a_lever_that_a_link_sets_is_shown(room: Classroom) -> None:
    room.go("lesson=too_late_too_small&guess=75&campaign.flooding=50")
    lever = room.page.locator("[data-lever=campaign]")
    assert "50" in as_read(str(lever.text_content()))
    before = room.answers
    room.page.click("#use-campaign")
    room.answered(before)
    assert lever.count() == 0 and "flooding" not in room.text("#lines")


def test_what_is_refused_is_not_left_as_if_it_were_set(room: Classroom) -> None:
    room.go(f"lesson={SANDBOX}&takedown.day=2019-06-01")
    box = room.page.locator("#takedown-accounts ~ input")
    box.fill("999999999")
    box.blur()
    assert "takedown.accounts must be a whole number" in room.text("#notice")
    assert box.input_value() == "936"


def test_a_link_of_another_page_says_so(room: Classroom) -> None:
    mark = re.search(r"page=(\w{8})", room.page.url)
    assert mark is not None
    room.go(f"page={mark[1]}&lesson={SANDBOX}")
    assert room.page.locator("#notice").is_hidden()
    room.go(f"page=00000000&lesson={SANDBOX}&takedown.day=2019-06-01")
    assert "was made on another page" in room.text("#notice")
    assert f"page={mark[1]}" in room.page.url and "takedown.day=2019-06-01" in room.page.url


def test_days_may_go_by_as_fast_as_a_hand_can_slide(room: Classroom) -> None:
    """Browsers refuse addresses that change too often, with a warning, which fails the test."""
    room.page.evaluate(
        """async () => {
            const day = document.getElementById("day");
            for (let i = 0; i <= 900; i++) {
                day.value = String(i % 153);
                day.dispatchEvent(new Event("input"));
                if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
            }
        }"""
    )
    room.page.wait_for_function("() => location.hash.includes('day=2019-09-13')")
    assert room.text("#date") == "2019-09-13"
