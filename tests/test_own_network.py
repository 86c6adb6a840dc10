"""What a user writes or reads about a network is in the order of its nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.engine.society import build
from sim.engine.stage import Stage
from sim.fields import InputError
from sim.population.accounts import by_node, by_person, first_account, persons_of_citizens
from sim.run import make_stage

ENGINES = ("arrays", "agents")


def edge_file(folder: Path, edges: list[tuple[int, int]]) -> str:
    path = folder / "edges.csv"
    path.write_text("".join(f"{u},{v}\n" for u, v in edges))
    return str(path)


def node_file(folder: Path, text: str) -> str:
    path = folder / "nodes.csv"
    path.write_text(text)
    return str(path)


def averaging_world(people: int, graph: Any, days: int = 1, **changes: Any) -> sim.World:
    """Everybody reads everybody they follow once a day and takes the mean; nothing else happens."""
    world = sim.World(
        people=people, days=days, graph=graph, population={"sessions_per_day": 1, "equal_sessions": True},
        feed={"reading": "all_followees", "topic_slots": 0}, opinion={"rule": "degroot", "anchoring": 0.0},
        expression={"silence": False},
    )  # fmt: skip
    return world.replace(changes)


def after(world: sim.World, days: int, engine: str = "arrays") -> Stage:
    stage = make_stage(world, None, 1, engine, 1)
    stage.advance(days)
    return stage


def opinions_of_nodes(stage: Stage) -> list[float]:
    return by_node(stage.state.opinion[:, 0]).tolist()


def test_persons_and_nodes_are_taken_to_each_other() -> None:
    nodes = np.arange(7) * 10
    person = persons_of_citizens(7)
    np.testing.assert_array_equal(by_person(nodes)[person], nodes)
    np.testing.assert_array_equal(by_node(by_person(nodes)), nodes)
    assert [first_account(int(p), 7) for p in person] == list(range(7))


@pytest.mark.parametrize("engine", ENGINES)
def test_everybody_ends_where_the_end_of_the_chain_is(engine: str, tmp_path: Path) -> None:
    graph = {"kind": "file", "edges": edge_file(tmp_path, [(0, 1), (1, 2)])}
    world = averaging_world(3, graph, 5, **{"population.opinions": [1, 0, -1]})
    assert opinions_of_nodes(after(world, 5, engine)) == [-1.0, -1.0, -1.0]


@settings(deadline=None, max_examples=30)
@given(st.data(), st.integers(2, 8))
def test_a_step_averages_what_the_user_wrote(data: st.DataObject, n: int) -> None:
    """On an edge list and on graphs that are drawn, with opinions given by node: x becomes W x."""
    opinions = data.draw(st.lists(st.floats(-1, 1), min_size=n, max_size=n))
    graph = data.draw(st.sampled_from([{"kind": "random", "followees": 1.0}, {"kind": "preferential"}]))
    stage = after(averaging_world(n, graph, **{"population.opinions": opinions}), 1)
    follows = stage.setting.graph
    expected = [
        np.mean(np.array(opinions)[row]) if row.size else opinions[node]
        for node, row in enumerate(np.split(follows.followees.astype(int), follows.indptr[1:-1]))
    ]
    np.testing.assert_allclose(opinions_of_nodes(stage), expected, atol=1e-12)


@pytest.mark.parametrize(("joiner", "turnout"), [(0, 1.0), (1, 0.0), (2, 0.0)])
def test_thresholds_are_those_of_the_nodes(joiner: int, turnout: float) -> None:
    """Only node 0 leans to the event's side: it joins where it is the one with a threshold that can be reached."""
    thresholds = [100.0] * 3
    thresholds[joiner] = 0.5
    world = averaging_world(
        3, {"kind": "complete"}, 1,
        **{
            "opinion.rule": {"name": "friedkin_johnsen"}, "population.susceptibility_low": 0,
            "population.susceptibility_high": 0, "population.opinions": [1, -1, -1], "mobilisation.thresholds": thresholds,
            "mobilisation.complementarity": 0, "calendar.events": [{"day": "2019-05-01", "side": 1}],
        },
    )  # fmt: skip
    assert after(world, 1).state.turnout.tolist() == [turnout]


TABLE = "index,opinion,bot,threshold,confidence\n3,-1,0,30,0.75\n0,1,0,0.5,0\n1,,1,,\n2,0.5,0,-20,2\n"


def on_files(folder: Path, table: str, **changes: Any) -> sim.World:
    graph = {"kind": "file", "edges": edge_file(folder, [(0, 1), (1, 2), (2, 3)]), "nodes": node_file(folder, table)}
    return averaging_world(3, graph, **{"campaign.accounts": 1, **changes})


def test_columns_of_the_node_table_are_those_of_its_nodes(tmp_path: Path) -> None:
    """Rows in any order; bots need no values; the list says the same in the order of the nodes without bots."""
    setting, _ = build(on_files(tmp_path, TABLE), 1, 1)
    society = setting.society
    assert by_node(society.anchor).tolist() == [1.0, 0.5, -1.0]
    assert by_node(society.joining).tolist() == [0.5, -20.0, 30.0]
    assert by_node(society.confidence).tolist() == [0.0, 2.0, 0.75]
    assert setting.given == {"opinion", "threshold", "confidence"}
    bare = "index,bot\n0,0\n1,1\n2,0\n3,0\n"
    lists = {"population.opinions": [1, 0.5, -1], "mobilisation.thresholds": [0.5, -20, 30]}
    listed = build(on_files(tmp_path, bare, **lists), 1, 1)[0]
    np.testing.assert_array_equal(listed.society.anchor, society.anchor)
    np.testing.assert_array_equal(listed.society.joining, society.joining)
    assert listed.given == {"opinion", "threshold"}


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("opinion", "1.5", "must have a number from -1 to 1 as the opinion of each person, which node 2 in"),
        ("opinion", "nan", "must have a number from -1 to 1 as the opinion of each person, which node 2 in"),
        ("opinion", "", "must have a number from -1 to 1 as the opinion of each person, which node 2 in"),
        ("opinion", "left", "must have a number from -1 to 1 as the opinion of each person, which node 2 in"),
        ("threshold", "inf", "must have a number from -100 to 100 as the threshold of each person, which node 2 in"),
        ("confidence", "-0.1", "must have a number from 0 to 2 as the confidence of each person, which node 2 in"),
    ],
)
def test_a_column_must_fit(column: str, value: str, words: str, tmp_path: Path) -> None:
    world = on_files(tmp_path, f"index,bot,{column}\n0,0,0.5\n1,1,x\n2,0,{value}\n3,0,0\n")
    with pytest.raises(InputError, match=rf"world\.graph\.nodes {words}"):
        sim.simulate(world)


@pytest.mark.parametrize(
    ("field", "column"), [("population.opinions", "opinion"), ("mobilisation.thresholds", "threshold")]
)
def test_nothing_is_given_twice(field: str, column: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"world\.{field} must be left out where .*nodes\.csv has a column {column}"):
        sim.simulate(on_files(tmp_path, TABLE, **{field: [0, 0, 0]}))


def test_thresholds_of_the_node_table_are_told(tmp_path: Path) -> None:
    world = on_files(tmp_path, TABLE, **{"calendar.events": [{"day": "2019-05-01", "side": 1}]})
    assert "reaches their threshold (given, from -20 to 30)" in " ".join(sim.describe(world).split())
