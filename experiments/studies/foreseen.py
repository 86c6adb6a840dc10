"""What a study will take, said before anything of it is simulated."""

from __future__ import annotations

import math

from experiments.command.words import duration
from experiments.studies.settings import Experiment
from sim.engine.memory import needed
from sim.study.tree import BranchTree
from sim.threads import checked_threads

# Seconds of the processor of benchmarks/README.md for somebody who wakes, reads twenty followees and decides in a world of ten
# thousand, and how much more that is for every ten times as many people, whom no cache holds.
_SECONDS, _MORE = 1.3e-6, 0.15
_SAID_FROM_SECONDS, _SAID_FROM_BYTES = 60.0, 2e9


def processor_seconds(experiment: Experiment, ticks: int) -> float:
    """Roughly what so many ticks of an experiment's world take of one core."""
    world = experiment.world
    size = max(0.0, math.log10(world.people / 10_000))
    updates = ticks / world.ticks_per_day * world.people * world.population.sessions_per_day
    return updates * _SECONDS * (1.0 + _MORE * size)


def foreseen(experiment: Experiment, ticks: int) -> str | None:
    """A sentence that says what so many ticks of an experiment's branches will take; None where that is little."""
    world, executor = experiment.world, experiment.executor
    seconds = processor_seconds(experiment, ticks)
    elsewhere = executor.brings_workers
    at_a_time = 1 if elsewhere else min(checked_threads(experiment.threads), len(experiment.seed_list))
    end = world.burn_in_ticks + world.ticks_per_day * (experiment.days or world.days)
    states = BranchTree(world, experiment.study.all_branches(world), end).held()
    memory = at_a_time * needed(world, states)
    if seconds < _SAID_FROM_SECONDS and memory < _SAID_FROM_BYTES:
        return None
    where = " for each seed" if elsewhere else f" with {at_a_time} seeds at a time" if at_a_time > 1 else ""
    return (
        f"{experiment.study.name} will take roughly {duration(seconds)} of one core's time, and at most "
        f"{memory / 1e9:.1f} GB of memory{where}; how long is known better after ten seconds."
    )
