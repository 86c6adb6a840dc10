"""Studies that use one ledger at the same time, and runs that fail: nothing is simulated twice, and nothing is lost."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.fields import InputError, quantity, register
from sim.moderation import Takedown
from sim.outcomes import Day, OwnOutcome
from sim.study import sharing
from sim.study import tree as trees
from sim.study.failures import failure, reason
from sim.study.keys import RunKeys
from sim.study.ledger import Ledger, LedgerWarning
from tests.test_claims import elsewhere
from tests.test_ledger import BRANCHES, WORLD

SEEDS = 4


@register("deadly")
@dataclass(frozen=True)
class Deadly(OwnOutcome):
    """Kills the process that simulates a seed, as the kernel does for want of memory."""

    unit = "1"
    seed: int = quantity(0, unit="seed", low=0, high=100, source="assumption", doc="Whose process dies.")

    def value(self, day: Day) -> float:
        if day._model.seed_of_run == self.seed:
            os.kill(os.getpid(), signal.SIGKILL)
        return 1.0


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_PAUSE", 0.01)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[int, str]]:
    """How often each seed and branch was simulated."""
    count: Counter[tuple[int, str]] = Counter()
    original = trees.BranchTree.grow

    def grow(tree: Any, seed: int, *more: Any) -> None:
        count.update((seed, name) for name in tree.branches)
        original(tree, seed, *more)

    monkeypatch.setattr(trees.BranchTree, "grow", grow)
    return count


def failing(monkeypatch: pytest.MonkeyPatch, seed: int, branch: str, fault: Exception) -> None:
    """A branch of a seed cannot be recorded."""
    original = trees.record

    def record(model: Any, *more: Any) -> Any:
        if (model.seed_of_run, model.branch) == (seed, BRANCHES[branch]):
            raise fault
        return original(model, *more)

    monkeypatch.setattr(trees, "record", record)


def compare(ledger: Any, **more: Any) -> sim.Study:
    return sim.compare(WORLD, BRANCHES, **{"seeds": SEEDS, "threads": 1, "ledger": ledger, **more})


def same(a: sim.Study, b: sim.Study) -> None:
    assert list(a.runs) == list(b.runs)
    assert [run.digest for run in a.runs.values()] == [run.digest for run in b.runs.values()]
    for table in ("effects", "outcomes", "timelines", "removals"):
        pd.testing.assert_frame_equal(getattr(a, table), getattr(b, table))


# At the same time


def test_two_studies_on_one_ledger_share_the_work(tmp_path: Path, simulated: Counter[tuple[int, str]]) -> None:
    alone = sim.compare(WORLD, BRANCHES, seeds=SEEDS)
    simulated.clear()
    found: dict[int, sim.Study] = {}
    ledgers = [Ledger(tmp_path, lambda _: None) for _ in range(3)]

    def study(i: int) -> None:
        found[i] = compare(ledgers[i])

    threads = [threading.Thread(target=study, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(simulated.values()) == {1} and len(simulated) == 2 * SEEDS
    assert sum(ledger.kept for ledger in ledgers) == 2 * SEEDS
    for one in found.values():
        same(one, alone)
    assert not list((tmp_path / "claims").iterdir())


def test_what_another_host_simulates_is_waited_for_and_taken_over_if_it_dies(
    tmp_path: Path, simulated: Counter[tuple[int, str]]
) -> None:
    key = RunKeys(WORLD, WORLD.days).key(BRANCHES["takedown"], 2)
    elsewhere(tmp_path / "claims", key)
    said: list[str] = []

    def say(sentence: str) -> None:
        said.append(sentence)
        ledger.claims.patience = 0.0

    ledger = Ledger(tmp_path, say)
    study = compare(ledger)
    assert said == ["Waiting for 1 run that process 4711 on another simulates with this ledger."]
    assert list(simulated)[-1] == (2, "takedown") and set(simulated.values()) == {1}
    same(study, sim.compare(WORLD, BRANCHES, seeds=SEEDS))


def test_what_another_host_finishes_is_not_simulated(tmp_path: Path, simulated: Counter[tuple[int, str]]) -> None:
    runs = compare(tmp_path / "other").runs
    keys = RunKeys(WORLD, WORLD.days)
    key = keys.key(BRANCHES["none"], 3)
    simulated.clear()
    elsewhere(tmp_path / "claims", key)

    def finish() -> None:
        other = Ledger(tmp_path)
        other.keep(key, runs["none", 3])
        (tmp_path / "claims" / f"{key}.claim").unlink()

    ledger = Ledger(tmp_path, lambda _: finish())
    study = compare(ledger)
    assert (3, "none") not in simulated and len(simulated) == 2 * SEEDS - 1
    assert study.runs["none", 3].digest == runs["none", 3].digest
    assert (ledger.found, ledger.kept) == (1, 2 * SEEDS - 1)


def test_claims_are_given_up_whatever_ends_a_study(tmp_path: Path) -> None:
    class EnoughError(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done:
            raise EnoughError

    with pytest.raises(EnoughError):
        compare(tmp_path, progress=stop)
    assert not list((tmp_path / "claims").iterdir())


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), InputError("cannot be read")])
def test_claims_are_given_up_where_a_record_that_is_sought_once_more_ends_it(
    fault: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could ever take them over from a process that lives on; it would wait for itself."""
    finds, find = 0, Ledger.find

    def second(ledger: Ledger, *given: Any) -> Any:
        nonlocal finds
        finds += 1
        if finds == 2:
            raise fault
        return find(ledger, *given)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "find", second)
        with pytest.raises(type(fault)):
            compare(tmp_path)
    assert not list((tmp_path / "claims").iterdir())


