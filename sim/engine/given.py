"""What a user gives instead of having it drawn: a network from files, and what people on it think and do.

Everything here is in the order of nodes; ``sim.population.accounts`` says how the engine numbers people.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.state import Group
from sim.fields import InputError, quantity_of
from sim.opinion.mobilisation import Mobilisation
from sim.population.accounts import by_person
from sim.population.edge_list import read_edge_list, read_node_table
from sim.population.graph import FollowerGraph
from sim.population.people import Given, Population
from sim.world import World

Nodes = dict[str, NDArray[np.generic]]


def nodes_of_file(world: World) -> Nodes | None:
    """The node table of the graph's file in the order of its index, if there is one."""
    path = world.graph.nodes
    if not path:
        return None
    table = read_node_table(path)
    if "index" not in table or "bot" not in table:
        raise InputError(f"must have the columns index and bot, which {path} has not", field="world.graph.nodes")
    for column in ("index", "bot"):
        if not np.issubdtype(table[column].dtype, np.number) or (table[column] % 1 != 0).any():
            raise InputError(f"must have whole numbers as {column}, which {path} has not", field="world.graph.nodes")
        table[column] = table[column].astype(np.int64)
    order = np.argsort(table["index"])
    if not np.array_equal(table["index"][order], np.arange(order.size)):
        raise InputError(f"must number its nodes from 0 without gaps, which {path} does not", field="world.graph.nodes")
    return {name: column[order] for name, column in table.items()}


def graph_of_file(world: World, group: NDArray[np.uint8], nodes: Nodes | None) -> FollowerGraph:
    """The graph of an edge list; nodes marked as bots become the active trolls, the others the citizens, in their order."""
    settings = world.graph
    bot = np.zeros(group.size, dtype=np.int64) if nodes is None else nodes["bot"]
    humans, bots = int((bot == 0).sum()), int((bot != 0).sum())
    trolls = int((group == Group.ACTIVE_TROLL).sum())
    if (humans, bots, humans + bots) != (world.people, trolls, group.size):
        raise InputError(
            f"must match the node table, which has {humans:,} people and {bots:,} troll accounts, "
            f"not {world.people:,} and {trolls:,}",
            field="world.people",
        )
    edges, _ = read_edge_list(settings.edges, nodes=group.size)
    new_id = np.empty(group.size, dtype=np.int64)
    new_id[np.argsort(bot != 0, kind="stable")] = np.arange(group.size)
    sources = np.repeat(np.arange(group.size), np.diff(edges.indptr))
    return FollowerGraph.from_edges(group.size, new_id[sources], new_id[edges.followees.astype(np.int64)])


def given_people(world: World, nodes: Nodes | None) -> Given:
    """What lists of the world and columns of the node table give of the people, one value a person in the order of the nodes.

    Raises InputError for a column that is not one number in its range for each person, and for what is given in both.
    """
    population, mobilisation = world.population, world.mobilisation
    return Given(
        opinion=_of_people(world, nodes, "opinion", Population, "opinions", population.opinions),
        threshold=_of_people(world, nodes, "threshold", Mobilisation, "thresholds", mobilisation.thresholds),
        confidence=_of_people(world, nodes, "confidence", Population, "confidence_high", ()),
    )


def _of_people(
    world: World, nodes: Nodes | None, column: str, settings: type[Population | Mobilisation], field: str,
    listed: tuple[float, ...],
) -> NDArray[np.float64] | None:  # fmt: skip
    """The values of a list of a world or of a column of its node table; the column has the range of the ``field``."""
    if nodes is None or column not in nodes:
        return np.array(listed, dtype=np.float64) if listed else None
    if listed:
        room = "population" if settings is Population else "mobilisation"
        raise InputError(
            f"must be left out where {world.graph.nodes} has a column {column}", field=f"world.{room}.{field}"
        )
    about, values = quantity_of(settings, field), _numbers(nodes[column][nodes["bot"] == 0])
    wrong = np.flatnonzero([not about.holds(value) for value in values.tolist()])
    if wrong.size:
        node = nodes["index"][nodes["bot"] == 0][wrong[0]]
        raise InputError(
            f"must have a number {about.range()} as the {column} of each person, which node {node} in {world.graph.nodes} "
            f"has not",
            field="world.graph.nodes",
        )
    return values


def _numbers(column: NDArray[np.generic]) -> NDArray[np.float64]:
    """A column as numbers, nan for what is none."""
    if np.issubdtype(column.dtype, np.number):
        return column.astype(np.float64)
    return np.array([_number(str(value)) for value in column])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def given_activity(world: World, drawn: NDArray[np.float32], nodes: Nodes | None) -> NDArray[np.float32]:
    """Sessions a day of each person, by person: those of the node table where a column is named, else those drawn."""
    name = world.population.sessions_column
    if not name:
        return drawn
    assert nodes is not None
    if name not in nodes:
        raise InputError(
            f"must be a column of {world.graph.nodes} ({', '.join(nodes)}), not {name!r}",
            field="world.population.sessions_column",
        )
    column = nodes[name][nodes["bot"] == 0]
    if not np.issubdtype(column.dtype, np.number) or not (column.astype(np.float64) >= 0.0).all():
        raise InputError(
            f"must name a column of numbers of at least 0 in {world.graph.nodes}, unlike {name!r}",
            field="world.population.sessions_column",
        )
    return by_person(column.astype(drawn.dtype))


def of_class(world: World, nodes: Nodes, name: str) -> NDArray[np.bool_]:
    """Which citizens are of a class of the node table."""
    if "class" not in nodes:
        raise InputError(f"must have the column class, which {world.graph.nodes} has not", field="world.graph.nodes")
    classes = nodes["class"][nodes["bot"] == 0].astype(str)
    if name not in classes:
        raise InputError(
            f"must be a class of the people in {world.graph.nodes} ({', '.join(np.unique(classes)[:9])}), not {name!r}",
            field="world.illegality.high_risk_class",
        )
    return np.asarray(classes == name)
