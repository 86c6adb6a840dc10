"""Takedown timing x scale with an exact answer: the voter model with zealots on the complete graph.

N people copy a uniformly random other account, Z+ organisers say +1, Z- trolls say -1. Between interventions the expected share
of + moves towards x* = Z+ / Z by the factor 1 - p Z / (N + Z - 1) a tick, p being the probability to read in a tick (Mobilia,
Petersen and Redner 2007, arXiv 0706.2892; transient derived). It is the headline experiment in a world where the answer is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

import sim
from experiments.validation.check import (
    Chart,
    Check,
    Curve,
    Points,
    Progress,
    Result,
    Validation,
    mean_and_error,
    means_and_errors,
    numbers,
    runs_field,
)
from experiments.validation.ensemble import ensemble, over
from experiments.validation.worlds import LONGEST, share_of_plus, voter_world
from sim.engine.stage import Stage
from sim.fields import InputError, Settings, quantity

_SOURCE = "Mobilia, Petersen & Redner 2007, arXiv 0706.2892"
_MARKS = 8  # moments of a run that the figure shows


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``day`` and ``share`` are a number or a list, and every day goes with every share."""

    people: int = quantity(1000, unit="people", low=2, high=100_000, source=_SOURCE, doc="People (N).")
    start: float = quantity(0.7, unit="share of +", low=0, high=1, source=_SOURCE, doc="Share of + at the start.")
    z_plus: int = quantity(20, unit="accounts", low=0, high=1_000_000, source=_SOURCE, doc="Organisers (Z+).")
    z_minus: int = quantity(50, unit="accounts", low=0, high=1_000_000, source=_SOURCE, doc="Trolls (Z-).")
    horizon: int = quantity(40, unit="sweeps", low=1, high=LONGEST, source=_SOURCE, doc="Length of a run.")
    day: float | tuple[float, ...] = quantity(
        (1.0, 5.0, 20.0), unit="sweep", low=0, source="model choice", doc="When trolls are removed (T)."
    )
    share: float | tuple[float, ...] = quantity(
        (0.5, 1.0), unit="share of the trolls", low=0, high=1, source="model choice", doc="How many are removed."
    )
    ticks_per_sweep: int = quantity(
        10, unit="ticks", low=1, high=1440, source="model choice", doc="1 / probability to read in a tick."
    )
    runs: int = runs_field(1600)

    def check(self) -> None:
        zealots = self.z_plus + self.z_minus
        if zealots >= self.people:
            raise InputError(
                f"must leave fewer zealots (z_plus + z_minus) than people ({self.people:,}), not {zealots:,}",
                field="z_minus",
            )
        if self.horizon * self.ticks_per_sweep > LONGEST:
            raise InputError(
                f"must leave at most {LONGEST:,} ticks with ticks_per_sweep, not {self.horizon * self.ticks_per_sweep:,}",
                field="horizon",
            )
        for day in numbers(self.day):
            if day >= self.horizon:
                raise InputError(f"must be below the horizon ({self.horizon} sweeps), not {day:g}", field="day")

    @property
    def positive(self) -> int:
        """People who begin at +1."""
        return math.floor(self.people * self.start + 0.5)

    def removed(self, share: float) -> int:
        """Trolls removed at a share of them."""
        return math.floor(share * self.z_minus + 0.5)


def expected_share(p: Parameters, step: int, removal: int | None = None, removed: int = 0) -> float:
    """Expected share of + after ``step`` ticks, of which ``removal`` before ``removed`` trolls go (None: never)."""

    def move(x: float, ticks: int, trolls: int) -> float:
        zealots = p.z_plus + trolls
        if zealots == 0:
            return x
        fixed = p.z_plus / zealots
        return fixed + (x - fixed) * (1.0 - zealots / (p.ticks_per_sweep * (p.people + zealots - 1))) ** ticks

    start = p.positive / p.people
    if removal is None or step <= removal:
        return move(start, step, p.z_minus)
    return move(move(start, removal, p.z_minus), step - removal, p.z_minus - removed)


def run(p: Parameters, progress: Progress) -> Result:
    """Simulate every day x share and no removal at all, and compare the mean share of + with the exact answer (4 SE)."""
    world = voter_world(p.people, p.positive, p.z_plus, p.z_minus, p.horizon, p.ticks_per_sweep)
    drawn, end = ensemble(world), world.ticks
    marks = np.unique(np.linspace(0, end, _MARKS + 1).astype(int))[1:].tolist()
    branches = {
        (when, part): sim.Branch(policies=(sim.moderation.Takedown(day=when, accounts=p.removed(part)),))
        for when in numbers(p.day)
        for part in numbers(p.share)
    }
    days = sorted({when for when, _ in branches})

    def until(stage: Stage, step: int) -> list[float]:
        shares = []
        for mark in [mark for mark in marks if stage.step_index < mark <= step]:
            stage.advance(mark)
            shares.append(share_of_plus(stage))
        stage.advance(step)
        return shares

    def simulate(seed: int) -> dict[tuple[float, float] | None, list[float]]:
        stage = drawn.start(seed)
        shares: list[float] = []
        paths: dict[tuple[float, float] | None, list[float]] = {}
        for when in days:
            shares = shares + until(stage, world.tick(when))
            fork = stage.snapshot()
            for key, branch in branches.items():
                if key[0] == when:
                    paths[key] = shares + until(drawn.start(seed, branch, fork), end)
        return {None: shares + until(stage, end), **paths}

    paths = over(p.runs, simulate, progress)
    checks, curves, points = [], [], []
    day: float | None
    for key in (None, *branches):
        day, share = (None, 0.0) if key is None else key
        tick, removed = None if day is None else world.tick(day), p.removed(share)
        measured, error = mean_and_error([path[key][-1] for path in paths])
        case = "no removal" if day is None else f"T = {day:g}, {removed} of {p.z_minus} removed"
        parameters: dict[str, Any] = {
            "people": p.people, "start": p.start, "z_plus": p.z_plus, "z_minus": p.z_minus, "horizon": p.horizon,
            "day": day, "share": share, "removed": removed, "ticks_per_sweep": p.ticks_per_sweep, "runs": p.runs,
        }  # fmt: skip
        expected = expected_share(p, end, tick, removed)
        checks.append(Check("takedown_exact", case, parameters, expected, measured, error, 4.0 * error))
        begin = tick or 0
        steps = np.unique(np.linspace(begin, end, 121).astype(int))
        sweeps = steps / p.ticks_per_sweep
        curves.append(Curve(case, sweeps, [expected_share(p, int(step), tick, removed) for step in steps]))
        shown = [i for i, mark in enumerate(marks) if mark > begin]
        means, errors = means_and_errors([path[key] for path in paths])
        points.append(Points(case, np.array(marks)[shown] / p.ticks_per_sweep, means[shown], errors[shown]))
    chart = Chart("time, sweeps", "share of people who hold +", tuple(curves), tuple(points))
    caption = f"Lines: exact expectation. Points: mean of {p.runs:,} runs with 95 % intervals."
    return Result(checks, (chart,), caption)


VALIDATION = Validation(
    name="takedown_exact",
    source=_SOURCE,
    setup="voter model with zealots on the complete graph; trolls removed at T; share of + at the horizon",
    parameters=Parameters,
    run=run,
    quick={"runs": 60},
)
