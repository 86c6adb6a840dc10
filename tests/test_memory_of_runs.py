"""A run that is over leaves nothing behind but its record."""

from __future__ import annotations

import gc
import weakref

import sim
from sim.simulation import begin
from tests.worlds import busy_world


def test_a_stage_is_let_go() -> None:
    for engine in ("arrays", "agents"):
        model = begin(busy_world(), None, 1, engine).engine
        model.advance(3)
        gone = weakref.ref(model)
        del model
        gc.collect()
        assert gone() is None, engine


def test_agents_of_a_model_have_ids_of_their_own() -> None:
    models = [sim.SocietyModel(busy_world(), seed=seed) for seed in (1, 2)]
    for model in models:
        ids = [agent.unique_id for agent in model.agents]
        assert len(set(ids)) == len(ids)
        assert min(ids) == 1
