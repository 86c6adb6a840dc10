"""What assumptions do to the headline, as a sensitivity analysis of the same study has found it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from experiments.command.folder import Manifest
from experiments.command.words import interval, plain
from experiments.report.strings import say
from experiments.studies.results import PROVENANCE, Results
from sim.fields import InputError

KIND, TABLE = "sensitivity", "sensitivity.parquet"
MORRIS = "morris"


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
        return f"{plain(scale * self.size)} ({interval(self.low, self.high, scale)})"

    @property
    def unit(self) -> str:
        """What it is counted in, in words."""
        return say(f"assumptions.moved.{'morris' if self.method == MORRIS else 'sobol'}")


def load_sensitivity(directory: str | Path, results: Results) -> dict[str, Moved]:
    """By field of the world (``world.opinion.rule.strength``), from the folder of a sensitivity analysis.

    Raises InputError for a folder that is none, is not as it was written, or is about another headline, reference, case or
    version of the model than the results.
    """
    folder = Path(directory)
    manifest = Manifest.read(folder)
    if manifest.kind != KIND:
        raise InputError(f"must be the folder of a sensitivity analysis, not of a {manifest.kind}", field="sensitivity")
    manifest.check(PROVENANCE, TABLE)
    try:
        provenance = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
        table = pd.read_parquet(folder / TABLE)
        told = {key: provenance["study"][key] for key in ("headline", "reference", "case")}
        told["model version"] = provenance["model_version"]
        whole = table[table["samples"] == table["samples"].max()]
        rows = whole[["field", "method", "size", "low", "high"]].to_dict("records")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"must be the folder of a sensitivity analysis ({error})", field="sensitivity") from None
    plan = results.plan
    ours = {"headline": plan.headline, "reference": plan.reference, "case": plan.case}
    for what, value in (ours | {"model version": results.provenance["model_version"]}).items():
        if told[what] != value:
            raise InputError(f"must have the study's {what}, {value}, not {told[what]}", field="sensitivity")
    return {f"world.{row['field']}": Moved(row["method"], row["size"], row["low"], row["high"]) for row in rows}
