"""What the targets say of each free field: its profile, the interval that it leaves, and a sentence where it says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.calibration.fit import MISFIT, PART, PLACE, VALUE, Problem, profile_part
from experiments.command.words import plain

TOLD_APART = 3.841458820694124  # of a deviance: the 95 % quantile of chi-squared with one degree
FIELD, DEVIANCE = "field", "deviance"


class Identified(NamedTuple):
    """What is known of a field: its best value, the ends of the 95 % interval (None: the range's own end fits as well), and the
    greatest deviance in its range."""

    field: str
    best: float
    low: float | None
    high: float | None
    least: float
    most: float
    deviance: float

    @property
    def sentence(self) -> str:
        """In words."""
        best, low, high, least, most = (
            plain(value, 3) if value is not None else ""
            for value in (self.best, self.low, self.high, self.least, self.most)
        )
        if self.low is None and self.high is None:
            return (
                f"The targets do not identify {self.field}: every value from {least} to {most} fits about as well (deviance at "
                f"most {plain(self.deviance)}; {plain(TOLD_APART)} would tell them apart)."
            )
        if self.low is None:
            return f"{self.field} is {best}; the targets bound it from above only, at {high} (down to {least} all fits as well)."
        if self.high is None:
            return f"{self.field} is {best}; the targets bound it from below only, at {low} (up to {most} all fits as well)."
        return f"{self.field} is {best}, with a 95 % interval from {low} to {high}."


def best_of(trials: pd.DataFrame) -> pd.Series:
    """The trial with the least misfit."""
    return trials.iloc[int(trials[MISFIT].to_numpy().argmin())]


def profiles(problem: Problem, trials: pd.DataFrame, points: int) -> pd.DataFrame:
    """The best trial at each point of each field's range, and the best of all: the columns of trials, the field whose profile it
    is, and the deviance, twice what the misfit is above the least."""
    best = best_of(trials)
    rows = []
    for factor in problem.factors:
        names = [profile_part(factor.field, point) for point in range(points)]
        found = [best_of(trials[trials[PART] == name]) for name in names]
        table = pd.DataFrame([*found, best]).assign(**{FIELD: factor.field})
        rows.append(table.sort_values(f"{PLACE} {factor.field}", kind="stable"))
    table = pd.concat(rows, ignore_index=True)
    return table.assign(**{DEVIANCE: 2.0 * (table[MISFIT] - best[MISFIT])})


def identified(problem: Problem, profile: pd.DataFrame) -> list[Identified]:
    """What is known of each field."""
    found = []
    for factor in problem.factors:
        part = profile[profile[FIELD] == factor.field]
        places, deviance = part[f"{PLACE} {factor.field}"].to_numpy(dtype=float), part[DEVIANCE].to_numpy(dtype=float)
        at = int(deviance.argmin())
        ends = (_crossing(places[at::-1], deviance[at::-1]), _crossing(places[at:], deviance[at:]))
        low, high = (
            None if end is None else float(problem.values(_others(problem, factor.field, end))[factor.field])
            for end in ends
        )
        values = part[f"{VALUE} {factor.field}"].to_numpy(dtype=float)
        found.append(
            Identified(factor.field, float(values[at]), low, high, values.min(), values.max(), float(deviance.max()))
        )
    return found


def _others(problem: Problem, field: str, place: float) -> dict[str, float]:
    return {factor.field: place if factor.field == field else 0.0 for factor in problem.factors}


def _crossing(places: Sequence[float] | np.ndarray, deviance: Sequence[float] | np.ndarray) -> float | None:
    """Where, going outwards from the best, the deviance first tells apart, its root between points by a straight line; None if
    nowhere."""
    above = np.flatnonzero(np.asarray(deviance) > TOLD_APART)
    if not above.size:
        return None
    i = int(above[0])
    # Where likelihoods are normal, the root of the deviance is straight.
    return float(np.interp(np.sqrt(TOLD_APART), np.sqrt(deviance[i - 1 : i + 1]), places[i - 1 : i + 1]))
