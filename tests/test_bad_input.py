"""Whatever is given that cannot be simulated is answered by InputError with one sentence that says what to change."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.branch import Branch
from sim.calendar import Event
from sim.fields import InputError, build
from sim.moderation import PreemptiveRemoval, Rates, Takedown
from sim.world import World
from tests.worlds import busy_world


def refused(action: Callable[[], Any], *words: str) -> str:
    """The sentence with which an action is refused; it has all these words and is one sentence on one line."""
    with pytest.raises(InputError) as error:
        action()
    sentence = str(error.value)
    for word in words:
        assert word in sentence, sentence
    assert sentence.endswith((".", "?")), sentence
    assert "\n" not in sentence
    assert len(sentence) < 400, sentence
    assert "Traceback" not in sentence
    assert error.value.__cause__ is None
    return sentence


HK = {"people": 1000}
WORLDS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"peeple": 3}, ("peeple is not a field", "did you mean people?")),
    ({"campaign.floding": 2}, ("World.campaign.floding is not a field", "did you mean flooding?")),
    ({"feed": {"lenght": 2}}, ("World.feed.lenght is not a field", "did you mean length?")),
    ({"opinion.rule": "bounded_confidance"}, ("must be one of", "bounded_confidence", "did you mean 'bounded_confidence'?")),
    ({"feed.reading": "newst"}, ("must be one of newest, arrival, ranked, one_random_followee", "did you mean 'newest'?")),
    ({"people": "many"}, ("World.people must be a whole number from 2", "'many'")),
    ({"people": 1000.5}, ("World.people must be a whole number", "1000.5")),
    ({"people": True}, ("World.people must be a whole number", "True")),
    ({"people": None}, ("World.people must be a whole number", "none")),
    ({"people": 1}, ("World.people", "from 2 to", "not 1")),
    ({"people": -5}, ("World.people", "from 2 to", "-5")),
    ({"people": math.nan}, ("World.people", "nan")),
    ({"people": 2_000_000}, ("World.people must be at most people_reachable (1,000,000)", "2,000,000")),
    ({"days": 0}, ("World.days", "from 1", "not 0")),
    ({"days": 10**9}, ("World.days", "from 1 to 65535")),
    ({"days": 10_000}, ("World.days must leave at most 65,535 ticks",)),
    ({"days": 154}, ("World.campaign.daily_posts", "154 days", "153")),
    ({"first_day": "May 2019"}, ("World.first_day must be an ISO date", "'May 2019'")),
    ({"first_day": 20190501}, ("World.first_day must be an ISO date",)),
    ({"feed.length": 0}, ("World.feed.length", "from 1 to 200")),
    ({"expression.silence_by": "courage"}, ("silence_by must be one of climate, confidence", "'courage'")),
    ({"expression.confidence_step": -1}, ("World.expression.confidence_step", "from 0 to 100", "-1")),
    ({"mobilisation.turnout_weight": 1.5}, ("World.mobilisation.turnout_weight", "from 0 to 1", "1.5")),
    ({"mobilisation.thresholds": [0.1, math.nan]}, ("World.mobilisation.thresholds[1]", "nan")),
    ({"mobilisation.thresholds": [0.1]}, ("World.mobilisation.thresholds must have one value for each of the 1000 people",)),
    ({"graph": {"kind": "preferential", "links": 1000}}, ("World.graph.links must be below the number of people (1000)",)),
    ({"feed.length": math.inf}, ("World.feed.length", "inf")),
    ({"feed.topic_half_life": 0.0}, ("World.feed.topic_half_life", "above 0")),
    ({"expression.posting": 1.01}, ("World.expression.posting", "from 0 to 1", "1.01")),
    ({"expression.silence": "yes"}, ("World.expression.silence must be true or false", "'yes'")),
    ({"opinion.rule.strength": math.nan}, ("World.opinion.rule.strength", "nan")),
    ({"opinion.anchoring": -0.1}, ("World.opinion.anchoring", "from 0 to 1", "-0.1")),
    ({"population.confidence_low": 0.9}, ("World.population.confidence_low must be at most confidence_high (0.8)",)),
    ({"population.opinions": (0.5,)}, ("World.population.opinions must have one value for each of the 1000 people",)),
    ({"population.opinions": (0.5, "x")}, ("World.population.opinions[1]", "'x'")),
    ({"calendar.clock": (1.0,)}, ("World.calendar.clock", "24 ticks of a day, not 1")),
    ({"calendar.clock": (0.1,) * 24}, ("World.calendar.clock must sum to 1, not 2.4",)),
    ({"campaign.clock": (0.5, 0.5)}, ("World.campaign.clock must have 24 shares (a day) or 168 (a week)",)),
    ({"campaign.clock": (1.0,) * 24}, ("World.campaign.clock", "sum to 1")),
    ({"campaign.activity_levels": (0.0, 1.0)}, ("World.campaign.activity", "one value for each of the 2")),
    ({"campaign.activity_levels": (1.0, 0.0), "campaign.activity": (1.0, 2.0)}, ("World.campaign.activity_levels", "ascend")),
    ({"campaign.groups": ()}, ("World.campaign.groups must have shares that sum to 1, not 0",)),
    ({"campaign.groups[0].share": 0.9}, ("World.campaign.groups must have shares that sum to 1",)),
    ({"campaign.groups[5].share": 0.9}, ("World.campaign.groups[5] is not an element; there are 2",)),
    ({"campaign.stance": -2}, ("World.campaign.stance", "from -1 to 1")),
    ({"campaign.flooding": 0.5}, ("World.campaign.flooding must be a whole number",)),
    ({"campaign.sleepers.created_before": 2}, ("World.campaign.sleepers.created_before", "from 0 to 1")),
    ({"calendar.events": ({"day": "2019-06-09", "side": 0},)}, ("World.calendar.events[0].side must be 1",)),
    ({"calendar.events": ({"day": "soon", "side": 1},)}, ("World.calendar.events[0].day", "ISO date", "'soon'")),
    ({"calendar.events": ({"day": "2019-06-09", "side": 1, "hour": 24},)}, ("World.calendar.events[0].hour", "from 0 to 23")),
    ({"calendar.events": ({"side": 1},)}, ("World.calendar.events[0].day is missing",)),
    ({"calendar.events": "2019-06-09"}, ("World.calendar.events must be a list",)),
    ({"graph.kind": "file"}, ("World.graph.edges is missing and has no default",)),
    ({"graph": {"kind": "file", "edges": ""}}, ("World.graph.edges must name an edge-list file",)),
    ({"graph.edges": "graph.txt"}, ("World.graph.edges is not a field of social, but of file.",)),
    ({"graph": {"kind": "complete", "closure": 0.1}}, ("World.graph.closure is not a field of complete, but of social.",)),
    ({"graph": {"kind": "preferential", "link": 3}}, ("World.graph.link is not a field; did you mean links?",)),
    ({"graph": {"kynd": "complete"}}, ("World.graph.kynd is not a field; did you mean kind?",)),
    ({"graph": {"kind": "preferental"}}, ("World.graph must be one of", "not 'preferental'; did you mean 'preferential'?")),
    ({"graph.kind": "circle"}, ("World.graph must be one of social", "complete", "'circle'")),
    ({"graph": 5}, ("World.graph must be one of social", "complete", "not 5")),
    ({5: 5}, ("5 is not a field",)),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), WORLDS, ids=[str(changes)[:60] for changes, _ in WORLDS])
def test_worlds_that_cannot_be(changes: dict[Any, Any], words: tuple[str, ...]) -> None:
    world = World.hk2019(**HK)
    refused(lambda: world.replace(changes), *words)


def test_unknown_fields_of_the_case() -> None:
    refused(lambda: World.hk2019(peple=1000), "World.peple is not a field", "did you mean people?")
    refused(lambda: World.hk2019(people="1000"), "World.people must be a whole number")
    refused(
        lambda: World.hk2019(people=1000, **{"graph.followers": 3}), "World.graph.followers", "did you mean followees?"
    )


def test_mappings_that_cannot_be_built() -> None:
    refused(lambda: build(World, {"peeple": 3}), "world.peeple is not a field", "did you mean people?")
    refused(lambda: build(World, {}), "world.people is missing and has no default")
    refused(
        lambda: build(Branch, {"policies": [{"name": "takedwn", "day": 1}]}, "branch"),
        "branch.policies[0]",
        "'takedown'?",
    )
    refused(lambda: build(Branch, {"policies": [{"name": "takedown"}]}, "branch"), "branch.policies[0].day is missing")
    refused(lambda: build(Branch, {"policies": [{"day": 1}]}, "branch"), "branch.policies[0]", "takedown")
    refused(
        lambda: build(
            Branch, {"policies": [{"name": "takedown", "day": 1, "detector": {"name": "rates", "tpr": 2}}]}, "branch"
        ),
        "branch.policies[0].detector.tpr",
        "from 0 to 1",
    )


BRANCHES: list[tuple[Callable[[], Branch], tuple[str, ...]]] = [
    (lambda: Branch((Takedown("2019-12-24"),)), ("policies[0].day", "from 0 to 152", "2019-09-30", "not 2019-12-24")),
    (lambda: Branch((Takedown("2019-04-30"),)), ("policies[0].day", "2019-05-01", "not 2019-04-30")),
    (lambda: Branch((Takedown(1), Takedown(153))), ("policies[1].day", "from 0 to 152", "not 153")),
    (lambda: Branch((Takedown(-1),)), ("policies[0].day", "not -1")),
    (lambda: Branch((Takedown("tomorrow"),)), ("policies[0].day", "'tomorrow'")),
    (lambda: Branch((Takedown("2019-08-32"),)), ("policies[0].day", "'2019-08-32'")),
    (lambda: Branch((PreemptiveRemoval(1, accounts=300_000),)), ("policies[0].accounts", "sleeping accounts", "300,000")),
    (lambda: Branch((Takedown(1, accounts=250_000),)), ("policies[0].accounts", "must be at most", "250,000")),
    (lambda: Branch((Takedown(math.nan),)), ("Takedown.day", "nan")),
    (lambda: Branch((Takedown(True),)), ("Takedown.day", "True")),
    (lambda: Branch((Takedown(None),)), ("Takedown.day", "none")),  # type: ignore[arg-type]
    (lambda: Branch((Takedown(1, accounts=-1),)), ("Takedown.accounts", "from 0 to", "-1")),
    (lambda: Branch((Takedown(1, accounts=1.5),)), ("Takedown.accounts", "whole number", "1.5")),  # type: ignore[arg-type]
    (lambda: Branch((Takedown(1, Rates(tpr=1.5)),)), ("Rates.tpr", "from 0 to 1", "1.5")),
    (lambda: Branch((Takedown(1, "perfct"),)), ("Takedown.detector", "did you mean 'perfect'?")),  # type: ignore[arg-type]
    (lambda: Branch(("takedwn",)), ("Branch.policies[0]", "did you mean 'takedown'?")),  # type: ignore[arg-type]
    (lambda: Branch(policies=3), ("Branch.policies must be a list",)),  # type: ignore[arg-type]
    (lambda: Branch(campaign="no"), ("Branch.campaign must be true or false", "'no'")),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize(("branch", "words"), BRANCHES, ids=range(len(BRANCHES)))
def test_branches_that_cannot_be(branch: Callable[[], Branch], words: tuple[str, ...]) -> None:
    world = World.hk2019(**HK)
    refused(lambda: branch().check_against(world), *words)
    refused(lambda: sim.simulate(world, branch(), days=1), *words)


def test_asking_for_all_the_accounts_of_the_case_is_allowed() -> None:
    world = World.hk2019(**HK)
    campaign = world.campaign
    Branch((PreemptiveRemoval("2019-09-30", accounts=campaign.sleepers.accounts),)).check_against(world)
    Branch((Takedown(152.9, accounts=campaign.accounts),)).check_against(world)


RUNS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    *[({"days": days}, ("days must be a whole number from 1 to 3",)) for days in (0, 4, -1, 1.5, "2", True, math.nan)],
    *[
        ({"seed": seed}, ("seed must be a whole number from 0 to 2**63 - 1",))
        for seed in (-1, 1.5, "1", None, True, 2**63)
    ],
    *[
        ({"population_seed": seed}, ("population_seed must be a whole number from 0 to 2**63 - 1",))
        for seed in (-1, 1.5, "x", True, 2**63)
    ],
    *[({"engine": engine}, ("engine must be one of arrays, agents",)) for engine in ("gpu", None, "Arrays")],
    *[({"threads": threads}, ("threads must be a whole number of at least 1",)) for threads in (0, -2, 1.5, "2", True)],
    ({"threads": 0, "engine": "agents"}, ("threads must be a whole number of at least 1",)),
    ({"branch": 42}, ("branch",)),
    ({"world": 42}, ("world",)),
]


@pytest.mark.parametrize(("arguments", "words"), RUNS, ids=[str(arguments) for arguments, _ in RUNS])
def test_runs_that_cannot_be(arguments: dict[str, Any], words: tuple[str, ...]) -> None:
    refused(lambda: sim.simulate(**{"world": busy_world(), "branch": Branch(), **arguments}), *words)


@pytest.mark.parametrize("number", [1, np.int64(1)])
def test_whole_numbers_of_any_kind_are_taken(number: Any) -> None:
    world = busy_world(days=1)
    expected = sim.simulate(world, seed=1, days=1, population_seed=1).digest
    assert sim.simulate(world, seed=number, days=number, population_seed=number).digest == expected


@pytest.mark.parametrize("text", ["abc", "0", "-1", "1.5", "", "²", "1 2"])
@pytest.mark.parametrize("engine", ["arrays"])
def test_threads_of_the_environment_that_cannot_be(text: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_THREADS", text)
    refused(lambda: sim.simulate(busy_world(), engine=engine), "GROUNDSWELL_THREADS must be a whole number", repr(text))


# Graphs


def test_a_graph_denser_than_its_cap_admits() -> None:
    refused(
        lambda: sim.simulate(World.hk2019(people=100), days=1), "world.graph.followees must be at most 2.5", "not 20"
    )


def on_file(edges: Path, nodes: Path | str = "", **changes: Any) -> World:
    """Three people and their graph on file, without organisers and trolls."""
    return World(people=3, **changes).replace({"graph": {"kind": "file", "edges": str(edges), "nodes": str(nodes)}})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("must have at least one edge", "empty")),
        ("1 2\nx 1\n", ("line 2", "whole numbers", "'x'")),
        ("1 2 3\n", ("line 1", "two columns")),
        ("0 7\n", ("world.graph.edges", "from 0 to 2", "7")),
        ("0 -1\n", ("line 1", "at least 0", "-1")),
        ("0 1.5\n", ("line 1", "whole numbers", "'1.5'")),
    ],
)
def test_edge_lists_that_cannot_be_read(text: str, words: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "edges.txt"
    file.write_text(text)
    refused(lambda: sim.simulate(on_file(file)), str(file), *words)


def test_edge_lists_that_are_no_text_files(tmp_path: Path) -> None:
    refused(lambda: sim.simulate(on_file(tmp_path / "none.txt")), "none.txt", "must be a file")
    refused(lambda: sim.simulate(on_file(tmp_path)), str(tmp_path), "readable file")
    (tmp_path / "edges.bin").write_bytes(bytes(range(128, 256)))
    refused(lambda: sim.simulate(on_file(tmp_path / "edges.bin")), "edges.bin", "UTF-8")
    (tmp_path / "edges.txt.gz").write_text("0 1\n")
    refused(lambda: sim.simulate(on_file(tmp_path / "edges.txt.gz")), "edges.txt.gz", "readable file")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("index,bot\n0,0\n1,0\n", ("world.people must match the node table", "2 people")),
        ("index,bot\n0,0\n1,0\n2,1\n", ("world.people must match the node table", "2 people and 1 troll")),
        ("index,bot\n0,0\n1,0\n3,0\n", ("world.graph.nodes", "without gaps")),
        ("kind,bot\n0,0\n1,0\n2,0\n", ("world.graph.nodes must have a column index (0, 1, 2 …), id or node",)),
        ("index,bot\na,0\nb,0\nc,0\n", ("world.graph.nodes", "index")),
        ("index,bot\n0,yes\n1,no\n2,no\n", ("world.graph.nodes", "bot")),
        ("index,bot\n0.5,0\n1,0\n2,0\n", ("world.graph.nodes",)),
        ("index,bot\n0,0,0\n", ("line 2", "2 columns")),
        ("", ("header",)),
    ],
)
def test_node_tables_that_cannot_be(text: str, words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "edges.txt").write_text("0 1\n1 2\n")
    (tmp_path / "nodes.csv").write_text(text)
    refused(lambda: sim.simulate(on_file(tmp_path / "edges.txt", tmp_path / "nodes.csv")), *words)


# Studies


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"branches": {}}, ("branch",)),
        ({"reference": "nnoe"}, ("reference", "none")),
        ({"seeds": 0}, ("seeds",)),
        ({"seeds": "x"}, ("seeds",)),
        ({"seeds": [1, -1]}, ("seed",)),
        ({"days": 0}, ("days",)),
        ({"threads": 0}, ("threads",)),
        ({"branches": {"none": Branch(), "late": Branch((Takedown(99),))}}, ("day", "99")),
    ],
)  # fmt: skip
def test_studies_that_cannot_be(arguments: dict[str, Any], words: tuple[str, ...]) -> None:
    given = {
        "world": busy_world(),
        "branches": {"none": Branch(), "off": Branch(campaign=False)},
        "seeds": 1,
        **arguments,
    }
    refused(lambda: sim.compare(**given), *words)


def test_a_single_event_says_what_is_wrong_with_it() -> None:
    assert refused(lambda: Event("2019-06-09", 0), "Event.side").startswith("Event.side must be 1 (movement) or -1")
    refused(lambda: Event("9 June", 1), "Event.day", "ISO date", "'9 June'")
