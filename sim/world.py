"""The world: who lives there and what happens there, as one tree of frozen dataclasses.

Every field has a unit, a range and a source (``sim.fields.describe_fields(world)`` lists them). People scale, accounts with an
agenda do not: each of these exists at any scale, and as many of the people follow them as would in reality.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from os import PathLike
from typing import Any

from sim.actors.campaign import Campaign
from sim.actors.organisers import Organisers
from sim.actors.outlets import Outlets
from sim.actors.second_platform import SecondPlatform
from sim.calendar import Calendar, day_number
from sim.feed.legality import Illegality
from sim.feed.settings import FEEDS, Feed
from sim.feed.severity import Severity
from sim.fields import InputError, Plausible, Settings, checked, quantity, registered_names, shown
from sim.graph.kind import Graph, LeaningGraph
from sim.graph.social import Social
from sim.opinion.bounded_confidence import BoundedConfidence
from sim.opinion.expression import Expression
from sim.opinion.mobilisation import Mobilisation
from sim.opinion.rule import Opinion
from sim.people.legitimacy import Legitimacy
from sim.people.people import Population
from sim.people.signals import Signals
from sim.people.trust import Trust
from sim.saved import load, save

_STEPS = 65_535  # a step is stored in 16 bits
_MOST_AT_ONCE = 2**31  # qualities are added up in units of 2**-32, in 64 bits


def _leaning() -> str:
    """The kinds of graph in which accounts with an agenda have the followers that the world gives them."""
    return " or ".join(map(repr, registered_names(LeaningGraph)))


@dataclass(frozen=True)
class World(Settings):
    """Who lives there and what happens there. Build one with a case (``World.hk2019``) or from its parts."""

    people: int = quantity(unit="people", low=2, high=100_000_000, source="given by the user", doc="Modelled citizens.")
    people_reachable: int | None = quantity(
        None, unit="people in reality", low=2, high=8_000_000_000,
        source="assumption: no count of those a platform reaches is public",
        doc="People in reality whom the modelled ones stand for, each for people_reachable / people (none: for one).",
        plausible=Plausible(300_000, 3_000_000, "factor of three either way: nobody has counted them", log=True),
    )  # fmt: skip
    days: int = quantity(1, unit="days", low=1, high=_STEPS, source="given by the user", doc="Length of the calendar.")
    first_day: str = quantity("2019-05-01", unit="ISO date", source="given by the user", doc="Date of day 0.")
    ticks_per_day: int = quantity(1, unit="ticks", low=1, high=1440, source="given by the user", doc="Ticks in a day.")
    burn_in_days: int = quantity(
        0, unit="days", low=0, high=10_000, source="model choice",
        doc="Days simulated before day 0, without campaign and events, for opinions to settle.",
    )  # fmt: skip
    population: Population = quantity(
        default_factory=Population, unit="people", source="given by the user", doc="How people are drawn."
    )
    graph: Graph = quantity(default_factory=Social, unit="graph", source="given by the user", doc="Who follows whom.")
    calendar: Calendar = quantity(
        default_factory=Calendar, unit="calendar", source="given by the user", doc="Rhythm and events."
    )
    feed: Feed = quantity(default_factory=Feed, unit="feed", source="given by the user", doc="What is read.")
    illegality: Illegality = quantity(
        default_factory=Illegality, unit="messages", source="given by the user", doc="Whose messages break the rules."
    )
    opinion: Opinion = quantity(
        default_factory=lambda: Opinion(rule=BoundedConfidence()), unit="rule", source="given by the user",
        doc="How opinions move.",
    )  # fmt: skip
    expression: Expression = quantity(
        default_factory=Expression, unit="posts", source="given by the user", doc="When citizens speak."
    )
    mobilisation: Mobilisation = quantity(
        default_factory=Mobilisation, unit="turnout", source="given by the user", doc="When citizens march."
    )
    severity: Severity = quantity(
        default_factory=Severity, unit="messages", source="given by the user", doc="Which messages dehumanise."
    )
    legitimacy: Legitimacy = quantity(
        default_factory=Legitimacy, unit="legitimacy", source="given by the user", doc="How legitimate the movement is."
    )
    trust: Trust = quantity(
        default_factory=Trust, unit="trust", source="given by the user", doc="How far people trust the platform."
    )
    organisers: Organisers = quantity(
        default_factory=Organisers, unit="accounts", source="given by the user", doc="The movement's organisers."
    )
    campaign: Campaign = quantity(
        default_factory=Campaign, unit="accounts", source="given by the user", doc="The campaign against the movement."
    )
    outlets: Outlets = quantity(
        default_factory=Outlets,
        unit="accounts",
        source="given by the user",
        doc="Genuine outlets on the government's side.",
    )
    second: SecondPlatform = quantity(
        default_factory=SecondPlatform, unit="platform", source="given by the user", doc="A second platform."
    )
    signals: Signals = quantity(
        default_factory=Signals, unit="signals", source="given by the user", doc="What a platform can see of accounts."
    )

    @classmethod
    def hk2019(cls, people: int = 10_000, **changes: Any) -> World:
        """Hong Kong, 1 May - 30 September 2019, hourly, in which ``people`` stand for one million reachable ones.

        ``changes`` are fields of the world, with dots through a mapping: ``World.hk2019(people=2000, days=30)``.
        Raises InputError for an unknown field or a value outside its range.
        """
        from sim.cases.hk2019 import world

        return world(people, **changes)

    @classmethod
    def hk2019_calibrated(cls, people: int = 10_000, **changes: Any) -> World:
        """``hk2019`` in which people forget what trolls have told them as slowly as was measured (docs/calibration.md)."""
        return _named("hk2019_calibrated", people=people, **changes)

    @classmethod
    def hk2019_full_scale(cls, **changes: Any) -> World:
        """``hk2019`` with everybody: one million people (a run: two minutes and a gigabyte)."""
        return _named("hk2019_full_scale", **changes)

    @classmethod
    def hk2019_observed(cls, people: int = 10_000, **changes: Any) -> World:
        """``hk2019`` for detectors: the platform keeps signals, and one person in twenty registers during the protests."""
        return _named("hk2019_observed", people=people, **changes)

    @classmethod
    def hk2019_two_platforms(cls, people: int = 10_000, **changes: Any) -> World:
        """``hk2019`` with Facebook beside Twitter, and the pages that were removed there."""
        return _named("hk2019_two_platforms", people=people, **changes)

    def save(self, path: str | PathLike[str]) -> None:
        """Write every field to a YAML file, with its unit. A file that is no world's is not replaced.

        Raises InputError where it cannot be written.
        """
        save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> World:
        """A world from a YAML file, as ``save`` writes it; missing fields take their defaults.

        Raises InputError for what cannot be read, is no YAML, or has unknown or unfit fields.
        """
        return load(cls, path)

    @property
    def ticks(self) -> int:
        """Ticks from day 0 to the end of the calendar."""
        return self.days * self.ticks_per_day

    @property
    def burn_in_ticks(self) -> int:
        """Ticks before day 0."""
        return self.burn_in_days * self.ticks_per_day

    @property
    def scale(self) -> float:
        """Modelled people per person in reality."""
        return 1.0 if self.people_reachable is None else self.people / self.people_reachable

    @property
    def weight(self) -> float:
        """People in reality for whom one of the modelled stands. Accounts with an agenda stand for one each."""
        return 1.0 if self.people_reachable is None else self.people_reachable / self.people

    @property
    def second_members(self) -> int:
        """People who have an account on the second platform."""
        return math.floor(self.second.members * self.people)

    @property
    def sleepers_wake_from(self) -> float:
        """Day number from which sleepers wake; it may lie beyond the calendar."""
        return day_number(self.campaign.sleepers.wakes_from, self.first_day, _STEPS, "campaign.sleepers.wakes_from")

    @property
    def newcomers_register(self) -> tuple[float, float]:
        """First day on which newcomers register, and the day by which all have."""
        newcomers, field = self.population.newcomers, "population.newcomers"
        first = self.day(newcomers.registered_from, f"{field}.registered_from")
        until = newcomers.registered_until
        return first, self.days if until is None else self.day(until, f"{field}.registered_until")

    def day(self, day: float | str, field: str = "day") -> float:
        """Day number of a number or an ISO date (InputError outside the calendar)."""
        return day_number(day, self.first_day, self.days, field)

    def tick(self, day: float | str, field: str = "day") -> int:
        """First tick of a day, counted from day 0."""
        return math.floor(self.day(day, field) * self.ticks_per_day)

    def date(self, day: float) -> str:
        """ISO date of a day number."""
        first = datetime.date.fromisoformat(self.first_day)
        least, most = (first - datetime.date.min).days, (datetime.date.max - first).days
        number = checked(day, float, "day", low=-least, high=most)
        return (first + datetime.timedelta(days=math.floor(number))).isoformat()

    def _check_second_platform(self) -> None:
        if not isinstance(self.graph, LeaningGraph) or self.feed.reading not in FEEDS:
            raise InputError(
                f"must be 0 unless graph.kind is {_leaning()} and feed.reading is one of {', '.join(FEEDS)}, "
                f"not {self.second.members:g}",
                field="second.members",
            )
        if self.second_members < 2:
            raise InputError(
                f"must be 0, or make at least 2 of the {self.people:,} people members, not {self.second.members:g}",
                field="second.members",
            )
        most = self.graph.most_followees(self.second_members)
        if self.second.followees > most:
            raise InputError(
                f"must be at most {most:g} where {self.second.members:g} of {self.people:,} people are members and a member "
                f"may have up to {self.graph.hub_cap:g} of all as followers, not {self.second.followees:g}",
                field="second.followees",
            )

    def check(self) -> None:
        try:
            day_0 = datetime.date.fromisoformat(self.first_day)
        except ValueError:
            raise InputError(f"must be an ISO date, not {shown(self.first_day)}", field="first_day") from None
        if (datetime.date.max - day_0).days < self.days or (day_0 - datetime.date.min).days < self.burn_in_days:
            raise InputError(
                f"must leave room for burn-in and calendar between the years 1 and 9999, not {self.first_day}",
                field="first_day",
            )
        _ = self.sleepers_wake_from
        first, last = self.newcomers_register
        if last < first:
            raise InputError(
                f"must not be before registered_from (day {first:g}), as day {last:g} is",
                field="population.newcomers.registered_until",
            )
        steps = (self.days + self.burn_in_days) * self.ticks_per_day
        if steps > _STEPS:
            raise InputError(
                f"must leave at most {_STEPS:,} ticks with burn_in_days and ticks_per_day, not {steps:,}", field="days"
            )
        if self.second.members > 0.0:
            self._check_second_platform()
        if self.outlets.accounts and not isinstance(self.graph, LeaningGraph):
            raise InputError(
                f"must be 0 unless graph.kind is {_leaning()}, not {self.outlets.accounts}", field="outlets.accounts"
            )
        if self.people_reachable is not None and self.people > self.people_reachable:
            raise InputError(
                f"must be at most people_reachable ({self.people_reachable:,}), not {self.people:,}", field="people"
            )
        if len(self.calendar.clock) != self.ticks_per_day:
            raise InputError(
                f"must have one share for each of the {self.ticks_per_day} ticks of a day, not {len(self.calendar.clock)}",
                field="calendar.clock",
            )
        if len(self.campaign.clock) not in (self.ticks_per_day, 7 * self.ticks_per_day):
            raise InputError(
                f"must have {self.ticks_per_day} shares (a day) or {7 * self.ticks_per_day} (a week), "
                f"not {len(self.campaign.clock)}",
                field="campaign.clock",
            )
        clock = self.campaign.clock
        for first in range(0, len(clock), self.ticks_per_day):
            total = sum(clock[first : first + self.ticks_per_day])
            if abs(total - 1.0) > 1e-6:
                raise InputError(f"must sum to 1 over each day, not {total:.6g}", field="campaign.clock")
        if len(self.campaign.daily_posts) != 1 and len(self.campaign.daily_posts) < self.days:
            raise InputError(
                f"must have one value, or one for each of the {self.days} days, not {len(self.campaign.daily_posts)}",
                field="campaign.daily_posts",
            )
        for field, name in (
            ("population.sessions_column", self.population.sessions_column),
            ("illegality.high_risk_class", self.illegality.high_risk_class),
        ):
            if name and not self.graph.describes_nodes:
                raise InputError(
                    f"must be left out without a node table in graph.nodes, not {shown(name)}", field=field
                )
        at_once = (self.people + self.second_members) * (self.feed.length + self.feed.topic_slots)
        if self.feed.measure_quality and at_once > _MOST_AT_ONCE:
            raise InputError(
                f"must be no where {at_once:,} messages may be shown at once: qualities of more than {_MOST_AT_ONCE:,} cannot be "
                "added up",
                field="feed.measure_quality",
            )
        given = {
            "population.opinions": self.population.opinions,
            "mobilisation.thresholds": self.mobilisation.thresholds,
        }
        for field, values in given.items():
            if values and len(values) != self.people:
                raise InputError(
                    f"must have one value for each of the {self.people} people, not {len(values)}", field=field
                )
        try:
            self.graph.check_people(self.people)
        except InputError as error:
            raise error.under("graph") from None
        with_agenda = self.organisers.accounts + self.campaign.accounts + self.campaign.sleepers.accounts
        if self.weight > 1.0 and with_agenda and not self.graph.followed_in_proportion:
            raise InputError(
                f"must be left out, or {self.people:,} as people are, where accounts with an agenda make links of their own at "
                f"any scale, as they do in such a graph, not {self.people_reachable:,}",
                field="people_reachable",
            )
        for event in self.calendar.events:
            if event.hour >= self.ticks_per_day and self.ticks_per_day == 24:
                raise InputError(f"must be below 24, not {event.hour}", field="calendar.events")


def _named(name: str, **changes: Any) -> World:
    from sim.cases.hk2019.worlds import named

    return named(name, **changes)
