"""The robustness map, told: tables, a figure that shows chance and assumptions apart, conditions that decide, plain sentences."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from experiments.analysis import robustness_figure
from experiments.analysis.chance import moderated
from experiments.analysis.discovery import Box, Condition, discovered
from experiments.analysis.plausible import Varied
from experiments.analysis.verdicts import HARMS, HELPS, NONE, UNKNOWN, regrets, robustness, verdicts, whole_worlds
from experiments.command.terminal import console, words
from experiments.command.words import plain
from experiments.report.drawing import write_figures
from experiments.studies.run_design import DesignRun
from experiments.studies.settings import StudyPlan
from sim.fields import InputError
from sim.world import World

MAP, WORLDS, CONDITIONS, FIGURE = "robustness", "worlds", "conditions", "robustness"


@dataclass(frozen=True)
class Decided:
    """What decides whether a strategy helps: ``sought`` says which worlds the box singles out; no box where nothing does."""

    strategy: str
    sought: str
    box: Box | None


@dataclass(frozen=True, eq=False)
class Robustness:
    """What was found: ``map`` as ``verdicts.robustness`` gives it, ``worlds`` a row a world and strategy."""

    map: pd.DataFrame
    worlds: pd.DataFrame
    decided: tuple[Decided, ...]
    varied: Varied
    nothing: str
    smallest: float
    seeds: int
    scale: float
    people: int
    number: int
    failed: int

    @property
    def setting(self) -> str:
        """Of what this is the map, in a line."""
        return (
            f"{self.number:,} plausible worlds of {self.people:,} modelled people (about 1:{self.scale:,.0f}), each with "
            f"{self.seeds} seeds; smallest effect that matters: {1000 * self.smallest:g} thousandths of a unit of opinion"
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """The finding in plain words."""
        rows = self.map[self.map["strategy"] != self.nothing].to_dict("records")
        told = [
            f"{row['strategy']} helps in {row[HELPS]:.0%} of the worlds, makes no difference that matters in {row[NONE]:.0%}, "
            f"harms in {row[HARMS]:.0%}, and in {row[UNKNOWN]:.0%} it cannot be told with {self.seeds} seeds."
            for row in rows
        ]
        least = min(rows, key=lambda row: row["regret_mean"])
        mean, most = (plain(1000 * least[name]) for name in ("regret_mean", "regret_max"))
        told.append(
            f"Least is lost, over all worlds, by choosing {least['strategy']}: {mean} thousandths in the mean, {most} in the "
            "worst world."
        )
        told += [self._conditions(each) for each in self.decided]
        told.append(
            f"Chance and assumptions are apart: the seeds of a world leave ±{plain(1000 * float(self.map['chance'].median()))} "
            "thousandths (median half-width over worlds and strategies); shares and regret are over worlds."
        )
        if self.failed:
            told.append(f"{self.failed:,} worlds in which a seed failed are left out.")
        return tuple(told)

    def _conditions(self, decided: Decided) -> str:
        if decided.box is None:
            return f"No two or three conditions decide in which worlds {decided.strategy} {decided.sought}."
        found = decided.box
        where = " and ".join(in_words(each) for each in found.conditions)
        return (
            f"{decided.strategy} {decided.sought} above all where {where}: {found.density:.0%} of those {found.inside} worlds "
            f"(of all {found.share:.0%}), {found.coverage:.0%} of all such worlds."
        )


def in_words(condition: Condition) -> str:
    """``campaign.stance is at most −0.7``."""
    ends = [f"{end:.3g}".replace("-", "−") for end in (condition.low, condition.high) if end is not None]
    if len(ends) == 2:
        return f"{condition.field} is from {ends[0]} to {ends[1]}"
    return f"{condition.field} is at {'most' if condition.low is None else 'least'} {ends[0]}"


def tell_of(
    table: pd.DataFrame, values: pd.DataFrame, varied: Varied, plan: StudyPlan, world: World, seeds: int
) -> Robustness:
    """The map of what branches avert (``effects.averted``) in worlds whose varied fields have these values (a row a world)."""
    whole = moderated(whole_worlds(table))
    numbers = whole.index.get_level_values("world").unique()
    if not len(numbers):
        raise InputError("must have at least one world in which everything can be simulated, not none", "worlds")
    mapped = robustness(whole, plan.smallest_effect, plan.reference)
    told = verdicts(whole, plan.smallest_effect)
    regret = regrets(whole["averted"].unstack("branch"), plan.reference)
    pairs = list(whole.index)
    flat = whole.assign(verdict=told, regret=[float(regret.at[pair]) for pair in pairs]).reset_index()  # type: ignore[arg-type]
    swept = values.loc[[number - 1 for number in numbers]].reset_index(drop=True)
    decided = []
    for name in mapped["strategy"]:
        if name == plan.reference:
            continue
        helps = (told.xs(name, level="branch") == HELPS).to_numpy()
        mostly = helps.mean() > 0.5
        found = discovered(swept, ~helps if mostly else helps)
        decided.append(Decided(name, "does not help" if mostly else "helps", found))
    joined = flat.merge(swept.assign(world=np.asarray(numbers)), on="world")
    reachable = world.people if world.people_reachable is None else world.people_reachable
    return Robustness(
        mapped, joined, tuple(decided), varied, plan.reference, plan.smallest_effect, seeds, reachable / world.people,
        world.people, len(numbers), len(values) - len(numbers),
    )  # fmt: skip


def conditions(found: Robustness) -> pd.DataFrame:
    """One row a condition of a strategy's box, with the box's coverage, density and the share of all worlds."""
    rows = [
        {
            "strategy": each.strategy, "sought": each.sought, **condition._asdict(), "coverage": each.box.coverage,
            "density": each.box.density, "share": each.box.share, "inside": each.box.inside, "hits": each.box.hits,
        } for each in found.decided if each.box is not None for condition in each.box.conditions
    ]  # fmt: skip
    names = ("strategy", "sought", *Condition._fields, "coverage", "density", "share", "inside", "hits")
    return pd.DataFrame(rows, columns=list(names))


def write(found: Robustness, folder: Path) -> None:
    """Write the map, the worlds, the conditions (CSV, the worlds Parquet) and the figure into a folder."""
    found.map.to_csv(folder / f"{MAP}.csv", index=False)
    found.worlds.to_parquet(folder / f"{WORLDS}.parquet", index=False)
    conditions(found).to_csv(folder / f"{CONDITIONS}.csv", index=False)
    write_figures(
        {FIGURE: partial(robustness_figure.draw, found.map, found.nothing, found.smallest, found.setting)}, folder
    )


def document(found: Robustness, run: DesignRun) -> dict[str, Any]:
    """The finding as plain JSON."""
    return {
        "results": str(run.directory),
        "setting": found.setting,
        "smallest_effect": found.smallest,
        "runs": run.simulated + run.found,
        "map": json.loads(found.map.to_json(orient="records")),
        "decided": [asdict(each) for each in found.decided],
        "fields": list(found.varied.fields),
        "left_out": [{"field": name, "why": why} for name, why in found.varied.left_out],
        "sentences": list(found.sentences),
        "failed": [fault._asdict() for fault in run.tables.faults],
    }


def print_robustness(found: Robustness, run: DesignRun, to: Console | None = None) -> None:
    """The map as a table, and the sentences."""
    to = to or console()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for name in ("strategy", "helps", "no matter", "harms", "cannot tell", "best", "median", "regret", "90 %", "most"):
        table.add_column(words(name), justify="left" if name == "strategy" else "right")
    for row in found.map.to_dict("records"):
        shares = ["–" if np.isnan(row[name]) else f"{row[name]:.0%}" for name in (HELPS, NONE, HARMS, UNKNOWN)]
        thousandths = [f"{1000 * row[name]:.2f}" for name in ("median", "regret_mean", "regret_p90", "regret_max")]
        table.add_row(*map(words, (row["strategy"], *shares, f"{row['best']:.0%}", *thousandths)))
    to.print(
        words(f"{found.setting}. Shares of worlds; averted at the median and regret in thousandths of a unit (traced).")
    )
    to.print(table)
    for sentence in found.sentences:
        to.print(words(sentence))
    to.print(words(f"{run.simulated:,} runs simulated, {run.found:,} found in the ledger."))
    to.print(words(f"Map, worlds, conditions, figure and runs: {run.directory}"), soft_wrap=True)
