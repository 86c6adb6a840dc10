"""Simulated beside observed: volume, clock, engagement and followers of a campaign's accounts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.actors.campaign import Campaign
from sim.cases.case import Case, ClockPart, Engagement, Followers, Volume
from sim.outcomes.posts import BY_GROUP, Posts
from sim.society.groups import IS_CAMPAIGN, Group
from sim.society.society import draw
from sim.study.compare import Study
from sim.study.looks import Look
from sim.world import World

_POSTS = "posts"
COLUMNS = ["what", "unit", "observed", "simulated", "of"]


def clock_look(case: Case, world: World, reference: str) -> dict[str, Look]:
    """The look at a study that ``compare_with_observed`` takes the clock from, of one seed; none where no clock was observed."""
    if not case.is_of(world) or case.observed.clock_until is None:
        return {}
    return {_POSTS: Look(Posts(), reference, seeds=1)}


def compare_with_observed(study: Study, case: Case) -> pd.DataFrame:
    """What, unit, observed, simulated (nan where the calendar is too short) and whom the observation is of.

    Empty for worlds with another calendar than the case's. Raises InputError for a study without ``clock_look``.
    """
    if not case.is_of(study.world):
        return pd.DataFrame(columns=COLUMNS)
    known = case.observed
    rows = [*_volume(study, known.volume), *_engagement(study, known.engagement)]
    if known.clock_until is not None:
        rows[len(known.volume) : len(known.volume)] = _clock(study, known.clock, known.clock_until)
    if known.followers is not None:
        rows += _followers(study.world, study.seeds, known.followers)
    return pd.DataFrame(rows, columns=COLUMNS)


def _volume(study: Study, known: Iterable[Volume]) -> Iterable[tuple[object, ...]]:
    first_day = datetime.date.fromisoformat(study.world.first_day)
    daily = study.timelines.query("branch == @study.reference").groupby("day")[["troll_posts", "page_posts"]].mean()
    # What is known is of the first platform; pages' posts are counted from day 0 on.
    series = daily["troll_posts"] - daily["page_posts"].diff().fillna(daily["page_posts"])
    for first, last, posts, of in known:
        days = slice((first - first_day).days, (last - first_day).days + 1)
        simulated = float(series.iloc[days].mean()) if len(series) >= days.stop else float("nan")
        what = f"troll posts a day, {first.day} {first:%B} – {last.day} {last:%B}"
        yield what, "posts a day in reality", posts, simulated, of


def _clock(study: Study, known: Iterable[ClockPart], until: datetime.date) -> Iterable[tuple[object, ...]]:
    simulated = _hourly_posts(study, until)
    for what, hours, share, of in known:
        found = float(simulated[hours].sum() / simulated.sum()) if simulated.sum() else float("nan")
        yield what, "share of posts", share, found, of


def _hourly_posts(study: Study, until: datetime.date) -> NDArray[np.float64]:
    """Troll posts on the first platform by weekday (Monday 0) and hour, over the days of the observed clock; one seed."""
    first_day = datetime.date.fromisoformat(study.world.first_day)
    days = min(study.days, (until - first_day).days + 1)
    of_trolls = [column for group, column in BY_GROUP.items() if IS_CAMPAIGN[group] and group != Group.PAGE]
    seen = study.seen(_POSTS)
    posts = seen.loc[seen["day"] < days, of_trolls].sum(axis=1).to_numpy().reshape(days, 24)
    table = np.zeros((7, 24))
    np.add.at(table, (first_day.weekday() + np.arange(days)) % 7, posts)
    return table


def _engagement(study: Study, known: Iterable[Engagement]) -> Iterable[tuple[object, ...]]:
    simulated = float(study.outcomes.loc[study.reference]["engagement_per_post"].mean())
    where = " (simulated: on both platforms)" if study.world.second.members else ""
    for what, unit, value, of in known:
        yield f"{what}{where}", unit, value, simulated, of


def _followers(world: World, seeds: Iterable[int], known: Followers) -> Iterable[tuple[object, ...]]:
    unit = "share of active accounts"
    yield "accounts without a follower", unit, known.without, _drawn_share(world.campaign, -1, 0.5), known.of
    many = _drawn_share(world.campaign, 10_000, np.inf)
    yield "accounts with 10,000 followers or more", unit, known.many, many, known.of
    reach = world.campaign.local_follower_share * world.scale
    counts = np.concatenate([_modelled_followers(world, seed) for seed in seeds])
    simulated = float(counts.mean() / reach) if reach and counts.size else float("nan")
    what = "mean followers (simulated: among modelled people, over local_follower_share and scale)"
    yield what, "followers", known.mean, simulated, known.of


def _drawn_share(campaign: Campaign, low: float, high: float) -> float:
    """Share of the distribution that active accounts are drawn from with low <= followers < high."""
    levels = (np.arange(100_000) + 0.5) / 100_000
    shares = []
    for group in campaign.groups:
        followers = np.interp(levels, group.levels, group.followers)
        shares.append(group.share * float(((followers >= low) & (followers < high)).mean()))
    return sum(shares)


def _modelled_followers(world: World, seed: int) -> NDArray[np.int64]:
    society = draw(world, seed).arrays
    if society.complete:
        return np.zeros(0, dtype=np.int64)
    followed = np.bincount(society.followees[: society.indptr[world.people]], minlength=society.group.size)
    return np.asarray(followed[society.group == Group.ACTIVE_TROLL])
