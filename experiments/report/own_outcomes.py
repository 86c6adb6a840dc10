"""What the outcomes of the user's own came to, scenario by scenario."""

from __future__ import annotations

import pandas as pd

from experiments.command.words import plain
from experiments.report.shifts import Shift
from experiments.studies.results import Results


def own_rows(results: Results) -> pd.DataFrame:
    """A row an outcome of the user's own and branch: outcome, unit, what, branch, mean (over seeds, at the end) and, but for the
    reference, its difference from the reference in words."""
    rows = []
    means = results.runs.groupby("branch", sort=False).mean(numeric_only=True)
    for own in results.outcomes:
        for branch in means.index:
            difference = ""
            if branch != results.plan.reference:
                difference = Shift.of(results.effect(branch, own.column)).told(scale=1.0)
            mean = plain(float(means.loc[branch, own.column]), 3)
            rows.append((own.column, own.unit, own.what, branch, mean, difference))
    return pd.DataFrame(rows, columns=["outcome", "unit", "what", "branch", "mean", "difference"])
