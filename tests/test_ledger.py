"""Records of runs: what is found is what was kept, whatever has happened to the files; what may not be had is said at once."""

from __future__ import annotations

import errno
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from experiments.studies import gather
from experiments.studies.gather import study_directory
from experiments.studies.settings import Experiment
from sim.fields import InputError, quantity, register
from sim.moderation import Takedown
from sim.opinion import OpinionRule, opinion_weight
from sim.run import Run
from sim.study import ledger as ledgers
from sim.study import tree as trees
from sim.study.ledger import Ledger, LedgerWarning
from sim.study.records import BrokenRecordError, pack, unpack
from sim.temporaries import left_by_the_dead, sweep, temporary_for

WORLD = sim.World.hk2019(people=100, people_reachable=100).replace(
    {
        "days": 2, "burn_in_days": 0, "graph.kind": "complete", "organisers.accounts": 0, "campaign.accounts": 5,
        "campaign.sleepers.accounts": 0,
    }
)  # fmt: skip
BRANCHES = {"none": sim.Branch(), "takedown": sim.Branch(policies=(Takedown(day=1, accounts=5),))}
KEY = "ab" * 32


class Counting:
    """Counts the runs that are simulated."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs = 0
        original = trees.BranchTree.grow

        def grow(tree: Any, *more: Any) -> None:
            original(tree, *more)
            self.runs += len(tree.branches)

        monkeypatch.setattr(trees.BranchTree, "grow", grow)

    def __call__(self) -> int:
        """So many since it was last asked."""
        self.runs, so_many = 0, self.runs
        return so_many


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(monkeypatch)


def compare(ledger: Any, **more: Any) -> sim.Study:
    return sim.compare(WORLD, BRANCHES, **{"seeds": 2, "threads": 1, "ledger": ledger, **more})


def assert_same(a: Run, b: Run) -> None:
    for field in fields(Run):
        left, right = getattr(a, field.name), getattr(b, field.name)
        if isinstance(left, pd.DataFrame):
            pd.testing.assert_frame_equal(left, right, check_exact=True)
        else:
            assert left == right, field.name


@pytest.fixture(scope="module")
def run() -> Run:
    """A run with every table that there can be."""
    return sim.simulate(WORLD, BRANCHES["takedown"], population_seed=7, keep=("opinion", "exposure", "status"))


def records(folder: Path) -> list[Path]:
    return sorted(folder.glob("??/*.run"))


# What is kept is what is found


def test_a_record_is_the_run(run: Run) -> None:
    assert len(run.removals) and run.kept is not None and run.population_seed == 7
    assert_same(unpack(b"".join(pack(KEY, run)), KEY, run.world, run.branch), run)


def test_a_run_is_simulated_once(tmp_path: Path, simulated: Counting) -> None:
    first = compare(str(tmp_path / "runs"))
    assert simulated() == 4
    ledger = Ledger(tmp_path / "runs")
    again = compare(ledger)
    assert (simulated(), ledger.found, ledger.kept) == (0, 4, 0)
    for key in first.runs:
        assert_same(first.runs[key], again.runs[key])
    compare(tmp_path / "runs", seeds=3)
    assert simulated() == 2


def test_records_say_by_what_they_were_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.sources, "commit", lambda: "0123+")
    first = compare(tmp_path).runs["none", 1]
    monkeypatch.setattr(sim.sources, "commit", lambda: "4567")
    again = compare(tmp_path).runs["none", 1]
    assert again.made == first.made
    assert again.made["commit"] == "0123+"
    assert again.made["model_version"] == sim.MODEL_VERSION
    assert len(again.made["code"]) == 64 and again.made["when"].startswith("20")
    assert sim.simulate(WORLD).made == {}


def test_the_peoples_seed_belongs_to_the_run(tmp_path: Path, simulated: Counting) -> None:
    first = compare(tmp_path, population_seed=7)
    assert simulated() == 4
    assert {run.population_seed for run in first.runs.values()} == {7}
    again = compare(tmp_path, population_seed=7)
    assert simulated() == 0
    assert again.runs["none", 2].digest == first.runs["none", 2].digest
    other = compare(tmp_path)
    assert simulated() == 4
    assert other.runs["none", 2].digest != first.runs["none", 2].digest
    assert other.runs["none", 2].population_seed == 2
    compare(tmp_path, population_seed=1, seeds=[1])  # the people that seed 1 has anyway
    assert simulated() == 0


def test_what_is_kept_of_people_belongs_to_the_record(tmp_path: Path, simulated: Counting) -> None:
    first = compare(tmp_path, keep="opinion")
    compare(tmp_path)
    assert simulated() == 8
    again = compare(tmp_path, keep="opinion")
    assert simulated() == 0
    pd.testing.assert_frame_equal(first.people, again.people, check_exact=True)


def test_an_edited_model_is_simulated_again(
    tmp_path: Path, simulated: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(tmp_path)
    sources = sim.sources.model_sources()
    edited = sources | {"sim.feed.ranking": "another"}
    simulated()
    monkeypatch.setattr(sim.sources, "model_sources", lambda: edited)
    compare(tmp_path)
    assert simulated() == 4
    monkeypatch.setattr(sim.sources, "model_sources", lambda: sources)
    compare(tmp_path)
    assert simulated() == 0


def test_a_network_that_is_changed_meanwhile_is_not_kept(tmp_path: Path, simulated: Counting) -> None:
    """Its content decides the key, and later seeds would read another."""
    edges, runs = tmp_path / "edges.csv", tmp_path / "runs"
    edges.write_text("0,1\n1,2\n2,0\n", encoding="utf-8")
    world = WORLD.replace(
        {"people": 3, "people_reachable": 3, "graph": {"kind": "file", "edges": str(edges)}, "campaign.accounts": 0}
    )

    def compare(progress: Any = None) -> None:
        sim.compare(world, {"none": sim.Branch()}, seeds=2, threads=1, ledger=runs, progress=progress)

    with pytest.raises(InputError, match=r"world\.graph\.edges must not be changed while it is being simulated"):
        compare(lambda *_: edges.write_text("0,1\n1,2\n2,0\n0,2\n", encoding="utf-8"))
    assert not records(runs)
    compare()
    assert len(records(runs)) == 2
    edges.write_text("0,1\n1,2\n2,1\n", encoding="utf-8")
    simulated()
    compare()
    assert simulated() == 2


RULE = """
from dataclasses import dataclass

