"""What the public profiles of a kind of account show: followers, accounts followed, and how old the account is.

The modelled graph holds only the follows among modelled accounts. What a profile shows counts all the others as well, so it
is drawn from quantiles of real profiles; without quantiles a profile shows the modelled follows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError, Settings, quantity
from sim.randomness import Stream, uniforms_of


@dataclass(frozen=True)
class Profiles(Settings):
    """Profiles of a kind of account as quantiles (levels from 0 to 1, ascending); empty where nothing is known of them."""

    levels: tuple[float, ...] = quantity(
        (), unit="quantile level", low=0, high=1, source="given by the user", doc="Levels of the quantiles."
    )
    followers: tuple[float, ...] = quantity(
        (),
        unit="followers",
        low=0,
        high=1e9,
        source="given by the user",
        doc="Quantiles of followers, at those levels.",
    )
    following: tuple[float, ...] = quantity(
        (), unit="accounts followed", low=0, high=1e9, source="given by the user",
        doc="Quantiles of accounts followed, at those levels (empty: as in the modelled graph).",
    )  # fmt: skip
    rank_correlation: float = quantity(
        0.0, unit="Spearman's rho", low=0, high=1, source="given by the user", doc="Of followers and accounts followed."
    )
    age_days: tuple[float, ...] = quantity(
        (), unit="days on day 0", low=0, high=20_000, source="given by the user",
        doc="Quantiles of the age of accounts that are older than the calendar, at those levels (empty: all are new).",
    )  # fmt: skip

    def check(self) -> None:
        check_quantiles(self.levels, followers=self.followers, following=self.following, age_days=self.age_days)


def check_quantiles(levels: tuple[float, ...], **quantiles: tuple[float, ...]) -> None:
    """Raise InputError unless levels ascend, and quantiles that are given ascend with one value a level."""
    if list(levels) != sorted(levels):
        raise InputError("must ascend", field="levels")
    for name, values in quantiles.items():
        if values and (len(values) != len(levels) or len(levels) < 2):
            raise InputError(
                f"must have one value for each of the {len(levels)} levels (at least 2), not {len(values)}", field=name
            )
        if list(values) != sorted(values):
            raise InputError("must ascend, as levels do", field=name)


def shown(levels: tuple[float, ...], values: tuple[float, ...], at: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole numbers at these levels of a quantile function."""
    return np.floor(np.interp(at, levels, values) + 0.5).astype(np.int64)


def correlated(level: NDArray[np.float64], accounts: NDArray[np.int64], rho: float, seed: int) -> NDArray[np.float64]:
    """A second level of each account, uniform and with rank correlation ``rho`` to the first: the same one with probability
    ``rho``, else an independent one."""
    other, same = (uniforms_of(seed, Stream.PROFILE, 0, accounts, i) for i in (1, 2))
    return np.where(same < rho, level, other)


def rank_levels(counts: NDArray[np.int64], accounts: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Levels in [0, 1) in the order of counts, ties by draw: who has more followers in the model shows more of them."""
    if counts.size == 0:
        return np.zeros(0)
    equal = np.bincount(counts)
    below = np.cumsum(equal) - equal
    return (below[counts] + equal[counts] * uniforms_of(seed, Stream.PROFILE, 0, accounts, 0)) / counts.size
