"""Genuine newspapers and pages on the government's side, which a careless policy takes for the campaign's."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import Settings, quantity


@dataclass(frozen=True)
class Outlets(Settings):
    """Newspapers and pages that take the government's side in earnest. They post by their own clock, that of the readers, and
    never change their mind.
    """

    accounts: int = quantity(
        0, unit="accounts", low=0, high=100_000, source="given by the user", doc="Outlets on the first platform."
    )
    followers: float = quantity(
        0.0, unit="followers", low=0, high=1e9, source="given by the user",
        doc="Mean followers of an outlet among those reachable; most are of its own leaning.",
    )  # fmt: skip
    stance: float = quantity(
        -0.6, unit="opinion, -1 to 1", low=-1, high=1, source="assumption", doc="Opinion that their messages express."
    )
    posts_per_day: float = quantity(
        10.0, unit="posts per account and day", low=0, high=24, source="assumption", doc="Posts of an outlet a day."
    )
    on_topic_share: float = quantity(
        0.3, unit="share of posts", low=0, high=1, source="assumption", doc="Share of their posts about the affair."
    )
    scripts: int = quantity(
        50, unit="texts", low=0, high=10_000_000, source="assumption",
        doc="Agency reports and press releases passed on word for word.",
    )  # fmt: skip
    scripted_share: float = quantity(
        0.3, unit="share of posts", low=0, high=1, source="assumption", doc="Share of their posts copied from those."
    )
