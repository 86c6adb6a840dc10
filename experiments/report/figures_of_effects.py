"""Figures of effects: on all of opinion's scale and magnified, and as chances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.report.chances import DOTS, Chance
from experiments.report.effect import swept_range
from experiments.report.shifts import Shift
from experiments.report.story import Story
from experiments.report.strings import say
from experiments.report.timeline import Label, called
from sim.study.figures import COLOURS, as_text

_TRACED, _ALL, _ASSUMED = COLOURS[1], "0.25", COLOURS[5]
_BINS = 11


class _Row(NamedTuple):
    name: str
    traced: Shift
    all: Shift
    assumed: tuple[float, float] | None


def text_of(label: Label) -> str:
    """A label as it may be drawn."""
    return as_text(label.text) if label.own else label.text


def effects_figure(story: Story) -> Figure | None:
    """Every effect on the full scale of opinion and, beside it, magnified; chance and assumptions in bars of their own. None
    where there is no branch beside the reference."""
    rows = _rows(story)
    if not rows:
        return None
    height = 1.5 + (0.44 if len(rows) < 8 else 0.33) * len(rows)
    figure, (full, near) = plt.subplots(
        1, 2, figsize=(9.2, height), sharey=True, layout="constrained", width_ratios=(1, 1.7)
    )
    magnified = _magnification(rows, story.plan.smallest_effect)
    for ax, scale in ((full, 1.0), (near, 1000.0)):
        _draw_rows(ax, rows, scale)
        smallest = scale * story.plan.smallest_effect
        ax.axvspan(
            -smallest, smallest, color="0.5", alpha=0.16, linewidth=0, zorder=0, label=say("figures.effects.band")
        )
        ax.axvline(0, color="0.35", linewidth=0.8, zorder=1)
        ax.grid(visible=False, axis="y")
    full.set_xlim(-1, 1)
    full.set_title(say("figures.effects.full"))
    full.set_xlabel(say("figures.effects.unit"))
    near.set_xlim(-1000 / magnified, 1000 / magnified)
    near.set_title(say("figures.effects.near", times=f"{magnified:,}"))
    near.set_xlabel(say("figures.effects.thousandths"))
    full.set_yticks(range(len(rows)), [row.name for row in rows])
    full.set_ylim(len(rows) - 0.4, -0.6)
    figure.legend(*near.get_legend_handles_labels(), loc="outside upper center", ncols=4, handlelength=2.2)
    sns.despine(figure)
    return figure


def _rows(story: Story) -> list[_Row]:
    """The findings, or of a grid the named branches and what the timeline shows of it."""
    rows = [
        _Row(
            as_text(called(found.branch)),
            found.effect.traced,
            found.effect.all,
            swept_range(story.sweep, found.branch),
        )
        for found in story.findings
    ]
    shown = {line.branch: line.label for line in story.lines}
    for cell in story.grid:
        if cell.branch in shown:
            rows.append(_Row(shown[cell.branch].text, cell.traced, cell.counterfactual, None))
    return rows


def _draw_rows(ax: Axes, rows: Sequence[_Row], scale: float) -> None:
    y = np.arange(len(rows), dtype=float)
    for shifts, colour, marker, off, key in (
        ([row.traced for row in rows], _TRACED, "o", -0.2, "traced"),
        ([row.all for row in rows], _ALL, "s", 0.04, "all"),
    ):
        mean = np.array([shift.difference for shift in shifts])
        half = np.nan_to_num(np.array([(shift.high - shift.low) / 2 for shift in shifts]))
        ax.errorbar(
            scale * mean, y + off, xerr=scale * half, color=colour, marker=marker, markersize=4.5, linestyle="", capsize=2.5,
            elinewidth=1.2, markerfacecolor=colour if key == "traced" else "white", label=say(f"figures.effects.{key}"), zorder=3,
        )  # fmt: skip
    ranges = [(place, row.assumed) for place, row in zip(y, rows, strict=True) if row.assumed]
    for i, (place, (low, high)) in enumerate(ranges):
        label = say("figures.effects.assumed") if i == 0 else None
        ax.plot(
            [scale * low, scale * high], [place + 0.27] * 2, color=_ASSUMED, linewidth=4, solid_capstyle="butt", label=label,
            zorder=2,
        )  # fmt: skip


def _magnification(rows: Sequence[_Row], smallest: float) -> int:
    """The greatest of 1, 2, 5, 10, … that leaves everything on the axis."""
    ends = [abs(end) for row in rows for shift in (row.traced, row.all) for end in shift[:3] if math.isfinite(end)]
    ends += [abs(end) for row in rows if row.assumed for end in row.assumed]
    most = 1.05 * max([*ends, 2.0 * smallest, 1e-9])
    steps = [n * 10**power for power in range(9) for n in (1, 2, 5)]
    return max([step for step in steps if most * step <= 1.0], default=1)


def chances_figure(story: Story) -> Figure | None:
    """Quantile dots, a panel a pair; None where there is no pair whose seeds differ."""
    pairs = story.chances
    if not pairs:
        return None
    columns = 3
    lines = math.ceil(len(pairs) / columns)
    figure, axes = plt.subplots(lines, columns, figsize=(9.2, 0.6 + 2.1 * lines), layout="constrained", squeeze=False)
    for ax, pair in zip(axes.flat, pairs, strict=False):
        _draw_dots(ax, pair)
    for ax in axes.flat[len(pairs) :]:
        ax.set_visible(False)
    for ax in axes.flat[max(0, len(pairs) - columns) : len(pairs)]:  # the lowest of each column
        ax.set_xlabel(say("figures.chances.axis"), fontsize=8)
    sns.despine(figure, left=True)
    return figure


def _draw_dots(ax: Axes, pair: Chance) -> None:
    dots = 1000 * np.array(pair.dots)
    ends = min(float(dots[0]), 0.0), max(float(dots[-1]), 0.0)
    # The border of two bins is at 0, so that no bin has dots of both sides.
    width = (ends[1] - ends[0]) / _BINS
    bins = np.floor(dots / width)
    stacked: dict[float, int] = {}
    for dot, where in zip(dots, bins, strict=True):
        height = stacked.get(where, 0)
        stacked[where] = height + 1
        more = dot > 0.0
        ax.plot(
            (where + 0.5) * width, height + 0.5, marker="o", markersize=7, color=_TRACED if more else "white",
            markeredgecolor=_TRACED if more else COLOURS[2], markeredgewidth=1.3,
        )  # fmt: skip
    ax.axvline(0, color="0.35", linewidth=0.9, zorder=1)
    ax.set_xlim(ends[0] - width, ends[1] + width)
    ax.set_ylim(0, max(8, *stacked.values()) + 0.5)
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.tick_params(axis="x", labelsize=8)
    ax.locator_params(axis="x", nbins=5)
    names = {"first": _short(pair.first), "second": _short(pair.second)}
    ax.set_title(say("figures.chances.title", more=pair.more, dots=DOTS, **names), fontsize=8.5)


def _short(label: Label) -> str:
    return text_of(label) if label.own else label.short
