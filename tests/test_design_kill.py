"""A design that is killed twice goes on where it stopped, whoever simulates it, to the same tables as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.kill_design import EXECUTORS, finished, killed_twice, tables

WORLDS = 30
PACKAGES = {"ray": "ray", "dask": "distributed", "slurm": "submitit"}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert finished("threads", WORLDS, folder)["runs"] == 2 * WORLDS
    return tables(folder)


@pytest.mark.slow
@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_design_that_is_killed_twice_gives_the_same_tables(
    executor: str, tmp_path: Path, undisturbed: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    if executor in PACKAGES:
        pytest.importorskip(PACKAGES[executor], reason=f"{PACKAGES[executor]} is not installed (extra {executor})")
    at = killed_twice(executor, WORLDS, tmp_path)
    assert 0 < at[0] < at[1]
    for here, there in zip(undisturbed, tables(tmp_path), strict=True):
        pd.testing.assert_frame_equal(here, there)


@pytest.mark.slow
def test_a_design_that_adds_seeds_and_is_killed_twice_gives_the_same_tables(tmp_path: Path) -> None:
    asked, worlds = ["precision=0.0002", "most_seeds=13"], 3
    runs = finished("threads", worlds, tmp_path / "undisturbed", asked)["runs"]
    undisturbed = tables(tmp_path / "undisturbed")
    many = undisturbed[1].groupby("world")["seed"].nunique()
    assert len(many) == worlds and many.min() < many.max()
    at = killed_twice("threads", worlds, tmp_path / "killed", asked, runs)
    assert 0 < at[0] < at[1]
    for here, there in zip(undisturbed, tables(tmp_path / "killed"), strict=True):
        pd.testing.assert_frame_equal(here, there)
