"""Counting clusters of opinion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def cluster_sizes(opinions: NDArray[np.float64], gap: float) -> NDArray[np.int64]:
    """Sizes of groups of opinions that neighbouring gaps of more than ``gap`` part, from the lowest opinion up."""
    ordered = np.sort(opinions)
    ends = np.append(np.flatnonzero(np.diff(ordered) > gap) + 1, ordered.size)
    return np.diff(ends, prepend=0)
