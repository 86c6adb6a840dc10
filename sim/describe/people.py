"""The world, its people and its events in English."""

from __future__ import annotations

from sim.calendar import in_days
from sim.describe.words import counted, joined, rate, tick_in_words
from sim.engine.engine import Engine
from sim.fields import percent
from sim.world import World


def world_line(world: World) -> str:
    people = counted(world.people, "person", "people")
    if world.people_reachable is None:
        who = f"{people}, each standing for one"
    else:
        who = f"{people} stand for {world.people_reachable:,} in reality (1 to {1 / world.scale:,.4g})"
    burn_in = ", without burn-in"
    if world.burn_in_days:
        burn_in = f", after {counted(world.burn_in_days, 'day')} of burn-in without campaign and events"
    last = f" to {world.date(world.days - 1)}" if world.days > 1 else ""
    days = f"{counted(world.days, 'day')}, {world.date(0)}{last}"
    return f"World: {who}. {days}, in ticks of {tick_in_words(world.ticks_per_day)}{burn_in}."


def people_line(model: Engine) -> str:
    society, world = model.society, model.world
    anchor = society.anchor
    start = (
        f"{(anchor > 0).mean():.1%} begin on the movement's side; the mean opinion is {anchor.mean():+.3f} (-1 to +1)"
    )
    if society.complete:
        follows = f"everybody follows everybody ({counted(society.group.size, 'account')})"
    else:
        following = model.following[: world.people]
        follows = (
            f"they follow {following.mean():.1f} accounts on average, at most {following.max():,} "
            f"({counted(society.followees.size, 'follow')} in all)"
        )
    reading = {
        "newest": f"the newest {world.feed.length} messages of those they follow",
        "arrival": f"those {world.feed.length} messages of those they follow that came into their feed last",
        "ranked": f"those {world.feed.length} messages of those they follow that engage most (appeal x shares x recency)",
        "one_random_followee": "the present opinion of one random active followee",
        "all_followees": "the present opinions of all active followees",
    }[world.feed.reading]
    rule = world.opinion.rule
    named = getattr(rule, "name", type(rule).__name__)  # a rule of one's own may have no public name
    sessions = rate(float(society.sessions_per_day.mean()))
    return f"People: {start}; {follows}. They read {reading}, {sessions}, and change their minds by {named}. {_silence(world)}"


def _silence(world: World) -> str:
    expression = world.expression
    if not expression.silence:
        return "Nobody is silenced by what others say."
    if expression.silence_by == "climate":
        return "Those who feel outnumbered beyond their courage stay silent."
    return (
        "They speak while they are more confident than a threshold of their own; reading speakers of their own side makes them "
        f"more confident, of the other side less (by up to {expression.confidence_step:g} a session)."
    )


def events_line(model: Engine) -> str:
    world = model.world
    held = [event for event, step in zip(world.calendar.events, model.schedule.join_step, strict=True) if step >= 0]
    outside = len(world.calendar.events) - len(held)
    left_out = f" {counted(outside, 'event')} outside the calendar will not take place." if outside else ""
    if not held:
        return f"Events: none.{left_out}"
    parts = []
    for side, whose in ((1, "of the movement"), (-1, "of the government side")):
        days = sorted(event.day for event in held if event.side == side)
        if days:
            when = f"on {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
            parts.append(f"{len(days):,} {whose} ({when})")
    return f"Events: {joined(parts)}.{left_out} {_joining(model)}"


def _joining(model: Engine) -> str:
    mobilisation = model.world.mobilisation
    terms = [
        (mobilisation.conviction, "opinion"),
        (mobilisation.complementarity, "support"),
        (mobilisation.call, f"call seen in the last {in_days(mobilisation.call_window_days)}"),
    ]
    shown = [f"{'-' if weight < 0 else '+'} {abs(weight):g} × {what}" for weight, what in terms if weight]
    total = " ".join(shown).removeprefix("+ ") or "0"
    given, joining = "threshold" in model.drawn.given, model.society.joining
    low, high = (joining.min(), joining.max()) if given else (0.0, mobilisation.threshold_spread)
    text = (
        f"People who lean to an event's side join it if {total} reaches their threshold ("
        f"{'given' if given else 'drawn'}, from {low:g} to {high:g})"
    )
    weight = mobilisation.turnout_weight
    parts = [
        f"{share}{what}"
        for amount, share, what in (
            (1.0 - weight, f"{percent(1.0 - weight)} of " if weight else "", "the climate of opinion they perceive"),
            (weight, f"{percent(weight)} of " if weight < 1.0 else "", "the turnout of that side's last event"),
        )
        if amount
    ]
    return f"{text}. Support is {joined(parts)}." if mobilisation.complementarity else f"{text}."
