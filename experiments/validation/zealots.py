"""The stationary law of the voter model with zealots on the complete graph.

With Z+ and Z- zealots the number of + among N people is Beta-binomial with parameters Z+ and Z- where one person copies at a
time: mean Z+ / Z and variance Z+ Z- (N + Z) / (Z^2 (Z + 1) N) of the share (Mobilia, Petersen and Redner 2007). The engine lets
everybody read at once with a small probability p a tick; the variance is then about p / 2 of its value too small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

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
    runs_field,
)
from experiments.validation.ensemble import ensemble, over, part_of
from experiments.validation.worlds import LONGEST, share_of_plus, voter_world
from sim.fields import InputError, Settings, quantity

_SOURCE = "Mobilia, Petersen & Redner 2007, arXiv 0706.2892"
_RELAXATIONS = 10  # relaxation times before a run counts: what is left of the start is e^-10
_SAMPLES = 5  # of the share of + in a relaxation time, about
_GROUPS = 10  # of the jackknife
_TOTAL_VARIATION = 0.03


class Case(NamedTuple):
    """People, and zealots of either side."""

    people: int
    z_plus: int
    z_minus: int


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; numbers of accounts are a number or a list, and lists go together in order."""

    people: int | tuple[int, ...] = quantity(
        (100, 50), unit="people", low=2, high=100_000, source=_SOURCE, doc="People (N)."
    )
    z_plus: int | tuple[int, ...] = quantity(
        (2, 1), unit="accounts", low=1, high=10_000, source=_SOURCE, doc="Organisers (Z+)."
    )
    z_minus: int | tuple[int, ...] = quantity(
        (6, 1), unit="accounts", low=1, high=10_000, source=_SOURCE, doc="Trolls (Z-)."
    )
    ticks_per_sweep: int = quantity(
        50, unit="ticks", low=1, high=1440, source="model choice", doc="1 / probability to read in a tick."
    )
    runs: int = runs_field(120)

    def check(self) -> None:
        for case in self.cases():
            if case.z_plus + case.z_minus >= case.people:
                raise InputError(
                    f"must leave fewer zealots (z_plus + z_minus) than people ({case.people:,}), "
                    f"not {case.z_plus + case.z_minus:,}",
                    field="z_minus",
                )
            if 2 * burn_in(case) * self.ticks_per_sweep > LONGEST:
                raise InputError(
                    f"must leave a run long enough to forget its start ({burn_in(case):,} sweeps) twice over within "
                    f"{LONGEST:,} ticks, not {self.ticks_per_sweep}",
                    field="ticks_per_sweep",
                )

    def cases(self) -> list[Case]:
        """The cases; a single number holds for all of them."""
        lists = {name: _whole(getattr(self, name)) for name in Case._fields}
        longest = max(len(values) for values in lists.values())
        for name, values in lists.items():
            if len(values) not in (1, longest):
                raise InputError(
                    f"must have one value or {longest}, as another list has, not {len(values)}", field=name
                )
        return [
            Case(*row)
            for row in zip(*(values * (longest if len(values) == 1 else 1) for values in lists.values()), strict=True)
        ]


def _whole(value: int | Sequence[int]) -> list[int]:
    return list(value) if isinstance(value, Sequence) else [value]


def stationary_law(case: Case) -> tuple[float, float, NDArray[np.float64]]:
    """Mean and variance of the share of +, and the probabilities of 0 … N people who hold +."""
    n, plus, minus = case
    z = plus + minus
    law = stats.betabinom(n, plus, minus).pmf(np.arange(n + 1))
    return plus / z, plus * minus * (n + z) / (z**2 * (z + 1) * n), np.asarray(law)


def relaxation(case: Case) -> float:
    """Sweeps in which the mean forgets its start by a factor e."""
    z = case.z_plus + case.z_minus
    return (case.people + z - 1) / z


def burn_in(case: Case) -> int:
    """Sweeps after which a run counts."""
    return math.ceil(_RELAXATIONS * relaxation(case))


