"""What a user writes or reads about a network is in the order of its nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.engine.engine import Engine
from sim.fields import InputError
from sim.fields import build as build_settings
from sim.graph.networks import to_networkx
from sim.people.accounts import by_node, by_person, first_account, persons_of_citizens
from sim.simulation import begin
from sim.society.society import draw

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


def after(world: sim.World, days: int, engine: str = "arrays") -> Engine:
    model = begin(world, None, 1, engine, 1).engine
    model.advance(days)
    return model


def opinions_of_nodes(model: Engine) -> list[float]:
    return by_node(model.state.opinion[:, 0]).tolist()


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
    model = after(averaging_world(n, graph, **{"population.opinions": opinions}), 1)
    follows = model.drawn.graph
    expected = [
        np.mean(np.array(opinions)[row]) if row.size else opinions[node]
        for node, row in enumerate(np.split(follows.followees.astype(int), follows.indptr[1:-1]))
    ]
    np.testing.assert_allclose(opinions_of_nodes(model), expected, atol=1e-12)


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
    drawn = draw(on_files(tmp_path, TABLE), 1)
    society = drawn.arrays
    assert by_node(society.anchor).tolist() == [1.0, 0.5, -1.0]
    assert by_node(society.joining).tolist() == [0.5, -20.0, 30.0]
    assert by_node(society.confidence_bound).tolist() == [0.0, 2.0, 0.75]
    assert drawn.given == {"opinion", "threshold", "confidence"}
    bare = "index,bot\n0,0\n1,1\n2,0\n3,0\n"
    lists = {"population.opinions": [1, 0.5, -1], "mobilisation.thresholds": [0.5, -20, 30]}
    listed = draw(on_files(tmp_path, bare, **lists), 1)
    np.testing.assert_array_equal(listed.arrays.anchor, society.anchor)
    np.testing.assert_array_equal(listed.arrays.joining, society.joining)
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
    ("column", "meant"),
    [("Opinion", "opinion"), ("opinions", "opinion"), ("opinon", "opinion"), (" THRESHOLD_1", "threshold"),
     ("threshhold", "threshold"), ("Confidence", "confidence"), ("ID", "id"), ("Bot", "bot"), ("nodes", "node")],
)  # fmt: skip
def test_a_column_that_would_not_be_read_for_its_spelling_is_named(column: str, meant: str, tmp_path: Path) -> None:
    """What it says would be left to chance, and nobody told."""
    table = f"index,{column}\n0,0\n1,1\n2,0\n3,0\n"
    with pytest.raises(
        InputError, match=rf"world\.graph\.nodes must have a column {meant}, not '{column.strip()}', as "
    ):
        sim.simulate(on_files(tmp_path, table))


def test_columns_of_any_other_name_may_be_there(tmp_path: Path) -> None:
    """Also one like another that is there."""
    table = (
        "index,bot,opinion,opinions,size,indegree,option\n0,0,1,9,9,9,9\n1,1,0,9,9,9,9\n2,0,0,9,9,9,9\n3,0,-1,9,9,9,9\n"
    )
    assert by_node(draw(on_files(tmp_path, table), 1).arrays.anchor).tolist() == [1.0, 0.0, -1.0]


@pytest.mark.parametrize(
    ("field", "column"), [("population.opinions", "opinion"), ("mobilisation.thresholds", "threshold")]
)
def test_nothing_is_given_twice(field: str, column: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"world\.{field} must be left out where .*nodes\.csv has a column {column}"):
        sim.simulate(on_files(tmp_path, TABLE, **{field: [0, 0, 0]}))


def test_thresholds_of_the_node_table_are_told(tmp_path: Path) -> None:
    world = on_files(tmp_path, TABLE, **{"calendar.events": [{"day": "2019-05-01", "side": 1}]})
    assert "reaches their threshold (given, from -20 to 30)" in " ".join(sim.describe(world).split())


# Names


def names_of(model: Engine) -> list[object]:
    return model.drawn.nodes.tolist()


@pytest.mark.parametrize(
    ("edges", "table", "names"),
    [
        ("source,target\nzoe,ann\nann,bob\n", "id,opinion\nzoe,-1\nann,1\nbob,0.5\n", ["ann", "bob", "zoe"]),
        ("zoe ann {}\nann bob {}\n", "node;opinion\nbob;0.5\nann;1\nzoe;-1\n", ["ann", "bob", "zoe"]),
        ("100,7\n7,20\n", "id,opinion\n100,-1\n20,0.5\n7,1\n", [7, 20, 100]),
        ("2,0\n0,1\n", "index,node,opinion\n2,zoe,-1\n1,bob,0.5\n0,ann,1\n", ["ann", "bob", "zoe"]),
        ("z,a\na,b\n", "id,index,opinion\nz,0,-1\na,2,1\nb,1,0.5\n", ["z", "b", "a"]),
        ("7,8\n", "id,opinion\n7,1\n8,0\nx,0.5\n", ["7", "8", "x"]),
    ],
)
def test_nodes_keep_their_names(edges: str, table: str, names: list[object], tmp_path: Path) -> None:
    """Rows of the table in any order; the opinions go by name, and everybody ends where those they follow lead."""
    path = tmp_path / "edges.csv"
    path.write_text(edges)
    graph = {"kind": "file", "edges": str(path), "nodes": node_file(tmp_path, table)}
    world = averaging_world(3, graph)
    model = after(world, 1)
    assert names_of(model) == names
    if "zoe" in names:
        assert dict(zip(names, opinions_of_nodes(model), strict=True)) == {"zoe": 1.0, "ann": 0.5, "bob": 0.5}
    run = sim.simulate(world, days=1, keep="opinion")
    assert run.people["node"].tolist() == names
    assert run.people["opinion"].tolist() == opinions_of_nodes(model)
    network = sim.simulate(world, days=1).network() if hasattr(sim.Run, "network") else None
    assert network is None or list(network) == names


def test_an_edge_list_alone_names_its_nodes(tmp_path: Path) -> None:
    def graph(text: str) -> dict[str, str]:
        (tmp_path / "e.txt").write_text(text)
        return {"kind": "file", "edges": str(tmp_path / "e.txt")}

    def names(text: str, people: int = 3) -> list[object]:
        return names_of(begin(averaging_world(people, graph(text)), None, 1).engine)

    assert names("0 2\n") == [0, 1, 2]  # node 1 has no edges
    assert names("1 2\n3 1\n") == [1, 2, 3]
    assert names("b a\nc a\n") == ["a", "b", "c"]
    for text, people in (("1 2\n3 1\n", 2), ("1 9\n", 3), ("a b\n", 3)):
        with pytest.raises(
            InputError, match=rf"world\.graph\.edges must have .*{people} different ids where there are {people} people"
        ):
            names(text, people)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("id,bot\na,0\nb,0\na,0\n", "must have each node once, unlike .*, where the id 'a' is there again"),
        ("id,bot\na,0\nb,0\n,0\n", "must have an id for each node"),
        ("index,bot\n0,0\n1,0\n1,0\n", "must number its nodes from 0 without gaps, which .* does not: it has 1 twice"),
        ("index,bot\n0,0\n1,0\n3,0\n", "must number its nodes from 0 without gaps, which .* does not: it has 2 not"),
        ("index,bot\n0,0\n1,0\n-1,0\n", "must number its nodes from 0 without gaps"),
        (
            "index,bot\na,0\nb,0\nc,0\n",
            "must have whole numbers as index, which .* has not: other ids go into a column id",
        ),
        ("id,bot\na,0\nb,0\nc,\n", "must have whole numbers as bot"),
        ("id,bot\na,0\nb,0\nd,0\n", "must have edges between the nodes of .*, which .* has not: 'c' is none of the 3"),
        ("index,node\n0,x\n1,y\n2,x\n", "must call each node by a name of its own in the column node"),
    ],
)
def test_tables_that_do_not_fit(table: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "edges.csv"
    path.write_text("0,1\n1,2\n" if table.startswith("index") else "a,b\nb,c\n")
    graph = {"kind": "file", "edges": str(path), "nodes": node_file(tmp_path, table)}
    with pytest.raises(InputError, match=words):
        sim.simulate(averaging_world(3, graph))


def test_a_network_on_file_has_people_and_trolls_only(tmp_path: Path) -> None:
    world = averaging_world(3, {"kind": "file", "edges": edge_file(tmp_path, [(0, 1), (1, 2)])})
    with pytest.raises(InputError, match=r"world\.graph\.kind must be of another kind where there are organisers"):
        sim.simulate(world.replace({"organisers.accounts": 1}))
    with pytest.raises(InputError, match=r"world\.campaign\.accounts must be 0 without a node table"):
        sim.simulate(world.replace({"campaign.accounts": 1}))


@pytest.mark.parametrize("ending", ["graphml", "gml"])
def test_a_world_on_graphml_or_gml(ending: str, tmp_path: Path) -> None:
    chain = chain_of_names()
    nx.set_node_attributes(chain, {"troll": 1, "c": 0, "a": 0, "b": 0}, "bot")
    nx.set_node_attributes(chain, dict.fromkeys(chain, 2.0), "visits")
    path = tmp_path / f"net.{ending}"
    (nx.write_graphml if ending == "graphml" else nx.write_gml)(chain, path)
    graph = {"kind": "file", "edges": str(path)}
    world = averaging_world(3, graph, **{"campaign.accounts": 1, "population.sessions_column": "visits"})
    drawn = draw(world, 1)
    assert drawn.nodes.tolist() == ["a", "b", "c", "troll"]
    assert by_node(drawn.arrays.anchor).tolist() == [1.0, 0.0, -1.0]
    assert set(drawn.arrays.sessions_per_day.tolist()) == {2.0}
    with pytest.raises(InputError, match=r"graph\.nodes must be left out where edges is a file of GraphML or GML"):
        world.replace({"graph.nodes": "nodes.csv"})


# networkx


def chain_of_names() -> nx.DiGraph:
    chain = nx.DiGraph([("c", "a"), ("a", "b"), ("troll", "a")])
    nx.set_node_attributes(chain, {"a": 1.0, "b": 0.0, "c": -1.0, "troll": -1.0}, "opinion")
    return chain


def test_a_graph_of_networkx_with_its_attributes(tmp_path: Path) -> None:
    """Nodes keep their order and names, whatever these are; attributes go with them."""
    network = nx.DiGraph([((1, 2), 'b, "x"'), ('b, "x"', 7)])
    network.add_node(np.int64(3))
    nx.set_node_attributes(network, dict(zip(network, [np.float64(-1), 0, 1, 0.5], strict=True)), "x")
    nx.set_node_attributes(network, dict(zip(network, [30, 20.5, 10, 0], strict=True)), "t")
    nx.set_node_attributes(network, dict(zip(network, [0, 2, 1, 0.25], strict=True)), "c")
    nx.set_node_attributes(network, dict(zip(network, [False, False, False, True], strict=True)), "bad")
    nx.set_node_attributes(network, {7: "left", (1, 2): "right"}, "class")
    graph = sim.Graph.from_networkx(
        network, opinion="x", threshold="t", confidence="c", bot="bad", columns=["class"], folder=tmp_path
    )
    world = averaging_world(3, graph, **{"campaign.accounts": 1})
    drawn = draw(world, 1)
    assert drawn.nodes.tolist() == ["(1, 2)", 'b, "x"', "7", "3"]
    assert by_node(drawn.arrays.anchor).tolist() == [-1.0, 0.0, 1.0]
    assert by_node(drawn.arrays.joining).tolist() == [30.0, 20.5, 10.0]
    assert by_node(drawn.arrays.confidence_bound).tolist() == [0.0, 2.0, 1.0]
    assert opinions_of_nodes(after(world, 1)) == [0.0, 1.0, 1.0]
    illegal = world.replace({"illegality": {"high_risk_class": "left", "high_risk": {"share": 1.0}}})
    assert draw(illegal, 1).arrays.illegal_share.tolist() == [0.0, 0.0, 1.0, 0.0]


def test_numbers_stay_numbers_and_opinions_every_bit(tmp_path: Path) -> None:
    network = nx.gnp_random_graph(40, 0.2, seed=1, directed=True)
    opinions = np.random.default_rng(1).uniform(-1, 1, 40)
    nx.set_node_attributes(network, dict(enumerate(opinions)), "x")
    graph = sim.Graph.from_networkx(network, opinion="x", folder=tmp_path)
    drawn = draw(averaging_world(40, graph), 1)
    assert drawn.nodes.tolist() == list(range(40))
    np.testing.assert_array_equal(by_node(drawn.arrays.anchor), opinions)
    assert set(to_networkx(drawn.graph, drawn.nodes).edges) == set(network.edges)


def test_kinds_of_graphs(tmp_path: Path) -> None:
    undirected = nx.MultiGraph([("a", "b"), ("a", "b"), ("b", "b"), ("b", "c")])
    drawn = draw(averaging_world(3, sim.Graph.from_networkx(undirected, folder=tmp_path)), 1)
    follows = to_networkx(drawn.graph, drawn.nodes)
    assert set(follows.edges) == {("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")}


def test_a_graph_of_networkx_has_one_key(tmp_path: Path) -> None:
    """Equal graphs are equal settings on the same files; another edge, opinion or name is another world."""
    chain = chain_of_names()
    graph = sim.Graph.from_networkx(chain, opinion="opinion", folder=tmp_path)
    again = sim.Graph.from_networkx(chain.copy(), opinion="opinion", folder=tmp_path)
    assert graph == again
    assert hash(graph) == hash(again)
    assert len(graph.canonical) < 2_000
    assert len(list(tmp_path.iterdir())) == 2
    others = [chain.copy() for _ in range(3)]
    others[0].add_edge("b", "c")
    others[1].nodes["a"]["opinion"] = 0.5
    others[2] = nx.relabel_nodes(others[2], {"c": "d"})
    found = {sim.Graph.from_networkx(other, opinion="opinion", folder=tmp_path) for other in [chain, *others]}
    assert len(found) == 4
    assert sim.Graph.from_networkx(chain, folder=tmp_path) not in found


def test_a_network_of_networkx_is_found_in_the_ledger_and_simulated_again(tmp_path: Path) -> None:
    graph = sim.Graph.from_networkx(chain_of_names(), opinion="opinion", folder=tmp_path / "networks")
    world = averaging_world(4, graph)
    first = sim.compare(world, {"a": sim.Branch()}, seeds=1, ledger=sim.Ledger(tmp_path / "ledger"))
    text = world.to_mapping()
    rebuilt = build_settings(sim.World, text)
    second = sim.compare(rebuilt, {"a": sim.Branch()}, seeds=1, ledger=sim.Ledger(tmp_path / "ledger"))
    assert [run.digest for run in first.runs.values()] == [run.digest for run in second.runs.values()]
    assert sim.simulate(rebuilt).digest == next(iter(first.runs.values())).digest
    for file in (tmp_path / "networks").iterdir():
        file.unlink()
    with pytest.raises(InputError, match=r"edges\.csv must be a file, but there is none of that name"):
        sim.simulate(rebuilt)


def with_opinion(value: Any) -> Any:
    """What gives node b this opinion, none if None."""
    return lambda network: (
        network.nodes["b"].pop("opinion") if value is None else network.nodes["b"].update(opinion=value)
    )


X = {"opinion": "opinion"}
NO_OPINION = "network must have a number from -1 to 1 as the attribute 'opinion' of every person, which 'b' has not"


@pytest.mark.parametrize(
    ("change", "arguments", "words"),
    [
        (with_opinion(None), X, "network must have the attribute 'opinion' at every node, which 'b' has not"),
        (with_opinion("left"), X, NO_OPINION),
        (with_opinion(float("nan")), X, NO_OPINION),
        (with_opinion(True), X, NO_OPINION),
        (with_opinion(1.5), X, NO_OPINION),
        (with_opinion(2), {"bot": "opinion"}, "must have true or false .1 or 0. as the attribute 'opinion', which 'c' has not"),
        (lambda g: g.add_node(" d"), {}, "must have nodes whose names are text on one line, without blanks around it, not ' d'"),
        (lambda g: g.add_node("a\nb"), {}, "must have nodes whose names are text on one line"),
        (lambda g: g.add_nodes_from([1, "1"]), {}, "must have nodes that differ as text, but '1' is there twice"),
        (lambda g: g.add_edge("a", "b", weight=2), {}, "must have no weights, as the edge from 'a' to 'b' has: weights='ignore'"),
        (lambda g: g.remove_nodes_from(["b", "c", "troll"]), {}, "must have at least 2 nodes, not 1"),
        (lambda g: None, {"weights": "ignored"}, "weights must be one of refuse, ignore, not 'ignored'; did you mean 'ignore'"),
        (lambda g: None, {"columns": ["index"]}, "columns must not be called 'index'"),
        (lambda g: None, {"folder": "/dev/null/x"}, "folder must be a directory that can be written to"),
        (lambda g: None, {"folder": "a\0b"}, "folder must be a directory that can be written to"),
    ],
)  # fmt: skip
def test_graphs_that_cannot_be(change: Any, arguments: dict[str, Any], words: str, tmp_path: Path) -> None:
    network = chain_of_names()
    change(network)
    with pytest.raises(InputError, match=words):
        sim.Graph.from_networkx(network, **{"folder": tmp_path, **arguments})


def test_what_is_no_graph_of_networkx(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"network must be a graph of networkx, not \[\]"):
        sim.Graph.from_networkx([], folder=tmp_path)


def test_networks_are_kept_among_the_users_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROUNDSWELL_NETWORKS", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    graph = sim.Graph.from_networkx(chain_of_names())
    assert Path(graph.edges).parent == tmp_path / "data" / "groundswell" / "networks"
    monkeypatch.setenv("GROUNDSWELL_NETWORKS", str(tmp_path / "mine"))
    assert Path(sim.Graph.from_networkx(chain_of_names()).edges).parent == tmp_path / "mine"
    assert sim.Graph.from_networkx(chain_of_names(), weights="ignore").weights == "refuse"