from ledger_numbers import PULL
from sim.fields import register
from sim.opinion import OpinionRule, opinion_weight

@register("ledger_pull")
@dataclass(frozen=True)
class Pull(OpinionRule):
    @opinion_weight
    def weight(x, stance, confidence, parameters):
        return PULL
"""
TRY = """
import sys
import sim
from ledger_rule import Pull
world = sim.World.hk2019(people=100, people_reachable=100).replace({
    "days": 3, "burn_in_days": 0, "graph.kind": "complete", "organisers.accounts": 2, "campaign.accounts": 5,
    "campaign.sleepers.accounts": 0, "opinion.rule": Pull(),
})
ledger = sim.Ledger("runs")
fast = sim.compare(world, {"none": sim.Branch()}, seeds=1, ledger=ledger).runs["none", 1]
slow = sim.simulate(world, engine="agents")
print(ledger.kept, fast.digest, slow.digest)
"""


@pytest.mark.slow
def test_an_edited_rule_gives_new_numbers_in_both_engines(tmp_path: Path) -> None:
    """Also where what it imports is edited, and nothing else; and the former numbers again when the edit is taken back."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}
    (tmp_path / "ledger_rule.py").write_text(RULE, encoding="utf-8")

    def numbers(pull: str) -> list[str]:
        (tmp_path / "ledger_numbers.py").write_text(f"PULL = {pull}\n", encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", TRY], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    kept, fast, slow = numbers("0.01")
    assert kept == "1" and fast == slow
    kept, other, slow = numbers("0.02")
    assert kept == "1" and other == slow != fast
    assert numbers("0.01") == ["0", fast, fast]


# Classes whose code cannot be told


def _typed() -> type[OpinionRule]:
    from dataclasses import dataclass

    @register("typed_at_a_prompt")
    @dataclass(frozen=True)
    class Typed(OpinionRule):
        pull: float = quantity(0.01, unit="share", source="assumption", doc="Pull.")

        @opinion_weight
        def weight(x: float, _stance: float, _confidence: float, parameters: tuple[float, ...]) -> float:  # noqa: N805
            return parameters[0]

    return Typed


def test_runs_of_a_class_without_a_source_are_simulated_each_time(tmp_path: Path, simulated: Counting) -> None:
    world = WORLD.replace({"opinion.rule": _typed()()})
    for _ in range(2):
        with pytest.warns(
            LedgerWarning, match=r"Typed is not what .* neither sought in the ledger nor kept there"
        ) as said:
            sim.compare(world, BRANCHES, seeds=1, threads=1, ledger=tmp_path / "runs")
        assert simulated() == 2 and len(said) == 1
    assert not (tmp_path / "runs").exists()


# Records that are not what was written


def test_every_flipped_bit_is_found(run: Run) -> None:
    content, chance = b"".join(pack(KEY, run)), random.Random(1)
    places = [*range(8 * 120), *(chance.randrange(8 * len(content)) for _ in range(3000)), 8 * len(content) - 1]
    for place in places:
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(BrokenRecordError):
            unpack(bytes(flipped), KEY, run.world, run.branch)


@pytest.mark.parametrize("kept", [0, 1, 17, 82, 83, 84, 200, -1])
def test_what_is_cut_off_is_found(run: Run, kept: int) -> None:
    with pytest.raises(BrokenRecordError):
        unpack(b"".join(pack(KEY, run))[:kept], KEY, run.world, run.branch)


def _swap(paths: list[Path]) -> None:
    first, second = paths[0].read_bytes(), paths[1].read_bytes()
    paths[0].write_bytes(second)
    paths[1].write_bytes(first)


@pytest.mark.parametrize(
    ("harm", "broken", "sentence"),
    [
        (lambda paths: paths[0].write_bytes(b""), 1, "is empty"),
        (lambda paths: paths[0].write_bytes(paths[0].read_bytes()[:-5]), 1, "is damaged"),
        (lambda paths: paths[0].write_bytes(b"\x00" * 5000), 1, "is no record of this version, or damaged"),
        (lambda paths: paths[0].write_bytes(b"PAR1" + bytes(100)), 1, "is no record of this version, or damaged"),
        (_swap, 2, "is the record of another run"),
    ],
    ids=["empty", "cut off", "zeros", "foreign", "misplaced"],
)
def test_a_broken_record_is_said_and_replaced(
    harm: Callable[[list[Path]], Any], broken: int, sentence: str, tmp_path: Path, simulated: Counting
) -> None:
    first = compare(tmp_path)
    harm(records(tmp_path))
    simulated()
    with pytest.warns(LedgerWarning) as said:
        again = compare(tmp_path)
    assert simulated() == broken == len(said)
    for warning in said:
        text = str(warning.message)
        assert sentence in text and "the run is simulated again, and its record replaced" in text
        assert any(str(path) in text for path in records(tmp_path))
    for key, run in first.runs.items():
        assert again.runs[key].digest == run.digest
    compare(tmp_path)
    assert simulated() == 0


def test_programs_are_told_by_a_call(tmp_path: Path) -> None:
    compare(tmp_path)
    records(tmp_path)[0].write_bytes(b"")
    said: list[str] = []
    compare(Ledger(tmp_path, said.append))
    assert len(said) == 1 and "is empty" in said[0]


# What may not be read or written


def refused(monkeypatch: pytest.MonkeyPatch, ledger: Any) -> str:
    """The sentence with which a study is refused, before anything is simulated."""

    def grow(*_: Any) -> Any:
        raise AssertionError("it has begun")

    with monkeypatch.context() as patch:
        patch.setattr(trees.BranchTree, "grow", grow)
        with pytest.raises(InputError) as error:
            compare(ledger)
    text = str(error.value)
    assert len(text.splitlines()) == 1 and len(text) < 500
    return text


@pytest.mark.parametrize("place", [".", "below", "below/that"])
def test_a_ledger_that_is_no_folder(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("mine")
    said = refused(monkeypatch, tmp_path / "file" / place)
    assert "cannot" in said and "file" in said
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_within_the_ledger_that_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compare(tmp_path)
    folder = records(tmp_path)[0].parent
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("mine")
    assert f"cannot be read ({os.strerror(errno.ENOTDIR)})" in refused(monkeypatch, tmp_path)
    assert folder.read_text() == "mine"


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_a_record_that_is_no_file(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compare(tmp_path)
    path = records(tmp_path)[0]
    path.unlink()
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    assert f"{path} cannot be read (" in refused(monkeypatch, tmp_path)


def _forbidding(code: int, of: Callable[[Path], bool], writing: bool) -> Callable[..., int]:
    original = os.open

    def opened(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if of(Path(os.fsdecode(path))) and bool(flags & (os.O_WRONLY | os.O_RDWR)) == writing:
            raise OSError(code, os.strerror(code), str(path))
        return original(path, flags, *more, **named)

    return opened


def test_a_record_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compare(tmp_path)
    path = records(tmp_path)[0]
    monkeypatch.setattr(ledgers.os, "open", _forbidding(errno.EACCES, lambda found: found == path, writing=False))
    assert f"{path} cannot be read (Permission denied)" in refused(monkeypatch, tmp_path)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT])
def test_a_ledger_that_cannot_be_written_is_found_at_once(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(tmp_path, seeds=1)

    def write_bytes(path: Path, _content: bytes) -> int:
        raise OSError(code, os.strerror(code), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", write_bytes)
        assert os.strerror(code) in refused(monkeypatch, tmp_path)
        assert len(compare(tmp_path, seeds=1).runs) == 2  # nothing is to be written
    assert not list(tmp_path.rglob(".*"))


def test_a_disk_that_fills_up_leaves_the_finished_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulated: Counting
) -> None:
    kept = 0
    original = os.fsync

    def fsync(descriptor: int) -> None:
        nonlocal kept
        if os.path.isfile(f"/proc/self/fd/{descriptor}"):
            kept += 1
            if kept > 2:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        original(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(ledgers.os, "fsync", fsync)
        with pytest.raises(InputError, match=r"No space left on device.*finished are kept"):
            compare(tmp_path)
    assert len(records(tmp_path)) == 2
    assert not list(tmp_path.rglob(".*"))
    simulated()
    compare(tmp_path)
    assert simulated() == 2


@pytest.mark.parametrize("given", [3, b"runs", "", "a\0b", ["runs"], object(), True])
def test_what_is_no_ledger(given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(monkeypatch, given).startswith("ledger must be a Ledger or the name of a folder, not")
    with pytest.raises(InputError, match=r"^ledger must be"):
        Ledger(given)


def test_a_home_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no such home" in refused(monkeypatch, "~nobody-of-this-name/runs")


# What killed processes left


@pytest.fixture
def dead() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_temporaries_of_the_dead_are_swept_up_and_no_others(
    tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = temporary_for(tmp_path / "a.run")
    host, process, began, _ = mine.name.split(".")[-2].split("-")
    left = {
        "mine": mine,
        "dead": mine.with_name(f".a.run.{host}-{dead}-{began}-0.tmp"),
        "reborn": mine.with_name(f".a.run.{host}-{process}-{int(began) - 1000}-0.tmp"),
        "elsewhere": mine.with_name(f".a.run.{'0' * 8}-{dead}-{began}-0.tmp"),
        "forgotten": mine.with_name(f".a.run.{'1' * 8}-{dead}-{began}-0.tmp"),
        "behind": mine.with_name(f".a.run.{'2' * 8}-{dead}-{began}-0.tmp"),
        "the user's": mine.with_name(".notes.tmp"),
        "record": mine.with_name("a.run"),
    }
    for path in left.values():
        path.write_text("")
    for name, seconds in (("forgotten", 8 * 86_400), ("the user's", 8 * 86_400), ("behind", 3_600)):
        os.utime(left[name], (time.time() - seconds,) * 2)
    # The clock of this host plays no part, whatever it shows.
    monkeypatch.setattr(time, "time", lambda: 0.0)
    sweep(tmp_path)
    assert {name for name, path in left.items() if not path.exists()} == {"dead", "reborn", "forgotten"}
    assert not left_by_the_dead(mine) and temporary_for(tmp_path / "a.run") != mine
    monkeypatch.setattr(socket, "gethostname", lambda: "another")
    sim.temporaries._host.cache_clear()
    assert temporary_for(mine).name.split(".")[-2].split("-")[0] != host
    sim.temporaries._host.cache_clear()


def test_a_study_sweeps_up_where_it_writes(tmp_path: Path, dead: int) -> None:
    compare(tmp_path)
    path = records(tmp_path)[0]
    host = temporary_for(path).name.split(".")[-2].split("-")[0]
    left = path.with_name(f".{path.name}.{host}-{dead}-1-0.tmp")
    left.write_bytes(path.read_bytes()[:100])
    path.unlink()
    compare(tmp_path)
    assert path.exists() and not left.exists()


# The program


def test_a_studys_folder_follows_from_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of other code are never found in the folder of a fresh report."""
    experiment = Experiment(world=sim.World.hk2019(people=1000), days=2)
    before = study_directory(experiment)
    assert study_directory(experiment.replace(threads=2)) == before
    assert study_directory(experiment.replace(days=1)) != before
    sources = sim.sources.model_sources()
    with monkeypatch.context() as patch:
        patch.setattr(sim.sources, "model_sources", lambda: sources | {"sim.feed.ranking": "another"})
        assert study_directory(experiment) != before
    monkeypatch.setattr(gather, "sources_of", lambda _: {"experiments.studies.observed": "another"})
    assert study_directory(experiment) != before


def test_a_study_of_code_that_cannot_be_told_is_refused() -> None:
    experiment = Experiment(world=sim.World.hk2019(people=1000).replace({"opinion.rule": _typed()()}), days=2)
    with pytest.raises(InputError, match="so that its code cannot be told"):
        study_directory(experiment)


def test_results_say_for_each_run_what_made_it() -> None:
    runs = pd.DataFrame(
        [("2026-01-01", "a", "x"), ("2026-01-03", "b+", "x"), ("2026-01-02", "b+", "x"), ("2026-01-04", None, "y")],
        columns=["made", "commit", "code"],
    )
    assert gather._makers(runs) == [
        {"commit": "a", "code": "x", "runs": 1, "first": "2026-01-01", "last": "2026-01-01"},
        {"commit": "b+", "code": "x", "runs": 2, "first": "2026-01-02", "last": "2026-01-03"},
        {"commit": None, "code": "y", "runs": 1, "first": "2026-01-04", "last": "2026-01-04"},
    ]
