"""Simulated beside observed: volume, clock, engagement and followers of the campaign's accounts in Hong Kong, 2019."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.actors.settings import Campaign
from sim.cases.hk2019 import facts
from sim.run import last_step
from sim.simulation import begin
from sim.society.groups import Group
from sim.study.compare import Study
from sim.world import World

COLUMNS = ["what", "unit", "observed", "simulated", "of"]
_CLOCK_UNTIL = datetime.date(2019, 8, 26)
_PERIODS = (
    (datetime.date(2019, 5, 5), datetime.date(2019, 6, 8)),
    (datetime.date(2019, 6, 14), datetime.date(2019, 7, 30)),
    (facts.LATE_PHASE, facts.DISCLOSURE - datetime.timedelta(days=1)),
)
_SEPTEMBER = "the 4,301 accounts disclosed in September"
_ARCHIVE = "the 940 accounts of the August archive"


def compare_with_observed(study: Study) -> pd.DataFrame:
    """What, unit, observed, simulated (nan where the calendar is too short) and whom the observation is of.

    Empty for worlds with another calendar than the case's. Runs one branch with one seed again, for its hourly counts.
    """
    world = study.world
    if world.first_day != facts.FIRST_DAY.isoformat() or world.ticks_per_day != 24:
        return pd.DataFrame(columns=COLUMNS)
    rows = [*_volume(study), *_clock(study), *_engagement(study), *_followers(world, study.seeds)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _volume(study: Study) -> Iterable[tuple[object, ...]]:
    real = facts.daily_tweets_observed()
    daily = study.timelines.query("branch == @study.reference").groupby("day")[["troll_posts", "page_posts"]].mean()
    # What is known is of the first platform; pages' posts are counted from day 0 on and do not scale.
    series = (daily["troll_posts"] - daily["page_posts"].diff().fillna(daily["page_posts"])) / study.world.scale
    for first, last in _PERIODS:
        days = slice((first - facts.FIRST_DAY).days, (last - facts.FIRST_DAY).days + 1)
        simulated = float(series.iloc[days].mean()) if len(series) >= days.stop else float("nan")
        what = f"troll posts a day, {first.day} {first:%B} – {last.day} {last:%B}"
        yield what, "posts a day in reality", float(np.mean(real[days])), simulated, _SEPTEMBER


def _clock(study: Study) -> Iterable[tuple[object, ...]]:
    observed = facts.weekly_clock() * np.array(facts.weekday_totals())[:, None]
    simulated = _hourly_posts(study)
    hours, workdays = np.arange(24), np.arange(7) < 5
    parts: tuple[tuple[str, NDArray[np.bool_]], ...] = (
        ("posts from 10:00 to 15:59, any day", np.broadcast_to((hours >= 10) & (hours < 16), (7, 24))),
        ("posts on working days from 9:00 to 17:59", workdays[:, None] & ((hours >= 9) & (hours < 18))),
        ("posts at weekends", np.broadcast_to(~workdays[:, None], (7, 24))),
    )
    for what, part in parts:
        share = float(simulated[part].sum() / simulated.sum()) if simulated.sum() else float("nan")
        yield what, "share of posts", float(observed[part].sum() / observed.sum()), share, _SEPTEMBER


def _hourly_posts(study: Study) -> NDArray[np.float64]:
    """Troll posts on the first platform by weekday (Monday 0) and hour, over the days of the observed clock; one seed."""
    world = study.world
    days = min(study.days, (_CLOCK_UNTIL - facts.FIRST_DAY).days + 1)
    stage = begin(world, study.branches[study.reference], study.seeds[0]).engine
    group = stage.society.group[: stage.society.second]
    trolls = np.flatnonzero(group >= Group.ACTIVE_TROLL)
    so_far = []
    for step in range(world.burn_in_ticks, last_step(world, days) + 1):
        stage.advance(step)
        so_far.append(int(stage.state.posts[trolls].sum(dtype=np.int64)))
    posts = np.diff(so_far).reshape(days, 24)
    table = np.zeros((7, 24))
    np.add.at(table, (facts.FIRST_DAY.weekday() + np.arange(days)) % 7, posts)
    return table


def _engagement(study: Study) -> Iterable[tuple[object, ...]]:
    simulated = float(study.outcomes.loc[study.reference]["engagement_per_post"].mean())
    published = facts.published()
    unit = "reshares per troll post"
    where = " (simulated: on both platforms)" if study.world.second.members else ""
    yield (
        f"reshares of a troll post{where}", unit, published["retweets_per_tweet_set2"].value, simulated,
        "42 tweets of set 2 with protest keywords, 2019",
    )  # fmt: skip
    yield (
        f"likes, replies, reshares and quotes together{where}", "per post", published["engagement_per_tweet_2020"].value,
        simulated, "another operation (June 2020); only reshares are simulated",
    )  # fmt: skip


def _followers(world: World, seeds: Iterable[int]) -> Iterable[tuple[object, ...]]:
    groups = facts.troll_populations()
    accounts = np.array([group.accounts for group in groups], dtype=float)
    share = accounts / accounts.sum()
    without = float(share @ [group.without_follower for group in groups])
    many = float(share @ [group.with_10000_followers for group in groups])
    mean = float(share @ [group.mean_followers for group in groups])
    unit = "share of active accounts"
    yield "accounts without a follower", unit, without, _drawn_share(world.campaign, -1, 0.5), _ARCHIVE
    yield "accounts with 10,000 followers or more", unit, many, _drawn_share(world.campaign, 10_000, np.inf), _ARCHIVE
    reach = world.campaign.local_follower_share
    counts = np.concatenate([_modelled_followers(world, seed) for seed in seeds])
    simulated = float(counts.mean() / reach) if reach and counts.size else float("nan")
    yield (
        "mean followers (simulated: among modelled people, over local_follower_share)",
        "followers",
        mean,
        simulated,
        _ARCHIVE,
    )


def _drawn_share(campaign: Campaign, low: float, high: float) -> float:
    """Share of the distribution that active accounts are drawn from with low <= followers < high."""
    levels = (np.arange(100_000) + 0.5) / 100_000
    shares = []
    for group in campaign.groups:
        followers = np.interp(levels, group.levels, group.followers)
        shares.append(group.share * float(((followers >= low) & (followers < high)).mean()))
    return sum(shares)


def _modelled_followers(world: World, seed: int) -> NDArray[np.int64]:
    society = begin(world, seed=seed).society.arrays
    if society.complete:
        return np.zeros(0, dtype=np.int64)
    followed = np.bincount(society.followees[: society.indptr[world.people]], minlength=society.group.size)
    return np.asarray(followed[society.group == Group.ACTIVE_TROLL])


__all__ = ["COLUMNS", "compare_with_observed"]
