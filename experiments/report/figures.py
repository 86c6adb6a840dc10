"""The figures of a study, as SVG (the same bytes for the same results) and PNG."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.command.words import in_full, ranks_in_words
from experiments.report.drawing import write_figures
from experiments.report.figures_of_effects import chances_figure, effects_figure, text_of
from experiments.report.figures_of_ways import channels_figure, relays_figure
from experiments.report.findings import PER
from experiments.report.shifts import Shift
from experiments.report.story import Story
from experiments.report.strings import say
from experiments.studies.settings import REACTIVE, STRATEGIES
from sim.society.groups import innocent_accounts
from sim.study.figures import COLOURS, Look, as_text, draw_band, label_days, look, places

_UPRIGHT = 4  # values beside each other under an axis


def draw_figures(story: Story, folder: Path) -> tuple[str, ...]:
    """Write the figures that a story has into a folder; returns their names, in the order of the page."""
    return write_figures({name: partial(_with_source, name, draw, story) for name, draw in FIGURES.items()}, folder)


def _with_source(name: str, draw: Callable[[Story], Figure | None], story: Story) -> Figure | None:
    figure = draw(story)
    if figure is not None:
        figure.supxlabel(_source(story, seeds_of(name, story)), x=0.995, ha="right", fontsize=7, color="0.4")
    return figure


def seeds_of(name: str, story: Story) -> tuple[int, ...]:
    """The seeds of the runs that a figure, by its name, is of: some are of fewer than the study has."""
    if name == "sweep" and story.sweep:
        return story.seeds[: story.sweep[0].seeds]
    if name == "relays" and story.relays is not None:
        return story.relays.seeds
    return story.seeds


def _source(story: Story, seeds: tuple[int, ...]) -> str:
    """What a figure is of, for whoever sees it without its page."""
    return say(
        "figures.source", study=as_text(story.plan.name), version=story.provenance["model_version"],
        made=say.day(story.made), seeds=ranks_in_words(seeds),
    )  # fmt: skip


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
        _band_of_what_matters(ax, story)
        ax.set_title(say(f"figures.grid.{'reactive' if kind == REACTIVE else 'preemptive'}"))
        ax.set_xlabel(_date_axis(dates))
        ax.set_xticks(places(dates), [say.short_day(date) for date in dates], rotation=30, ha="right")
        ax.legend(
            title=say("figures.grid.legend"), loc="upper center", bbox_to_anchor=(0.5, -0.29), ncols=4, handlelength=3.4
        )
    axes[0][0].set_ylabel(_averted(story))
    sns.despine(figure)
    return figure


def _date_axis(dates: Sequence[str]) -> str:
    same = dates[0][:4] == dates[-1][:4]
    return say("figures.grid.date_of_year", year=dates[0][:4]) if same else say("figures.grid.date")


def _averted(story: Story) -> str:
    return say("figures.averted", until=say.short_day(story.until))


def _band_of_what_matters(ax: Axes, story: Story) -> None:
    smallest = 1000 * story.plan.smallest_effect
    ax.axhspan(-smallest, smallest, color="0.5", alpha=0.13, linewidth=0, zorder=0)


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
    share = PER / innocent_accounts(story.world)
    hit, averted = share * table["hit"].to_numpy(), 1000 * table["traced"].to_numpy()
    bars = {
        "xerr": np.nan_to_num(np.maximum(0.0, share * table["hit_high"] - hit)),
        "yerr": np.nan_to_num(1000 * (table["traced_high"] - table["traced"])),
    }
    ax.errorbar(hit, averted, **bars, linestyle="", color="0.55", elinewidth=0.9, capsize=2, zorder=1)
    best = table[table["frontier"]].sort_values("hit")
    ax.plot(
        share * best["hit"], 1000 * best["traced"], color=COLOURS[1], linewidth=1.6, drawstyle="steps-post", zorder=2
    )
    kinds = (
        (table["frontier"], "o", COLOURS[1], COLOURS[1], say("figures.frontier.best")),
        (~table["frontier"] & ~table["oracle"], "s", "0.25", "0.25", say("figures.frontier.others")),
        (table["oracle"], "D", "white", "0.25", say("figures.frontier.oracle")),
    )
    for above, (chosen, marker, face, edge, label) in zip((5, 4, 3), kinds, strict=True):  # the best are hidden by none
        if not chosen.any():
            continue
        ax.scatter(
            hit[chosen], averted[chosen], s=36, marker=marker, color=face, edgecolor=edge, zorder=above, label=label
        )
    for (x, y), names in _labels_of_points(table, share).items():
        ax.annotate(names, (x, y), textcoords="offset points", xytext=(6, 5), fontsize=8.5)
    ax.axhline(0, color="0.35", linewidth=0.8, zorder=0)
    _band_of_what_matters(ax, story)
    ax.set_xscale("symlog", linthresh=1)
    most = max(1.0, 1.6 * float(hit.max()), 1.15 * float((hit + bars["xerr"]).max()))
    ax.set_xlim(-0.2, most)
    ticks = (n * 10**power for power in range(8) for n in ((1, 2, 5) if most < 1000 else (1,)))
    ax.set_xticks([0, *(tick for tick in ticks if tick <= most)])
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_xlabel(say("figures.frontier.hit", per=f"{PER:,}"))
    ax.set_ylabel(_averted(story))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=1)
    sns.despine(figure)
    return figure


def _labels_of_points(table: pd.DataFrame, share: float) -> dict[tuple[float, float], str]:
    """Ranks of the strategies at each place; places that would overlap share a label."""
    labels: dict[tuple[float, float], list[int]] = {}
    height = 1000 * max(float(np.ptp(table["traced"])), 1e-12)
    hits, averted = share * table["hit"].to_numpy(), 1000 * table["traced"].to_numpy()
    for rank, x, y in zip(table["rank"], hits, averted, strict=True):
        near = (p for p in labels if abs(math.asinh(p[0]) - math.asinh(x)) < 0.25 and abs(p[1] - y) < 0.06 * height)
        labels.setdefault(next(near, (x, y)), []).append(int(rank))
    return {place: ranks_in_words(ranks) for place, ranks in labels.items()}


def timeline_figure(story: Story) -> Figure | None:
    """Differences from the reference day by day, a column a branch and one band a panel; protest days are marked."""
    if not story.lines:
        return None
    columns = len(story.lines)
    figure, axes = plt.subplots(
        2, columns, figsize=(9.2, 5.4), sharex=True, sharey="row", layout="constrained", squeeze=False
    )
    x = places(story.dates)
    for i, line in enumerate(story.lines):
        for ax, values in zip(axes[:, i], (line.traced, line.difference), strict=True):
            draw_band(ax, x, 1000 * values, look(i), "", story.method)
            _mark_events(ax, story)
            ax.axhline(0, color="0.35", linewidth=0.8, zorder=1)
            ax.grid(visible=False, axis="x")
            ax.margins(x=0.01)
        axes[0, i].set_title(_wrapped(text_of(line.label), 46 // columns + 6), fontsize=9)
        label_days(axes[1, i], story.dates, say.short_day)
        axes[1, i].set_xlabel("")
        axes[1, i].tick_params(axis="x", labelsize=8, rotation=45)
    for ax, kind in zip(axes[:, 0], ("traced", "all"), strict=True):
        ax.set_ylabel(say(f"figures.timeline.{kind}"))
    sns.despine(figure)
    return figure


def _wrapped(text: str, width: int) -> str:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _mark_events(ax: Axes, story: Story) -> None:
    """Days in the streets, as faint lines: dotted those of the government side."""
    for side, linestyle in ((1, "-"), (-1, ":")):
        for place in places(sorted({event.date for event in story.events if event.side == side})):
            ax.axvline(place, color="0.85", linewidth=0.7, linestyle=linestyle, zorder=0)


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
            _line_with_intervals(ax, [point.value for point in line], shifts, look(i), text_of(line[0].label))
        _band_of_what_matters(ax, story)
        if min(values) > 0 and len(values) > 1 and max(values) / min(values) >= 10:
            ax.set_xscale("log")
            ax.minorticks_off()
        assumed = say("figures.sweep.assumed")
        told = [f"{in_full(value)}\n({assumed})" if value == story.assumed else in_full(value) for value in values]
        slanted = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if len(values) > _UPRIGHT else {}
        ax.set_xticks(values, told, **slanted)
        ax.set_ylabel(say("figures.sweep.averted", until=say.short_day(story.until)))
        ax.set_xlabel(_axis_of_field(story))
        ax.set_title(say(f"figures.sweep.{kind}"))
    if len(branches) > 1:
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    sns.despine(figure)
    return figure


def _axis_of_field(story: Story) -> str:
    name = story.plan.sweep.field
    return story.case.labels.get(name) or as_text(name.replace("_", " ").replace(".", ": "))


FIGURES: dict[str, Callable[[Story], Figure | None]] = {
    "effects": effects_figure,
    "chances": chances_figure,
    "frontier": frontier_figure,
    "timeline": timeline_figure,
    "sweep": sweep_figure,
    "timing-and-scale": grid_figure,
    "channels": channels_figure,
    "relays": relays_figure,
}
"""What draws each figure, by the name of its file, in the order of the page."""