def run(p: Parameters, progress: Progress) -> Result:
    """Sample the share of + a few times in each relaxation time; runs are the independent units of all errors."""
    checks: list[Check] = []
    charts = []
    cases = p.cases()
    for number, case in enumerate(cases):
        mean, variance, law = stationary_law(case)
        counts = _histograms(case, p, part_of(progress, number, len(cases)))
        share = np.arange(case.people + 1) / case.people
        means = counts @ share / counts.sum(axis=1)
        measured_mean, mean_error = mean_and_error(means)
        measured_variance, variance_error = mean_and_error(counts @ (share - measured_mean) ** 2 / counts.sum(axis=1))
        frequency = counts.sum(axis=0) / counts.sum()
        variation, variation_error = _total_variation(counts, law)
        parameters: dict[str, Any] = {**case._asdict(), "ticks_per_sweep": p.ticks_per_sweep, "runs": p.runs}
        name = f"N = {case.people}, Z = ({case.z_plus}, {case.z_minus})"

        def add(
            what: str, expected: float, measured: float, error: float, tolerance: float, name: str = name,
            parameters: dict[str, Any] = parameters,
        ) -> None:  # fmt: skip
            about = {**parameters, "quantity": what}
            checks.append(Check("zealots", f"{name}: {what}", about, expected, measured, error, tolerance))

        add("mean", mean, measured_mean, mean_error, 4.0 * mean_error)
        add("variance", variance, measured_variance, variance_error, 0.05 * variance + variance_error)
        add("total variation", 0.0, variation, variation_error, _TOTAL_VARIATION)
        _, frequency_error = _frequencies(counts)
        people = np.arange(case.people + 1)
        every = max(1, case.people // 50)
        charts.append(
            Chart(
                f"people who hold + of N = {case.people}",
                "probability",
                (Curve(f"Beta-binomial, Z = ({case.z_plus}, {case.z_minus})", people, law),),
                (Points("simulated", people[::every], frequency[::every], frequency_error[::every]),),
            )
        )
    caption = f"Lines: exact law. Points: frequencies over {p.runs:,} runs with 95 % intervals."
    return Result(checks, tuple(charts), caption)


def _histograms(case: Case, p: Parameters, progress: Progress) -> NDArray[np.float64]:
    """How often 0 … N people hold + in each run."""
    per_sweep = p.ticks_per_sweep
    positive = math.floor(case.people * case.z_plus / (case.z_plus + case.z_minus) + 0.5)
    drawn = ensemble(voter_world(case.people, positive, case.z_plus, case.z_minus, LONGEST // per_sweep, per_sweep))
    last = drawn.world.ticks
    every = max(1, round(relaxation(case) * per_sweep / _SAMPLES))

    def sample(seed: int) -> NDArray[np.float64]:
        engine = drawn.start(seed)
        engine.advance(burn_in(case) * per_sweep)
        histogram = np.zeros(case.people + 1)
        while engine.step_index < last:
            engine.advance(engine.step_index + every)
            histogram[round(share_of_plus(engine) * case.people)] += 1
        return histogram

    return np.array(over(p.runs, sample, progress))


def _frequencies(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return means_and_errors(counts / counts.sum(axis=1, keepdims=True))


def _total_variation(counts: NDArray[np.float64], law: NDArray[np.float64]) -> tuple[float, float]:
    """Half the summed distance of frequencies and law, with the jackknife's error over groups of runs."""

    def distance(histogram: NDArray[np.float64]) -> float:
        return float(np.abs(histogram / histogram.sum() - law).sum() / 2.0)

    groups = min(_GROUPS, counts.shape[0])
    whole = counts.sum(axis=0)
    without = np.array([distance(whole - part.sum(axis=0)) for part in np.array_split(counts, groups)])
    error = math.sqrt((groups - 1) / groups * float(((without - without.mean()) ** 2).sum()))
    return distance(whole), error


VALIDATION = Validation(
    name="zealots",
    source=_SOURCE,
    setup="voter model with zealots on the complete graph, few reading at a time; stationary law of the share of +",
    parameters=Parameters,
    run=run,
    quick={"people": 100, "z_plus": 2, "z_minus": 6, "runs": 24, "ticks_per_sweep": 20},
)
