"""Simulate a study as asked, and gather what it gave."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

import sim
from experiments.observed import compare_with_observed
from experiments.progress import Reporter
from experiments.results import Results, load
from experiments.settings import Experiment
from experiments.user_code import user_classes
from sim.branch import Branch
from sim.fields import InputError, canonical_json
from sim.ledger import Ledger, file_checksums, run_key
from sim.run import Run
from sim.study import Study
from sim.world import World

_PACKAGES = ("hydra-core", "mesa", "numba", "numpy", "pandas", "pyarrow", "scipy", "matplotlib", "seaborn")


class CountingLedger(Ledger):
    """A ledger that counts the runs it found and those it was given to keep."""

    def __init__(self, directory: str | Path) -> None:
        super().__init__(directory)
        self.found = 0
        self.kept = 0

    def find(self, key: str, world: World, branch: Branch) -> Run | None:
        run = super().find(key, world, branch)
        self.found += run is not None
        return run

    def keep(self, key: str, run: Run) -> None:
        super().keep(key, run)
        self.kept += 1


def study_directory(experiment: Experiment) -> Path:
    """results/STUDY-KEY, where KEY is of everything that decides what is in it."""
    content = {
        "world": experiment.world.to_mapping(),
        "study": experiment.study.to_mapping(),
        "seeds": list(experiment.seed_list),
        "days": experiment.days,
        "model": sim.MODEL_VERSION,
        "files": file_checksums(experiment.world),
    }
    key = hashlib.sha256(canonical_json(content).encode()).hexdigest()[:8]
    return Path(experiment.results) / f"{experiment.study.name}-{key}"


def check_directory(experiment: Experiment) -> None:
    """Raise InputError unless results can be written; nothing is made."""
    place = Path(experiment.results).absolute()
    while not place.exists() and not place.is_symlink():
        place = place.parent
    if not place.is_dir():
        raise InputError(
            f"must be a folder that can be made, not {experiment.results!r}: {place} is no folder", field="results"
        )


def simulate(experiment: Experiment, ledger: CountingLedger, reporter: Reporter, command: Sequence[str]) -> Results:
    """Simulate what the ledger does not have, and gather. Raises InputError before anything is simulated."""
    began, cpu = time.time(), time.process_time()
    plan, world = experiment.study, experiment.world
    branches = plan.all_branches(world)
    reporter.begin(plan.name)
    study = sim.compare(
        world, branches, experiment.seed_list, plan.reference, experiment.days, experiment.threads,
        ledger=ledger, progress=reporter.advanced,
    )  # fmt: skip
    sweep = _simulate_sweep(experiment, ledger, reporter)
    observed = _observed(experiment, study)
    runs = study.outcomes.reset_index()
    checksums = file_checksums(world)
    for column in ("updates", "rows_scanned", "cpu_seconds"):
        runs[column] = [run.work[column] for run in study.runs.values()]
    runs["digest"] = [run.digest for run in study.runs.values()]
    runs["key"] = [run_key(world, branches[name], seed, study.days, checksums) for name, seed in study.runs]
    provenance = {
        "program": "experiments.run",
        "command": list(command),
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(began)),
        "wall_seconds": round(time.time() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "runs_simulated": ledger.kept,
        "runs_found_in_ledger": ledger.found,
        "groundswell": _version("groundswell"),
        "model_version": sim.MODEL_VERSION,
        "git_commit": _git_commit(),
        "python": platform.python_version(),
        "machine": platform.platform(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "seeds": list(experiment.seed_list),
        "days": study.days,
        "reference": plan.reference,
        "study": plan.to_mapping(),
        "branches": {name: branch.to_mapping() for name, branch in branches.items()},
        "world": world.to_mapping(),
        "world_files": checksums,
        "user_code": sorted(user_classes(experiment)),
    }
    return Results(
        runs, study.timelines, study.turnout.infer_objects(), study.removals.infer_objects(), study.effects, sweep,
        observed, provenance,
    )  # fmt: skip


def _simulate_sweep(experiment: Experiment, ledger: Ledger, reporter: Reporter) -> pd.DataFrame:
    """Traced and counterfactual effects on opinion by value of the swept field: value, seeds and the columns of effects."""
    plan, world = experiment.study, experiment.world
    sweep, everything = plan.sweep, plan.all_branches(world)
    seeds = experiment.seed_list[: sweep.seeds]
    branches = {name: everything[name] for name in (plan.reference, *sweep.branches)}
    parts = []
    for i, value in enumerate(sweep.values):
        reporter.begin(f"{sweep.field} = {value:g} ({i + 1} of {len(sweep.values)})")
        study = sim.compare(
            world.replace({sweep.field: value}), branches, seeds, plan.reference, experiment.days, experiment.threads,
            ledger=ledger, progress=reporter.advanced,
        )  # fmt: skip
        effects = study.effects
        effects = effects[effects["outcome"] == "opinion_mean"]
        parts.append(effects.assign(value=value, seeds=len(seeds)))
    columns = ["value", "seeds", "branch", "outcome", "kind", "difference", "low", "high", "n", "identical"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _observed(experiment: Experiment, study: Study) -> pd.DataFrame:
    directory = study_directory(experiment)
    try:
        return load(directory, allow_code=True).observed
    except InputError:
        return compare_with_observed(study)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git_commit() -> str | None:
    """The commit of the sources, with ``+`` if they have been changed since; None outside a repository."""
    here = Path(__file__).parent

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", str(here), *arguments], capture_output=True, text=True, check=False)
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    commit = git("rev-parse", "HEAD")
    return commit and commit + ("+" if git("status", "--porcelain", "--", str(here), str(here.parent / "sim")) else "")
