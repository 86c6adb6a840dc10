"""Seeds that are simulated elsewhere: the same bits, the same ledger, the same sentences."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import sim
from experiments.run import main
from sim.fields import InputError
from sim.moderation import PreemptiveRemoval, Takedown
from sim.study.blocks import packed
from sim.study.ledger import Ledger
from tests.processes import begun
from tests.test_own_outcomes import Extremes
from tests.test_own_weights import Dividing
from tests.worlds import busy_world

BRANCHES = {
    "none": sim.Branch(),
    "active": sim.Branch((Takedown(1, accounts=5),)),
    "unused": sim.Branch((PreemptiveRemoval(2, accounts=9),)),
}


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


class Late:
    """Takes work as PEP 3148 has it, with futures of its own, and does it when asked for the result."""

    def __init__(self) -> None:
        self.submitted = self.cancelled = 0

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        self.submitted += 1
        return Promise(self, lambda: function(*arguments))


class Promise:
    def __init__(self, executor: Late, work: Callable[[], Any]) -> None:
        self._executor, self._work = executor, work

    def result(self) -> Any:
        return self._work()

    def cancel(self) -> bool:
        self._executor.cancelled += 1
        return True


def same(a: sim.Study, b: sim.Study) -> None:
    assert {key: run.digest for key, run in a.runs.items()} == {key: run.digest for key, run in b.runs.items()}
    for table in ("effects", "outcomes", "timelines", "turnout", "removals"):
        pd.testing.assert_frame_equal(getattr(a, table), getattr(b, table))


def test_other_processes_give_the_same_bits(processes: ProcessPoolExecutor, tmp_path: Path) -> None:
    world = busy_world()
    told: list[tuple[int, int]] = []
    here = sim.compare(world, BRANCHES, seeds=[3, 8], outcomes=Extremes(), keep="opinion")
    there = sim.compare(
        world, BRANCHES, seeds=[3, 8], outcomes=Extremes(), keep="opinion", executor=processes,
        ledger=tmp_path, progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    same(here, there)
    pd.testing.assert_frame_equal(here.people, there.people)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]
    ledger = Ledger(tmp_path)
    again = sim.compare(
        world, BRANCHES, seeds=[3, 8], outcomes=Extremes(), keep="opinion", ledger=ledger, executor=Late()
    )
    same(here, again)
    assert (ledger.found, ledger.kept) == (6, 0)


@pytest.mark.slow
def test_processes_of_this_machine_are_asked_for_by_name() -> None:
    world = busy_world()
    same(sim.compare(world, BRANCHES, seeds=2), sim.compare(world, BRANCHES, seeds=2, executor="processes", threads=2))


@pytest.mark.slow
def test_loky_gives_the_same_bits() -> None:
    loky = pytest.importorskip("loky", reason="loky is not installed (extra dev)")
    world = busy_world()
    pool = loky.get_reusable_executor(max_workers=2)
    try:
        same(sim.compare(world, BRANCHES, seeds=3), sim.compare(world, BRANCHES, seeds=3, executor=pool))
    finally:
        pool.shutdown(kill_workers=True)


CLUSTERS = {
    "ray": ("ray", {"seeds_a_task": 2}),
    "dask": ("distributed", {}),
    "slurm": ("submitit", {"cluster": "local", "seeds_a_task": 2}),
}


@pytest.mark.slow
@pytest.mark.parametrize("shared", [False, True], ids=["sent back", "shared ledger"])
@pytest.mark.parametrize("name", CLUSTERS)
def test_clusters_give_the_same_bits(name: str, shared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, settings = CLUSTERS[name]
    pytest.importorskip(package, reason=f"{package} is not installed (extra {name})")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    world, ledger = busy_world(), Ledger(tmp_path / "ledger")
    told: list[tuple[int, int]] = []
    there = sim.compare(
        world, BRANCHES, seeds=[3, 8, 9], outcomes=Extremes(), keep="opinion", ledger=ledger,
        threads=None if name == "slurm" else 2, executor={"name": name, "shared_ledger": shared, **settings},
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert (ledger.found, ledger.kept) == (0, 9)
    assert told[-1][0] == told[-1][1]
    here = sim.compare(world, BRANCHES, seeds=[3, 8, 9], outcomes=Extremes(), keep="opinion")
    same(here, there)
    pd.testing.assert_frame_equal(here.people, there.people)


@pytest.mark.slow
@pytest.mark.parametrize("name", CLUSTERS)
def test_clusters_tell_bad_input_as_it_is_told_here(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, settings = CLUSTERS[name]
    pytest.importorskip(package, reason=f"{package} is not installed (extra {name})")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    world = busy_world(opinion={"rule": Dividing()})
    with pytest.raises(InputError) as here:
        sim.compare(world, BRANCHES, seeds=[1])
    with pytest.raises(InputError) as there:
        sim.compare(world, BRANCHES, seeds=[1], executor={"name": name, **settings}, ledger=tmp_path / "ledger")
    assert str(here.value) == str(there.value)


def test_ray_does_not_decide_what_sigterm_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends a process wherever it is: while a folder is put in place, too, which programs see through."""

    def init(*_: Any, **__: Any) -> None:
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(number))

    pretended: Any = SimpleNamespace(
        init=init, is_initialized=lambda: False, remote=lambda **_: lambda function: function, shutdown=lambda: None
    )
    monkeypatch.setitem(sys.modules, "ray", pretended)

    def told(_number: int, _frame: Any) -> None:
        pass

    former = signal.signal(signal.SIGTERM, told)
    try:
        with sim.executors.Ray().opened(1, None):
            assert signal.getsignal(signal.SIGTERM) is told
    finally:
        signal.signal(signal.SIGTERM, former)


