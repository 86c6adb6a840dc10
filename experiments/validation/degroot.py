"""DeGroot: everybody takes the mean of those they follow, until all agree on pi x0, pi the left Perron vector of the weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.validation.check import Chart, Check, Curve, Points, Progress, Result, Validation
from experiments.validation.ensemble import ensemble, over
from experiments.validation.friedkin_johnsen import random_graph
from experiments.validation.worlds import LONGEST, of_accounts, opinion_world, weights
from sim.fields import InputError, Settings, quantity
from sim.opinion.degroot import DeGroot

_SOURCE = "DeGroot 1974, doi 10.1080/01621459.1974.10480137"
_EXACT = 1e-10
_REST = 1e-14
_SHOWN = 24  # sweeps in the figure


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``graphs`` random graphs are tried and the greatest error of all counts."""

    people: int = quantity(200, unit="people", low=20, high=2000, source="model choice", doc="People.")
    followees: float = quantity(8.0, unit="followees", low=1, high=100, source="model choice", doc="Mean followees.")
    graphs: int = quantity(5, unit="graphs", low=1, high=1000, source="model choice", doc="Random graphs tried.")


def perron(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """The left Perron vector (sum 1) of a row-stochastic matrix, and the sweeps in which differences all but vanish.

    Raises InputError when opinions do not end in one consensus within the longest run.
    """
    sizes = np.sort(np.abs(np.linalg.eigvals(matrix)))[::-1]
    if (
        sizes[1] >= 1.0
        or (sweeps := math.ceil(math.log(_REST) / math.log(max(sizes[1], 1e-3))) + matrix.shape[0]) > LONGEST
    ):
        raise InputError("must be more for all to agree in the end", field="degroot.followees")
    n = matrix.shape[0]
    system = np.vstack([matrix.T - np.eye(n), np.ones(n)])
    vector = np.linalg.lstsq(system, np.concatenate([np.zeros(n), [1.0]]), rcond=None)[0]
    return vector, sweeps


def run(p: Parameters, progress: Progress) -> Result:
    """Run every graph until all agree, and compare every account with the consensus."""
    world = opinion_world(DeGroot(), "all_followees", p.people, 1, graph=random_graph(p.people, p.followees))

    def compare(graph: int) -> tuple[float, NDArray[np.float64], float]:
        """The consensus, everybody's opinion after 0, 1, 2 … sweeps, and the greatest distance at the end."""
        first = ensemble(world, graph).setting
        vector, sweeps = perron(weights(first))
        consensus = float(vector @ of_accounts(first, first.society.anchor))
        stage = ensemble(world.replace(days=max(sweeps, _SHOWN)), graph).start(graph)
        path = [stage.state.opinion[:, 0].copy()]
        for sweep in range(1, _SHOWN):
            stage.advance(sweep)
            path.append(stage.state.opinion[:, 0].copy())
        stage.advance(stage.last_step)
        return consensus, np.array(path), float(np.abs(stage.state.opinion[:, 0] - consensus).max())

    found = over(p.graphs, compare, progress)
    consensus, path, _ = found[0]
    parameters: dict[str, Any] = {**p.to_mapping(), "quantity": "max error, consensus"}
    check = Check(
        "degroot", "greatest error, consensus", parameters, 0.0, max(error for _, _, error in found), 0.0, _EXACT
    )
    sweeps = np.arange(path.shape[0])
    chart = Chart(
        "time, sweeps",
        "opinion",
        (Curve("expected consensus", sweeps[[0, -1]], [consensus, consensus]),),
        (Points("highest", sweeps, path.max(axis=1)), Points("median", sweeps, np.median(path, axis=1)), Points("lowest", sweeps, path.min(axis=1))),
    )  # fmt: skip
    return Result([check], (chart,), "First of the graphs. Nothing here is left to chance.")


VALIDATION = Validation(
    name="degroot",
    source=_SOURCE,
    setup="random graphs; consensus against the left Perron vector of the weights",
    parameters=Parameters,
    run=run,
)
