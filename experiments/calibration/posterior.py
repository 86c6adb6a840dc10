"""The posterior: what is to be believed of the free fields once the targets are known (approximate Bayesian computation, pyABC).

Every value of a field's range is as likely beforehand, evenly over its scale. Populations of particles are drawn one from the
other, with the likelihood of the targets (``Problem.misfit``) as the chance of being accepted, raised to ever higher powers up to
1 (Wilkinson 2013, doi 10.1515/sagmb-2013-0010; Schälte and Hasenauer 2020, doi 10.1093/bioinformatics/btaa397): the last
population is of the posterior itself, with no tolerance left.

The draws of a population hang on its number and on the population before it, which pyABC's database keeps: a fit that was killed
goes on as if it had not been.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.calibration.fit import PLACE, Problem, Told, alone, row_of
from experiments.calibration.profile import best_of
from experiments.calibration.quantities import Measured
from experiments.command.words import plain
from sim.extras import imported
from sim.temporaries import temporary_for

WEIGHT = "weight"
_SEED = 20_190_501
_COOLING = 4.0  # by which the likelihood's power rises from one population to the next
_TOGETHER = 0.6  # correlation from which two fields are told to be known together
_KOLMOGOROV = 1.358  # 95 % quantile of Kolmogorov's distribution
_DESCENT = math.sqrt(2.0)  # particles are drawn from those of the population before, which were drawn themselves
Floats = NDArray[np.float64]


class Believed(NamedTuple):
    """What is to be believed of a field: the value that fits best, the posterior's median and 95 % credible interval, the ends of
    its range, how far the posterior is from what was as likely beforehand (Kolmogorov's distance, over the range), and how far so
    many particles would be by chance (with one chance in twenty)."""

    field: str
    best: float
    median: float
    low: float
    high: float
    least: float
    most: float
    distance: float
    by_chance: float

    @property
    def is_identified(self) -> bool:
        """Whether the targets say anything of it."""
        return self.distance > self.by_chance

    @property
    def sentence(self) -> str:
        """In words."""
        median, low, high, least, most = (
            plain(value, 3) for value in (self.median, self.low, self.high, self.least, self.most)
        )
        if not self.is_identified:
            return (
                f"The targets do not identify {self.field}: what is to be believed of it, from {low} to {high}, is what was as "
                f"likely beforehand, from {least} to {most} (distance {plain(self.distance)}; {plain(self.by_chance)} by chance)."
            )
        return f"{self.field} is {median} at the median, with a 95 % credible interval from {low} to {high}."


def sample(problem: Problem, database: Path, particles: int, populations: int, told: Told) -> tuple[pd.DataFrame, int]:
    """A row a particle of the posterior, with the columns of a trial (``fit.fit``) and its weight; and how many were simulated in
    all. Populations that the database has are not drawn again. Raises InputError."""
    pyabc = imported("pyabc", "posterior", "method abc")
    logging.getLogger("ABC").setLevel(logging.WARNING)
    names = {f"p{i}": factor.field for i, factor in enumerate(problem.factors)}
    total, accepted = particles * populations, 0

    def simulated(parameters: Mapping[str, float]) -> dict[str, float]:
        told(accepted, total)
        measured = problem.evaluate(problem.values(_places(parameters, names)))
        found = {f"value {i}": float(each.value) for i, each in enumerate(measured)}
        return found | {f"error {i}": float(each.error) for i, each in enumerate(measured)}

    def log_likelihood(x: Mapping[str, float], **_: Any) -> float:
        return -problem.misfit(_measured(x))

    class Acceptor(pyabc.StochasticAcceptor):  # type: ignore[misc, name-defined]
        """Counts what is accepted."""

        def __call__(self, *arguments: Any, **named: Any) -> Any:
            nonlocal accepted
            found = super().__call__(*arguments, **named)
            accepted += bool(found.accept)
            return found

    def begun() -> Any:
        prior = pyabc.Distribution(**{name: pyabc.RV("uniform", 0.0, 1.0) for name in names})
        kernel = pyabc.distance.FunctionKernel(log_likelihood, ret_scale=pyabc.distance.SCALE_LOG, pdf_max=0.0)
        return pyabc.ABCSMC(
            simulated, prior, kernel, particles, eps=pyabc.ListTemperature(_temperatures(populations)),
            acceptor=Acceptor(pdf_norm_method=pyabc.pdf_norm_from_kernel), sampler=pyabc.SingleCoreSampler(),
        )  # fmt: skip

    with alone(database):
        if not database.exists():
            beginning = temporary_for(database)
            begun().new(f"sqlite:///{beginning.resolve()}", {}).done()
            beginning.replace(database)
        while True:
            smc = begun()
            history = smc.load(f"sqlite:///{database.resolve()}", observed_sum_stat={})
            done = history.max_t + 1
            accepted = done * particles
            if done >= populations:
                told(total, total)
                return _particles(problem, history, names), int(history.total_nr_simulations)
            with _seeded(done):
                smc.run(max_nr_populations=1)


def believed(problem: Problem, posterior: pd.DataFrame) -> list[Believed]:
    """What is to be believed of each field."""
    weights = posterior[WEIGHT].to_numpy(dtype=float)
    by_chance = _KOLMOGOROV * _DESCENT / math.sqrt(effective(weights))
    best = best_of(posterior)
    found = []
    for factor in problem.factors:
        places = posterior[f"{PLACE} {factor.field}"].to_numpy(dtype=float)
        ends = [*quantiles(places, weights, [0.5, 0.025, 0.975]), 0.0, 1.0]
        median, low, high, least, most = (value_at(problem, factor.field, place) for place in ends)
        here = value_at(problem, factor.field, float(best[f"{PLACE} {factor.field}"]))
        distance = _from_even(places, weights)
        found.append(Believed(factor.field, here, median, low, high, least, most, distance, by_chance))
    return found


def together(problem: Problem, posterior: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Pairs of fields that the targets know better together than apart, with the correlation of their places."""
    weights = posterior[WEIGHT].to_numpy(dtype=float)
    found = []
    for one, other in combinations([factor.field for factor in problem.factors], 2):
        covariance = np.cov(posterior[[f"{PLACE} {one}", f"{PLACE} {other}"]].to_numpy(dtype=float).T, aweights=weights)
        correlation = float(covariance[0, 1] / math.sqrt(covariance[0, 0] * covariance[1, 1]))
        if abs(correlation) >= _TOGETHER:
            found.append((one, other, correlation))
    return found


def quantiles(values: Floats, weights: Floats, shares: Sequence[float]) -> list[float]:
    """Quantiles of weighted values."""
    order = np.argsort(values)
    middles = np.cumsum(weights[order]) - weights[order] / 2
    return [float(np.interp(share, middles / weights.sum(), values[order])) for share in shares]


def effective(weights: Floats) -> float:
    """How many particles of equal weight would say as much (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def value_at(problem: Problem, field: str, place: float) -> float:
    """The value of a field at a place of its range."""
    places = {factor.field: place if factor.field == field else 0.0 for factor in problem.factors}
    return float(problem.values(places)[field])


def _temperatures(populations: int) -> list[float]:
    return [_COOLING ** (populations - 1 - i) for i in range(populations)]


def _from_even(places: Floats, weights: Floats) -> float:
    """Greatest distance of the places' distribution from an even one over 0 to 1."""
    order = np.argsort(places)
    above = np.cumsum(weights[order]) / weights.sum()
    below = above - weights[order] / weights.sum()
    return float(max((above - places[order]).max(), (places[order] - below).max()))


def _places(parameters: Mapping[str, float], names: Mapping[str, str]) -> dict[str, float]:
    return {field: float(parameters[name]) for name, field in names.items()}


def _measured(x: Mapping[str, Any]) -> list[Measured]:
    targets = sum(name.startswith("value ") for name in x)
    return [Measured(float(x[f"value {i}"]), float(x[f"error {i}"])) for i in range(targets)]


def _particles(problem: Problem, history: Any, names: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        {**row_of(problem, _places(each.parameter, names), _measured(each.sum_stat)), WEIGHT: float(each.weight)}
        for each in history.get_population().particles
    ]
    return pd.DataFrame(rows)


@contextmanager
def _seeded(population: int) -> Iterator[None]:
    """numpy's own stream, from which pyABC draws, as it is for a population; it is as it was afterwards."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed([_SEED, population])  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
