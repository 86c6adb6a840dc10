"""The follower graph of the present as a graph of networkx, with what its nodes are and hold."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from sim.engine.engine import Engine
from sim.fields import InputError
from sim.graph.networks import to_networkx
from sim.machine import available
from sim.outcomes.day import GROUPS, STATUSES
from sim.people.accounts import NOBODY, first_account
from sim.society.groups import Group

# Bytes that networkx takes, attributes included.
_NODE, _EDGE = 700, 200


def network(model: Engine) -> Any:
    """An ``nx.DiGraph`` as ``Run.network`` says. Raises InputError where it does not fit into memory."""
    graph, society, state = model.drawn.graph, model.society, model.state
    need, free = graph.n * _NODE + graph.n_edges * _EDGE, available()
    if need > free:
        raise InputError(
            f"must be small enough for {free / 1e9:.1f} GB of available memory as a graph of networkx, which takes about "
            f"{need / 1e9:.1f} GB with {graph.n:,} nodes and {graph.n_edges:,} edges",
            field="world.people",
        )
    held = society.person != NOBODY
    opinion = np.empty(graph.n)
    opinion[held] = state.opinion[society.person[held], 0]
    opinion[~held] = society.fixed_stance[np.flatnonzero(~held) - (graph.n - society.fixed_stance.size)]
    found = to_networkx(
        graph,
        model.drawn.nodes.tolist(),
        opinion=opinion,
        role=[GROUPS[group] for group in society.group],
        status=[STATUSES[status] for status in state.status[: graph.n]],
    )
    if society.twin.size:
        names = list(found)
        second = range(society.second, graph.n)
        nx.set_node_attributes(found, {name: 1 + (i >= society.second) for i, name in enumerate(names)}, "platform")
        members = [i for i in second if society.group[i] == Group.CITIZEN]
        holders = {names[i]: names[first_account(int(society.person[i]), model.world.people)] for i in members}
        nx.set_node_attributes(found, holders, "holder")
    return found
