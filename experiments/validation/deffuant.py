"""Deffuant: how many large clusters pairwise bounded confidence leaves.

Deffuant, Neau, Amblard and Weisbuch 2000, with one random partner's current opinion read and only the reader moving, as in the
feed engine. Bounds are those of opinions on [0, 1] and count twice on [-1, 1].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from experiments.validation.check import (
    Chart,
    Check,
    Points,
    Progress,
    Result,
    Validation,
    mean_and_error,
    numbers,
    runs_field,
)
from experiments.validation.clusters import cluster_sizes
from experiments.validation.ensemble import ensemble, over, part_of
from experiments.validation.worlds import LONGEST, opinion_world
from sim.fields import InputError, Settings, quantity
from sim.opinion import Deffuant

_SOURCE = "Deffuant, Neau, Amblard & Weisbuch 2000, doi 10.1142/S0219525900000078"
# Mean number of clusters above 5 % of 1000 people who move half the way, only the reader moving.
_PUBLISHED = {0.4: 1.0, 0.2: 2.0, 0.15: 2.8, 0.1: 4.3}
_PUBLISHED_PEOPLE, _PUBLISHED_CONVERGENCE = 1000, 0.5
_TOLERANCE = 0.25
_LARGE = 0.05


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``bound`` is a number or a list."""

    people: int = quantity(_PUBLISHED_PEOPLE, unit="people", low=2, high=100_000, source=_SOURCE, doc="People.")
    bound: float | tuple[float, ...] = quantity(
        tuple(_PUBLISHED), unit="opinion distance on [0, 1]", low=0, low_open=True, high=1, source=_SOURCE,
        doc="Confidence bounds (epsilon).",
    )  # fmt: skip
    convergence: float = quantity(
        _PUBLISHED_CONVERGENCE, unit="share of the distance", low=0, low_open=True, high=1, source=_SOURCE,
        doc="How far the reader moves (mu).",
    )  # fmt: skip
    sweeps: int = quantity(300, unit="sweeps", low=1, high=LONGEST, source="model choice", doc="Length of a run.")
    ticks_per_sweep: int = quantity(
        10, unit="ticks", low=1, high=1440, source="model choice", doc="1 / probability to read in a tick."
    )
    runs: int = runs_field(60)

    def check(self) -> None:
        if self.sweeps * self.ticks_per_sweep > LONGEST:
            raise InputError(
                f"must leave at most {LONGEST:,} ticks with ticks_per_sweep, not {self.sweeps * self.ticks_per_sweep:,}",
                field="sweeps",
            )


def run(p: Parameters, progress: Progress) -> Result:
    """Count the clusters that hold more than 5 % of the people at the end, at every bound."""
    bounds = numbers(p.bound)
    checks, means, errors = [], [], []
    as_published = (p.people, p.convergence) == (_PUBLISHED_PEOPLE, _PUBLISHED_CONVERGENCE)
    for number, bound in enumerate(bounds):
        counts = over(p.runs, partial(large_clusters, p, bound), part_of(progress, number, len(bounds)))
        mean, error = mean_and_error(counts)
        about: dict[str, Any] = {
            "people": p.people, "bound": bound, "convergence": p.convergence, "sweeps": p.sweeps,
            "ticks_per_sweep": p.ticks_per_sweep, "runs": p.runs, "quantity": "clusters above 5 % of the people",
        }  # fmt: skip
        expected = _PUBLISHED.get(bound) if as_published else None
        checks.append(Check("deffuant", f"large clusters at ε = {bound:g}", about, expected, mean, error, _TOLERANCE))
        means.append(mean)
        errors.append(error)
    published = sorted(_PUBLISHED.items())
    chart = Chart(
        "confidence bound on [0, 1]",
        "mean number of clusters above 5 % of the people",
        points=(
            Points("published", [b for b, _ in published], [n for _, n in published], expected=True),
            Points("simulated", bounds, means, errors),
        ),
    )
    return Result(checks, (chart,), f"Mean of {p.runs:,} runs with 95 % intervals.")


def large_clusters(p: Parameters, bound: float, seed: int) -> int:
    """Clusters above 5 % of the people in one run from uniform opinions."""
    opinions = np.random.default_rng(seed).uniform(-1.0, 1.0, p.people)
    world = opinion_world(
        Deffuant(bound=2.0 * bound, convergence=p.convergence), "one_random_followee", p.people, p.sweeps,
        p.ticks_per_sweep, opinions=tuple(opinions.tolist()),
    )  # fmt: skip
    engine = ensemble(world).start(seed)
    engine.advance(engine.last_step)
    sizes = cluster_sizes(engine.state.opinion[:, 0], bound / 2.0)
    return int((sizes > _LARGE * p.people).sum())


VALIDATION = Validation(
    name="deffuant",
    source=_SOURCE,
    setup="one random partner's opinion is read and the reader moves half the way; large clusters at the end",
    parameters=Parameters,
    run=run,
    quick={"runs": 10},
)
