"""Individual-level data: what is kept of every person, and at the end of which days (docs/individual_data.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from sim.engine.engine import Engine
from sim.engine.memory import needed
from sim.fields import InputError, checked
from sim.machine import available
from sim.outcomes.day import Day
from sim.outcomes.kept import Kept, Rows
from sim.outcomes.posts import KeptPosts, Posts
from sim.outcomes.relays import KeptRelays, Relays
from sim.outcomes.watched import Watch, Watched
from sim.people.accounts import by_node
from sim.plain import DATES
from sim.society.groups import INNOCENT, KINDS
from sim.world import World

# Columns by group, with the types in which they are kept; those of _ALWAYS are in every row.
_ALWAYS: dict[str, Any] = {
    "day": np.int32, "date": DATES, "node": np.int64, "joined_movement": np.uint16, "joined_government": np.uint16,
}  # fmt: skip
_OF_OPINION = ("opinion", "troll_part")
_PARTS = ("troll_part_direct", "troll_part_relayed", "organiser_part", "event_part", "own_part")
_IMPRESSIONS = {f"impressions_{KINDS[group].words.name}": group for group in INNOCENT}
GROUPS: dict[str, dict[str, Any]] = {
    "opinion": dict.fromkeys(_OF_OPINION, np.float64),
    "parts": dict.fromkeys(_PARTS, np.float64),
    "exposure": dict.fromkeys((*_IMPRESSIONS, "impressions_troll"), np.uint32),
    "standing": dict.fromkeys(("legitimacy", "trust"), np.float64),
    "climate": {"climate": np.float64},
    "status": {"status": np.int8},
}


@dataclass(frozen=True)
class Keep(Kept):
    """Which groups of columns are kept of every person, in node order."""

    groups: tuple[str, ...]

    @property
    def told(self) -> str:
        return f"{', '.join(self.groups)} kept every {self.every} days"

    @property
    def columns(self) -> dict[str, Any]:
        return _ALWAYS | {name: kind for group in self.groups for name, kind in GROUPS[group].items()}

    @property
    def counts_impressions(self) -> bool:
        return "exposure" in self.groups

    def most(self, people: int) -> int:
        return people

    def of_day(self, model: Engine) -> Rows:
        day, people = Day(model, {}), model.world.people
        impressions, joined = by_node(model.state.impressions), by_node(model.state.joined)
        special: dict[str, Callable[[], Any]] = {
            "day": lambda: np.full(people, model.day),
            "date": lambda: np.full(people, np.datetime64(day.date, "ms")),
            "joined_movement": lambda: joined[:, 0],
            "joined_government": lambda: joined[:, 1],
            **{name: partial(impressions.take, group, axis=1) for name, group in _IMPRESSIONS.items()},
            "impressions_troll": lambda: day.troll_impressions,
            "status": lambda: day.status.codes,
        }
        return {name: np.asarray(special[name]() if name in special else getattr(day, name)) for name in self.columns}


_PRESENT = ("opinion", "parts", "standing", "climate", "status")


def present(model: Engine) -> pd.DataFrame:
    """What people think and do now, one row a person in node order: what is never counted only where it is kept."""
    day = Day(model, {})
    names = ["node", *(name for group in _PRESENT for name in GROUPS[group])]
    table = pd.DataFrame({name: np.asarray(getattr(day, name)) for name in names if name != "status"})
    return table.assign(impressions_troll=day.troll_impressions, status=day.status)


ToKeep: TypeAlias = str | Iterable[str] | Watch | Relays | Posts
"""What can be kept of a run: groups of columns of every person, accounts to be watched, who carried the campaign's words, or
posts by the tick."""


def kept(keep: ToKeep, every: int | None, days: int) -> Kept | None:
    """What to keep of a run of so many days; None for nothing. Raises InputError."""
    if isinstance(keep, Watch | Relays | Posts):
        every = checked(every, int | None, "every", low=1, high=65_535)
        if isinstance(keep, Watch):
            return Watched(keep, every=int(every or 1), days=days)
        if isinstance(keep, Posts):
            return KeptPosts(keep, every=int(every or 1), days=days)
        return KeptRelays(keep, every=int(every or days), days=days)
    names = checked((keep,) if isinstance(keep, str) else keep, tuple[str, ...], "keep", choices=tuple(GROUPS))
    every = checked(every, int | None, "every", low=1, high=65_535)
    if not names:
        if every is not None:
            raise InputError("must be left out unless keep names what to keep on those days", "every")
        return None
    return Keep(tuple(group for group in GROUPS if group in names), every=int(every or 1), days=days)


def check_fits(keep: Kept | None, world: World, runs: int = 1) -> None:
    """Raise InputError if the world does not have what is to be kept, or if that of so many runs does not fit into the memory
    available."""
    if keep is None:
        return
    keep.check(world)
    each = keep.bytes(world.people)
    # The days of a run are held beside the table that is made of them.
    need, free = needed(world) + (runs + 1) * each, available()
    if need > free:
        what = "one run" if runs == 1 else f"{runs:,} runs"
        raise InputError(
            f"must be little enough for {free / 1e9:.1f} GB of available memory: {what} of {world.people:,} people would take "
            f"{need / 1e9:.1f} GB with {keep.told}. Keep fewer columns, or fewer days with a greater `every`",
            "keep",
        )
