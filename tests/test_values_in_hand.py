"""What numpy, pandas, pathlib and datetime have is taken for a number, a list, a path or a day, and is the same input."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.fields import InputError
from sim.moderation import Takedown

SMALL: dict[str, Any] = {"people": 50, "days": 3, "graph": {"kind": "complete"}}


@pytest.mark.parametrize(
    "changes, plain",
    [
        ({"people": np.int64(50)}, {}),
        ({"people": np.uint8(50)}, {}),
        ({"people": np.float32(50.0)}, {}),
        ({"people": np.array(50)}, {}),
        ({"days": pd.Series([3]).iloc[0]}, {}),
        ({"first_day": datetime.date(2019, 5, 1)}, {}),
        ({"first_day": pd.Timestamp("2019-05-01")}, {}),
        ({"first_day": np.datetime64("2019-05-01")}, {}),
        ({"first_day": np.array("2019-05-01", dtype="datetime64[ns]")}, {}),
        ({"graph": {"kind": np.str_("complete")}}, {}),
        ({"population": {"opinions": np.linspace(-1, 1, 50)}}, {"population": {"opinions": np.linspace(-1, 1, 50).tolist()}}),
        ({"population": {"opinions": pd.Series([0.5] * 50)}}, {"population": {"opinions": [0.5] * 50}}),
        ({"population": {"opinions": pd.Index([0.5] * 50)}}, {"population": {"opinions": [0.5] * 50}}),
        ({"population": {"opinions": [np.float32(0.5)] * 50}}, {"population": {"opinions": [0.5] * 50}}),
        ({"population": {"equal_sessions": np.bool_(True)}}, {"population": {"equal_sessions": True}}),
        ({"graph": {"kind": "file", "edges": Path("a") / "b.csv"}}, {"graph": {"kind": "file", "edges": "a/b.csv"}}),
    ],
    ids=str,
)  # fmt: skip
def test_a_world_is_the_same_however_its_values_came(changes: dict[str, Any], plain: dict[str, Any]) -> None:
    taken, expected = sim.World(**SMALL | changes), sim.World(**SMALL | plain)
    assert taken == expected and taken.canonical == expected.canonical and hash(taken) == hash(expected)


@pytest.mark.parametrize(
    "day", [datetime.date(2019, 5, 2), datetime.datetime(2019, 5, 2), pd.Timestamp("2019-05-02"), np.datetime64("2019-05-02")]
)  # fmt: skip
def test_a_day_is_taken_as_a_date(day: Any) -> None:
    assert Takedown(day, accounts=0).canonical == Takedown("2019-05-02", accounts=0).canonical
    assert sim.World(**SMALL).day(day) == 1.0


@pytest.mark.parametrize(
    "day",
    [
        pd.NaT, np.datetime64("NaT"), pd.Timestamp("2019-05-02 12:00"), pd.Timestamp("2019-05-02", tz="Asia/Hong_Kong"),
        datetime.time(1), np.timedelta64(1, "D"), np.array([1, 2]), np.bool_(True), np.array(True),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_day_is_refused(day: Any) -> None:
    with pytest.raises(InputError, match="day must be"):
        Takedown(day, accounts=0)
    with pytest.raises(InputError, match="day must be"):
        sim.World(**SMALL).day(day)


@pytest.mark.parametrize(
    "opinions", [np.full(50, np.nan), np.full((50, 1), 0.5), np.ma.masked_all(50), np.array(["a"] * 50)]
)
def test_arrays_of_what_is_no_opinion_are_refused(opinions: Any) -> None:
    with pytest.raises(InputError, match=r"population\.opinions\[0\] must be a number from -1 to 1, not"):
        sim.World(**SMALL, population={"opinions": opinions})


def test_seeds_days_and_threads_may_be_numbers_of_numpy() -> None:
    world = sim.World(**SMALL)
    run = sim.simulate(world, seed=np.int64(2), days=np.int32(1), threads=np.int8(1), population_seed=np.uint64(3))  # type: ignore[arg-type]
    assert run.seed == 2 and type(run.seed) is int
    assert run.digest == sim.simulate(world, seed=2, days=1, threads=1, population_seed=3).digest
    for seeds in (np.arange(1, 3), range(1, 3), pd.Series([1, 2]), [np.int64(1), 2], np.int64(2)):
        study = sim.compare(world, {"none": sim.Branch()}, seeds=seeds, days=1)  # type: ignore[arg-type]
        assert study.seeds == (1, 2) and all(type(seed) is int for seed in study.seeds)
