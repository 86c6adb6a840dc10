"""A design from start to end: its place is checked, it is simulated, and its two long tables are written."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pyarrow.parquet as pq

import sim
from experiments.command.folder import Assembly, Manifest
from experiments.command.progress import Reporter
from experiments.command.user_code import load_classes, user_classes
from experiments.studies.gather import package_versions, precision_in_key, run_keys
from experiments.studies.results import PROVENANCE, precision_of
from experiments.studies.run_study import check_places, opened_ledger
from experiments.studies.settings import Experiment, StudyPlan
from sim.fields import InputError, build, canonical_json
from sim.sources import commit
from sim.study.design import Design, DesignTables, Fault
from sim.study.long_tables import EFFECTS, RUNS

T = TypeVar("T")
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


@dataclass(frozen=True)
class Asked:
    """A design that a program is asked for: of what experiment, the kind of folder it gets, and how its worlds were chosen."""

    experiment: Experiment
    design: Design
    command: tuple[str, ...]
    kind: str = DESIGN
    about: Mapping[str, Any] = field(default_factory=dict)
    program: str = "experiments.run"

    @property
    def directory(self) -> Path:
        """results/STUDY-KIND-KEY, where KEY is of everything that decides what is in it, code included."""
        design, keys = self.design, run_keys(self.experiment)
        content = {
            "runs": [[name, keys.key(branch, seed)] for name, branch in design.branches.items() for seed in design.seeds],
            "fields": list(design.values.columns),
            "values": design.values.to_numpy().tolist(),
            "reference": design.reference,
            **precision_in_key(self.experiment),
            **({} if self.kind == DESIGN else {"about": self.about}),
        }  # fmt: skip
        key = hashlib.sha256(canonical_json(content).encode()).hexdigest()[:8]
        return Path(self.experiment.results) / f"{self.experiment.study.name}-{self.kind}-{key}"


def run_design(experiment: Experiment, command: Sequence[str]) -> DesignRun:
    """Simulate what the ledger lacks, and write the tables. Raises InputError, before anything is simulated, for a place that
    cannot be written to."""
    assert experiment.design is not None
    about = {"name": experiment.design.name, **experiment.design.to_mapping()}
    return simulate_design(Asked(experiment, experiment.designed, tuple(command), about=about), lambda *_: None)[0]


def simulate_design(asked: Asked, tell: Callable[[DesignTables, Path], T]) -> tuple[DesignRun, T]:
    """Simulate what the ledger lacks, and write the tables, and what ``tell`` adds to their folder. Raises InputError as
    ``run_design``."""
    experiment, design, directory = asked.experiment, asked.design, asked.directory
    if experiment.keep:
        raise InputError("must be left out with a design, whose tables have no individual-level data", field="keep")
    check_places(experiment)
    began = time.time()
    assembly = Assembly(directory, asked.kind)
    assembly.check()
    with Reporter() as reporter, opened_ledger(experiment, reporter, directory) as ledger:
        reporter.begin(f"{len(design):,} worlds", "runs")
        faults = design.simulate(ledger, experiment.executor, experiment.threads, reporter.advanced)
        reporter.begin("tables")
        with assembly as folder:
            tables = design.write(folder, ledger, faults)
            about = _provenance(asked, began) | {
                "runs_simulated": ledger.kept, "runs_found_in_ledger": ledger.found,
                "seeds_that_failed": [fault._asdict() for fault in tables.faults],
            }  # fmt: skip
            text = json.dumps(about, indent=2, ensure_ascii=False)
            (folder / PROVENANCE).write_text(text + "\n", encoding="utf-8")
            told = tell(tables, folder)
    whole = DesignTables(directory, tables.faults, tables.precision)
    run = DesignRun(directory, whole, len(design), ledger.kept, ledger.found)
    return run, told


def load_design(folder: Path, allow_code: bool = False) -> tuple[DesignRun, StudyPlan]:
    """What a design left in its directory, and the study that it is of. Raises InputError where the folder is none, if a table is
    not as it was written, or if it was made with classes of its author's own that may not be loaded (``allow_code``)."""
    manifest = Manifest.read(folder)
    if manifest.kind != DESIGN:
        raise InputError(f"{folder} must be the directory of a design, not of a {manifest.kind}")
    manifest.check(PROVENANCE, EFFECTS, RUNS)
    told = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    if "study" not in told:
        raise InputError(f"{folder} must be the directory of a design, and joins studies instead; name these")
    load_classes(told.get("user_code", []), allow_code, str(folder))
    faults = tuple(Fault(**each) for each in told["seeds_that_failed"])
    tables = DesignTables(folder, faults, precision_of(told))
    worlds = pq.read_table(folder / RUNS, columns=["world"])["world"].unique()
    run = DesignRun(folder, tables, len(worlds), told["runs_simulated"], told["runs_found_in_ledger"])
    return run, build(StudyPlan, told["study"], path="study")


def _provenance(asked: Asked, began: float) -> dict[str, Any]:
    experiment = asked.experiment
    return {
        "program": asked.program,
        "command": list(asked.command),
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(began)),
        "wall_seconds": round(time.time() - began, 1),
        "model_version": sim.MODEL_VERSION,
        "git_commit": commit(),
        "packages": package_versions(),
        "design": dict(asked.about),
        "seeds": list(experiment.seed_list),
        "precision": [each.to_mapping() for each in asked.design.precision],
        "most_seeds": asked.design.most_seeds,
        "days": experiment.days,
        "study": experiment.study.settled().to_mapping(),
        "world": experiment.world.to_mapping(),
        "user_code": sorted(user_classes(experiment)),
    }
