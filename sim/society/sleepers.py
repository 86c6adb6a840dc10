"""The campaign's sleepers: when each is registered and wakes, and which of them may ever be in use.

In reality there are many times as many as people in a small model, and nearly all of them are never used. Those that cannot be
are the campaign's reserve: a platform sees them and may remove them, and nothing else about them matters.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.actors.campaign import TrollGroup
from sim.actors.timetable import NEVER
from sim.people.profiles import Profiles
from sim.randomness import Stream, exponentials_of, uniforms_of
from sim.world import World

_LN2 = 0.6931471805599453


class Sleepers(NamedTuple):
    """``created`` is the tick, counted from day 0, at which each sleeper is registered, shape (sleepers,): first those that may
    be in use, then the reserve. ``wakes_at`` is the step at which each of the first wakes if nobody stops it
    (``sim.actors.timetable.NEVER`` if it does not), shape (in use,)."""

    created: NDArray[np.int64]
    wakes_at: NDArray[np.int64]

    @property
    def in_use(self) -> int:
        """How many may be in use."""
        return self.wakes_at.size

    @property
    def reserve(self) -> NDArray[np.int64]:
        """``created`` of the others."""
        return self.created[self.in_use :]


def keeps_reserve(world: World) -> bool:
    """Whether sleepers that do not wake in time are set apart. At full scale they are few beside the people, and an operator that
    answers losses may wake any of them."""
    return world.scale < 1.0 and not world.campaign.adaptation.reacts


def most_in_use(world: World) -> int:
    """About as many sleepers may be in use, or fewer; known before any is drawn."""
    sleepers = world.campaign.sleepers
    if not keeps_reserve(world):
        return sleepers.accounts
    expected = sleepers.accounts * -math.expm1(-sleepers.waking_rate * max(0.0, world.days - world.sleepers_wake_from))
    return min(sleepers.accounts, math.ceil(expected + 6.0 * math.sqrt(expected) + 6.0))


def draw_sleepers(world: World, first: int, seed: int) -> Sleepers:
    """The sleepers of a world; their draws are those of accounts numbered from ``first`` on."""
    names = first + np.arange(world.campaign.sleepers.accounts)
    created = _registered(world, names, seed)
    wakes_at = _wake(world, names, created, seed)
    if not keeps_reserve(world):
        return Sleepers(created, wakes_at)
    used = wakes_at != NEVER
    return Sleepers(np.concatenate([created[used], created[~used]]), wakes_at[used])


def before_day_0(
    world: World, profiles: Profiles | TrollGroup, accounts: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """Tick from day 0, negative or 0, at which accounts with such profiles are registered that are older than the calendar."""
    if not profiles.age_days:
        return np.zeros(accounts.size, dtype=np.int64)
    age = np.interp(uniforms_of(seed, Stream.PROFILE, 0, accounts, 3), profiles.levels, profiles.age_days)
    return -np.floor(age * world.ticks_per_day).astype(np.int64)


def _registered(world: World, names: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    settings = world.campaign.sleepers
    created = before_day_0(world, settings.group, names, seed)
    if settings.created_before == 1.0:
        return created
    draw = uniforms_of(seed, Stream.SLEEPER_CREATED, 0, names, 0)
    later = (draw - settings.created_before) / (1.0 - settings.created_before)
    ticks = np.floor(later * settings.created_until * world.ticks_per_day).astype(np.int64)
    return np.where(later >= 0.0, np.minimum(ticks, world.ticks), created)


def _wake(world: World, names: NDArray[np.int64], created: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Geometric waiting times with hazard 1 - exp(-rate a tick), from a sleeper's creation on but not before the operator begins
    to wake sleepers."""
    rate = world.campaign.sleepers.waking_rate / world.ticks_per_day
    if rate < 1e-12:
        return np.full(names.size, NEVER, dtype=np.int64)
    waiting = np.floor(exponentials_of(seed, Stream.SLEEPER_WAKES, 0, names, 0) * (_LN2 / rate))
    since = np.maximum(created, math.floor(world.sleepers_wake_from * world.ticks_per_day))
    steps = world.burn_in_ticks + since + np.minimum(waiting, 2.0**40).astype(np.int64)
    return np.asarray(np.where(steps < world.burn_in_ticks + world.ticks, steps, NEVER))
