"""A calibration from start to end: simulated through a ledger, fitted, held against facts that it has not seen, and written."""

from __future__ import annotations

import hashlib
import json
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import yaml

import sim
from experiments.calibration.fit import Problem, fit
from experiments.calibration.posterior import Believed, believed, sample, together
from experiments.calibration.profile import Identified, identified, profiles
from experiments.calibration.quantities import Measured
from experiments.calibration.targets import Calibration
from experiments.command.folder import Assembly
from experiments.command.progress import Reporter
from experiments.studies.observed import clock_look, compare_with_observed
from experiments.studies.results import PROVENANCE
from sim import cases
from sim.executors import Executor
from sim.fields import canonical_json
from sim.sources import commit
from sim.study.keys import RunKeys
from sim.study.ledger import Ledger
from sim.world import World

KIND = "calibration"
TRIALS, PROFILE, POSTERIOR = "trials.parquet", "profile.parquet", "posterior.parquet"
OBSERVED, WORLD = "observed.parquet", "calibrated.yaml"
PROFILED, ABC = "profile", "abc"
"""Methods: a likelihood profile of each field, or the posterior of all of them."""


@dataclass(frozen=True)
class How:
    """How a calibration is simulated: seeds 1 to ``seeds``; trials of the search and points of each profile, or particles and
    populations of a posterior; and whether facts that are not fitted are looked at."""

    method: str
    seeds: int
    trials: int
    points: int
    particles: int
    populations: int
    facts: bool
    results: Path
    executor: Executor
    threads: int | None


@dataclass(frozen=True, eq=False)
class Calibrated:
    """What came of a calibration. ``trials`` are those of a profile, or the particles of a posterior, of which ``profile`` is
    empty; ``simulated`` is how often the targets were; ``observed`` has facts beside the world before and the calibrated one
    (empty: not looked at)."""

    calibration: Calibration
    problem: Problem
    method: str
    seeds: int
    simulated: int
    trials: pd.DataFrame
    profile: pd.DataFrame
    fields: tuple[Identified, ...] | tuple[Believed, ...]
    observed: pd.DataFrame

    @property
    def together(self) -> list[tuple[str, str, float]]:
        """Pairs of fields that a posterior knows better together than apart, with their correlation."""
        return together(self.problem, self.trials) if self.method == ABC else []

    @property
    def changes(self) -> dict[str, Any]:
        """The best values of the free fields."""
        return {found.field: found.best for found in self.fields}


