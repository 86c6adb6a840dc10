"""Plain bad values, wherever the Python API takes one, end in a result or in one sentence."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.fields import InputError, build
from sim.moderation import Perfect, Rates, RuleDetector, ScoreDetector, Takedown

WORLD = sim.World(people=60, days=2, graph={"kind": "complete"})
BRANCH = sim.Branch((Takedown(0, accounts=0),))
SEEN = sim.ground_truth(WORLD.replace({"campaign.accounts": 3}), days=1)
STUDY = sim.compare(WORLD, {"none": sim.Branch(), "idle": BRANCH}, seeds=1, days=1)

NASTY: tuple[Any, ...] = (
    None, "", "x", "\udc80", "a" * 10_000, b"", True, -1, 0, 1, 0.5, 1e400, float("nan"), 2**200, 3 + 4j, [], [[]], [None],
    ["x"], {}, {"a": None}, {1: 2}, {"name": "x"}, (), (1, "x"), set(), object(), len, int, print, range(3), iter([1]),
    np.array([]), np.zeros((2, 2)), np.array(["x"]), np.array([None]), np.nan, pd.NaT, pd.NA, pd.Series([1.5]), pd.DataFrame(),
    datetime.date(1, 1, 1), datetime.datetime.now(), WORLD, BRANCH, SEEN, STUDY, sim.World, Perfect(),
)  # fmt: skip

# Everything public that takes an argument, with arguments that work.
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "World": (sim.World, {"people": 60, "days": 1, "graph": {"kind": "complete"}, "first_day": "2019-05-01"}),
    "World.hk2019": (sim.World.hk2019, {"people": 1000, "days": 3}),
    "World.replace": (WORLD.replace, {"changes": {"feed.length": 2}}),
    "World.day": (WORLD.day, {"day": 1}),
    "World.tick": (WORLD.tick, {"day": 1}),
    "World.date": (WORLD.date, {"day": 1}),
    "Branch": (sim.Branch, {"policies": (), "campaign": True, "spares_innocents": False}),
    "Branch.first_tick": (BRANCH.first_tick, {"world": WORLD}),
    "Branch.check_against": (BRANCH.check_against, {"world": WORLD}),
    "Takedown": (Takedown, {"day": 0, "detector": Perfect(), "accounts": 0, "platform": "first"}),
    "Rates": (Rates, {"salt": 0, "tpr": 0.5, "fpr": 0.5}),
    "RuleDetector": (RuleDetector, {"signal": "volume", "threshold": 1.0, "below": False}),
    "ScoreDetector": (ScoreDetector, {"weights": {}, "threshold": 0.0}),
    "build": (build, {"cls": sim.Branch, "mapping": {}, "path": "branch"}),
    "describe_fields": (sim.describe_fields, {"settings": BRANCH, "path": "branch"}),
    "describe": (sim.describe, {"world": WORLD, "branch": None, "seed": 1}),
    "simulate": (
        sim.simulate,
        {"world": WORLD, "branch": None, "seed": 1, "engine": "arrays", "days": 1, "threads": 1, "population_seed": 1,
         "outcomes": (), "keep": ("opinion",), "every": 1},
    ),
    "compare": (
        sim.compare,
        {
            "world": WORLD, "branches": {"none": sim.Branch()}, "seeds": 1, "reference": "none", "days": 1, "threads": 1,
            "population_seed": 1, "ledger": None, "progress": None, "outcomes": (), "keep": (), "every": None,
            "executor": "threads",
        },
    ),
    "begin": (
        sim.begin,
        {
            "world": WORLD, "branch": None, "seed": 1, "engine": "arrays", "threads": 1, "population_seed": 1, "outcomes": (),
            "keep": (), "every": None, "society": None,
        },
    ),
    "Simulation.advance": (lambda until: sim.begin(WORLD).advance(until), {"until": 1}),
    "Simulation.fork": (
        lambda branch, engine, threads: sim.begin(WORLD).fork(branch, engine, threads),
        {"branch": None, "engine": "agents", "threads": 1},
    ),
    "ground_truth": (sim.ground_truth, {"world": WORLD, "days": 1, "seed": 1, "branch": None}),
    "pooled": (sim.pooled, {"parts": [SEEN]}),
    "SocietyModel": (sim.SocietyModel, {"world": WORLD, "branch": None, "seed": 1}),
    "Study.identical": (STUDY.identical, {"branch": "idle"}),
    "fit": (
        sim.moderation.fit,
        {"view": SEEN.view, "troll": SEEN.troll, "fpr": 0.1, "signals": ("volume",), "shrinkage": 1.0},
    ),
    "roc": (
        sim.moderation.roc,
        {"detector": Perfect(), "view": SEEN.view, "troll": SEEN.troll, "base_rate": 0.001, "seed": 1},
    ),
    "precision": (sim.moderation.precision, {"tpr": 0.5, "fpr": 0.5, "base_rate": 0.5}),
}  # fmt: skip
ARGUMENTS = [(name, argument) for name, (_, arguments) in CALLS.items() for argument in arguments]


@pytest.mark.parametrize("name", CALLS)
def test_the_good_arguments_are_good(name: str) -> None:
    function, arguments = CALLS[name]
    positional = [arguments[argument] for argument in arguments]
    function(*positional) if name == "World.replace" else function(**arguments)


@pytest.mark.parametrize("name, argument", ARGUMENTS, ids=[f"{name}({argument})" for name, argument in ARGUMENTS])
def test_a_bad_value_gives_one_sentence(
    name: str, argument: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    function, arguments = CALLS[name]
    faults = []
    for value in NASTY:
        if argument == "progress" and callable(value):
            continue  # what a function of the user's raises is theirs
        given = arguments | {argument: value}
        try:
            function(*given.values()) if name == "World.replace" else function(**given)
        except InputError as error:
            sentence = str(error)
            if len(sentence) > 600 or "\n" in sentence or not sentence.endswith((".", "?")):
                faults.append(f"{value!r:.60}: {sentence:.200}")
        except Exception as error:
            faults.append(f"{value!r:.60}: {type(error).__name__}: {error!s:.150}")
    assert not faults, "\n".join(faults)
