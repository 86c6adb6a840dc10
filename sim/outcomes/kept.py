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

Rows = dict[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Kept(ABC):
    """What is kept at the end of day 0, of every ``every``-th day after it, and of the last of the ``days``."""

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

    @abstractmethod
    def most(self, people: int) -> int:
        """Rows of a day, at most."""

    @abstractmethod
    def of_day(self, model: Engine) -> Rows:
        """The columns at the end of the day that has just ended."""

    @property
    def days_kept(self) -> list[int]:
        """The days, ascending."""
        return sorted({*range(0, self.days, self.every), self.days - 1})

    def bytes(self, people: int) -> int:
        """Size of the table of one run, at most."""
        return self.most(people) * len(self.days_kept) * sum(np.dtype(kind).itemsize for kind in self.columns.values())

    def rows(self, model: Engine) -> Rows | None:
        """The columns at the end of the day that has just ended; None if it is not kept."""
        return self.of_day(model) if model.day in self.days_kept else None

    def table(self, parts: Sequence[Rows]) -> pd.DataFrame:
        """The rows of the days in their order."""
        columns: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) for name in self.columns}
        if "status" in columns:
            columns["status"] = pd.Categorical.from_codes(columns["status"], pd.Index(STATUSES))
        return pd.DataFrame(columns)
