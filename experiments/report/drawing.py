"""Figures as files: SVG with the same bytes for the same results, and PNG."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.figure import Figure

from sim.study.figures import SETTINGS

THOUSANDTHS = "thousandths of a unit\n(opinion runs from −1 to 1)"
_SETTINGS = SETTINGS | {"svg.hashsalt": "groundswell", "svg.fonttype": "path"}


def write_figures(figures: Mapping[str, Callable[[], Figure | None]], folder: Path) -> tuple[str, ...]:
    """Draw each figure and write it into a folder under its name; returns the names of those that there are."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    style = sns.axes_style("ticks", {"axes.grid": True, "grid.color": "#e4e4e4"})
    with style, plt.rc_context(_SETTINGS), warnings.catch_warnings():  # type: ignore[arg-type]
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")  # a box is drawn instead
        for name, draw in figures.items():
            figure = draw()
            if figure is None:
                continue
            figure.draw_without_rendering()
            figure.set_layout_engine("none")  # as laid out now, not once more for each file
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
            figure.savefig(folder / f"{name}.png", metadata={"Software": None})
            plt.close(figure)
            drawn.append(name)
    return tuple(drawn)
