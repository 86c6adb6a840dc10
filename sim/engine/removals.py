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
    """What one policy did on one day: on which platform, whether it suspended accounts or restored them, accounts of the real
    case it asked for, or of which it had to decide, that number in the model, and ``whose`` accounts were suspended or
    restored: their number by ``TROLLS`` and ``INNOCENTS``."""

    policy: str
    platform: str
    action: str
    tick: int
    asked_in_reality: int
    asked: int
    whose: dict[str, int]

    @property
    def removed(self) -> int:
        """Accounts suspended, or restored, in all."""
        return sum(self.whose.values())


def whose(group: NDArray[np.uint8], sleeping: NDArray[np.bool_]) -> dict[str, int]:
    """How many accounts there are of each sort, given the group of each and whether it is asleep."""
    trolls = of_campaign(group)
    innocent = (np.count_nonzero(group == which) for which in INNOCENT)
    counts = ((trolls & ~sleeping).sum(), (trolls & sleeping).sum(), *innocent)
    return {column: int(n) for column, n in zip((*TROLLS, *INNOCENTS), counts, strict=True)}


def table(records: Iterable[RemovalRecord]) -> pd.DataFrame:
    """One row a record, in order."""
    columns = (*RemovalRecord._fields[:-1], *TROLLS, *INNOCENTS)
    return pd.DataFrame([(*record[:-1], *record.whose.values()) for record in records], columns=columns)
