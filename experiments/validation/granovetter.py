"""Granovetter's thresholds: everybody joins once the share who joined last time reaches their own threshold.

With thresholds 0, 1, 2 … N - 1 people each event brings one more, until all have joined; with the threshold k replaced by
k + 1, nobody follows the first k. Where thresholds are Normal with distribution function F, turnout at rest is the least x with
x = F(x); as their spread grows it jumps where that root merges with the next, at F'(x) = 1 (Granovetter 1978). The N thresholds
are the law's quantiles at (i + 1/2) / N: they follow F within half a person everywhere, which bounds the turnout by the least
roots of x = F(x) - 1/2N and x = F(x) + 1/2N. (Thresholds drawn at random do not: of 300 samples of 10,000 with spread .12 seven
jumped, and their critical spreads vary by .0015.)
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

import sim
from experiments.validation.check import Chart, Check, Curve, Points, Progress, Result, Validation, numbers
from experiments.validation.ensemble import ensemble, over
from sim.calendar import Calendar, Event
from sim.fields import InputError, Settings, quantity
from sim.graph import Complete
from sim.opinion import Mobilisation
from sim.people import Population

_SOURCE = "Granovetter 1978, doi 10.1086/226707"
_NARROWEST, _WIDEST = 0.01, 1.0 / math.sqrt(2.0 * math.pi)  # beyond it F' < 1 everywhere: nothing can jump
_BRACKET = 1e-5  # width at which the bisection for the critical spread ends
_VAGUE = 0.05  # expected turnout known no better than that is not judged


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``spread`` is a number or a list."""

    ladder: int = quantity(100, unit="people", low=2, high=2000, source=_SOURCE, doc="People with thresholds 0, 1, 2 …")
    replaced: int = quantity(
        1,
        unit="people",
        low=0,
        high=2000,
        source=_SOURCE,
        doc="Threshold that is then replaced by the next higher one.",
    )
    people: int = quantity(
        10_000, unit="people", low=100, high=100_000, source="model choice", doc="People with Normal thresholds (N)."
    )
    mean: float = quantity(
        0.25, unit="share of people", low=0.05, high=0.45, source=_SOURCE, doc="Mean of the Normal thresholds."
    )
    spread: float | tuple[float, ...] = quantity(
        (0.12, 0.13), unit="share of people", low=_NARROWEST, high=2, source=_SOURCE,
        doc="Standard deviations of the Normal thresholds.",
    )  # fmt: skip
    longest: int = quantity(2500, unit="events", low=2, high=65_535, source="model choice", doc="Events to rest in.")

    def check(self) -> None:
        if self.replaced >= self.ladder:
            raise InputError(f"must be below ladder ({self.ladder}), not {self.replaced}", field="replaced")


def threshold_world(thresholds: Sequence[float], events: int) -> sim.World:
    """People on one side with these thresholds (shares of them), an event every tick, and nothing else that happens."""
    first = datetime.date(2019, 5, 1)
    days = (first + datetime.timedelta(days=i) for i in range(events))
    return sim.World(
        people=len(thresholds),
        days=events,
        first_day=first.isoformat(),
        population=Population(sessions_per_day=0.0, supporters=1.0, supporter_opinion=1.0, spread=0.0),
        graph=Complete(),
        calendar=Calendar(events=tuple(Event(day.isoformat(), 1, hour=0) for day in days)),
        mobilisation=Mobilisation(
            thresholds=tuple(thresholds), conviction=0.0, complementarity=1.0, turnout_weight=1.0, call=0.0
        ),
    )


def joined(thresholds: Sequence[float], longest: int) -> NDArray[np.int64]:
    """People who join each event, up to the first that brings nobody new. InputError if ``longest`` events are too few."""
    events = min(longest, len(thresholds) + 2)  # each but the last brings somebody
    engine = ensemble(threshold_world(thresholds, events)).start(1)
    while engine.step_index < engine.last_step:
        engine.advance(engine.step_index + 1)
        turnout = engine.state.turnout[: engine.step_index]
        if turnout.size > 1 and turnout[-1] == turnout[-2]:
            return turnout[:-1].copy()
    raise InputError(f"must be more: after {events:,} events more people still join", field="granovetter.longest")


def ladder(people: int, replaced: int | None = None) -> list[float]:
    """Thresholds 0, 1, 2 … as shares of the people, one of them replaced by the next higher one."""
    counts = list(range(people))
    if replaced is not None:
        counts[replaced] += 1
    return [count / people for count in counts]


def normal(people: int, mean: float, spread: float) -> list[float]:
    """The quantiles of a Normal law at (i + 1/2) / N."""
    return [float(t) for t in mean + spread * stats.norm.ppf((np.arange(people) + 0.5) / people)]


def _rising(mean: float, spread: float, offset: float) -> tuple[float, float]:
    """Where x - F(x) - ``offset`` is greatest left of the mean, and its value there; nan where F' < 1 everywhere."""
    if spread >= _WIDEST:
        return math.nan, math.nan
    u = -math.sqrt(-2.0 * math.log(spread / _WIDEST))  # where F' = 1
    return mean + spread * u, mean + spread * u - float(stats.norm.cdf(u)) - offset


