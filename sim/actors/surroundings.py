"""What those who decide see and touch of the run that they are in.

Actors know nothing of the engine: it supplies this (``sim.engine.engine.Engine``), and types hold it to that.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.actors.campaign import Campaign
from sim.actors.organisers import Organisers
from sim.actors.second_platform import SecondPlatform
from sim.calendar import Calendar
from sim.graph.follower_graph import FollowerGraph


class Accounts(NamedTuple):
    """Accounts of one group that somebody decides about: ``ids`` (ascending), the opinion that each expresses, how often each
    posts relative to the others, the tick from day 0 on which it is registered, and the ``row`` of the state's ``posting`` in
    which is written what they are to post."""

    ids: NDArray[np.int64]
    stance: NDArray[np.float64]
    weight: NDArray[np.float64]
    created: NDArray[np.int64]
    row: int


class World(Protocol):
    """What actors know of the world (``sim.World``)."""

    @property
    def campaign(self) -> Campaign: ...
    @property
    def organisers(self) -> Organisers: ...
    @property
    def second(self) -> SecondPlatform: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def first_day(self) -> str: ...
    @property
    def ticks_per_day(self) -> int: ...
    @property
    def ticks(self) -> int: ...
    @property
    def burn_in_days(self) -> int: ...
    @property
    def burn_in_ticks(self) -> int: ...


class State(Protocol):
    """What actors see of accounts, and the two plans that they write for theirs: ``posting`` (groups, steps), expected posts of
    an account of unit weight, and ``calls`` (2, steps), whether an organiser's post is a call to an event of either side."""

    @property
    def status(self) -> NDArray[np.uint8]: ...
    @property
    def active_since(self) -> NDArray[np.uint16]: ...
    @property
    def suspended_since(self) -> NDArray[np.int32]: ...
    @property
    def posts(self) -> NDArray[np.uint32]: ...
    @property
    def posting(self) -> NDArray[np.float64]: ...
    @property
    def calls(self) -> NDArray[np.uint8]: ...


class Schedule(Protocol):
    """Events known in advance: the step at which people decide to join each (-1: never), and its side."""

    @property
    def join_step(self) -> NDArray[np.int64]: ...
    @property
    def join_side(self) -> NDArray[np.int64]: ...


class Branch(Protocol):
    """Whether the campaign runs."""

    @property
    def campaign(self) -> bool: ...


class Surroundings(Protocol):
    """A run in progress as actors have it. ``wakes_at`` is the step at which each sleeper wakes if nobody stops it. ``kept`` is
    what actors and policies remember, by a key of their own: values that they replace and never change in place, for they are
    part of every fork."""

    @property
    def world(self) -> World: ...
    @property
    def branch(self) -> Branch: ...
    @property
    def seed_of_run(self) -> int: ...
    @property
    def schedule(self) -> Schedule: ...
    @property
    def state(self) -> State: ...
    @property
    def kept(self) -> dict[Any, Any]: ...
    @property
    def graph(self) -> FollowerGraph: ...
    @property
    def followers(self) -> NDArray[np.int64]: ...
    @property
    def wakes_at(self) -> NDArray[np.int64]: ...

    def wake(self, sleepers: NDArray[np.int64]) -> None:
        """Make sleepers active from this step on."""
