"""The figure of a sensitivity study: how much each assumption matters, with intervals, and how that moves as the sample grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.analysis.indices import final
from experiments.analysis.samples import MORRIS
from sim.study.figures import as_text, look

_ROWS, _LINES = 12, 4


def draw(table: pd.DataFrame, method: str, labels: Mapping[str, str], smallest: float) -> Figure:
    """``table`` as ``indices.indices`` gives it; ``labels`` of its fields; ``smallest`` the effect that matters (for Morris)."""
    shown = final(table).head(_ROWS)
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(9.2, 2.3 + 0.42 * len(shown)), width_ratios=(1.25, 1), layout="constrained"
    )
    scale = 1000 if method == MORRIS else 1
    _importance(left, shown, method, scale, smallest)
    left.set_yticks(
        range(len(shown)), ["\n".join(map(as_text, labels[name].split("\n"))) for name in shown["field"]], fontsize=8
    )
    left.set_ylim(len(shown) - 0.5, -0.5)
    left.grid(visible=False, axis="y")
    _growth(right, table, shown["field"].tolist()[:_LINES], labels, scale)
    right.set_ylabel("absolute change, thousandths" if method == MORRIS else "total index")
    right.set_xlabel("worlds in the sample")
    sns.despine(figure)
    return figure


def _importance(ax: Axes, shown: pd.DataFrame, method: str, scale: float, smallest: float) -> None:
    rows = np.arange(len(shown))
    main, other = look(0), look(1)
    _intervals(ax, shown, ("size", "low", "high"), rows - 0.13, scale, main.color, "o", main.color,
               "absolute change, 95 % interval" if method == MORRIS else "total: alone and with others")  # fmt: skip
    if method == MORRIS:
        ax.plot(scale * shown["mean"], rows + 0.17, linestyle="", marker="D", markersize=5, color=other.color,
                markerfacecolor="white", label="with its sign: up where the field is higher")  # fmt: skip
        ax.axvspan(
            -scale * smallest, scale * smallest, color="0.9", linewidth=0, zorder=0, label="smaller than what matters"
        )
        ax.set_xlabel("change of the averted shift over the field's\nwhole range, thousandths of a unit of opinion")
    else:
        _intervals(ax, shown, ("first", "first_low", "first_high"), rows + 0.17, scale, other.color, "D", "white",
                   "first: alone")  # fmt: skip
        ax.set_xlabel("share of the averted shift's variance over worlds\n(Sobol index, 95 % interval)")
    ax.axvline(0, color="0.35", linewidth=0.8, zorder=1)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), fontsize=8.5)


def _intervals(
    ax: Axes, shown: pd.DataFrame, names: tuple[str, str, str], y: NDArray[Any], scale: float, color: str, marker: str,
    face: str, label: str,
) -> None:  # fmt: skip
    value, low, high = (scale * shown[name].to_numpy(dtype=float) for name in names)
    error = np.clip([value - low, high - value], 0, None)
    ax.errorbar(
        value, y, xerr=error, linestyle="", marker=marker, color=color, markerfacecolor=face, markersize=5.5, capsize=3,
        elinewidth=1.1, label=label, zorder=3,
    )  # fmt: skip


def _growth(ax: Axes, table: pd.DataFrame, fields: list[str], labels: Mapping[str, str], scale: float) -> None:
    worlds = sorted(table["worlds"].unique())
    for i, name in enumerate(fields):
        line, of = table[table["field"] == name].sort_values("worlds"), look(i)
        value, low, high = (scale * line[column].to_numpy(dtype=float) for column in ("size", "low", "high"))
        x = np.arange(len(worlds)) + 0.09 * (i - (len(fields) - 1) / 2)
        error = np.clip([value - low, high - value], 0, None)
        ax.errorbar(
            x, value, yerr=error, color=of.color, linestyle=of.linestyle, marker=of.marker, markersize=5, capsize=3,
            elinewidth=1, label=as_text(labels[name].split("\n")[0]),
        )  # fmt: skip
    ax.set_xticks(range(len(worlds)), [f"{n:,}" for n in worlds])
    ax.set_xlim(-0.4, len(worlds) - 0.6)
    ax.grid(visible=False, axis="x")
    ax.set_ylim(bottom=0)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), handlelength=3.0, fontsize=8.5)
