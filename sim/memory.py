"""How much memory a world needs, estimated before anything is allocated."""

from __future__ import annotations

from pathlib import Path

import psutil

from sim.engine.state import Count, Trace
from sim.fields import InputError
from sim.world import World

_PERSON = 8 + 8 + 4 * 4 + 1 + 32 + 16 + 8 + 8 + 8 + 4 + 40 + 8 + 8 + 8
_ACCOUNT = 1 + 4 + 4 + 1 + 2 + 4 + 4 + 4 + 1 + 8 + 8 * 4 + 1 + 4 + 1 + 57 + 2
_TRACES = 4 * Trace.COLUMNS
_EDGE = 4 + 8
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def needed(world: World) -> int:
    """Bytes that one run of a world takes at its peak (the state is held twice while a branch is forked)."""
    actors = world.organisers.accounts + world.campaign.accounts + world.campaign.sleepers.accounts
    accounts = world.people + world.scaled(actors) + world.outlets.accounts + world.second_members
    per_person = {"complete": 0.0, "preferential": 2.0 * world.graph.links}.get(world.graph.kind, world.graph.followees)
    edges = int(world.people * per_person + world.second_members * world.second.followees)
    steps = world.burn_in_ticks + world.ticks
    observed = _TRACES if world.signals.observe else 0
    state = world.people * _PERSON + accounts * (_ACCOUNT + 16 * world.feed.memory + observed)
    return 2 * state + edges * _EDGE + 2 * steps * Count.COLUMNS * 8


def available() -> int:
    """Bytes of memory that this process may still take, by the machine and by its control group."""
    free = int(psutil.virtual_memory().available)
    for path in _LIMITS:
        text = path.read_text().strip() if path.exists() else "max"
        if text.isdigit():
            free = min(free, int(text) - psutil.Process().memory_info().rss)
    return free


def check_memory(world: World) -> None:
    """Raise InputError if the world does not fit into the memory that is available."""
    need, free = needed(world), available()
    if need > free:
        raise InputError(
            f"must be small enough for {free / 1e9:.1f} GB of available memory; {world.people:,} people need about "
            f"{need / 1e9:.1f} GB",
            field="world.people",
        )
