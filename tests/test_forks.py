"""A fork continues exactly as a run that took that branch from the start, in either engine."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock, patch

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import simulation
from sim.branch import Branch
from sim.engine import arrays
from sim.engine.arrays import ArrayEngine
from sim.engine.engine import Engine, Snapshot
from sim.engine.state import State
from sim.moderation import PreemptiveRemoval, Rates, Takedown
from sim.simulation import begin, begun, simulate
from sim.study.compare import compare
from sim.threads import Ending
from sim.world import World
from tests.strategies.branches import branches
from tests.strategies.worlds import SEEDS, worlds
from tests.worlds import STANDING, assert_same, busy_branch, busy_world, run

ENGINES = [(a, b) for a in ("arrays", "agents") for b in ("arrays", "agents")]


def continued(trunk: Engine, branch: Branch, engine: str, snapshot: Snapshot | None = None) -> Engine:
    """A branch that goes on from where the trunk is."""
    start = snapshot or trunk.snapshot()
    model = begun(trunk.world, branch, trunk.seed_of_run, engine, start=start).engine
    model.advance(model.last_step)
    return model


@st.composite
def forks(draw: st.DrawFn) -> tuple[World, Branch, int]:
    """A world, a branch of it whose policies begin on some day, and a step at or before the first of them."""
    world = draw(worlds())
    branch = draw(branches(world, draw(st.integers(0, world.days - 1))))
    return world, branch, draw(st.integers(0, world.burn_in_ticks + branch.first_tick(world)))


@given(forks(), SEEDS, st.sampled_from(ENGINES))
@settings(max_examples=40)
def test_a_fork_equals_a_rerun(fork: tuple[World, Branch, int], seed: int, engines: tuple[str, str]) -> None:
    world, branch, step = fork
    trunk = run(world, None, seed, engines[0], until=step)
    assert_same(continued(trunk, branch, engines[1]), run(world, branch, seed))


@pytest.mark.slow
@given(forks(), SEEDS, st.sampled_from(ENGINES))
@settings(max_examples=300)
def test_many_forks_equal_reruns(fork: tuple[World, Branch, int], seed: int, engines: tuple[str, str]) -> None:
    world, branch, step = fork
    trunk = run(world, None, seed, engines[0], until=step)
    assert_same(continued(trunk, branch, engines[1]), run(world, branch, seed))


@pytest.mark.parametrize("first", ["arrays", "agents"])
@pytest.mark.parametrize("second", ["arrays", "agents"])
def test_a_fork_on_the_tick_of_the_first_policy(first: str, second: str) -> None:
    world, branch = busy_world(), busy_branch()
    trunk = run(world, None, 4, first, until=world.burn_in_ticks + branch.first_tick(world))
    fork = continued(trunk, branch, second)
    assert len(fork.removals) == 3
    assert_same(fork, run(world, branch, 4))


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_a_fork_amid_the_policies_keeps_what_they_did(engine: str) -> None:
    world, branch = busy_world(), busy_branch()
    step = world.burn_in_ticks + world.tick(1) + 2
    trunk = run(world, branch, 4, engine, until=step)
    assert len(trunk.removals) == 2
    assert_same(continued(trunk, branch, engine), run(world, branch, 4))


def every_step(world: World) -> Iterator[int]:
    yield from range(world.burn_in_ticks + world.ticks + 1)


@pytest.mark.parametrize("changes", [{}, STANDING], ids=["", "legitimacy and trust"])
def test_a_fork_at_any_step(changes: dict[str, Any]) -> None:
    world = busy_world(days=2, **changes)
    whole = run(world, None, 6)
    trunk = begin(world, None, 6).engine
    for step in every_step(world):
        trunk.advance(step)
        assert_same(continued(trunk, Branch(), "arrays"), whole)


def same_arrays(a: State, b: State) -> bool:
    return all(x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_branches_of_one_fork_leave_it_and_each_other_alone(engine: str) -> None:
    world = busy_world()
    trunk = run(world, None, 2, engine, until=world.burn_in_ticks + world.tick(1))
    snapshot = trunk.snapshot()
    kept = snapshot._replace(state=snapshot.state.copy(), daily=tuple(dict(day) for day in snapshot.daily))
    chosen = [
        Branch(),
        busy_branch(),
        Branch(policies=(Takedown(2, accounts=5), PreemptiveRemoval(2, accounts=5))),
        Branch(),
    ]
    ends = [continued(trunk, branch, engine, snapshot) for branch in chosen]
    assert same_arrays(snapshot.state, kept.state)
    assert (snapshot.step, snapshot.removals, snapshot.daily) == (kept.step, kept.removals, kept.daily)
    for branch, end in zip(chosen, ends, strict=True):
        assert_same(end, run(world, branch, 2))
    trunk.advance(trunk.last_step)
    assert_same(trunk, run(world, None, 2))
    assert len({end.digest for end in ends}) == 3


def test_advancing_in_pieces_changes_nothing() -> None:
    world, branch = busy_world(), busy_branch()
    pieces = begin(world, branch, 9).engine
    for step in every_step(world):
        pieces.advance(step)
    pieces.advance(10**9)
    assert_same(pieces, run(world, branch, 9))


def test_a_branch_without_campaign_forks_at_day_0() -> None:
    world, branch = busy_world(), Branch(campaign=False)
    assert branch.first_tick(world) == 0
    trunk = run(world, None, 1, until=world.burn_in_ticks)
    assert_same(continued(trunk, branch, "arrays"), run(world, branch, 1))


@pytest.mark.parametrize(("changes", "threads"), [({}, 2), (STANDING, 1)])
def test_shadowed_branches_are_what_they_would_be_by_themselves(
    changes: dict[str, Any], threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Removals of sleepers that part from others early and late, one after another, and beside other policies."""
    monkeypatch.setattr(arrays, "_SMALLEST_CHUNK", 8)
    world = busy_world(days=5, **changes, **{"campaign.sleepers": {"waking_rate": 0.3, "wakes_from": 2.0}})
    sleepers = world.campaign.sleepers.accounts
    removals = [
        (PreemptiveRemoval(day, Rates(tpr=1.0, fpr=fpr), accounts=accounts),)
        for day in (0.5, 1, 3.25)
        for accounts in (0, 2, sleepers)
        for fpr in (0.0, 0.1)
    ]
    late = (Takedown(4, accounts=5),)
    chosen = [(), *removals, late, *((*first, *late) for first in removals[::3]), (*removals[3], *removals[-2])]
    branches = {str(i): Branch(policies=policies) for i, policies in enumerate(chosen)}
    for number, some in enumerate((branches, {name: branches[name] for name in list(branches)[1:]}), start=1):
        progress = Mock()
        study = compare(world, some, seeds=[number], threads=threads, progress=progress)
        done, total = progress.call_args.args
        assert done == total
        for (name, seed), run_ in study.runs.items():
            alone = simulate(world, some[name], seed)
            assert run_.digest == alone.digest, (name, seed)
            for table in ("timeline", "turnout", "removals"):
                pd.testing.assert_frame_equal(getattr(run_, table), getattr(alone, table))


