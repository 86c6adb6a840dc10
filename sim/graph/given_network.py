"""A network that a user gives, in files, brought into the order of its nodes."""

from __future__ import annotations

import difflib
import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError, shown
from sim.graph.edge_list import EdgeList, read_edge_list
from sim.graph.files import ending, in_words
from sim.graph.given_columns import GIVEN
from sim.graph.networks import FORMATS, read_network_file
from sim.graph.node_ids import Labels, ascending, repeated
from sim.graph.node_table import NodeTable, read_node_table

_NODES = "world.graph.nodes"
_SHORT = ("id", "index", "node", "bot")
_LIKE = 0.85  # how alike a longer name has to be to one that is read, of difflib, to be that one misspelt


class Network(NamedTuple):
    """Nodes 0 … n - 1 in their order: edges (``sources[e]`` follows ``targets[e]``), what the nodes are ``called``, which of them
    are bots, and the columns of the node table. ``file`` names where the columns come from, if there are any."""

    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    called: Labels
    bot: NDArray[np.bool_]
    columns: NodeTable
    file: str


def read_network(edges_file: str, nodes_file: str, ignore_weights: bool, people: int, trolls: int) -> Network:
    """The network on file between so many ``people`` and ``trolls``; ``nodes_file`` is empty without a node table. Raises
    InputError for files that cannot be, and for others than those on it.

    Nodes have the order of the column ``index`` of the node table, from 0 on without gaps; without it the ascending order of
    their ids. Edges name them by the column ``id``, else ``index``, else ``node``; without a table, and where all ids are below
    the number of people, they are 0, 1, 2 …, so that nodes without edges need not occur. What comes back calls them by the column
    ``node``, else as edges do.
    """
    if ending(edges_file) in FORMATS:
        edges, columns = read_network_file(edges_file, ignore_weights)
        _check_names(columns, edges_file)
        bot = _bots(edges.labels.size, columns, edges_file, people, trolls)
        return _network(edges, edges.labels, bot, columns, edges_file)
    edges = read_edge_list(edges_file, ignore_weights)
    if not nodes_file:
        edges = _of_accounts(edges, edges_file, people)
        return _network(edges, edges.labels, np.zeros(people, dtype=bool), {}, "")
    columns = read_node_table(nodes_file)
    _check_names(columns, nodes_file)
    order, labels = _nodes(columns, nodes_file)
    columns = {name: column[order] for name, column in columns.items()}
    bot = _bots(labels.size, columns, nodes_file, people, trolls)
    return _network(_between(edges, labels, edges_file, nodes_file), labels, bot, columns, nodes_file)


def _network(edges: EdgeList, labels: Labels, bot: NDArray[np.bool_], columns: NodeTable, file: str) -> Network:
    called = columns.get("node", labels)
    if "node" in columns and repeated(called.tolist()) is not None:
        raise InputError(
            f"must call each node by a name of its own in the column node, unlike {in_words(file)}", _NODES
        )
    return Network(edges.sources, edges.targets, called, bot, columns, file)


def _check_names(columns: NodeTable, file: str) -> None:
    """Raise InputError for a column that must be one of those that are read, misspelt: it would not be read, and what it was to
    say be drawn by chance."""
    for name in columns:
        meant = _meant(name)
        if meant is not None and meant not in columns:
            raise InputError(
                f"must have a column {meant}, not {shown(name)}, as {in_words(file)} has: what is called otherwise is not read",
                _NODES,
            )


def _meant(name: str) -> str | None:
    """The column that one of another name must be."""
    bare = re.sub(r"[\W\d_]+", "", name.casefold())
    for known in (*_SHORT, *GIVEN):
        if bare in (known, f"{known}s"):
            return known
    return next(iter(difflib.get_close_matches(bare, GIVEN, n=1, cutoff=_LIKE)), None)


def _all_whole(column: NDArray[Any]) -> bool:
    if not np.issubdtype(column.dtype, np.number):
        return False
    finite = column[np.isfinite(column)]
    return finite.size == column.size and bool((finite % 1 == 0).all())


