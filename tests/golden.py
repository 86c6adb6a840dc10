"""What is kept of the golden cases (tests/golden_cases.py) in tests/golden.json, and what they have to use."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import inspect
import json
import types
import typing
from abc import ABC
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sim
from sim.branch import Branch
from sim.cases.hk2019 import facts
from sim.engine.engine import Engine
from sim.fields import Quantity, Settings
from sim.ground_truth import ground_truth, pooled
from sim.moderation import BASE_RATE, SIGNALS, RuleDetector, fit, precision, roc
from sim.moderation.detectors.signals import feature
from sim.outcomes.individuals import GROUPS, Keep
from sim.run import Recording, record
from sim.simulation import begun
from sim.world import World
from tests.golden_cases import Case, EndOfDay, small_world, study_branches

GOLDEN = Path(__file__).with_name("golden.json")
ENGINES = ("arrays", "agents")
# Agreement of numbers that come from libraries whose last bits differ between machines.
TOLERANCE = 1e-4
_LONGEST_SHOWN = 4


# What a case gives


def run_case(case: Case, engine: str = "arrays") -> Engine:
    """A golden case, run to its end."""
    recorded = Recording(keep=_kept(case))
    model = begun(case.world, case.branch, case.seed, engine, None, case.population_seed, recorded).engine
    model.advance(model.last_step)
    return model


def _kept(case: Case) -> Keep | None:
    return Keep(tuple(GROUPS), every=2, days=case.world.days) if case.keeps_people else None


def digests(case: Case, engine: str, outcomes: Iterable[str]) -> dict[str, str]:
    """Digests of all that a case gives, by part: its final state, the daily record of these outcomes, turnout, removals, the work
    it was, what moderators see in the end, and what was kept of people, by group of columns."""
    keep, model = _kept(case), run_case(case, engine)
    run = record(model, 0.0, Recording(keep=keep))
    people = {}
    if keep is not None:
        fixed = [name for name in keep.columns if not any(name in columns for columns in GROUPS.values())]
        for group, columns in {"": fixed, **GROUPS}.items():
            people[f"people {group}".strip()] = _digest(_rows(run.people[list(columns)]))
    return {
        "state": run.digest[:16],
        "days": _digest(_rows(run.timeline[["day", *outcomes]])),
        "turnout": _digest(_rows(run.turnout)),
        "removals": _digest([list(run.removals.columns), *_rows(run.removals)]),
        "work": _digest({name: value for name, value in run.work.items() if name != "cpu_seconds"}),
        "views": _digest([_seen(model, moderator.view()) for moderator in model.moderators]),
        **people,
    }


def _seen(model: Engine, view: Any) -> dict[str, Any]:
    seen = {name: getattr(view, name) for name in view._fields if name != "traces"}
    traces = {} if view.traces is None else view.traces._asdict()
    kept = [name for name, about in SIGNALS.items() if view.traces is not None or not about.traced]
    return {**seen, **traces, "features": {name: feature(view, name) for name in kept}}


def _rows(table: pd.DataFrame) -> list[list[Any]]:
    return [list(row) for row in table.itertuples(index=False, name=None)]


def _digest(value: Any) -> str:
    """Short digest of plain values, arrays and containers of them; of a float every bit counts."""
    return hashlib.sha256(json.dumps(_exact(value)).encode()).hexdigest()[:16]


def _exact(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return _exact(value.tolist())
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _exact(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_exact(inner) for inner in value]
    return value


# What is computed from runs


def numbers() -> dict[str, float]:
    """Effects of a study, and how good detectors are that are fitted to known accounts: kept as numbers, because they come
    from libraries whose last bits differ between machines."""
    world = small_world()
    study = sim.compare(world, study_branches(), seeds=3, days=3, threads=1, outcomes=EndOfDay())
    found: dict[str, float] = {}
    for row in study.effects.itertuples():
        if row.outcome in (
            "opinion_mean",
            "polarisation",
            "reach",
            "wrongful_removals",
            "review_hours",
            "golden_end_of_day",
        ):
            for name in ("difference", "low", "high", "n", "identical"):
                found[f"effects: {row.branch}, {row.outcome}, {row.kind}, {name}"] = float(getattr(row, name))
    known = pooled([ground_truth(world, 3, seed) for seed in (1, 2)])
    detector = fit(known.view, known.troll, fpr=0.05, shrinkage=2.0)
    for name, weight in detector.weights.to_mapping().items():
        found[f"fit: {name}"] = weight
    found["fit: threshold"] = detector.threshold
    two = fit(known.view, known.active_troll, signals=("volume", "coordination"))
    found |= {
        f"fit to active trolls: {name}": getattr(two.weights, name) for name in ("constant", "volume", "coordination")
    }
    found["fit: threshold that flags all"] = fit(known.view, known.troll, fpr=1.0).threshold
    seen = ground_truth(world, 2, 7, sim.Branch(campaign=True))
    judged = {
        "score": detector,
        "rule": RuleDetector(signal="age", threshold=0.0, below=True),
        "rates": sim.moderation.Rates(tpr=0.6, fpr=0.2),
    }
    for name, judge in judged.items():
        quality = roc(judge, seen.view, seen.troll, base_rate=0.05, seed=3)
        found[f"roc of {name}: auc"] = quality.auc
        found[f"roc of {name}: tpr at 0.1"] = quality.tpr_at(0.1)
        found[f"roc of {name}: precision where trolls are rare"] = precision(quality.tpr_at(0.1), 0.1)
        found[f"roc of {name}: thresholds"] = float(len(quality.table))
        found[f"roc of {name}: mean precision"] = float(quality.table["precision"].mean())
    return found


# What settings are where nothing else is said


def settings() -> dict[str, Any]:
    """The defaults of all settings and the values of all fields of the real case, by name; long lists as digests."""
    found = dict(_leaves("World.hk2019()", World.hk2019().to_mapping())) | _facts() | {"BASE_RATE": BASE_RATE}
    for cls in reachable():
        for field in dataclasses.fields(cls):
            if field.default_factory is not dataclasses.MISSING:
                default = field.default_factory()
            elif field.default is not dataclasses.MISSING:
                default = field.default
            else:
                continue
            found |= dict(_leaves(f"{cls.__name__}.{field.name}", _plain(default)))
    return found


def _facts() -> dict[str, Any]:
    """Digests of what is known of the real case, by the function that tells it."""
    told = {
        name: function
        for name, function in vars(facts).items()
        if callable(function) and getattr(function, "__module__", "") == facts.__name__ and not name.startswith("_")
    }
    alone = {name: f for name, f in told.items() if not isinstance(f, type) and not inspect.signature(f).parameters}
    found = {f"facts.{name}()": _digest(_told(function())) for name, function in alone.items()}
    sets = [row["set"] for row in facts._rows("creation")]
    found["facts.creation_by_month"] = _digest({name: facts.creation_by_month(name) for name in sets})
    return found


def _told(value: Any) -> Any:
    """A fact with all that it says of itself, as plain values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        names += [name for name, member in vars(type(value)).items() if isinstance(member, property)]
        return {name: _told(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {name: _told(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return [_told(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Settings):
        return {"class": type(value).__name__, **value.to_mapping()}
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}", inner)
    elif isinstance(value, list) and len(value) <= _LONGEST_SHOWN:
        for i, inner in enumerate(value):
            yield from _leaves(f"{path}[{i}]", inner)
        yield f"{path}: number", len(value)
    elif isinstance(value, list):
        yield path, f"{len(value)} values with digest {_digest(value)}"
    else:
        yield path, value


# What cases have to use


def reachable() -> list[type[Settings]]:
    """All settings of the model that a world or a branch can be made of, found from their annotations."""
    found: dict[type[Settings], None] = {}
    fresh: list[type[Settings]] = [World, Branch]
    while fresh:
        cls = fresh.pop()
        if cls in found or not cls.__module__.startswith("sim."):
            continue
        found[cls] = None
        fresh += cls.__subclasses__()
        for hint in typing.get_type_hints(cls).values():
            fresh += [kind for kind in _kinds(hint) if isinstance(kind, type) and issubclass(kind, Settings)]
    concrete = (cls for cls in found if not inspect.isabstract(cls) and ABC not in cls.__bases__)
    return sorted(concrete, key=lambda cls: (cls.__module__, cls.__name__))


def _kinds(hint: Any) -> Iterator[Any]:
    """The plain types that an annotation is made of."""
    inner = typing.get_args(hint)
    if not inner:
        yield hint
    for part in inner:
        yield from _kinds(part)


def unseen(cases: Iterable[tuple[Any, ...]], kind: str = "golden case", defaults: bool = True) -> list[str]:
    """What no case of this kind (a world, a branch and perhaps more) uses, a sentence each. Settings of every kind have to occur,
    each choice of every field, both answers to yes or no, none where a field can be none, at least two values, and with
    ``defaults`` the default where there is one."""
    seen: dict[tuple[type[Settings], str], set[Any]] = defaultdict(set)
    used: set[type[Settings]] = set()
    for case in cases:
        for part in (*_parts(case[0]), *_parts(case[1])):
            used.add(type(part))
            for field in dataclasses.fields(part):
                seen[_home(type(part), field.name), field.name].add(getattr(part, field.name))
    missing = [f"{cls.__name__} occurs in no {kind}" for cls in reachable() if cls not in used]
    for cls in reachable():
        hints = typing.get_type_hints(cls)
        for field in dataclasses.fields(cls):
            if cls not in used or (_home(cls, field.name) is not cls and _home(cls, field.name) in reachable()):
                continue
            values, kinds = seen[_home(cls, field.name), field.name], set(_kinds(hints[field.name]))
            about: Quantity = field.metadata["quantity"]
            wanted: list[Any] = list(about.choices or ())
            wanted += [False, True] if bool in kinds else []
            wanted += [None] if types.NoneType in kinds else []
            wanted += [field.default] if defaults and field.default is not dataclasses.MISSING else []
            name = f"{cls.__name__}.{field.name}"
            lacking = [value for value in wanted if value not in values]
            missing += [f"{name} is {value!r} in no {kind}" for value in lacking]
            if not lacking and len(values) < 2:
                missing.append(f"{name} is the same in all {kind}s")
    return sorted(set(missing))


def _home(cls: type[Settings], field: str) -> type[Settings]:
    """The class that defines a field of a class."""
    return next(base for base in cls.__mro__ if field in vars(base).get("__annotations__", {}))


def _parts(value: Any) -> Iterator[Settings]:
    if isinstance(value, tuple):
        for inner in value:
            yield from _parts(inner)
    elif isinstance(value, Settings):
        yield value
        for field in dataclasses.fields(value):
            yield from _parts(getattr(value, field.name))


# What is kept


def kept() -> dict[str, Any]:
    """The content of tests/golden.json."""
    content: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return content


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Names of what is no longer what it was; something new is no change."""
    changed = [name for name in before["settings"] if before["settings"][name] != now["settings"].get(name)]
    changed += [name for name in before["numbers"] if not close(before["numbers"][name], now["numbers"].get(name))]
    for name, parts in before["cases"].items():
        present = now["cases"].get(name, {})
        differing = [part for part, digest in parts.items() if present.get(part) != digest]
        if differing:
            changed.append(f"{name} ({', '.join(differing)})")
    return changed


def close(expected: float, value: float | None) -> bool:
    """Whether a number is what it was but for the last digits, on which libraries differ between machines."""
    return value is not None and bool(np.isclose(value, expected, rtol=TOLERANCE, atol=1e-9, equal_nan=True))
