"""The voter model with stubborn accounts on a social graph, account by account.

E[x_F] = (I - W_FF)^-1 W_FZ z with W the row-stochastic copying weights, F the people and Z the stubborn accounts (Yildiz,
Ozdaglar, Acemoglu, Saberi and Scaglione 2013, doi 10.1145/2538508). I - W_FF cannot be inverted if some people are never led to a
stubborn account: they keep what their own circle began with, so the result speaks only of those who surely are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
from experiments.validation.ensemble import ensemble, over
from experiments.validation.worlds import LONGEST, opinion_world, weights
from sim.actors import Campaign, Organisers, TrollGroup
from sim.fields import InputError, Settings, quantity
from sim.graph import Social
from sim.opinion import Voter
from sim.people.accounts import by_node
from sim.society.society import Drawn

_SOURCE = "Yildiz et al. 2013, doi 10.1145/2538508"
_FORGOTTEN = 1e-4  # what may be left of the start in any account's expectation when counting begins
_SHOWN = 60


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup."""

    people: int = quantity(1500, unit="people", low=100, high=2000, source="model choice", doc="People.")
    followees: float = quantity(20.0, unit="followees", low=1, high=100, source="model choice", doc="Mean followees.")
    trolls: float = quantity(
        0.03, unit="trolls per person", low=0.001, high=0.2, source="model choice", doc="Stubborn accounts that say -1."
    )
    organisers: float = quantity(
        0.02, unit="organisers per person", low=0, high=0.2, source="model choice", doc="Stubborn accounts that say +1."
    )
    most_followers: float = quantity(
        60.0, unit="followers", low=1, high=2000, source="model choice", doc="Followers of the most followed troll."
    )
    sweeps: int = quantity(
        200, unit="sweeps", low=1, high=20_000, source="model choice", doc="Sweeps averaged in a run."
    )
    runs: int = runs_field(150)


class Expectation(NamedTuple):
    """Accounts that are surely led to a stubborn account, shape (k,), their expected opinions, and the sweeps in which
    everyone's expectation forgets the start."""

    accounts: NDArray[np.int64]
    opinion: NDArray[np.float64]
    burn_in: int


def expectation(matrix: NDArray[np.float64], stubborn: NDArray[np.float64], start: NDArray[np.float64]) -> Expectation:
    """Solve E[x_F] = (I - W_FF)^-1 W_FZ z for W of shape (people, accounts), z and the people's first opinions.

    Raises InputError when nobody is surely led to a stubborn account, or forgetting takes longer than a run can be.
    """
    people = matrix.shape[0]
    among = np.asarray(matrix[:, :people] > 0.0)
    never = ~_leads_to(among, np.asarray((matrix[:, people:] > 0.0).any(axis=1)))
    accounts = np.flatnonzero(~_leads_to(among, never))
    if accounts.size == 0:
        raise InputError("must lead somebody to a stubborn account for certain", field="stubborn.trolls")
    inner = matrix[np.ix_(accounts, accounts)]
    pull = matrix[accounts, people:] @ stubborn
    exact = np.linalg.solve(np.eye(accounts.size) - inner, pull)
    rest, burn_in = start[accounts] - exact, 0
    while np.abs(rest).max() > _FORGOTTEN:
        rest, burn_in = inner @ rest, burn_in + 1
        if burn_in > LONGEST // 2:
            raise InputError(
                "must be more, or have more followers, for the start to be forgotten", field="stubborn.trolls"
            )
    return Expectation(accounts, np.asarray(exact, dtype=np.float64), burn_in)


