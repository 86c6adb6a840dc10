"""What a user gives instead of having it drawn: a network from files, and what people on it think and do.

Everything here is in the order of nodes; ``sim.people.accounts`` says how the engine numbers people.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError, shown
from sim.graph.files import in_words
from sim.graph.follower_graph import FollowerGraph
from sim.graph.given_columns import GIVEN
from sim.graph.given_network import Network
from sim.graph.kind import GivenGraph
from sim.people.accounts import by_person
from sim.people.people import Given
from sim.society.groups import Group
from sim.world import World

_MOST_SESSIONS = 1_000_000  # a day; people have one a tick at most


def given_network(world: World, group: NDArray[np.uint8]) -> Network | None:
    """The network of a world whose graph is given, where ``group`` says what its accounts are; None if it is drawn. Raises
    InputError for files that cannot be, and for others than the world's people and trolls on it."""
    if not isinstance(world.graph, GivenGraph):
        return None
    trolls = int((group == Group.ACTIVE_TROLL).sum())
    if world.people + trolls < group.size or world.campaign.sleepers.accounts:
        raise InputError(
            "must be of another kind where there are organisers, outlets, sleepers or a second platform: a network on file has "
            "people and active trolls",
            field="world.graph.kind",
        )
    if trolls and not world.graph.describes_nodes:
        raise InputError(
            f"must be 0 without a node table whose column bot says which nodes are trolls, not {world.campaign.accounts}",
            field="world.campaign.accounts",
        )
    return world.graph.network(world.people, trolls)


def by_account(network: Network) -> NDArray[np.int64]:
    """The node of each account: people's come first, then the trolls', each in the order of their nodes."""
    return np.argsort(network.bot, kind="stable")


def graph_of(network: Network) -> FollowerGraph:
    """The network as a graph of accounts."""
    node = by_account(network)
    account = np.empty_like(node)
    account[node] = np.arange(node.size)
    if not network.bot.any():
        return FollowerGraph.from_edges(node.size, network.sources, network.targets)
    return FollowerGraph.from_edges(node.size, account[network.sources], account[network.targets])


def _column(network: Network, name: str) -> NDArray[Any]:
    """A column of the node table, people only."""
    return network.columns[name][~network.bot]


def given_people(world: World, network: Network | None) -> Given:
    """What lists of the world and columns of the node table give of the people, one value a person in the order of the nodes.

    Raises InputError for a column that is not one number in its range for each person, and for what is given in both.
    """
    return Given(
        opinion=_of_people(network, "opinion", "world.population.opinions", world.population.opinions),
        threshold=_of_people(network, "threshold", "world.mobilisation.thresholds", world.mobilisation.thresholds),
        confidence=_of_people(network, "confidence"),
    )


def _of_people(
    network: Network | None, column: str, field: str = "", listed: tuple[float, ...] = ()
) -> NDArray[np.float64] | None:
    """The values of a list, the ``field`` of a world, or of a column of the node table; None where there is neither."""
    if network is None or column not in network.columns:
        return np.array(listed, dtype=np.float64) if listed else None
    if listed:
        raise InputError(f"must be left out where {in_words(network.file)} has a column {column}", field=field)
    about, values = GIVEN[column], _numbers(_column(network, column))
    wrong = np.flatnonzero([not about.holds(value) for value in values.tolist()])
    if wrong.size:
        node = network.called[~network.bot][wrong[0]]
        raise InputError(
            f"must have a number {about.range()} as the {column} of each person, which node {shown(node)} in "
            f"{in_words(network.file)} has not",
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


def given_sessions(world: World, drawn: NDArray[np.float32], network: Network | None) -> NDArray[np.float32]:
    """Sessions a day of each person, by person: those of the node table where a column is named, else those drawn."""
    name = world.population.sessions_column
    if not name:
        return drawn
    assert network is not None
    if name not in network.columns:
        raise InputError(
            f"must be a column of {in_words(network.file)} ({', '.join(network.columns)}), not {shown(name)}",
            field="world.population.sessions_column",
        )
    sessions = _numbers(_column(network, name))
    if not ((sessions >= 0.0) & (sessions <= _MOST_SESSIONS)).all():
        raise InputError(
            f"must name a column of numbers from 0 to {_MOST_SESSIONS:,} in {in_words(network.file)}, unlike {shown(name)}",
            field="world.population.sessions_column",
        )
    return by_person(sessions.astype(drawn.dtype))


def of_class(network: Network, name: str) -> NDArray[np.bool_]:
    """Which citizens are of a class of the node table."""
    if "class" not in network.columns:
        raise InputError(
            f"must have the column class, which {in_words(network.file)} has not", field="world.graph.nodes"
        )
    column = _column(network, "class")
    found = np.array([str(value) == name for value in column.tolist()])
    if not found.any():
        known = sorted({str(value) for value in column.tolist()})
        raise InputError(
            f"must be a class of the people in {in_words(network.file)} ({', '.join(map(shown, known[:9]))}), not {shown(name)}",
            field="world.illegality.high_risk_class",
        )
    return found
