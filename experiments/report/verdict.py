"""The headline in plain words: how much was averted, how sure that is, and what was removed for it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from experiments.command.words import day_in_words, interval, plain
from experiments.report.shifts import Shift
from experiments.studies.results import Results
from experiments.studies.settings import NamedBranch
from sim.moderation import (
    CircuitBreaker,
    ContentTakedown,
    Disclosure,
    HashtagLimit,
    PreemptiveRemoval,
    RemovalPolicy,
    Takedown,
    TipOff,
)
from sim.moderation.desk import FIRST
from sim.world import World

# What is removed, or had, where the policy's name would not do.
_NOUNS = {
    Takedown.name: "active accounts",
    PreemptiveRemoval.name: "accounts that had not posted yet",
    CircuitBreaker.name: "a circuit breaker",
    ContentTakedown.name: "takedown of illegal messages",
    Disclosure.name: "a disclosure",
    HashtagLimit.name: "a rate limit on the hashtag",
    TipOff.name: "tip-offs between the platforms",
}


@dataclass(frozen=True)
class Headline:
    """What the headline branch averted: traced and counterfactual differences with 95 % intervals (None: unknown)."""

    branch: str
    identical: bool
    traced: float
    traced_low: float | None
    traced_high: float | None
    counterfactual: float
    counterfactual_low: float | None
    counterfactual_high: float | None
    whole: float
    seeds: int
    seeds_above_zero: int
    sentences: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The headline in one paragraph."""
        return " ".join(self.sentences)

    def margin(self, kind: str) -> str:
        """``0.16 ±0.03`` in thousandths, or ``identical``."""
        low, high = (
            math.nan if end is None else end for end in (getattr(self, f"{kind}_low"), getattr(self, f"{kind}_high"))
        )
        return Shift(getattr(self, kind), low, high, self.identical).told()

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def headline(results: Results) -> Headline:
    """The headline of a study's results."""
    plan = results.plan
    name = plan.headline
    branch = next(named for named in plan.branches if named.name == name)
    runs = results.runs.set_index(["branch", "seed"])["troll_part"]
    if name == plan.reference:
        nothing = pd.Series({"difference": 0.0, "low": 0.0, "high": 0.0, "identical": True})
        traced = counterfactual = nothing
    else:
        traced, counterfactual = results.effect(name, kind="traced"), results.effect(name)
    above = (runs.loc[name] - runs.loc[plan.reference]) > 0
    whole = -float(runs.loc[plan.reference].mean())
    found = Headline(
        branch=name,
        identical=bool(traced["identical"]),
        traced=float(traced["difference"]),
        traced_low=_known(traced["low"]),
        traced_high=_known(traced["high"]),
        counterfactual=float(counterfactual["difference"]),
        counterfactual_low=_known(counterfactual["low"]),
        counterfactual_high=_known(counterfactual["high"]),
        whole=whole,
        seeds=len(above),
        seeds_above_zero=int(above.sum()),
    )
    return replace(found, sentences=tuple(_sentences(found, branch, results)))


def what_was_done(branch: NamedBranch, world: World) -> str:
    """``Removing 936 active accounts on 19 August 2019 and having appeals from 1 September 2019 on``."""
    if not branch.campaign:
        return "Having no campaign at all"
    if not branch.policies:
        return "Doing nothing"
    removals = [
        (f"{policy.asked():,} {_removed(policy, world)}", world.date(world.day(policy.day)))
        for policy in branch.policies
        if isinstance(policy, RemovalPolicy)
    ]
    standing = [
        (_NOUNS.get(policy.name, policy.name.replace("_", " ")), world.date(world.day(policy.day)))
        for policy in branch.policies
        if not isinstance(policy, RemovalPolicy)
    ]
    done = []
    if removals:
        done.append(f"removing {_with_dates(removals, 'on', '')}")
    if standing:
        done.append(f"having {_with_dates(standing, 'from', ' on')}")
    words = " and ".join(done)
    return words[0].upper() + words[1:]


def _removed(policy: RemovalPolicy, world: World) -> str:
    if policy.platform == FIRST:
        return _NOUNS.get(policy.name, "accounts")
    active = "active " if isinstance(policy, Takedown) else ""
    return f"{active}pages on {world.second.name}"


def _with_dates(acts: list[tuple[str, str]], before: str, after: str) -> str:
    """Acts with their dates, or with one date at the end if all have the same."""
    dates = {date for _, date in acts}
    if len(dates) == 1:
        return f"{_list([act for act, _ in acts])} {before} {day_in_words(dates.pop())}{after}"
    return _list([f"{act} {before} {day_in_words(date)}{after}" for act, date in acts])


def _list(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _sentences(found: Headline, branch: NamedBranch, results: Results) -> list[str]:
    """The headline, sentence by sentence."""
    done, until = what_was_done(branch, results.world), day_in_words(results.last_date)
    if found.identical:
        return [
            f"{done} changed nothing at all by {until}: the simulated world ended in exactly the same state as without."
        ]
    low, high = found.traced_low, found.traced_high
    size = f"{plain(abs(1000 * found.traced))} thousandths of a unit (opinion runs from −1 to 1)"
    signed = size if found.traced >= 0 else f"−{size}"
    if low is None or high is None:
        result = [
            f"{done} averted a shift in mean opinion of {signed} by {until}.",
            f"This is traced to the campaign's messages; {_too_few(found.seeds)} nothing about its uncertainty.",
        ]
    elif low <= 0 <= high:
        result = [
            f"{done} averted no shift in mean opinion by {until} that can be told apart from zero.",
            f"The shift traced to the campaign's messages is {signed}, with a 95 % interval from {interval(low, high, 1000)}.",
        ]
    else:
        verb = (
            "averted a shift in mean opinion of" if low > 0 else "shifted mean opinion further against the movement, by"
        )
        result = [
            f"{done} {verb} {size} by {until}.",
            f"This is traced to the campaign's messages; the 95 % interval goes from {interval(low, high, 1000)}, and the sign "
            f"is {_seeds(found)}.",
        ]
    if found.whole > 0 and (low is None or low > 0):
        result.append(
            f"The whole campaign had moved mean opinion by {plain(1000 * found.whole)} thousandths against the movement; this "
            f"is {100 * found.traced / found.whole:.0f} % of it."
        )
    clow, chigh = found.counterfactual_low, found.counterfactual_high
    if clow is not None and chigh is not None:
        verdict = "which cannot be told apart from zero" if clow <= 0 <= chigh else "which is clearly not zero"
        result.append(
            f"With everything else counted that it changed, such as who spoke and who was heard, mean opinion differs by "
            f"{plain(1000 * found.counterfactual)} thousandths ({interval(clow, chigh, 1000)}), {verdict}."
        )
    return result


def _too_few(seeds: int) -> str:
    return "one seed says" if seeds == 1 else "so few seeds say"


def _seeds(found: Headline) -> str:
    agreeing = found.seeds_above_zero if found.traced > 0 else found.seeds - found.seeds_above_zero
    how_many = "all" if agreeing == found.seeds else f"{agreeing} of"
    return f"the same in {how_many} {found.seeds} seeds"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
