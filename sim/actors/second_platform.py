"""A second platform, on which some people have an account too and on which sides run pages."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import InputError, Settings, quantity


@dataclass(frozen=True)
class Pages(Settings):
    """Pages, groups or accounts of one side on the second platform. Members of a group are its followers: what they would write
    there themselves they post to their own."""

    name: str = quantity(unit="text", source="given by the user", doc="What they are.")
    accounts: int = quantity(unit="pages", low=0, high=100_000, source="given by the user", doc="How many.")
    followers: float = quantity(
        unit="followers", low=0, high=1e9, source="given by the user",
        doc="Followers of all of them together, shared evenly.",
    )  # fmt: skip


@dataclass(frozen=True)
class SecondPlatform(Settings):
    """A platform beside the first. A person who has accounts on both holds one opinion: what they read on both in one tick is
    one reading. Its feed is like the first one's, but it has no topic stream. Messages do not cross over; what people think does.

    Without members there is no second platform.
    """

    name: str = quantity("the second platform", unit="text", source="given by the user", doc="What it is called.")
    members: float = quantity(
        0.0, unit="share of people", low=0, high=1, source="assumption", doc="People who have an account there as well."
    )
    visits: float = quantity(
        1.0, unit="visits per visit to the first platform", low=0, high=24, source="assumption",
        doc="How often members come, measured by how often they come to the first platform.",
    )  # fmt: skip
    followees: float = quantity(
        20.0, unit="followees per member", low=0, high=10_000, source="assumption",
        doc="Mean members that a member follows; the rest of the graph's settings hold here too.",
    )  # fmt: skip
    campaign: tuple[Pages, ...] = quantity(
        (), unit="pages", source="given by the user", doc="The campaign's, from day 0 on."
    )
    campaign_posts_per_day: float = quantity(
        2.0,
        unit="posts per page and day",
        low=0,
        high=24,
        source="assumption",
        doc="Posts of each of those, on the topic.",
    )
    organisers: tuple[Pages, ...] = quantity(
        (),
        unit="pages",
        source="given by the user",
        doc="The organisers'; each posts as often as an organiser's account.",
    )
    outlets: tuple[Pages, ...] = quantity(
        (),
        unit="pages",
        source="given by the user",
        doc="Genuine outlets'; each posts as often as an outlet's account.",
    )

    def check(self) -> None:
        for side in ("campaign", "organisers", "outlets"):
            if getattr(self, side) and self.members == 0.0:
                raise InputError("must be left out where second.members is 0", field=side)
