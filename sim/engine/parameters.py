"""Parameters of the model in the form that both engines take.

Every number, and every yes or no, that a room's settings declare is there under its name: ``parameters.feed.length`` is
``world.feed.length``. So what is declared there can be read in agents.py and in a kernel, and nothing is to be done here. What
is not read as it stands (a choice by name, a time in ticks, a row for each group) is derived here.
"""

from __future__ import annotations

import dataclasses
from collections import namedtuple
from typing import Any, NamedTuple, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.actors.campaign import Campaign
from sim.actors.second_platform import SecondPlatform
from sim.calendar import Calendar
from sim.feed.ranking import recency_table
from sim.feed.settings import FEEDS, Feed
from sim.feed.severity import Severity
from sim.fields import Settings, quantity_of
from sim.moderation.measures import NO_MEASURES, Measures
from sim.opinion.expression import Expression
from sim.opinion.mobilisation import Mobilisation
from sim.opinion.rule import Opinion
from sim.people.signals import Signals
from sim.society.groups import by_group, texts_by_group
from sim.world import World

_FOREVER = 1 << 30


class Choices(NamedTuple):
    """What settings choose by name, or say together, as yes or no: the ways of reading (``feed.reading``), of sharing and of
    keeping silent (``expression``), and whether any message can be dehumanising (``severity``)."""

    reads_opinions: bool
    ranked: bool
    by_arrival: bool
    one_random_followee: bool
    at_first_sight: bool
    by_confidence: bool
    dehumanises: bool


class Rule(NamedTuple):
    """What ``OpinionRule`` says of the opinion rule as a whole; its weight and its own fields are handed over beside this."""

    averages: bool
    own_weight: float
    susceptible: bool


class Ticks(NamedTuple):
    """Times in ticks: ``feed.lifetime``, the sleepers' ``follow_half_life_days`` and ``mobilisation.call_window_days``."""

    lifetime: int
    follow_half_life: float
    call_window: float


class ByGroup(NamedTuple):
    """What differs from group to group, one row each, indexed by ``Group``: how many accounts in reality one stands for, the
    shares of an account's posts that are new, of those that are on the topic and that are copied from a text, and how many texts
    there are, from which number on."""

    weight: NDArray[np.float64]
    new_share: NDArray[np.float64]
    on_topic_share: NDArray[np.float64]
    scripted: NDArray[np.float64]
    scripts: NDArray[np.int64]
    first_script: NDArray[np.int64]


class Parameters(NamedTuple):
    """Parameters of the model as kernels take them. A room annotated with its settings is a named tuple of the numbers among
    their fields, and is read as they are; text and lists it has not. ``recency`` is the factor of a message's age in ticks.
    ``measures`` are those that the platform takes at the moment; all else stays the same during a run. ``movement`` is the side
    of the movement: 1, but for its mirror image."""

    calendar: Calendar
    feed: Feed
    opinion: Opinion
    expression: Expression
    mobilisation: Mobilisation
    severity: Severity
    signals: Signals
    campaign: Campaign
    second: SecondPlatform
    choices: Choices
    rule: Rule
    ticks: Ticks
    by_group: ByGroup
    recency: NDArray[np.float64]
    measures: Measures
    movement: int


def _numbers(settings: type[Settings]) -> Any:
    """The class of a room's tuple: the fields of its settings that are one number, or yes or no."""
    kinds = get_type_hints(settings)
    names = [field.name for field in dataclasses.fields(settings) if kinds[field.name] in (int, float, bool)]
    made = namedtuple(f"{settings.__name__}Numbers", names, module=__name__)  # type: ignore[misc]
    made.__doc__ = f"The numbers of {settings.__module__}.{settings.__qualname__}."
    for name in names:
        about = quantity_of(settings, name)
        getattr(made, name).__doc__ = f"{about.doc} ({about.unit})"
    return made


ROOMS = {
    name: _numbers(settings)
    for name, settings in get_type_hints(Parameters).items()
    if isinstance(settings, type) and issubclass(settings, Settings)
}
globals().update({made.__name__: made for made in ROOMS.values()})  # what is pickled is found by its name


def make_parameters(world: World) -> Parameters:
    """The world's parameters in the form that the engines take."""
    feed, expression, campaign, rule = world.feed, world.expression, world.campaign, world.opinion.rule
    scripts, first_script = texts_by_group(world)
    rooms: dict[str, Any] = {
        room: made._make(getattr(getattr(world, room), name) for name in made._fields) for room, made in ROOMS.items()
    }
    return Parameters(
        **rooms,
        choices=Choices(
            reads_opinions=feed.reading not in FEEDS,
            ranked=feed.reading == "ranked",
            by_arrival=feed.reading == "arrival",
            one_random_followee=feed.reading == "one_random_followee",
            at_first_sight=expression.sharing == "at_first_sight",
            by_confidence=expression.silence and expression.silence_by == "confidence",
            dehumanises=world.severity.occurs,
        ),
        rule=Rule(bool(rule.averages), float(rule.own_weight), bool(rule.susceptible)),
        ticks=Ticks(
            lifetime=_FOREVER if feed.lifetime is None else feed.lifetime,
            follow_half_life=campaign.sleepers.follow_half_life_days * world.ticks_per_day,
            call_window=world.mobilisation.call_window_days * world.ticks_per_day,
        ),
        by_group=ByGroup(
            weight=by_group(lambda kind: kind.weight(world)),
            new_share=by_group(lambda kind: kind.new_share(world)),
            on_topic_share=by_group(lambda kind: kind.on_topic_share(world)),
            scripted=by_group(lambda kind: kind.scripted_share(world)),
            scripts=scripts,
            first_script=first_script,
        ),
        recency=recency_table(world.burn_in_ticks + world.ticks + 1),
        measures=NO_MEASURES,
        movement=1,
    )
