"""Posts by the tick: how many each group of accounts makes, for rhythms that a day hides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.fields import Settings
from sim.outcomes.kept import Kept, Rows
from sim.society.groups import KINDS, Group

BY_GROUP = {group: f"posts_{KINDS[group].words.name}" for group in Group}
"""The columns of groups."""
_MOST_TICKS = 1440  # of a day

# Columns with the types in which they are kept.
COLUMNS: dict[str, Any] = {"day": np.int32, "tick": np.int16, **dict.fromkeys(BY_GROUP.values(), np.uint32)}


@dataclass(frozen=True)
class Posts(Settings):
    """How many posts each group of accounts makes in each tick, as ``keep`` of ``sim.simulate`` and ``sim.compare`` takes it
    (docs/individual_data.md)."""


@dataclass(frozen=True)
class KeptPosts(Kept):
    """The ticks of every day that is kept."""

    posts: Posts

    @property
    def told(self) -> str:
        return f"posts by the tick kept every {self.every} days"

    @property
    def columns(self) -> dict[str, Any]:
        return COLUMNS

    def most(self, people: int) -> int:
        return _MOST_TICKS

    def of_day(self, model: Engine) -> Rows:
        ticks, end = model.world.ticks_per_day, model.step_index
        counts = model.state.counts[end - ticks : end]
        posts = {name: counts[:, Count.NEW_POSTS + g] + counts[:, Count.RESHARES + g] for g, name in BY_GROUP.items()}
        return {"day": np.full(ticks, model.day), "tick": np.arange(ticks), **posts}
