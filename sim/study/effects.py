"""The table of effects: each branch against the reference, seed by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.run import Run
from sim.study.intervals import Method, false_discovery, holm, moments, p_values, paired_intervals

COUNTERFACTUAL, TRACED = "counterfactual", "traced"
TRACED_OUTCOME, TRACED_MEASURE = "opinion_mean", "troll_part"
EFFECT_COLUMNS = (
    "branch", "outcome", "kind", "difference", "low", "high", "n", "identical", "interval", "variance_reduction", "p",
    "p_holm", "q",
)  # fmt: skip
Values = dict[tuple[str, int], dict[str, float]]


def measured(runs: Mapping[tuple[str, int], Run]) -> Values:
    """Final outcomes of runs by branch and seed."""
    return {key: {str(name): float(y) for name, y in run.outcomes.items()} for key, run in runs.items()}


def effects_of(
    values: Values,
    branches: Sequence[str],
    reference: str,
    seeds: Sequence[int],
    outcomes: Sequence[str],
    method: Method,
    identical: Mapping[str, bool],
) -> pd.DataFrame:
    """Rows of ``EFFECT_COLUMNS`` from final outcomes by branch and seed, as ``Study.effects`` says; ``identical`` by branch."""
    kinds = [(TRACED, TRACED_OUTCOME, TRACED_MEASURE)] if TRACED_OUTCOME in outcomes else []
    kinds += [(COUNTERFACTUAL, outcome, outcome) for outcome in outcomes]
    against = _measured(values, reference, seeds, kinds)
    parts = []
    for branch in branches:
        if branch == reference:
            continue
        own = _measured(values, branch, seeds, kinds)
        differences = own - against
        mean, low, high, n = paired_intervals(differences, method=method)
        parts.append(
            pd.DataFrame(
                {
                    "branch": branch, "outcome": [outcome for _, outcome, _ in kinds], "kind": [kind for kind, _, _ in kinds],
                    "difference": mean, "low": low, "high": high, "n": n, "identical": identical[branch],
                    "interval": method.name, "variance_reduction": _variance_reduction(own, against),
                    "p": p_values(differences, method),
                }
            )
        )  # fmt: skip
    if not parts:
        return pd.DataFrame(columns=list(EFFECT_COLUMNS))
    table = pd.concat(parts, ignore_index=True)
    table["p_holm"] = table.groupby(["outcome", "kind"])["p"].transform(lambda p: holm(p.to_numpy()))
    table["q"] = false_discovery(table["p"].to_numpy())
    return table[list(EFFECT_COLUMNS)]


def _measured(
    values: Values, branch: str, seeds: Sequence[int], kinds: Sequence[tuple[str, str, str]]
) -> NDArray[np.float64]:
    """What was measured in a branch, a row an effect and a column a seed."""
    found = [[values[branch, seed][measured] for seed in seeds] for _, _, measured in kinds]
    return np.array(found, dtype=np.float64).reshape(len(kinds), len(seeds))


def _variance_reduction(own: NDArray[np.float64], against: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance that the difference would have, had the branches other seeds, over that which it has; over the seeds that have
    both values. nan where the differences do not vary."""
    both = np.isfinite(own) & np.isfinite(against)
    apart = sum(moments(np.where(both, side, np.nan)).deviation ** 2 for side in (own, against))
    paired = moments(own - against).deviation ** 2
    return np.divide(apart, paired, out=np.full(paired.shape, np.nan), where=paired > 0.0)