@pytest.mark.parametrize(("seeds", "threads", "each"), [(1, 4, 4), (2, 4, 2), (3, 4, 1), (4, 1, 1)])
def test_threads_that_no_seed_is_left_for_are_shared_out(
    seeds: int, threads: int, each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "_SMALLEST_CHUNK", 8)
    taken = []

    class Counted(ArrayEngine):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            taken.append(self.threads)

    monkeypatch.setattr(simulation, "ArrayEngine", Counted)
    world, branches = busy_world(days=2), {"none": Branch(), "other": Branch((Takedown(1, accounts=5),))}
    study = compare(world, branches, seeds=seeds, threads=threads)
    assert set(taken) == {each} and len(taken) >= seeds
    monkeypatch.undo()
    alone = compare(world, branches, seeds=seeds, threads=1)
    assert [run_.digest for run_ in study.runs.values()] == [run_.digest for run_ in alone.runs.values()]


def test_shadowed_branches_are_not_simulated_until_their_first_sleeper_would_wake() -> None:
    world = busy_world(days=5, **{"campaign.sleepers.waking_rate": 10.0, "campaign.sleepers.wakes_from": 4.0})
    branches = {str(n): Branch((PreemptiveRemoval(1, accounts=n),)) for n in range(1, 9)}
    simulated = []
    with patch.object(ArrayEngine, "advance_accounts", autospec=True) as advance:
        advance.side_effect = lambda model, first, last: simulated.append(last - first)
        compare(world, {"none": Branch(), **branches}, seeds=1, threads=1)
    # One simulation, and in the fifth day one for each branch at most.
    assert sum(simulated) <= world.burn_in_ticks + world.ticks + 8 * world.ticks_per_day


@pytest.mark.parametrize("wakes", [True, False])
def test_ctrl_c_ends_a_study_with_the_day_that_it_is_in(wakes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with the seed: who waits for the threads is told, even by a signal that comes a moment too early to wake it, and no
    thread simulates on."""
    waiting, stopped, turn = threading.Event(), threading.Event(), threading.Lock()
    wait_for_next = Ending.next
    stopped_in_time = []

    def next_(ending: Ending) -> Any:
        waiting.set()
        return wait_for_next(ending)

    def progress(done: int, _total: int) -> None:
        if done <= 48:
            return
        assert waiting.wait(60)
        if not turn.acquire(blocking=False):
            pass
        elif wakes:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:
            _thread.interrupt_main()
        stopped_in_time.append(stopped.wait(60))
        assert stopped_in_time[-1]  # nobody is waited for twice

    monkeypatch.setattr(Ending, "next", next_)
    monkeypatch.setattr("sim.study.blocks.Event", lambda: stopped)
    with pytest.raises(KeyboardInterrupt):
        compare(
            World.hk2019(people=2000), {"none": Branch(), "other": Branch(campaign=False)}, seeds=4, threads=2,
            progress=progress,
        )  # fmt: skip
    assert 1 <= len(stopped_in_time) <= 2 and all(stopped_in_time)  # a day of each thread, of 1,224
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")]
