"""The worlds of the classroom in headless Chromium: whichever is chosen, both sides are what Python makes of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sim
from experiments.lab.lessons import SANDBOX
from sim.moderation import Takedown
from tests.browser import needs_chromium, opened
from tests.test_lab_in_browser import ROOT, WORLD, Classroom, assert_shows, lab

pytestmark = [pytest.mark.slow, needs_chromium]
__all__ = ["lab"]

BRANCH = sim.Branch((Takedown("2019-07-01"),))
LOCAL, RATE, RULE = "campaign.local_follower_share", "campaign.sleepers.waking_rate", "opinion.rule"
DOUBLE = round(2 * WORLD.campaign.sleepers.waking_rate, 12)


@pytest.fixture
def room(lab: Path, chromium: Any) -> Iterator[Classroom]:
    with opened(chromium, lab) as found:
        yield Classroom(found)
        found.assert_clean()


def runs_of(changes: dict[str, Any], branch: sim.Branch = BRANCH) -> tuple[sim.Run, sim.Run]:
    world = WORLD.replace(changes)
    return sim.simulate(world, seed=1), sim.simulate(world, branch=branch, seed=1)


@pytest.mark.parametrize(
    ("fragment", "changes"),
    [
        (f"{LOCAL}=0.1", {LOCAL: 0.1}),
        (f"{RATE}={DOUBLE:g}&{LOCAL}=0.001", {RATE: DOUBLE, LOCAL: 0.001}),
        (f"{RULE}=hegselmann_krause&{LOCAL}=0.1", {RULE: {"name": "hegselmann_krause", "bound": 0.4}, LOCAL: 0.1}),
        (f"{RULE}=degroot", {RULE: "degroot"}),
    ],
)
def test_both_worlds_are_the_variant_and_so_are_the_lines(
    fragment: str, changes: dict[str, Any], room: Classroom
) -> None:
    room.go(f"lesson={SANDBOX}&{fragment}&takedown.day=2019-07-01")
    assert_shows(room, *runs_of(changes))
    assert room.text("#world-told").startswith("Both worlds: ")
    lines = room.text("#lines")
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == room.digests()[1]


def test_worlds_are_chosen_one_after_the_other_and_a_link_has_them(room: Classroom) -> None:
    room.go(f"lesson={SANDBOX}&takedown.day=2019-07-01")
    assert room.page.locator("#world-told").is_hidden()
    for field, name, changes in (
        (LOCAL, "0.1", {LOCAL: 0.1}),
        (RULE, "degroot", {LOCAL: 0.1, RULE: "degroot"}),
        (LOCAL, "0.01", {RULE: "degroot"}),
        (RULE, "bounded_confidence", {}),
    ):
        before = room.answers
        room.page.select_option(f"#world-{field.replace('.', '-')}", name)
        room.page.wait_for_timeout(200)
        assert room.answers == before  # with several levers, Run is pressed
        room.page.click("#run")
        room.answered(before)
        assert room.digests() == tuple(run.digest for run in runs_of(changes))
        assert all(f"{each}=" in room.page.url for each in changes)
    assert LOCAL not in room.page.url and RULE not in room.page.url


def test_the_graph_and_a_feed_are_those_of_the_variant(room: Classroom) -> None:
    room.go(f"lesson={SANDBOX}&{RATE}={DOUBLE:g}&{LOCAL}=0.1&takedown.day=2019-07-01&view=graph")
    assert "campaign's accounts here" in room.text("#graph-count-with")
    room.page.click("#tab-feed")
    room.page.wait_for_selector("body[data-looked]")
    assert room.page.locator("#feed-without li").count() > 0
    room.page.click("#tab-luck")
    room.page.click("#draw-luck")
    room.page.wait_for_selector("#luck-charts li:nth-child(3)", timeout=240_000)
    before = room.answers
    room.page.click("#luck-charts li:nth-child(2) button")
    room.answered(before)
    world = WORLD.replace({RATE: DOUBLE, LOCAL: 0.1})
    assert room.digests()[1] == sim.simulate(world, branch=BRANCH, seed=2, population_seed=1).digest


def test_with_one_slider_a_choice_is_answered_at_once(room: Classroom) -> None:
    room.go("lesson=a_few_zealots&guess=20")
    before = room.answers
    room.page.select_option(f"#world-{LOCAL.replace('.', '-')}", "0.1")
    room.answered(before)
    assert room.digests()[0] == sim.simulate(WORLD.replace({LOCAL: 0.1}), seed=1).digest


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        (f"{LOCAL}=0.2", f"{LOCAL} must be one of 0.001, 0.01, 0.1, not '0.2'."),
        (f"{RULE}=%3Cimg%20src=x%3E", f"{RULE} must be one of bounded_confidence, hegselmann_krause, degroot, not "),
        (f"{RULE}=degroot&opinion.rule.strength=0.1", "opinion.rule.strength is not a number of the rule degroot."),
        (f"lesson=flooding&{LOCAL}=0.1", f"{LOCAL} cannot be chosen in this lesson."),
    ],
)
def test_a_hostile_choice_is_told_in_a_sentence(fragment: str, words: str, room: Classroom) -> None:
    before = room.digests()
    lesson = "" if fragment.startswith("lesson") else f"lesson={SANDBOX}&"
    room.page.goto(f"{room.page.url.partition('#')[0]}#{lesson}{fragment}")
    room.page.wait_for_selector("#notice:not([hidden])")
    assert words in room.text("#notice")
    assert room.digests() == before
