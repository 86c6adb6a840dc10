"""Studies joined: the long tables of a design (``sim.study.long_tables``) from the directories of studies of any worlds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from experiments.command.folder import Assembly
from experiments.studies.leaves import leaves
from experiments.studies.results import PROVENANCE, check_tables
from experiments.studies.run_design import DESIGN
from sim.fields import canonical_json
from sim.study.design import DesignTables
from sim.study.long_tables import ORIGIN_COLUMNS, WORK_COLUMNS, LongTables

_NO_OUTCOMES = {"branch", "seed", *WORK_COLUMNS, *ORIGIN_COLUMNS}


def join(directories: Sequence[Path], results: Path) -> DesignTables:
    """Both long tables of studies, a world each, in results/joined-KEY; what they differ in are their columns: fields of the
    world, and of the study as ``study.FIELD``. Raises InputError for what is no study's directory, or not as it was written."""
    abouts = []
    for directory in directories:
        check_tables(directory)
        abouts.append(_flat(json.loads((directory / PROVENANCE).read_text(encoding="utf-8"))))
    key = hashlib.sha256(canonical_json([str(d.resolve()) for d in directories]).encode()).hexdigest()[:8]
    place = results / f"joined-{key}"
    columns = [pq.read_schema(directory / "runs.parquet").names for directory in directories]
    outcomes = [name for name in dict.fromkeys(n for names in columns for n in names) if name not in _NO_OUTCOMES]
    with Assembly(place, DESIGN) as folder:
        with LongTables(folder, _differing(abouts), outcomes) as tables:
            for number, directory in enumerate(directories, start=1):
                effects, runs = (pd.read_parquet(directory / f"{name}.parquet") for name in ("effects", "runs"))
                tables.add(number, effects, runs)
        about = {"studies": [str(directory) for directory in directories]}
        (folder / PROVENANCE).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return DesignTables(place)


def _flat(provenance: Mapping[str, Any]) -> dict[str, Any]:
    study = {name: value for name, value in provenance["study"].items() if name != "sweep"}
    asked = {"study": study | {"days": provenance["days"], "seeds": provenance["seeds"]}}
    return dict([*leaves(provenance["world"]), *leaves(asked)])


def _differing(abouts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """What is not the same in all, a row each and a column a field."""
    fields = dict.fromkeys(field for about in abouts for field in about)
    kept = [field for field in fields if len({repr(about.get(field)) for about in abouts}) > 1]
    return pd.DataFrame({f: pd.Series([about.get(f) for about in abouts], dtype=object) for f in kept})
