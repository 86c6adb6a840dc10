"""How far the campaign's messages got: impressions, reach and how unequally people were exposed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined
from sim.engine.engine import Engine
from sim.engine.kernels.codes import ACTIVE, OF_TROLLS_FROM, TROLL
from sim.engine.state import Count
from sim.feed.legality import count_illegal
from sim.outcomes.ended import GROUPS, Ended, by_role, in_reality, of_people, ratio, trolls_with
from sim.outcomes.outcome import Outcome
from sim.society.groups import Group

_IMPRESSIONS, _SLOTS, _QUALITY = int(Count.IMPRESSIONS), int(Count.SLOTS), int(Count.QUALITY)
_OF_TROLLS, _NEW_POSTS, _RESHARES = int(Count.RESHARES_OF_TROLLS), int(Count.NEW_POSTS), int(Count.RESHARES)
_OF_PAGE = int(Group.PAGE)


@inlined
def troll_impression_share(day: Ended) -> float:
    today = day.room.today
    return ratio(np.float64(today[_IMPRESSIONS + TROLL]), np.float64(by_role(_IMPRESSIONS, today)))


@inlined
def impressions(day: Ended) -> float:
    return of_people(by_role(_IMPRESSIONS, day.room.today), day)


@inlined
def reach(day: Ended) -> float:
    reached = 0
    for person in range(day.troll_impressions.size):
        reached += day.troll_impressions[person] > 0
    return np.float64(reached) / day.troll_impressions.size


@inlined
def exposure_concentration(day: Ended) -> float:
    """The least number of impressions among those who had most is found bit by bit."""
    people = day.troll_impressions.size
    wanted = max(1, int(np.rint(people * 0.01)))
    least = 0
    for bit in range(31, -1, -1):
        tried = least | (1 << bit)
        n = 0
        for person in range(people):
            n += day.troll_impressions[person] >= tried
        if n >= wanted:
            least = tried
    everybody = top = np.int64(0)
    above = 0
    for person in range(people):
        seen = np.int64(day.troll_impressions[person])
        everybody += seen
        if seen > least:
            top += seen
            above += 1
    top += (wanted - above) * least
    return ratio(np.float64(top), np.float64(everybody))


@inlined
def active_trolls(day: Ended) -> float:
    return trolls_with(ACTIVE, day)


@inlined
def quality_shown(day: Ended) -> float:
    if not day.measure_quality:
        return np.nan
    high = low = 0  # exact: the sum of a day may exceed 64 bits
    for step in range(max(day.step - day.ticks_per_day, 0), day.step):
        high += day.counts[step, _QUALITY] >> 32
        low += day.counts[step, _QUALITY] & 0xFFFFFFFF
    return ratio(
        (np.float64(high) * 4294967296.0 + np.float64(low)) / 4294967296.0, np.float64(by_role(_SLOTS, day.room.today))
    )


@inlined
def _posts(low: int, counts: NDArray[np.int64], day: Ended) -> float:
    """Posts, new ones and reshares, by groups from ``low`` on."""
    return in_reality(_NEW_POSTS, low, GROUPS, counts, day) + in_reality(_RESHARES, low, GROUPS, counts, day)


@inlined
def engagement_per_post(day: Ended) -> float:
    total = day.room.total
    return ratio(of_people(total[_OF_TROLLS], day), _posts(OF_TROLLS_FROM, total, day))


@inlined
def posts(day: Ended) -> float:
    return _posts(0, day.room.today, day)


@inlined
def troll_posts(day: Ended) -> float:
    return _posts(OF_TROLLS_FROM, day.room.today, day)


@inlined
def page_posts(day: Ended) -> float:
    """Pages make none before day 0."""
    n = np.int64(0)
    for account in range(day.second, day.group.size):
        if day.group[account] == _OF_PAGE:
            n += np.int64(day.posts[account])
    return np.float64(n)


def prevalence(model: Engine) -> float:
    """Share of illegal messages among the distinct messages in citizens' feeds now (nan unless the world measures it)."""
    if not model.world.feed.measure_prevalence:
        return float("nan")
    names = model.messages_in_feeds()
    group, weight = model.society.group[names >> 16], model.fixed.parameters.by_group.weight
    shown = bad = 0.0
    for which in Group:
        of_group = names[group == which]
        shown += float(weight[which]) * of_group.size
        bad += float(weight[which]) * count_illegal(np.uint64(model.seed_of_run), of_group, model.society.illegal_share)
    return bad / shown if shown else float("nan")


OUTCOMES = (
    Outcome(
        "troll_impression_share",
        "share of impressions",
        "today[impressions of trolls' messages] / today[impressions]",
        troll_impression_share,
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
    Outcome(
        "impressions",
        "impressions",
        "today[impressions]",
        impressions,
        low=0.0,
    ),
    Outcome(
        "reach",
        "share of people",
        "number of people with at least one impression of a troll's message so far / N",
        reach,
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
        quality_shown,
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
    Outcome(
        "prevalence",
        "share of messages",
        "distinct illegal messages in the feeds of citizens / distinct messages in them, as they would be if all "
        "active citizens read at the end of the day (topic slots left out); nan unless `feed.measure_prevalence`",
        None,
        low=0.0,
        high=1.0,
        may_be_nan=True,
        of_engine=prevalence,
    ),
)
