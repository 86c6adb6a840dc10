"""Kinds of graph: each has fields of its own, is chosen by name, and one of a user's own is like any other."""

from __future__ import annotations

import copy
import gzip
import pickle
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

import sim
from sim.fields import InputError, build, quantity
from sim.graph import (
    Complete,
    ErdosRenyi,
    FollowerGraph,
    GeneratedGraph,
    Graph,
    LeaningGraph,
    OnFile,
    Preferential,
    Social,
)
from sim.graph.follower_graph import merge_edges
from sim.randomness import uniforms
from sim.society.society import draw
from tests.strategies.fields import registered
from tests.strategies.worlds import GENERATED
from tests.worlds import TWO_PLATFORMS, busy_branch, busy_world

ENGINES = ("arrays", "agents")
_CHANGED: tuple[Graph, ...] = (
    Social(followees=3, closure=0.1), ErdosRenyi(2), Preferential(2), Complete(), OnFile("edges.csv", weights="ignore"),
)  # fmt: skip
KINDS = (*_CHANGED, *(cls() for cls in registered(Graph) if cls not in map(type, _CHANGED)))


@dataclass(frozen=True)
class Ring(GeneratedGraph):
    """Everybody follows the next ones."""

    reach: int = quantity(2, unit="people", low=1, high=100, source="assumption", doc="How many of them.")

    def expected_edges(self, people: int) -> float:
        return people * self.reach

    def draw(self, opinions: NDArray[np.float64], seed: int) -> FollowerGraph:
        who = np.repeat(np.arange(opinions.size), self.reach)
        return FollowerGraph.from_edges(
            who.size // self.reach, who, (who + np.tile(np.arange(self.reach) + 1, opinions.size)) % opinions.size
        )


@dataclass(frozen=True)
class Neighbours(LeaningGraph):
    """Everybody follows some of those who come next, by chance, and accounts with an agenda have their followers."""

    def draw(self, opinions: NDArray[np.float64], seed: int) -> FollowerGraph:
        n, wanted = opinions.size, round(self.followees)
        if wanted >= n:
            raise InputError(f"must be below {n}, not {wanted}", field="followees")
        who = np.repeat(np.arange(n), wanted)
        steps = 1 + (uniforms(seed, 99, 0, who.size, 0) * min(n - 1, 2 * wanted)).astype(np.int64)
        return FollowerGraph.from_edges(n, who, (who + steps) % n)


@dataclass(frozen=True)
class Wrong(GeneratedGraph):
    """Draws what was asked of it, whatever that is."""

    what: str = quantity("nothing", unit="name", source="assumption", doc="What.")

    def expected_edges(self, people: int) -> float:
        return 0.0

    def draw(self, opinions: NDArray[np.float64], seed: int) -> FollowerGraph:
        if self.what == "refused":
            raise InputError("must be something that can be drawn", field="what")
        if self.what == "anything":
            nx.gnp_random_graph(9, 0.5)
        return FollowerGraph.empty(opinions.size + 1) if self.what == "more" else None  # type: ignore[return-value]


@pytest.mark.parametrize("graph", KINDS, ids=lambda graph: graph.kind)
def test_a_kind_is_chosen_by_its_name_and_written_with_its_own_fields(graph: Graph, tmp_path: Path) -> None:
    world = sim.World(people=50, graph=graph)
    mapping = world.to_mapping()["graph"]
    assert list(mapping) == ["kind", *(field.name for field in fields(graph))]
    assert build(sim.World, world.to_mapping()) == world
    world.save(tmp_path / "world.yaml")
    assert f"graph:\n  kind: {graph.kind}\n" in (tmp_path / "world.yaml").read_text(encoding="utf-8")
    assert sim.World.load(tmp_path / "world.yaml") == world
    assert '"graph":{' in world.canonical and f'"kind":"{graph.kind}"' in world.canonical


def test_without_a_kind_a_graph_is_social_and_another_starts_from_its_defaults() -> None:
    world = sim.World(people=50, graph={"followees": 4.0, "closure": 0.0})  # type: ignore[arg-type]
    assert world.graph == Social(followees=4.0, closure=0.0)
    assert world.replace({"graph.followees": 2.0}).graph == Social(followees=2.0, closure=0.0)
    assert world.replace({"graph.kind": "random"}).graph == ErdosRenyi()
    assert world.replace({"graph.kind": "random", "graph.followees": 3}).graph == ErdosRenyi(3.0)
    assert world.replace(graph="complete").graph == world.graph.replace(kind="complete") == Complete()
    assert world.replace({"graph.kind": "social"}) == world


@pytest.mark.parametrize("graph", [Ring(3), Neighbours(followees=5.0, homophily=1.0, hub_cap=0.4)])
def test_a_kind_of_ones_own_is_like_any_other(graph: Graph, tmp_path: Path) -> None:
    world, branch = busy_world(graph=graph, **{"outlets.accounts": 0}), busy_branch()
    name = f"{__name__}.{type(graph).__name__}"
    assert world.to_mapping()["graph"]["kind"] == name
    assert world.replace(graph={"kind": name, **graph.to_mapping()}) == world
    fast, slow = (sim.simulate(world, branch, seed=3, engine=engine) for engine in ENGINES)
    assert fast.digest == slow.digest
    assert fast.digest != sim.simulate(busy_world(**{"outlets.accounts": 0}), branch, seed=3).digest
    assert fast.network().number_of_edges() > 0
    ledger = sim.Ledger(tmp_path / "ledger")
    kept = [sim.compare(world, {"a": branch}, seeds=[3], ledger=ledger) for _ in range(2)]
    assert [run.digest for study in kept for run in study.runs.values()] == [fast.digest] * 2


