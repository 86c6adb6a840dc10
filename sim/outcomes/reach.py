"""How far the campaign's messages got: impressions, reach and how unequally people were exposed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.feed.legality import count_illegal
from sim.outcomes.outcome import (
    Outcome,
    counts_since_day_0,
    counts_today,
    in_reality,
    ratio,
    roles,
    trolls_with,
    weights,
)
from sim.people.accounts import Role, Status
from sim.society.groups import IS_CAMPAIGN, Group

OF_CAMPAIGN = tuple(group for group in Group if IS_CAMPAIGN[group])


def troll_share_of_impressions(model: Engine) -> float:
    """Impressions of trolls' messages over all impressions, on the topic, today."""
    impressions = roles(counts_today(model), Count.IMPRESSIONS)
    return ratio(float(impressions[Role.TROLL]), float(impressions.sum()))


def exposure_concentration(model: Engine) -> float:
    """Share of all impressions of trolls' messages that fell on the most exposed 1 % of people (at least one person)."""
    seen = np.sort(model.state.troll_impressions)[::-1]
    top = max(1, round(seen.size * 0.01))
    return ratio(float(seen[:top].sum()), float(seen.sum()))


def active_trolls(model: Engine) -> float:
    """Troll accounts that can post."""
    return float(trolls_with(model, Status.ACTIVE))


def mean_quality(model: Engine) -> float:
    """Mean quality of the messages shown to citizens today (nan unless the world measures it)."""
    if not model.parameters.feed.measure_quality:
        return float("nan")
    day = slice(model.step_index - model.world.ticks_per_day, model.step_index)
    total = sum(model.state.counts[day, Count.QUALITY].tolist())  # exact: that of a day may exceed 64 bits
    return ratio(float(total) / 2.0**32, float(roles(counts_today(model), Count.SLOTS).sum()))


def prevalence(model: Engine) -> float:
    """Share of illegal messages among the distinct messages in citizens' feeds now (nan unless the world measures it)."""
    if not model.world.feed.measure_prevalence:
        return float("nan")
    names = model.messages_in_feeds()
    group = model.society.group[names >> 16]
    shown = bad = 0.0
    for which in Group:
        of_group, weight = names[group == which], float(weights(model)[which])
        shown += weight * of_group.size
        bad += weight * count_illegal(np.uint64(model.seed_of_run), of_group, model.society.illegal_share)
    return ratio(bad, shown)


def engagement_per_post(model: Engine) -> float:
    """Citizens' reshares of trolls' messages over trolls' posts, since day 0."""
    counts = counts_since_day_0(model)
    reshares = float(counts[Count.RESHARES_OF_TROLLS]) * float(weights(model)[Group.CITIZEN])
    return ratio(reshares, _posts(model, counts, OF_CAMPAIGN))


def troll_posts(model: Engine) -> float:
    """Posts and reshares by trolls today."""
    return _posts(model, counts_today(model), OF_CAMPAIGN)


def page_posts(model: Engine) -> float:
    """Posts and reshares by the campaign's pages on the second platform since day 0, before which they make none."""
    first = model.society.second
    return float(model.state.posts[first:][model.society.group[first:] == int(Group.PAGE)].sum())


def posts(model: Engine) -> float:
    """Posts and reshares by anybody today."""
    return _posts(model, counts_today(model), tuple(Group))


def _posts(model: Engine, counts: NDArray[np.int64], groups: Sequence[Group]) -> float:
    return in_reality(model, counts, Count.NEW_POSTS, groups) + in_reality(model, counts, Count.RESHARES, groups)


OUTCOMES = (
    Outcome(
        "troll_impression_share",
        "share of impressions",
        "today[impressions of trolls' messages] / today[impressions]",
        troll_share_of_impressions,
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
    Outcome(
        "impressions",
        "impressions",
        "today[impressions]",
        lambda s: float(roles(counts_today(s), Count.IMPRESSIONS).sum()) * float(weights(s)[Group.CITIZEN]),
        low=0.0,
    ),
    Outcome(
        "reach",
        "share of people",
        "number of people with at least one impression of a troll's message so far / N",
        lambda s: float((s.state.troll_impressions > 0).mean()),
        low=0.0,
        high=1.0,
        cumulative=True,
    ),
    Outcome(
        "exposure_concentration",
        "share of impressions",
        "impressions of trolls' messages so far by the k people who had most / those by all, k = max(1, round(0.01 N))",
        exposure_concentration,
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
    Outcome(
        "engagement_per_post",
        "reshares per post",
        "since0[citizens' reshares of trolls' messages] / since0[posts by trolls]",
        engagement_per_post,
        low=0.0,
        may_be_nan=True,
    ),
    Outcome("posts", "posts", "today[posts by anybody]", posts, low=0.0),
    Outcome("troll_posts", "posts", "today[posts by trolls], on both platforms", troll_posts, low=0.0, whole=True),
    Outcome(
        "page_posts",
        "posts",
        "since0[posts by the campaign's pages on the second platform]",
        page_posts,
        low=0.0,
        whole=True,
        cumulative=True,
    ),
    Outcome(
        "active_trolls",
        "accounts",
        "troll accounts, woken sleepers included, that are active at the end of the day",
        active_trolls,
        low=0.0,
        whole=True,
    ),
    Outcome(
        "quality_shown",
        "0 to 1",
        "today[sum of the qualities of messages shown] / today[messages shown], on the topic or not; nan unless "
        "`feed.measure_quality`",
        mean_quality,
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
    Outcome(
        "prevalence",
        "share of messages",
        "distinct illegal messages in the feeds of citizens / distinct messages in them, as they would be if all "
        "active citizens read at the end of the day (topic slots left out); nan unless `feed.measure_prevalence`",
        prevalence,
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
)
