"""A design from start to end: its place is checked, it is simulated, and its two long tables are written."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sim
from experiments.command.folder import Assembly
from experiments.command.progress import Reporter
from experiments.command.user_code import user_classes
from experiments.studies.gather import package_versions, run_keys
from experiments.studies.results import PROVENANCE
from experiments.studies.run_study import check_places, opened_ledger
from experiments.studies.settings import Experiment
from sim.fields import InputError, canonical_json
from sim.sources import commit
from sim.study.design import DesignTables

DESIGN = "design"
"""The kind of folder that long tables lie in."""


@dataclass(frozen=True)
class DesignRun:
    """What a design gave, in its directory, and how many runs that took."""

    directory: Path
    tables: DesignTables
    worlds: int
    simulated: int
    found: int


def design_directory(experiment: Experiment) -> Path:
    """results/STUDY-design-KEY, where KEY is of everything that decides what is in it, code included."""
    design, keys = experiment.designed, run_keys(experiment)
    branches = design.branches.items()
    content = {
        "runs": [[name, keys.key(branch, seed)] for name, branch in branches for seed in design.seeds],
        "fields": list(design.values.columns),
        "values": design.values.to_numpy().tolist(),
        "reference": design.reference,
    }
    key = hashlib.sha256(canonical_json(content).encode()).hexdigest()[:8]
    return Path(experiment.results) / f"{experiment.study.name}-design-{key}"


def run_design(experiment: Experiment, command: Sequence[str]) -> DesignRun:
    """Simulate what the ledger lacks, and write the tables. Raises InputError, before anything is simulated, for a place that
    cannot be written to."""
    if experiment.keep:
        raise InputError("must be left out with a design, whose tables have no individual-level data", field="keep")
    check_places(experiment)
    began, design, directory = time.time(), experiment.designed, design_directory(experiment)
    assembly = Assembly(directory, DESIGN)
    assembly.check()
    with Reporter() as reporter, opened_ledger(experiment, reporter, directory) as ledger:
        reporter.begin(f"{len(design):,} worlds", "runs")
        faults = design.simulate(ledger, experiment.executor, experiment.threads, reporter.advanced)
        reporter.begin("tables")
        with assembly as folder:
            tables = design.write(folder, ledger, faults)
            about = _provenance(experiment, command, began) | {
                "runs_simulated": ledger.kept, "runs_found_in_ledger": ledger.found,
                "seeds_that_failed": [fault._asdict() for fault in tables.faults],
            }  # fmt: skip
            text = json.dumps(about, indent=2, ensure_ascii=False)
            (folder / PROVENANCE).write_text(text + "\n", encoding="utf-8")
    return DesignRun(directory, DesignTables(directory, tables.faults), len(design), ledger.kept, ledger.found)


def _provenance(experiment: Experiment, command: Sequence[str], began: float) -> dict[str, Any]:
    return {
        "program": "experiments.run",
        "command": list(command),
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(began)),
        "wall_seconds": round(time.time() - began, 1),
        "model_version": sim.MODEL_VERSION,
        "git_commit": commit(),
        "packages": package_versions(),
        "design": {"name": experiment.design.name, **experiment.design.to_mapping()} if experiment.design else None,
        "seeds": list(experiment.seed_list),
        "days": experiment.days,
        "study": experiment.study.settled().to_mapping(),
        "world": experiment.world.to_mapping(),
        "user_code": sorted(user_classes(experiment)),
    }
