"""Designs: many worlds in one long table, whichever way they were asked for, wherever they were simulated, killed or not."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars
import pyarrow.parquet as pq
import pytest

import sim
from experiments.report.__main__ import main as report
from experiments.run import main
from sim.fields import InputError
from sim.moderation import Takedown
from sim.sampling import Factor, Grid, LatinHypercube, Sampling, Sobol, Table
from sim.study.design import Fault
from sim.study.effects import EFFECT_COLUMNS
from sim.study.ledger import Ledger
from tests.worlds import busy_world

WORLD = busy_world()
BRANCHES = {"none": sim.Branch(), "active": sim.Branch((Takedown(1, accounts=5),))}
FLOODING = Factor("campaign.flooding", (1, 2, 4))
CLUSTERS = (Path(__file__).parents[1] / "docs" / "clusters.md").read_text(encoding="utf-8")
SMALL = ["world.people=200", "world.graph.followees=5", "days=3", "seeds=1", "study=actual"]


def rows(sampling: Sampling) -> pd.DataFrame:
    return sampling.rows(sim.World.hk2019(people=1000))


# Which worlds


def test_a_grid_has_every_combination() -> None:
    found = rows(
        Grid(
            [
                FLOODING,
                Factor("days", low=10, high=12),
                Factor("feed.appeal_exponent", low=1, high=100, points=3, scale="log"),
            ]
        )
    )
    assert found["campaign.flooding"].tolist() == [1] * 9 + [2] * 9 + [4] * 9
    assert found["days"].tolist()[:9] == [10, 10, 10, 11, 11, 11, 12, 12, 12]
    assert found["feed.appeal_exponent"].tolist()[:3] == [1, 10, 100]


def test_a_range_of_steps_has_both_ends() -> None:
    assert Factor("x", low=0, high=0.3, step=0.1).levels() == (0, 0.1, 0.2, 0.3)
    assert Factor("x", low=0, high=0.35, step=0.1).levels() == (0, 0.1, 0.2, 0.3)
    assert {Factor("x", low=2, high=4, step=1).at(u) for u in np.linspace(0, 0.999, 50)} == {2, 3, 4}


@pytest.mark.parametrize("kind", [LatinHypercube, Sobol])
def test_points_are_spread_evenly_and_by_their_seed(kind: type[LatinHypercube] | type[Sobol]) -> None:
    factors = [
        Factor("campaign.local_follower_share", low=0.001, high=0.1, scale="log"), Factor("campaign.flooding", low=1, high=4),
        Factor("opinion.rule", ("voter", "bounded_confidence")), Factor("feed.topic_stream", low=0, high=8, step=2),
    ]  # fmt: skip
    found = rows(kind(factors, worlds=64, seed=3))
    share = found["campaign.local_follower_share"].astype(float)
    assert share.between(0.001, 0.1).all()
    assert sorted((32 * np.log(share / 0.001) / math.log(100)).astype(int)) == sorted([*range(32)] * 2)
    assert found["campaign.flooding"].value_counts().to_dict() == {1: 16, 2: 16, 3: 16, 4: 16}
    assert found["opinion.rule"].value_counts().to_dict() == {"voter": 32, "bounded_confidence": 32}
    assert set(found["feed.topic_stream"]) == {0, 2, 4, 6, 8}
    pd.testing.assert_frame_equal(found, rows(kind(factors, worlds=64, seed=3)))
    assert not found.equals(rows(kind(factors, worlds=64, seed=4)))


def test_a_table_is_read_with_its_types(tmp_path: Path) -> None:
    table = pd.DataFrame({"campaign.flooding": [1, 2], "opinion.rule": ["voter", "bounded_confidence"]})
    table.to_csv(tmp_path / "worlds.csv", index=False)
    table.to_parquet(tmp_path / "worlds.parquet")
    for name in ("worlds.csv", "worlds.parquet"):
        design = sim.Design(WORLD, Table(str(tmp_path / name)), BRANCHES)
        assert [world.campaign.flooding for world in design] == [1, 2]
        assert [world.opinion.rule.name for world in design] == ["voter", "bounded_confidence"]


@pytest.mark.parametrize(
    ("worlds", "sentence"),
    [
        ([{"campaign.floding": 1}], "worlds must be possible, but in row 1 world.campaign.floding is not a field; did"),
        ([{"days": 3}, {"days": 0}], "in row 2 world.days must be a whole number from 1"),
        (pd.DataFrame({"days": [3, None]}), "worlds must have a value in every row, which column days has not in row 2."),
        (pd.DataFrame(), "worlds must have at least one row and one column, not none."),
        (7, "worlds must be a Sampling, a DataFrame or a list of mappings, not 7."),
        (Grid([Factor("feed.appeal_exponent", low=1, high=2.5)]), "worlds.factors[0].points must be given, or step, for a range"),
        (Table("nothing.csv"), "worlds.path must be a table that can be read, which 'nothing.csv' is not (No such file"),
    ],
    ids=range(7),
)  # fmt: skip
def test_worlds_that_cannot_be_are_named(worlds: Any, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        sim.Design(WORLD, worlds, BRANCHES)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("factor", "sentence"),
    [
        ({}, "Factor.values must be given for days, or else low and high."),
        ({"values": (1,), "low": 1, "high": 2}, "Factor.values must be given for days, or else low and high."),
        ({"low": 3, "high": 2}, "Factor.high must be above low, 3, not 2."),
        ({"low": 3}, "Factor.high must be given for days as well."),
        ({"low": 0, "high": 2, "scale": "log"}, "Factor.low must be above 0 where the scale is log, not 0."),
        ({"low": 0, "high": 2, "step": 1, "points": 3}, "Factor.step goes with neither points nor a scale of log."),
        ({"values": (1, 1)}, "Factor.values must not name anything twice."),
        ({"values": (1,), "scale": "log"}, "Factor.values goes with low and high, not with step, points or scale."),
        ({"low": 0, "high": 2, "scale": "lin"}, "Factor.scale must be one of linear, log, not 'lin'; did you mean 'linear'?"),
    ],
    ids=range(9),
)  # fmt: skip
def test_factors_that_cannot_be_are_named(factor: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        Factor("days", **factor)
    assert str(refused.value) == sentence


# One long table


def test_the_table_has_what_the_studies_have(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    grid = Grid([Factor("campaign.flooding", (1, 2)), Factor("feed.length", (5, 9))])
    design = sim.Design(WORLD, grid, BRANCHES, seeds=2, days=2)
    tables = design.run(tmp_path, progress=lambda done, total: told.append((done, total)), threads=2)
    assert (len(design), design.number_of_runs, told[-1]) == (4, 16, (16, 16))
    effects, runs = tables.effects, tables.runs
    assert list(effects.columns) == ["world", "campaign.flooding", "feed.length", *EFFECT_COLUMNS]
    assert len(runs) == 16 and runs["fault"].isna().all()
    world = WORLD.replace({"campaign.flooding": 2, "feed.length": 9})
    study = sim.compare(world, BRANCHES, seeds=2, days=2)
    mine = effects[(effects["campaign.flooding"] == 2) & (effects["feed.length"] == 9)]
    pd.testing.assert_frame_equal(
        mine[list(EFFECT_COLUMNS)].reset_index(drop=True), study.effects, check_dtype=False, check_exact=True
    )
    digests = runs[runs["world"] == mine["world"].iloc[0]].set_index(["branch", "seed"])["digest"].to_dict()
    assert digests == {key: run.digest for key, run in study.runs.items()}
    again = Ledger(tmp_path / "ledger")
    before = (tmp_path / "effects.parquet").read_bytes()
    design.run(tmp_path, ledger=again)
    assert (again.found, again.kept) == (16, 0)
    assert (tmp_path / "effects.parquet").read_bytes() == before


def test_the_lines_of_the_document_read_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pandas, polars and DuckDB, each line as it stands there."""
    sim.Design(WORLD, Grid([FLOODING]), BRANCHES, seeds=1, days=1).run(tmp_path)
    monkeypatch.chdir(tmp_path)
    with_pandas, with_polars, with_duckdb = re.findall(r"```python\n(.*?)```", CLUSTERS, re.DOTALL)[1].splitlines()
    table = eval(with_pandas, {"pandas": pd})
    assert set(table["outcome"]) == {"opinion_mean"} and len(table) == 3 * 2
    pd.testing.assert_frame_equal(eval(with_polars, {"polars": polars}).to_pandas(), table, check_dtype=False)
    traced = pd.read_parquet("effects.parquet", filters=[("kind", "==", "traced")])
    means = traced.groupby("campaign.flooding")["difference"].mean()
    assert dict(eval(with_duckdb, {"duckdb": duckdb}).fetchall()) == pytest.approx(means.to_dict(), abs=1e-15)


