"""The traced effect in each world of a design, and how much of its spread over worlds is chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.fields import InputError
from sim.study.design import DesignTables
from sim.study.intervals import LEVEL

OUTCOME, KIND = "opinion_mean", "traced"


def averted(tables: DesignTables, branches: Sequence[str], worlds: int, stance: float) -> pd.DataFrame:
    """The shift in mean opinion that each branch averts in each world, traced: index world (from 1), branch; columns averted,
    low, high (95 % over seeds), half_90 (half-width of the 90 % interval, for two one-sided tests at 5 %), n. Nan in a world that
    could not be simulated.

    Positive is away from where the campaign (of that ``stance``) pushes. Raises InputError where no world could be simulated.
    """
    effects = tables.effects
    if effects.empty:
        raise InputError(
            f"must make worlds that can be simulated, but in world 1 {tables.faults[0].reason.rstrip('.')}", "world"
        )
    found = effects[(effects["outcome"] == OUTCOME) & (effects["kind"] == KIND)].set_index(["world", "branch"])
    everything = pd.MultiIndex.from_product([range(1, worlds + 1), list(branches)], names=["world", "branch"])
    found = found.reindex(everything)
    low, high = (found["low"], found["high"]) if stance <= 0 else (-found["high"], -found["low"])
    sign = 1.0 if stance <= 0 else -1.0
    half = (high - low) / 2 * narrowing(found["n"].to_numpy(dtype=np.float64) - 1)
    return pd.DataFrame({
        "averted": sign * found["difference"], "low": low, "high": high, "half_90": half, "n": found["n"],
    })  # fmt: skip


def narrowing(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much narrower Student's 90 % interval is than that of 95 %; nan without degrees of freedom."""
    known = np.minimum(np.where(degrees > 0, degrees, np.nan), 1e9)
    return np.asarray(stdtrit(known, LEVEL) / stdtrit(known, 0.5 + LEVEL / 2))


def values_of(table: pd.DataFrame, branch: str) -> NDArray[np.float64]:
    """What one branch averts, by world."""
    return table["averted"].xs(branch, level="branch").to_numpy(dtype=np.float64)


def share_of_chance(table: pd.DataFrame) -> float:
    """Share of the variance over worlds that the seeds of a world explain (of their mean); nan with one seed."""
    half = ((table["high"] - table["low"]) / 2).to_numpy(dtype=np.float64)
    n = table["n"].to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore"):
        error = half / stdtrit(np.where(n > 1, n - 1, np.nan), 0.5 + LEVEL / 2)
    known = np.isfinite(error)
    variance = float(np.nanvar(table["averted"].to_numpy(dtype=np.float64)))
    if not known.any() or variance == 0:
        return math.nan
    return float(np.mean(error[known] ** 2) / variance)
