"""A study simulated again from its provenance, and held against what it gave."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from experiments.command.words import ENGLISH
from experiments.studies.gather import package_versions, run_keys
from experiments.studies.relayed import RELAYS
from experiments.studies.results import TABLES, Results
from experiments.studies.settings import Experiment
from experiments.studies.watched import WATCHED
from sim.fields import InputError
from sim.study.precision import MOST_SEEDS
from sim.version import MODEL_VERSION

# Columns of runs that tell of the simulating, not of what was simulated.
_OF_THE_OCCASION = ("cpu_seconds", "made", "commit", "code", "key")


class Comparison(NamedTuple):
    """Runs that came out as they were to the last bit, those that did not (branch and seed), and tables that differ."""

    equal: int
    differing: tuple[tuple[str, int], ...]
    tables: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything came out as it was."""
        return not self.differing and not self.tables

    def sentence(self, simulated: int) -> str:
        """How a study came out that was simulated again, ``simulated`` runs of it now."""
        runs = self.equal + len(self.differing)
        found_already = f"{simulated:,} simulated now, the others found in the ledger of earlier replays"
        now = "all simulated anew" if simulated == runs else found_already
        if self.holds:
            return f"All {runs:,} runs came out as they were, bit by bit ({now}), and so did all tables."
        found = [f"{len(self.differing):,} of {runs:,} runs came out otherwise ({now})"] if self.differing else []
        if self.differing:
            branch, seed = self.differing[0]
            found.append(f"the first is {branch} with seed {seed}")
        if self.tables:
            found.append(f"tables that differ: {', '.join(self.tables)}")
        return f"{'; '.join(found)}."


def experiment_of(before: Results, **options: Any) -> Experiment:
    """The experiment that gave some results, with options of its own where it writes and what simulates it. Raises InputError."""
    told = before.provenance
    return Experiment(
        world=before.world,
        study=before.plan,
        seeds=tuple(told["seeds"]),
        precision=before.precision or None,
        most_seeds=max(MOST_SEEDS, len(told["seeds"])) if before.precision else MOST_SEEDS,
        days=told["days"],
        outcomes=before.outcomes,
        keep=tuple(told.get("keep", ())),
        every=told.get("every"),
        watch=told.get("watch", 0),
        language=told.get("language", ENGLISH),
        live=told.get("live", False),
        **options,
    )


def differences(results: Results, experiment: Experiment) -> list[str]:
    """What is other now than when the results were made, a clause each; empty if the same must come out."""
    told, found = results.provenance, []
    if told["model_version"] != MODEL_VERSION:
        found.append(f"the model was version {told['model_version']} and is {MODEL_VERSION}")
    keys, branches = run_keys(experiment), experiment.study.all_branches(experiment.world)
    changed = [name for name, checksum in told.get("world_files", {}).items() if keys.checksums.get(name) != checksum]
    found += [f"the world's file {name} has other contents" for name in changed]
    columns = (results.runs[name].tolist() for name in ("branch", "seed", "key"))
    if not found and any(keys.key(branches[name], seed) != key for name, seed, key in zip(*columns, strict=True)):
        found.append("the code that decides the numbers has been changed")
    if told.get("python") != platform.python_version():
        found.append(f"Python was {told.get('python')} and is {platform.python_version()}")
    return found + _other_versions(told.get("packages", {}), package_versions())


def _other_versions(before: Mapping[str, str | None], now: Mapping[str, str | None]) -> list[str]:
    return [f"{name} was {before[name]} and is {now.get(name)}" for name in before if before[name] != now.get(name)]


def check_same(results: Results, experiment: Experiment, place: Path) -> None:
    """Raise InputError where other numbers are to be expected than those in ``place``."""
    found = differences(results, experiment)
    if found:
        more = f", and {len(found) - 4} more" if len(found) > 4 else ""
        raise InputError(
            f"{place} was made by other code or versions than those here: {'; '.join(found[:4])}{more}; "
            "--anyway tries all the same"
        )


def compared(before: Results, after: Results) -> Comparison:
    """What has come out again, run by run and table by table."""
    old, new = (each.runs.set_index(["branch", "seed"])["digest"] for each in (before, after))
    differing = tuple(run for run in old.index if new.get(run) != old[run])
    tables = tuple(name for name in TABLES if not _alike(getattr(before, name), getattr(after, name)))
    if before.watched is not None and after.watched is not None and not _alike(before.watched.days, after.watched.days):
        tables += (WATCHED,)
    if before.relays is not None and after.relays is not None and not _alike(before.relays, after.relays):
        tables += (RELAYS,)
    return Comparison(len(old) - len(differing), differing, tables)


def _alike(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    left, right = (table.drop(columns=[c for c in _OF_THE_OCCASION if c in table]) for table in (before, after))
    return left.reset_index(drop=True).equals(right.reset_index(drop=True))