def test_tables_are_written_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.long_tables._ROWS", 1)
    sim.Design(WORLD, Grid([FLOODING]), BRANCHES, seeds=1, days=1).run(tmp_path)
    assert pq.ParquetFile(tmp_path / "effects.parquet").num_row_groups == 3


def test_columns_have_the_types_of_their_values(tmp_path: Path) -> None:
    worlds = [
        {"opinion.rule": "voter", "campaign.flooding": 1, "feed.appeal_exponent": 1},
        {"opinion.rule": "bounded_confidence", "campaign.flooding": 2, "feed.appeal_exponent": 1.5},
    ]
    tables = sim.Design(WORLD, worlds, {"none": sim.Branch()}, seeds=1, days=1).run(tmp_path)
    kinds = [str(pq.read_schema(tmp_path / "runs.parquet").field(name).type) for name in worlds[0]]
    assert kinds == ["string", "int64", "double"]
    assert tables.runs["opinion.rule"].tolist() == ["voter", "bounded_confidence"]


@pytest.mark.parametrize("executor", ["threads", pytest.param("processes", marks=pytest.mark.slow)])
def test_a_world_that_fails_loses_no_other(tmp_path: Path, executor: str) -> None:
    world = sim.World.hk2019(people=200, graph={"followees": 5})
    design = sim.Design(world, Grid([Factor("graph.followees", (4, 9, 5))]), BRANCHES, seeds=1, days=1)
    tables = design.run(tmp_path, executor=executor, threads=2)
    (fault,) = tables.faults
    assert isinstance(fault, Fault)
    assert fault[:2] == (2, 1) and "must be at most 5" in fault.reason
    assert tables.runs["fault"].notna().tolist() == [False, False, True, True, False, False]
    assert sorted(tables.effects["world"].unique()) == [1, 3]


