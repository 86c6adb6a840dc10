"""The two standard figures of a study: timelines with bands, and effects with intervals.

Whoever calls for a figure loads matplotlib; nothing else in the library does.
"""

from __future__ import annotations

import calendar
import datetime
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.fields import InputError, checked, chosen
from sim.outcomes import OUTCOMES
from sim.study.compare import Study
from sim.study.intervals import LEVEL, STUDENT, Method, paired_intervals

# Okabe and Ito's colours, in an order whose greys differ too; every series also has a line style and a marker of its own.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_STYLES = ("-", "--", "-.", (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5, 1, 1.5)), (0, (3, 3)), (0, (9, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SETTINGS: dict[str, Any] = {
    "font.size": 10, "axes.titlesize": 10.5, "axes.labelsize": 10, "legend.frameon": False, "legend.fontsize": 9,
    "figure.dpi": 100, "savefig.dpi": 160, "axes.axisbelow": True,
}  # fmt: skip
_GRID: dict[str, Any] = {
    "axes.grid": True, "grid.color": "#e4e4e4", "axes.spines.top": False, "axes.spines.right": False,
}  # fmt: skip
_LONGEST_NAME = 40
_ZERO = {"color": "0.35", "linewidth": 0.8, "zorder": 1}


class Look(NamedTuple):
    """How a series is drawn."""

    color: str
    linestyle: Any
    marker: str


def look(i: int) -> Look:
    """The look of series number ``i``: 49 differ."""
    shifted = i + i // len(COLOURS)
    return Look(COLOURS[i % len(COLOURS)], _STYLES[shifted % len(_STYLES)], _MARKERS[shifted % len(_MARKERS)])


def as_text(name: str) -> str:
    """A name as it stands, short enough for a figure: what would begin a formula is only a sign."""
    short = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return " ".join(short.split()).replace("$", r"\$")


def draw_band(ax: Axes, x: Any, values: NDArray[np.float64], of: Look, label: str, method: Method = STUDENT) -> None:
    """The mean over seeds and its 95 % interval, by day. ``values`` (days, seeds); seeds without a value are left out."""
    mean, low, high, _ = paired_intervals(values, method=method)
    ax.plot(x, mean, color=of.color, linestyle=of.linestyle, linewidth=1.7, label=label, zorder=3)
    if np.isfinite(low).any():
        ax.fill_between(x, low, high, color=of.color, alpha=0.1, linewidth=0, zorder=2)
        for edge in (low, high):
            ax.plot(x, edge, color=of.color, linestyle=of.linestyle, linewidth=0.5, alpha=0.6, zorder=2)


def places(dates: Iterable[str]) -> list[float]:
    """Where ISO dates lie on matplotlib's axis."""
    return [float(mdates.date2num(datetime.date.fromisoformat(date))) for date in dates]  # type: ignore[no-untyped-call]


def _short_day(date: str) -> str:
    """``19 Aug``, of an ISO date."""
    return f"{int(date[8:])} {calendar.month_abbr[int(date[5:7])]}"


def label_days(ax: Axes, dates: Sequence[str], told: Callable[[str], str] = _short_day) -> None:
    """Ticks at the first of each month, or at up to seven days of a shorter calendar; ISO dates, ascending, ``told`` in words."""
    shown = [date for date in dates if date.endswith("-01")]
    if len(shown) < 3:
        shown = list(dates[:: max(1, math.ceil(len(dates) / 7))])
    years = {date[:4] for date in dates}
    words = [told(date) for date in shown]
    if len(years) > 1:
        words = [f"{day}\n{date[:4]}" for day, date in zip(words, shown, strict=True)]
    ax.set_xticks(places(shown), words)
    ax.set_xlabel(f"date, {years.pop()}" if len(years) == 1 else "date")


def plot(
    study: Study,
    kind: str = "effects",
    outcomes: str | Sequence[str] | None = None,
    branches: str | Sequence[str] | None = None,
    differences: bool = False,
) -> Figure:
    """As ``Study.plot`` says."""
    draw = {"effects": _effects, "timeline": _timelines}[chosen(kind, ("effects", "timeline"), "kind")]
    differences = checked(differences, bool, "differences")
    shown = [name for name in study.branches if name != study.reference or (kind == "timeline" and not differences)]
    if branches is not None:
        shown = [chosen(name, shown, "branches") for name in _listed(branches, "branches")]
    own = tuple(outcome.column for outcome in study.recorded.outcomes)
    names = own or (("opinion_mean",) if kind == "effects" or differences else ("troll_part",))
    if outcomes is not None:
        names = tuple(chosen(name, study.recorded.columns, "outcomes") for name in _listed(outcomes, "outcomes"))
    if not shown or not names:
        raise InputError(f"must be at least one to draw {kind} of", "branches" if not shown else "outcomes")
    with plt.rc_context(SETTINGS | _GRID):  # type: ignore[arg-type]
        figure = draw(study, names, shown, differences)
        _say_powers_in_labels(figure)
    plt.close(figure)  # a notebook shows what is returned, and once is enough
    return figure


