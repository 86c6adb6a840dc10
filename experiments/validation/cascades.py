"""Cascades on a directed Erdos-Renyi graph: everybody decides once, at first sight, whether to share a message.

With mean degree c and probability p to share, a message has R = c p sharers in the next generation per sharer. Below R = 1 the
number of sharers, author included, follows the Borel law e^(-Rk) (Rk)^(k-1) / k! with mean 1 / (1 - R). Above it a message
either dies early or reaches a share S = 1 - e^(-RS) of the people, of whom a share p pass it on. Many messages start at the first
tick of a run; each person decides about each of them by a draw of its own, so that every message is a cascade.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

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
    numbers,
    runs_field,
)
from experiments.validation.ensemble import ensemble, over, part_of
from sim.campaign.settings import Campaign
from sim.engine.stage import Stage
from sim.engine.state import Count
from sim.feed.outbox import EMPTY
from sim.feed.settings import Feed
from sim.fields import InputError, Settings, quantity
from sim.opinion.expression import Expression
from sim.opinion.rule import Opinion
from sim.opinion.voter import Voter
from sim.population.calendar import Calendar
from sim.population.people import Population
from sim.population.settings import Graph

_SOURCE = "branching processes: Borel 1942; final size of epidemics on random graphs, Newman 2002, doi 10.1103/PhysRevE.66.016128"
_EXPOSED_TOLERANCE = 0.01
_LARGE = 0.01  # share of the people that a large cascade exposes at least
_SIZES = (1, 3)  # sizes at which the distribution is compared with the Borel law
# Messages expected in a run above the threshold: whoever shared more than _MEMORY would forget one and share it again.
_STARTED_ABOVE = 6
_MEMORY = 8  # messages that a person can carry at a time


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``below`` and ``above`` are a number or a list."""

    people: int = quantity(50_000, unit="people", low=100, high=1_000_000, source="model choice", doc="N.")
    degree: float = quantity(10.0, unit="followees per person", low=1, high=100, source="model choice", doc="c.")
    below: float | tuple[float, ...] = quantity(
        (0.3, 0.5, 0.8, 0.9), unit="sharers per sharer", low=0, low_open=True, high=0.95, source="model choice",
        doc="Reproduction numbers R below the threshold.",
    )  # fmt: skip
    above: float | tuple[float, ...] = quantity(
        (1.2, 1.5, 2.0), unit="sharers per sharer", low=1.1, high=10, source="model choice",
        doc="Reproduction numbers R above the threshold.",
    )  # fmt: skip
    messages: int = quantity(
        400, unit="messages", low=1, high=10_000, source="model choice",
        doc="Expected messages of a run below the threshold (above it, six).",
    )  # fmt: skip
    runs: int = runs_field(6)

    def check(self) -> None:
        most = max([*numbers(self.below), *numbers(self.above)])
        if most > self.degree:
            raise InputError(f"must be at least {most:g}, the largest R, not {self.degree:g}", field="degree")
        if self.messages > self.people / 20:
            raise InputError(
                f"must be at most {self.people // 20:,}, a twentieth of the people, not {self.messages:,}",
                field="messages",
            )


def cascade_world(people: int, degree: float, share: float, first_posts: float) -> sim.World:
    """People who are all awake on every tick, share a message at first sight with probability ``share``, and of whom a share
    ``first_posts`` begin by posting one."""
    return sim.World(
        people=people,
        days=2000,
        ticks_per_day=1,
        population=Population(sessions_per_day=1.0, equal_sessions=True, topic_readers=0.0),
        graph=Graph(kind="random", followees=degree),
        calendar=Calendar(clock=(1.0,)),
        feed=Feed(length=200, memory=_MEMORY, topic_slots=0),
        opinion=Opinion(rule=Voter(), anchoring=0.0),
        expression=Expression(
            posting=0.0, silence=False, sharing="at_first_sight", first_sight=share, first_posts=first_posts
        ),
        campaign=Campaign(clock=(1.0,)),
    )


def cascades(p: Parameters, reproduction: float, messages: int, seed: int) -> Stage:
    """A run on a graph of its own with so many messages expected, until nobody has posted for a tick."""
    world = cascade_world(p.people, p.degree, reproduction / p.degree, messages / p.people)
    stage = ensemble(world, seed).start(seed)
    while stage.step_index < stage.last_step:
        stage.advance(stage.step_index + 1)
        tick = stage.state.counts[stage.step_index - 1]
        if tick[Count.NEW_POSTS : Count.RESHARES + 3].sum() == 0:
            break
    return stage


