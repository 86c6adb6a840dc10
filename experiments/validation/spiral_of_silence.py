"""The spiral of silence with bots: which side is heard in the end, and how few bots tip it.

Ross et al. 2019: people of two sides, by coin, on a graph of preferential attachment speak while their confidence exceeds a
threshold; their inner confidence moves by (same - opposed) / (same + opposed) over the neighbours who speak, until nobody's
confidence moves by 1e-4 any more. The side that then has more speakers among the people has won (equal numbers count half).
Published: the side of the best-connected person wins in 60 to 70 % of runs, and 2 to 4 % of bots tip about two thirds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import sim
from experiments.validation.check import (
    Chart,
    Check,
    Points,
    Progress,
    Result,
    Validation,
    mean_and_error,
    means_and_errors,
    runs_field,
)
from experiments.validation.ensemble import alone, over, part_of
from sim.actors import Campaign
from sim.calendar import Calendar
from sim.engine.engine import Engine
from sim.feed import Feed
from sim.fields import InputError, Settings, quantity
from sim.graph import Preferential
from sim.opinion import FriedkinJohnsen, Opinion
from sim.opinion.expression import Expression, confidences, speakers
from sim.people import Population

_SOURCE = "Ross et al. 2019, doi 10.1080/0960085X.2018.1560920"
_REST = 1e-4  # movement of confidence in a tick, below which people are at rest
_TOLERANCE = 0.05
# People, links of each and confidence step of the published runs; how often the hub's side wins without bots, and the bots'.
_PUBLISHED_SETUP = (1000, 1, 1.0)
_HUB = 0.64
_PUBLISHED = {20: 0.65, 40: 0.75}


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``bots`` is a number or a list."""

    people: int = quantity(_PUBLISHED_SETUP[0], unit="people", low=10, high=100_000, source=_SOURCE, doc="People.")
    links: int = quantity(_PUBLISHED_SETUP[1], unit="links per newcomer", low=1, high=100, source=_SOURCE, doc="m.")
    bots: int | tuple[int, ...] = quantity(
        tuple(_PUBLISHED), unit="accounts", low=0, high=100_000, source=_SOURCE, doc="Bots, all on one side and never silent."
    )  # fmt: skip
    step: float = quantity(
        _PUBLISHED_SETUP[2], unit="inner confidence per tick", low=0, low_open=True, high=10, source=_SOURCE,
        doc="Change of the inner confidence in a tick among speakers of one side.",
    )  # fmt: skip
    longest: int = quantity(3000, unit="ticks", low=2, high=65_535, source="model choice", doc="Ticks to rest in.")
    runs: int = runs_field(900)

    def check(self) -> None:
        if self.links >= self.people:
            raise InputError(f"must be below people ({self.people}), not {self.links}", field="links")


class Outcome(NamedTuple):
    """What a run gave: how many people spoke at the start and after each tick, for (row 0) and against (row 1), and the side of
    the best-connected person (+1, -1)."""

    speaking: NDArray[np.int64]
    hub_side: float

    def won(self, side: float) -> float:
        """1 if a side has more speakers at rest, 0 if it has fewer, 1/2 if as many."""
        return (1.0 + float(np.sign(side * (self.speaking[0, -1] - self.speaking[1, -1])))) / 2.0

    def winners_and_losers(self, ticks: int) -> NDArray[np.int64]:
        """Speakers of the side that won (row 0) and of the other from the start to a tick."""
        tick = np.minimum(np.arange(ticks + 1), self.speaking.shape[1] - 1)
        return self.speaking[:: 1 if self.won(1.0) >= 0.5 else -1, tick]


def silence_world(p: Parameters, bots: int) -> sim.World:
    """People with opinions +1 or -1 that never change, who all read every tick what the neighbours who speak say."""
    return sim.World(
        people=p.people,
        days=p.longest,
        population=Population(
            supporters=0.5, supporter_opinion=1.0, opponent_opinion=-1.0, spread=0.0, sessions_per_day=1.0,
            equal_sessions=True, topic_readers=0.0, susceptibility_low=0.0, susceptibility_high=0.0,
        ),
        graph=Preferential(links=p.links),
        calendar=Calendar(clock=(1.0,)),
        feed=Feed(reading="all_followees", topic_slots=0),
        opinion=Opinion(rule=FriedkinJohnsen(), anchoring=0.0),
        expression=Expression(posting=0.0, silence_by="confidence", confidence_step=p.step),
        campaign=Campaign(accounts=bots, stance=-1.0, clock=(1.0,)),
    )  # fmt: skip


