"""run.network: the follower graph at the end of a day, with what its accounts are then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import sim
from sim.fields import InputError
from tests.test_platforms import two_platforms
from tests.worlds import busy_branch, busy_world


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_it_shows_the_state_at_the_end_of_the_day(engine: str) -> None:
    world = busy_world()
    run = sim.simulate(world, busy_branch(), seed=3, engine=engine, population_seed=8, keep=("opinion", "status"))
    for day in (1, "2019-05-03", None):
        network = run.network(day)
        number = 2 if day is None else int(world.day(day))
        people = run.people[run.people["day"] == number].set_index("node")
        assert [data["opinion"] for _, data in network.nodes(data=True)][:120] == people["opinion"].tolist()
        assert [network.nodes[node]["status"] for node in people.index] == people["status"].tolist()
        roles = [data["role"] for _, data in network.nodes(data=True)]
        trolls = [data["status"] for _, data in network.nodes(data=True) if data["role"] in ("troll", "sleeper")]
        assert trolls.count("suspended") == run.timeline["trolls_removed"].iloc[number]
        assert trolls.count("active") == run.timeline["active_trolls"].iloc[number]
        assert [roles.count(role) for role in ("citizen", "organiser", "troll", "sleeper")] == [120, 4, 9, 11]
    assert {network.nodes[node]["opinion"] for node in network if network.nodes[node]["role"] == "troll"} == {-0.6}
    followers = [network.in_degree(node) for node in network]
    model = sim.begin(world, None, 3, population_seed=8).engine
    np.testing.assert_array_equal(followers, model.followers)


def test_two_platforms_are_told_apart() -> None:
    network = sim.simulate(two_platforms(), seed=1, days=1).network()
    members = {node: data["holder"] for node, data in network.nodes(data=True) if "holder" in data}
    assert len(members) == 84
    for node, holder in members.items():
        assert (network.nodes[node]["platform"], network.nodes[holder]["platform"]) == (2, 1)
        assert network.nodes[node]["opinion"] == network.nodes[holder]["opinion"]
    assert all(network.nodes[u]["platform"] == network.nodes[v]["platform"] for u, v in network.edges)
    assert {data["role"] for _, data in network.nodes(data=True)} == {
        "citizen", "organiser", "outlet", "troll", "sleeper", "page",
    }  # fmt: skip


def test_nodes_are_called_as_the_user_calls_them(tmp_path: Path) -> None:
    edges, nodes = tmp_path / "edges.csv", tmp_path / "nodes.csv"
    edges.write_text("ann,bob\nbob,eve\neve,ann\nbob,bot\n")
    nodes.write_text("id,bot,opinion\nann,0,0.5\nbob,0,-0.25\neve,0,0.75\nbot,1,0\n")
    world = busy_world(
        people=3,
        **{
            "graph": {"kind": "file", "edges": str(edges), "nodes": str(nodes)},
            "campaign.accounts": 1,
            "campaign.amplified": 0,
            "campaign.sleepers.accounts": 0,
            "organisers.accounts": 0,
            "population.newcomers.share": 0.0,
            "days": 1,
            "feed.topic_slots": 0,
            "calendar.events": (),
        },
    )
    run = sim.simulate(world, keep="opinion")
    network = run.network()
    assert set(network.edges) == {("ann", "bob"), ("bob", "eve"), ("eve", "ann"), ("bob", "bot")}
    assert network.nodes["bot"]["role"] == "troll"
    assert dict(zip(run.people["node"], run.people["opinion"], strict=True)) == {
        name: network.nodes[name]["opinion"] for name in ("ann", "bob", "eve")
    }
    nx.write_graphml(network, tmp_path / "day.graphml")
    back = nx.read_graphml(tmp_path / "day.graphml")
    assert back.nodes["bob"] == network.nodes["bob"]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (2, "day must be one of the 2 days simulated, not 2."),
        ("2019-05-03", "day must be one of the 2 days simulated, not '2019-05-03'."),
        (-1, "day must be"),
        ("2020-01-01", "day must be"),
        ("soon", "day must be"),
    ],
)
def test_a_day_that_was_not_simulated(day: Any, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        sim.simulate(busy_world(), days=2).network(day)
    assert sentence in str(refused.value)


def test_other_numbers_than_on_record_are_not_shown() -> None:
    run = sim.simulate(busy_world(), days=2)
    timeline = run.timeline.copy()
    timeline.loc[timeline.index[1], "opinion_mean"] += 1e-9
    changed = replace(run, timeline=timeline)
    assert changed.network(0).number_of_nodes() == 144
    with pytest.raises(InputError, match="day must be simulated again as it was, but opinion_mean comes out as"):
        changed.network(1)


def test_a_graph_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.outcomes.network.available", lambda: 100_000)
    with pytest.raises(
        InputError, match=r"world.people must be small enough for 0.0 GB of available memory as a graph"
    ):
        sim.simulate(busy_world(), days=1).network()