def carriers(stage: Stage) -> dict[int, NDArray[np.int64]]:
    """Who carries each message, the author included, by author."""
    outbox = stage.state.outbox
    used = outbox["author"] != EMPTY
    account, author = np.nonzero(used)[0], outbox["author"][used]
    order = np.argsort(author, kind="stable")
    authors, first = np.unique(author[order], return_index=True)
    return dict(zip(authors.tolist(), np.split(account[order], first[1:]), strict=True))


def exposed(stage: Stage, sharers: NDArray[np.int64]) -> int:
    """People who follow one of the ``sharers`` of a message."""
    graph = stage.setting.graph
    carried = np.concatenate(([0], np.cumsum(np.isin(graph.followees, sharers))))
    return int((np.diff(carried[graph.indptr]) > 0).sum())


def sizes(p: Parameters, reproduction: float, seed: int) -> NDArray[np.int64]:
    """Sharers, author included, of each message of one run on a graph of its own."""
    stage = cascades(p, reproduction, p.messages, seed)
    return np.array([people.size for people in carriers(stage).values()], dtype=np.int64)


def large(p: Parameters, reproduction: float, seed: int) -> list[tuple[float, float]]:
    """Shares of the people who were exposed to, and who shared, each message of one run that became large."""
    stage = cascades(p, reproduction, _STARTED_ABOVE, seed)
    shares = [(exposed(stage, people) / p.people, people.size / p.people) for people in carriers(stage).values()]
    return [pair for pair in shares if pair[0] > _LARGE]


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
    parts = len(below) + len(above)
    checks: list[Check] = []
    means, mean_errors, reached, reached_errors = [], [], [], []
    about: dict[str, Any] = {"people": p.people, "degree": p.degree, "runs": p.runs}
    for number, reproduction in enumerate(below):
        found = over(p.runs, partial(sizes, p, reproduction), part_of(progress, number, parts))
        mean, error = mean_and_error(np.concatenate(found))
        here = {**about, "reproduction": reproduction, "messages": p.messages}
        checks.append(
            Check("cascades", f"R = {reproduction:g}: mean sharers", {**here, "quantity": "mean sharers per message"},
                  1.0 / (1.0 - reproduction), mean, error, 4.0 * error)
        )  # fmt: skip
        for most in _SIZES:
            share, share_error = mean_and_error(np.concatenate(found) <= most)
            law = float(borel(np.arange(1, most + 1), reproduction).sum())
            what = f"share of messages with at most {most} sharers"
            checks.append(
                Check("cascades", f"R = {reproduction:g}: {what}", {**here, "quantity": what}, law, share, share_error,
                      4.0 * share_error)
            )  # fmt: skip
        means.append(mean)
        mean_errors.append(error)
    for number, reproduction in enumerate(above, start=len(below)):
        pairs = [
            q for qs in over(p.runs, partial(large, p, reproduction), part_of(progress, number, parts)) for q in qs
        ]
        here = {**about, "reproduction": reproduction, "messages": _STARTED_ABOVE}
        expected = final_share(reproduction)
        for place, what, value in (
            (0, "exposed", expected),
            (1, "who share", expected * reproduction / p.degree),
        ):
            mean, error = mean_and_error([q[place] for q in pairs]) if pairs else (float("nan"),) * 2
            quantity_ = f"share of people {what} in a large cascade"
            checks.append(
                Check("cascades", f"R = {reproduction:g}: {quantity_}", {**here, "quantity": quantity_}, value, mean,
                      error, _EXPOSED_TOLERANCE)
            )  # fmt: skip
            if place == 0:
                reached.append(mean)
                reached_errors.append(error)
    low, high = np.linspace(0.05, 0.93, 200), np.linspace(1.02, max(2.2, *above), 200)
    charts = (
        Chart("sharers per sharer, R", "mean sharers per message", (Curve("1 / (1 - R)", low, 1.0 / (1.0 - low)),),
              (Points("simulated", below, means, mean_errors),)),
        Chart("sharers per sharer, R", "share of people exposed in a large cascade",
              (Curve("S = 1 - exp(-RS)", high, [final_share(r) for r in high]),),
              (Points("simulated", above, reached, reached_errors),)),
    )  # fmt: skip
    return Result(checks, charts, f"{p.runs:,} runs on graphs of {p.people:,} people; 95 % intervals over messages.")


VALIDATION = Validation(
    name="cascades",
    source=_SOURCE,
    setup="directed Erdos-Renyi graph; everybody decides once, at first sight, to share; sizes and reach of cascades",
    parameters=Parameters,
    run=run,
    quick={"people": 20_000, "below": (0.5, 0.8), "above": (1.5,), "messages": 300, "runs": 4},
)
