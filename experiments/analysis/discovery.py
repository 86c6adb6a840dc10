"""Scenario discovery: the two or three conditions on assumptions that decide in which worlds something is the case (PRIM).

The patient rule induction method (Friedman and Fisher 1999, as Bryant and Lempert 2010 use it) peels a box of worlds until most
of those in it are of interest. Coverage is the share of all worlds of interest that lie in the box, density the share of the
worlds in the box that are of interest; a condition's quasi-p-value is the chance of as many worlds of interest among those in the
box if that condition meant nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from experiments.analysis.samples import EXTRA
from sim.extras import imported

MOST_CONDITIONS = 3
_ALPHA = 0.05  # greatest quasi-p-value of an end that is kept, times the number of fields it was chosen from
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


class _End(NamedTuple):
    field: str
    upper: bool
    limit: float


def discovered(values: pd.DataFrame, interest: NDArray[np.bool_]) -> Box | None:
    """The box of at most three conditions with the greatest harmonic mean of coverage and density; None where there are too few
    worlds of a kind, or nothing singles them out better than chance.

    ``values`` (worlds, fields) are the assumptions, numbers all; ``interest`` (worlds,) says which worlds are sought. Of each box
    that is peeled, ends are given up that may be chance: those whose quasi-p-value is above .05 over the number of fields
    (Bonferroni). A further condition is taken only if it adds .02 to the mean. Raises InputError where EMA workbench is not
    installed.
    """
    if min(interest.sum(), (~interest).sum()) < FEWEST:
        return None
    numbers = values.astype(float)
    least = _ALPHA / numbers.shape[1]
    boxes = [_without_chance(ends, numbers, interest, least) for ends in _peeled(numbers, interest)]
    best: Box | None = None
    for many in range(1, MOST_CONDITIONS + 1):
        found = [box for box in boxes if box is not None and len(box.conditions) == many]
        better = max(found, key=lambda box: box.score, default=None)
        if better is not None and (best is None or better.score > best.score + _WORTH):
            best = better
    return best


def check_package() -> None:
    """Raise InputError where EMA workbench is not installed."""
    _prim()


def _prim() -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".* not installed", UserWarning, r"ema_workbench\.")
        return imported("ema_workbench.analysis.prim", EXTRA, "the robustness map")


def _peeled(values: pd.DataFrame, interest: NDArray[np.bool_]) -> list[list[_End]]:
    """The ends of every box of the peeling trajectory."""
    box = _found_by_workbench(values, interest)
    whole = box.box_lims[0]
    return [
        [
            _End(field, bool(row), float(limits[field].iloc[row]))
            for field in restricted for row in (0, 1) if limits[field].iloc[row] != whole[field].iloc[row]
        ] for limits, restricted in zip(box.box_lims, box.qp, strict=True)
    ]  # fmt: skip


def _found_by_workbench(values: pd.DataFrame, interest: NDArray[np.bool_]) -> Any:
    with warnings.catch_warnings():
        # It looks for a column that we never give it, in a way that pandas 4 will not have.
        warnings.filterwarnings(
            "ignore", r"The inplace keyword in DataFrame\.drop", module=r"ema_workbench\.analysis\.prim"
        )
        return _prim().Prim(values, interest.astype(int), threshold=0.5).find_box()


def _without_chance(
    ends: Sequence[_End], values: pd.DataFrame, interest: NDArray[np.bool_], least: float
) -> Box | None:
    """A box without the ends that may be chance, and without conditions beyond the third, the weakest first; None of none."""
    within = {end: _within(end, values) for end in ends}
    while within:
        quasi_p = {end: _quasi_p(end, within, interest) for end in within}
        weakest = max(quasi_p, key=lambda end: quasi_p[end])
        fields = {end.field for end in within}
        if quasi_p[weakest] <= least and len(fields) <= MOST_CONDITIONS:
            return _box(quasi_p, _inside(within.values(), len(interest)), interest)
        del within[weakest]
    return None


def _within(end: _End, values: pd.DataFrame) -> NDArray[np.bool_]:
    column = values[end.field].to_numpy()
    return column <= end.limit if end.upper else column >= end.limit


def _inside(within: Iterable[NDArray[np.bool_]], worlds: int) -> NDArray[np.bool_]:
    found = np.ones(worlds, dtype=bool)
    for each in within:
        found &= each
    return found


def _quasi_p(end: _End, within: Mapping[_End, NDArray[np.bool_]], interest: NDArray[np.bool_]) -> float:
    """The chance of as many worlds of interest in the box if this end meant nothing (Bryant and Lempert 2010, equation 6)."""
    inside = _inside(within.values(), len(interest))
    without = _inside((each for other, each in within.items() if other != end), len(interest))
    return float(binom.sf(interest[inside].sum() - 1, inside.sum(), interest[without].mean()))


def _box(quasi_p: Mapping[_End, float], inside: NDArray[np.bool_], interest: NDArray[np.bool_]) -> Box:
    conditions = []
    for field in dict.fromkeys(end.field for end in quasi_p):
        ends = {end.upper: end.limit for end in quasi_p if end.field == field}
        greatest = max(p for end, p in quasi_p.items() if end.field == field)
        conditions.append(Condition(field, ends.get(False), ends.get(True), greatest))
    hits = int(interest[inside].sum())
    return Box(
        tuple(conditions),
        hits / int(interest.sum()),
        hits / int(inside.sum()),
        float(interest.mean()),
        int(inside.sum()),
        hits,
    )
