"""A network of the user's own, in files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.fields import InputError, chosen, quantity, register
from sim.graph.files import ending
from sim.graph.given_network import Network, read_network
from sim.graph.kind import GivenGraph
from sim.graph.networks import FORMATS
from sim.graph.stored_network import store

_WEIGHTS = ("refuse", "ignore")
_PACKED = 4.0  # bytes of an edge list for one of it compressed


@register("file")
@dataclass(frozen=True)
class OnFile(GivenGraph):
    """A network on file: an edge list, with a node table or without, or a file of GraphML or GML (docs/networks.md)."""

    edges: str = quantity(
        unit="path", source="given by the user",
        doc="Edge-list file (source follows target), or a file of GraphML or GML (docs/networks.md).",
    )  # fmt: skip
    nodes: str = quantity(
        "",
        unit="path",
        source="given by the user",
        doc="Node table: index or id, bot (1 for a troll account), opinion, threshold, confidence (docs/networks.md).",
    )
    weights: str = quantity(
        "refuse", unit="name", choices=_WEIGHTS, source="model choice: a follow has no weight",
        doc="What becomes of a file whose edges have weights or other columns beside source and target.",
    )  # fmt: skip

    def check(self) -> None:
        if not self.edges:
            raise InputError("must name an edge-list file, not ''", field="edges")
        if self.nodes and ending(self.edges) in FORMATS:
            raise InputError(
                "must be left out where edges is a file of GraphML or GML, which has the attributes of its nodes",
                field="nodes",
            )

    @property
    def files(self) -> dict[str, str]:
        return {"edges": self.edges} | ({"nodes": self.nodes} if self.nodes else {})

    @property
    def describes_nodes(self) -> bool:
        return bool(self.nodes) or ending(self.edges) in FORMATS

    def expected_edges(self, people: int) -> float:
        try:
            size = Path(self.edges).stat().st_size
        except (OSError, ValueError):  # reading it will say what is wrong with it
            return 0.0
        packed = _PACKED if self.edges.lower().endswith(".gz") else 1.0
        return packed * size / (2 * len(str(people)))

    def network(self, people: int, trolls: int) -> Network:
        return read_network(self.edges, self.nodes, self.weights == "ignore", people, trolls)


def stored(
    network: Any, names: Mapping[str, str | None], bot: str | None, columns: Sequence[str], weights: str,
    folder: str | os.PathLike[str] | None,
) -> OnFile:  # fmt: skip
    """A graph of networkx, written to files; arguments as of ``Graph.from_networkx``."""
    ignored = chosen(weights, _WEIGHTS, "weights") == "ignore"
    given = {column: name for column, name in names.items() if name is not None}
    edges, nodes = store(network, given, bot, columns, ignored, folder)
    return OnFile(edges, nodes)
