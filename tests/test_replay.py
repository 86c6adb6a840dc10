"""A study simulated again from its provenance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from experiments.replay import main
from experiments.run import main as run
from experiments.studies import gather
from experiments.studies.replay import Comparison, compared, differences, experiment_of
from experiments.studies.results import PROVENANCE, load
from sim import sources

SMALL = [
    "world.people=1000",
    "days=2",
    "seeds=[3,5]",
    "study.sweep.values=[]",
    "study.dates=[1]",
    "study.reactive=[936]",
]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("study")
    assert run([*SMALL, f"results={place}"]) == 0
    (found,) = (path.parent for path in place.glob(f"*/{PROVENANCE}"))
    return found


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


def test_everything_comes_out_as_it_was(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(study / PROVENANCE), f"results={tmp_path}", "output=json"]) == 0
    found = told(capsys)
    assert (found["runs"], found["equal"], found["simulated"], found["holds"]) == (14, 14, 14, True)
    assert (found["differing"], found["tables"]) == ([], [])
    assert (Path(found["results"]) / "report.html").is_file()


def test_other_code_or_versions_are_refused_unless_told_to_try(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = gather.package_versions()
    monkeypatch.setattr("experiments.studies.replay.package_versions", lambda: here | {"numpy": "1.0"})
    assert main([str(study), f"results={tmp_path}"]) == 2
    said = capsys.readouterr().err
    assert f"numpy was {here['numpy']} and is 1.0; --anyway tries all the same." in " ".join(said.split())
    assert not list(tmp_path.iterdir())
    assert main([str(study), f"results={tmp_path}", "--anyway", "output=json"]) == 0
    assert told(capsys)["holds"]


def test_changed_code_is_seen(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = load(study)
    experiment = experiment_of(results)
    assert differences(results, experiment) == []
    model = sources.model_sources() | {"sim.engine.agents": "otherwise"}
    monkeypatch.setattr("sim.study.keys.sources.model_sources", lambda: model)
    assert differences(results, experiment) == ["the code that decides the numbers has been changed"]


def test_what_comes_out_otherwise_is_named(study: Path) -> None:
    before, after = load(study), load(study)
    assert compared(before, after) == Comparison(14, (), ())
    after.runs.loc[3, "digest"] = "0" * 64
    after.timeline.loc[1, "opinion_mean"] += 1e-15
    found = compared(before, after)
    run = (before.runs.loc[3, "branch"], before.runs.loc[3, "seed"])
    assert found == Comparison(13, (run,), ("runs", "timeline"))
    assert found.sentence(14) == (
        f"1 of 14 runs came out otherwise (all simulated anew); the first is {run[0]} with seed {run[1]}; tables that differ: "
        "runs, timeline."
    )


def test_mistakes_are_told_in_a_sentence(tmp_path: Path, study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, sentence in (
        ([], "PLACE must name one study's directory, as in results/, or its provenance.json."),
        ([str(study), str(study)], "PLACE must name one study's directory"),
        ([str(tmp_path)], "has no manifest.json"),
        ([str(tmp_path / "nothing")], "must be a study's directory"),
        ([str(study), "executor=tasks"], "executor must be one of threads, dask, processes, ray, slurm, not 'tasks'"),
        ([str(study), "--any"], "--any is not a flag; did you mean --anyway?"),
    ):
        assert main(arguments) == 2
        assert sentence in " ".join(capsys.readouterr().err.split())
    assert main(["--help"]) == 0
    assert "provenance.json" in capsys.readouterr().out
