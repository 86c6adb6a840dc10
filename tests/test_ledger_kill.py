"""A study that is killed leaves whole records only, and goes on from them to the same result."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.results import load
from experiments.run import main
from tests.test_command_line import ROOT

STUDY = [
    "world.people=1000", "days=12", "seeds=3", "study.dates=[3, 6, 9]", "study.reactive=[936]", "study.preemptive=[200000]",
    "study.sweep.values=[]", "threads=1", "output=json",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures and report are not what is tested here."""
    monkeypatch.setattr("experiments.run.draw", lambda *_: None)


def records(results: Path) -> list[Path]:
    """What the ledger takes for records."""
    return sorted((results / "ledger").glob("*/[!.]*.parquet"))


def run(results: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The study from beginning to end: its JSON document without the names of places."""
    assert main([*STUDY, f"results={results}"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return {key: value for key, value in document.items() if key != "results"}


def kill_after(results: Path, wanted: int, wait: float) -> None:
    """Start the study, and kill it ``wait`` seconds after its ledger holds ``wanted`` records."""
    command = [sys.executable, "-m", "experiments.run", *STUDY, f"results={results}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while len(records(results)) < wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("round_", [pytest.param(0), *(pytest.param(i, marks=pytest.mark.slow) for i in range(1, 6))])
def test_killing_leaves_whole_records_and_the_same_result(
    round_: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(round_)
    undisturbed = run(tmp_path / "undisturbed", capsys)
    killed = tmp_path / "killed"
    for kill in range(1 if round_ == 0 else 3):
        kill_after(killed, chance.randint(1, 12) + kill, chance.uniform(0.0, 0.05))
    left = records(killed)
    for path in left:
        assert len(path.stem) == 64
        assert len(pd.read_parquet(path)) == 12
    assert not [
        path for path in killed.iterdir() if path.name != "ledger" and not path.name.startswith(".") and not left
    ]
    again = run(killed, capsys)
    assert json.dumps(again, sort_keys=True) == json.dumps(undisturbed, sort_keys=True)
    study = next(path for path in killed.iterdir() if path.name.startswith("takedown_grid"))
    about = load(study).provenance
    assert about["runs_found_in_ledger"] == len(left) > 0
    assert about["runs_simulated"] == 9 * 3 - len(left)
    assert {path.name for path in records(killed)} == {path.name for path in records(tmp_path / "undisturbed")}


def test_what_is_left_of_an_unfinished_record_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half a record under its temporary name is neither found nor in the way."""
    whole = run(tmp_path / "whole", capsys)
    path = records(tmp_path / "whole")[0]
    half = tmp_path / "half" / "ledger" / path.parent.name / f".{path.name}.1234.5678"
    half.parent.mkdir(parents=True)
    half.write_bytes(path.read_bytes()[:1000])
    assert run(tmp_path / "half", capsys) == whole
