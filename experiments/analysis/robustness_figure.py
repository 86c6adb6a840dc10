"""The robustness map as a figure: a row a strategy, in which share of plausible worlds it helps, and what choosing it costs."""

from __future__ import annotations

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.analysis.verdicts import HARMS, HELPS, NONE, UNKNOWN
from experiments.command.words import plain
from sim.study.figures import as_text

# Okabe and Ito's colours from dark to light, so that they part in grey too; a pattern for each but the first.
_LOOKS = {
    HELPS: ("#0072B2", "", "white", "helps by more than matters"),
    NONE: ("#d9d9d9", "", "black", "no difference that matters"),
    HARMS: ("#D55E00", "////", "black", "harms by more than matters"),
    UNKNOWN: ("white", "....", "black", "cannot be told with these seeds"),
}
_TOLD = 0.06  # least share that has its number in the bar


def draw(table: pd.DataFrame, nothing: str, smallest: float, setting: str) -> Figure:
    """``table`` as ``verdicts.robustness`` gives it, ``nothing`` the name of doing nothing in it, ``setting`` what it is of."""
    rows = len(table)
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(9.2, 2.3 + 0.42 * rows), sharey=True, width_ratios=(1.35, 1), layout="constrained"
    )
    _shares(left, table, nothing)
    _regret(right, table, smallest)
    names = ["doing nothing" if name == nothing else as_text(name.replace("_", " ")) for name in table["strategy"]]
    left.set_yticks(range(rows), names)
    left.set_ylim(rows - 0.5, -0.5)
    chance = 1000 * float(table["chance"].median())
    note = f"{setting}. Both panels are over worlds; chance, a world's seeds, leaves ±{plain(chance)} thousandths (median)."
    figure.supxlabel("\n".join(textwrap.wrap(note, 138)), fontsize=8.5, x=0.01, ha="left")
    sns.despine(figure)
    return figure


def _shares(ax: Axes, table: pd.DataFrame, nothing: str) -> None:
    begun = np.zeros(len(table))
    for verdict, (color, hatch, ink, label) in _LOOKS.items():
        shares = table[verdict].fillna(0.0).to_numpy(dtype=float)
        bars = ax.barh(
            range(len(table)), shares, left=begun, color=color, hatch=hatch, edgecolor="0.25", linewidth=0.6, height=0.72,
            label=label,
        )  # fmt: skip
        for bar, share in zip(bars, shares, strict=True):
            if share >= _TOLD:
                ax.text(
                    bar.get_x() + share / 2, bar.get_y() + bar.get_height() / 2, f"{100 * share:.0f} %", ha="center", va="center",
                    color=ink, fontsize=8.5, bbox=None if not hatch else {"facecolor": color, "edgecolor": "none", "pad": 0.8},
                )  # fmt: skip
        begun += shares
    for row, name in enumerate(table["strategy"]):
        if name == nothing:
            ax.text(0.01, row, "what the others are compared with", va="center", fontsize=8.5, color="0.35")
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    ax.set_xlabel("share of the plausible worlds")
    ax.grid(visible=False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), fontsize=8.5)


def _regret(ax: Axes, table: pd.DataFrame, smallest: float) -> None:
    rows = np.arange(len(table))
    mean, most, top = (1000 * table[name].to_numpy(dtype=float) for name in ("regret_mean", "regret_p90", "regret_max"))
    ax.axvspan(0, 1000 * smallest, color="0.92", linewidth=0, zorder=0, label="smaller than what matters")
    ax.hlines(rows, 0, most, color="#0072B2", linewidth=5, zorder=2, label="to the 90th percentile")
    ax.plot(
        mean,
        rows,
        linestyle="",
        marker="o",
        markersize=7,
        color="white",
        markeredgecolor="black",
        zorder=3,
        label="mean",
    )
    ax.plot(
        top,
        rows,
        linestyle="",
        marker="|",
        markersize=11,
        markeredgewidth=1.6,
        color="black",
        zorder=3,
        label="worst world",
    )
    ax.set_xscale("symlog", linthresh=1000 * smallest)
    ax.set_xlim(0, 1.15 * max(float(top.max()), 1000 * smallest))
    steps = (step * 10.0**power for power in range(-8, 4) for step in (1, 3))
    ticks = [0.0, 1000 * smallest, *(tick for tick in steps if 3000 * smallest < tick < top.max())]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel("regret: how much more the best choice\nin a world averts, thousandths\nof a unit of opinion")
    ax.grid(visible=False, axis="y")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), fontsize=8.5)
