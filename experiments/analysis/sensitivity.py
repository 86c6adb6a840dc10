"""Which assumptions the effect depends on, told: a table, a figure, and a few plain sentences."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from experiments.analysis import sensitivity_figure
from experiments.analysis.indices import FIRST, Settled, final, settled
from experiments.analysis.plausible import Assumed, Varied
from experiments.analysis.samples import MORRIS
from experiments.command.terminal import console, words
from experiments.command.words import interval, plain
from experiments.report.drawing import write_figures
from experiments.studies.run_design import DesignRun
from sim.world import World

TABLE, FIGURE = "sensitivity", "sensitivity"
_LINES = 15
_TOLD = 4  # fields that are left as they are
_NEAR = 0.05  # share of resamples from which a field is said to be among the first


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What was found: ``table`` as ``indices.indices`` gives it, ``averted`` by world, ``chance`` the seeds' share of its
    variance (nan with one seed)."""

    method: str
    varied: Varied
    table: pd.DataFrame
    averted: pd.Series
    chance: float
    world: World
    headline: str
    seeds: int
    smallest: float

    @property
    def ranked(self) -> pd.DataFrame:
        """The fields of the whole sample, the one that matters most first."""
        return final(self.table)

    @property
    def settled(self) -> Settled:
        """Whether more worlds would change the answer."""
        return settled(self.method, self.table)

    def of(self, field: str) -> Assumed:
        """What is known of a field that is varied."""
        return next(each for each in self.varied.assumed if each.field == field)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The finding in plain words."""
        found = self.averted.dropna()
        if found.max() == found.min():
            return ("The effect is the same in all worlds: none of these assumptions moves it.",)
        low, mid, high = (1000 * value for value in found.quantile([0.05, 0.5, 0.95]))
        settled = self.settled
        state = "These have settled" if settled.yes else "These have not settled, and more samples would change them"
        return (
            f"Over {len(found):,} plausible worlds, {self.headline} averts {plain(mid)} thousandths of a unit of mean opinion at "
            f"the median, and {interval(low, high)} in nine of ten worlds (opinion runs from −1 to 1; traced).",
            *self._first(),
            f"{state}: {settled.why}.",
            "One seed a world cannot tell how much of this is chance."
            if math.isnan(self.chance)
            else f"Chance, as the {self.seeds} seeds of a world show it, is {self.chance:.0%} of the variance over worlds.",
            *self._others(),
        )

    def _first(self) -> Iterator[str]:
        ranked = self.ranked.to_dict("records")
        named = (
            f"{row['field']} ({self._measure(row)}; among the first {FIRST} in {row['among_first']:.0%} of the resamples)"
            for row in ranked[:FIRST]
        )
        yield f"What matters most: {', '.join(named)}."
        near = [row["field"] for row in ranked[FIRST:] if row["among_first"] >= _NEAR]
        if near:
            yield f"Of the others these may be among the first {FIRST} as well: {', '.join(near)}."

    def _others(self) -> Iterator[str]:
        if self.method == MORRIS:
            small = int((self.ranked["high"] < self.smallest).sum())
            yield (
                f"{small} of {len(self.ranked)} assumptions move it by less than the smallest effect that matters, "
                f"{plain(1000 * self.smallest)} thousandths, over their whole range (upper end of the 95 % interval)."
            )
        if left := self.varied.left_out:
            names = ", ".join(f"{name} ({why})" for name, why in left[:_TOLD])
            yield f"Left as they are: {names}{f' and {len(left) - _TOLD} more' if len(left) > _TOLD else ''}."

    def _measure(self, row: dict[Hashable, Any]) -> str:
        if self.method == MORRIS:
            return f"{plain(1000 * row['size'])} thousandths over its range, {interval(row['low'], row['high'], 1000)}"
        return f"total index {row['size']:.2f}, {interval(row['low'], row['high'])}"


def write(found: Sensitivity, folder: Path) -> None:
    """Write the table (Parquet and CSV) and the figure into a folder."""
    whole = _with_ranges(found)
    whole.to_parquet(folder / f"{TABLE}.parquet", index=False)
    whole.to_csv(folder / f"{TABLE}.csv", index=False)
    write_figures(
        {FIGURE: partial(sensitivity_figure.draw, found.table, found.method, _labels(found), found.smallest)}, folder
    )


def document(found: Sensitivity, run: DesignRun) -> dict[str, Any]:
    """The finding as plain JSON."""
    return {
        "results": str(run.directory),
        "method": found.method,
        "worlds": run.worlds,
        "runs": run.simulated + run.found,
        "settled": found.settled.yes,
        "chance": None if math.isnan(found.chance) else found.chance,
        "sentences": list(found.sentences),
        "indices": json.loads(_with_ranges(found).to_json(orient="records")),
        "left_out": [{"field": name, "why": why} for name, why in found.varied.left_out],
        "failed": [fault._asdict() for fault in run.tables.faults],
    }


def print_sensitivity(found: Sensitivity, run: DesignRun, to: Console | None = None) -> None:
    """The table of the fields that matter most, and the sentences."""
    to = to or console()
    morris = found.method == MORRIS
    scale = 1000 if morris else 1
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    names = ("moves it by", "95 %", "mean", "spread") if morris else ("total index", "95 %", "first index", "95 %")
    for name in ("field", "range", *names, f"among first {FIRST}"):
        table.add_column(words(name), justify="left" if name in ("field", "range") else "right")
    ranked = found.ranked
    for row in ranked.head(_LINES).to_dict("records"):
        more = (
            (f"{scale * row['mean']:.2f}", f"{scale * row['spread']:.2f}") if morris
            else (f"{row['first']:.2f}", interval(row["first_low"], row["first_high"]))
        )  # fmt: skip
        cells = (
            row["field"], _ends(found.of(row["field"])), f"{scale * row['size']:.2f}",
            interval(row["low"], row["high"], scale), *more, f"{row['among_first']:.0%}",
        )  # fmt: skip
        table.add_row(*map(words, cells))
    what = (
        "What each assumption's whole range moves (mean absolute elementary effect), in thousandths of a unit of mean opinion:"
        if morris
        else "Share of the effect's variance over worlds in which each assumption has a part (total), or alone (first):"
    )
    to.print(words(what))
    to.print(table)
    if len(ranked) > _LINES:
        to.print(words(f"and {len(ranked) - _LINES} assumptions that matter less; {TABLE}.csv has all."))
    for sentence in found.sentences:
        to.print(words(sentence))
    to.print(words(f"{run.simulated:,} runs simulated, {run.found:,} found in the ledger."))
    to.print(words(f"Table, figure and runs: {run.directory}"), soft_wrap=True)


def _with_ranges(found: Sensitivity) -> pd.DataFrame:
    """The table with what is known of each field: its value in this world, plausible range, unit, and whether by factors."""
    about = pd.DataFrame([
        {
            "field": each.field, "value": each.info.value, "plausible_low": each.range.low, "plausible_high": each.range.high,
            "by_factors": each.range.log, "unit": each.info.unit,
        } for each in found.varied.assumed
    ])  # fmt: skip
    return found.table.merge(about.astype({"value": float}), on="field", how="left").assign(method=found.method)


def _labels(found: Sensitivity) -> dict[str, str]:
    return {each.field: f"{each.label}\n{_ends(each)}".replace("-", "−") for each in found.varied.assumed}


def _ends(assumed: Assumed) -> str:
    low, high, _, _ = assumed.range
    return " to ".join(f"{end:,.10f}".rstrip("0").rstrip(".") for end in (low, high))
