"""The summary of findings: a row a branch, with what it averts, how certain that is, whom it hits and what it takes."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from experiments.command.words import number, plain
from experiments.report.done import what_was_done
from experiments.report.effect import Effect, effect
from experiments.report.people import Count
from experiments.report.strings import say
from experiments.studies.results import Results
from experiments.studies.settings import NamedBranch
from sim.moderation import Perfect
from sim.society.groups import innocent_accounts

PER = 10_000
"""Innocent accounts of which so many are hit: the one denominator of a report."""


class Rank(NamedTuple):
    """Where a strategy stands by what it averts, traced, among those without an oracle.

    ``low`` to ``high``: the ranks of all that it cannot be told from, its own among them. ``best``: the chance that none averts
    more (nan: too few seeds say nothing of chance).
    """

    low: int
    high: int
    best: float

    @property
    def told(self) -> str:
        """``1`` or ``1–4``."""
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"

    @property
    def told_best(self) -> str:
        """``93 %``; ``–`` where it is not known."""
        return "–" if math.isnan(self.best) else f"{100 * self.best:.0f} %"


class Finding(NamedTuple):
    """A branch beside the reference.

    ``possible`` says whether a platform could do it at all, ``oracle`` whether only with a detector that knows the truth,
    ``knows`` what it would have to know, in words, and of what ``signals``. ``hit`` are innocent accounts suspended or marked at
    the end, of ``PER``, ``hits`` that in words; ``posts_lost`` what suspended innocents would have posted, ``review_hours``
    what it took, all in reality.
    """

    branch: str
    what: str
    effect: Effect
    possible: bool
    oracle: bool
    knows: tuple[str, ...]
    signals: tuple[str, ...]
    hit: Count
    hits: str
    posts_lost: float
    review_hours: float
    rank: Rank | None

    @property
    def certainty(self) -> str:
        """Its level in words."""
        return say(f"certainty.levels.{self.effect.certainty.level}")

    @property
    def sentence(self) -> str:
        """All of it in one plain sentence."""
        took = number(self.review_hours)
        hours = say("findings.hours", n=took, count=1 if took == "1" else 2) if took != "0" else ""
        verb = self.effect.verb[0].upper() + self.effect.verb[1:]
        return say("findings.sentence", verb=verb, hits=self.hits if self.possible else "", hours=hours)

    def to_mapping(self) -> dict[str, Any]:
        """Plain values, one a column: for JSON and CSV."""
        traced, everything = self.effect.in_people.moved
        crossed, crossed_all = self.effect.in_people.crossed
        row: dict[str, Any] = {"branch": self.branch, "what": self.what, "sentence": self.sentence}
        for name, count in (
            ("people_moved_traced", traced), ("people_moved_all", everything), ("people_crossed_traced", crossed),
            ("people_crossed_all", crossed_all), ("hit_per_10000", self.hit),
        ):  # fmt: skip
            row |= {name: _known(count.mean), f"{name}_low": _known(count.low), f"{name}_high": _known(count.high)}
        row |= {"verdict_traced": self.effect.seen[0].word, "verdict_all": self.effect.seen[1].word}
        row |= {"certainty": self.effect.certainty.level, "certainty_reasons": "; ".join(self.effect.certainty.reasons)}
        row |= {"posts_lost": self.posts_lost, "review_hours": self.review_hours, "oracle": self.oracle}
        row |= {"knows": "; ".join(self.knows), "signals": ", ".join(self.signals), "possible": self.possible}
        ranks = (self.rank.low, self.rank.high, _known(self.rank.best)) if self.rank else (None, None, None)
        return row | dict(zip(("rank_low", "rank_high", "chance_best"), ranks, strict=True))


def findings(results: Results, ranking: pd.DataFrame) -> tuple[Finding, ...]:
    """Of the named branches: those of the ranking in its order, then the others. Without a ranking they have no ranks."""
    plan = results.plan
    ranked = {row["branch"]: _rank(row) for row in ranking.to_dict("records")}
    named = {branch.name: branch for branch in plan.branches if branch.name != plan.reference}
    order = [*ranked, *(name for name in named if name not in ranked)]
    return tuple(_finding(results, named[name], ranked.get(name)) for name in order)


def _finding(results: Results, branch: NamedBranch, rank: Rank | None) -> Finding:
    own = results.runs[results.runs["branch"] == branch.name]
    share = PER / innocent_accounts(results.world)
    hit = Count.of((own["wrongful_removals"] + own["wrongful_marks"]) * share, results.method).at_least_none()
    return Finding(
        branch=branch.name,
        what=what_was_done(branch, results.world),
        effect=effect(results, branch.name),
        possible=branch.campaign,
        oracle=branch.knows_the_truth,
        knows=_knows(branch),
        signals=_signals(branch),
        hit=hit,
        hits=_hits(branch, hit, results.world.weight),
        posts_lost=float(own["posts_lost"].mean()),
        review_hours=float(own["review_hours"].mean()),
        rank=rank,
    )


def _hits(branch: NamedBranch, hit: Count, weight: float) -> str:
    """Whom it hits, at the end of a sentence; that it hits nobody is an assumption, or as far as can be counted, or a matter of
    course."""
    if hit.mean >= 0.1:
        return say("findings.hits", n=plain(hit.mean), per=f"{PER:,}")
    if hit.mean > 0.0:
        return say("findings.hits_hardly", per=f"{PER:,}")
    if branch.errs:
        return say("findings.hits_uncounted" if weight > 1.0 else "findings.hits_nobody")
    return say("findings.hits_assumed" if branch.knows_the_truth else "findings.hits_nobody")


def _rank(row: Mapping[Hashable, Any]) -> Rank | None:
    return None if row["oracle"] else Rank(int(row["first"]), int(row["last"]), float(row["best"]))


def _knows(branch: NamedBranch) -> tuple[str, ...]:
    """What a platform would have to know for it, each once."""
    if not branch.campaign:
        return (say("knows.impossible"),)
    found = []
    for policy in branch.policies:
        for field, detector in policy.detectors():
            if not detector.idealised:
                if not detector.signals:
                    found.append(say("knows.own"))
            elif field != "detector":
                found.append(say("knows.judged"))
            else:
                found.append(say("knows.oracle" if isinstance(detector, Perfect) else "knows.erring_oracle"))
    signals = _signals(branch)
    if signals:
        found.append(say("knows.signals", n=len(signals)))
    return tuple(dict.fromkeys(found)) or (say("knows.nothing"),)


def _signals(branch: NamedBranch) -> tuple[str, ...]:
    """The names of the signals that it goes by."""
    signals = {name for policy in branch.policies for name in policy.signals}
    for policy in branch.policies:
        for _, detector in policy.detectors():
            signals |= set() if detector.idealised else set(detector.signals)
    return tuple(sorted(signals))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