@pytest.mark.parametrize("name", CLUSTERS)
def test_a_package_that_is_missing_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, settings = CLUSTERS[name]
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError) as refused:
        sim.compare(busy_world(), BRANCHES, seeds=1, executor={"name": name, **settings}, ledger=tmp_path)
    assert str(refused.value) == (
        f"executor {name} needs the package {package}, which is not installed: pip install 'groundswell[{name}]'."
    )


def test_workers_that_keep_runs_themselves_need_a_ledger_and_a_cluster_its_own_number() -> None:
    with pytest.raises(InputError, match=r"executor\.shared_ledger must be false where there is no ledger"):
        sim.compare(busy_world(), BRANCHES, executor={"name": "processes", "shared_ledger": True}, threads=1)
    with pytest.raises(InputError, match="threads must be left out"):
        sim.compare(busy_world(), BRANCHES, executor="slurm", threads=2)


def test_processes_write_into_the_ledger_themselves_and_go_on_where_they_stopped(tmp_path: Path) -> None:
    world, ledger = busy_world(), Ledger(tmp_path)
    sim.compare(world, {"none": sim.Branch()}, seeds=[3], ledger=tmp_path)
    work = {"name": "processes", "shared_ledger": True, "seeds_a_task": 3}
    there = sim.compare(world, BRANCHES, seeds=[3, 8], ledger=ledger, executor=work, threads=2)
    assert (ledger.found, ledger.kept) == (1, 5)
    same(there, sim.compare(world, BRANCHES, seeds=[3, 8]))


LONG = """
import multiprocessing
import sim

def tell(done, total):
    if done:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)

if __name__ == "__main__":
    world = sim.World.hk2019(people=2000)
    sim.compare(world, {"none": sim.Branch()}, seeds=400, executor="processes", threads=2, progress=tell)
"""


@pytest.mark.slow
def test_the_program_gives_the_same_study_by_processes(tmp_path: Path) -> None:
    small = ["world.people=1000", "days=2", "seeds=2", "study.sweep.values=[]", "study.dates=[1]"]
    runs = []
    for executor in ("threads", "processes"):
        where = tmp_path / executor
        assert main([*small, f"executor={executor}", "threads=2", f"results={where}"]) == 0
        (table,) = where.glob("*/runs.parquet")
        runs.append(pd.read_parquet(table))
    assert runs[0]["digest"].tolist() == runs[1]["digest"].tolist()
    assert runs[0]["key"].tolist() == runs[1]["key"].tolist()


