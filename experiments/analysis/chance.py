"""How far chance may have moved the effect in a world, from few seeds a world and many worlds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import digamma, polygamma, stdtrit

from experiments.analysis.effects import narrowing
from sim.study.intervals import LEVEL

FEWEST = 20  # worlds that show how variances are spread


def moderated(table: pd.DataFrame) -> pd.DataFrame:
    """The same effects with intervals that use what all worlds show of the variance between seeds.

    ``table`` as ``effects.averted`` gives it, in whose intervals each world stands for itself: with two seeds they are 13
    standard errors wide. Here a branch's variances are taken to be spread about a trend, a power of how large effects are in a
    world, and each is drawn towards it, the more, the less they are spread (empirical Bayes; Smyth 2004, doi
    10.2202/1544-6115.1027, with a trend as in Law et al. 2014, doi 10.1186/gb-2014-15-2-r29). Where they are spread without end,
    that is Student's interval again. Differences that are the same in all seeds stay as they are; with fewer than 20 worlds
    nothing changes.
    """
    size = table["averted"].abs().groupby(level="world").transform("mean")
    parts = [_of_a_branch(part, size.loc[part.index]) for _, part in table.groupby(level="branch", sort=False)]
    return pd.concat(parts).loc[table.index]


def _of_a_branch(table: pd.DataFrame, sizes: pd.Series) -> pd.DataFrame:
    half = ((table["high"] - table["low"]) / 2).to_numpy(dtype=np.float64)
    n, size = table["n"].to_numpy(dtype=np.float64), sizes.to_numpy(dtype=np.float64)
    varies = (n > 1) & (half > 0) & (size > 0)
    if varies.sum() < FEWEST:
        return table
    n, half = n[varies], half[varies]
    variance = n * (half / stdtrit(n - 1, 0.5 + LEVEL / 2)) ** 2
    prior, degrees = _prior(variance, n - 1, np.log(size[varies]))
    weight = 1.0 if np.isinf(degrees) else degrees / (degrees + n - 1)
    drawn = weight * prior + (1 - weight) * variance
    width = np.zeros(len(table))
    width[varies] = stdtrit(np.minimum(degrees + n - 1, 1e9), 0.5 + LEVEL / 2) * np.sqrt(drawn / n)
    degrees_all = np.ones(len(table))
    degrees_all[varies] = degrees + n - 1
    return table.assign(
        low=table["averted"] - width, high=table["averted"] + width, half_90=width * narrowing(degrees_all)
    )


def _prior(
    variance: NDArray[np.float64], degrees: NDArray[np.float64], log_size: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Where each variance is expected, and of how many degrees of freedom that expectation is worth (infinite: it is exact)."""
    unbiased = np.log(variance) - digamma(degrees / 2) + np.log(degrees / 2)
    terms = np.column_stack([np.ones_like(log_size), log_size])
    fitted = terms @ np.linalg.lstsq(terms, unbiased, rcond=None)[0]
    spread = ((unbiased - fitted) ** 2).sum() / (len(fitted) - 2) - float(np.mean(polygamma(1, degrees / 2)))
    if spread <= 0:
        return np.exp(fitted), np.inf
    worth = 2 * float(brentq(lambda x: float(polygamma(1, x)) - spread, 1e-6, 1e9))
    return np.exp(fitted + digamma(worth / 2) - np.log(worth / 2)), worth
