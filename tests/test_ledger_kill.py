"""A study that is killed leaves whole records only, and goes on from them to the same result."""

from __future__ import annotations

import json
import random
import shutil
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
from tests.processes import begun
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
    with begun(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while len(records(results)) < wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize("round_", range(6))
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
    results = load(next(path for path in tmp_path.iterdir() if path.name.startswith("takedown_grid")))
    found = {path.stem for path in left} & set(results.runs["key"])  # the others are of looks
    assert results.provenance["runs_found_in_ledger"] == len(found) > 0
    assert results.provenance["runs_simulated"] == 9 * 3 - len(found)
    assert {path.name for path in records(tmp_path)} == {path.name for path in records(undisturbed[0])}


def test_what_is_left_of_an_unfinished_record_is_none(tmp_path: Path, undisturbed: tuple[Path, dict[str, Any]]) -> None:
    """Half a record under its temporary name is neither found nor in the way."""
    path = records(undisturbed[0])[0]
    half = tmp_path / "ledger" / path.parent.name / f".{path.name}.1234.5678"
    half.parent.mkdir(parents=True)
    half.write_bytes(path.read_bytes()[:1000])
    assert run(tmp_path) == undisturbed[1]


SMALL = """
import sys
import sim
from sim.study import ledger as ledgers
from tests.test_ledger import BRANCHES, WORLD

ledgers.RUNS, ledgers._CROWD = 5, 1  # it packs while it simulates
ledger = sim.Ledger(sys.argv[1], lambda sentence: print(sentence, file=sys.stderr))
print("begun", flush=True)
study = sim.compare(WORLD, BRANCHES, seeds=16, threads=2, ledger=ledger)
print(ledger.found, ledger.kept, *(run.digest for run in study.runs.values()), study.effects.to_csv(), flush=True)
"""


class Small:
    """A small study in a process of its own."""

    def __init__(self, place: Path) -> None:
        command = [sys.executable, "-c", SMALL, str(place)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "begun\n"

    def kill(self) -> None:
        """End it as it stands."""
        self.process.kill()
        self.process.communicate()

    def result(self) -> tuple[int, int, str]:
        """Runs found and kept, and all that it told; nothing may have been damaged."""
        try:
            out, error = self.process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        assert self.process.returncode == 0, error
        assert all(line.startswith("Waiting for ") for line in error.splitlines()), error
        found, kept, rest = out.split(" ", 2)
        return int(found), int(kept), rest


@pytest.mark.slow
def test_a_study_that_is_killed_ten_times_ends_with_the_same(tmp_path: Path) -> None:
    """While it simulates, writes records, claims and packs."""
    undisturbed = Small(tmp_path / "undisturbed")
    began = time.monotonic()
    expected = undisturbed.result()
    took, chance = time.monotonic() - began, random.Random(1)
    assert expected[:2] == (0, 32)
    for _ in range(10):
        killed = Small(tmp_path / "ledger")
        time.sleep(chance.uniform(0.2, 0.6) * took)
        killed.kill()
    found, kept, told = Small(tmp_path / "ledger").result()
    assert told == expected[2] and found + kept == 32 and found > 0
    assert not list((tmp_path / "ledger").rglob("*.tmp")) and not list((tmp_path / "ledger" / "claims").iterdir())
    assert len(list((tmp_path / "ledger").glob("packs/*.pack"))) >= 6


@pytest.mark.slow
def test_of_two_on_one_ledger_one_is_killed(tmp_path: Path) -> None:
    """What it had claimed is taken over, and both together simulate nothing twice but what it was at."""
    expected = Small(tmp_path / "undisturbed").result()[2]
    both = [Small(tmp_path / "ledger") for _ in range(2)]
    results = [each.result() for each in both]
    assert [told for _, _, told in results] == [expected] * 2
    assert sum(kept for _, kept, _ in results) == 32
    first, second = (Small(tmp_path / "other") for _ in range(2))
    deadline = time.monotonic() + 120
    while not list((tmp_path / "other").rglob("*.run")) and time.monotonic() < deadline:
        time.sleep(0.005)
    first.kill()
    _, _, told = second.result()
    assert told == expected


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 kB."""
    place = tmp_path / "full"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
def test_a_disk_that_is_full_keeps_what_is_finished_and_goes_on_with_room(full: Path, tmp_path: Path) -> None:
    stopped = Small(full / "ledger")
    _, error = stopped.process.communicate(timeout=300)
    assert stopped.process.returncode == 1 and "InputError: The ledger cannot write" in error
    assert "No space left on device" in error.splitlines()[-1]
    ledger = sim.Ledger(full / "ledger")
    kept = {stored.key for stored in ledger.contents()}
    assert len(kept) > 3 and not list(full.rglob("*.tmp"))
    shutil.copytree(full / "ledger", tmp_path / "room")
    found, new, told = Small(tmp_path / "room").result()
    assert (found, new) == (len(kept), 32 - len(kept))
    assert told == Small(tmp_path / "undisturbed").result()[2]
