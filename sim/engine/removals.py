"""What policies did, on record: whom they suspended or restored, and what they had asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.society.groups import INNOCENT, KINDS, of_campaign

TROLLS = ("active_trolls", "sleepers")
"""Columns of the campaign's accounts: those in use, and those still asleep."""

INNOCENTS = tuple(f"{KINDS[group].words.name}s" for group in INNOCENT)
"""Columns of everybody else's accounts, by group."""


class RemovalRecord(NamedTuple):
    """What one policy did on one day: on which platform, whether it suspended accounts or restored them, how many it asked for
    or had to decide about, and ``whose`` accounts were suspended or restored: their number by ``TROLLS`` and ``INNOCENTS``.
    All are numbers of accounts in reality."""

    policy: str
    platform: str
    action: str
    tick: int
    asked: float
    whose: dict[str, float]

    @property
    def removed(self) -> float:
        """Accounts suspended, or restored, in all."""
        return sum(self.whose.values())


def whose(group: NDArray[np.uint8], sleeping: NDArray[np.bool_], weight: NDArray[np.float64]) -> dict[str, float]:
    """How many accounts there are of each sort in reality, given the group of each, whether it is asleep, and for how many it
    stands."""
    trolls = of_campaign(group)
    sorts = (trolls & ~sleeping, trolls & sleeping, *(group == which for which in INNOCENT))
    return {column: float(weight[sort].sum()) for column, sort in zip((*TROLLS, *INNOCENTS), sorts, strict=True)}


def table(records: Iterable[RemovalRecord]) -> pd.DataFrame:
    """One row a record, in order."""
    columns = (*RemovalRecord._fields[:-1], *TROLLS, *INNOCENTS)
    return pd.DataFrame([(*record[:-1], *record.whose.values()) for record in records], columns=columns)
