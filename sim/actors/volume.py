"""How much the campaign posts and when, from the recorded volume and clock."""

from __future__ import annotations

import datetime

import numpy as np
from numpy.typing import NDArray

from sim.actors.surroundings import World
from sim.compiled import inlined, lean_kernel


def weekly_rhythm(world: World) -> NDArray[np.float64]:
    """Share of its day's posts that the campaign makes in each tick from day 0 on, shape (ticks,)."""
    clock = np.array(world.campaign.clock)
    tick = np.arange(world.ticks)
    weekday = datetime.date.fromisoformat(world.first_day).weekday()
    offset = weekday * world.ticks_per_day if len(clock) > world.ticks_per_day else 0
    return np.asarray(clock[(tick + offset) % len(clock)])


def posting_plan(world: World) -> NDArray[np.float64]:
    """Posts of all active troll accounts in reality expected in each tick from day 0 on, shape (ticks,)."""
    daily = np.array(world.campaign.daily_posts)
    day = np.arange(world.ticks) // world.ticks_per_day
    return np.asarray(daily[day if len(daily) > 1 else 0] * weekly_rhythm(world))


@inlined
def _even_out(
    volume: NDArray[np.float64], weights: NDArray[np.float64], rest: NDArray[np.float64], factor: NDArray[np.float64]
) -> None:
    """Write the factor f of each tick with sum over accounts of min(1, f * weight) = volume: an account posts at most once a
    tick, and what the busiest cannot post the others do. Where the volume exceeds the accounts, all of them post."""
    n, total = weights.size, 0.0
    for k in range(n - 1, -1, -1):
        total += weights[k]
        rest[k] = total
    for tick in range(volume.size):
        factor[tick] = 0.0 if n == 0 else 1.0 / weights[n - 1]
        # With the k busiest at their limit, the others share volume - k in proportion to their weights.
        for k in range(n):
            candidate = (volume[tick] - k) / rest[k]
            if candidate >= 0.0 and candidate * weights[k] <= 1.0:
                factor[tick] = candidate
                break


@lean_kernel
def share_volume(
    plan: NDArray[np.float64], usual: NDArray[np.float64], weights: NDArray[np.float64], awake: int, rest: NDArray[np.float64],
    posts: NDArray[np.float64], sleepers_posts: NDArray[np.float64],
) -> None:  # fmt: skip
    """Have accounts of these ``weights``, the greatest first, make the ``plan``, and woken sleepers, of whom there are ``awake``,
    beside their ``usual`` posts what all of these cannot make. Writes, for each tick, what is expected of an account of unit
    weight and of a woken sleeper; ``rest`` (accounts,) is to work in."""
    _even_out(plan, weights, rest, posts)
    for tick in range(plan.size):
        sleepers_posts[tick] = usual[tick]
        if awake > 0:
            missing = plan[tick] if weights.size == 0 else max(0.0, plan[tick] - weights.size)
            sleepers_posts[tick] = min(1.0, usual[tick] + missing / awake)
