"""Facts of the Hong Kong case of 2019, read from the csv files beside this module.

Every function is pure, reads its file once, and returns plain floats or read-only arrays. ``README.md`` in this folder
says for each file what it holds, in which units, where it comes from, which licence its source states, and what it must
not be used for. Days run from 1 May to 30 September 2019 (153 days, Hong Kong time).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError

Floats = tuple[float, ...]

FIRST_DAY = date(2019, 5, 1)
LAST_DAY = date(2019, 9, 30)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
DISCLOSURE = date(2019, 8, 19)
LATE_PHASE = date(2019, 7, 31)
"""First day of the low level of posting that lasted until the disclosure."""


@dataclass(frozen=True)
class AccountGroup:
    """Counts of a group of accounts at one moment.

    ``followers``, ``followings`` and ``tweets`` (lifetime) are quantiles at ``levels`` (0 to 1, ascending), three
    significant figures. Draw with ``numpy.interp(u, levels, followers)``: the mean of that distribution is within 1.5 %
    of ``mean_followers``, and within 3.5 % of ``mean_followings`` and ``mean_tweets``.
    ``rank_correlation`` is Spearman's, between followers and followings.
    """

    name: str
    accounts: int
    levels: Floats
    followers: Floats
    followings: Floats
    mean_followers: float
    mean_followings: float
    median_followers: float
    without_follower: float
    with_10000_followers: float
    rank_correlation: float


@dataclass(frozen=True)
class TrollPopulation(AccountGroup):
    """An ``AccountGroup`` of trolls; ``share`` is its part of the disclosed active accounts (0 to 1)."""

    share: float
    tweets: Floats
    mean_tweets: float


@dataclass(frozen=True)
class ProtestEvent:
    """A protest (side +1) or a rally for the government (side -1).

    ``organiser`` and ``police`` are estimates of turnout in persons, None where unknown; ``hour`` is the hour of its
    start in Hong Kong time, and ``hour_source`` begins with "assumption" where no report was found.
    """

    day: date
    side: int
    name: str
    organiser: int | None
    police: int | None
    hour: int
    hour_source: str
    source: str
    note: str


@dataclass(frozen=True)
class TweetsPerAccount:
    """Tweets by account at ``levels``: English, Chinese, and both pooled (an account active in both counts twice)."""

    levels: Floats
    english: Floats
    chinese: Floats
    pooled: Floats


@dataclass(frozen=True)
class OnTopicShare:
    """``posts`` about Hong Kong among ``among`` posts; ``comparable``: do both count the same (yes, partly, no)?"""

    name: str
    posts: int
    among: int
    scope: str
    comparable: str
    note: str
    source: str

    @property
    def share(self) -> float:
        """Part of the posts that is on topic, 0 to 1; meaningless where ``comparable`` is no."""
        return self.posts / self.among


@dataclass(frozen=True)
class CreationPeriod:
    """``share`` (0 to 1) of the sleepers is created evenly over the days ``first`` to ``last``, both included.

    ``first`` is None for those that exist at the start.
    """

    first: date | None
    last: date
    share: float


@dataclass(frozen=True)
class Published:
    """A published or measured scalar."""

    value: float
    unit: str
    scope: str
    source: str


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = files("sim.cases.hk2019").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _column(rows: Iterable[dict[str, str]], name: str) -> Floats:
    return tuple(float(row[name]) for row in rows)


def _group(name: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    group = next(row for row in _rows("account_groups") if row["group"] == name)
    return group, [row for row in _rows("account_quantiles") if row["group"] == name]


def _counts(name: str) -> AccountGroup:
    group, quantiles = _group(name)
    return AccountGroup(
        name=name,
        accounts=int(group["accounts"]),
        levels=_column(quantiles, "level"),
        followers=_column(quantiles, "followers"),
        followings=_column(quantiles, "followings"),
        mean_followers=float(group["mean_followers"]),
        mean_followings=float(group["mean_followings"]),
        median_followers=float(group["median_followers"]),
        without_follower=float(group["without_follower"]),
        with_10000_followers=float(group["with_10000_followers"]),
        rank_correlation=float(group["rank_correlation"]),
    )


@cache
def troll_populations() -> tuple[TrollPopulation, ...]:
    """The two populations of the disclosed active accounts.

    ``bought``: created before 2017, or of the archive's set 2, which has no dates but followers alike.
    ``purpose_made``: created from 2017 on.
    """
    counts = [_counts(name) for name in ("bought", "purpose_made")]
    total = sum(c.accounts for c in counts)
    populations = []
    for c in counts:
        group, quantiles = _group(c.name)
        tweets, mean = _column(quantiles, "tweets"), float(group["mean_tweets"])
        populations.append(TrollPopulation(**vars(c), share=c.accounts / total, tweets=tweets, mean_tweets=mean))
    return tuple(populations)


@cache
def ordinary_accounts() -> AccountGroup:
    """A sample of 1,000 ordinary accounts, counts given to two significant figures; how it was drawn is not stated."""
    return _counts("ordinary")


@cache
def daily_tweets_observed() -> Floats:
    """Tweets a day, English and Chinese, from 1 May to 18 August 2019 (110 days), the last day before the disclosure.

    They are those of the 4,301 accounts disclosed in September, not of the 936 disclosed in August.
    """
    rows = _rows("daily_tweets")[: (DISCLOSURE - FIRST_DAY).days]
    return tuple(float(row["tweets_en"]) + float(row["tweets_zh"]) for row in rows)


@cache
def daily_tweets() -> Floats:
    """Tweets a day from 1 May to 30 September 2019 (153 days) as they might have been without a takedown.

    Observed until 18 August; then, because later days reflect the takedown, the mean level of 31 July to 18 August (an
    assumption, and without a weekday rhythm).
    """
    observed = daily_tweets_observed()
    late = observed[(LATE_PHASE - FIRST_DAY).days :]
    return observed + (sum(late) / len(late),) * (DAYS - len(observed))


@cache
def weekly_clock() -> NDArray[np.float64]:
    """Shares of a day's troll tweets, (7, 24): weekday (Monday 0) by hour (Hong Kong time), each row sums to 1.

    The weekday effect is in the daily series. Read-only.
    """
    tweets = np.array(_column(_rows("weekly_clock"), "tweets")).reshape(7, 24)
    clock: NDArray[np.float64] = tweets / tweets.sum(axis=1, keepdims=True)
    clock.setflags(write=False)
    return clock


@cache
def weekday_totals() -> Floats:
    """Troll tweets from 1 May to 26 August 2019 by weekday, Monday first: the weights of ``weekly_clock``'s rows."""
    return tuple(np.array(_column(_rows("weekly_clock"), "tweets")).reshape(7, 24).sum(axis=1).tolist())


