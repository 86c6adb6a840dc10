"""A study that is killed leaves whole records only, and goes on from them to the same result."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import sim
from experiments.run import main
from experiments.studies.results import load
from sim.study.records import unpack
from tests.test_command_line import ROOT

WORLD = sim.World.hk2019(people=1000)  # only handed on
STUDY = [
    "world.people=1000", "days=12", "seeds=3", "study.dates=[3, 6, 9]", "study.reactive=[936]", "study.preemptive=[200000]",
    "study.sweep.values=[]", "threads=1", "output=json",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _undrawn() -> Iterator[None]:
    """Figures and report are not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.run.draw", lambda *_: None)
        yield


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Where the study was run from beginning to end, and what it printed."""
    place = tmp_path_factory.mktemp("undisturbed")
    return place, run(place)


def records(results: Path) -> list[Path]:
    """What the ledger takes for records."""
    return sorted((results / "ledger").glob("*/[!.]*.run"))


def run(results: Path) -> dict[str, Any]:
    """The study from beginning to end: its JSON document without the names of places."""
    said = StringIO()
    with redirect_stdout(said):
        assert main([*STUDY, f"results={results}"]) == 0
    document: dict[str, Any] = json.loads(said.getvalue())
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
    round_: int, tmp_path: Path, undisturbed: tuple[Path, dict[str, Any]]
) -> None:
    chance = random.Random(round_)
    for kill in range(1 if round_ == 0 else 3):
        kill_after(tmp_path, chance.randint(1, 12) + kill, chance.uniform(0.0, 0.05))
    left = records(tmp_path)
    for path in left:
        assert len(path.stem) == 64
        assert len(unpack(path.read_bytes(), path.stem, WORLD, sim.Branch()).timeline) == 12
    assert json.dumps(run(tmp_path), sort_keys=True) == json.dumps(undisturbed[1], sort_keys=True)
    about = load(next(path for path in tmp_path.iterdir() if path.name.startswith("takedown_grid"))).provenance
    assert about["runs_found_in_ledger"] == len(left) > 0
    assert about["runs_simulated"] == 9 * 3 - len(left)
    assert {path.name for path in records(tmp_path)} == {path.name for path in records(undisturbed[0])}


def test_what_is_left_of_an_unfinished_record_is_none(tmp_path: Path, undisturbed: tuple[Path, dict[str, Any]]) -> None:
    """Half a record under its temporary name is neither found nor in the way."""
    path = records(undisturbed[0])[0]
    half = tmp_path / "ledger" / path.parent.name / f".{path.name}.1234.5678"
    half.parent.mkdir(parents=True)
    half.write_bytes(path.read_bytes()[:1000])
    assert run(tmp_path) == undisturbed[1]
