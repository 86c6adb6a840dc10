"""The case of Hong Kong as programs know it: its study, what was observed, what is assumed above all, what has to be said."""

from __future__ import annotations

import datetime

import numpy as np

from sim.cases.case import Case, ClockPart, Engagement, Followers, Observed, Volume
from sim.cases.hk2019 import facts, world
from sim.cases.hk2019.worlds import WORLDS

_ACTED = facts.DISCLOSURE.isoformat()
_PUBLISHED = facts.published()
_ACTIVE, _SLEEPERS = (int(_PUBLISHED[name].value) for name in ("active_accounts", "sleepers"))

_PERIODS = (
    (datetime.date(2019, 5, 5), datetime.date(2019, 6, 8)),
    (datetime.date(2019, 6, 14), datetime.date(2019, 7, 30)),
    (facts.LATE_PHASE, facts.DISCLOSURE - datetime.timedelta(days=1)),
)
_SEPTEMBER = "the 4,301 accounts disclosed in September"


def _volume() -> tuple[Volume, ...]:
    daily = facts.daily_tweets_observed()
    days = [slice((first - facts.FIRST_DAY).days, (last - facts.FIRST_DAY).days + 1) for first, last in _PERIODS]
    return tuple(
        Volume(first, last, float(np.mean(daily[of])), _SEPTEMBER)
        for (first, last), of in zip(_PERIODS, days, strict=True)
    )


def _clock() -> tuple[ClockPart, ...]:
    observed = facts.weekly_clock() * np.array(facts.weekday_totals())[:, None]
    hours, workdays = np.arange(24), np.arange(7) < 5
    parts = (
        ("posts from 10:00 to 15:59, any day", np.broadcast_to((hours >= 10) & (hours < 16), (7, 24))),
        ("posts on working days from 9:00 to 17:59", workdays[:, None] & ((hours >= 9) & (hours < 18))),
        ("posts at weekends", np.broadcast_to(~workdays[:, None], (7, 24))),
    )
    return tuple(
        ClockPart(what, part, float(observed[part].sum() / observed.sum()), _SEPTEMBER) for what, part in parts
    )


def _followers() -> Followers:
    groups = facts.troll_populations()
    accounts = np.array([group.accounts for group in groups], dtype=float)
    share = accounts / accounts.sum()
    return Followers(
        without=float(share @ [group.without_follower for group in groups]),
        many=float(share @ [group.with_10000_followers for group in groups]),
        mean=float(share @ [group.mean_followers for group in groups]),
        of="the 940 accounts of the August archive",
    )


CASE = Case(
    name="hk2019",
    place="Hong Kong",
    first_day=facts.FIRST_DAY.isoformat(),
    world=world,
    worlds=WORLDS,
    study={
        "name": "takedown_grid",
        "headline": "actual",
        "branches": [
            {"name": "none"},
            {"name": "no_campaign", "campaign": False},
            {
                "name": "actual",
                "policies": [
                    {"name": "takedown", "day": _ACTED, "accounts": _ACTIVE},
                    {"name": "preemptive_removal", "day": _ACTED, "accounts": _SLEEPERS},
                ],
            },
        ],
        "dates": ["2019-06-15", "2019-07-01", "2019-07-15", "2019-08-01", _ACTED, "2019-09-01"],
        # The real numbers; of the active accounts a tenth and a third, of the others a twentieth and a quarter.
        "reactive": [round(_ACTIVE / 10), _ACTIVE // 3, _ACTIVE],
        "preemptive": [_SLEEPERS // 20, _SLEEPERS // 4, _SLEEPERS],
        "sweep": {"field": "campaign.local_follower_share", "values": [0.001, 0.01, 0.1]},
    },
    observed=Observed(
        volume=_volume(),
        clock=_clock(),
        clock_until=datetime.date(2019, 8, 26),
        engagement=(
            Engagement(
                "reshares of a troll post", "reshares per troll post", _PUBLISHED["retweets_per_tweet_set2"].value,
                "42 tweets of set 2 with protest keywords, 2019",
            ),
            Engagement(
                "likes, replies, reshares and quotes together", "per post", _PUBLISHED["engagement_per_tweet_2020"].value,
                "another operation (June 2020); only reshares are simulated",
            ),
        ),
        followers=_followers(),
    ),
    leading={
        "world.opinion.rule.strength": "How far one message moves somebody who listens. Nobody has measured it for this"
        " campaign.",
        "world.campaign.local_follower_share": (
            "Which part of the accounts' followers live in Hong Kong. Many accounts had been bought, and nothing is "
            "known about where their followers are."
        ),
        "world.campaign.on_topic_share": (
            "Share of the active accounts' new posts that are about the protests. The disclosed archives give 1 % "
            "(since 2017) to 2 % (2019) over all topics; this is a guess at the months simulated."
        ),
        "world.people_reachable": (
            "How many people the platform reaches. Hong Kong had about 7.5 million inhabitants, so shares compare, not counts."
        ),
        "world.campaign.sleepers.waking_rate": (
            "How fast unused accounts come into use. It is inferred from 936 active accounts found beside about 200,000"
            " unused ones, not observed."
        ),
        "world.campaign.sleepers.wakes_from": (
            "When unused accounts begin to come into use. The record until the disclosure shows no such wave, so none "
            "is assumed before it."
        ),
    },
    # Chosen without a source, though not every field says so.
    unmarked=("world.organisers.accounts", "world.organisers.followers"),
    caveats=(
        (
            "The daily volume is not that of the 936 accounts.",
            "The 37,911 tweets behind it are of the 4,301 accounts disclosed in September 2019, not of the 936 "
            "disclosed in August; how they were chosen among those accounts’ tweets is not known. The model lets its "
            "936 active accounts post that volume. In proportion, 936 accounts would have posted about a fifth of it. "
            "After 18 August, when the removal shows in the data, the level of the weeks before is continued.",
        ),
    ),
    loudness="unused accounts come into use at the assumed rate and post as such accounts did in another network",
    labels={"campaign.local_follower_share": "share of trolls' followers who are in Hong Kong"},
)  # fmt: skip
