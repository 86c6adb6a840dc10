"""Which follower graph a world has."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from sim.fields import InputError, Settings, chosen, quantity
from sim.graph.files import ending
from sim.graph.networks import FORMATS
from sim.graph.stored_network import store


@dataclass(frozen=True)
class Graph(Settings):
    """Who follows whom among people, and how organisers are followed."""

    kind: str = quantity(
        "social", unit="name", choices=("social", "random", "preferential", "complete", "file"), source="model choice",
        doc="A generated social graph, a directed Erdos-Renyi graph, preferential attachment with mutual follows, everybody "
        "follows everybody, or an edge-list file.",
    )  # fmt: skip
    followees: float = quantity(
        20.0,
        unit="followees per person",
        low=0,
        high=10_000,
        source="assumption",
        doc="Mean people that a person follows.",
    )
    following_spread: float | None = quantity(
        None, unit="standard deviation of the logarithm", low=0, high=5, source="model choice; 1.76 among ordinary accounts",
        doc="Spread of numbers of followees, lognormal (none: a Pareto law from half the mean on).",
    )  # fmt: skip
    following_popularity: float = quantity(
        0.0, unit="rank correlation", low=0, high=1, source="model choice",
        doc="How far those who follow many are followed by many.",
    )  # fmt: skip
    tail_exponent: float = quantity(
        2.3, unit="exponent", low=1.5, high=10, source="Kwak et al. 2010, doi 10.1145/1772690.1772751 (2.276)",
        doc="Power-law exponent of the distribution of followers.",
    )  # fmt: skip
    closure: float = quantity(
        0.3, unit="share of follows", low=0, high=1, source="assumption",
        doc="Share of follows made by following a followee's followee, which makes clusters.",
    )  # fmt: skip
    homophily: float = quantity(
        2.0, unit="1 per opinion distance", low=0, high=100, source="assumption",
        doc="How fast the chance of following somebody falls with the distance of opinions.",
    )  # fmt: skip
    hub_cap: float = quantity(
        0.05, unit="share of people", low=0, low_open=True, high=1, source="model choice",
        doc="Nobody is followed by more than this share of the people.",
    )  # fmt: skip
    links: int = quantity(
        1, unit="links per newcomer", low=1, high=1000, source="Ross et al. 2019, doi 10.1080/0960085X.2018.1560920 (m)",
        doc="Mutual follows that each newcomer makes under preferential attachment; so does each organiser or troll account.",
    )  # fmt: skip
    edges: str = quantity(
        "", unit="path", source="given by the user",
        doc="Edge-list file (source follows target), or a file of GraphML or GML (docs/networks.md).",
    )  # fmt: skip
    nodes: str = quantity(
        "",
        unit="path",
        source="given by the user",
        doc="Node table: index or id, bot (1 for a troll account), opinion, threshold, confidence (docs/networks.md).",
    )
    weights: str = quantity(
        "refuse", unit="name", choices=("refuse", "ignore"), source="model choice: a follow has no weight",
        doc="What becomes of a file whose edges have weights or other columns beside source and target.",
    )  # fmt: skip

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
    ) -> Self:
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
        chosen(weights, ("refuse", "ignore"), "weights")
        names = {"opinion": opinion, "threshold": threshold, "confidence": confidence}
        given = {column: name for column, name in names.items() if name is not None}
        edges, nodes = store(network, given, bot, columns, weights == "ignore", folder)
        return cls(kind="file", edges=edges, nodes=nodes)

    @property
    def describes_nodes(self) -> bool:
        """Whether there is a node table, or the network's file has attributes of nodes."""
        return bool(self.nodes) or ending(self.edges) in FORMATS

    def check(self) -> None:
        if self.kind == "file" and not self.edges:
            raise InputError("must name an edge-list file when the kind is 'file'", field="edges")
        if self.nodes and ending(self.edges) in FORMATS:
            raise InputError(
                "must be left out where edges is a file of GraphML or GML, which has the attributes of its nodes",
                field="nodes",
            )
        if self.kind != "file" and (self.edges or self.nodes):
            raise InputError(f"must be 'file' for an edge-list file to be read, not {self.kind!r}", field="kind")
