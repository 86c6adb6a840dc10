"""Delayed takedown: how much illegal content there is when it is taken down with a half-life of h days.

Truong et al. 2025, arXiv 2502.08841. A step is a day; each user posts with a probability of its own, a new message or a reshare
from the feed chosen by appeal x shares x recency; a tenth of the users are high-risk. Prevalence is the share of illegal messages
among the distinct messages in all feeds, and its change is against no moderation with the same seed. What is expected was
published for an empirical network, beside which our own graph of that size and degree is set, and given by the published code on
a network of 1,000 accounts, which is tried where it is present. The published code draws the probability that a message is
illegal from a Beta distribution for each message anew, which is the same as its mean for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

import sim
from experiments.validation.check import (
    Chart,
    Check,
    Points,
    Progress,
    Result,
    Validation,
    means_and_errors,
    numbers,
    runs_field,
)
from experiments.validation.ensemble import Ensemble, ensemble, over, part_of
from experiments.validation.networks import (
    Files,
    check_network,
    columns,
    edges_field,
    empirical_graph,
    given_files,
    missing_reference,
    nodes_field,
    posting_world,
    reference_files,
)
from sim.actors import Campaign
from sim.branch import Branch
from sim.feed import Feed, Illegality, Propensity
from sim.fields import InputError, Settings, quantity
from sim.graph import OnFile
from sim.moderation import ContentTakedown
from sim.outcomes.reach import prevalence
from sim.people import Population

_SOURCE = "Truong et al. 2025, arXiv 2502.08841"
# Change of prevalence by half-life in days: on the empirical network, and by the published code on the given one.
PUBLISHED = {0.25: -0.967, 1.0: -0.707, 2.0: -0.530, 8.0: -0.217, 16.0: -0.081, 32.0: -0.027}
GIVEN = {0.25: -0.987, 1.0: -0.826, 16.0: -0.22, 64.0: -0.10}
GIVEN_NETWORK = "removal_n1000_k10"
# Alpha and beta of the probability that a message is illegal.
_HIGH_RISK, _OTHERS = (3.0, 30.0), (0.1, 89.9)
_HIGH_RISK_CLASS, _SESSIONS = "illegal", "postperday"
# A user posts with probability min(1, x) a day, x = .2 u^(-1 / 1.85).
_LEAST_POSTS, _POSTS_TAIL = 0.2, 1.85


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup. With ``edges`` only that network is tried, and judged only where ``expected`` is given."""

    edges: str = edges_field("our own graph and the network of the published code")
    nodes: str = nodes_field(f"index and bot, and, if they are not to be drawn, {_SESSIONS} and class")
    half_life: float | tuple[float, ...] | None = quantity(
        None, unit="days", low=0, low_open=True, high=100_000, source=_SOURCE,
        doc="Half-lives h, one or several (none: those that a result is published for).",
    )  # fmt: skip
    expected: float | tuple[float, ...] | None = quantity(
        None, unit="share", low=-1, high=10, source="given by the user",
        doc="Change of prevalence expected on the user's network at each half-life.",
    )  # fmt: skip
    people: int = quantity(10_006, unit="people", low=100, high=1_000_000, source=_SOURCE, doc="Size of our own graph.")
    followees: float = quantity(
        180.0, unit="followees per person", low=1, high=1000, source=_SOURCE, doc="Mean of our own graph."
    )
    mu: float = quantity(0.5, unit="share of posts", low=0, high=1, source=_SOURCE, doc="Share of posts that are new.")
    sigma: int = quantity(15, unit="messages", low=1, high=200, source=_SOURCE, doc="Length of a feed.")
    by_account: bool = quantity(
        False, unit="yes or no", source="model choice",
        doc="Draw the probability of an illegal message once for each account instead of for each message.",
    )  # fmt: skip
    days: int = quantity(40, unit="days", low=1, high=10_000, source="model choice", doc="Length of a run.")
    burn_in: int = quantity(20, unit="days", low=0, high=10_000, source="model choice", doc="Days that do not count.")
    every: int = quantity(
        4, unit="days", low=1, high=1000, source="model choice", doc="Days from one measurement to the next."
    )
    tolerance: float = quantity(
        0.10, unit="share", low=0, high=1, source="model choice", doc="Tolerance on our own graph."
    )
    file_tolerance: float = quantity(
        0.07, unit="share", low=0, high=1, source="model choice", doc="Tolerance on a network of a file."
    )
    runs: int = runs_field(2)
    file_runs: int = quantity(
        16, unit="runs", low=2, high=1_000_000, source="model choice", doc="Independent runs on a network of a file."
    )

    def check(self) -> None:
        if self.burn_in + self.every > self.days:
            raise InputError(
                f"must be at most days - every ({self.days - self.every}), not {self.burn_in}", field="burn_in"
            )
        check_network(self, "delayed_takedown", ("nodes", "expected"))
        if self.expected is not None:
            asked = 0 if self.half_life is None else len(numbers(self.half_life))
            if len(numbers(self.expected)) != asked:
                raise InputError(
                    f"must have one value for each of the {asked} half-lives given, not {len(numbers(self.expected))}",
                    field="expected",
                )


