"""How much each assumption moves the effect: elementary effects or Sobol indices, with intervals and how they settle."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.samples import EXTRA, MORRIS, block, problem_of
from sim.extras import imported
from sim.fields import InputError

FIRST = 3  # how many assumptions are said to matter most
RESAMPLES = 500
_SEED = 20190819  # of the resampling
_ENDS = (2.5, 97.5)
WIDEST, FARTHEST = 0.1, 0.05
"""Sobol indices have settled once no total index's interval is wider, or has moved farther since half the sample."""
SURE = 0.95  # share of resamples


class Settled(NamedTuple):
    """Whether more worlds would still change the answer, and what says so."""

    yes: bool
    why: str


def indices(
    method: str, places: NDArray[np.float64], values: NDArray[np.float64], fields: tuple[str, ...]
) -> pd.DataFrame:
    """How much each field matters, for the whole sample and for its first half and quarter.

    ``places`` (worlds, fields) as ``samples.places`` gives them, ``values`` (worlds,) of the effect; a trajectory or base point
    with a value that is not finite is left out. One row a size and field, largest size last: samples, worlds, field, size (what
    fields are ranked by: mean absolute elementary effect over the whole range, in the unit of the effect, or total index), low,
    high (95 %, percentiles of a bootstrap over trajectories or base points), among_first (share of the resamples in which the
    field is among the first three), and for Morris mean, spread (of elementary effects), for Sobol first, first_low, first_high.
    Raises InputError where fewer than two trajectories or base points are whole.
    """
    rows = block(method, len(fields))
    whole = np.isfinite(values).reshape(-1, rows).all(axis=1)
    if whole.sum() < 2:
        raise InputError(
            f"must leave two trajectories or points whose worlds can all be simulated, not {whole.sum()}", "samples"
        )
    places = places.reshape(-1, rows, len(fields))[whole]
    values = values.reshape(-1, rows)[whole]
    n = len(values)
    sizes = sorted({n, *(part for part in (n // 2, n // 4) if part >= 4)})
    found: list[pd.DataFrame] = []
    for size in sizes:
        of = _morris if method == MORRIS else _sobol
        table = of(places[:size], values[:size])
        table.insert(0, "field", fields)
        table.insert(0, "worlds", size * rows)
        table.insert(0, "samples", size)
        found.append(table)
    return pd.concat(found, ignore_index=True)


def final(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the whole sample, the field that matters most first."""
    whole: pd.DataFrame = table[table["samples"] == table["samples"].max()]
    return whole.sort_values("size", ascending=False, kind="stable", ignore_index=True)


def settled(method: str, table: pd.DataFrame) -> Settled:
    """Whether the indices have settled: for Morris which fields are the first three, for Sobol the total indices themselves."""
    last = final(table)
    sure = float(last["among_first"].head(FIRST).min())
    if method == MORRIS:
        return Settled(sure >= SURE, f"the first {FIRST} are the same in {sure:.0%} of the resamples")
    width = float((last["high"] - last["low"]).max())
    sizes = sorted(table["samples"].unique())
    if len(sizes) < 2:
        return Settled(False, "there are too few points to see how the indices move")
    before = table[table["samples"] == sizes[-2]].set_index("field")["size"]
    moved = float((last.set_index("field")["size"] - before).abs().max())
    why = f"the widest interval of a total index is {width:.2f} wide, and the farthest moved by {moved:.2f} since half the sample"
    return Settled(width <= WIDEST and moved <= FARTHEST, why)


def _morris(places: NDArray[np.float64], values: NDArray[np.float64]) -> pd.DataFrame:
    effects = elementary_effects(places, values)
    n = len(effects)
    draws = np.random.default_rng(_SEED).integers(n, size=(RESAMPLES, n))
    resampled = np.abs(effects)[draws].mean(axis=1)
    low, high = np.percentile(resampled, _ENDS, axis=0)
    return pd.DataFrame({
        "size": np.abs(effects).mean(axis=0), "low": low, "high": high, "among_first": _among_first(resampled),
        "mean": effects.mean(axis=0), "spread": effects.std(axis=0, ddof=1),
    })  # fmt: skip


def elementary_effects(places: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a field's whole range would change, by each trajectory's one step along it: (trajectories, fields)."""
    steps = np.diff(places, axis=1)
    which = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, which[:, :, None], axis=2)[:, :, 0]
    found = np.empty((places.shape[0], places.shape[2]))
    np.put_along_axis(found, which, np.diff(values, axis=1) / size, axis=1)
    return found


def _sobol(places: NDArray[np.float64], values: NDArray[np.float64]) -> pd.DataFrame:
    fields = places.shape[2]
    if np.ptp(values) == 0:
        nothing = np.zeros(fields)
        names = ("size", "low", "high", "among_first", "first", "first_low", "first_high")
        return pd.DataFrame(dict.fromkeys(names, nothing))
    analyze = imported("SALib.analyze.sobol", EXTRA, "method sobol").analyze
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Constant values encountered")  # a field that changes nothing has index 0
        found = analyze(
            problem_of(fields),
            values.ravel(),
            calc_second_order=False,
            num_resamples=RESAMPLES,
            keep_resamples=True,
            seed=_SEED,
        )
    low, high = np.percentile(found["ST_conf_all"], _ENDS, axis=0)
    first_low, first_high = np.percentile(found["S1_conf_all"], _ENDS, axis=0)
    return pd.DataFrame({
        "size": found["ST"], "low": low, "high": high, "among_first": _among_first(found["ST_conf_all"]),
        "first": found["S1"], "first_low": first_low, "first_high": first_high,
    })  # fmt: skip


def _among_first(resampled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the resamples (resamples, fields) in which each field is among the first three and does anything."""
    order = np.argsort(np.argsort(-resampled, axis=1, kind="stable"), axis=1)
    return np.asarray(((order < FIRST) & (resampled > 0)).mean(axis=0))
