"""A timetable: which accounts something is due for, and at which steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEVER = int(np.iinfo(np.int64).max)


class Timetable:
    """Accounts in the order of the steps ``due_at`` at which something is due for each (``NEVER`` where it is never)."""

    def __init__(self, accounts: NDArray[np.int64], due_at: NDArray[np.int64]) -> None:
        ever = due_at < NEVER  # sleepers who wake may be one in a hundred
        accounts, due_at = accounts[ever], due_at[ever]
        order = np.lexsort((accounts, due_at))
        self._accounts = accounts[order]
        self._due_at = due_at[order]

    @property
    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The steps, ascending, and the account of each."""
        return self._due_at, self._accounts

    def due(self, step: int) -> NDArray[np.int64]:
        """The accounts that something is due for at a step."""
        first, last = np.searchsorted(self._due_at, [step, step + 1])
        return self._accounts[first:last]

    def first_step_of(self, accounts: NDArray[np.int64]) -> int:
        """The first step at which something is due for any of some accounts."""
        return int(self._due_at[np.isin(self._accounts, accounts)].min(initial=NEVER))
