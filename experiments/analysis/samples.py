"""Where in the plausible ranges the worlds of a sensitivity study lie: Morris's trajectories, Saltelli's Sobol points."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.extras import imported

MORRIS, SOBOL = "morris", "sobol"
LEVELS = 4  # of each field in a Morris trajectory
EXTRA = "analysis"


def block(method: str, fields: int) -> int:
    """Worlds of one trajectory, or of one base point: what is resampled, and lost where one of its worlds fails."""
    return fields + (1 if method == MORRIS else 2)


def places(method: str, fields: int, samples: int, seed: int) -> NDArray[np.float64]:
    """Points of the unit cube, shape (samples x block, fields), each from 0 to 1; a part of them from the start is a sample too.

    Raises InputError where SALib is not installed.
    """
    problem = problem_of(fields)
    sample = imported(f"SALib.sample.{method}", EXTRA, f"method {method}").sample
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The balance properties of Sobol")  # samples is a power of 2, twice is not
        if method == MORRIS:
            found = sample(problem, samples, num_levels=LEVELS, seed=seed)
        else:
            found = sample(problem, samples, calc_second_order=False, seed=seed)
    return np.asarray(found, dtype=np.float64)


def problem_of(fields: int) -> dict[str, Any]:
    """So many fields as SALib knows them, each from 0 to 1."""
    return {"num_vars": fields, "names": [f"x{i}" for i in range(fields)], "bounds": [[0.0, 1.0]] * fields}
