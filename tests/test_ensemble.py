"""Many runs of one world: each is the run that its seed gives by itself."""

from __future__ import annotations

import pytest

from experiments.validation.ensemble import ensemble, over
from experiments.validation.worlds import voter_world
from sim.engine.arrays import ArrayEngine
from sim.world import World


def no_progress(_done: int, _total: int) -> None:
    pass


def _world() -> World:
    return voter_world(60, 30, 2, 6, 40, 20)


def _alone(seed: int) -> str:
    engine = ArrayEngine(_world(), None, seed, population_seed=1, threads=1)
    engine.advance(engine.last_step)
    return engine.digest


def test_runs_side_by_side_are_those_of_their_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_THREADS", "4")
    drawn = ensemble(_world(), 1)

    def digest(seed: int) -> str:
        engine = drawn.start(seed)
        while engine.step_index < engine.last_step:
            engine.advance(engine.step_index + 7)
        return engine.digest

    found = over(12, digest, no_progress)
    assert found == [_alone(seed) for seed in range(1, 13)]
    assert len(set(found)) == 12


def test_a_fork_goes_on_with_the_sessions_of_its_seed() -> None:
    drawn = ensemble(_world(), 1)
    trunk = drawn.start(3)
    trunk.advance(17)
    fork = trunk.fork()
    fork.advance(fork.last_step)
    assert fork.digest == _alone(3)
