"""People: what they think, how far they listen, when they speak, when they march and how often they are online."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError, Plausible, Quantity, Settings, quantity
from sim.people.accounts import by_person
from sim.people.newcomers import Newcomers
from sim.people.profiles import Profiles
from sim.randomness import Stream, exponentials, uniforms
from sim.tables import powers

_LN2 = 0.6931471805599453


@dataclass(frozen=True)
class Population(Settings):
    """How the people of a world are drawn."""

    supporters: float = quantity(
        0.6, unit="share of people", low=0, high=1, source="assumption: a majority with the movement",
        doc="Share of people drawn from the camp that supports the movement.",
        plausible=Plausible(
            0.45, 0.75,
            "from just short of half to a clear majority: no poll asked the users of a platform",
        ),
    )  # fmt: skip
    supporter_opinion: float = quantity(
        0.45, unit="opinion, -1 to 1", low=-1, high=1, source="assumption", doc="Centre of the supporters' opinions.",
        plausible=Plausible(0.2, 0.7, "from leaning to firm; the scale has no unit that a poll gives"),
    )  # fmt: skip
    opponent_opinion: float = quantity(
        -0.35, unit="opinion, -1 to 1", low=-1, high=1, source="assumption", doc="Centre of the opponents' opinions.",
        plausible=Plausible(-0.7, -0.1, "from firm to leaning; the scale has no unit that a poll gives"),
    )  # fmt: skip
    spread: float = quantity(
        0.25, unit="opinion (standard deviation)", low=0, high=1, source="assumption",
        doc="Spread of opinions inside each camp (bell-shaped, clipped to [-1, 1]).",
        plausible=Plausible(0.15, 0.4, "from camps of one mind to camps that overlap by far"),
    )  # fmt: skip
    confidence_low: float = quantity(
        0.4,
        unit="opinion distance",
        low=0,
        high=2,
        source="assumption",
        doc="Least tolerant person's confidence bound.",
        plausible=Plausible(0.2, 0.6, "from hearing hardly anybody else to hearing most of the other camp's moderates"),
    )  # fmt: skip
    confidence_high: float = quantity(
        0.8, unit="opinion distance", low=0, high=2, source="assumption", doc="Most tolerant person's confidence bound.",
        plausible=Plausible(0.6, 1.2, "from hearing moderates to hearing nearly everybody"),
    )  # fmt: skip
    susceptibility_low: float = quantity(
        1.0, unit="share", low=0, high=1, source="given by the user",
        doc="Least susceptible person's weight of others against their own first opinion, in rules that use it.",
    )  # fmt: skip
    susceptibility_high: float = quantity(
        1.0, unit="share", low=0, high=1, source="given by the user", doc="Most susceptible person's weight of others."
    )
    sessions_per_day: float = quantity(
        0.6, unit="sessions per person and day", low=0, high=1000,
        source="assumption: about 40 % of a platform's monthly users open it on a given day",
        doc="Mean number of times a day that a person reads the feed.",
        plausible=Plausible(
            0.3, 1.2, "factor of two either way: a quarter to over half of people look in on a given day", log=True
        ),
    )  # fmt: skip
    equal_sessions: bool = quantity(
        False, unit="yes or no", source="assumption: attention is unequal",
        doc="Everybody has the same number of sessions instead of an exponential distribution of them.",
    )  # fmt: skip
    sessions_tail: float | None = quantity(
        None, unit="exponent", low=1, low_open=True, high=100, source="given by the user",
        doc="Exponent of a power law of sessions, P(more than s) ~ s^-exponent (none: they are exponential).",
    )  # fmt: skip
    sessions_column: str = quantity(
        "", unit="text", source="given by the user",
        doc="Column of the graph's node table that has every citizen's sessions a day (empty: they are drawn).",
    )  # fmt: skip
    topic_readers: float = quantity(
        0.3, unit="share of people", low=0, high=1, source="assumption",
        doc="Share of people who also read the topic stream (the hashtag).",
        plausible=Plausible(0.1, 0.6, "from a few to most: who follows a hashtag is not published"),
    )  # fmt: skip
    profile: Profiles = quantity(
        default_factory=Profiles, unit="quantiles", source="given by the user", doc="What ordinary profiles show."
    )
    bare_profile: Profiles = quantity(
        default_factory=Profiles, unit="quantiles", source="given by the user",
        doc="What bare profiles show: those of accounts that look as if made for the purpose.",
    )  # fmt: skip
    bare: float = quantity(
        0.0, unit="share of people", low=0, high=1, source="given by the user",
        doc="Share of the accounts older than the calendar whose profile is bare.",
    )  # fmt: skip
    newcomers: Newcomers = quantity(
        default_factory=Newcomers, unit="people", source="given by the user", doc="Who registers during the calendar."
    )
    opinions: tuple[float, ...] = quantity(
        (), unit="opinion, -1 to 1", low=-1, high=1, source="given by the user",
        doc="Opinions to use as they are, one a person in the order of the nodes; empty to draw them.",
    )  # fmt: skip

    def check(self) -> None:
        if self.equal_sessions and self.sessions_tail is not None:
            raise InputError(
                f"must be left out where equal_sessions gives all the same, not {self.sessions_tail:g}",
                field="sessions_tail",
            )
        if self.confidence_low > self.confidence_high:
            raise InputError(
                f"must be at most confidence_high ({self.confidence_high:g}), not {self.confidence_low:g}",
                field="confidence_low",
            )
        if self.susceptibility_low > self.susceptibility_high:
            raise InputError(
                f"must be at most susceptibility_high ({self.susceptibility_high:g}), not {self.susceptibility_low:g}",
                field="susceptibility_low",
            )


class People(NamedTuple):
    """Drawn people, one row a person: opinion and confidence bound in opinion units, susceptibility and courage in [0, 1],
    joining threshold, sessions a day, whether the person reads the topic stream (0 or 1), and inner confidence at the start in
    [0, 1]."""

    opinion: NDArray[np.float64]
    confidence_bound: NDArray[np.float32]
    susceptibility: NDArray[np.float32]
    courage: NDArray[np.float32]
    joining: NDArray[np.float64]
    sessions_per_day: NDArray[np.float32]
    topic_reader: NDArray[np.uint8]
    inner_confidence: NDArray[np.float64]


THRESHOLD = Quantity(unit="opinion units", low=-100, high=100)
"""What a threshold for joining may be where it is given (``mobilisation.thresholds``)."""


class Given(NamedTuple):
    """What is not drawn but used as it is: opinions, joining thresholds and confidence bounds, one a person in the order of the
    nodes, shape (people,); None to draw them."""

    opinion: NDArray[np.float64] | None = None
    threshold: NDArray[np.float64] | None = None
    confidence: NDArray[np.float64] | None = None

    def names(self) -> frozenset[str]:
        """What is given."""
        return frozenset(name for name, values in self._asdict().items() if values is not None)


NOTHING_GIVEN = Given()


def draw_people(
    settings: Population, people: int, joining_spread: float, seed: int, given: Given = NOTHING_GIVEN
) -> People:
    """Draw ``people`` persons but for what is ``given``; every draw is keyed by person id.

    Opinions are a mixture of two camps whose shape is the sum of three uniforms (bell-shaped with bounded tails, exact in
    floating point on every machine), clipped to [-1, 1].
    """
    camp = uniforms(seed, Stream.OPINION, 0, people, 0) < settings.supporters
    bell = sum(uniforms(seed, Stream.OPINION, 0, people, i) for i in (1, 2, 3)) * 2.0 - 3.0
    opinion = np.where(camp, settings.supporter_opinion, settings.opponent_opinion) + settings.spread * bell
    if given.opinion is not None:
        opinion = by_person(given.opinion)
    width = settings.confidence_high - settings.confidence_low
    confidence = settings.confidence_low + width * uniforms(seed, Stream.CONFIDENCE, 0, people, 0)
    if given.confidence is not None:
        confidence = by_person(given.confidence)
    susceptibility = settings.susceptibility_low + (
        settings.susceptibility_high - settings.susceptibility_low
    ) * uniforms(seed, Stream.SUSCEPTIBILITY, 0, people, 0)
    # Thresholds that are drawn are of single precision; those that are given may stand for a number of people exactly.
    joining = (joining_spread * uniforms(seed, Stream.JOINING, 0, people, 0)).astype(np.float32).astype(np.float64)
    if given.threshold is not None:
        joining = by_person(given.threshold)
    return People(
        opinion=np.clip(opinion, -1.0, 1.0),
        confidence_bound=confidence.astype(np.float32),
        susceptibility=susceptibility.astype(np.float32),
        courage=uniforms(seed, Stream.COURAGE, 0, people, 0).astype(np.float32),
        joining=joining,
        sessions_per_day=_sessions(settings, people, seed).astype(np.float32),
        topic_reader=(uniforms(seed, Stream.TOPIC_READER, 0, people, 0) < settings.topic_readers).astype(np.uint8),
        inner_confidence=uniforms(seed, Stream.INNER_CONFIDENCE, 0, people, 0),
    )


def _sessions(settings: Population, people: int, seed: int) -> NDArray[np.float64]:
    """Sessions a day of each person, with mean ``sessions_per_day``."""
    if settings.equal_sessions:
        return np.full(people, settings.sessions_per_day)
    if settings.sessions_tail is None:
        return settings.sessions_per_day * _LN2 * exponentials(seed, Stream.ACTIVITY, 0, people, 0)
    least = settings.sessions_per_day * (1.0 - 1.0 / settings.sessions_tail)
    return least * powers(1.0 - uniforms(seed, Stream.ACTIVITY, 0, people, 0), -1.0 / settings.sessions_tail)
