"""Worlds of the classical opinion models: current opinions are read, nobody posts, and a day is a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import sim
from sim.actors import Campaign, Organisers
from sim.calendar import Calendar
from sim.engine.engine import Engine
from sim.feed import Feed
from sim.graph import Complete, Graph
from sim.opinion import Expression, Opinion, OpinionRule, Voter
from sim.people import Population
from sim.society.society import Drawn

LONGEST = 65_535  # ticks of a world


def opinion_world(
    rule: OpinionRule, reading: str, people: int, sweeps: int, ticks_per_sweep: int = 1, graph: Graph | None = None,
    organisers: Organisers | None = None, campaign: Campaign | None = None, **population: Any,
) -> sim.World:  # fmt: skip
    """People who read once a sweep on average, in each tick with probability 1 / ``ticks_per_sweep``; by default everybody
    follows everybody. ``population`` are fields of the population."""
    clock = (1.0 / ticks_per_sweep,) * ticks_per_sweep
    return sim.World(
        people=people,
        days=sweeps,
        ticks_per_day=ticks_per_sweep,
        population=Population(sessions_per_day=1.0, equal_sessions=True, topic_readers=0.0, **population),
        graph=graph or Complete(),
        calendar=Calendar(clock=clock),
        feed=Feed(reading=reading, topic_slots=0),
        opinion=Opinion(rule=rule, anchoring=0.0),
        expression=Expression(posting=0.0),
        organisers=organisers or Organisers(),
        campaign=(campaign or Campaign()).replace(clock=clock),
    )


def voter_world(people: int, positive: int, z_plus: int, z_minus: int, sweeps: int, ticks_per_sweep: int) -> sim.World:
    """The voter model with zealots on the complete graph: ``positive`` people begin at +1, the others at -1; Z+ organisers
    say +1 and Z- trolls -1."""
    return opinion_world(
        Voter(), "one_random_followee", people, sweeps, ticks_per_sweep,
        organisers=Organisers(accounts=z_plus, stance=1.0, posts_per_day=0.0),
        campaign=Campaign(accounts=z_minus, stance=-1.0),
        opinions=(1.0,) * positive + (-1.0,) * (people - positive),
    )  # fmt: skip


def share_of_plus(engine: Engine) -> float:
    """Share of people who hold +1 where everybody holds +1 or -1."""
    return float(1.0 + engine.state.opinion[:, 0].mean()) / 2.0


def weights(drawn: Drawn) -> NDArray[np.float64]:
    """Row-stochastic W of a stored graph, shape (people, accounts): equal weights on the followees of each citizen, 1 on
    the own opinion of those who follow nobody."""
    graph, people = drawn.graph, drawn.world.people
    following = np.diff(graph.indptr[: people + 1])
    matrix = np.zeros((people, graph.n))
    rows = np.repeat(np.arange(people), following)
    matrix[rows, graph.followees[: graph.indptr[people]]] = 1.0 / following[rows]
    alone = np.flatnonzero(following == 0)
    matrix[alone, alone] = 1.0
    return matrix
