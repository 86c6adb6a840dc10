"""What is told of a calibration: tables and sentences on the terminal, one JSON document, and a figure."""

from __future__ import annotations

import json
import math
import textwrap
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich import box
from rich.console import Console
from rich.table import Table

from experiments.calibration.calibrating import ABC, Calibrated
from experiments.calibration.fit import ERROR, SIMULATED, VALUE
from experiments.calibration.posterior import Believed
from experiments.calibration.posterior_figure import log_axis, posterior_figure
from experiments.calibration.profile import DEVIANCE, FIELD, TOLD_APART, Identified, best_of
from experiments.calibration.targets import Target
from experiments.command.terminal import words
from experiments.command.words import plain
from sim.fields import describe_fields
from sim.sampling import LOG
from sim.study.figures import COLOURS, as_text

MISSED = 2.0  # standard errors


def sentences(found: Calibrated) -> list[str]:
    """What is known of each field, and which targets no value of the fields meets."""
    told = [field.sentence for field in found.fields]
    told += [
        f"{one} and {other} are known better together than apart (correlation {plain(correlation)} over the range)."
        for one, other, correlation in found.together
    ]
    for target in found.calibration.targets:
        simulated, _, off = beside(found, target)
        if abs(off) > MISSED:
            told.append(
                f"No value of the free fields meets the target {target.name}: {plain(simulated, 3)} at best, where "
                f"{plain(target.value, 3)} was measured, {plain(abs(off))} standard errors off."
            )
    return told


def beside(found: Calibrated, target: Target) -> tuple[float, float, float]:
    """What is simulated for a target at the best values, its error, and how many standard errors of both it is off."""
    best = best_of(found.trials)
    simulated, error = float(best[f"{SIMULATED} {target.name}"]), float(best[f"{ERROR} {target.name}"])
    return simulated, error, (simulated - target.value) / math.hypot(error, target.error)


def print_calibration(found: Calibrated, directory: Any, to: Console) -> None:
    """Two or three tables, sentences, and where everything is."""
    interval = "95 % credible" if found.method == ABC else "95 % interval"
    fields = _table("field", "before", "calibrated", interval, "unit", text=("field", "unit"))
    for field in found.fields:
        ends = [plain(end, 3) if end is not None else "–" for end in (field.low, field.high)]
        before, unit = _before(found, field)
        fields.add_row(*map(words, (field.field, plain(before, 3), plain(field.best, 3), " to ".join(ends), unit)))
    targets = _table("target", "measured", "simulated", "off by", "unit", text=("target", "unit"))
    for target in found.calibration.targets:
        simulated, error, off = beside(found, target)
        measured = f"{plain(target.value, 3)} ±{plain(target.error)}"
        row = (target.name, measured, f"{plain(simulated, 3)} ±{plain(error)}", f"{off:+.1f}", target.unit)
        targets.add_row(*map(words, row))
    to.print(fields)
    to.print(targets)
    to.print(words("±: standard error. off by: in standard errors of both."))
    if not found.observed.empty:
        facts = _table(
            "fact that was not fitted",
            "observed",
            "before",
            "calibrated",
            "unit",
            text=("fact that was not fitted", "unit"),
        )
        for fact in found.observed.to_dict("records"):
            numbers = (plain(float(fact[name]), 3) for name in ("observed", "before", "calibrated"))
            facts.add_row(*map(words, (fact["what"], *numbers, fact["unit"])))
        to.print(facts)
    for sentence in sentences(found):
        to.print(words(sentence))
    to.print(
        words(
            f"{'Posterior' if found.method == ABC else 'Trials, profiles'}, figure and the calibrated world: {directory}"
        ),
        soft_wrap=True,
    )


