"""What a kind of graph is: a frozen dataclass with its own fields, which says who follows whom.

A kind takes one file and is registered under its name. It derives from ``GeneratedGraph`` if it draws who follows whom among
people, from ``LeaningGraph`` if accounts with an agenda have followers there as well, or from ``GivenGraph`` if its user says who
the nodes are. Nothing else asks which kind a graph is.
"""

from __future__ import annotations

import math
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError, Plausible, Settings, quantity
from sim.graph.follower_graph import FollowerGraph, merge_edges
from sim.graph.given_network import Network

if TYPE_CHECKING:
    from sim.graph.on_file import OnFile


@dataclass(frozen=True)
class Graph(Settings, ABC):
    """Who follows whom: base of the kinds of graph, which a mapping chooses by the key ``kind`` (without it a social graph)."""

    chosen_by = "kind"
    usual = "social"
    kind: ClassVar[str]

    def __new__(cls, *_fields: Any, **named: Any) -> Self:
        if cls is Graph:
            raise InputError(
                f"must be one of its kinds, such as sim.graph.Social(followees=20), or a mapping such as "
                f"{{'kind': {named.get('kind', 'social')!r:.40}}} where a world is made",
                field="Graph",
            )
        return super().__new__(cls)

    @abstractmethod
    def expected_edges(self, people: int) -> float:
        """About how many follows among so many people are kept in memory; it is asked before anything is drawn or read."""

    def check_people(self, people: int) -> None:
        """Raise InputError, naming a field of this class, if there is no such graph of so many people."""

    @property
    def files(self) -> dict[str, str]:
        """Paths of the files that are read, by field: their content belongs to what a run is known by."""
        return {}

    @property
    def describes_nodes(self) -> bool:
        """Whether the user says more of the nodes than who follows whom."""
        return False

    @property
    def followed_in_proportion(self) -> bool:
        """Whether people follow accounts with an agenda as often where the modelled ones stand for several each."""
        return True

    @classmethod
    def from_networkx(
        cls,
        network: Any,
        *,
        opinion: str | None = None,
        threshold: str | None = None,
        confidence: str | None = None,
        bot: str | None = None,
        columns: Sequence[str] = (),
        weights: str = "refuse",
        folder: str | os.PathLike[str] | None = None,
    ) -> OnFile:
        """The graph of a ``networkx.DiGraph`` in which the edge u → v means that u follows v; nodes keep their order and names.

        ``opinion``, ``threshold``, ``confidence`` and ``bot`` (true of trolls) name attributes of its nodes; ``columns`` are
        further ones, for ``population.sessions_column`` and the like. In an undirected graph neighbours follow each other;
        parallel edges count once, loops are dropped, and weights are refused unless ``weights`` is "ignore". The network is
        written to ``folder`` (default: GROUNDSWELL_NETWORKS, or groundswell/networks among the user's data), in files named
        after their content, which runs that are repeated later read again. Raises InputError.

        >>> import networkx as nx, sim, tempfile
        >>> chain = nx.DiGraph([("a", "b"), ("b", "c")])
        >>> nx.set_node_attributes(chain, {"a": 1.0, "b": 0.0, "c": -1.0}, "x")
        >>> graph = sim.Graph.from_networkx(chain, opinion="x", folder=tempfile.gettempdir())
        >>> sim.World(people=3, graph=graph).graph.kind
        'file'
        """
        from sim.graph.on_file import stored  # a kind of graph, and so of this class

        names = {"opinion": opinion, "threshold": threshold, "confidence": confidence}
        return stored(network, names, bot, columns, weights, folder)


@dataclass(frozen=True)
class GeneratedGraph(Graph, ABC):
    """A graph that is drawn among people.

    Nobody follows accounts with an agenda, nor they anybody, unless ``enlarged`` says otherwise; where it does, the modelled
    people stand for themselves.
    """

    @property
    def followed_in_proportion(self) -> bool:
        return type(self).enlarged is GeneratedGraph.enlarged

    @abstractmethod
    def draw(self, opinions: NDArray[np.float64], seed: int) -> FollowerGraph:
        """Who follows whom among people with these ``opinions`` (one a node, -1 to 1); a pure function of fields and arguments.

        Seeds have 64 bits. Raises InputError, naming a field of this class, for what cannot be drawn.
        """

    def enlarged(self, graph: FollowerGraph, accounts: int, seed: int) -> FollowerGraph:
        """The ``graph`` of people with those of the ``accounts`` that come after them, which have an agenda."""
        return merge_edges(graph, accounts, (), ())


@dataclass(frozen=True)
class LeaningGraph(GeneratedGraph, ABC):
    """A graph in which people rather follow those they agree with, and accounts with an agenda have as many followers as the
    world says. It may have outlets and a second platform, whose members follow one another as people do, but ``followees``."""

    followees: float = quantity(
        20.0,
        unit="followees per person",
        low=0,
        high=10_000,
        source="assumption",
        doc="Mean people that a person follows.",
        plausible=Plausible(
            7, 25, "from a third: ties within one city are not published; more than 25 do not fit among 1,000 people", log=True
        ),
    )  # fmt: skip
    homophily: float = quantity(
        2.0, unit="1 per opinion distance", low=0, high=100, source="assumption",
        doc="How fast the chance of following somebody falls with the distance of opinions.",
        plausible=Plausible(0.5, 4.0, "from seven tenths to a sixteenth of the chance, at a distance of 1"),
    )  # fmt: skip
    hub_cap: float = quantity(
        0.05, unit="share of people", low=0, low_open=True, high=1, source="model choice",
        doc="Nobody is followed by more than this share of the people.",
    )  # fmt: skip

    def expected_edges(self, people: int) -> float:
        return people * self.followees

    @property
    def followed_in_proportion(self) -> bool:
        return True

    def most_followers(self, people: int) -> int:
        """Most followers that anybody may have among so many people."""
        return math.floor(self.hub_cap * people)

    def most_followees(self, people: int) -> float:
        """Most that people may follow on average: half of the followers that the cap admits."""
        return self.most_followers(people) / 2


@dataclass(frozen=True)
class GivenGraph(Graph, ABC):
    """A network whose nodes and follows are given: people and, where it says which nodes they are, active trolls."""

    @abstractmethod
    def network(self, people: int, trolls: int) -> Network:
        """The network between so many people and trolls. Raises InputError if there are others on it."""
