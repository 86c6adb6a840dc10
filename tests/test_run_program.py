"""The headline program from beginning to end, on a small world."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from experiments.command.folder import Manifest
from experiments.command.progress import Reporter
from experiments.run import main
from experiments.studies.results import Results, load
from experiments.studies.settings import Experiment, NamedBranch, StudyPlan, Sweep

SMALL = [
    "world.people=1000", "days=20", "seeds=2", "study.dates=[2019-05-08, 12]", "study.reactive=[936]",
    "study.preemptive=[200000]", "study.sweep.values=[0.01, 0.1]",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the small study."""
    place = tmp_path_factory.mktemp("results")
    assert main([*SMALL, f"results={place}"]) == 0
    return place


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return load(only_study(folder))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out figures and report, which take most of the time of a small study."""
    monkeypatch.setattr("experiments.run.draw", lambda *_: None)


def only_study(folder: Path) -> Path:
    studies = [path for path in folder.iterdir() if path.name != "ledger"]
    assert len(studies) == 1, studies
    return studies[0]


def test_nothing_but_results_and_ledger_is_written(folder: Path) -> None:
    study = only_study(folder)
    assert re.fullmatch(r"takedown_grid-[0-9a-f]{8}", study.name)
    assert sorted(path.name for path in folder.iterdir()) == ["ledger", study.name]
    assert {path.name for path in study.iterdir()} == {
        "runs.parquet", "timeline.parquet", "turnout.parquet", "removals.parquet", "effects.parquet", "effects.csv",
        "sweep.parquet", "observed.parquet", "provenance.json", "report.html", "figures", "manifest.json",
        "watched.parquet", "watched_accounts.parquet", "relays.parquet",
    }  # fmt: skip
    assert not Path("outputs").exists()
    assert not Path("multirun").exists()


def test_effects_are_those_of_the_library(results: Results) -> None:
    world = sim.World.hk2019(people=1000)
    branches = results.plan.all_branches(world)
    study = sim.compare(world, branches, seeds=2, reference="none", days=20)
    pd.testing.assert_frame_equal(study.effects, results.effects, check_dtype=False)
    assert list(results.runs["digest"]) == [run.digest for run in study.runs.values()]


def test_branches_are_the_grid_and_the_named_ones(results: Results) -> None:
    assert list(results.plan.all_branches(results.world)) == [
        "none", "no_campaign", "actual", "takedown_936@2019-05-08", "takedown_936@2019-05-13",
        "preemptive_200000@2019-05-08", "preemptive_200000@2019-05-13",
    ]  # fmt: skip
    actual = results.plan.all_branches(results.world)["actual"]
    assert results.provenance["study"]["form"] == "grid"
    assert [(p.name, p.day, p.asked()) for p in actual.policies] == [
        ("takedown", "2019-08-19", 936), ("preemptive_removal", "2019-08-19", 200_000),
    ]  # fmt: skip


def test_a_policy_after_the_last_day_changes_nothing_and_says_so(results: Results) -> None:
    assert results.effect("actual")["identical"]
    removed = results.removed().set_index("branch")
    assert removed.loc["actual", "removed"].isna().all()


def test_removals_say_what_was_asked_and_what_was_there(results: Results) -> None:
    removed = results.removed().set_index("branch")
    takedown, preemptive = removed.loc["takedown_936@2019-05-08"], removed.loc["preemptive_200000@2019-05-13"]
    counts = ["asked", "removed", "innocents", "missing"]
    assert takedown[counts].tolist() == [936, 936, 0, 0]
    assert preemptive["asked"] == 200_000
    assert 100_000 < preemptive["removed"] < 200_000  # not all are registered on that day
    assert preemptive["innocents"] == 0
    assert preemptive["missing"] == 200_000 - preemptive["removed"]


def test_provenance_says_how_to_get_the_same_again(results: Results, folder: Path) -> None:
    about = results.provenance
    assert about["command"] == ["python", "-m", "experiments.run", *SMALL, f"results={folder}"]
    assert about["model_version"] == sim.MODEL_VERSION
    assert sim.World.hk2019(people=1000) == results.world
    assert about["seeds"] == [1, 2]


def test_the_same_command_takes_all_from_the_ledger_and_prints_one_json_document(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {
        path: path.read_bytes() for path in only_study(folder).rglob("*") if path.suffix in (".csv", ".svg", ".png")
    }
    assert main([*SMALL, f"results={folder}", "output=json"]) == 0
    _is_the_study(json.loads(capsys.readouterr().out), only_study(folder))
    about = load(only_study(folder)).provenance
    assert about["runs_simulated"] == 0
    assert about["runs_found_in_ledger"] == 7 * 2 + 2 * 2 * 2
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.usefixtures("undrawn")
def test_more_seeds_only_simulate_the_new_ones(tmp_path: Path) -> None:
    small = ["world.people=1000", "days=3", "study=actual", f"results={tmp_path}", "output=json"]
    assert main([*small, "seeds=1"]) == 0
    assert main([*small, "seeds=2"]) == 0
    studies = [load(path) for path in tmp_path.iterdir() if path.name != "ledger"]
    assert sorted((s.provenance["runs_simulated"], s.provenance["runs_found_in_ledger"]) for s in studies) == [
        (3, 0),
        (3, 3),
    ]


def _is_the_study(document: dict[str, Any], study: Path) -> None:
    assert {row["branch"] for row in document["effects"]} >= {"actual", "no_campaign", "takedown_936@2019-05-08"}
    traced = [row for row in document["effects"] if row["kind"] == "traced"]
    assert all(row["outcome"] == "opinion_mean" and row["n"] == 2 for row in traced)
    assert document["headline"]["identical"] is True
    assert document["results"] == str(study)


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_strategies_are_compared_in_a_world_that_keeps_signals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["world.people=1000", "days=45", "seeds=1", "study=strategies", f"results={tmp_path}", "output=json"]
    assert main([*small, "world.signals.observe=false"]) == 2
    assert "must not judge by" in capsys.readouterr().err
    assert main(small) == 0
    effects = json.loads(capsys.readouterr().out)["effects"]
    hours = {row["branch"]: row["difference"] for row in effects if row["outcome"] == "review_hours"}
    assert hours["combined"] >= hours["registration_checks"] > 0
    assert hours["combined"] >= hours["enforcement_with_appeals"] >= hours["enforcement"]


@pytest.mark.usefixtures("undrawn")
def test_one_seed_has_no_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["world.people=1000", "days=8", "study=actual", "study.headline=no_campaign", "seeds=[4]"]
    assert main([*small, f"results={tmp_path}", "output=json"]) == 0
    headline = json.loads(capsys.readouterr().out)["headline"]
    assert headline["traced_low"] is None
    assert "uncertainty" in " ".join(headline["sentences"])
    assert main([*small, f"results={tmp_path}"]) == 0
    assert "one seed" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.usefixtures("undrawn")
def test_a_sweep_writes_a_study_each_and_a_failed_job_loses_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["world.people=1000", "days=4", "seeds=1", "study=actual", f"results={tmp_path}"]
    assert main(["-m", *small, "world.campaign.flooding=1,0,3"]) == 2
    said = capsys.readouterr()
    assert "world.campaign.flooding must be a whole number from 1 to 1000, not 0." in said.err
    assert "Traceback" not in said.err
    studies = [load(path) for path in tmp_path.glob("actual-*")]
    assert sorted(study.world.campaign.flooding for study in studies) == [1, 3]
    assert all(str(path) in said.out for path in tmp_path.iterdir() if path.name != "ledger")
    (joined,) = tmp_path.glob("joined-*")
    assert pd.read_parquet(joined / "effects.parquet")["campaign.flooding"].unique().tolist() == [1, 3]


@pytest.mark.usefixtures("undrawn")
def test_a_sweep_prints_one_json_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["world.people=1000", "days=3", "seeds=1", "study=actual", f"results={tmp_path}", "output=json"]
    assert main(["-m", *small, "world.campaign.flooding=1,2"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [job["overrides"][-1] for job in document["jobs"]] == [
        "world.campaign.flooding=1",
        "world.campaign.flooding=2",
    ]
    assert {row["results"] for row in document["effects"]} == {job["results"] for job in document["jobs"]}


def test_an_unexpected_fault_keeps_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("experiments.run.draw", fail)
    with pytest.raises(RuntimeError, match="broken"):
        main(["world.people=1000", "days=2", "seeds=1", "study=actual", f"results={tmp_path}"])
    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]


def test_a_failed_job_keeps_its_traceback_and_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from experiments import run

    def fail_once(results: Results, folder: Path) -> None:
        if results.world.campaign.flooding == 1:
            raise RuntimeError("broken")

    monkeypatch.setattr(run, "draw", fail_once)
    small = ["world.people=1000", "days=2", "seeds=1", "study=actual", f"results={tmp_path}"]
    assert main(["-m", *small, "world.campaign.flooding=1,2"]) == 1
    assert "RuntimeError: broken" in capsys.readouterr().err
    assert [load(path).world.campaign.flooding for path in tmp_path.glob("actual-*")] == [2]


def test_the_defaults_are_the_study_of_the_case() -> None:
    experiment = Experiment(world=sim.World.hk2019())
    cells = experiment.study.cells(experiment.world)
    assert len(cells) == 36
    assert {cell.date for cell in cells} == {
        "2019-06-15", "2019-07-01", "2019-07-15", "2019-08-01", "2019-08-19", "2019-09-01",
    }  # fmt: skip
    assert {cell.asked for cell in cells} == {94, 312, 936, 10_000, 50_000, 200_000}
    assert len(experiment.seed_list) == 8
    assert experiment.world.campaign.local_follower_share in Sweep().values


def test_what_is_swept_is_the_headline_where_no_branch_is_named() -> None:
    branches = (NamedBranch("none"), NamedBranch("quiet", campaign=False), NamedBranch("other", campaign=False))
    assert StudyPlan(branches=branches, headline="quiet").swept == ("quiet",)
    assert StudyPlan(branches=branches, headline="quiet", sweep=Sweep(branches=("other",))).swept == ("other",)
    with pytest.raises(
        sim.InputError, match="must name a branch to compare, for none is the reference and the headline"
    ):
        StudyPlan(branches=branches, headline="none")
    assert StudyPlan(branches=branches, headline="none", sweep=Sweep(values=())).headline == "none"


def test_progress_ends_the_simulation_when_the_user_interrupts(tmp_path: Path) -> None:
    from experiments.command.progress import STOP, StoppedError

    reporter = Reporter()
    reporter.begin("something")
    STOP.set()
    try:
        with pytest.raises(StoppedError):
            sim.compare(
                sim.World.hk2019(people=1000), {"none": sim.Branch()}, seeds=1, days=2, ledger=sim.Ledger(tmp_path),
                progress=reporter.advanced,
            )  # fmt: skip
    finally:
        STOP.clear()


# What is the user's


TINY = ["world.people=1000", "world.burn_in_days=1", "days=1", "seeds=1", "study=actual", "study.sweep.values=[]"]


@pytest.fixture
def tiny(tmp_path: Path, undrawn: None) -> Path:
    """The directory of a study of one day."""
    assert main([*TINY, f"results={tmp_path}"]) == 0
    return only_study(tmp_path)


def test_what_a_user_put_into_a_studys_folder_stays(tiny: Path) -> None:
    (tiny / "notes.md").write_text("mine")
    (tiny / "figures").mkdir(exist_ok=True)
    (tiny / "figures" / "mine.svg").write_text("my figure")
    assert main([*TINY, f"results={tiny.parent}"]) == 0
    assert (tiny / "notes.md").read_text() == "mine"
    assert (tiny / "figures" / "mine.svg").read_text() == "my figure"
    load(tiny)


def test_a_changed_file_is_not_written_over_and_nothing_is_simulated(
    tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tiny / "effects.csv").write_text("my corrections")
    monkeypatch.setattr("experiments.studies.run_study.simulate", None)
    assert main([*TINY, f"results={tiny.parent}"]) == 2
    said = capsys.readouterr().err
    assert f"{tiny} is not as it was written: effects.csv changed since." in said
    assert said.count("\n") == 1
    assert (tiny / "effects.csv").read_text() == "my corrections"


def test_a_folder_of_somebody_elses_is_not_written_to(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tiny / "manifest.json").unlink()
    before = {path: path.read_bytes() for path in tiny.iterdir()}
    assert main([*TINY, f"results={tiny.parent}"]) == 2
    assert "nothing is written into a folder with somebody else's files" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tiny.iterdir()} == before


def test_an_earlier_study_is_read_without_importing_what_it_names(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "unpacked_code.py").write_text("class Rule: ...")
    monkeypatch.syspath_prepend(str(tmp_path))
    about = json.loads((tiny / "provenance.json").read_text())
    (tiny / "provenance.json").write_text(json.dumps({**about, "user_code": ["unpacked_code.Rule"]}))
    Manifest.read(tiny).write()
    assert main([*TINY, f"results={tiny.parent}"]) == 0
    assert "unpacked_code" not in sys.modules
    assert load(tiny).provenance["user_code"] == []


@pytest.mark.usefixtures("undrawn")
def test_names_are_printed_as_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Square brackets are markup to what draws tables."""
    monkeypatch.setenv("COLUMNS", "100")
    names = ["June [strict]", "June [lax]", "[/] :smile:", "$x^$"]
    branches = [
        "{name: none}",
        *(f"{{name: '{n}', policies: [{{name: takedown, day: 0, accounts: {i}}}]}}" for i, n in enumerate(names)),
    ]
    given = ["world.people=1000", "world.burn_in_days=1", "days=1", "seeds=1", "study=actual", "study.sweep.values=[]"]
    given += [f"study.branches=[{','.join(branches)}]", "study.headline='[/] :smile:'", "study.sweep.branches=['$x^$']"]
    assert main([*given, f"results={tmp_path}"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in names)
    assert main(["-m", *given, f"results={tmp_path}", "study.name='a[b]','[c]'"]) == 0
    said = capsys.readouterr().out
    assert "study.name='a[b]'" in said
    assert "study.name='[c]'" in said


def test_where_results_cannot_be_written_nothing_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("experiments.studies.run_study.simulate", None)
    monkeypatch.setattr(os, "posix_fallocate", full)
    assert main([*TINY, f"results={tmp_path}/r"]) == 2
    assert "results must have room for about 8 MB" in capsys.readouterr().err
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "ledger").write_text("a file")
    assert main([*TINY, f"results={tmp_path}/r"]) == 2
    assert "ledger is no folder" in capsys.readouterr().err


@pytest.mark.usefixtures("undrawn")
def test_a_disk_that_is_full_at_the_end_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: Results, folder: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder / "runs.parquet"))

    monkeypatch.setattr("experiments.studies.run_study.write_tables", full)
    assert main([*TINY, f"results={tmp_path}"]) == 2
    said = capsys.readouterr().err
    assert f"the runs simulated so far are kept in {tmp_path}/ledger" in said
    assert "No space left on device" in said
    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]
