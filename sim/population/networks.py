"""To and from networkx, for import, export and the small graphs that its algorithms can take."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike

from sim.fields import InputError
from sim.population.graph import FollowerGraph


def to_networkx(graph: FollowerGraph, **node_attributes: ArrayLike) -> Any:
    """An ``nx.DiGraph`` on 0 … n - 1 in which the edge u → v means that u follows v.

    ``node_attributes`` are arrays of length n, stored under their names as plain Python values. Raises InputError for
    one of another length.
    """
    network = nx.DiGraph()
    network.add_nodes_from(range(graph.n))
    for name, values in node_attributes.items():
        column = np.asarray(values)
        if column.ndim == 0 or len(column) != graph.n:
            raise InputError(f"must have {graph.n} values, one an account, not {column.size}", field=name)
        nx.set_node_attributes(network, dict(enumerate(column.tolist())), name)
    if graph.complete:
        network.add_edges_from((u, v) for u in range(graph.n) for v in range(graph.n) if u != v)
    else:
        followers = np.repeat(np.arange(graph.n), graph.following_count())
        network.add_edges_from(zip(followers.tolist(), graph.followees.tolist(), strict=True))
    return network


def from_networkx(network: Any) -> tuple[FollowerGraph, list[Hashable]]:
    """Follower graph of any networkx graph, and its nodes in order: account i is ``nodes[i]``.

    In an undirected graph neighbours follow each other; parallel edges count once and self loops are dropped. Edges are
    always stored, also when everybody follows everybody.
    """
    nodes = list(network.nodes)
    number = {node: i for i, node in enumerate(nodes)}
    ends = np.array([(number[u], number[v]) for u, v in network.edges()], dtype=np.int64).reshape(-1, 2)
    if not network.is_directed():
        ends = np.concatenate([ends, ends[:, ::-1]])
    return FollowerGraph.from_edges(len(nodes), ends[:, 0], ends[:, 1]), nodes
