"""To and from networkx: its graphs, and the formats that it reads."""

from __future__ import annotations

import io
import math
from collections.abc import Hashable, Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.fields import InputError, shown
from sim.graph.edge_list import EdgeList
from sim.graph.files import Path, ending, in_words, whole
from sim.graph.follower_graph import FollowerGraph
from sim.graph.node_ids import ascending, labels_of
from sim.graph.node_table import NodeTable

FORMATS = (".graphml", ".gml")
_MEMORY = 60.0  # bytes that a byte of GraphML or GML takes, at most about, as a graph of networkx


def to_networkx(graph: FollowerGraph, labels: Sequence[Hashable] | None = None, **node_attributes: ArrayLike) -> Any:
    """An ``nx.DiGraph`` in which the edge u → v means that u follows v.

    Account i is called ``labels[i]``, by default i. ``node_attributes`` are arrays of length n, stored under their names as plain
    Python values. Raises InputError for one of another length.
    """
    names = list(range(graph.n)) if labels is None else np.asarray(labels, dtype=object).tolist()
    network = nx.DiGraph()
    network.add_nodes_from(names)
    if len(network) != graph.n:
        raise InputError(f"must be {graph.n} different ones, one an account, not {len(network)}", field="labels")
    for name, values in node_attributes.items():
        column = np.asarray(values)
        if column.ndim == 0 or len(column) != graph.n:
            raise InputError(f"must have {graph.n} values, one an account, not {column.size}", field=name)
        nx.set_node_attributes(network, dict(zip(names, column.tolist(), strict=True)), name)
    if graph.complete:
        network.add_edges_from((u, v) for u in names for v in names if u != v)
    else:
        for i, name in enumerate(names):
            row = graph.followees[graph.indptr[i] : graph.indptr[i + 1]]
            network.add_edges_from((name, names[followee]) for followee in row.tolist())
    return network


def from_networkx(network: Any, ignore_weights: bool = False) -> tuple[FollowerGraph, list[Hashable]]:
    """Follower graph of any networkx graph, and its nodes in order: account i is ``nodes[i]``.

    In an undirected graph neighbours follow each other; parallel edges count once and self loops are dropped. Edges are
    always stored, also when everybody follows everybody. Raises InputError for an edge with an attribute ``weight``, unless
    ``ignore_weights``, and for what is no graph of networkx.
    """
    sources, targets, nodes = _ends(network, ignore_weights)
    return FollowerGraph.from_edges(len(nodes), sources, targets), nodes


def _ends(network: Any, ignore_weights: bool) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Hashable]]:
    if not isinstance(network, nx.Graph):
        raise InputError(f"must be a graph of networkx, not {shown(network)}", field="network")
    if not ignore_weights:
        for u, v, weight in network.edges(data="weight"):
            if weight is not None:
                raise InputError(
                    f"must have no weights, as the edge from {shown(u)} to {shown(v)} has: weights='ignore' leaves them out",
                    field="network",
                )
    nodes = list(network.nodes)
    number = {node: i for i, node in enumerate(nodes)}
    ends = np.array([(number[u], number[v]) for u, v in network.edges()], dtype=np.int64).reshape(-1, 2)
    if not network.is_directed():
        ends = np.concatenate([ends, ends[:, ::-1]])
    return ends[:, 0], ends[:, 1], nodes


def attribute(network: Any, name: str, every: bool = True) -> list[Any]:
    """An attribute of all nodes in their order; None where it is missing and not ``every`` node needs it, else InputError."""
    values = [data.get(name) for _, data in network.nodes(data=True)]
    if every and None in values:
        node = list(network.nodes)[values.index(None)]
        raise InputError(
            f"must have the attribute {shown(name)} at every node, which {shown(node)} has not", field="network"
        )
    return values


def read_network_file(path: Path, ignore_weights: bool = False) -> tuple[EdgeList, NodeTable]:
    """The edges and the attributes of nodes of a GraphML or GML file, nodes in ascending order of their ids.

    Raises InputError for what networkx cannot read, and for weights unless ``ignore_weights``.
    """
    text, format_ = whole(path, _MEMORY), ending(path)
    try:
        network = _graphml(text) if format_ == ".graphml" else _gml(text.decode())
    except MemoryError:
        raise
    except Exception as problem:  # whatever a parser meets in arbitrary text
        reason = " ".join(str(problem).split())[:100]
        raise InputError(
            f"{in_words(path)} must be {'GraphML' if format_ == '.graphml' else 'GML'} that networkx can read, but reading it "
            f"failed: {type(problem).__name__} {reason}".rstrip()
        ) from None
    try:
        sources, targets, nodes = _ends(network, ignore_weights)
    except InputError as error:
        raise InputError(f"{in_words(path)} {error.problem.replace(': weights=', ': graph.weights=')}") from None
    if not nodes:
        raise InputError(f"{in_words(path)} must have at least one node, but it is empty")
    names = [str(node).strip() for node in nodes]
    if len(set(names)) != len(names) or not all(names):
        raise InputError(f"{in_words(path)} must call every node by an id of its own")
    labels = labels_of(names)
    order = ascending(labels)
    number = np.empty(order.size, dtype=np.int64)
    number[order] = np.arange(order.size)
    columns = {name: _column(attribute(network, name, every=False))[order] for name in _attributes(network)}
    return EdgeList(number[sources], number[targets], labels[order]), columns


def _graphml(text: bytes) -> Any:
    return nx.read_graphml(io.BytesIO(text))


def _gml(text: str) -> Any:
    lines = text.splitlines()
    try:
        return nx.parse_gml(lines)
    except nx.NetworkXError as problem:
        if "label" not in str(problem):
            raise
        return nx.parse_gml(lines, label="id")


def _attributes(network: Any) -> list[str]:
    found: dict[str, None] = {}
    for _, data in network.nodes(data=True):
        found |= dict.fromkeys(str(name) for name in data)
    return list(found)


def _column(values: list[Any]) -> NDArray[Any]:
    """Values of an attribute as a column of a node table has them."""
    if all(isinstance(value, (bool, int)) and abs(value) < 2**63 for value in values):
        return np.array(values, dtype=np.int64)
    if all(value is None or isinstance(value, (bool, int, float)) for value in values):
        return np.array([math.nan if value is None else float(value) for value in values])
    return np.array(["" if value is None else str(value) for value in values], dtype=object)
