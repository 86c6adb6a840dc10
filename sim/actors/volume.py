"""How much the campaign posts and when, from the recorded volume and clock."""

from __future__ import annotations

import datetime

import numpy as np
from numpy.typing import NDArray

from sim.actors.surroundings import World


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


def even_out(volume: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Factor f of each tick with sum over accounts of min(1, f * weight) = volume: an account posts at most once a tick, and
    what the busiest cannot post the others do. Where the volume exceeds the accounts, all of them post."""
    if weights.size == 0:
        return np.zeros_like(volume)
    ordered = np.sort(weights)[::-1]
    # With the k busiest at their limit, the others share volume - k in proportion to their weights.
    rest = np.concatenate([np.cumsum(ordered[::-1])[::-1], [0.0]])
    factor = np.full(volume.shape, np.inf)
    for k in range(ordered.size):
        candidate = (volume - k) / rest[k]
        fits = (candidate >= 0.0) & (candidate * ordered[k] <= 1.0) & ~np.isfinite(factor)
        factor[fits] = candidate[fits]
        if np.isfinite(factor).all():
            break
    return np.where(np.isfinite(factor), factor, 1.0 / ordered[-1])
