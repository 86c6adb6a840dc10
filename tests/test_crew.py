"""Threads of a run wait for one another at every tick: none waits for one that does not come."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sim.engine.arrays import ArrayEngine
from sim.engine.crew import Crew
from sim.world import World

WORLD = World(people=3 * 4096, days=1)


@pytest.fixture
def engine() -> ArrayEngine:
    engine = ArrayEngine(WORLD, threads=3)
    assert engine.threads == 3
    return engine


def _ends(engine: ArrayEngine, error: type[BaseException]) -> None:
    with pytest.raises(error):
        engine.advance(engine.last_step)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")]


@pytest.mark.parametrize("begun", [0, 1])
def test_a_thread_that_cannot_begin_ends_the_others(
    begun: int, engine: ArrayEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit, each = ThreadPoolExecutor.submit, Crew.each
    left = [begun]

    def some(pool: ThreadPoolExecutor, *call: Any) -> Any:
        if left[0] == 0:
            raise RuntimeError("can't start new thread")
        left[0] -= 1
        return submit(pool, *call)

    def of_ticks(crew: Crew, call: Any, *more: Any) -> Any:
        if more:
            monkeypatch.setattr(ThreadPoolExecutor, "submit", some)
        return each(crew, call, *more)

    monkeypatch.setattr(Crew, "each", of_ticks)
    _ends(engine, RuntimeError)


def test_ctrl_c_before_the_callers_part_ends_the_others(engine: ArrayEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    each = Crew.each

    def interrupted(crew: Crew, call: Any, *more: Any) -> Any:
        def never(number: int) -> Any:
            if number == 0:
                raise KeyboardInterrupt
            return call(number)

        return each(crew, never if more else call, *more)

    monkeypatch.setattr(Crew, "each", interrupted)
    _ends(engine, KeyboardInterrupt)
