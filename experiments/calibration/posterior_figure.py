"""The posterior drawn: of each field against what was as likely beforehand, and of each pair of fields."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.calibration.fit import PLACE, VALUE, Problem
from experiments.calibration.posterior import WEIGHT, believed, value_at
from sim.sampling import LOG, Factor
from sim.study.figures import COLOURS, as_text

_BINS = 12  # of a field's range


def posterior_figure(problem: Problem, posterior: pd.DataFrame, before: Mapping[str, tuple[float, str]]) -> Figure:
    """On the diagonal the posterior of each field, as a multiple of what it was beforehand, below it the particles of each pair;
    ``before`` has each field's assumption, and its unit."""
    factors, found = problem.factors, believed(problem, posterior)
    n = len(factors)
    drawn, axes = plt.subplots(n, n, figsize=(1.6 + 3.4 * n, 0.8 + 2.9 * n), squeeze=False, layout="constrained")
    for row, factor in enumerate(factors):
        ax = axes[row][row]
        _density(ax, problem, factor, posterior)
        ax.axvspan(found[row].low, found[row].high, color=COLOURS[1], alpha=0.25, linewidth=0, label="95 % credible")
        ax.axvline(found[row].median, color=COLOURS[2], linewidth=1.4, label="median")
        ax.axvline(before[factor.field][0], color="0.35", linestyle=(0, (1, 1.5)), linewidth=1.2, label="before")
        for column in range(n):
            if column > row:
                axes[row][column].set_visible(False)
            elif column < row:
                _pair(axes[row][column], factors[column], factor, posterior)
        for other in axes[row:, row]:
            _axis(other, "x", problem, factor)
        for other in axes[row][:row]:
            _axis(other, "y", problem, factor)
        axes[-1][row].set_xlabel(f"{as_text(factor.field)}\n({as_text(before[factor.field][1])})")
        if row:
            axes[row][0].set_ylabel(as_text(factor.field))
    axes[0][0].set_ylabel("times as likely as before")
    axes[0][0].legend(loc="best", fontsize=8.5)
    return drawn


def log_axis(ax: Axes, name: str, least: float, most: float) -> None:
    """A logarithmic axis, ``x`` or ``y``, with ticks at 1, 2 and 5 of each power of ten."""
    ax.set(**{f"{name}scale": "log"})
    axis = ax.xaxis if name == "x" else ax.yaxis
    ticks = [tick for tick in np.outer(10.0 ** np.arange(-9, 9), [1, 2, 5]).ravel() if least <= tick <= most]
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
    axis.set_ticks([], minor=True)


def _density(ax: Axes, problem: Problem, factor: Factor, posterior: pd.DataFrame) -> None:
    places = posterior[f"{PLACE} {factor.field}"].to_numpy(dtype=float)
    edges = np.linspace(0.0, 1.0, _BINS + 1)
    density, _ = np.histogram(places, edges, weights=posterior[WEIGHT].to_numpy(dtype=float), density=True)
    values = [value_at(problem, factor.field, float(edge)) for edge in edges]
    ax.stairs(density, values, color="black", linewidth=1.2, label="after")
    ax.axhline(1.0, color="0.35", linestyle="--", linewidth=1.0)


def _pair(ax: Axes, across: Factor, up: Factor, posterior: pd.DataFrame) -> None:
    weights = posterior[WEIGHT].to_numpy(dtype=float)
    x, y = (posterior[f"{VALUE} {factor.field}"].to_numpy(dtype=float) for factor in (across, up))
    ax.scatter(x, y, s=12 * weights / weights.mean(), color="black", alpha=0.6, linewidths=0)


def _axis(ax: Axes, name: str, problem: Problem, factor: Factor) -> None:
    least, most = (value_at(problem, factor.field, place) for place in (0.0, 1.0))
    if factor.scale == LOG:
        log_axis(ax, name, least, most)
    ax.set(**{f"{name}lim": (least, most)})