def document(found: Calibrated, directory: Any) -> dict[str, Any]:
    """All of it as plain JSON."""
    targets = []
    for target in found.calibration.targets:
        simulated, error, off = beside(found, target)
        told = {
            "name": target.name,
            "unit": target.unit,
            "measured": target.value,
            "error": target.error,
            "weight": target.weight,
        }
        targets.append(
            told | {"simulated": simulated, "error_of_simulated": error, "off_by": off, "source": target.source}
        )
    return {
        "fields": [field._asdict() | {"before": _before(found, field)[0]} for field in found.fields],
        "targets": targets,
        "observed": json.loads(found.observed.to_json(orient="records", double_precision=15)),
        "sentences": sentences(found),
        "together": [{"fields": [one, other], "correlation": r} for one, other, r in found.together],
        "method": found.method,
        "seeds": found.seeds,
        "trials": found.simulated,
        "results": str(directory),
    }


def _before(found: Calibrated, field: Identified | Believed) -> tuple[float, str]:
    about = next(info for info in describe_fields(found.calibration.world, path="") if info.path == field.field)
    return float(about.value), about.unit


def _table(*columns: str, text: tuple[str, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for column in columns:
        table.add_column(column, justify="left" if column in text else "right")
    return table


def figure(found: Calibrated) -> Figure:
    """Profiles, or the posterior with what was assumed before."""
    if found.method == ABC:
        return posterior_figure(found.problem, found.trials, {f.field: _before(found, f) for f in found.fields})
    return _profile_figure(found)


def _profile_figure(found: Calibrated) -> Figure:
    """A column a field: its profile, and below what is simulated for each target along it."""
    factors, targets = found.calibration.factors, found.calibration.targets
    rows = 1 + len(targets)
    drawn, axes = plt.subplots(
        rows,
        len(factors),
        figsize=(1.6 + 4.6 * len(factors), 0.6 + 2.7 * rows),
        sharex="col",
        squeeze=False,
        layout="constrained",
    )
    for column, factor in enumerate(factors):
        part = found.profile[found.profile[FIELD] == factor.field]
        values = part[f"{VALUE} {factor.field}"].to_numpy(dtype=float)
        field = found.fields[column]
        _deviance(axes[0][column], values, part[DEVIANCE].to_numpy(dtype=float))
        for ax, target in zip(axes[1:, column], targets, strict=True):
            _target(ax, values, part, target)
        before, unit = _before(found, field)
        for ax in axes[:, column]:
            ax.axvline(before, color="0.35", linestyle=(0, (1, 1.5)), linewidth=1.2, label="before")
            ax.axvline(field.best, color=COLOURS[2], linewidth=1.4, label="calibrated")
            if factor.scale == LOG:
                log_axis(ax, "x", float(values.min()), float(values.max()))
        axes[-1][column].set_xlabel(f"{as_text(factor.field)}\n({as_text(unit)})")
    axes[0][0].set_ylabel("deviance")
    axes[0][0].legend(loc="upper right", fontsize=8.5)
    for ax, target in zip(axes[1:, 0], targets, strict=True):
        ax.set_ylabel(as_text(target.unit))
        ax.set_title(textwrap.fill(target.name.replace("$", r"\$"), 64), fontsize=9.5, loc="left")
        ax.legend(loc="best", fontsize=8.5)
    return drawn


def _deviance(ax: Axes, values: np.ndarray, deviance: np.ndarray) -> None:
    ax.plot(values, deviance, color="black", marker="o", markersize=4, linewidth=1.2)
    ax.axhline(TOLD_APART, color=COLOURS[1], linestyle="--", linewidth=1.2, label="95 % interval below")
    ax.set_ylim(-0.5, max(2.2 * TOLD_APART, min(float(deviance.max()) * 1.05, 6 * TOLD_APART)))


def _target(ax: Axes, values: np.ndarray, part: pd.DataFrame, target: Target) -> None:
    half = 1.96 * part[f"{ERROR} {target.name}"].to_numpy(dtype=float)
    simulated = part[f"{SIMULATED} {target.name}"].to_numpy(dtype=float)
    ax.errorbar(
        values,
        simulated,
        yerr=half,
        color="black",
        marker="o",
        markersize=4,
        capsize=2.5,
        linewidth=1.2,
        label="simulated",
    )
    low, high = target.value - 1.96 * target.error, target.value + 1.96 * target.error
    ax.axhspan(low, high, color=COLOURS[1], alpha=0.25, linewidth=0, label="measured")