def test_claims_are_given_up_of_what_was_to_be_simulated_by_itself_later(tmp_path: Path) -> None:
    """All that failed before is claimed together, and simulated apart."""

    class EnoughError(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done:
            raise EnoughError

    branches = {str(n): sim.Branch(policies=(Takedown(day=1, accounts=n),)) for n in range(1, 5)}
    ledger, keys = Ledger(tmp_path), RunKeys(WORLD, WORLD.days)
    for branch in branches.values():
        ledger.failures.record(failure(keys.key(branch, 1), WORLD, branch, 1, ValueError("bad luck")))
    with pytest.raises(EnoughError):
        sim.compare(WORLD, branches, seeds=1, threads=1, ledger=ledger, progress=stop)
    assert not list((tmp_path / "claims").iterdir())


def test_equal_branches_of_a_study_are_one_run(tmp_path: Path) -> None:
    study = sim.compare(WORLD, {"a": sim.Branch(), "b": sim.Branch()}, seeds=2, ledger=Ledger(tmp_path))
    assert study.identical("b") and len(study.runs) == 4


# Runs that fail


def test_a_run_that_fails_ends_no_other_and_is_run_again_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulated: Counter[tuple[int, str]]
) -> None:
    ledger = Ledger(tmp_path)
    with monkeypatch.context() as patch:
        failing(patch, 2, "takedown", ValueError("such\nbad luck"))
        with pytest.raises(sim.FailedRunsError) as failed:
            compare(ledger)
    assert ledger.kept == 2 * SEEDS - failed.value.lacking and failed.value.lacking == len(failed.value.faults)
    assert ("takedown", 2) in failed.value.faults and all(seed == 2 for _, seed in failed.value.faults)
    assert "ValueError: such bad luck" in str(failed.value) and str(tmp_path) in str(failed.value)
    on_record = list(ledger.failures)
    assert {(each.seed, each.reason) for each in on_record} == {(2, "ValueError: such bad luck")}
    assert all(each.host and each.when.startswith("20") and each.people == 100 for each in on_record)
    simulated.clear()
    grown: list[list[str]] = []
    original = trees.BranchTree.grow
    monkeypatch.setattr(
        trees.BranchTree, "grow", lambda tree, *more: (grown.append(list(tree.branches)), original(tree, *more))[1]
    )
    study = compare(ledger)
    assert all(len(names) == 1 for names in grown) and len(grown) == failed.value.lacking
    assert not list(ledger.failures)
    same(study, sim.compare(WORLD, BRANCHES, seeds=SEEDS))


def test_without_a_ledger_a_fault_is_raised_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, 2, "none", MemoryError("no more"))
    with pytest.raises(MemoryError, match="no more"):
        compare(None)


def test_bad_input_is_no_failed_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, 1, "none", InputError("must be another"))
    with pytest.raises(InputError, match=r"^must be another"):
        compare(tmp_path)
    assert not list(Ledger(tmp_path).failures)


def test_a_fault_is_one_sentence() -> None:
    assert reason(ValueError("a\n b")) == "ValueError: a b"
    assert reason(MemoryError()) == "MemoryError"
    assert reason(InputError("must be 1")) == "must be 1."
    assert len(reason(ValueError("x" * 1000))) == 300


def test_a_failure_that_cannot_be_written_is_told_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "failed").write_text("mine")
    failing(monkeypatch, 2, "none", ValueError("bad luck"))
    with pytest.raises(sim.FailedRunsError, match="bad luck"):
        compare(tmp_path)
    assert (tmp_path / "failed").read_text() == "mine"


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_no_run_but_the_one_that_kills_it(tmp_path: Path) -> None:
    """Whatever the others were at is simulated again, in another pool."""
    ledger = Ledger(tmp_path)
    with pytest.raises(sim.FailedRunsError, match="BrokenProcessPool") as failed:
        compare(ledger, executor="processes", threads=2, outcomes=Deadly(seed=3))
    assert set(failed.value.faults) == {(name, 3) for name in BRANCHES} and failed.value.lacking == 2
    assert {each.seed for each in ledger.failures} == {3} and ledger.kept == 2 * (SEEDS - 1)


# What is held in memory


def test_a_study_reads_its_runs_when_they_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.kept._MOST", 3)
    study = compare(tmp_path)
    same(study, sim.compare(WORLD, BRANCHES, seeds=SEEDS))
    assert len(study.runs._recent) == 3  # type: ignore[attr-defined]
    assert study.runs["none", 1] is study.runs["none", 1]
    assert ("none", 1) in study.runs and ("none", 99) not in study.runs and len(study.runs) == 2 * SEEDS
    with pytest.raises(KeyError):
        study.runs["none", 99]
    for path in tmp_path.glob("??/*.run"):
        path.unlink()
    with pytest.raises(InputError, match="The record of seed 4 in the branch 'none' is gone from the ledger"):
        study.runs["none", 4]


def test_a_record_that_is_damaged_meanwhile_is_said(tmp_path: Path) -> None:
    study = compare(tmp_path)
    for path in tmp_path.glob("??/*.run"):
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.warns(LedgerWarning, match="is damaged"), pytest.raises(InputError, match="or damaged: compare again"):
        study.runs["none", 1]
