"""A run simulated again up to a day, for what its record does not hold."""

from __future__ import annotations

import math
from typing import Any

import networkx as nx
import numpy as np

from sim.engine.stage import Stage
from sim.engine.state import Group
from sim.fields import InputError
from sim.machine import available
from sim.outcomes.day import GROUPS, STATUSES
from sim.population.accounts import NOBODY, first_account
from sim.population.networks import to_networkx
from sim.run import Run, days_until, last_step, make_stage

# Bytes that networkx takes, attributes included.
_NODE, _EDGE = 700, 200


def stage_of(run: Run, day: float | str | None = None) -> Stage:
    """The stage of a run at the end of a day (default: the last simulated). Raises InputError for a day that was not simulated,
    and where the same numbers do not come out again, as when the code has changed since."""
    world, simulated = run.world, len(run.timeline)
    number = simulated - 1 if day is None else math.floor(world.day(day))
    if number >= simulated:
        raise InputError(f"must be one of the {simulated} days simulated, not {day!r}", field="day")
    stage = make_stage(world, run.branch, run.seed, population_seed=run.population_seed)
    stage.advance(last_step(world, number + 1))
    recorded = run.timeline.iloc[number].to_dict()
    for name, value in stage.daily[-1].items():
        before = recorded.get(name, math.nan)
        if value != before and not (math.isnan(value) and math.isnan(before)):
            raise InputError(
                f"must be simulated again as it was, but {name} comes out as {value!r} and not as {before!r}: the code has "
                "changed since",
                field="day",
            )
    assert days_until(world, stage.step_index) == number + 1
    return stage


def network(run: Run, day: float | str | None = None) -> Any:
    """As ``Run.network`` says."""
    stage = stage_of(run, day)
    graph, society, state = stage.setting.graph, stage.society, stage.state
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
    opinion[~held] = society.actor_stance[np.flatnonzero(~held) - (graph.n - society.actor_stance.size)]
    found = to_networkx(
        graph,
        stage.setting.nodes.tolist(),
        opinion=opinion,
        role=[GROUPS[group] for group in society.group],
        status=[STATUSES[status] for status in state.status],
    )
    if society.twin.size:
        names = list(found)
        second = range(society.second, graph.n)
        nx.set_node_attributes(found, {name: 1 + (i >= society.second) for i, name in enumerate(names)}, "platform")
        members = [i for i in second if society.group[i] == Group.CITIZEN]
        holders = {names[i]: names[first_account(int(society.person[i]), stage.world.people)] for i in members}
        nx.set_node_attributes(found, holders, "holder")
    return found
