"""What a packaged real case is: a world, a study, what has been observed of it, and what has to be said with it.

Another case is a folder beside ``hk2019`` with a module ``case`` that has a ``CASE``, and its name in ``sim.cases.NAMES``.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.world import World

HOURS_A_DAY = 24


class Volume(NamedTuple):
    """Posts of the campaign's accounts a day, from ``first`` to ``last``, both included; ``of`` says whose."""

    first: datetime.date
    last: datetime.date
    posts_a_day: float
    of: str


class ClockPart(NamedTuple):
    """Share of the campaign's posts in some hours of the week: ``hours`` is (7, 24), true for them, Monday first."""

    what: str
    hours: NDArray[np.bool_]
    share: float
    of: str


class Engagement(NamedTuple):
    """What a post of the campaign gets, beside which reshares are simulated."""

    what: str
    unit: str
    value: float
    of: str


class Followers(NamedTuple):
    """Shares of the active accounts without a follower and with at least 10,000, and the mean."""

    without: float
    many: float
    mean: float
    of: str


@dataclass(frozen=True)
class Observed:
    """What is known of the campaign's accounts on the first platform. ``clock_until`` is the clock's last day."""

    volume: tuple[Volume, ...] = ()
    clock: tuple[ClockPart, ...] = ()
    clock_until: datetime.date | None = None
    engagement: tuple[Engagement, ...] = ()
    followers: Followers | None = None


@dataclass(frozen=True)
class Case:
    """What programs know of a real case.

    ``world(people)`` builds it, and ``worlds`` are changes that make other worlds of it, by name; ``place`` is where it
    happened, ``first_day`` an ISO date. ``study`` has values of the fields of a study (plain, as in YAML) that are its
    defaults. ``leading`` are the assumptions that decide the size of the answer, by field of the world and with why they
    matter; ``unmarked`` are fields chosen without a source though they do not say so. ``caveats`` (heading, text) are told
    with the assumptions, ``loudness`` says why the simulated campaign is louder than what is known of it, and ``labels``
    name fields of the world on an axis.
    """

    name: str
    place: str
    first_day: str
    world: Callable[..., World]
    study: Mapping[str, Any]
    observed: Observed = Observed()
    worlds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    leading: Mapping[str, str] = field(default_factory=dict)
    unmarked: tuple[str, ...] = ()
    caveats: tuple[tuple[str, str], ...] = ()
    loudness: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def is_of(self, world: World) -> bool:
        """Whether a world has the case's calendar, so that the two can be compared day by day."""
        return world.first_day == self.first_day and world.ticks_per_day == HOURS_A_DAY