class Case(NamedTuple):
    """A network, its world, the half-lives to try, and what is expected of them."""

    name: str
    world: sim.World
    half_lives: list[float]
    expected: Mapping[float, float]
    tolerance: float
    runs: int


def _propensity(alpha: float, beta: float, by_account: bool) -> Propensity:
    return Propensity(alpha / (alpha + beta), alpha + beta if by_account else None)


def takedown_world(p: Parameters, files: Files | None) -> sim.World:
    """The published setup on our own graph, or on a network from files with what its node table says."""
    population = Population(
        sessions_per_day=_LEAST_POSTS / (1.0 - 1.0 / _POSTS_TAIL), sessions_tail=_POSTS_TAIL
    )  # fmt: skip
    illegality = Illegality(
        citizens=_propensity(*_OTHERS, p.by_account), high_risk=_propensity(*_HIGH_RISK, p.by_account), high_risk_share=0.1
    )  # fmt: skip
    people, bots, graph = p.people, 0, empirical_graph(p.followees)
    if files is not None:
        table = columns(files, "delayed_takedown")
        bots = int((table["bot"] != 0).sum())
        people, graph = len(table["bot"]) - bots, OnFile(edges=files.edges, nodes=files.nodes)
        if _SESSIONS in table:
            population = Population(sessions_per_day=1.0, sessions_column=_SESSIONS)
        if "class" in table:
            illegality = illegality.replace(high_risk_share=0.0, high_risk_class=_HIGH_RISK_CLASS)
    return posting_world(
        people, p.days, graph, population, Feed(length=p.sigma, measure_prevalence=True), p.mu,
        Campaign(accounts=bots, daily_posts=(float(bots),)), illegality=illegality,
    )  # fmt: skip


def cases(p: Parameters) -> list[Case]:
    """The user's network, or our own graph and the given network where it is present."""

    def case(files: Files | None, expected: Mapping[float, float], standard: Mapping[float, float]) -> Case:
        chosen = sorted(standard) if p.half_life is None else numbers(p.half_life)
        name = "own graph" if files is None else files.name
        tolerance, runs = (p.tolerance, p.runs) if files is None else (p.file_tolerance, p.file_runs)
        return Case(name, takedown_world(p, files), chosen, expected, tolerance, runs)

    if p.edges:
        expected = {}
        if p.expected is not None and p.half_life is not None:
            expected = dict(zip(numbers(p.half_life), numbers(p.expected), strict=True))
        return [case(given_files(p.edges, p.nodes), expected, PUBLISHED)]
    published = (p.mu, p.sigma) == (0.5, 15)
    found = [case(None, PUBLISHED if published else {}, PUBLISHED)]
    given = reference_files(GIVEN_NETWORK)
    if given is not None:
        found.append(case(given, GIVEN if published else {}, GIVEN))
    return found