def alive(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_the_process_that_began_them(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "long.py").write_text(LONG)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with begun(
        [sys.executable, "long.py"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL,
    ) as program:  # fmt: skip
        assert program.stdout is not None
        workers = [int(pid) for pid in program.stdout.readline().split()]
        assert len(workers) == 2 and all(map(alive, workers))
        program.send_signal(how)
        program.wait(60)
    deadline = time.monotonic() + 60
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(alive, workers))


def test_whatever_takes_work_will_do() -> None:
    world = busy_world()
    same(sim.compare(world, BRANCHES, seeds=2), sim.compare(world, BRANCHES, seeds=2, executor=Late()))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        same(sim.compare(world, BRANCHES, seeds=2), sim.compare(world, BRANCHES, seeds=2, executor=pool))


class Confusing(Late):
    """Gives back what it was asked for before, or something else."""

    def __init__(self, gives: Callable[[list[Any]], Any]) -> None:
        super().__init__()
        self.gives, self.done = gives, list[Any]()

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        self.done.append(function(*arguments))
        return Promise(self, lambda: self.gives(self.done))


@pytest.mark.parametrize(
    ("gives", "words"),
    [
        (lambda done: done[0], "that it was given: a run is the record of another run."),
        (lambda done: None, "that it was given, not none."),
        (lambda done: [], "that it was given, not []."),
        (lambda done: [None], "that it was given, not [none]."),
    ],
)
def test_what_comes_back_must_be_what_was_asked_for(
    gives: Callable[[list[Any]], Any], words: str, tmp_path: Path
) -> None:
    """Or the runs of one seed, or world, would be told, and kept, as those of another."""
    with pytest.raises(InputError) as refused:
        sim.compare(busy_world(), BRANCHES, seeds=2, executor=Confusing(gives), ledger=tmp_path)
    assert str(refused.value).startswith("executor must give back what the function returned") and words in str(
        refused.value
    )
    grid = [{"campaign.flooding": flooding} for flooding in (1, 2)]
    design = sim.Design(busy_world(), grid, {"none": sim.Branch()}, seeds=1)
    with pytest.raises(InputError, match="executor must give back"):
        design.run(tmp_path / "design", executor=Confusing(gives))


def test_a_world_that_does_not_fit_is_refused_before_it_travels() -> None:
    executor = Late()
    world = busy_world(people=50_000_000, people_reachable=8_000_000_000)
    with pytest.raises(InputError, match="must be small enough for"):
        sim.compare(world, BRANCHES, seeds=2, executor=executor)
    assert executor.submitted == 0


def test_bad_input_found_by_a_worker_is_the_sentence_that_it_is_here(processes: ProcessPoolExecutor) -> None:
    world = busy_world(opinion={"rule": Dividing()})
    sentences = []
    for executor in ("threads", processes):
        with pytest.raises(InputError) as refused:
            sim.compare(world, BRANCHES, seeds=[1], executor=executor)
        sentences.append(str(refused.value))
    assert sentences[0] == sentences[1]
    assert "Dividing" in sentences[0]


class Failing(Late):
    """Has no luck with seed 2."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        self.submitted += 1

        def work() -> Any:
            if any(block.seed == 2 for block in arguments[0].blocks):
                raise MemoryError("killed")
            return function(*arguments)

        return Promise(self, work)


def test_a_fault_elsewhere_ends_no_other_run_where_there_is_a_ledger(tmp_path: Path) -> None:
    executor, ledger = Failing(), Ledger(tmp_path)
    with pytest.raises(
        sim.FailedRunsError, match=r"^3 runs could not be .*seed 2 in 'none' \(MemoryError: killed\); the"
    ) as all_:
        sim.compare(busy_world(), BRANCHES, seeds=3, executor=executor, ledger=ledger)
    assert (ledger.kept, executor.submitted, executor.cancelled) == (6, 3, 0)
    assert set(all_.value.faults) == {(name, 2) for name in BRANCHES} and isinstance(all_.value.__cause__, MemoryError)
    failed = list(ledger.failures)
    assert {(each.seed, each.reason) for each in failed} == {(2, "MemoryError: killed")} and len(failed) == 3
    again = Late()
    study = sim.compare(busy_world(), BRANCHES, seeds=3, executor=again, ledger=ledger)
    assert again.submitted == 3, "each by itself"
    assert not list(ledger.failures)
    same(study, sim.compare(busy_world(), BRANCHES, seeds=3))


def test_a_fault_elsewhere_ends_a_study_that_keeps_nothing() -> None:
    executor = Failing()
    with pytest.raises(MemoryError, match="killed"):
        sim.compare(busy_world(), BRANCHES, seeds=3, executor=executor)
    assert executor.cancelled == 1


def test_a_pool_whose_worker_is_killed_is_asked_no_more(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pid = pool.submit(os.getpid).result()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(sim.FailedRunsError, match="BrokenProcessPool") as failed:
            sim.compare(busy_world(), BRANCHES, seeds=2, executor=pool, ledger=tmp_path)
    assert failed.value.lacking == 6
    assert not list(tmp_path.rglob("*.run"))
    assert len(list(Ledger(tmp_path).failures)) == len(failed.value.faults)


def test_what_takes_no_work_is_refused() -> None:
    for executor in (3, None, object()):
        with pytest.raises(InputError, match=r"executor must be threads, .* or something with submit"):
            sim.compare(busy_world(), BRANCHES, executor=executor)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"executor must be one of .*, not 'procceses'; did you mean 'processes'"):
        sim.compare(busy_world(), BRANCHES, executor="procceses")
    with pytest.raises(InputError, match="threads must be left out where an executor is given that has workers"):
        sim.compare(busy_world(), BRANCHES, executor=Late(), threads=2)


def test_a_block_travels_light() -> None:
    """What comes back is a fraction of what the runs are as objects."""
    taken: list[int] = []

    class Weighing(Late):
        def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
            assert function is packed
            found = function(*arguments)
            taken.append(sum(map(len, found[0].runs.values())))
            return Promise(self, lambda: found)

    sim.compare(sim.World.hk2019(people=1000), {"none": sim.Branch()}, seeds=1, days=20, executor=Weighing())
    assert taken[0] < 60_000