def _leads_to(among: NDArray[np.bool_], goal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Who is in ``goal`` or has a chain of followees that leads there."""
    reached = goal.copy()
    while True:
        more = reached | among[:, reached].any(axis=1)
        if (more == reached).all():
            return reached
        reached = more


def stubborn_opinions(drawn: Drawn) -> NDArray[np.float64]:
    """Opinions of the accounts that are not citizens (z), in order."""
    return np.asarray(drawn.arrays.fixed_stance, dtype=np.float64)


def run(p: Parameters, progress: Progress) -> Result:
    """Average every account's opinion over a run and compare its mean over runs with the solution, account by account."""
    trolls, organisers = math.ceil(p.trolls * p.people), math.floor(p.organisers * p.people + 0.5)
    group = TrollGroup(name="trolls", share=1.0, levels=(0.0, 1.0), followers=(1.0, p.most_followers))
    world = opinion_world(
        Voter(), "one_random_followee", p.people, sweeps=1,
        graph=Social(followees=p.followees, hub_cap=min(1.0, max(0.05, 2.5 * p.followees / p.people))),
        organisers=Organisers(accounts=organisers, stance=1.0, followers=p.most_followers / 2.0, posts_per_day=0.0),
        campaign=Campaign(accounts=trolls, stance=-1.0, groups=(group,), local_follower_share=1.0, amplified=0),
    )  # fmt: skip
    first = ensemble(world).society
    start = by_node(first.arrays.anchor)
    exact = expectation(weights(first), stubborn_opinions(first), start)
    if exact.burn_in + p.sweeps > LONGEST:
        raise InputError(f"must be at most {LONGEST - exact.burn_in:,} here, not {p.sweeps:,}", field="stubborn.sweeps")
    drawn = ensemble(world.replace(days=exact.burn_in + p.sweeps))

    def average(seed: int) -> NDArray[np.float64]:
        engine = drawn.start(seed)
        engine.advance(exact.burn_in)
        total = np.zeros(p.people)
        for _ in range(p.sweeps):
            engine.advance(engine.step_index + 1)
            total += engine.state.opinion[:, 0]
        return by_node(total / p.sweeps)[exact.accounts]

    averages = np.array(over(p.runs, average, progress))
    means, errors = means_and_errors(averages)
    distance = float(np.sqrt(((means - exact.opinion) ** 2).mean()))
    typical = float(np.sqrt((errors**2).mean()))
    overall, overall_error = mean_and_error(averages.mean(axis=1))
    parameters: dict[str, Any] = {
        "people": p.people, "trolls": trolls, "organisers": organisers, "followees": p.followees,
        "most_followers": p.most_followers, "sweeps": p.sweeps, "runs": p.runs,
        "accounts_left_out": p.people - exact.accounts.size,
    }  # fmt: skip
    case = f"{p.people} people, {trolls} trolls, {organisers} organisers"
    checks = [
        Check(
            "stubborn", f"{case}: RMS error over accounts", {**parameters, "quantity": "RMS error over accounts"},
            0.0, distance, typical, 4.0 * typical,
        ),
        Check(
            "stubborn", f"{case}: mean over accounts", {**parameters, "quantity": "mean over accounts"},
            float(exact.opinion.mean()), overall, overall_error, 4.0 * overall_error,
        ),
    ]  # fmt: skip
    order = np.argsort(exact.opinion, kind="stable")
    shown = order[np.unique(np.linspace(0, order.size - 1, _SHOWN).astype(int))]
    chart = Chart(
        "expected opinion of an account",
        "its mean opinion in the simulation",
        (Curve("as expected", exact.opinion[order[[0, -1]]], exact.opinion[order[[0, -1]]]),),
        (Points("accounts", exact.opinion[shown], means[shown], errors[shown]),),
    )
    caption = (
        f"{shown.size} of {exact.accounts.size:,} accounts, evenly spaced in rank: mean of {p.runs:,} runs with 95 % intervals. "
        f"{p.people - exact.accounts.size} accounts that may never be led to a stubborn one are left out."
    )
    return Result(checks, (chart,), caption)


VALIDATION = Validation(
    name="stubborn",
    source=_SOURCE,
    setup="voter model with trolls and organisers on a social graph; expected opinion of every account",
    parameters=Parameters,
    run=run,
    quick={"people": 600, "followees": 12.0, "most_followers": 30.0, "runs": 40, "sweeps": 100},
)
