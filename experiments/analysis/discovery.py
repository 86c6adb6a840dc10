"""Scenario discovery: the two or three conditions on assumptions that decide in which worlds something is the case (PRIM).

The patient rule induction method (Friedman and Fisher 1999, as Bryant and Lempert 2010 use it) peels a box of worlds until most
of those in it are of interest. Coverage is the share of all worlds of interest that lie in the box, density the share of the
worlds in the box that are of interest; a condition's quasi-p-value is the chance of as many worlds of interest among those in the
box if that condition meant nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.samples import EXTRA
from sim.extras import imported

MOST_CONDITIONS = 3
_TRIED = 4  # fields of which all combinations are tried
_ALPHA = 0.05  # greatest quasi-p-value of a condition that is kept, times the number of fields it was chosen from
_WORTH = 0.02  # what a further condition has to add to the mean of coverage and density
FEWEST = 10  # worlds of interest, and others, that a box is sought for


class Condition(NamedTuple):
    """A field and where it has to lie; an end that is not restricted is None. ``quasi_p`` is the greater of its ends'."""

    field: str
    low: float | None
    high: float | None
    quasi_p: float


@dataclass(frozen=True)
class Box:
    """Worlds that conditions single out: ``inside`` of them, ``hits`` of these of interest; ``share`` is that of all worlds."""

    conditions: tuple[Condition, ...]
    coverage: float
    density: float
    share: float
    inside: int
    hits: int

    @property
    def score(self) -> float:
        """Harmonic mean of coverage and density."""
        return 2 * self.coverage * self.density / (self.coverage + self.density)


def discovered(values: pd.DataFrame, interest: NDArray[np.bool_]) -> Box | None:
    """The box of at most three conditions with the greatest harmonic mean of coverage and density; None where there are too few
    worlds of a kind, or nothing singles them out better than chance.

    ``values`` (worlds, fields) are the assumptions, numbers all; ``interest`` (worlds,) says which worlds are sought. A further
    condition is taken only if it adds .02 to the mean, and each has to be beyond chance at .05 over all fields (Bonferroni).
    Raises InputError where EMA workbench is not installed.
    """
    if min(interest.sum(), (~interest).sum()) < FEWEST:
        return None
    prim = _prim()
    numbers = values.astype(float)
    leading = _leading(_boxes(prim, numbers, interest))
    least = _ALPHA / numbers.shape[1]
    best: Box | None = None
    for many in range(1, min(MOST_CONDITIONS, len(leading)) + 1):
        found = [
            box for fields in combinations(leading, many) for box in _boxes(prim, numbers[list(fields)], interest)
            if len(box.conditions) == many and all(condition.quasi_p <= least for condition in box.conditions)
        ]  # fmt: skip
        better = max(found, key=lambda box: box.score, default=None)
        if better is not None and (best is None or better.score > best.score + _WORTH):
            best = better
    return best if best is not None and best.density > best.share else None


def _prim() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what else could be installed
        return imported("ema_workbench.analysis.prim", EXTRA, "the robustness map")


def _boxes(prim: Any, values: pd.DataFrame, interest: NDArray[np.bool_]) -> tuple[Box, ...]:
    """Every box of one peeling trajectory that has a condition."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about the workbench's ways
        box = prim.Prim(values, interest.astype(int), threshold=0.5).find_box()
    return tuple(_read(box, interest))


def _read(box: Any, interest: NDArray[np.bool_]) -> Iterator[Box]:
    whole = box.box_lims[0]
    for limits, quasi_p, row in zip(box.box_lims, box.qp, box.peeling_trajectory.to_dict("records"), strict=True):
        conditions = tuple(
            Condition(field, *_ends(limits[field], whole[field]), max(quasi_p[field])) for field in quasi_p
        )
        if conditions and row["k"] > 0:
            yield Box(
                conditions,
                float(row["coverage"]),
                float(row["density"]),
                float(interest.mean()),
                int(row["n"]),
                int(row["k"]),
            )


def _ends(limits: pd.Series, whole: pd.Series) -> tuple[float | None, float | None]:
    low, high = (None if limit == end else float(limit) for limit, end in zip(limits, whole, strict=True))
    return low, high


def _leading(boxes: tuple[Box, ...]) -> tuple[str, ...]:
    """The fields that peeling by all of them restricts soonest."""
    found: dict[str, None] = {}
    for box in boxes:
        found.update(dict.fromkeys(condition.field for condition in box.conditions))
    return tuple(found)[:_TRIED]
