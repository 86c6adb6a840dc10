"""What is known before a run starts, step by step: rhythm, events, calls and the operator's posting plan."""

from __future__ import annotations

import datetime
import math

import numpy as np
from numpy.typing import NDArray

from sim.engine.state import Group, Schedule
from sim.population.calendar import event_days
from sim.world import World


def make_schedule(world: World, troll_weights: NDArray[np.float64]) -> Schedule:
    """The schedule of a world; ``troll_weights`` are the relative posting rates of the active trolls."""
    calendar, organisers, campaign = world.calendar, world.organisers, world.campaign
    per_day, burn_in = world.ticks_per_day, world.burn_in_ticks
    steps = burn_in + world.ticks
    step = np.arange(steps)
    day = step // per_day - world.burn_in_days
    rhythm = np.array(calendar.clock)[step % per_day]
    live = day >= 0

    on_day = event_days(calendar, world.first_day, world.days)
    sides = np.array([event.side for event in calendar.events], dtype=np.int64)
    balance = np.zeros(world.days)
    eventful = np.zeros(world.days, dtype=bool)
    join_step = np.full(len(sides), -1, dtype=np.int64)
    call = np.zeros((2, steps), dtype=np.uint8)
    for i, event in enumerate(calendar.events):
        if on_day[i] < 0:
            continue
        balance[on_day[i]] += event.side
        eventful[on_day[i]] = True
        join_step[i] = burn_in + on_day[i] * per_day + math.floor(event.hour * per_day / 24)
        first = max(burn_in, join_step[i] - math.floor(organisers.call_days * per_day))
        call[0 if event.side > 0 else 1, first : join_step[i]] = 1

    # Everybody is online more on the day of an event; before day 0 there are none.
    busy = np.where(live, eventful[np.maximum(day, 0)], False)
    own_side = call[0] if organisers.stance > 0 else call[1]
    posts = np.zeros((len(Group), steps))
    posts[Group.ORGANISER] = organisers.posts_per_day * rhythm * np.where(own_side > 0, organisers.call_activity, 1.0)
    plan = posting_plan(world)
    posts[Group.ACTIVE_TROLL, burn_in:] = even_out(plan * world.scale, troll_weights)
    posts[Group.SLEEPER, burn_in:] = campaign.sleepers.posts_per_day * weekly_rhythm(world)
    return Schedule(
        sessions=rhythm * np.where(busy, calendar.event_activity, 1.0),
        posts=posts,
        event_side=np.where(live, np.sign(balance[np.maximum(day, 0)]), 0.0),
        call=call,
        join_side=sides,
        join_step=join_step,
        office=office_hours(world, step - burn_in),
    )


def office_hours(world: World, tick: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Whether each tick, counted from day 0, lies on a working day (Monday to Friday) and in office hours."""
    weekday = (datetime.date.fromisoformat(world.first_day).weekday() + tick // world.ticks_per_day) % 7
    hour = tick % world.ticks_per_day * 24 / world.ticks_per_day
    open_now = (hour >= world.signals.office_opens) & (hour < world.signals.office_closes)
    return (open_now & (weekday < 5)).astype(np.uint8)


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
