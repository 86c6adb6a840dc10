"""The three figures of a study, as SVG (the same bytes for the same results) and PNG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.command.words import ranks_in_words, short_day
from experiments.report.drawing import THOUSANDTHS, write_figures
from experiments.report.shifts import Shift
from experiments.report.story import Story
from experiments.report.timeline import Label
from experiments.studies.settings import REACTIVE, STRATEGIES
from sim.study.figures import COLOURS, Look, as_text, draw_band, label_days, look, places

TIMING, FRONTIER, TIMELINE, SWEEP = "timing-and-scale", "frontier", "timeline", "sweep"


def draw_figures(story: Story, folder: Path) -> tuple[str, ...]:
    """Write the figures that a story has into a folder; returns their names."""
    figures = {TIMING: grid_figure, FRONTIER: frontier_figure, TIMELINE: timeline_figure, SWEEP: sweep_figure}
    return write_figures({name: partial(draw, story) for name, draw in figures.items()}, folder)


def grid_figure(story: Story) -> Figure | None:
    """Traced shift averted by date of removal, a line for each scale; None without a grid."""
    if not story.grid:
        return None
    kinds = list(dict.fromkeys(cell.kind for cell in story.grid))
    figure, axes = plt.subplots(1, len(kinds), figsize=(9.2, 4.7), sharey=True, layout="constrained", squeeze=False)
    dates = sorted({cell.date for cell in story.grid})
    for ax, kind in zip(axes[0], kinds, strict=True):
        part = [cell for cell in story.grid if cell.kind == kind]
        for i, asked in enumerate(sorted({cell.asked for cell in part}, reverse=True)):
            line = sorted((cell for cell in part if cell.asked == asked), key=lambda cell: cell.date)
            x = [place + (i - 1) * 0.8 for place in places(cell.date for cell in line)]
            _line_with_intervals(ax, x, [cell.traced for cell in line], look(i), f"{asked:,}")
        what = "active accounts" if kind == REACTIVE else "accounts that had not posted yet"
        ax.set_title(f"{kind.capitalize()}: {what}")
        ax.set_xlabel(f"date of removal, {dates[0][:4]}" if dates[0][:4] == dates[-1][:4] else "date of removal")
        ax.set_xticks(places(dates), [short_day(date) for date in dates], rotation=30, ha="right")
        ax.legend(
            title="accounts asked for",
            loc="upper center",
            bbox_to_anchor=(0.5, -0.29),
            ncols=4,
            handlelength=3.4,
        )
    axes[0][0].set_ylabel(f"traced shift averted by {short_day(story.until)},\n{THOUSANDTHS}")
    sns.despine(figure)
    return figure


def _line_with_intervals(ax: Axes, x: Sequence[float], shifts: Sequence[Shift], of: Look, label: str) -> None:
    """Means joined by a line, with 95 % intervals as bars."""
    mean = [1000 * shift.difference for shift in shifts]
    half = np.nan_to_num([1000 * (shift.high - shift.low) / 2 for shift in shifts])
    ax.axhline(0, color="0.35", linewidth=0.8)
    ax.errorbar(
        x, mean, yerr=half, color=of.color, linestyle=of.linestyle, marker=of.marker, markersize=5.5, capsize=3,
        elinewidth=1, label=label,
    )  # fmt: skip


def frontier_figure(story: Story) -> Figure | None:
    """Traced shift averted against the innocent accounts hit, a point a strategy; None where no strategies are compared."""
    if story.plan.form != STRATEGIES:
        return None
    table = story.strategies
    figure, ax = plt.subplots(figsize=(9.2, 5.2), layout="constrained")
    hit, averted = table["hit"].to_numpy(), 1000 * table["traced"].to_numpy()
    bars = {
        "xerr": np.nan_to_num(np.maximum(0.0, table["hit_high"] - hit)),
        "yerr": np.nan_to_num(1000 * (table["traced_high"] - table["traced"])),
    }
    ax.errorbar(hit, averted, **bars, linestyle="", color="0.55", elinewidth=0.9, capsize=2, zorder=1)
    best = table[table["frontier"]].sort_values("hit")
    ax.plot(best["hit"], 1000 * best["traced"], color=COLOURS[1], linewidth=1.6, drawstyle="steps-post", zorder=2)
    kinds = (
        (table["frontier"], "o", COLOURS[1], COLOURS[1], "frontier: none of these averts more and hits fewer"),
        (~table["frontier"] & ~table["oracle"], "s", "0.25", "0.25", "other strategies"),
        (table["oracle"], "D", "white", "0.25", "with a detector that knows the truth, as no platform has"),
    )
    for chosen, marker, face, edge, label in kinds:
        ax.scatter(hit[chosen], averted[chosen], s=36, marker=marker, color=face, edgecolor=edge, zorder=3, label=label)
    for (x, y), names in _labels_of_points(table).items():
        ax.annotate(names, (x, y), textcoords="offset points", xytext=(6, 5), fontsize=8.5)
    ax.axhline(0, color="0.35", linewidth=0.8, zorder=0)
    ax.set_xscale("symlog", linthresh=1)
    most = max(1.0, 1.6 * float(hit.max()), 1.15 * float((hit + bars["xerr"]).max()))
    ax.set_xlim(-0.2, most)
    ticks = (n * 10**power for power in range(8) for n in ((1, 2, 5) if most < 1000 else (1,)))
    ax.set_xticks([0, *(tick for tick in ticks if tick <= most)])
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_xlabel("innocent accounts suspended or marked by mistake")
    ax.set_ylabel(f"traced shift averted by {short_day(story.until)},\n{THOUSANDTHS}")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=1)
    sns.despine(figure)
    return figure


def _labels_of_points(table: pd.DataFrame) -> dict[tuple[float, float], str]:
    """Ranks of the strategies at each place; places that would overlap share a label."""
    labels: dict[tuple[float, float], list[int]] = {}
    height = 1000 * max(float(np.ptp(table["traced"])), 1e-12)
    for rank, x, y in zip(table["rank"], table["hit"].to_numpy(), 1000 * table["traced"].to_numpy(), strict=True):
        near = (p for p in labels if abs(math.asinh(p[0]) - math.asinh(x)) < 0.25 and abs(p[1] - y) < 0.05 * height)
        labels.setdefault(next(near, (x, y)), []).append(int(rank))
    return {place: ranks_in_words(ranks) for place, ranks in labels.items()}


def timeline_figure(story: Story) -> Figure:
    """Troll part and difference of mean opinion, day by day, for a few branches; protest days are marked."""
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(9.2, 7.4), sharex=True, layout="constrained")
    x = places(story.dates)
    for i, line in enumerate(story.lines):
        draw_band(top, x, 1000 * line.traced, look(i), _text(line.label), story.method)
        if i > 0:
            draw_band(bottom, x, 1000 * line.difference, look(i), _text(line.label), story.method)
    _mark_events(story, top, bottom)
    top.set_ylabel(f"opinion traced to the campaign,\n{THOUSANDTHS}")
    bottom.set_ylabel(f"mean opinion, difference from\n{_text(story.lines[0].label)}, {THOUSANDTHS}")
    for ax in (top, bottom):
        ax.axhline(0, color="0.35", linewidth=0.8, zorder=1)
        ax.grid(visible=False, axis="x")
        ax.margins(x=0.01)
    figure.legend(*top.get_legend_handles_labels(), loc="outside upper left", ncols=2, handlelength=3.4)
    label_days(bottom, story.dates)
    sns.despine(figure)
    return figure


def _text(label: Label) -> str:
    return as_text(label.text) if label.own else label.text


def _mark_events(story: Story, top: Axes, bottom: Axes) -> None:
    """Days in the streets, as faint lines in both panels and as triangles above the upper one."""
    for side, marker, label in ((1, "^", "protest"), (-1, "v", "rally for the government")):
        days = sorted({event.date for event in story.events if event.side == side})
        if not days:
            continue
        x = np.array(places(days))
        for ax in (top, bottom):
            for place in x:
                ax.axvline(place, color="0.82", linewidth=0.7, linestyle="-" if side > 0 else ":", zorder=0)
        top.plot(
            x, np.full(len(x), 1.02), marker=marker, linestyle="", color="0.25", markersize=5, clip_on=False, label=label,
            transform=top.get_xaxis_transform(), markerfacecolor="0.25" if side > 0 else "white",
        )  # fmt: skip


def sweep_figure(story: Story) -> Figure | None:
    """Traced and counterfactual shift averted against the swept field; None without a sweep."""
    if not story.sweep:
        return None
    figure, axes = plt.subplots(1, 2, figsize=(9.2, 3.9), layout="constrained")
    values = sorted({point.value for point in story.sweep})
    branches = list(dict.fromkeys(point.branch for point in story.sweep))
    for ax, kind in zip(axes, ("traced", "counterfactual"), strict=True):
        for i, branch in enumerate(branches):
            line = [point for point in story.sweep if point.branch == branch]
            shifts = [getattr(point, kind) for point in line]
            label = _text(line[0].label)
            _line_with_intervals(ax, [point.value for point in line], shifts, look(i), label)
        if min(values) > 0 and len(values) > 1 and max(values) / min(values) >= 10:
            ax.set_xscale("log")
            ax.minorticks_off()
        ax.set_xticks(
            values, [f"{value:,g}\n(assumed)" if value == story.assumed else f"{value:,g}" for value in values]
        )
        ax.set_ylabel(f"shift averted by {short_day(story.until)},\n{THOUSANDTHS}")
        ax.set_xlabel(_axis_of_field(story))
        ax.set_title("Traced to the campaign's messages" if kind == "traced" else "All included (counterfactual)")
        if len(branches) > 1:
            ax.legend()
    sns.despine(figure)
    return figure


def _axis_of_field(story: Story) -> str:
    name = story.plan.sweep.field
    return story.case.labels.get(name) or as_text(name.replace("_", " ").replace(".", ": "))