def test_nothing_stays_of_tables_that_were_not_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("sim.study.design.run_table", fail)
    with pytest.raises(RuntimeError, match="broken"):
        sim.Design(WORLD, Grid([FLOODING]), BRANCHES, seeds=1, days=1).run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]


# On the command line


def test_the_program_takes_a_design(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["design=grid", "design.factors=[{field: campaign.flooding, values: [1,2]}]", f"results={tmp_path}"]
    assert main([*SMALL, *asked]) == 0
    assert "6 runs simulated, 0 found in the ledger" in capsys.readouterr().out
    (folder,) = tmp_path.glob("actual-design-*")
    assert json.loads((folder / "provenance.json").read_text())["design"]["name"] == "grid"
    assert main([*SMALL, *asked, "output=json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["worlds"], document["runs"], document["results"]) == (2, 6, str(folder))
    assert {row["campaign.flooding"] for row in document["effects"]} == {1, 2}
    assert report([str(folder), "output=json"]) == 0
    assert json.loads(capsys.readouterr().out) == document
    assert report([str(folder), str(folder)]) == 2
    assert "DIR must be the only one where it is a design's" in capsys.readouterr().err
    (folder / "runs.parquet").write_bytes(b"")
    assert report([str(folder)]) == 2
    assert "runs.parquet" in capsys.readouterr().err


def test_a_design_may_be_the_file_of_the_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "design").mkdir()
    (code,) = re.findall(r"```yaml\n(.*?)```", CLUSTERS, re.DOTALL)
    (tmp_path / "design" / "assumptions.yaml").write_text(code)
    asked = [f"--config-dir={tmp_path}", "design=assumptions", "design.worlds=4", f"results={tmp_path}/results"]
    assert main([*SMALL, *asked]) == 0
    (folder,) = (tmp_path / "results").glob("actual-design-*")
    runs = pd.read_parquet(folder / "runs.parquet")
    assert sorted(runs["opinion.rule"].unique()) == ["bounded_confidence", "voter"]
    assert runs["campaign.local_follower_share"].between(0.001, 0.1).all()
    capsys.readouterr()


def test_the_code_of_the_document_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = re.findall(r"```python\n(.*?)```", CLUSTERS, re.DOTALL)[0]
    names: dict[str, Any] = {}
    exec(code.replace("worlds=200", "worlds=2").replace("seeds=4)", "seeds=1, days=1)"), names)
    assert len(names["tables"].runs) == 4


def test_the_document_names_what_executors_have() -> None:
    every = ("slurm", "ray", "dask", "processes")
    known = {name for each in every for name in sim.executors.executor_of(each).to_mapping()}
    named = set(re.findall(r"executor\.(\w+)=", CLUSTERS))
    assert {"partition", "jobs", "seeds_a_task"} <= named <= known


def test_mistakes_in_a_design_are_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, sentence in (
        (["design=gird"], "design must be one of grid, latin_hypercube, sobol, table, not 'gird'; did you mean grid?"),
        (["design=grid"], "design.factors must be at least one."),
        (["design=grid", "design.factors=[{field: feed.lenght, values: [3]}]"], "world.feed.lenght is not a field; did you"),
        (["design=sobol", "design.world=3"], "design.world is not a field; did you mean worlds?"),
        (["design=grid", "design.factors=[{field: feed.length, values: [3]}]", "keep=[opinion]"], "keep must be left out"),
    ):  # fmt: skip
        assert main([*SMALL, *arguments, f"results={tmp_path}"]) == 2
        assert sentence in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_a_sweep_of_hydras_and_the_report_leave_the_same_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.run.draw", lambda *_: None)
    monkeypatch.setattr("experiments.report.__main__.draw", lambda *_: None)
    swept = [*SMALL, f"results={tmp_path}", "output=json"]
    assert main(["-m", *swept, "world.campaign.flooding=2,1"]) == 0
    document = json.loads(capsys.readouterr().out)
    joined = Path(document["joined"])
    assert main([*swept, "design=grid", "design.factors=[{field: campaign.flooding, values: [2,1]}]"]) == 0
    design = Path(json.loads(capsys.readouterr().out)["results"])
    for name in ("effects.parquet", "runs.parquet"):
        pd.testing.assert_frame_equal(pd.read_parquet(joined / name), pd.read_parquet(design / name))
    former = (joined / "effects.parquet").read_bytes()
    assert report([*(job["results"] for job in document["jobs"]), "output=json"]) == 0
    assert Path(json.loads(capsys.readouterr().out)["joined"]).resolve() == joined.resolve()
    assert (joined / "effects.parquet").read_bytes() == former
    assert report([str(joined)]) == 2
    assert "joins studies instead; name these" in capsys.readouterr().err
