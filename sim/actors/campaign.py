"""The campaign: its accounts, what they post and when, and the sleepers it holds in reserve.

Accounts keep their number, whatever the scale of the world, and post as often; those of their followers who are modelled are
fewer by what one person stands for, so that a person follows as many of the accounts at any scale.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.actors.adaptation import Adaptation, Static
from sim.fields import InputError, Plausible, Settings, quantity
from sim.people.profiles import check_quantiles


@dataclass(frozen=True)
class TrollGroup(Settings):
    """A population of troll accounts, described by quantiles (levels from 0 to 1, ascending)."""

    name: str = quantity(unit="text", source="given by the user", doc="What these accounts are.")
    share: float = quantity(
        unit="share of the active accounts", low=0, high=1, source="given by the user", doc="How many."
    )
    levels: tuple[float, ...] = quantity(
        unit="quantile level", low=0, high=1, source="given by the user", doc="Levels of the quantiles."
    )
    followers: tuple[float, ...] = quantity(
        unit="followers", low=0, high=1e9, source="given by the user", doc="Quantiles of followers, at those levels."
    )
    following: tuple[float, ...] = quantity(
        (), unit="accounts followed", low=0, high=1e9, source="given by the user",
        doc="Quantiles of accounts followed, at those levels (empty: profiles show the modelled follows, of both kinds).",
    )  # fmt: skip
    rank_correlation: float = quantity(
        0.0, unit="Spearman's rho", low=0, high=1, source="given by the user", doc="Of followers and accounts followed."
    )
    age_days: tuple[float, ...] = quantity(
        (), unit="days on day 0", low=0, high=20_000, source="given by the user",
        doc="Quantiles of the accounts' age, at those levels (empty: registered on day 0).",
    )  # fmt: skip

    def check(self) -> None:
        if not self.followers:
            raise InputError("must not be empty", field="followers")
        check_quantiles(self.levels, followers=self.followers, following=self.following, age_days=self.age_days)


@dataclass(frozen=True)
class Sleepers(Settings):
    """Accounts made for the purpose that have not been used yet."""

    accounts: int = quantity(
        0, unit="accounts", low=0, high=300_000_000, source="given by the user",
        doc="Sleeping accounts that the operator ever holds.",
    )  # fmt: skip
    waking_rate: float = quantity(
        1.0 / (30 * 213.7), unit="share of the sleepers a day", low=0, high=10,
        source="assumption: found within 30 days on average, and found 213.7 times as often as they wake (200,000 to 936)",
        doc="Rate at which a sleeper wakes, from its creation and from wakes_from on.",
        plausible=Plausible(
            0.00005, 0.0005,
            "factor of three either way: inferred from one ratio, with a guess at how soon they are found", log=True,
        ),
    )  # fmt: skip
    wakes_from: float | str = quantity(
        0.0, unit="day number or ISO date", source="assumption: until a disclosure the record shows no wave of sleepers",
        doc="Day from which sleepers wake; one created later wakes from its creation on.",
    )  # fmt: skip
    created_before: float = quantity(
        1.0, unit="share of the sleepers", low=0, high=1, source="given by the user",
        doc="Share of the sleepers that exist on day 0; the rest are created evenly until created_until.",
    )  # fmt: skip
    created_until: float = quantity(
        0.0, unit="day", low=0, high=65535, source="given by the user", doc="Day by which the last sleeper is created."
    )
    posts_per_day: float = quantity(
        0.607, unit="posts per woken account and day", low=0, high=24,
        source="regrowth of 29 August - 4 September 2019: 17,063 mentions by 4,016 accounts in a week",
        doc="Posts of a sleeper that has woken.",
    )  # fmt: skip
    on_topic_share: float = quantity(
        1.0, unit="share of posts", low=0, high=1, source="assumption: accounts made for the purpose",
        doc="Share of woken sleepers' new posts that are about the affair.",
        plausible=Plausible(0.3, 1.0, "from a third to all: to look genuine they may post about other things"),
    )  # fmt: skip
    follow_half_life_days: float = quantity(
        7.0, unit="days", low=0, high=10_000, source="assumption",
        doc="Time after waking in which half of a sleeper's followers have begun to see its posts.",
        plausible=Plausible(2.0, 30.0, "factor of four either way: nobody has measured it", log=True),
    )  # fmt: skip
    group: TrollGroup = quantity(
        default_factory=lambda: TrollGroup(name="sleepers", share=1.0, levels=(0.0, 1.0), followers=(0.0, 0.0)),
        unit="quantiles", source="given by the user", doc="Followers a sleeper has once it is awake.",
    )  # fmt: skip


@dataclass(frozen=True)
class Campaign(Settings):
    """What the operator has and does."""

    accounts: int = quantity(
        0, unit="accounts", low=0, high=10_000_000, source="given by the user", doc="Active troll accounts."
    )
    stance: float = quantity(
        -0.75, unit="opinion, -1 to 1", low=-1, high=1, source="assumption: hostile, but pitched at the hesitant",
        doc="Opinion that the campaign's messages express.",
        plausible=Plausible(-1.0, -0.4, "from as far as the scale goes to barely beyond the opponents' mean"),
    )  # fmt: skip
    groups: tuple[TrollGroup, ...] = quantity(
        (TrollGroup(name="all", share=1.0, levels=(0.0, 1.0), followers=(0.0, 0.0)),),
        unit="populations", source="given by the user", doc="Populations that the active accounts are drawn from.",
    )  # fmt: skip
    local_follower_share: float = quantity(
        0.01, unit="share of followers", low=0, high=1,
        source="assumption: the accounts were bought, and most of their followers are not in Hong Kong",
        doc="Which part of a troll account's followers are among the people reachable.",
        plausible=Plausible(
            0.001, 0.1,
            "factor of ten either way: nothing is known about where followers of bought accounts are", log=True,
        ),
    )  # fmt: skip
    on_topic_share: float = quantity(
        1.0, unit="share of posts", low=0, high=1,
        source="assumption: what part of their posts was about the affair is known for no comparable set",
        doc="Share of the active accounts' new posts that are about the affair.",
        plausible=Plausible(
            0.01, 0.4,
            "from what the archives give over all years and topics (1 to 2 %) to three times the guess", log=True,
        ),
    )  # fmt: skip
    daily_posts: tuple[float, ...] = quantity(
        (0.0,), unit="posts a day of all active accounts", low=0, high=1e9, source="given by the user",
        doc="Volume of each day; one value holds for all days.",
    )  # fmt: skip
    clock: tuple[float, ...] = quantity(
        (1.0,), unit="share of a day's posts in each tick", low=0, high=1, source="given by the user",
        doc="Rhythm of posting in local time: one day of ticks, or seven (Monday first); each day sums to 1.",
    )  # fmt: skip
    activity_levels: tuple[float, ...] = quantity(
        (0.0, 1.0), unit="quantile level", low=0, high=1, source="given by the user",
        doc="Levels of the quantiles of posts per account.",
    )  # fmt: skip
    activity: tuple[float, ...] = quantity(
        (1.0, 1.0), unit="posts (only ratios matter)", low=0, high=1e9, source="given by the user",
        doc="Quantiles of posts per account: how unequally the accounts share the volume.",
    )  # fmt: skip
    new_share: float = quantity(
        0.5, unit="share of posts", low=0, high=1, source="given by the user",
        doc="Share of trolls' posts that are new; the rest are reshares of other trolls.",
    )  # fmt: skip
    amplified: int = quantity(
        5, unit="accounts", low=0, high=1000, source="assumption",
        doc="How many other active trolls each active troll follows, and so may reshare; sleepers reshare nobody.",
        plausible=Plausible(
            1, 25,
            "factor of five either way: whom they followed is not published", log=True,
        ),
    )  # fmt: skip
    flooding: int = quantity(
        1, unit="copies", low=1, high=1000, source="Truong et al. 2024, PNAS Nexus 3(7) pgae258 (theta)",
        doc="How many shares a troll's post counts for in a feed and in the topic stream.",
    )  # fmt: skip
    deception: float = quantity(
        0.0, unit="probability", low=0, high=1, source="Truong et al. 2024, PNAS Nexus 3(7) pgae258 (phi)",
        doc="Probability that a troll's message has the greatest appeal there is.",
    )  # fmt: skip
    scripts: int = quantity(
        200, unit="texts", low=0, high=10_000_000, source="assumption",
        doc="Texts that the operator hands out to be copied.",
        plausible=Plausible(60, 600, "factor of three either way: nobody has counted them", log=True),
    )  # fmt: skip
    scripted_share: float = quantity(
        0.5, unit="share of new posts", low=0, high=1, source="assumption",
        doc="Share of the campaign's new posts that are copied from a script.",
        plausible=Plausible(0.2, 0.9, "from a fifth to nearly all: chosen, not counted"),
    )  # fmt: skip
    adaptation: Adaptation = quantity(
        default_factory=Static, unit="adaptation", source="assumption: what operators do next is not on record",
        doc="How the operator answers losses.",
    )  # fmt: skip
    sleepers: Sleepers = quantity(
        default_factory=Sleepers, unit="accounts", source="given by the user", doc="The accounts held in reserve."
    )

    def check(self) -> None:
        if len(self.activity_levels) != len(self.activity) or len(self.activity) < 2:
            raise InputError(
                f"must have one value for each of the {len(self.activity_levels)} activity_levels (at least 2), "
                f"not {len(self.activity)}",
                field="activity",
            )
        if list(self.activity_levels) != sorted(self.activity_levels):
            raise InputError("must ascend", field="activity_levels")
        total = sum(group.share for group in self.groups)
        if abs(total - 1.0) > 1e-6:
            raise InputError(f"must have shares that sum to 1, not {total:.6g}", field="groups")