def _say_powers_in_labels(figure: Figure) -> None:
    """A power of ten that an axis leaves to a corner goes into its label."""
    figure.canvas.draw()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            power = axis.get_offset_text()
            if power.get_text():
                axis.set_label_text(f"{axis.get_label_text()[:-1]}, × {power.get_text()})")
                power.set_visible(False)


def _listed(names: str | Iterable[str], field: str) -> tuple[str, ...]:
    found: tuple[str, ...] = checked((names,) if isinstance(names, str) else names, tuple[str, ...], field)
    if len(set(found)) != len(found):
        raise InputError("must name each only once", field)
    return found


def _axis(study: Study, outcome: str) -> str:
    """An outcome with its unit, as the label of an axis."""
    units = {known.name: known.unit for known in OUTCOMES}
    units |= {own.column: own.unit for own in study.recorded.outcomes}
    return f"{as_text(outcome.replace('_', ' '))}\n({as_text(units[outcome])})"


def _seeds(study: Study) -> str:
    n = len(study.seeds)
    return "one seed, which gives no interval" if n == 1 else f"mean of {n} seeds with its {100 * LEVEL:g} % interval"


def _effects(study: Study, outcomes: Sequence[str], branches: Sequence[str], _: bool) -> Figure:
    rows = len(branches)
    figure, axes = plt.subplots(
        1, len(outcomes), figsize=(2.6 + 4.2 * len(outcomes), 1.7 + 0.42 * rows), sharey=True, squeeze=False,
        layout="constrained",
    )  # fmt: skip
    table = study.effects
    for ax, outcome in zip(axes[0], outcomes, strict=True):
        of_outcome = table[table["outcome"] == outcome]
        kinds = [kind for kind in ("traced", "counterfactual") if (of_outcome["kind"] == kind).any()]
        for kind in kinds:
            number = ("traced", "counterfactual").index(kind)
            part = of_outcome[of_outcome["kind"] == kind].set_index("branch").loc[list(branches)]
            offset = 0.24 * (number - 0.5) if len(kinds) > 1 else 0.0
            _intervals(ax, part, [row + offset for row in range(rows)], look(number), kind)
        ax.axvline(0, **_ZERO)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(f"difference in {_axis(study, outcome)}")
        if len(kinds) > 1:
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    axes[0][0].set_yticks(np.arange(rows), [as_text(name) for name in branches])
    axes[0][0].set_ylim(rows - 0.5, -0.5)
    figure.suptitle(
        f"Against {as_text(study.reference)}, after {study.days} days: {_seeds(study)}", fontsize=10, x=0.01, ha="left"
    )
    return figure


def _intervals(ax: Axes, part: pd.DataFrame, y: Sequence[float], of: Look, kind: str) -> None:
    half = ((part["high"] - part["low"]) / 2).fillna(0.0).to_numpy()
    ax.errorbar(
        part["difference"].to_numpy(), y, xerr=half, linestyle="", marker=of.marker, color=of.color, markersize=6, capsize=3,
        elinewidth=1.2, label=kind, markerfacecolor=of.color if kind == "traced" else "white", zorder=3,
    )  # fmt: skip


def _timelines(study: Study, outcomes: Sequence[str], branches: Sequence[str], differences: bool) -> Figure:
    figure, axes = plt.subplots(
        len(outcomes), 1, figsize=(8.4, 1.2 + 2.9 * len(outcomes)), sharex=True, squeeze=False, layout="constrained"
    )
    dates = [study.world.date(day) for day in range(study.days)]
    x = places(dates)
    for ax, outcome in zip(axes[:, 0], outcomes, strict=True):
        daily = {
            name: np.column_stack([study.runs[name, seed].timeline[outcome] for seed in study.seeds])
            for name in {*branches, study.reference}
        }
        names = list(study.branches)
        for name in branches:
            values = daily[name] - daily[study.reference] if differences else daily[name]
            draw_band(ax, x, values, look(names.index(name)), as_text(name), study.method)
        against = f"difference from {as_text(study.reference)} in " if differences else ""
        ax.set_ylabel(against + _axis(study, outcome))
        if differences or ax.get_ylim()[0] <= 0 <= ax.get_ylim()[1]:
            ax.axhline(0, **_ZERO)
        ax.grid(visible=False, axis="x")
        if not any(np.isfinite(values).any() for values in daily.values()):
            ax.text(0.5, 0.5, "nothing to measure", transform=ax.transAxes, ha="center", va="bottom", color="0.35")
        ax.set_xlim(x[0] - 0.01 * len(x), x[-1] + 0.01 * len(x))
    bottom = axes[-1, 0]
    label_days(bottom, dates)
    figure.legend(
        *bottom.get_legend_handles_labels(), loc="outside upper left", ncols=max(1, math.ceil(len(branches) / 3)),
        handlelength=3.4, title=_seeds(study), alignment="left",
    )  # fmt: skip
    return figure
