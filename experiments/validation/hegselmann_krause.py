"""Hegselmann-Krause from an equidistant start: how many clusters are left at rest.

Hegselmann and Krause 2002, JASSS 5(3)2. Bounds are those of the paper's opinions on [0, 1] and count twice on [-1, 1]. Bounds
that are multiples of the start's spacing depend on rounding and have no expected number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.validation.check import Chart, Check, Points, Progress, Result, Validation, numbers
from experiments.validation.clusters import cluster_sizes
from experiments.validation.ensemble import ensemble, over
from experiments.validation.worlds import opinion_world
from sim.fields import InputError, Settings, quantity
from sim.opinion import HegselmannKrause
from sim.people.accounts import by_node

_SOURCE = "Hegselmann & Krause 2002, JASSS 5(3)2"
_PUBLISHED = {0.0495: 9, 0.0605: 7, 0.0805: 5, 0.1405: 3, 0.2105: 1, 0.2505: 1}  # with 1000 people
_PUBLISHED_PEOPLE = 1000
_REST = 1e-12  # movement in a step, below which opinions are at rest
_EXACT = 1e-12


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``bound`` is a number or a list."""

    people: int = quantity(_PUBLISHED_PEOPLE, unit="people", low=2, high=5000, source=_SOURCE, doc="People.")
    bound: float | tuple[float, ...] = quantity(
        tuple(_PUBLISHED), unit="opinion distance on [0, 1]", low=0, low_open=True, high=1, source=_SOURCE,
        doc="Confidence bounds (epsilon).",
    )  # fmt: skip
    longest: int = quantity(
        2000, unit="steps", low=1, high=65_535, source="model choice", doc="Steps to come to rest in."
    )


def settled(opinions: NDArray[np.float64], bound: float, longest: int) -> tuple[NDArray[np.float64], int]:
    """Opinions at rest (on [0, 1], in the given order) and the steps it took. InputError if ``longest`` steps are too few."""
    world = opinion_world(
        HegselmannKrause(bound=2.0 * bound), "all_followees", opinions.size, longest,
        opinions=tuple((2.0 * opinions - 1.0).tolist()),
    )  # fmt: skip
    engine = ensemble(world).start(1)
    while engine.step_index < longest:
        before = engine.state.opinion[:, 0].copy()
        engine.advance(engine.step_index + 1)
        if np.abs(engine.state.opinion[:, 0] - before).max() < _REST:
            return (by_node(engine.state.opinion[:, 0]) + 1.0) / 2.0, engine.step_index
    raise InputError(f"must be more: at the bound {bound:g} opinions still move", field="hegselmann_krause.longest")


def run(p: Parameters, progress: Progress) -> Result:
    """Count clusters at every bound, and follow three people who agree in exactly two steps."""
    bounds = numbers(p.bound)
    start = (np.arange(p.people) + 0.5) / p.people

    def count(item: int) -> int:
        opinions, _ = settled(start, bounds[item - 1], p.longest)
        return int(cluster_sizes(opinions, bounds[item - 1] / 2.0).size)

    found = over(len(bounds), count, progress)
    checks = []
    for bound, clusters in zip(bounds, found, strict=True):
        known = _PUBLISHED.get(bound) if p.people == _PUBLISHED_PEOPLE else None
        about: dict[str, Any] = {"people": p.people, "bound": bound, "quantity": "clusters"}
        expected = None if known is None else float(known)
        checks.append(
            Check("hegselmann_krause", f"clusters at ε = {bound:g}", about, expected, float(clusters), 0.0, 0.0)
        )
    checks.append(_three_people())
    published = sorted(_PUBLISHED.items())
    chart = Chart(
        "confidence bound on [0, 1]",
        "clusters at rest",
        points=(
            Points("published, 1000 people", [b for b, _ in published], [n for _, n in published], expected=True),
            Points(f"simulated, {p.people:,} people", bounds, found),
        ),
    )
    return Result(checks, (chart,), "Opinions begin evenly spaced; nothing is left to chance.")


def _three_people() -> Check:
    """[0, .3, .6] with the bound .3001 becomes [.3, .3, .3] in two steps."""
    opinions = np.array([0.0, 0.3, 0.6])
    world = opinion_world(
        HegselmannKrause(bound=2 * 0.3001), "all_followees", 3, 2, opinions=tuple((2.0 * opinions - 1.0).tolist())
    )
    engine = ensemble(world).start(1)
    engine.advance(2)
    error = float(np.abs((engine.state.opinion[:, 0] + 1.0) / 2.0 - 0.3).max())
    about = {"people": 3, "bound": 0.3001, "quantity": "max error, [0, .3, .6] after two steps"}
    return Check(
        "hegselmann_krause", "greatest error, [0, .3, .6] to [.3, .3, .3] in two steps", about, 0.0, error, 0.0, _EXACT
    )


VALIDATION = Validation(
    name="hegselmann_krause",
    source=_SOURCE,
    setup="everybody averages all opinions within the bound, from an equidistant start; clusters at rest",
    parameters=Parameters,
    run=run,
    quick={"bound": (0.0605, 0.1405, 0.2505)},
)
