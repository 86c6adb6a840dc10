"""How much memory a world needs, estimated before anything is allocated."""

from __future__ import annotations

from sim.engine.state import Count, Trace
from sim.fields import InputError
from sim.machine import available
from sim.society.groups import all_accounts
from sim.world import World

_PERSON = 8 + 8 + 4 * 4 + 1 + 32 + 16 + 8 + 8 + 8 + 4 + 40 + 8 + 8 + 8
_ACCOUNT = 1 + 4 + 4 + 1 + 2 + 4 + 4 + 4 + 1 + 8 + 8 * 4 + 1 + 4 + 1 + 57 + 2
_TRACES = 4 * Trace.COLUMNS
_EDGE = 4 + 8


def needed(world: World, states: int = 2, objects: int = 0) -> int:
    """Bytes that one run of a world takes at its peak, with so many states at the same time (two while a branch is forked) and
    so many bytes of Python objects an account."""
    accounts = all_accounts(world)
    edges = int(world.graph.expected_edges(world.people) + world.second_members * world.second.followees)
    steps = world.burn_in_ticks + world.ticks
    observed = _TRACES if world.signals.observe else 0
    state = world.people * _PERSON + accounts * (_ACCOUNT + 16 * world.feed.memory + observed)
    return states * state + accounts * objects + edges * _EDGE + 2 * steps * Count.COLUMNS * 8


def seeds_at_a_time(world: World, states: int, wanted: int) -> int:
    """How many of ``wanted`` seeds can be simulated side by side, each with so many states at the same time.

    Raises InputError if the memory that is available does not do for one.
    """
    check_memory(world, states)
    return min(wanted, available() // needed(world, states))


def check_memory(world: World, states: int = 2, objects: int = 0) -> None:
    """Raise InputError if the world does not fit into the memory that is available; arguments as of ``needed``."""
    need, free = needed(world, states, objects), available()
    if need > free:
        raise InputError(
            f"must be small enough for {free / 1e9:.1f} GB of available memory; {world.people:,} people need about "
            f"{need / 1e9:.1f} GB",
            field="world.people",
        )
