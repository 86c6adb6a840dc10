"""The real case: Hong Kong, 1 May - 30 September 2019.

``world(people)`` builds it from the packaged facts (``facts.py``, sources in README.md) and from assumptions, each marked as
such in the world's fields.
"""

from __future__ import annotations

from typing import Any

from sim.actors.campaign import Campaign, Sleepers, TrollGroup
from sim.actors.organisers import Organisers
from sim.calendar import Calendar, Event
from sim.cases.hk2019 import facts
from sim.people.people import Population
from sim.people.profiles import Profiles
from sim.world import World

REACHABLE = 1_000_000
_OLDEST_DAYS = 10 * 365  # assumption: ordinary accounts were registered evenly over the ten years before


def world(people: int = 10_000, **changes: Any) -> World:
    """The case with ``people`` modelled citizens standing for one million reachable on the platform (an assumption).

    ``changes`` replace fields of the world. Raises InputError for an unknown field or a value outside its range.
    """
    published = facts.published()
    populations = facts.troll_populations()
    ages = (("", "2016-12"), ("2017-01", "2019-05"))
    groups = tuple(
        TrollGroup(
            p.name, p.share, p.levels, p.followers, p.followings, p.rank_correlation,
            facts.ages_on_day_0("august_set1", p.levels, *months),
        )
        for p, months in zip(populations, ages, strict=True)
    )  # fmt: skip
    purpose_made, ordinary = groups[1], facts.ordinary_accounts()
    before, during = facts.sleeper_creation()
    activity = facts.tweets_per_account()
    base = World(
        people=REACHABLE,
        people_reachable=REACHABLE,
        days=facts.DAYS,
        first_day=facts.FIRST_DAY.isoformat(),
        ticks_per_day=24,
        burn_in_days=60,  # after 21 days what organisers say still moves mean opinion by .02 over the calendar, after 60 by .008
        calendar=Calendar(
            events=tuple(Event(e.day.isoformat(), e.side, e.name, e.hour) for e in facts.events()),
            clock=facts.ordinary_clock(),
        ),
        population=Population(
            profile=Profiles(
                levels=ordinary.levels,
                followers=ordinary.followers,
                following=ordinary.followings,
                rank_correlation=ordinary.rank_correlation,
                age_days=tuple(_OLDEST_DAYS * level for level in ordinary.levels),
            ),
            bare_profile=Profiles(
                levels=purpose_made.levels,
                followers=purpose_made.followers,
                following=purpose_made.following,
                rank_correlation=purpose_made.rank_correlation,
            ),
            bare=0.1,
        ),
        organisers=Organisers(accounts=300, followers=5_000.0),
        campaign=Campaign(
            accounts=int(published["active_accounts"].value),
            groups=groups,
            on_topic_share=0.12,
            daily_posts=facts.daily_tweets(),
            clock=tuple(facts.weekly_clock().ravel().tolist()),
            activity_levels=activity.levels,
            activity=activity.pooled,
            new_share=facts.original_share(),
            sleepers=Sleepers(
                accounts=int(published["sleepers"].value),
                wakes_from=facts.DISCLOSURE.isoformat(),
                created_before=before.share,
                created_until=float((during.last - facts.FIRST_DAY).days + 1),
                group=purpose_made.replace(share=1.0, age_days=facts.ages_on_day_0("september", purpose_made.levels)),
            ),
        ),
    )
    return base.replace({"people": people, **changes})
