"""Takedown timing x scale with an exact answer: the voter model with zealots on the complete graph.

N people copy a uniformly random other account, Z+ organisers say +1, Z- trolls say -1. Between interventions the expected share
of + moves towards x* = Z+ / Z by the factor 1 - p Z / (N + Z - 1) a tick, p being the probability to read in a tick (Mobilia,
Petersen and Redner 2007, arXiv 0706.2892; transient derived). It is the headline experiment in a world where the answer is known.
"""

from __future__ import annotations

import math
from typing import Any

import sim
from experiments.validation.check import Check, Validation, mean_and_error
from sim.campaign.settings import Campaign, Organisers
from sim.feed.settings import Feed
from sim.fields import InputError
from sim.opinion.expression import Expression
from sim.opinion.rule import Opinion
from sim.opinion.voter import Voter
from sim.population.calendar import Calendar
from sim.population.people import Population
from sim.population.settings import Graph

DEFAULTS: dict[str, Any] = {
    "people": 1000,
    "start": 0.7,
    "z_plus": 20,
    "z_minus": 50,
    "horizon": 40,
    "day": [1, 5, 20],
    "share": [0.5, 1.0],
    "ticks_per_sweep": 10,
    "runs": 2400,
}


def expected_share(
    people: int, start: float, z_plus: int, z_minus: int, horizon: int, ticks: int, day: float | None, removed: int
) -> float:
    """Expected share of + after ``horizon`` sweeps of ``ticks`` ticks if ``removed`` trolls are removed at sweep ``day``."""

    def move(x: float, steps: int, trolls: int) -> float:
        zealots = z_plus + trolls
        if zealots == 0:
            return x
        fixed = z_plus / zealots
        return fixed + (x - fixed) * (1.0 - zealots / (ticks * (people + zealots - 1))) ** steps

    if day is None:
        return move(start, horizon * ticks, z_minus)
    before = move(start, round(day * ticks), z_minus)
    return move(before, horizon * ticks - round(day * ticks), z_minus - removed)


def voter_world(people: int, start: float, z_plus: int, z_minus: int, horizon: int, ticks: int) -> sim.World:
    """The voter model with zealots as a world; a day is a sweep."""
    positive = math.floor(people * start + 0.5)
    return sim.World(
        people=people,
        days=horizon,
        ticks_per_day=ticks,
        population=Population(
            opinions=(1.0,) * positive + (-1.0,) * (people - positive),
            sessions_per_day=1.0,
            equal_sessions=True,
            topic_readers=0.0,
        ),
        graph=Graph(kind="complete"),
        calendar=Calendar(clock=(1.0 / ticks,) * ticks),
        feed=Feed(reading="one_random_followee", topic_slots=0),
        opinion=Opinion(rule=Voter(), anchoring=0.0),
        expression=Expression(posting=0.0),
        organisers=Organisers(accounts=z_plus, stance=1.0, posts_per_day=0.0),
        campaign=Campaign(accounts=z_minus, stance=-1.0, clock=(1.0 / ticks,) * ticks),
    )


def run(
    people: int, start: float, z_plus: int, z_minus: int, horizon: int, day: list[float], share: list[float],
    ticks_per_sweep: int, runs: int,
) -> list[Check]:  # fmt: skip
    """Simulate every day x share with ``runs`` seeds and compare the mean share of + with the exact answer (4 SE)."""
    days = day if isinstance(day, list) else [day]
    shares = share if isinstance(share, list) else [share]
    if z_plus + z_minus >= people:
        raise InputError(
            f"must leave fewer zealots than people ({people}), not {z_plus + z_minus}", field="takedown_exact.z_minus"
        )
    world = voter_world(people, start, z_plus, z_minus, horizon, ticks_per_sweep)
    branches: dict[tuple[float | None, int], sim.Branch] = {(None, 0): sim.Branch()}
    for takedown_day in days:
        for part in shares:
            removed = round(part * z_minus)
            policy = sim.moderation.Takedown(day=takedown_day, accounts=removed)
            branches[takedown_day, removed] = sim.Branch(policies=(policy,))
    study = sim.compare(
        world, {str(key): branch for key, branch in branches.items()}, seeds=runs, reference=str((None, 0))
    )
    checks = []
    for when, removed in branches:
        final = [study.runs[str((when, removed)), seed].outcomes["opinion_mean"] for seed in study.seeds]
        shares_of_plus = [(1.0 + mean) / 2.0 for mean in final]
        measured, error = mean_and_error(shares_of_plus)
        expected = expected_share(people, start, z_plus, z_minus, horizon, ticks_per_sweep, when, removed)
        parameters = {
            "people": people, "start": start, "z_plus": z_plus, "z_minus": z_minus, "horizon": horizon,
            "day": when, "removed": removed, "runs": runs,
        }  # fmt: skip
        checks.append(Check("takedown_exact", parameters, expected, measured, error, 4.0 * error))
    return checks


VALIDATION = Validation(
    name="takedown_exact",
    source="Mobilia, Petersen & Redner 2007, arXiv 0706.2892",
    setup="voter model with zealots on the complete graph; half or all trolls removed",
    run=run,
    defaults=DEFAULTS,
)
