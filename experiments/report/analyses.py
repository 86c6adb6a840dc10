"""What other programs have found of a study's assumptions: how far each moves the headline, how strategies fare over worlds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from experiments.command.folder import Manifest
from experiments.command.words import interval, within
from experiments.report.strings import say
from experiments.studies.results import PROVENANCE, Results
from sim.fields import InputError

SENSITIVITY, ROBUSTNESS = "sensitivity", "robustness"
MORRIS = "morris"
SHARES = {
    "helps": "helps", "no difference that matters": "none", "harms": "harms", "cannot be told": "unknown", "best": "best",
}  # fmt: skip
"""Columns of a robustness map that are shares of worlds, and the keys of their words."""
AVERTED = ("median", "regret_mean", "regret_max")
"""Columns of it in opinion."""


class Moved(NamedTuple):
    """By how much an assumption moves what the headline's branch averts, over its plausible range, with its 95 % interval: in
    opinion by the method of Morris, else as a share of the variance (Sobol's total index)."""

    method: str
    size: float
    low: float
    high: float

    @property
    def told(self) -> str:
        """``0.31 (0.20 to 0.42)``, in thousandths of a unit where it is in opinion."""
        scale = 1000.0 if self.method == MORRIS else 1.0
        ends = interval(self.low, self.high, scale, say("people.to"))
        return f"{within(self.size, self.low, self.high, scale)} ({ends})"

    @property
    def unit(self) -> str:
        """What it is counted in, in words."""
        return say(f"assumptions.moved.{'morris' if self.method == MORRIS else 'sobol'}")


@dataclass(frozen=True, eq=False)
class Analyses:
    """What is known: ``moved`` by field of the world (``world.opinion.rule.strength``), ``robustness`` a row a strategy."""

    moved: Mapping[str, Moved] = field(default_factory=dict)
    robustness: pd.DataFrame = field(default_factory=pd.DataFrame)


def load_analyses(sensitivity: str, robustness: str, results: Results) -> Analyses:
    """From the folders of the two programs; '' for none.

    Raises InputError for a folder that is not theirs, is not as it was written, or is about another headline, reference, case or
    version of the model than the results.
    """
    moved: Mapping[str, Moved] = (
        _read(sensitivity, SENSITIVITY, "sensitivity.parquet", results, _moved) if sensitivity else {}
    )
    shares = _read(robustness, ROBUSTNESS, "robustness.csv", results, _shares) if robustness else pd.DataFrame()
    return Analyses(moved, shares)


def _moved(path: Path) -> dict[str, Moved]:
    table = pd.read_parquet(path)
    whole = table[table["samples"] == table["samples"].max()]
    rows = whole[["field", "method", "size", "low", "high"]].itertuples(index=False)
    return {f"world.{name}": Moved(str(method), *map(float, ends)) for name, method, *ends in rows}


def _shares(path: Path) -> pd.DataFrame:
    return pd.read_csv(path)[["strategy", *SHARES, *AVERTED]]


def _read(directory: str, kind: str, name: str, results: Results, read: Callable[[Path], Any]) -> Any:
    folder = Path(directory)
    manifest = Manifest.read(folder)
    if manifest.kind != kind:
        raise InputError(f"must be a folder of experiments.{kind}, not of a {manifest.kind}", field=kind)
    manifest.check(PROVENANCE, name)
    try:
        provenance = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
        told = {key: provenance["study"][key] for key in ("headline", "reference", "case")}
        told["model version"] = provenance["model_version"]
        found = read(folder / name)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"must be a folder of experiments.{kind} ({error})", field=kind) from None
    plan = results.plan
    ours = {"headline": plan.headline, "reference": plan.reference, "case": plan.case}
    for what, value in (ours | {"model version": results.provenance["model_version"]}).items():
        if told[what] != value:
            raise InputError(f"must have the study's {what}, {value}, not {told[what]}", field=kind)
    return found
