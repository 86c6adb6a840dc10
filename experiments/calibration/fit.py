"""The fit: trials that Optuna chooses and keeps in a journal, a search for the best and a profile of each free field.

A trial is chosen by its number and by what has been tried before it, and by nothing else: a fit that was killed goes on from its
journal as if it had not been.
"""

from __future__ import annotations

import fcntl
import math
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.calibration.quantities import Measured
from experiments.calibration.targets import Target
from sim.extras import imported
from sim.fields import InputError
from sim.sampling import Factor

SEARCH = "search"
PART, PLACE, VALUE, SIMULATED, ERROR, MISFIT = "part", "place of", "value of", "simulated", "error of", "misfit"
_MEASURED = "measured"  # what a trial keeps in the journal
_SEED, _AT_RANDOM = 20_190_501, 5
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Problem:
    """Fields that are free, targets, and what is simulated for these where the fields have some values."""

    factors: tuple[Factor, ...]
    targets: tuple[Target, ...]
    evaluate: Callable[[Mapping[str, Any]], Sequence[Measured]]

    def values(self, places: Mapping[str, float]) -> dict[str, Any]:
        """The values of the fields at places from 0 to 1 of their ranges."""
        found = {f.field: f.at(min(places[f.field], math.nextafter(1.0, 0.0))) for f in self.factors}
        return {field: float(f"{v:.12g}") if isinstance(v, float) else v for field, v in found.items()}

    def misfit(self, measured: Sequence[Measured]) -> float:
        """Minus the logarithm of the likelihood of the targets, up to a constant: errors are normal, and are the target's own and
        that of few seeds. How large the latter is in a trial is chance, and counts neither for it nor against it."""
        total = 0.0
        for target, simulated in zip(self.targets, measured, strict=True):
            squared = (simulated.value - target.value) ** 2 / (target.error**2 + simulated.error**2)
            total += target.weight * squared / 2
        return total


@dataclass(frozen=True)
class _Part:
    """Trials that belong together: fields that stand at a place, and how many trials there are to be."""

    name: str
    fixed: Mapping[str, float]
    trials: int


def profile_part(field: str, point: int) -> str:
    """The name of a part of the profile of a field."""
    return f"{field} at {point}"


def parts(problem: Problem, trials: int, points: int) -> list[_Part]:
    """The search, and for each point of each field's profile a search over the other fields."""
    rest = len(problem.factors) - 1
    at_a_point = 1 if not rest else 4 + 4 * rest
    found = [_Part(SEARCH, {}, trials)]
    for factor in problem.factors:
        for point, place in enumerate(np.linspace(0.0, 1.0, points).tolist()):
            found.append(_Part(profile_part(factor.field, point), {factor.field: place}, at_a_point))
    return found


def fit(problem: Problem, journal: Path, trials: int, points: int, told: Told) -> pd.DataFrame:
    """A row a trial: which part it belongs to, where each field is in its range and what that means, what was simulated for each
    target, with its error, and the misfit. What a journal has is not simulated again. Raises InputError."""
    optuna = imported("optuna", "analysis", "experiments.calibrate")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    plan = parts(problem, trials, points)
    total, done = sum(part.trials for part in plan), 0
    rows: list[dict[str, Any]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        with alone(journal):
            _mend(journal)
            backend = optuna.storages.journal.JournalFileBackend(str(journal))
            storage = optuna.storages.JournalStorage(backend)
            for part in plan:
                study = optuna.create_study(storage=storage, study_name=part.name, load_if_exists=True)
                start = min(rows, key=lambda row: float(row[MISFIT]), default=None)
                for trial in _trials(optuna, study, part, start):
                    told(done, total)
                    places = {f.field: _place(trial, part, f.field) for f in problem.factors}
                    if trial.open:
                        measured = problem.evaluate(problem.values(places))
                        trial.of.set_user_attr(_MEASURED, [tuple(each) for each in measured])
                        study.tell(trial.of.number, problem.misfit(measured))
                    else:
                        measured = [Measured(*each) for each in trial.of.user_attrs[_MEASURED]]
                    rows.append({PART: part.name} | row_of(problem, places, measured))
                    done += 1
    told(done, total)
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class _Trial:
    """A trial of Optuna's, open or done."""

    of: Any
    open: bool


def _trials(optuna: Any, study: Any, part: _Part, start: Mapping[str, Any] | None) -> Iterator[_Trial]:
    """The trials of a part: those that are done, one that was under way when its process ended, and new ones."""
    states = optuna.trial.TrialState
    for number in range(part.trials):
        known = study.get_trials(deepcopy=False)
        study.sampler = optuna.samplers.TPESampler(seed=_SEED + number, multivariate=True, n_startup_trials=_AT_RANDOM)
        if number == 0 and not known and part.fixed and start is not None:
            others = {name.removeprefix(f"{PLACE} "): value for name, value in start.items() if name.startswith(PLACE)}
            study.enqueue_trial({field: place for field, place in others.items() if field not in part.fixed})
        if number < len(known) and known[number].state == states.COMPLETE:
            yield _Trial(known[number], False)
        elif number < len(known) and known[number].state == states.RUNNING:
            yield _Trial(optuna.trial.Trial(study, known[number]._trial_id), True)
        else:
            yield _Trial(study.ask(), True)


def _place(trial: _Trial, part: _Part, field: str) -> float:
    if field in part.fixed:
        return part.fixed[field]
    return float(trial.of.suggest_float(field, 0.0, 1.0) if trial.open else trial.of.params[field])


def row_of(problem: Problem, places: Mapping[str, float], measured: Sequence[Measured]) -> dict[str, Any]:
    """What is known of a trial: where each field is in its range and what that means, what was simulated, and the misfit."""
    row: dict[str, Any] = {}
    for field, value in problem.values(places).items():
        row |= {f"{PLACE} {field}": places[field], f"{VALUE} {field}": value}
    for target, simulated in zip(problem.targets, measured, strict=True):
        row |= {f"{SIMULATED} {target.name}": simulated.value, f"{ERROR} {target.name}": simulated.error}
    return row | {MISFIT: problem.misfit(measured)}


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Nobody else works on a file meanwhile. Raises InputError where somebody else does."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_suffix(".using").open("w") as mine:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"must not be used by two at once, as {place} would be", field="results") from None
        yield


def _mend(journal: Path) -> None:
    """Clear away what a killed process left half-written or locked."""
    Path(f"{journal}.lock").unlink(missing_ok=True)
    if journal.exists():
        text = journal.read_bytes()
        if not text.endswith(b"\n"):
            # To write it anew would lose all, were this process killed just then.
            os.truncate(journal, text.rfind(b"\n") + 1)
