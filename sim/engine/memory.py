"""How much memory a world needs, estimated before anything is allocated."""

from __future__ import annotations

from sim.array_table import nbytes
from sim.engine.state import State, sizes_of_state
from sim.fields import InputError
from sim.machine import available
from sim.society.groups import all_accounts
from sim.society.sleepers import most_in_use
from sim.society.society import Society, sizes_of_society
from sim.world import World

# What is known of an account beside the arrays of a society: follows of either kind, and its profile.
_BESIDE = 4 * 8 + 1
# Where an account decides: opinion, confidence, action, entry; its place and its last post.
_WORK = 4 * 8 + 8 + 1 + 16 + 8 + 2


def needed(world: World, states: int = 2, objects: int = 0) -> int:
    """Bytes that one run of a world takes at its peak, with so many states at the same time (two while a branch is forked) and
    so many bytes of Python objects an account."""
    registered = all_accounts(world)
    accounts = registered - world.campaign.sleepers.accounts + most_in_use(world)
    edges = int(world.graph.expected_edges(world.people) + world.second_members * world.second.followees)
    sizes = sizes_of_state(world, world.people, accounts, registered) | sizes_of_society(world.people, accounts, edges)
    state = nbytes(State, world, sizes) + accounts * _WORK
    society = nbytes(Society, world, sizes) + registered * _BESIDE
    # While a society is drawn, what its arrays are made of lies beside them.
    return states * state + 2 * society + edges * 8 + accounts * objects


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
