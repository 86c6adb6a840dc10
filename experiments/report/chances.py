"""The chance that one branch averts more than another, as quantile dots: so many of twenty equally likely differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.report.timeline import Label, label_of
from experiments.studies.results import Results
from experiments.studies.settings import Cell
from sim.study.intervals import Method, moments

DOTS = 20
MOST = 6


class Chance(NamedTuple):
    """Whether ``first`` averts more than ``second``, traced.

    ``dots`` are the middles of ``DOTS`` equally likely parts of what the mean difference over seeds may be, ascending;
    ``more`` how many are above 0. Each is an end of the study's own interval at some level, the outermost those of the 95 %
    interval. A picture of them is read better than an interval (Fernandes et al. 2018, doi 10.1145/3173574.3173718).
    """

    first: Label
    second: Label
    dots: tuple[float, ...]

    @property
    def more(self) -> int:
        """Dots that are above 0."""
        return sum(dot > 0.0 for dot in self.dots)


def chances(results: Results, best: list[str]) -> tuple[Chance, ...]:
    """Of the pairs that a study is about. ``best`` are names of strategies, best first, those with an oracle left out."""
    traced = results.runs.set_index(["branch", "seed"])["troll_part"]
    found = []
    for first, second in _pairs(results, best):
        dots = _dots(traced.loc[first] - traced.loc[second], results.method)
        if dots:
            found.append(Chance(label_of(results, first), label_of(results, second), dots))
    return tuple(found[:MOST])


def _pairs(results: Results, best: list[str]) -> Iterator[tuple[str, str]]:
    """The headline against nothing; the best strategy against those after it; of the grid the earliest against the latest and the
    greatest against the least."""
    plan = results.plan
    if plan.headline != plan.reference:
        yield plan.headline, plan.reference
    if len(best) > 1:
        yield from ((best[0], other) for other in best[1:])
        return
    for kind in dict.fromkeys(cell.kind for cell in results.cells):
        cells = [cell for cell in results.cells if cell.kind == kind]
        most = max(cell.asked for cell in cells)
        greatest = sorted((cell for cell in cells if cell.asked == most), key=lambda cell: cell.date)
        yield from _unless_same(greatest[0], greatest[-1])
        first = sorted((cell for cell in cells if cell.date == greatest[0].date), key=lambda cell: -cell.asked)
        yield from _unless_same(first[0], first[-1])


def _unless_same(first: Cell, second: Cell) -> Iterator[tuple[str, str]]:
    if first != second:
        yield first.branch, second.branch


def _dots(differences: pd.Series, method: Method) -> tuple[float, ...]:
    """None where nothing differs, or so few seeds say nothing of chance. Where less than half of what may be lies below a dot,
    it is the lower end of the interval that leaves out twice that share, else the upper end."""
    (mean,), (deviation,), (n,) = moments([differences.to_numpy(dtype=float)])
    if n < 2 or not np.any(differences):
        return ()
    sides = 2 * (np.arange(DOTS) + 0.5) / DOTS - 1
    halves = [float(method.half_widths(np.array([float(n)]), abs(side))[0]) for side in sides]
    if not np.isfinite(halves).all():
        return ()
    return tuple(float(dot) for dot in mean + np.sign(sides) * deviation * halves)
