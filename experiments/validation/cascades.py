"""Cascades on a directed Erdos-Renyi graph: everybody decides once, at first sight, whether to share a message.

With mean degree c and probability p to share, a message has R = c p sharers in the next generation per sharer. Below R = 1 the
number of sharers, author included, follows the Borel law e^(-Rk) (Rk)^(k-1) / k! with mean 1 / (1 - R). Above it a message
either dies early or reaches a share S = 1 - e^(-RS) of the people, of whom a share p pass it on. Many messages start at the first
tick of a run; each person decides about each of them by a draw of its own, so that every message is a cascade. A person posts
once a tick: who wants to share two messages shares one later, which changes no cascade's size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

import sim
from experiments.validation.cascade_world import (
    MOST_SEEN,
    advance_until_quiet,
    cascade_world,
    degree_field,
    mean_sharers,
    people_field,
    people_for,
    people_needed,
    remembered,
    runs_for,
    sizes,
)
from experiments.validation.check import (
    Chart,
    Check,
    Curve,
    Points,
    Progress,
    Result,
    Validation,
    mean_and_error,
    numbers,
    runs_field,
)
from experiments.validation.ensemble import alone, over
from sim.fields import InputError, Settings, quantity
from sim.graph.follower_graph import FollowerGraph

_SOURCE = "branching processes: Borel 1942; final size of epidemics on random graphs, Newman 2002, doi 10.1103/PhysRevE.66.016128"
_EXPOSED_TOLERANCE = 0.01
_EXPOSED_ERROR = 0.0025  # standard error aimed at
_PARTED = 0.125  # standard deviation of what large cascades expose over its mean, so that none passes for a small one
# Share by which cascades below the threshold may be smaller than on an endless graph: where people are chosen here, and at all.
_FELT, _FELT_AT_MOST = 0.03, 0.09
_SIZES = (1, 3)  # sizes at which the distribution is compared with the Borel law


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``below`` and ``above`` are a number or a list."""

    people: int | None = people_field()
    degree: float = degree_field()
    below: float | tuple[float, ...] = quantity(
        (0.3, 0.5, 0.8, 0.9), unit="sharers per sharer", low=0, low_open=True, high=0.92, source="model choice",
        doc="Reproduction numbers R below the threshold.",
    )  # fmt: skip
    above: float | tuple[float, ...] = quantity(
        (1.2, 1.5, 2.0), unit="sharers per sharer", low=1.1, high=10, source="model choice",
        doc="Reproduction numbers R above the threshold.",
    )  # fmt: skip
    messages: int = quantity(
        16_000, unit="messages", low=10, high=1_000_000, source="model choice",
        doc="Messages expected below the threshold, in all runs for an R together.",
    )  # fmt: skip
    runs: int = runs_field(6)

    def check(self) -> None:
        below, above = numbers(self.below), numbers(self.above)
        if max([*below, *above]) > self.degree:
            raise InputError(
                f"must be at least {max([*below, *above]):g}, the largest R, not {self.degree:g}", field="degree"
            )
        most = min(self.people_at(reproduction) * self.runs_at(reproduction) // 2 for reproduction in below)
        if self.messages > most:
            raise InputError(
                f"must be at most {most:,}, half as many as there are people in all runs, not {self.messages:,}",
                field="messages",
            )
        for reproduction in below:
            world_below(self, reproduction)
        for reproduction in above:
            self.people_at(reproduction)

    def people_at(self, reproduction: float) -> int:
        """People of a run with this R."""
        if reproduction < 1.0:
            felt = _FELT if self.people is None else _FELT_AT_MOST
            needed = people_needed(reproduction, self.degree, felt)
        else:
            spread = _PARTED * final_share(reproduction)
            needed = math.ceil(variance_above(reproduction, self.degree) / spread**2)
        return people_for(self.people, needed, reproduction)

    def runs_at(self, reproduction: float) -> int:
        """Runs with this R."""
        return runs_for(self.runs, self.people_at(reproduction))


def world_below(p: Parameters, reproduction: float) -> sim.World:
    """The world of a run below the threshold."""
    people = p.people_at(reproduction)
    first_posts = p.messages / p.runs_at(reproduction) / people
    posts = first_posts * mean_sharers(reproduction)
    return cascade_world(people, p.degree, reproduction / p.degree, posts, first_posts=first_posts)


def below_threshold(p: Parameters, reproduction: float, seed: int) -> NDArray[np.int64]:
    """Sharers, author included, of each message of one run on a graph of its own."""
    engine = alone(world_below(p, reproduction), seed)
    return sizes(advance_until_quiet(engine)).sharers


def variance_above(reproduction: float, degree: float) -> float:
    """N times the variance of the share of N people who are exposed in a large cascade.

    This is the central limit theorem for the final size of an epidemic in which few individuals infect, and those c others each.
    """
    share, reached = reproduction / degree, final_share(reproduction)
    left = 1.0 - reached
    return reached * left * (1.0 + left * reproduction**2 * (1.0 - share) / share) / (1.0 - reproduction * left) ** 2


def messages_above(p: Parameters, reproduction: float) -> float:
    """Messages expected in a run above the threshold: as many as the standard error takes, if people can remember them."""
    people, share, reached = p.people_at(reproduction), reproduction / p.degree, final_share(reproduction)
    large = variance_above(reproduction, p.degree) / people / _EXPOSED_ERROR**2
    needed = max(3.0, large / reached / p.runs_at(reproduction))
    return min(needed, remembered(people) / (share * reached**2), MOST_SEEN)


def above_threshold(p: Parameters, reproduction: float, seed: int) -> list[tuple[float, float]]:
    """Shares of the people who were exposed to, and who shared, each message that became large in one run on a graph of its own.

    Large are cascades that expose more than half the expected share: those that die early stay far below it, the others near it.
    """
    share, reached, people = reproduction / p.degree, final_share(reproduction), p.people_at(reproduction)
    messages = messages_above(p, reproduction)
    world = cascade_world(people, p.degree, share, messages * share * reached**2, first_posts=messages / people)
    engine = alone(world, seed)
    posts = advance_until_quiet(engine)
    carriers = (posts.carrier[posts.message == message] for message in np.unique(posts.message))
    pairs = [(exposed(engine.drawn.graph, who) / people, who.size / people) for who in carriers]
    return [pair for pair in pairs if pair[0] > reached / 2.0]


def exposed(graph: FollowerGraph, sharers: NDArray[np.int64]) -> int:
    """People who follow one of the ``sharers`` of a message."""
    shares = np.zeros(graph.n, dtype=bool)
    shares[sharers] = True
    carried = np.concatenate(([0], np.cumsum(shares[graph.followees])))
    return int((np.diff(carried[graph.indptr]) > 0).sum())


def borel(size: NDArray[np.int64], reproduction: float) -> NDArray[np.float64]:
    """Probability that a cascade has ``size`` sharers."""
    log = -reproduction * size + (size - 1) * np.log(reproduction * size) - special.gammaln(size + 1)
    return np.asarray(np.exp(log))


def final_share(reproduction: float) -> float:
    """S > 0 with S = 1 - e^(-RS), for R > 1."""
    return float(optimize.brentq(lambda s: s - 1.0 + np.exp(-reproduction * s), 1e-6, 1.0, xtol=1e-12))


def run(p: Parameters, progress: Progress) -> Result:
    """Mean sizes (4 SE) and the share of the smallest sizes (4 SE) below the threshold; shares exposed (.01) above it."""
    below, above = numbers(p.below), numbers(p.above)
    checks: list[Check] = []
    means, reached = [], []

    def add(
        reproduction: float, messages: float, what: str, expected: float, values: ArrayLike, tolerance: float | None = None
    ) -> Check:  # fmt: skip
        """Check a mean over messages; without a ``tolerance``, against four standard errors."""
        measured, error = mean_and_error(values)
        about: dict[str, Any] = {
            "people": p.people_at(reproduction), "degree": p.degree, "reproduction": reproduction, "messages": messages,
            "runs": p.runs_at(reproduction), "quantity": what,
        }  # fmt: skip
        tolerance = 4.0 * error if tolerance is None else tolerance
        check = Check("cascades", f"R = {reproduction:g}: {what}", about, expected, measured, error, tolerance)
        checks.append(check)
        return check

    found = _all_runs(p, [*below, *above], progress)
    for reproduction in below:
        sharers = np.concatenate(found[reproduction])
        what = "mean sharers per message"
        means.append(add(reproduction, p.messages, what, mean_sharers(reproduction), sharers))
        for most in _SIZES:
            law = float(borel(np.arange(1, most + 1), reproduction).sum())
            add(reproduction, p.messages, f"share of messages with at most {most} sharers", law, sharers <= most)
    for reproduction in above:
        large = np.array([pair for pairs in found[reproduction] for pair in pairs]).reshape(-1, 2)
        share, reach = reproduction / p.degree, final_share(reproduction)
        messages = messages_above(p, reproduction) * p.runs_at(reproduction)
        what, tolerance = "share of people {} in a large cascade", _EXPOSED_TOLERANCE
        reached.append(add(reproduction, messages, what.format("exposed"), reach, large[:, 0], tolerance))
        add(reproduction, messages, what.format("who share"), share * reach, large[:, 1], share * tolerance)
    low, high = np.linspace(0.05, max(0.93, *below), 200), np.linspace(1.02, max(2.2, *above), 200)
    charts = (
        Chart("sharers per sharer, R", "mean sharers per message", (Curve("1 / (1 - R)", low, 1.0 / (1.0 - low)),),
              (_points(below, means),)),
        Chart("sharers per sharer, R", "share of people exposed in a large cascade",
              (Curve("S = 1 - exp(-RS)", high, [final_share(r) for r in high]),), (_points(above, reached),)),
    )  # fmt: skip
    people = sorted({p.people_at(reproduction) for reproduction in (*below, *above)})
    graphs = " or ".join(f"{number:,}" for number in people)
    caption = (
        f"Means over messages on graphs of {graphs} people, with 95 % intervals. Near R = 1 cascades meet people who have "
        "decided already, so that the largest are a little smaller than on the endless graph of the formula."
    )
    return Result(checks, charts, caption)


def _all_runs(p: Parameters, reproductions: list[float], progress: Progress) -> dict[float, list[Any]]:
    """What all runs gave, by R; the nearer to the threshold, the longer a run takes and the sooner it begins."""
    todo = [
        (reproduction, seed)
        for reproduction in sorted(set(reproductions), key=lambda r: abs(r - 1.0))
        for seed in range(1, p.runs_at(reproduction) + 1)
    ]

    def work(item: int) -> Any:
        reproduction, seed = todo[item - 1]
        return (below_threshold if reproduction < 1.0 else above_threshold)(p, reproduction, seed)

    found: dict[float, list[Any]] = {reproduction: [] for reproduction in reproductions}
    for (reproduction, _), result in zip(todo, over(len(todo), work, progress), strict=True):
        found[reproduction].append(result)
    return found


def _points(reproduction: list[float], checks: list[Check]) -> Points:
    measured, errors = [check.measured for check in checks], [check.standard_error for check in checks]
    return Points("simulated", reproduction, measured, errors)


VALIDATION = Validation(
    name="cascades",
    source=_SOURCE,
    setup="directed Erdos-Renyi graph; everybody decides once, at first sight, to share; sizes and reach of cascades",
    parameters=Parameters,
    run=run,
    quick={"people": 20_000, "below": (0.5, 0.7), "above": (1.5,), "messages": 8000, "runs": 4},
)
