"""The agent engine as Mesa users know it: a model with steps, a data collector, and batch runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mesa import DataCollector

from sim.branch import Branch
from sim.engine.agents import AgentEngine
from sim.outcomes import OUTCOMES, measure
from sim.world import World


class SocietyModel(AgentEngine):
    """A world as a ``mesa.Model``, one agent an account; ``mesa.batch_run`` takes it with ``max_steps=world.ticks``.

    The burn-in is run when the model is made, so that ``steps`` counts ticks from day 0; steps beyond the calendar do nothing.
    ``datacollector`` has the outcomes of the last finished day at every tick (nan on day 0). Subclass it, or the account
    classes of ``sim.engine.agents``, to change what accounts do. Raises InputError for bad input.
    """

    def __init__(self, world: World, branch: Branch | None = None, seed: int = 1, **more: Any) -> None:
        super().__init__(world, branch, seed, observe=measure, **more)
        self.advance(self.world.burn_in_ticks)
        self.datacollector = DataCollector(model_reporters={outcome.name: _last(outcome.name) for outcome in OUTCOMES})

    def step(self) -> None:
        """One tick."""
        if self.step_index < self.last_step:
            self.advance(self.step_index + 1)
        self.datacollector.collect(self)
        self.running = self.step_index < self.last_step


def _last(name: str) -> Callable[[SocietyModel], float]:
    return lambda model: float(model.daily[-1][name]) if model.daily else float("nan")
