"""The race between waking and being found.

Sleepers are created at a rate lambda a tick. In each tick one is found with probability delta = 1 - e^(-d) and, if it was not,
wakes with probability alpha = 1 - e^(-a); both in one tick counts as found. Then the share found before it woke is
delta / (1 - (1 - alpha)(1 - delta)), which is d / (a + d) for small rates; the stock of active accounts is
lambda ((1 - delta) / delta - q / (1 - q)), q = (1 - alpha)(1 - delta), or lambda a / (d (a + d)); and an account makes r / lambda
times that many posts in its life. Finding is a removal of unused and of used accounts on every tick by a detector that errs anew
each time: policies that exist, as often as there are ticks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

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
    runs_field,
)
from experiments.validation.ensemble import over, part_of
from experiments.validation.worlds import opinion_world
from sim.actors import Campaign, Sleepers
from sim.fields import InputError, Settings, quantity
from sim.moderation import PreemptiveRemoval, Rates, Takedown
from sim.opinion import Voter
from sim.people import Status
from sim.simulation import begun
from sim.society.groups import Group

_SOURCE = "competing exponential times; d/a = 213.7 from the disclosure of 19 August 2019"
_LEFT = 1e-4  # share of the last accounts whose race may be undecided at the end
_REAL = 213.7


class Case(NamedTuple):
    """Rates of waking and of being found, per tick."""

    waking: float
    finding: float


class Exact(NamedTuple):
    """Share found before waking, stock of active accounts, and posts in an account's life."""

    preempted: float
    stock: float
    posts: float


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; rates are a number or a list, and lists go together in order."""

    waking: float | tuple[float, ...] = quantity(
        (0.1, 0.05, 0.0005), unit="1 per tick", low=0, low_open=True, high=5, source="model choice; the last as in reality",
        doc="Rates at which sleepers wake (a).",
    )  # fmt: skip
    finding: float | tuple[float, ...] = quantity(
        (0.1, 0.2, 0.10685), unit="1 per tick", low=0.01, high=5,
        source="model choice; the last as in reality, 213.7 times as fast as waking", doc="Rates at which they are found (d).",
    )  # fmt: skip
    creation: int = quantity(100, unit="accounts per tick", low=1, high=10_000, source="model choice", doc="lambda.")
    ticks: int | None = quantity(
        None, unit="ticks", low=10, high=10_000, source="model choice",
        doc="Ticks in which accounts are created (none: half as many again as the stock needs to settle).",
    )  # fmt: skip
    posting: float = quantity(
        0.5, unit="posts per tick", low=0, high=1, source="model choice", doc="Posts of an active account (r)."
    )
    runs: int = runs_field(16)

    def check(self) -> None:
        for case in self.cases():
            if settling(case) >= self.creating(case):
                raise InputError(
                    f"must be above {settling(case):,}, in which the stock of active accounts settles, not {self.ticks:,}",
                    field="ticks",
                )

    def creating(self, case: Case) -> int:
        """Ticks in which accounts are created."""
        return self.ticks if self.ticks is not None else max(10, math.ceil(1.5 * settling(case)))

    def cases(self) -> list[Case]:
        """The cases; a single number holds for all of them."""
        waking, finding = _listed(self.waking), _listed(self.finding)
        longest = max(len(waking), len(finding))
        for name, values in (("waking", waking), ("finding", finding)):
            if len(values) not in (1, longest):
                raise InputError(
                    f"must have one value or {longest}, as the other list has, not {len(values)}", field=name
                )
        several = (values * longest if len(values) == 1 else values for values in (waking, finding))
        return [Case(*pair) for pair in zip(*several, strict=True)]


def _listed(value: float | Sequence[float]) -> list[float]:
    return list(value) if isinstance(value, Sequence) else [value]


def exact(case: Case, creation: float, posting: float) -> Exact:
    """What the race gives in ticks, for any rates."""
    alpha, delta = -math.expm1(-case.waking), -math.expm1(-case.finding)
    both_not = (1.0 - alpha) * (1.0 - delta)
    lifetime = (1.0 - delta) / delta - both_not / (1.0 - both_not)
    return Exact(delta / (1.0 - both_not), creation * lifetime, posting * lifetime)


def settling(case: Case) -> int:
    """Ticks after which nearly every account has been found."""
    return math.ceil(math.log(1.0 / _LEFT) / case.finding)


class Outcome(NamedTuple):
    """What one run gave."""

    preempted: float
    stock: float
    posts: float


def race_world(case: Case, p: Parameters) -> tuple[sim.World, sim.Branch]:
    """A campaign that creates accounts over some time and is searched on every tick until all are found."""
    ticks = p.creating(case)
    days, accounts = ticks + settling(case), p.creation * ticks
    sleepers = Sleepers(
        accounts=accounts, waking_rate=case.waking, created_before=0.0, created_until=float(ticks),
        posts_per_day=p.posting, follow_half_life_days=0.0,
    )  # fmt: skip
    world = opinion_world(Voter(), "one_random_followee", 2, days, campaign=Campaign(sleepers=sleepers, new_share=1.0))
    policies: list[sim.moderation.Policy] = []
    for day in range(days):
        detector = Rates(tpr=-math.expm1(-case.finding), fpr=0.0, salt=day)
        policies.append(PreemptiveRemoval(day=day, accounts=accounts, detector=detector))
        policies.append(Takedown(day=day, accounts=accounts, detector=detector))
    return world, sim.Branch(policies=tuple(policies))


def race(world: sim.World, branch: sim.Branch, case: Case, p: Parameters, seed: int) -> Outcome:
    """Run a race; the stock is averaged over the ticks in which it has settled and accounts are still created."""
    engine = begun(world, branch, seed, threads=1, recorded=None).engine
    sleepers = engine.society.group == Group.SLEEPER
    stock = []
    for tick in range(1, p.creating(case) + 1):
        engine.advance(tick)
        if tick > settling(case):
            stock.append(int((engine.state.status[sleepers] == Status.ACTIVE).sum()))
    engine.advance(engine.last_step)
    accounts = int(sleepers.sum())
    return Outcome(
        sum(removal.whose["sleepers"] for removal in engine.removals) / accounts,
        float(np.mean(stock)),
        float(engine.state.posts[sleepers].sum()) / accounts,
    )


def run(p: Parameters, progress: Progress) -> Result:
    """Run all races and compare with the exact values in ticks (4 SE)."""
    cases = p.cases()
    checks = []
    shares: list[tuple[float, float, float]] = []
    for number, case in enumerate(cases):
        world, branch = race_world(case, p)
        found = over(
            p.runs,
            partial(race, world, branch, case, p),
            part_of(progress, number, len(cases)),
        )
        expected = exact(case, p.creation, p.posting)
        for what, name in (
            ("preempted", "share pre-empted"),
            ("stock", "active stock"),
            ("posts", "posts per account"),
        ):
            measured, error = mean_and_error([getattr(outcome, what) for outcome in found])
            about: dict[str, Any] = {
                "waking": case.waking, "finding": case.finding, "creation": p.creation, "ticks": p.creating(case),
                "posting": p.posting, "runs": p.runs, "quantity": name,
            }  # fmt: skip
            label = f"a = {case.waking:g}, d = {case.finding:g}: {name}"
            checks.append(Check("preemption_race", label, about, getattr(expected, what), measured, error, 4.0 * error))
            if what == "preempted":
                shares.append((case.finding / case.waking, measured, error))
    ratio = np.geomspace(min(0.2, *(s[0] for s in shares)), max(1000.0, *(s[0] for s in shares)), 200)
    x, y, error_bars = (list(column) for column in zip(*shares, strict=True))
    chart = Chart(
        "rate of being found / rate of waking",
        "share of accounts pre-empted",
        (
            Curve("small rates: d / (a + d)", ratio, ratio / (1.0 + ratio)),
            Curve("as in reality", [_REAL, _REAL], [0.0, 1.0]),
        ),
        (Points("simulated", x, y, error_bars),),
        logarithmic=True,
    )
    return Result(
        checks, (chart,), f"Mean of {p.runs:,} runs with 95 % intervals; checks are against the exact values in ticks."
    )


VALIDATION = Validation(
    name="preemption_race",
    source=_SOURCE,
    setup="sleepers wake while a moderator finds some on every tick; share pre-empted, active stock, posts per account",
    parameters=Parameters,
    run=run,
    quick={"waking": (0.2, 0.0015), "finding": (0.4, 0.32055), "runs": 12, "creation": 40},
)
