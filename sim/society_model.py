"""The agent engine as Mesa users know it: a model with steps, a data collector, and batch runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from mesa import DataCollector

from sim.branch import Branch
from sim.engine.agents import Account, AgentEngine
from sim.engine.engine import Keeper, Snapshot
from sim.fields import InputError
from sim.outcomes import OwnOutcome, own_outcomes
from sim.run import Recording
from sim.world import World

_EACH_ITS_SEED = (
    "mesa.batch_run gives its iterations none, so that all would be the same run; vary the seed as a parameter instead, "
    '{"world": world, "seed": range(1, 4)}'
)


class SocietyModel(AgentEngine):
    """A world as a ``mesa.Model``, one agent an account; ``mesa.batch_run`` takes it with ``max_steps=world.ticks``.

    Replicates are different seeds, and the seed is a parameter like others: ``mesa.batch_run(sim.SocietyModel, {"world": world,
    "seed": range(1, 4)}, max_steps=world.ticks)``, with any ``number_processes``. Mesa's ``iterations`` would repeat the same
    run, and are refused.

    The burn-in is run when the model is made, so that ``steps`` counts ticks from day 0; steps beyond the calendar do nothing.
    ``datacollector`` has the outcomes of the last finished day at every tick (nan on day 0), ``outcomes`` of the user's own
    among them. ``accounts`` are classes of one's own that change what accounts do, each in the place of the class of
    ``sim.engine`` that it derives from (``docs/tutorials/own_citizen.md``). A model can be pickled and copied; either is a fork,
    which goes on by itself. Raises InputError for bad input.
    """

    def __init__(
        self,
        world: World,
        branch: Branch | None = None,
        seed: int | None = None,
        outcomes: OwnOutcome | Sequence[OwnOutcome] = (),
        population_seed: int | None = None,
        start: Snapshot | None = None,
        accounts: type[Account] | Sequence[type[Account]] = (),
    ) -> None:
        if seed is None:
            raise InputError(f"must be given: {_EACH_ITS_SEED}", field="seed")
        if _iteration_of_batch_run() > 0:
            raise InputError(f"must be 1: {_EACH_ITS_SEED}", field="iterations")
        recorded = Recording(own_outcomes(outcomes))
        super().__init__(world, branch, seed, population_seed, start=start, observe=recorded.measure, accounts=accounts)
        self._recorded = recorded
        self.advance(self.world.burn_in_ticks)
        self.datacollector = DataCollector(model_reporters={name: partial(_last, name) for name in recorded.columns})

    def _more(self, keepers: Sequence[Keeper]) -> dict[str, Any]:
        return {"outcomes": self._recorded.outcomes, "accounts": tuple(self.own_accounts.values())}

    def step(self) -> None:
        """One tick."""
        if self.step_index < self.last_step:
            self.advance(self.step_index + 1)
        self.datacollector.collect(self)
        self.running = self.step_index < self.last_step


def _last(name: str, model: SocietyModel) -> float:
    return float(model.daily[-1][name]) if model.daily else float("nan")


def _iteration_of_batch_run() -> int:
    """The iteration for which mesa is making a model (0 outside ``mesa.batch_run``); it tells models nothing of it."""
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "_model_run_func" and frame.f_globals.get("__name__") == "mesa.batchrunner":
            return int(frame.f_locals["iteration"])
        frame = frame.f_back  # type: ignore[assignment]
    return 0