@cache
def ordinary_clock() -> Floats:
    """Shares of an ordinary account's day by hour (Hong Kong time), 24 values, sum 1: an assumption, not a fact."""
    return _column(_rows("ordinary_clock"), "share")


def _count(text: str) -> int | None:
    return int(text) if text else None


@cache
def events() -> tuple[ProtestEvent, ...]:
    """Protests and government rallies from 1 May to 30 September 2019 with an estimate of turnout, in order of days.

    A day without one is unknown, not quiet (12 June, for example). 17 August has two.
    """
    return tuple(
        ProtestEvent(
            day=date.fromisoformat(row["day"]),
            side=int(row["side"]),
            name=row["name"],
            organiser=_count(row["organiser"]),
            police=_count(row["police"]),
            hour=int(row["hour"]),
            hour_source=row["hour_source"],
            source=row["source"],
            note=row["note"],
        )
        for row in _rows("events")
    )


@cache
def tweets_per_account() -> TweetsPerAccount:
    """How unequal the active accounts are: tweets with Hong Kong terms by account, sets 1 and 2, since 2017."""
    rows = _rows("tweets_per_account")
    return TweetsPerAccount(*(_column(rows, name) for name in ("level", "english", "chinese", "pooled")))


def original_share() -> float:
    """Share (0 to 1) of originals, as against retweets, among those tweets."""
    return published()["original_share"].value


@cache
def on_topic_shares() -> tuple[OnTopicShare, ...]:
    """What part of the accounts' posts was about Hong Kong, as far as counts exist; see ``OnTopicShare.comparable``."""
    return tuple(
        OnTopicShare(
            name=row["name"],
            posts=int(row["posts"]),
            among=int(row["among"]),
            scope=row["scope"],
            comparable=row["comparable"],
            note=row["note"],
            source=row["source"],
        )
        for row in _rows("on_topic")
    )


@cache
def sleeper_creation() -> tuple[CreationPeriod, ...]:
    """When sleepers are created: 46 % before 1 May 2019, 54 % evenly from 1 May to 31 August.

    The shares are those of the 4,301 accounts disclosed in September 2019. By month the second part was uneven, few in
    August (``creation_by_month("september")``: 617, 816, 822, 65); evenness is an assumption.
    """
    facts = published()
    during = facts["september_created_may_to_august"].value / facts["september_accounts"].value
    before = CreationPeriod(None, FIRST_DAY - timedelta(days=1), 1.0 - during)
    return before, CreationPeriod(FIRST_DAY, date(2019, 8, 31), during)


@cache
def creation_by_month(archive_set: str) -> Mapping[str, int]:
    """Accounts by month ("2019-05"): ``august_set1`` (744, all months) or ``september`` (from June 2018 only)."""
    months = {row["month"]: int(row["accounts"]) for row in _rows("creation") if row["set"] == archive_set}
    if not months:
        raise InputError(f"archive_set must be august_set1 or september, not {archive_set!r}.")
    return MappingProxyType(months)


def ages_on_day_0(archive_set: str, levels: Floats, first: str = "", last: str = "2019-04") -> Floats:
    """Quantiles, at ``levels`` (0 to 1), of the age in days on 1 May 2019 of a set's accounts created in the months ``first``
    to ``last`` ("2017-01"), evenly over each month; 0 for those created later."""
    months = {m: n for m, n in creation_by_month(archive_set).items() if first <= m <= last}
    known, ages = [0], [0.0]
    for month in sorted(months, reverse=True):
        start = date.fromisoformat(f"{month}-01")
        end = (start + timedelta(days=31)).replace(day=1)
        known += [known[-1], known[-1] + months[month]]
        ages += [max(0.0, float((FIRST_DAY - day).days)) for day in (end, start)]
    return tuple(np.interp(levels, np.array(known) / known[-1], ages).tolist())


@cache
def published() -> Mapping[str, Published]:
    """Scalars by name, each with unit, scope and source."""
    return MappingProxyType(
        {
            row["name"]: Published(float(row["value"]), row["unit"], row["scope"], row["source"])
            for row in _rows("published")
        }
    )