@dataclass(frozen=True)
class Star(Ring):
    """Whoever comes first follows all accounts with an agenda."""

    def enlarged(self, graph: FollowerGraph, accounts: int, seed: int) -> FollowerGraph:
        others = np.arange(graph.n, accounts)
        return merge_edges(graph, accounts, np.zeros_like(others), others)


@pytest.mark.parametrize(
    ("graph", "followed_in_proportion"),
    [
        (Social(), True), (Neighbours(), True), (OnFile("edges.csv"), True), (ErdosRenyi(), True), (Ring(), True),
        (Complete(), False), (Preferential(), False), (Star(), False),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_accounts_that_make_links_of_their_own_are_refused_where_people_stand_for_several(
    graph: Graph, followed_in_proportion: bool
) -> None:
    """They would have as many followers among a few people as among all of them."""
    assert graph.followed_in_proportion == followed_in_proportion
    nobody: dict[str, Any] = {"people": 60, "people_reachable": 600, "graph": graph}
    assert sim.World(**nobody).weight == 10.0
    for agenda in ("organisers.accounts", "campaign.accounts", "campaign.sleepers.accounts"):
        if followed_in_proportion:
            sim.World(**nobody).replace({agenda: 1})
            continue
        with pytest.raises(
            InputError, match=r"people_reachable must be left out, or 60 as people are, where .*, not 600\.$"
        ):
            sim.World(**nobody).replace({agenda: 1})
        sim.World(**nobody).replace({agenda: 1, "people_reachable": 60})


def test_accounts_with_an_agenda_are_followed_where_a_kind_says_so() -> None:
    leaning = draw(busy_world(graph=Neighbours(followees=5.0, hub_cap=0.4), **TWO_PLATFORMS), 1)
    first = leaning.arrays.second
    assert leaning.followers[120:first].sum() > 100
    assert leaning.followers[first:].sum() > 50
    assert draw(busy_world(graph=Ring(), **{"outlets.accounts": 0}), 1).followers[120:].sum() == 0
    with pytest.raises(InputError, match=r"outlets\.accounts must be 0 unless graph\.kind is 'social'.*, not 3"):
        busy_world(graph=Ring(), **{"outlets.accounts": 3})


@pytest.mark.parametrize(
    ("graph", "sentence"),
    [
        (Wrong(), r"world\.graph must draw a FollowerGraph of 120 people, not none as Wrong does"),
        (Wrong("more"), r"world\.graph must draw a FollowerGraph of 120 people, not one of 121 as Wrong does"),
        (
            Wrong("anything"),
            r"world\.graph\.Wrong\.draw must not draw from random, which all code shares, so that no run could be",
        ),
        (Wrong("refused"), r"world\.graph\.what must be something that can be drawn"),
        (Neighbours(followees=120.0), r"world\.graph\.followees must be below 120, not 120"),
    ],
)
def test_what_a_kind_may_not_draw(graph: Graph, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        draw(busy_world(graph=graph, **{"outlets.accounts": 0}), 1)


@pytest.mark.parametrize("zipped", [False, True])
def test_follows_on_file_are_estimated_from_its_size(zipped: bool, tmp_path: Path) -> None:
    n, rng = 3_000, np.random.default_rng(1)
    edges = np.unique(rng.integers(0, n, (40_000, 2)), axis=0)
    text = "".join(f"{u},{v}\n" for u, v in edges.tolist()).encode()
    path = tmp_path / f"edges.csv{'.gz' if zipped else ''}"
    path.write_bytes(gzip.compress(text) if zipped else text)
    assert len(edges) < OnFile(str(path)).expected_edges(n) < 2.5 * len(edges)
    assert OnFile(str(tmp_path / "none.csv")).expected_edges(n) == 0.0


def test_every_kind_is_among_random_worlds_and_documented() -> None:
    assert {cls.kind for cls in registered(Graph)} == {"file", *GENERATED}
    page = (Path(__file__).resolve().parents[1] / "docs" / "networks.md").read_text(encoding="utf-8")
    for cls in registered(Graph):
        assert f"| `{cls.kind}` | `{cls.__name__}` |" in page


def made(kind: Any) -> Any:
    return kind()


def test_a_base_is_no_graph_and_the_one_that_users_know_says_so() -> None:
    for base in (GeneratedGraph, LeaningGraph):
        with pytest.raises(TypeError, match="abstract"):
            made(base)
    sentence = (
        r"must be one of its kinds, such as sim.graph.Social\(followees=20\), or a mapping such as {'kind': 'complete'}"
    )
    with pytest.raises(InputError, match=sentence):
        sim.Graph(kind="complete")  # type: ignore[call-arg,abstract]
    graph = Social(followees=3.0)
    assert pickle.loads(pickle.dumps(graph)) == copy.deepcopy(graph) == graph