def at_rest(mean: float, spread: float, offset: float = 0.0) -> float:
    """The least x in [0, 1] with x = F(x) + ``offset``, F Normal, cut to [0, 1]."""

    def left(x: float) -> float:
        return x - float(stats.norm.cdf((x - mean) / spread)) - offset

    if left(0.0) >= 0.0:
        return 0.0
    top, height = _rising(mean, spread, offset)
    if height >= 0.0 and top > 0.0:
        return float(optimize.brentq(left, 0.0, top, xtol=1e-12))
    start = max(top, 0.0) if math.isfinite(top) else 0.0
    return float(optimize.brentq(left, start, 1.0, xtol=1e-12)) if left(1.0) > 0.0 else 1.0


def critical_spread(mean: float, offset: float = 0.0) -> float:
    """The spread at which the two lower roots of x = F(x) + ``offset`` merge."""
    widest = _WIDEST * (1.0 - 1e-12)
    return float(optimize.brentq(lambda s: _rising(mean, s, offset)[1], _NARROWEST, widest, xtol=1e-12))


def measured_critical_spread(p: Parameters, around: float) -> float:
    """The spread at which turnout at rest jumps, by bisection between a tenth below and a tenth above."""
    low, high = 0.9 * around, 1.1 * around
    between = (at_rest(p.mean, low) + at_rest(p.mean, high)) / 2.0
    while high - low > _BRACKET:
        middle = (low + high) / 2.0
        if joined(normal(p.people, p.mean, middle), p.longest)[-1] > between * p.people:
            high = middle
        else:
            low = middle
    return (low + high) / 2.0


def run(p: Parameters, progress: Progress) -> Result:
    """Ladders (exactly), turnout at rest and the critical spread (within half a person of the law). No chance is involved."""
    spreads = numbers(p.spread)
    critical = critical_spread(p.mean)
    drawn = sorted({*spreads, *np.linspace(0.7 * critical, 1.4 * critical, 15).tolist()})
    whole, broken = ladder(p.ladder), ladder(p.ladder, p.replaced)
    jobs: list[Any] = [whole, broken, *(normal(p.people, p.mean, s) for s in drawn), None]

    def job(number: int) -> Any:
        thresholds = jobs[number - 1]
        return joined(thresholds, p.longest) if thresholds else measured_critical_spread(p, critical)

    first, second, *curves, jump = over(len(jobs), job, progress)
    half = 0.5 / p.people
    turnout = {spread: curve[-1] / p.people for spread, curve in zip(drawn, curves, strict=True)}
    about: dict[str, Any] = {"people": p.ladder, "quantity": "people who join at rest"}
    checks = [
        Check("granovetter", f"thresholds 0 to {p.ladder - 1}: people who join", about, p.ladder, float(first[-1]), 0.0, 0.0),
        Check("granovetter", f"the threshold {p.replaced} replaced by {p.replaced + 1}: people who join",
              {**about, "replaced": p.replaced}, p.replaced, float(second[-1]), 0.0, 0.0),
    ]  # fmt: skip
    about = {"people": p.people, "mean": p.mean}
    for spread in spreads:
        low, middle, high = (at_rest(p.mean, spread, offset) for offset in (-half, 0.0, half))
        known = high - low <= _VAGUE
        checks.append(
            Check("granovetter", f"Normal({p.mean:g}, {spread:g}): turnout at rest",
                  {**about, "spread": spread, "quantity": "turnout at rest"}, middle if known else None, turnout[spread], 0.0,
                  max(high - middle, middle - low) + 1.0 / p.people)
        )  # fmt: skip
    bounds = [critical_spread(p.mean, offset) for offset in (-half, half)]
    checks.append(
        Check("granovetter", f"Normal({p.mean:g}, σ): critical σ", {**about, "quantity": "critical spread"}, critical, jump, 0.0,
              max(abs(bound - critical) for bound in bounds) + _BRACKET)
    )  # fmt: skip
    fine = np.unique(np.concatenate([np.linspace(drawn[0], drawn[-1], 400), critical + np.array([-1e-6, 1e-6])]))
    charts = (
        Chart("standard deviation of the thresholds", "share of people who join at rest",
              (Curve("least x with x = F(x)", fine, [at_rest(p.mean, s) for s in fine]),),
              (Points(f"simulated, N = {p.people:,}", drawn, [turnout[s] for s in drawn]),)),
        Chart("event", "people who join",
              (Curve(f"thresholds 0 to {p.ladder - 1}", *_staircase(p.ladder, p.ladder)),
               Curve(f"the threshold {p.replaced} replaced", *_staircase(p.replaced, p.ladder))),
              (Points("", *_every_few(first, p.ladder)), Points("", *_every_few(second, p.ladder)))),
    )  # fmt: skip
    return Result(checks, charts, "Lines: expected. Points: simulated; no chance is involved.")


def _staircase(last: int, events: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One more at each event, up to ``last``."""
    event = np.arange(1, events + 1)
    return event, np.minimum(event, last)


def _every_few(counts: NDArray[np.int64], events: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Some twenty of the events 1 … ``events``, after the last of which as many join as in it."""
    event = np.arange(1, events + 1)[:: max(1, events // 20)]
    return event, counts[np.minimum(event, counts.size) - 1]


VALIDATION = Validation(
    name="granovetter",
    source=_SOURCE,
    setup="everybody sees how many joined the last event and joins from their threshold on; turnout at rest",
    parameters=Parameters,
    run=run,
    quick={"people": 2000},
)
