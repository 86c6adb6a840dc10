"""Simulate a study as asked, and gather what it gave."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from experiments.command.progress import Reporter
from experiments.command.user_code import user_classes
from experiments.command.words import in_full
from experiments.studies.foreseen import foreseen
from experiments.studies.individual_data import check_room, write_people
from experiments.studies.observed import clock_look, compare_with_observed
from experiments.studies.relayed import relays_look, relays_of, seeds_followed
from experiments.studies.results import Results, load_observed
from experiments.studies.settings import Experiment
from experiments.studies.watched import watch_look, watched_of
from sim import cases
from sim.fields import InputError, canonical_json
from sim.outcomes import OwnOutcome
from sim.outcomes.individuals import kept
from sim.run import Recording
from sim.sources import UnknownCodeError, commit, sources_of
from sim.study.effects import EFFECT_COLUMNS
from sim.study.keys import RunKeys
from sim.study.ledger import Ledger
from sim.study.long_tables import run_table

_PACKAGES = ("hydra-core", "mesa", "numba", "numpy", "pandas", "pyarrow", "scipy", "matplotlib", "seaborn")


def run_keys(experiment: Experiment) -> RunKeys:
    """The keys of an experiment's runs, those of its sweep apart."""
    days = experiment.world.days if experiment.days is None else experiment.days
    try:
        recorded = Recording(experiment.outcomes, kept(experiment.keep, experiment.every, days))
        return RunKeys(experiment.world, days, recorded=recorded)
    except UnknownCodeError as error:
        raise InputError(str(error)) from None


def precision_in_key(experiment: Experiment) -> dict[str, Any]:
    """What a directory's key has of the precision that is asked for; nothing where none is."""
    if not experiment.asked:
        return {}
    return {"precision": [[each.to_mapping() for each in experiment.asked], experiment.most_seeds]}


def study_directory(experiment: Experiment) -> Path:
    """results/STUDY-KEY, where KEY is of everything that decides what is in it, code included."""
    keys, branches = run_keys(experiment), experiment.study.all_branches(experiment.world)
    try:
        content: dict[str, Any] = {
            "runs": [keys.key(branch, seed) for branch in branches.values() for seed in experiment.seed_list],
            "study": experiment.study.to_mapping(),
            "watch": experiment.watch,
            "observed": sources_of("experiments.studies.observed")
            | sources_of(f"sim.cases.{experiment.study.case}.case"),
            **precision_in_key(experiment),
        }
    except UnknownCodeError as error:
        raise InputError(str(error)) from None
    key = hashlib.sha256(canonical_json(content).encode()).hexdigest()[:8]
    return Path(experiment.results) / f"{experiment.study.name}-{key}"


def simulate(experiment: Experiment, ledger: Ledger, reporter: Reporter, command: Sequence[str]) -> Results:
    """Simulate what the ledger does not have, and gather. Raises InputError before anything is simulated."""
    began, cpu = time.time(), time.process_time()
    plan, world = experiment.study, experiment.world
    branches, keys = plan.all_branches(world), run_keys(experiment)
    check_room(experiment)
    observed, case = load_observed(study_directory(experiment)), cases.named(plan.case)
    looks = watch_look(experiment) | relays_look(experiment)
    if observed is None:
        looks |= clock_look(case, world, plan.reference)
    reporter.begin(plan.name, foreseen=partial(foreseen, experiment))
    study = sim.compare(
        world, branches, experiment.seed_list, plan.reference, experiment.days, experiment.threads,
        ledger=ledger, progress=reporter.advanced, outcomes=experiment.outcomes, keep=experiment.keep, every=experiment.every,
        executor=experiment.executor, precision=experiment.asked or None, most_seeds=experiment.most_seeds,
        looks=looks,
    )  # fmt: skip
    sweep = _simulate_sweep(experiment, ledger, reporter)
    runs = run_table(study, keys.key)
    watched = watched_of(experiment, study, reporter)
    if observed is None:
        observed = compare_with_observed(study, case)
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
        "git_commit": commit(),
        "runs_made_by": _makers(runs),
        "python": platform.python_version(),
        "machine": platform.platform(),
        "packages": package_versions(),
        "seeds": list(study.seeds),
        "precision": [each.to_mapping() for each in study.precision],
        "days": study.days,
        "reference": plan.reference,
        "study": plan.settled().to_mapping(),
        "branches": {name: branch.to_mapping() for name, branch in branches.items()},
        "world": world.to_mapping(),
        "description": sim.describe(world, branches[plan.headline], experiment.seed_list[0]),
        "world_files": keys.checksums,
        "outcomes": _named(experiment.outcomes),
        "keep": list(experiment.keep),
        "every": experiment.every,
        "watch": experiment.watch,
        "followed": list(seeds_followed(experiment)),
        "language": experiment.language,
        "live": experiment.live,
        "user_code": sorted(user_classes(experiment)),
    }
    return Results(
        runs, study.timelines, study.turnout.infer_objects(), study.removals.infer_objects(), study.effects, sweep,
        observed, provenance, partial(write_people, study) if experiment.keep else None, watched, relays_of(study),
    )  # fmt: skip


def _makers(runs: pd.DataFrame) -> list[dict[str, Any]]:
    """Commits and codes that made the runs, how many each, and from when to when."""
    made = runs.groupby(["commit", "code"], dropna=False, sort=False)["made"].agg(["size", "min", "max"])
    return [
        {
            "commit": found if isinstance(found, str) else None,
            "code": code,
            "runs": int(n),
            "first": first,
            "last": last,
        }
        for (found, code), n, first, last in made.itertuples()
    ]


def _simulate_sweep(experiment: Experiment, ledger: Ledger, reporter: Reporter) -> pd.DataFrame:
    """Traced and counterfactual effects on opinion by value of the swept field: value, seeds and the columns of effects."""
    columns = ["value", "seeds", *EFFECT_COLUMNS]
    sweep = experiment.study.sweep
    if not sweep.values:
        return pd.DataFrame(columns=columns)
    design = experiment.swept
    reporter.begin(f"{sweep.field} = {', '.join(map(in_full, sweep.values))}", "runs")
    faults = design.simulate(ledger, experiment.executor, experiment.threads, reporter.advanced)
    if faults:
        raise InputError(f"must fit the world: {faults[0].reason}", field="study.sweep")
    parts = []
    for number, study in design.studies(ledger):
        effects = study.effects
        effects = effects[effects["outcome"] == "opinion_mean"]
        parts.append(effects.assign(value=sweep.values[number - 1], seeds=len(study.seeds)))
    return pd.concat(parts, ignore_index=True)[columns]


def _named(outcomes: Sequence[OwnOutcome]) -> list[dict[str, Any]]:
    return [{"name": outcome.name, **outcome.to_mapping()} for outcome in outcomes]


def package_versions() -> dict[str, str | None]:
    """Versions of the packages that numbers, tables and figures come from; None for one that is not installed."""
    return {name: _version(name) for name in _PACKAGES}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
