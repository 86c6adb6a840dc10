"""Strategies side by side: what each averts, whom it hits, what it costs, and which cannot be told from which."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from experiments.report.shifts import Shift
from experiments.studies.results import Results
from experiments.studies.settings import SPARED
from sim.outcomes import OUTCOMES
from sim.study.intervals import LEVEL, STUDENT, Method, false_discovery, p_values, paired_interval

COSTS = tuple(outcome.name for outcome in OUTCOMES if outcome.cost)
"""What a strategy cost the innocent, as it stands at the end."""
DRAWS = 2_000
"""Of what the means over seeds may be."""
_AT_THE_END = ("trolls_removed", *COSTS, "review_hours")


def strategies(results: Results) -> pd.DataFrame:
    """One row a strategy, best first by the traced shift averted.

    Columns: rank, branch, what (sentences); traced, traced_low, traced_high and all, all_low, all_high, the shift in mean
    opinion averted against the reference (opinion, 95 % intervals over seeds); the means of trolls_removed, ``COSTS`` and
    review_hours; hit, the innocent accounts suspended or marked, with its interval hit_low, hit_high; posts_prevented, posts
    of trolls that the reference has more, which nobody can see but in a comparison; turnout_lost, mean turnout of the
    movement's events against the same branch with its innocents spared, with its interval (nan where nobody can be hit);
    oracle, whether it flags accounts with a detector that knows the truth, as no platform has one; frontier, whether no
    strategy without an oracle averts more and hits fewer; alike, ranks of the strategies that cannot be told from this one by
    what they avert (paired t tests, false-discovery rate 5 %). Among those without an oracle (others have nan): first, last, the
    places of all that it cannot be told from, its own among them; best, the chance that none of them averts more (nan where
    there are too few seeds for an interval).
    """
    names = results.plan.strategies
    runs = results.runs.set_index(["branch", "seed"])
    reference = results.plan.reference
    posts = results.timeline.groupby(["branch", "seed"])["troll_posts"].sum()
    world = results.world
    what = {
        branch.name: " ".join(policy.sentence(world.date(world.day(policy.day))) for policy in branch.policies)
        for branch in results.plan.branches
    }
    rows: list[dict[str, Any]] = []
    for name in names:
        own = runs.loc[name]
        hit = paired_interval(own["wrongful_removals"] + own["wrongful_marks"], method=results.method)
        row: dict[str, Any] = {"branch": name, "what": what[name]}
        for kind, outcome in (("traced", "troll_part"), ("all", "opinion_mean")):
            found = paired_interval(own[outcome] - runs.loc[reference][outcome], method=results.method)
            row |= dict(zip((kind, f"{kind}_low", f"{kind}_high"), found, strict=False))
        row |= {cost: float(own[cost].mean()) for cost in _AT_THE_END}
        row |= dict(zip(("hit", "hit_low", "hit_high"), hit, strict=False))
        row["posts_prevented"] = float((posts.loc[reference] - posts.loc[name]).mean())
        lost = paired_interval(_turnout_lost(runs, name), method=results.method)
        row |= dict(zip(("turnout_lost", "turnout_lost_low", "turnout_lost_high"), lost, strict=False))
        rows.append(row)
    table = pd.DataFrame(rows).sort_values("traced", ascending=False, kind="stable", ignore_index=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    oracle = {branch.name: branch.knows_the_truth for branch in results.plan.branches}
    table["oracle"] = table["branch"].map(oracle)
    possible = table[~table["oracle"]]
    averted, hits = possible["traced"].to_numpy(), possible["hit"].to_numpy()
    beaten = [
        bool(((averted >= a) & (hits <= h) & ((averted > a) | (hits < h))).any())
        for a, h in zip(averted, hits, strict=True)
    ]
    table["frontier"] = table.index.isin(possible.index[~np.array(beaten, dtype=bool)])
    table["alike"] = _alike(table["branch"].tolist(), runs["troll_part"], results.method)
    return table.join(_places(table.loc[possible.index], runs["troll_part"], results.method))


def ranked(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of ``strategies`` with averted, averted_all and lost, their shifts (lost is None where nobody can be hit)."""
    shifts = {"averted": "traced", "averted_all": "all", "lost": "turnout_lost"}
    rows: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    for row in rows:
        for name, column in shifts.items():
            shift = Shift(row[column], row[f"{column}_low"], row[f"{column}_high"])
            row[name] = None if name == "lost" and math.isnan(shift.difference) else shift
    return rows


def _turnout_lost(runs: pd.DataFrame, name: str) -> pd.Series:
    spared = name + SPARED
    if spared not in runs.index.get_level_values("branch"):
        return pd.Series(dtype=float)
    return runs.loc[spared]["turnout_movement"] - runs.loc[name]["turnout_movement"]


def _places(possible: pd.DataFrame, traced: pd.Series, method: Method = STUDENT) -> pd.DataFrame:
    """The columns first, last and best of these rows of the ranking, best first."""
    place = {rank: i + 1 for i, rank in enumerate(possible["rank"])}
    tied = [
        [place[other] for other in (rank, *alike) if other in place]
        for rank, alike in zip(possible["rank"], possible["alike"], strict=True)
    ]
    columns = {"first": [min(each) for each in tied], "last": [max(each) for each in tied]}
    return pd.DataFrame(columns | {"best": _best(possible["branch"].tolist(), traced, method)}, index=possible.index)


def _best(names: list[str], traced: pd.Series, method: Method = STUDENT) -> list[float]:
    """The share of draws of what the means over seeds may be in which each is the greatest; those that share a draw's greatest
    share the draw. nan where there is no interval.

    Draws are of a multivariate t, so that any two differ as their Student interval has it; where intervals hold at any time,
    they are wider by as much as these. Resamples of the seeds would not do: of a few seeds that all have the same sign, each
    resample has it, too.
    """
    if not names:
        return []
    values = np.stack([traced.loc[name].to_numpy(dtype=float) for name in names])
    n = values.shape[1]
    seeds = np.array([float(n)])
    wider = float(method.half_widths(seeds, LEVEL)[0] / STUDENT.half_widths(seeds, LEVEL)[0]) if n > 1 else math.nan
    if math.isnan(wider):
        return [math.nan] * len(names)
    random = np.random.Generator(np.random.PCG64(0))
    mean = values.mean(axis=1, keepdims=True)
    away = (values - mean) @ random.standard_normal((n, DRAWS)) / np.sqrt(n * random.chisquare(n - 1, DRAWS))
    means = np.round(mean + wider * away, 15)
    first = means == means.max(axis=0)
    return [float(share) for share in (first / first.sum(axis=0)).mean(axis=1)]


def _alike(ranked: list[str], traced: pd.Series, method: Method = STUDENT) -> list[tuple[int, ...]]:
    """For each strategy the ranks of those that do not differ from it significantly."""
    pairs = list(combinations(range(len(ranked)), 2))
    differences = [(traced.loc[ranked[i]] - traced.loc[ranked[j]]).to_numpy() for i, j in pairs]
    adjusted = false_discovery(p_values(differences, method)) if pairs else np.empty(0)
    alike: list[list[int]] = [[] for _ in ranked]
    for (i, j), p in zip(pairs, adjusted, strict=True):
        if not p <= 1.0 - LEVEL:  # one seed tells nothing apart
            alike[i].append(j + 1)
            alike[j].append(i + 1)
    return [tuple(sorted(ranks)) for ranks in alike]
