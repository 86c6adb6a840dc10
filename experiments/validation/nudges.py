"""Nudges: how much sharing is prevented when everybody shares a little less readily.

Cascades with R = c p sharers per sharer, in which the probability p falls to p (1 - e): of all sharing a share
e R / (1 - (1 - e) R) is prevented. Bak-Coleman et al. 2022 found about this in simulations of empirical cascades; R = .59 is the
mean of Schneider and Rizoiu 2023. The same messages are followed with and without the nudge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import sim
from experiments.validation.cascade_world import (
    Sizes,
    advance_until_quiet,
    cascade_world,
    compare,
    degree_field,
    mean_sharers,
    measured_reduction,
    people_field,
    people_for,
    people_needed,
    reduction,
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
    numbers,
    runs_field,
)
from experiments.validation.ensemble import alone, over
from sim.fields import InputError, Settings, quantity

_SOURCE = "Bak-Coleman et al. 2022, doi 10.1038/s41562-022-01388-6; Schneider & Rizoiu 2023, PNAS 120(34) e2307360120"
_FELT = 0.01  # share by which cascades may be smaller than on an endless graph
_PUBLISHED = {0.05: 0.066, 0.1: 0.124, 0.2: 0.226}  # by simulation of empirical cascades
_PUBLISHED_REPRODUCTION = 0.59


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``effect`` is a number or a list."""

    people: int | None = people_field()
    degree: float = degree_field()
    reproduction: float = quantity(
        _PUBLISHED_REPRODUCTION,
        unit="sharers per sharer",
        low=0.05,
        high=0.9,
        source=_SOURCE,
        doc="R without the nudge.",
    )
    effect: float | tuple[float, ...] = quantity(
        (0.05, 0.1, 0.2), unit="share", low=0, low_open=True, high=1, source=_SOURCE,
        doc="Shares e by which the probability to share falls.",
    )  # fmt: skip
    messages: int = quantity(
        100_000, unit="messages", low=10, high=10_000_000, source="model choice",
        doc="Messages expected in all runs together.",
    )  # fmt: skip
    runs: int = runs_field(4)

    def check(self) -> None:
        if self.reproduction > self.degree:
            raise InputError(f"must be at least R, {self.reproduction:g}, not {self.degree:g}", field="degree")
        most = self.people_used() * self.runs_used() // 2
        if self.messages > most:
            raise InputError(
                f"must be at most {most:,}, half as many as there are people in all runs, not {self.messages:,}",
                field="messages",
            )
        nudged_world(self, 0.0)

    def people_used(self) -> int:
        """People of a run."""
        return people_for(self.people, people_needed(self.reproduction, self.degree, _FELT), self.reproduction)

    def runs_used(self) -> int:
        """Runs on graphs of their own."""
        return runs_for(self.runs, self.people_used())


def nudged_world(p: Parameters, effect: float) -> sim.World:
    """The world of a run in which the probability to share is less by a share ``effect``."""
    people = p.people_used()
    first_posts = p.messages / p.runs_used() / people
    share, posts = p.reproduction * (1.0 - effect) / p.degree, first_posts * mean_sharers(p.reproduction)
    return cascade_world(people, p.degree, share, posts, first_posts=first_posts)


def nudged(p: Parameters, effect: float, seed: int) -> Sizes:
    """Sharers of each message of one run on a graph of its own."""
    return sizes(advance_until_quiet(alone(nudged_world(p, effect), seed)))


def run(p: Parameters, progress: Progress) -> Result:
    """Compare the same messages with and without the nudge (4 SE)."""
    effects, runs = numbers(p.effect), p.runs_used()
    todo = [(effect, seed) for seed in range(1, runs + 1) for effect in (0.0, *effects)]
    results = over(len(todo), lambda item: nudged(p, *todo[item - 1]), progress)
    found = dict(zip(todo, results, strict=True))
    checks = []
    for effect in effects:
        pairs = [compare(found[0.0, seed], found[effect, seed]) for seed in range(1, runs + 1)]
        prevented, error = measured_reduction(pairs)
        about: dict[str, Any] = {
            "people": p.people_used(), "degree": p.degree, "reproduction": p.reproduction, "effect": effect,
            "messages": sum(pair.before.size for pair in pairs), "runs": runs,
        }  # fmt: skip
        expected = reduction(p.reproduction, p.reproduction * (1.0 - effect))
        case = f"R = {p.reproduction:g}, shared less readily by {effect:.4g}"
        checks.append(Check("nudges", case, about, expected, prevented, error, 4.0 * error))
    shown = np.linspace(0.0, min(1.0, 1.25 * max(effects)), 200)
    curve = Curve(
        "e R / (1 - (1 - e) R)", shown, [reduction(p.reproduction, p.reproduction * (1.0 - e)) for e in shown]
    )
    simulated = Points("simulated", effects, [c.measured for c in checks], [c.standard_error for c in checks])
    published = Points("published simulation", list(_PUBLISHED), list(_PUBLISHED.values()), expected=True)
    comparable = p.reproduction == _PUBLISHED_REPRODUCTION
    chart = Chart(
        "e, by which the probability to share falls",
        "share of sharing prevented",
        (curve,),
        (*((published,) if comparable else ()), simulated),
    )
    caption = (
        f"Means over {p.messages:,} messages expected in {runs:,} runs, with 95 % intervals (narrower than the points)."
    )
    return Result(checks, (chart,), caption)


VALIDATION = Validation(
    name="nudges",
    source=_SOURCE,
    setup="cascades in which everybody shares less readily by a share e; share of all sharing that this prevents",
    parameters=Parameters,
    run=run,
    quick={"effect": (0.1, 0.2), "messages": 40_000, "runs": 2},
)
