"""Individual-level data of a study as one Parquet file, written run by run."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.studies.settings import Experiment
from sim.fields import InputError
from sim.outcomes.individuals import kept
from sim.study.compare import Study


def write_people(study: Study, path: Path) -> None:
    """Columns branch, seed and those of ``run.people``; a row group a run."""
    names = list(study.branches)
    writer = None
    try:
        for (branch, seed), run in study.runs.items():
            table = run.people.copy(deep=False)
            whose = pd.Categorical.from_codes(np.full(len(table), names.index(branch)), pd.Index(names))
            table.insert(0, "branch", pd.Series(whose, index=table.index))
            table.insert(1, "seed", seed)
            rows = pa.Table.from_pandas(table, preserve_index=False)
            writer = writer or pq.ParquetWriter(path, rows.schema)
            writer.write_table(rows)
    finally:
        if writer is not None:
            writer.close()


def check_room(experiment: Experiment) -> None:
    """Raise InputError if the individual-level data do not fit on the disk that results go to."""
    world = experiment.world
    keep = kept(experiment.keep, experiment.every, world.days if experiment.days is None else experiment.days)
    if keep is None:
        return
    place = Path(experiment.results).absolute()
    while not place.exists():
        place = place.parent
    runs = len(experiment.study.all_branches(world)) * experiment.number_of_seeds
    # Once in the ledger and once in the study's directory.
    need, free = 2 * runs * keep.bytes(world.people), shutil.disk_usage(place).free
    if need > free:
        raise InputError(
            f"must be little enough for {free / 1e9:.1f} GB of free disk: {runs:,} runs of {world.people:,} people would take "
            f"{need / 1e9:.1f} GB with {keep.told}. Keep fewer columns, or fewer days "
            "with a greater `every`",
            field="keep",
        )