def _bots(nodes: int, columns: NodeTable, file: str, people: int, trolls: int) -> NDArray[np.bool_]:
    """Which of so many nodes are bots."""
    bot = columns.get("bot", np.zeros(nodes))
    if not _all_whole(bot):
        raise InputError(f"must have whole numbers as bot, which {in_words(file)} has not", _NODES)
    found = (int((bot == 0).sum()), int((bot != 0).sum()))
    if found != (people, trolls):
        raise InputError(
            f"must match the node table, which has {found[0]:,} people and {found[1]:,} troll accounts, not {people:,} and "
            f"{trolls:,}",
            "world.people",
        )
    return bot != 0


def _of_accounts(edges: EdgeList, path: str, accounts: int) -> EdgeList:
    """The edges between nodes that only the edge list names."""
    labels = edges.labels
    if labels.dtype != object and labels[-1] < accounts:
        numbers = labels.astype(np.int64)
        return EdgeList(numbers[edges.sources], numbers[edges.targets], np.arange(accounts, dtype=np.int64))
    if labels.size == accounts:
        return edges
    wanted = f"ids from 0 to {accounts - 1:,}, or " if labels.dtype != object else ""
    raise InputError(
        f"must have {wanted}{accounts:,} different ids where there are {accounts:,} people and no node table, which "
        f"{in_words(path)} has not: {labels.size:,} ids up to {shown(labels[-1])}",
        "world.graph.edges",
    )


def _nodes(columns: NodeTable, path: str) -> tuple[NDArray[np.int64], Labels]:
    """The order of the rows of a node table, and what edges call the nodes, in that order."""
    said = in_words(path)
    index, ids = columns.get("index"), columns.get("id")
    if index is None and ids is None:
        ids = columns.get("node")
    if index is None and ids is None:
        raise InputError(f"must have a column index (0, 1, 2 …), id or node, which {said} has not", _NODES)
    if index is not None:
        if not _all_whole(index):
            raise InputError(
                f"must have whole numbers as index, which {said} has not: other ids go into a column id", _NODES
            )
        order = np.argsort(index, kind="stable")
        numbers = np.arange(index.size)
        wrong = np.flatnonzero(index[order] != numbers)
        if wrong.size:
            what = "twice" if index[order][wrong[0]] < wrong[0] else "not"
            number = min(wrong[0], int(index[order][wrong[0]]))
            raise InputError(
                f"must number its nodes from 0 without gaps, which {said} does not: it has {number:,} {what}", _NODES
            )
        return order, numbers if ids is None else _unique(ids[order], said)
    assert ids is not None
    _unique(ids, said)
    order = ascending(ids)
    return order, ids[order]


def _unique(ids: Labels, said: str) -> Labels:
    names = ids.tolist()
    twice = repeated(names)
    if twice is not None:
        raise InputError(f"must have each node once, unlike {said}, where the id {shown(twice)} is there again", _NODES)
    if "" in names:
        raise InputError(f"must have an id for each node, unlike {said}", _NODES)
    return ids


def _between(edges: EdgeList, labels: Labels, edges_file: str, nodes_file: str) -> EdgeList:
    """The edges between nodes of these labels."""
    if labels.dtype != edges.labels.dtype:  # 7 beside names is the name 7
        labels = np.array([str(label) for label in labels.tolist()], dtype=object)
        named = [str(label) for label in edges.labels.tolist()]
    else:
        named = edges.labels.tolist()
    number = {label: i for i, label in enumerate(labels.tolist())}
    found = np.array([number.get(name, -1) for name in named], dtype=np.int64)
    missing = np.flatnonzero(found < 0)
    if missing.size:
        raise InputError(
            f"must have edges between the nodes of {in_words(nodes_file)}, which {in_words(edges_file)} has not: "
            f"{shown(named[missing[0]])} is none of the {labels.size:,}",
            "world.graph.edges",
        )
    return EdgeList(found[edges.sources], found[edges.targets], edges.labels)
