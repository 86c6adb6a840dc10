"""What metadata cannot say about random worlds: how small they are kept, and what in them has to agree.

Fields are named ``Class.field``; a name of a base class holds for its subclasses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from math import floor
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.actors.campaign import Campaign, TrollGroup
from sim.actors.second_platform import SecondPlatform
from sim.calendar import day_number
from sim.feed.legality import Illegality
from sim.feed.settings import FEEDS
from sim.graph import Graph, LeaningGraph, Preferential
from sim.moderation import SIGNALS, HashtagLimit, PreemptiveRemoval, Takedown, Weights
from sim.people.newcomers import Newcomers
from sim.people.people import Population
from sim.people.profiles import Profiles
from sim.people.signals import Signals
from sim.world import World
from tests.strategies.frame import Frame

Values = dict[str, Any]

NARROWED: dict[str, tuple[float, float]] = {
    # Few accounts, followers, messages and sessions: an example is simulated in a fraction of a second.
    "Population.sessions_per_day": (0, 5),
    "Calendar.event_activity": (0, 3),
    "LeaningGraph.followees": (0, 8),
    "ErdosRenyi.followees": (0, 8),
    "Preferential.links": (1, 4),
    "Feed.length": (1, 12),
    "Organisers.accounts": (0, 5),
    "Organisers.followers": (0, 30),
    "Outlets.accounts": (0, 3),
    "Outlets.followers": (0, 30),
    "Campaign.accounts": (0, 12),
    "Campaign.activity": (0, 30),
    "Campaign.amplified": (0, 4),
    "Campaign.flooding": (1, 5),
    "Sleepers.accounts": (0, 12),
    "TrollGroup.followers": (0, 40),
    "Pages.accounts": (0, 3),
    "Pages.followers": (0, 60),
    "SecondPlatform.visits": (0, 3),
    "SecondPlatform.followees": (0, 4),
    # What is short overflows, and what is scarce is copied, within a few days.
    "Feed.memory": (1, 5),
    "Feed.topic_slots": (0, 4),
    "Feed.topic_capacity": (1, 12),
    "Feed.topic_half_life": (0, 30),
    "Feed.lifetime": (0, 30),
    "Expression.slogans": (0, 5),
    "Organisers.scripts": (0, 2),
    "Outlets.scripts": (0, 2),
    "Campaign.scripts": (0, 3),
    "CircuitBreaker.shares": (0, 6),
    "Enforcement.reviewers": (0, 4),
    # What takes days has happened by the end.
    "Organisers.call_days": (0, 3),
    "Mobilisation.call_window_days": (0, 4),
    "Mobilisation.threshold_spread": (0, 4),
    "Legitimacy.half_life_days": (0, 50),
    "Trust.half_life_days": (0, 50),
    "ContentTakedown.half_life_days": (0, 5),
    "Sleepers.created_until": (0, 5),
    "Sleepers.follow_half_life_days": (0, 3),
    "Rebuilding.replacement": (0, 4),
    "Rebuilding.notice_days": (0, 2),
    "Rebuilding.budget_hours": (0, 100),
    "Rebuilding.hours_per_account": (0, 4),
    "Evading.pause_days": (0, 2),
    "Appeals.delay_days": (0, 2),
    "Enforcement.delay_days": (0, 2),
    "RegistrationChecks.delay_days": (0, 2),
    "TipOff.delay_days": (0, 2),
    # Detectors flag some and not others, and some err alike.
    "Detector.salt": (0, 5),
    "Appeals.salt": (0, 5),
    "RuleDetector.threshold": (-1, 5),
    "ScoreDetector.threshold": (-5, 5),
    **{f"Weights.{name}": (-3, 3) for name in Weights.__dataclass_fields__},
    # Ages and counts that profiles show are on no scale of their own.
    "TrollGroup.following": (0, 900),
    "TrollGroup.age_days": (0, 900),
    "Profiles.followers": (0, 900),
    "Profiles.following": (0, 900),
    "Profiles.age_days": (0, 900),
    # More are asked for than there are, but no more than the case ever had (see agreements).
    "Takedown.accounts": (0, 24),
    "PreemptiveRemoval.accounts": (0, 12),
}

SIZES = {
    "Calendar.events": (0, 4),
    "Campaign.groups": (1, 2),
    "Campaign.activity_levels": (2, 4),
    "Campaign.activity": (1, 4),
    "TrollGroup.levels": (2, 4),
    "TrollGroup.followers": (1, 4),
    "Branch.policies": (1, 4),
}
"""Least and greatest lengths of lists, others than 0 to 3."""

NAMES = st.sampled_from(["", "plain", "Zürich & <b>[x]</b>"])


def _inside(frame: Frame) -> st.SearchStrategy[float | str]:
    """Days of the calendar, or of its part in which a policy may begin: numbers, whole and broken, and dates."""
    whole = st.integers(frame.first, frame.days - 1)
    broken = st.floats(frame.first, frame.days, exclude_max=True)
    return st.one_of(whole.map(float), whole.map(frame.date), broken)


def _around(frame: Frame) -> st.SearchStrategy[str]:
    """Dates from the day before the calendar to a day after it."""
    return st.integers(-1, frame.days + 1).map(frame.date)


@st.composite
def _clock(draw: st.DrawFn, ticks: int, days: int = 1) -> tuple[float, ...]:
    """Shares of each day in its ticks that sum to 1; some may be 0, and no day need be like another."""
    weights = draw(st.lists(st.integers(0, 9), min_size=1, max_size=8))
    shares = np.array(list(islice(cycle(weights), ticks * days)), dtype=float).reshape(days, ticks)
    shares[~shares.any(axis=1)] = 1.0
    return tuple((shares / shares.sum(axis=1, keepdims=True)).ravel().tolist())


def _each(frame: Frame, low: float, high: float) -> st.SearchStrategy[tuple[float, ...]]:
    """A value for each person, or none."""
    given = st.lists(st.floats(low, high), min_size=1, max_size=6)
    return st.one_of(st.just(()), given.map(lambda values: tuple(islice(cycle(values), frame.people))))


def _of_network(frame: Frame, field: str) -> st.SearchStrategy[str]:
    found = getattr(frame.network, field, ())
    return st.sampled_from(("", *found))


def _kept(frame: Frame) -> list[str]:
    """Signals that detectors can judge by in a world."""
    observed = frame.world is not None and frame.world.signals.observe
    return [name for name, about in SIGNALS.items() if observed or not about.traced]


def _platforms(frame: Frame) -> st.SearchStrategy[str]:
    two = frame.world is not None and frame.world.second.members > 0.0
    return st.sampled_from(["first", "second"] if two else ["first"])


CHOSEN: dict[str, Callable[[Frame], st.SearchStrategy[Any]]] = {
    "World.people": lambda f: st.just(f.people),
    "World.people_reachable": lambda f: (
        st.none() if f.network else st.sampled_from([None, f.people, 3 * f.people, 3 * f.people])
    ),
    "World.days": lambda f: st.just(f.days),
    "World.first_day": lambda f: st.just(f.first_day),
    "World.ticks_per_day": lambda f: st.just(f.ticks),
    "World.burn_in_days": lambda f: st.integers(0, 1),
    "Population.sessions_column": lambda f: _of_network(f, "numbers"),
    "Population.opinions": lambda f: _each(f, -1.0, 1.0),
    "Newcomers.registered_from": _inside,
    "Newcomers.registered_until": lambda f: st.one_of(st.none(), _inside(f)),
    "OnFile.edges": lambda f: st.just(f.network.edges if f.network else ""),
    "OnFile.nodes": lambda f: st.just(f.network.nodes if f.network else ""),
    "Calendar.clock": lambda f: _clock(f.ticks),
    "Event.day": _around,
    "Event.side": lambda f: st.sampled_from([1, -1]),
    "Event.name": lambda f: NAMES,
    # Worlds that read messages have more features than those that read opinions.
    "Feed.reading": lambda f: st.sampled_from(["newest", *FEEDS, "one_random_followee", "all_followees"]),
    "Illegality.high_risk_class": lambda f: _of_network(f, "classes"),
    "Mobilisation.thresholds": lambda f: _each(f, -0.2, 2.0),
    "Campaign.clock": lambda f: st.one_of(_clock(f.ticks), _clock(f.ticks, 7)),
    "Campaign.daily_posts": lambda f: st.one_of(
        *(st.lists(st.floats(0.0, 60.0), min_size=n, max_size=n).map(tuple) for n in (1, f.days, f.days + 1))
    ),
    "TrollGroup.name": lambda f: NAMES,
    "Sleepers.wakes_from": lambda f: st.one_of(_inside(f), st.floats(0.0, f.days + 2.0), st.just(f.date(f.days + 1))),
    "SecondPlatform.name": lambda f: NAMES,
    "SecondPlatform.members": lambda f: st.one_of(st.just(0.0), st.floats(0.1, 1.0)),
    "Pages.name": lambda f: NAMES,
    # A branch that must agree with others before a day keeps its campaign until then.
    "Branch.campaign": lambda f: st.just(True) if f.first else st.sampled_from([True, True, True, False]),
    "Policy.day": _inside,
    "Policy.platform": _platforms,
    "RuleDetector.signal": lambda f: st.sampled_from(_kept(f)),
}
"""Strategies for what depends on the frame or has no range."""

ADMITTED: dict[type, Callable[[Any, Frame], bool]] = {
    Graph: lambda cls, frame: cls.kind == frame.kind,
}
"""Which classes of a family a frame admits, others than all."""


def _fit(values: Values, length: int, *names: str) -> None:
    """Make lists so long, ascending as quantiles do; empty ones stay so."""
    for name in names:
        values[name] = tuple(sorted(islice(cycle(values[name]), length)))


def _population(values: Values, frame: Frame) -> None:
    for kind in ("confidence", "susceptibility"):
        low, high = f"{kind}_low", f"{kind}_high"
        values[low], values[high] = sorted((values[low], values[high]))
    if values["equal_sessions"]:
        values["sessions_tail"] = None


def _profiles(values: Values, frame: Frame) -> None:
    levels = values["levels"] = tuple(sorted(values["levels"]))
    _fit(values, len(levels) if len(levels) > 1 else 0, "followers", "following", "age_days")


def _newcomers(values: Values, frame: Frame) -> None:
    if values["registered_until"] is not None:
        days = [values["registered_from"], values["registered_until"]]
        days.sort(key=lambda day: day_number(day, frame.first_day, frame.days))
        values["registered_from"], values["registered_until"] = days


def _leaning_graph(values: Values, frame: Frame) -> None:
    values["followees"] = min(values["followees"], floor(values["hub_cap"] * frame.people) / 2)


def _preferential(values: Values, frame: Frame) -> None:
    values["links"] = min(values["links"], frame.people - 1)


def _illegality(values: Values, frame: Frame) -> None:
    if values["high_risk_class"]:
        values["high_risk_share"] = 0.0


def _campaign(values: Values, frame: Frame) -> None:
    values["activity_levels"] = tuple(sorted(values["activity_levels"]))
    values["activity"] = tuple(islice(cycle(values["activity"]), len(values["activity_levels"])))
    groups = values["groups"]
    total = sum(group.share for group in groups)
    shares = [group.share / total if total else 1.0 / len(groups) for group in groups]
    values["groups"] = tuple(replace(group, share=share) for group, share in zip(groups, shares, strict=True))


def _signals(values: Values, frame: Frame) -> None:
    values["office_opens"], values["office_closes"] = sorted((values["office_opens"], values["office_closes"]))


def _world(values: Values, frame: Frame) -> None:
    if frame.network is not None:  # its accounts are those of the files
        campaign = values["campaign"]
        values["campaign"] = replace(
            campaign, accounts=frame.network.bots, sleepers=replace(campaign.sleepers, accounts=0)
        )
        values["organisers"] = replace(values["organisers"], accounts=0)
    if not isinstance(values["graph"], LeaningGraph):
        values["outlets"] = replace(values["outlets"], accounts=0)
    if not values["graph"].followed_in_proportion:
        values["people_reachable"] = None
    second = values["second"]
    members = floor(second.members * frame.people)
    if not isinstance(values["graph"], LeaningGraph) or values["feed"].reading not in FEEDS or members < 2:
        values["second"] = replace(second, members=0.0, campaign=(), organisers=(), outlets=())
    else:
        most = floor(values["graph"].hub_cap * members) / 2
        values["second"] = replace(second, followees=min(second.followees, most))


def _second_platform(values: Values, frame: Frame) -> None:
    if values["members"] == 0.0:
        values.update(campaign=(), organisers=(), outlets=())


def _weights(values: Values, frame: Frame) -> None:
    values.update({name: 0.0 for name in SIGNALS if name not in _kept(frame)})


def _most(values: Values, frame: Frame, sleepers_only: bool) -> None:
    assert frame.world is not None
    campaign, second = frame.world.campaign, frame.world.second
    most = campaign.sleepers.accounts + (0 if sleepers_only else campaign.accounts)
    if values["platform"] == "second":
        most = 0 if sleepers_only else sum(pages.accounts for pages in second.campaign)
    values["accounts"] = min(values["accounts"], most)


def _hashtag_limit(values: Values, frame: Frame) -> None:
    assert frame.world is not None
    values["posts"] = min(values["posts"], frame.world.feed.memory - 1)


AGREEMENTS: dict[type, Callable[[Values, Frame], None]] = {
    Population: _population,
    Profiles: _profiles,
    TrollGroup: _profiles,
    Newcomers: _newcomers,
    LeaningGraph: _leaning_graph,
    Preferential: _preferential,
    Illegality: _illegality,
    Campaign: _campaign,
    SecondPlatform: _second_platform,
    Signals: _signals,
    World: _world,
    Weights: _weights,
    Takedown: lambda values, frame: _most(values, frame, sleepers_only=False),
    PreemptiveRemoval: lambda values, frame: _most(values, frame, sleepers_only=True),
    HashtagLimit: _hashtag_limit,
}
"""How the drawn values of a class are made to agree with one another and with the frame, in place."""