def mean_prevalence(drawn: Ensemble, p: Parameters, seed: int, half_life: float | None) -> float:
    """Prevalence at the end of every few days after the burn-in of a run, averaged."""
    branch = None if half_life is None else Branch((ContentTakedown(0, half_life),))
    engine = drawn.start(seed, branch)
    measured = []
    for day in range(p.burn_in + p.every, p.days + 1, p.every):
        engine.advance(day)
        measured.append(prevalence(engine))
    return float(np.mean(measured))


def changes(drawn: Ensemble, p: Parameters, half_lives: list[float], seed: int) -> list[float]:
    """Change of mean prevalence at each half-life, against no moderation with the same seed."""
    without = mean_prevalence(drawn, p, seed, None)
    if not without > 0.0:
        raise InputError(
            "must be a network on which illegal messages are seen without moderation, but none were",
            field="delayed_takedown.edges",
        )
    return [mean_prevalence(drawn, p, seed, h) / without - 1.0 for h in half_lives]


def run(p: Parameters, progress: Progress) -> Result:
    """Change of prevalence by half-life on each network."""
    tried = cases(p)
    checks: list[Check] = []
    charts = []
    for number, case in enumerate(tried):
        drawn = ensemble(case.world)
        rows = over(case.runs, partial(changes, drawn, p, case.half_lives), part_of(progress, number, len(tried)))
        means, errors = means_and_errors(rows)
        about: dict[str, Any] = {
            "network": case.name, "people": case.world.people, "mu": p.mu, "sigma": p.sigma, "by_account": p.by_account,
            "days": p.days, "burn_in": p.burn_in, "every": p.every, "runs": case.runs,
        }  # fmt: skip
        for h, mean, error in zip(case.half_lives, means, errors, strict=True):
            checks.append(
                Check(
                    "delayed_takedown", f"{case.name}, half-life {h:g} days", {**about, "half_life": h},
                    case.expected.get(h), float(mean), float(error), case.tolerance,
                )
            )  # fmt: skip
        if case.expected and len(case.half_lives) > 1:
            checks.append(_order(case, about, means))
        charts.append(_chart(case, means, errors))
    caption = "Change of prevalence against no moderation by half-life, means of independent runs with 95 % intervals."
    return Result(checks, tuple(charts), caption)


def _order(case: Case, about: dict[str, Any], means: Any) -> Check:
    """That the longer the half-life, the less is achieved: pairs of neighbouring half-lives in the wrong order."""
    ordered = [mean for _, mean in sorted(zip(case.half_lives, means, strict=True))]
    wrong = sum(later < sooner for sooner, later in pairwise(ordered))
    return Check("delayed_takedown", f"{case.name}, half-lives in the wrong order", about, 0.0, float(wrong), 0.0, 0.0)


def _chart(case: Case, means: Any, errors: Any) -> Chart:
    known = [h for h in case.half_lives if h in case.expected]
    expected = Points("expected", known, [100.0 * case.expected[h] for h in known], expected=True)
    simulated = Points(f"simulated, {case.name}", case.half_lives, 100.0 * means, 100.0 * errors)
    points = (*((expected,) if known else ()), simulated)
    return Chart("half-life (days)", "change of prevalence (%)", points=points, logarithmic=True)


def missing(p: Parameters) -> str | None:
    """Which network of the published code would be tried if it were on this machine."""
    return None if p.edges else missing_reference([GIVEN_NETWORK])


VALIDATION = Validation(
    name="delayed_takedown",
    source=_SOURCE,
    setup="prevalence of illegal messages that are taken down with a half-life",
    parameters=Parameters,
    run=run,
    quick={"people": 3000, "half_life": (0.25, 1.0), "days": 30, "burn_in": 15, "every": 5, "file_runs": 4},
    missing=missing,
)