def outcome(world: sim.World, seed: int) -> Outcome:
    """One run on people and a graph of its own until it is at rest. InputError if the world has too few ticks."""
    engine = alone(world, seed)
    confidence = confidences(engine.state.inner_confidence)
    speaking = [_speaking(engine)]
    while engine.step_index < engine.last_step:
        before = confidence
        engine.advance(engine.step_index + 1)
        confidence = confidences(engine.state.inner_confidence)
        speaking.append(_speaking(engine))
        if np.abs(confidence - before).max() < _REST:
            return Outcome(np.array(speaking).T, _hub_side(engine))
    raise InputError(
        f"must be more: after {world.days:,} ticks confidence still moves", field="spiral_of_silence.longest"
    )


def _speaking(engine: Engine) -> tuple[int, int]:
    """How many people speak now for and against."""
    side = engine.society.anchor[speakers(engine.state.inner_confidence, engine.society.courage)]
    plus = int(np.count_nonzero(side > 0.0))
    return plus, side.size - plus


def _hub_side(engine: Engine) -> float:
    """The side of the person with most links to people."""
    society, people = engine.society, engine.world.people
    hub = int(np.argmax(np.bincount(society.followees[: society.indptr[people]], minlength=people)[:people]))
    return float(society.anchor[society.person[hub]])


def run(p: Parameters, progress: Progress) -> Result:
    """How often the hub's side wins without bots, and the bots' side with them, each over independent people and graphs."""
    bots = [*p.bots] if isinstance(p.bots, Sequence) else [p.bots]
    cases = sorted({0, *bots})
    found = {
        number: over(p.runs, partial(outcome, silence_world(p, number)), part_of(progress, i, len(cases)))
        for i, number in enumerate(cases)
    }
    published = (p.people, p.links, p.step) == _PUBLISHED_SETUP
    about: dict[str, Any] = {"people": p.people, "links": p.links, "step": p.step, "runs": p.runs}
    checks = []

    def add(case: str, number: int, quantity_: str, expected: float | None, wins: list[float]) -> None:
        mean, error = mean_and_error(wins)
        parameters = {**about, "bots": number, "quantity": f"share of runs that the {quantity_} wins"}
        tolerance = max(_TOLERANCE, 3.0 * error)  # the second where there are few runs
        checks.append(
            Check("spiral_of_silence", case, parameters, expected if published else None, mean, error, tolerance)
        )

    hub = "without bots: the best-connected person's side wins"
    add(hub, 0, "hub's side", _HUB, [o.won(o.hub_side) for o in found[0]])
    for number in bots:
        wins = [o.won(-1.0) for o in found[number]]
        add(f"{number} bots: their side wins", number, "bots' side", _PUBLISHED.get(number), wins)
    caption = f"Left: {p.runs:,} runs each, with people and a graph of their own. Right: the runs without bots. 95 % intervals."
    return Result(checks, (_wins_chart(checks), _spiral_chart(p, found[0])), caption)


def _wins_chart(checks: Sequence[Check]) -> Chart:
    known = {place: check.expected for place, check in enumerate(checks) if check.expected is not None}
    published = Points("published", list(known), list(known.values()), expected=True)
    measured = [check.measured for check in checks]
    simulated = Points("simulated", range(len(checks)), measured, [check.standard_error for check in checks])
    names = ("hub's side, no bots", *(f"bots' side, {check.parameters['bots']} bots" for check in checks[1:]))
    return Chart("", "share of runs won", points=(*([published] if known else []), simulated), categories=names)


def _spiral_chart(p: Parameters, found: Sequence[Outcome]) -> Chart:
    last = int(np.quantile([o.speaking.shape[1] - 1 for o in found], 0.9))
    ticks = np.unique(np.linspace(0, last, 25).astype(int))
    shares = np.array([o.winners_and_losers(last)[:, ticks] for o in found]) / p.people
    series = []
    for row, label in enumerate(("side that wins", "other side")):
        mean, error = means_and_errors(shares[:, row])
        series.append(Points(label, ticks, mean, error))
    return Chart("tick", "share of people who speak", points=tuple(series))


VALIDATION = Validation(
    name="spiral_of_silence",
    source=_SOURCE,
    setup="preferential attachment, people speak while confident, bots are never silent; whose side has more speakers at rest",
    parameters=Parameters,
    run=run,
    quick={"runs": 120, "bots": 40},
)
