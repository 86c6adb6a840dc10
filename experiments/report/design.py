"""What the program prints at the end of a design: how effects are spread over its worlds, and where the tables are."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from rich import box
from rich.console import Console
from rich.table import Table

from experiments.command.terminal import console, one_line, words
from experiments.command.words import plain
from experiments.report.strings import say
from experiments.studies.run_design import DesignRun
from experiments.studies.settings import StudyPlan
from sim.study.long_tables import EFFECTS, RUNS

_SPREAD = ("least", "median", "greatest")
_MOST_TOLD = 5  # seeds that failed


def print_design(run: DesignRun, plan: StudyPlan, as_json: bool, to: Console | None = None) -> int:
    """One table, or one JSON document; the exit code is 1 where a seed failed."""
    effects = pq.read_table(run.directory / EFFECTS, filters=[("outcome", "==", "opinion_mean")]).to_pandas()
    if as_json:
        rows = json.loads(effects.to_json(orient="records"))
        failed = [fault._asdict() for fault in run.tables.faults]
        about = {
            "results": str(run.directory),
            "worlds": run.worlds,
            "runs": run.simulated + run.found,
            "failed": failed,
            **({"imprecise": len(run.tables.imprecise)} if run.tables.precision else {}),
        }
        print(json.dumps({"effects": rows, **about}, allow_nan=False))
    else:
        _print(run, plan, effects, to or console())
    return print_faults(run)


def print_faults(run: DesignRun) -> int:
    """Name on standard error the first seeds that failed; the exit code is 1 where one did."""
    faults = run.tables.faults
    for fault in faults[:_MOST_TOLD]:
        print(one_line(f"World {fault.world} with seed {fault.seed} failed: {fault.reason}"), file=sys.stderr)
    if len(faults) > _MOST_TOLD:
        print(f"{len(faults) - _MOST_TOLD:,} more failed; {RUNS} has them in its column fault.", file=sys.stderr)
    return 1 if faults else 0


def _print(run: DesignRun, plan: StudyPlan, effects: pd.DataFrame, to: Console) -> None:
    to.print(
        words(
            f"Difference in mean opinion from the branch {plan.reference} over {run.worlds:,} worlds, in thousandths of a unit "
            "(opinion runs from −1 to 1). below, above: share of worlds whose 95 % interval lies below or above 0."
        )
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for column in ("branch", "kind", *_SPREAD, "below", "above"):
        is_text = column in ("branch", "kind")
        table.add_column(column, justify="left" if is_text else "right", no_wrap=not is_text)
    for (branch, kind), part in effects.groupby(["branch", "kind"], sort=False):
        table.add_row(*map(words, (branch, kind, *_told(part))))
    to.print(table)
    if run.tables.precision and len(effects):
        to.print(words(_about_seeds(run)))
    to.print(words(f"{run.simulated:,} runs simulated, {run.found:,} found in the ledger."))
    to.print(
        words(f"Two tables, with the fields that vary as columns: {run.directory / EFFECTS}, {RUNS}"), soft_wrap=True
    )


def _about_seeds(run: DesignRun) -> str:
    """How many seeds the worlds got for the precision that was asked, and in how many they were not enough."""
    runs = pq.read_table(run.directory / RUNS, columns=["world", "seed", "fault"]).to_pandas()
    seeds = runs[runs["fault"].isna()].groupby("world")["seed"].nunique()
    asked = ", ".join(
        say("seeds.asked", half=plain(each.half_width), outcome=each.outcome) for each in run.tables.precision
    )
    many = (
        f"{seeds.min()} to {seeds.max()} a world"
        if len(seeds) and seeds.min() < seeds.max()
        else f"{seeds.max()} a world"
    )
    rough = run.tables.imprecise["world"].nunique()
    enough = f"enough in all but {rough:,} of {run.worlds:,} worlds" if rough else "enough in all worlds"
    return f"Seeds were added for {asked}: {many}, {enough}. Intervals hold however many it took."


def _told(part: pd.DataFrame) -> list[Any]:
    differences = 1000.0 * part["difference"].to_numpy(dtype=float)
    spread = [f"{value:.2f}" for value in (np.min(differences), np.median(differences), np.max(differences))]
    return [*spread, f"{(part['high'] < 0).mean():.0%}", f"{(part['low'] > 0).mean():.0%}"]
