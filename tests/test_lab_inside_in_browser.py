"""What the classroom shows of the two worlds themselves is what Python has: the graph, feeds, who moved whom, who is removed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from experiments.lab.graph import SHOWN
from experiments.play import world_of
from sim.engine.agents import Citizen
from sim.moderation import Rates, Takedown
from sim.outcomes.watched import Watch
from tests.browser import NARROW, WIDE, browser, needs_chromium, opened
from tests.pages import as_read
from tests.test_lab_in_browser import Classroom, lab

__all__ = ["lab"]
pytestmark = [pytest.mark.slow, needs_chromium]

WORLD, _ = world_of(1000, {})
THOROUGH = Takedown("2019-05-03", Rates(tpr=0.9, fpr=0.02), accounts=20_000)
ACTED = "takedown.day=2019-05-03&takedown.accounts=20000&takedown.tpr=0.9&takedown.fpr=0.02"
DECIDED = f"lesson=cutting_the_innocent&guess=100&{ACTED}"
INSIDE = ("graph", "feed", "movers", "removed")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def room(lab: Path, chromium: Any) -> Iterator[Classroom]:
    with opened(chromium, lab) as found:
        yield Classroom(found)
        found.assert_clean()


def looked(room: Classroom, before: int) -> None:
    room.page.wait_for_selector(f'body[data-looked]:not([data-looked="{before}"])', timeout=120_000)


def go(room: Classroom, fragment: str) -> None:
    """Follow a link to a view that has to look into the worlds."""
    before = int(room.page.get_attribute("body", "data-looked") or 0)
    room.go(fragment)
    looked(room, before)


def _specification(branch: sim.Branch, day: float) -> Any:
    """The agent engine on a day: the other one goes there, and it takes over the state."""
    fast = sim.begin(WORLD, branch, seed=1).advance(day).engine
    plain = sim.begin(WORLD, branch, seed=1, engine="agents").engine
    for name, array in fast.state._asdict().items():
        getattr(plain.state, name)[...] = array
    plain.step_index = fast.step_index
    assert plain.digest == fast.digest
    return plain


def test_a_feed_is_the_one_that_python_gives_for_the_same_run(room: Classroom) -> None:
    branches = {"without": sim.Branch(), "with": sim.Branch((THOROUGH,))}
    runs = {which: _specification(branch, 4 + 20 / 24) for which, branch in branches.items()}
    removed = next(each.account for each in runs["with"].citizens() if not each.active)
    for account in (3, removed, 400):
        go(room, f"{DECIDED}&view=feed&day=2019-05-05&hour=20&account={account}")
        for which, model in runs.items():
            citizen = model.accounts[account]
            assert isinstance(citizen, Citizen)
            items = room.page.locator(f"#feed-{which} li").all_text_contents()
            if not citizen.active:
                assert items == [] and "removed" in room.text(f"#feed-found-{which}")
                continue
            carried = citizen.carried_by(citizen.followees())
            stream = citizen.topic_messages() if citizen.reads_topic() else []
            expected = citizen.feed_of(carried) + [item for item in stream if item.entry.name not in carried]
            assert len(items) == len(expected) > 0
            for told, item in zip(map(as_read, items), expected, strict=True):
                author, age = (
                    re.match(r"\D*(\d+)[ ,]", told),
                    re.search(r"\((an hour|(\d+) hours) old, shares ([\d,]+), ", told),
                )
                assert author and age
                assert int(author[1]) == item.entry.author
                assert int(age[2] or 1) == model.step_index - item.entry.created
                assert int(age[3].replace(",", "")) == item.shares
                assert ("about something else" in told) == (not item.entry.on_topic)
                assert ("hashtag" in told) == item.from_stream
                assert citizen.news(item) == ("Moves them by" in told or "Too far" in told)


def test_the_graph_has_the_accounts_that_python_watches_in_the_colours_of_their_opinions(room: Classroom) -> None:
    room.go(f"{DECIDED}&view=graph&day=2019-06-10")
    runs = [
        sim.simulate(WORLD, branch, seed=1, keep=Watch(around=SHOWN, people=0), days=41).people
        for branch in (sim.Branch(), sim.Branch((THOROUGH,)))
    ]
    for which, table in zip(("without", "with"), runs, strict=True):
        day = table[table["day"] == 40]
        suspended = int((day["status"] == "suspended").sum())
        shown = int(str(room.page.get_attribute(f"#graph-{which}", "data-shown")))
        assert shown == len(day) - suspended
        assert (suspended > 0) == (which == "with")
    canvas = room.page.locator("#graph-with")
    colours = canvas.evaluate(
        "(c) => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )
    assert colours > 20
    before = room.page.url
    room.page.focus("#graph-twins")
    room.page.keyboard.press("ArrowLeft")
    assert room.text("#date") == "2019-06-09"
    room.page.keyboard.press("Home")
    assert room.text("#date") == "2019-05-01"
    room.page.click("#play")
    room.page.wait_for_function("() => document.getElementById('date').textContent >= '2019-05-04'")
    room.page.click("#play")
    assert room.page.url != before and "day=2019-05-" in room.page.url
    # Whoever is removed is gone on that day.
    counts = []
    for date in (1, 2):
        room.slide("#day", date)
        counts.append(int(str(room.page.get_attribute("#graph-with", "data-shown"))))
    assert counts[1] < counts[0]


def test_a_person_who_is_clicked_is_read(room: Classroom) -> None:
    room.go(f"{DECIDED}&view=graph&day=2019-05-05")
    box = room.page.locator("#graph-without").bounding_box()
    assert box is not None
    graph = room.page.evaluate("() => JSON.parse(document.getElementById('data').textContent).graphs[0]")
    chosen = next(i for i, ring in enumerate(graph["ring"]) if ring == 2)
    inner = box["width"] * (1 - 2 * 2.4 * 4.1 / 560)
    before = int(room.page.get_attribute("body", "data-looked") or 0)
    room.page.mouse.click(
        box["x"] + (box["width"] - inner) / 2 + graph["x"][chosen] / 65535 * inner,
        box["y"] + (box["height"] - inner) / 2 + graph["y"][chosen] / 65535 * inner,
    )
    looked(room, before)
    assert int(room.page.input_value("#account")) in graph["accounts"]
    assert room.page.locator("#feed-without li").count() > 0


def test_who_moved_whom_is_what_the_outcomes_say(room: Classroom) -> None:
    room.go(f"{DECIDED}&view=movers&day=2019-09-30")
    told = room.page.get_attribute("#movers-trolls svg", "aria-label")
    run = sim.simulate(WORLD, seed=1)
    for name in ("troll_part_direct", "troll_part_relayed", "troll_part_induced"):
        value = float(run.outcomes[name])
        assert re.search(f"{abs(value):.{2 - int(np.floor(np.log10(abs(value))))}f}".rstrip("0"), str(told)), (
            name,
            told,
        )


def test_those_who_are_removed_are_those_of_python_and_one_can_be_opened(room: Classroom) -> None:
    go(room, f"{DECIDED}&view=removed&day=2019-09-30")
    runs = [sim.begin(WORLD, branch, seed=1).advance() for branch in (sim.Branch(), sim.Branch((THOROUGH,)))]
    state = runs[1].engine.state
    removed = np.flatnonzero(state.status[: WORLD.people] == 2)
    assert room.text("#removed-found").startswith(f"{removed.size} people's accounts are removed, of 1,000")
    assert room.page.locator("#removed-crowd .suspended").count() == removed.size
    for account in removed[:2]:
        assert room.text("#removed-who") == f"Person {account}"
        told = room.text("#removed-told")
        assert "Removed on 2019-05-03" in told
        lost = int(runs[0].engine.state.posts[account]) - int(state.posts[account])
        assert (f"{lost:,} post" if lost != 1 else "One post") in told
        room.page.click("#removed-next-hit")
    before = int(room.page.get_attribute("body", "data-looked") or 0)
    room.page.click("#removed-feed")
    looked(room, before)
    assert int(room.page.input_value("#account")) == removed[2]


def test_classes_are_drawn_on_while_somebody_looks_into_the_worlds(room: Classroom) -> None:
    def drawn() -> list[str]:
        room.page.wait_for_selector("#luck-charts li:nth-child(4)", timeout=120_000)
        charts = room.page.locator("#luck-charts svg").all()
        return [str(chart.get_attribute("aria-label")) for chart in charts][:4]

    go(room, f"{DECIDED}&view=feed")
    feed = room.text("#feed-with")
    room.page.click("#tab-luck")
    room.page.click("#draw-luck")
    room.page.wait_for_selector("#luck-charts li:nth-child(2)", timeout=120_000)
    for account in (5, 0):
        before = int(room.page.get_attribute("body", "data-looked") or 0)
        room.page.click("#tab-feed")
        room.slide("#account", account)
        room.page.locator("#account").blur()
        looked(room, before)
        room.page.click("#tab-luck")
    assert room.page.locator("#luck-charts li").count() < 20
    disturbed = drawn()
    room.page.click("#tab-feed")
    assert room.text("#feed-with") == feed
    room.page.click("#tab-luck")
    room.page.click("#draw-luck")
    room.page.wait_for_selector("#luck-charts li:nth-child(4)", state="detached")
    assert drawn() == disturbed
    before = room.answers
    room.slide("#takedown-accounts", 900)
    room.page.click("#run")
    room.answered(before)
    assert room.page.locator("#luck-charts li").count() == 0


def test_a_lever_of_the_world_gives_what_python_gives(room: Classroom) -> None:
    room.go("lesson=sandbox&campaign.flooding=4&opinion.rule.strength=0.02&takedown.day=2019-06-01&view=python")
    changed = WORLD.replace({"campaign.flooding": 4, "opinion.rule.strength": 0.02})
    runs = [sim.simulate(WORLD, seed=1), sim.simulate(changed, sim.Branch((Takedown("2019-06-01"),)), seed=1)]
    assert room.digests() == (runs[0].digest, runs[1].digest)
    names: dict[str, Any] = {}
    exec(room.text("#lines"), names)
    assert names["run"].digest == runs[1].digest


def test_an_operator_that_answers_is_the_one_of_python_and_costs_only_the_days_since(room: Classroom) -> None:
    room.go("lesson=sandbox&takedown.day=2019-09-10&view=python")
    still = room.digests()
    room.page.select_option("#use-campaign\\.adaptation", "used")
    room.slide("#campaign\\.adaptation-replacement", 1.5)
    room.page.uncheck("#campaign\\.adaptation-keeps_volume")
    assert "Press Run" in room.text("#how")
    before = room.answers
    room.page.click("#run")
    room.answered(before)
    assert "answer to these settings" in room.text("#how")
    answers = {f"campaign.adaptation.{name}": value for name, value in (("replacement", 1.5), ("keeps_volume", False))}
    run = sim.simulate(WORLD.replace(answers), sim.Branch((Takedown("2019-09-10"),)), seed=1)
    assert room.digests() == (still[0], run.digest) != still
    assert "campaign.adaptation.keeps_volume=false" in room.page.url
    names: dict[str, Any] = {}
    exec(room.text("#lines"), names)
    assert names["run"].digest == run.digest
    room.page.select_option("#use-campaign\\.adaptation", "unused")
    before = room.answers
    room.page.click("#run")
    room.answered(before)
    assert room.digests() == still


def test_a_budget_holds_and_tries_are_kept(room: Classroom) -> None:
    room.go("lesson=play_the_operator")
    room.page.click("#set-guess")
    assert room.page.locator("#tries-list li").count() == 1
    room.slide("#campaign-flooding", 9)
    room.slide("#campaign-deception", 1)
    assert "take something back" in room.text("#cost")
    assert room.page.locator("#run").is_disabled()
    room.slide("#campaign-deception", 0)
    before = room.answers
    room.page.click("#run")
    room.answered(before)
    assert room.page.locator("#tries-list li").count() == 2


def test_nothing_of_the_answer_is_seen_before_the_guess(room: Classroom) -> None:
    for view in INSIDE:
        before = int(room.page.get_attribute("body", "data-looked") or 0)
        room.page.click(f"#tab-{view}")
        if view == "feed":
            looked(room, before)
    room.page.click("#tab-feed")
    assert room.text("#feed-found-with") == "The answer is shown when you have set your guess."
    assert room.page.locator("#feed-with li").count() == 0
    room.page.click("#tab-graph")
    assert room.text("#graph-count-with") == "The answer is shown when you have set your guess."
    room.page.click("#tab-movers")
    assert room.page.locator("#movers-trolls .bar.with").count() == 0
    room.page.click("#tab-removed")
    assert room.page.locator("#removed-open").is_hidden()


@pytest.mark.parametrize("size", [WIDE, (1024, 768), NARROW])
@pytest.mark.parametrize("present", ["", "&present=1"])
def test_every_view_can_be_used_by_everybody(size: tuple[int, int], present: str, lab: Path, chromium: Any) -> None:
    with opened(chromium, lab, size) as found:
        room = Classroom(found)
        room.go(f"{DECIDED}&day=2019-05-05{present}")
        for view in INSIDE:
            before = int(room.page.get_attribute("body", "data-looked") or 0)
            room.page.click(f"#tab-{view}")
            if view in ("feed", "removed"):
                looked(room, before)
            assert found.violations() == [], view
            assert room.page.evaluate("() => document.documentElement.scrollWidth") <= size[0], view
        found.assert_clean()
