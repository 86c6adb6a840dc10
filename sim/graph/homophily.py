"""Who is accepted as somebody to follow: the nearer in opinion, the likelier."""

from __future__ import annotations

import numpy as np
from numba import float64
from numpy.typing import NDArray

from sim.compiled import kernel, scalar
from sim.tables import exp2

PATIENCE = 64
"""Candidates looked at for one follow before homophily gives way: then the nearest in opinion among them is taken."""

STEPS = 2048
"""Steps of a unit of opinion in a table of chances."""


@scalar(float64(float64, float64))
def acceptance(distance: float, homophily: float) -> float:
    """Probability of following a candidate at this opinion distance; it halves every 1 / homophily units."""
    return exp2(-homophily * abs(distance))


@kernel
def chances_table(homophily: float) -> NDArray[np.float64]:
    # Acceptance at distances 0 to 2 in steps of 1 / 2048, because looking it up takes a tenth of the time.
    out = np.empty(2 * STEPS + 1)
    for k in range(out.size):
        out[k] = acceptance(k / STEPS, homophily)
    return out
