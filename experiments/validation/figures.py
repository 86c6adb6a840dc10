"""One figure a result, as SVG text: expected curves and points, measured points with 95 % intervals; readable in grey."""

from __future__ import annotations

import io
import re
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes

from experiments.validation.check import Chart, Result
from sim.study.figures import as_text

# Okabe and Ito's colours, in an order whose greys differ too; every series also has a line style and a marker of its own.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#000000", "#CC79A7", "#E69F00", "#56B4E9")
_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_SETTINGS: Any = {
    "svg.hashsalt": "groundswell", "svg.fonttype": "path", "font.size": 10, "axes.labelsize": 10, "legend.frameon": False,
    "legend.fontsize": 8.5, "axes.axisbelow": True,
}  # fmt: skip
_TWO_SIDED_95 = 1.959964
_REFERENCES = re.compile(r'(\bid="|href="#|url\(#)')


def figure_svg(name: str, result: Result) -> str:
    """The figure of a result as an ``<svg>`` element whose identifiers begin with ``name``."""
    panels = len(result.charts)
    with sns.axes_style("ticks", {"axes.grid": True, "grid.color": "#e4e4e4"}), plt.rc_context(_SETTINGS):
        figure, axes = plt.subplots(1, panels, figsize=(9.2, 4.2), layout="constrained", squeeze=False)
        for ax, chart in zip(axes[0], result.charts, strict=True):
            _draw(ax, chart)
        sns.despine(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
        plt.close(figure)
    svg = buffer.getvalue()
    return _REFERENCES.sub(rf"\g<1>{name}-", svg[svg.index("<svg") :])


def _draw(ax: Axes, chart: Chart) -> None:
    paired = len(chart.points) == len(chart.curves) > 1
    for i, curve in enumerate(chart.curves):
        ax.plot(
            curve.x,
            curve.y,
            color=_COLOURS[i % 7],
            linestyle=_STYLES[i % 7],
            linewidth=1.5,
            label=curve.label,
            zorder=2,
        )
    for i, points in enumerate(chart.points):
        number = i if paired else i + len(chart.curves)
        error = None if points.error is None else _TWO_SIDED_95 * np.nan_to_num(np.asarray(points.error, dtype=float))
        ax.errorbar(
            np.asarray(points.x, dtype=float), np.asarray(points.y, dtype=float), yerr=error, linestyle="",
            marker="_" if points.expected else _MARKERS[number % 7], markersize=16 if points.expected else 4.5,
            markeredgewidth=1.8 if points.expected else 0.8, capsize=2, elinewidth=1,
            color="0.25" if points.expected else _COLOURS[number % 7],
            label=None if paired else points.label, zorder=2 if points.expected else 3,
        )  # fmt: skip
    ax.set_xlabel(chart.x_label)
    ax.set_ylabel(chart.y_label)
    if chart.logarithmic:
        ax.set_xscale("log")
    if chart.categories:
        ax.set_xticks(
            range(len(chart.categories)),
            ["\n".join(map(as_text, c.splitlines())) for c in chart.categories],
            rotation=35,
            ha="right",
            fontsize=8,
        )
        ax.set_xlim(-0.5, len(chart.categories) - 0.5)
    heights = [np.asarray(series.y, dtype=float) for series in chart.points]
    if min(float(height.min()) for height in heights) >= 0.0:
        ax.set_ylim(bottom=0.0)
    ax.legend(loc="best")