class Calibrating:
    """A calibration as it is asked for: its directory and what it goes on from, a journal or a database, hang on all that decides
    its numbers, code included, but not on how many trials there are."""

    def __init__(self, calibration: Calibration, how: How) -> None:
        self.calibration, self.how = calibration, how
        world = calibration.world
        runs = [
            RunKeys(world, target.simulated.days(world)).key(branch, 1)
            for target in calibration.targets
            for branch in target.simulated.branches(world).values()
        ]
        content: dict[str, Any] = {"calibration": calibration.to_mapping(), "seeds": how.seeds, "runs": runs}
        if how.method == ABC:
            content |= {"particles": how.particles, "populations": how.populations}
        key = hashlib.sha256(canonical_json(content).encode()).hexdigest()[:8]
        self.directory = how.results / f"{calibration.name}-{KIND}-{key}"
        self.journal = self.directory.with_suffix(".db" if how.method == ABC else ".journal")
        self.assembly = Assembly(self.directory, KIND)
        self.assembly.check()

    def problem(self, ledger: Ledger, reporter: Reporter) -> Problem:
        """The fit, simulated through a ledger."""
        calibration = self.calibration

        def evaluate(values: Mapping[str, Any]) -> list[Measured]:
            world = calibration.world.replace(values)
            found = []
            for target in calibration.targets:
                wanted = target.simulated
                study = self._compared(world, wanted.branches(world), ledger, reporter, wanted.days(world))
                found.append(wanted.measured(study))
            return found

        return Problem(calibration.factors, calibration.targets, evaluate)

    def _compared(
        self,
        world: World,
        branches: Mapping[str, sim.Branch],
        ledger: Ledger,
        reporter: Reporter,
        days: int | None = None,
        looks: Mapping[str, sim.Look] = MappingProxyType({}),
    ) -> sim.Study:
        how = self.how
        return sim.compare(
            world, branches, how.seeds, days=days, threads=how.threads, ledger=ledger, executor=how.executor,
            progress=lambda *_: reporter.end_if_told(), looks=looks,
        )  # fmt: skip

    def run(self, ledger: Ledger, reporter: Reporter) -> Calibrated:
        """Fit what the journal lacks, and look at the facts. Raises InputError."""
        how, problem = self.how, self.problem(ledger, reporter)
        found = self._sampled(problem, reporter) if how.method == ABC else self._profiled(problem, reporter)
        if not how.facts:
            return found
        reporter.begin("facts that were not fitted")
        return replace(found, observed=self._observed(found, ledger, reporter))

    def _profiled(self, problem: Problem, reporter: Reporter) -> Calibrated:
        how = self.how
        reporter.begin(self.calibration.name, "trials")
        trials = fit(problem, self.journal, how.trials, how.points, reporter.advanced)
        profile = profiles(problem, trials, how.points)
        fields = tuple(identified(problem, profile))
        return Calibrated(
            self.calibration, problem, PROFILED, how.seeds, len(trials), trials, profile, fields, pd.DataFrame()
        )

    def _sampled(self, problem: Problem, reporter: Reporter) -> Calibrated:
        how = self.how
        reporter.begin(self.calibration.name, "particles")
        particles, simulated = sample(problem, self.journal, how.particles, how.populations, reporter.advanced)
        fields = tuple(believed(problem, particles))
        return Calibrated(
            self.calibration, problem, ABC, how.seeds, simulated, particles, pd.DataFrame(), fields, pd.DataFrame()
        )

    def _observed(self, found: Calibrated, ledger: Ledger, reporter: Reporter) -> pd.DataFrame:
        case, world = cases.named(self.calibration.case), self.calibration.world
        tables = []
        for each in (world, world.replace(found.changes)):
            looks = clock_look(case, each, "none")
            study = self._compared(each, {"none": sim.Branch()}, ledger, reporter, looks=looks)
            tables.append(compare_with_observed(study, case))
        before, after = tables
        return before.rename(columns={"simulated": "before"}).assign(calibrated=after["simulated"])

    def write(self, found: Calibrated, folder: Path, command: Sequence[str], began: float, ledger: Ledger) -> None:
        """Tables, the calibrated world as YAML, and the provenance, into a folder."""
        if found.method == ABC:
            found.trials.to_parquet(folder / POSTERIOR, index=False)
        else:
            found.trials.to_parquet(folder / TRIALS, index=False)
            found.profile.to_parquet(folder / PROFILE, index=False)
        if not found.observed.empty:
            found.observed.to_parquet(folder / OBSERVED, index=False)
        (folder / WORLD).write_text(world_file(found, command), encoding="utf-8")
        about = {
            "program": "experiments.calibrate",
            "command": list(command),
            "started": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(began)),
            "wall_seconds": round(time.time() - began, 1),
            "runs_simulated": ledger.kept,
            "runs_found_in_ledger": ledger.found,
            "model_version": sim.MODEL_VERSION,
            "git_commit": commit(),
            "calibration": found.calibration.to_mapping(),
            "seeds": found.seeds,
            "method": found.method,
            "trials": found.simulated,
            "fields": [field._asdict() | {"sentence": field.sentence} for field in found.fields],
        }
        (folder / PROVENANCE).write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def world_file(found: Calibrated, command: Sequence[str]) -> str:
    """The calibrated world as a file for --config-dir (world/NAME.yaml), with where its values come from."""
    calibration = found.calibration
    lines = [
        f"Calibrated on {time.strftime('%Y-%m-%d')} by {shlex.join(command)} ({found.seeds} seeds, {found.simulated} trials).",
        *(f"Target: {t.name}, {t.value:g} {t.unit} ({t.source})." for t in calibration.targets),
        *(field.sentence for field in found.fields),
    ]
    nested: dict[str, Any] = {}
    usual = {change.field: change.value for change in calibration.changes}
    for path, value in (usual | found.changes).items():
        place = nested
        *rooms, last = path.split(".")
        for room in rooms:
            place = place.setdefault(room, {})
        place[last] = float(f"{value:.4g}") if isinstance(value, float) else value
    comment = "".join(f"# {line}\n" for line in lines)
    return f"{comment}defaults:\n  - {calibration.case}\n  - _self_\n{yaml.safe_dump(nested)}"
