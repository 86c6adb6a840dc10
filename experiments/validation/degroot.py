"""DeGroot: everybody takes the mean of those they follow, until all agree on pi x0, pi the left Perron vector of the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.validation.check import Chart, Check, Curve, Points, Progress, Result, Validation
from experiments.validation.ensemble import ensemble, over
from experiments.validation.friedkin_johnsen import random_graph
from experiments.validation.worlds import opinion_world, weights
from sim.fields import InputError, Settings, quantity
from sim.opinion import DeGroot
from sim.people.accounts import by_node

_SOURCE = "DeGroot 1974, doi 10.1080/01621459.1974.10480137"
_EXACT = 1e-10
_REST = 1e-13  # spread of opinions at which all agree
_LONGEST = 20_000
_SHOWN = 24  # sweeps in the figure


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``graphs`` random graphs are tried and the greatest error of all counts."""

    people: int = quantity(200, unit="people", low=20, high=2000, source="model choice", doc="People.")
    followees: float = quantity(8.0, unit="followees", low=1, high=100, source="model choice", doc="Mean followees.")
    graphs: int = quantity(5, unit="graphs", low=1, high=1000, source="model choice", doc="Random graphs tried.")


def perron(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The left Perron vector (sum 1) of a row-stochastic matrix under which all come to agree."""
    n = matrix.shape[0]
    system = np.vstack([matrix.T - np.eye(n), np.ones(n)])
    return np.asarray(np.linalg.lstsq(system, np.concatenate([np.zeros(n), [1.0]]), rcond=None)[0])


def run(p: Parameters, progress: Progress) -> Result:
    """Run every graph until all agree, and compare every account with the consensus."""
    world = opinion_world(DeGroot(), "all_followees", p.people, _LONGEST, graph=random_graph(p.people, p.followees))

    def compare(graph: int) -> tuple[float, NDArray[np.float64], float]:
        """The consensus, everybody's opinion after 0, 1, 2 … sweeps, and the greatest distance at the end."""
        drawn = ensemble(world, graph)
        first = by_node(drawn.society.arrays.anchor)
        engine = drawn.start(graph)
        path = [engine.state.opinion[:, 0].copy()]
        while np.ptp(path[-1]) > _REST or len(path) < _SHOWN:
            if engine.step_index == _LONGEST:
                raise InputError(f"must be more: after {_LONGEST:,} sweeps not all agree", field="degroot.followees")
            engine.advance(engine.step_index + 1)
            path.append(engine.state.opinion[:, 0].copy())
        consensus = float(perron(weights(drawn.society)) @ first)
        return consensus, np.array(path[:_SHOWN]), float(np.abs(path[-1] - consensus).max())

    found = over(p.graphs, compare, progress)
    consensus, path, _ = found[0]
    parameters: dict[str, Any] = {**p.to_mapping(), "quantity": "max error, consensus"}
    error = max(error for _, _, error in found)
    check = Check("degroot", "greatest error, consensus", parameters, 0.0, error, 0.0, _EXACT)
    sweeps = np.arange(_SHOWN)
    chart = Chart(
        "time, sweeps",
        "opinion",
        (Curve("expected consensus", sweeps[[0, -1]], [consensus, consensus]),),
        (
            Points("highest", sweeps, path.max(axis=1)),
            Points("median", sweeps, np.median(path, axis=1)),
            Points("lowest", sweeps, path.min(axis=1)),
        ),
    )
    return Result([check], (chart,), "First of the graphs. Nothing here is left to chance.")


VALIDATION = Validation(
    name="degroot",
    source=_SOURCE,
    setup="random graphs; consensus against the left Perron vector of the weights",
    parameters=Parameters,
    run=run,
)
