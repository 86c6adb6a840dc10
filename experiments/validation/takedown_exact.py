"""Takedown timing x scale with an exact answer: the voter model with zealots on the complete graph.

N people copy a uniformly random other account, Z+ organisers say +1, Z- trolls say -1. Between interventions the expected share
of + moves towards x* = Z+ / Z by the factor 1 - p Z / (N + Z - 1) a tick, p being the probability to read in a tick (Mobilia,
Petersen and Redner 2007, arXiv 0706.2892; transient derived). It is the headline experiment in a world where the answer is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
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
)
from experiments.validation.ensemble import ensemble, over
from experiments.validation.worlds import LONGEST, share_of_plus, voter_world
from sim.engine.engine import Engine
from sim.fields import InputError, Settings, quantity

_SOURCE = "Mobilia, Petersen & Redner 2007, arXiv 0706.2892"
_MARKS = 8  # moments of a run that the figure shows
_FIRST = 400  # runs of every case, after which its spread tells how many it takes


Case = tuple[float, float] | None
"""When trolls are removed, and what share of them; None without a removal."""


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
    error: float = quantity(
        0.0024, unit="share of +", low=0, low_open=True, high=1, source="model choice",
        doc="Standard error aimed at: a case has more than 400 runs only if it takes them.",
    )  # fmt: skip
    runs: int = quantity(
        1600, unit="runs", low=2, high=1_000_000, source="model choice", doc="Most runs of a case (seeds 1, 2, …)."
    )

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

    def until(engine: Engine, step: int) -> list[float]:
        shares = []
        for mark in [mark for mark in marks if engine.step_index < mark <= step]:
            engine.advance(mark)
            shares.append(share_of_plus(engine))
        engine.advance(step)
        return shares

    def simulate(cases: Collection[Case], seed: int) -> dict[Case, list[float]]:
        """The share of + at all marks in each of the ``cases``, which have the days before a removal in common."""
        engine = drawn.start(seed)
        shares: list[float] = []
        paths: dict[Case, list[float]] = {}
        for when in sorted({case[0] for case in cases if case is not None}):
            shares = shares + until(engine, world.tick(when))
            for key, branch in branches.items():
                if key[0] == when and key in cases:
                    paths[key] = shares + until(engine.fork(branch), end)
        if None in cases:
            paths[None] = shares + until(engine, end)
        return paths

    paths = _enough_runs(p, (None, *branches), simulate, progress)
    checks, curves, points = [], [], []
    day: float | None
    for key in (None, *branches):
        day, share = (None, 0.0) if key is None else key
        tick, removed = None if day is None else world.tick(day), p.removed(share)
        measured, error = mean_and_error([path[-1] for path in paths[key]])
        case = "no removal" if day is None else f"T = {day:g}, {removed} of {p.z_minus} removed"
        parameters: dict[str, Any] = {
            "people": p.people, "start": p.start, "z_plus": p.z_plus, "z_minus": p.z_minus, "horizon": p.horizon,
            "day": day, "share": share, "removed": removed, "ticks_per_sweep": p.ticks_per_sweep,
            "runs": len(paths[key]),
        }  # fmt: skip
        expected = expected_share(p, end, tick, removed)
        checks.append(Check("takedown_exact", case, parameters, expected, measured, error, 4.0 * error))
        begin = tick or 0
        steps = np.unique(np.linspace(begin, end, 121).astype(int))
        sweeps = steps / p.ticks_per_sweep
        curves.append(Curve(case, sweeps, [expected_share(p, int(step), tick, removed) for step in steps]))
        shown = [i for i, mark in enumerate(marks) if mark > begin]
        means, errors = means_and_errors(paths[key])
        points.append(Points(case, np.array(marks)[shown] / p.ticks_per_sweep, means[shown], errors[shown]))
    chart = Chart("time, sweeps", "share of people who hold +", tuple(curves), tuple(points))
    fewest, most = min(map(len, paths.values())), max(map(len, paths.values()))
    number = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    caption = f"Lines: exact expectation. Points: mean of {number} runs with 95 % intervals."
    return Result(checks, (chart,), caption)


def _enough_runs(
    p: Parameters, cases: Sequence[Case], simulate: Callable[[Collection[Case], int], dict[Case, list[float]]],
    progress: Progress,
) -> dict[Case, list[list[float]]]:  # fmt: skip
    """Paths of each case in the first runs, and then in as many more as its standard error takes. How many these are is settled
    by the spread in the first ones, before any other is run."""
    first = min(p.runs, _FIRST)
    rows = over(first, partial(simulate, cases), lambda done, _: progress(done, p.runs))
    paths = {case: [row[case] for row in rows] for case in cases}
    needed = {case: runs_needed([path[-1] for path in paths[case]], p) for case in cases}
    longest = max(needed.values())

    def more(item: int) -> dict[Case, list[float]]:
        return simulate([case for case in cases if needed[case] >= first + item], first + item)

    for row in over(longest - first, more, lambda done, _: progress(first + done, longest)):
        for case, path in row.items():
            paths[case].append(path)
    return paths


def runs_needed(shares: Sequence[float], p: Parameters) -> int:
    """Runs in which a share with the spread of these has the standard error aimed at: these at least, ``runs`` at most."""
    _, error = mean_and_error(shares)
    return max(len(shares), min(p.runs, math.ceil(len(shares) * (error / p.error) ** 2)))


VALIDATION = Validation(
    name="takedown_exact",
    source=_SOURCE,
    setup="voter model with zealots on the complete graph; trolls removed at T; share of + at the horizon",
    parameters=Parameters,
    run=run,
    quick={"runs": 60},
)
