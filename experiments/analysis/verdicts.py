"""The robustness map: in which plausible worlds each strategy helps, harms or makes no difference that matters, and what it costs
to have chosen it (regret). Chance is told by the seeds of a world, assumptions by the worlds; they are never mixed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

HELPS, NONE, HARMS, UNKNOWN = "helps", "no difference that matters", "harms", "cannot be told"
VERDICTS = (HELPS, NONE, HARMS, UNKNOWN)


def verdicts(table: pd.DataFrame, smallest: float) -> pd.Series:
    """What each branch does in each world, by what it averts there and how sure that is, against the smallest effect that
    matters.

    ``table`` as ``effects.averted`` gives it, without worlds that failed. ``helps``: the whole 95 % interval over seeds lies
    above ``smallest``; ``harms``: below its negative; ``no difference that matters``: two one-sided tests at 5 % put it between
    the two, as the report has it; else it cannot be told with these seeds.
    """
    low, high = table["low"].to_numpy(dtype=np.float64), table["high"].to_numpy(dtype=np.float64)
    inside = table["averted"].abs().to_numpy() + table["half_90"].to_numpy() < smallest
    found = np.select([inside, low >= smallest, high <= -smallest], [NONE, HELPS, HARMS], UNKNOWN)
    return pd.Series(found, index=table.index, name="verdict")


def regrets(averted: pd.DataFrame, nothing: str) -> pd.DataFrame:
    """What the best choice in a world would have averted more: ``averted`` (worlds, strategies), with a column ``nothing`` for
    doing nothing, which averts 0 and can be the best choice too."""
    everything = averted.assign(**{nothing: 0.0})
    return -everything.sub(everything.max(axis=1), axis=0)


def robustness(table: pd.DataFrame, smallest: float, nothing: str) -> pd.DataFrame:
    """One row a strategy, those that help in most worlds first, and doing nothing last.

    Columns: strategy; share of the worlds by verdict (``helps`` …, sum 1; nan for doing nothing, which others are compared with);
    best, share of the worlds in which nothing averts more by more than ``smallest``; median, p10, p90 of what is averted over
    worlds; regret_mean, regret_p90, regret_max; chance, median over worlds of half the 95 % interval over seeds.
    """
    averted = table["averted"].unstack("branch")
    told = verdicts(table, smallest).unstack("branch")
    regret = regrets(averted, nothing)
    rows = []
    for name in regret.columns:
        own = averted[name] if name in averted else pd.Series(0.0, index=averted.index)
        shares = {verdict: float((told[name] == verdict).mean()) if name in told else np.nan for verdict in VERDICTS}
        half = (table["high"] - table["low"]).xs(name, level="branch") / 2 if name in averted else pd.Series([np.nan])
        rows.append({
            "strategy": name, **shares,
            "best": float((regret[name] <= smallest).mean()),
            **dict(zip(("p10", "median", "p90"), np.percentile(own, (10, 50, 90)))),
            "regret_mean": float(regret[name].mean()), "regret_p90": float(np.percentile(regret[name], 90)),
            "regret_max": float(regret[name].max()), "chance": float(half.median()),
        })  # fmt: skip
    found = pd.DataFrame(rows)
    keys = pd.DataFrame({"last": found["strategy"] == nothing, "share": -found[HELPS], "regret": found["regret_mean"]})
    return found.loc[keys.sort_values(["last", "share", "regret"], kind="stable").index].reset_index(drop=True)


def whole_worlds(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of worlds in which every branch could be simulated."""
    known: NDArray[np.bool_] = table["averted"].unstack("branch").notna().all(axis=1).to_numpy()
    worlds = table.index.get_level_values("world").unique()[known]
    return table.loc[worlds]
