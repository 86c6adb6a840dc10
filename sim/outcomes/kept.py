"""What is kept of a run beside its outcomes, whatever it is of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.engine import Engine
from sim.outcomes.day import STATUSES
from sim.society.society import Drawn
from sim.world import World

Rows = dict[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Kept(ABC):
    """What is kept at the end of every ``every``-th day from the ``first`` on, and of the last of the ``days``."""

    every: int
    days: int

    @property
    def content(self) -> dict[str, Any]:
        """All that decides what is kept."""
        return asdict(self)

    @property
    @abstractmethod
    def told(self) -> str:
        """What is kept, in a few words."""

    @property
    @abstractmethod
    def columns(self) -> Mapping[str, Any]:
        """Columns and their types, in order."""

    @property
    def counts_impressions(self) -> bool:
        """Whether impressions have to be counted person by person."""
        return False

    @property
    def categories(self) -> Mapping[str, Sequence[str]]:
        """What the codes in columns stand for, by column."""
        return {"status": STATUSES}

    def readers(self, drawn: Drawn) -> NDArray[np.bool_] | None:
        """The persons of whom it is followed who carried trolls' messages to them, as a mask; None where it is of nobody."""
        return None

    def check(self, world: World) -> None:  # noqa: B027, nothing has to be fit for most of what is kept
        """Raise InputError for a world in which this cannot be kept."""

    @abstractmethod
    def most(self, people: int) -> int:
        """Rows of a day, at most."""

    @abstractmethod
    def of_day(self, model: Engine) -> Rows:
        """The columns at the end of the day that has just ended, of any type that can be that of ``columns``."""

    @property
    def first(self) -> int:
        """The day from which on they are."""
        return 0

    @property
    def days_kept(self) -> list[int]:
        """The days, ascending."""
        return sorted({*range(self.first, self.days, self.every), self.days - 1})

    def bytes(self, people: int) -> int:
        """Size of the table of one run, at most."""
        return self.most(people) * len(self.days_kept) * sum(np.dtype(kind).itemsize for kind in self.columns.values())

    def rows(self, model: Engine) -> Rows | None:
        """The columns at the end of the day that has just ended; None if it is not kept."""
        if model.day not in self.days_kept:
            return None
        found = self.of_day(model)
        return {name: _as(kind, found[name]) for name, kind in self.columns.items()}

    def table(self, parts: Sequence[Rows]) -> pd.DataFrame:
        """The rows of the days in their order."""
        columns: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) for name in self.columns}
        for name, words in self.categories.items():
            if name in columns:
                columns[name] = pd.Categorical.from_codes(columns[name], pd.Index(words))
        return pd.DataFrame(columns)


def _as(kind: Any, values: NDArray[Any]) -> NDArray[Any]:
    """A copy, for the engine goes on; nodes may have names."""
    return values.copy() if values.dtype == object else values.astype(kind)
