"""How far people trust the platform: what suspensions take away, what openness brings, and how it comes back."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import Settings, quantity

_SWEEP = "assumption, to be swept"


@dataclass(frozen=True)
class Trust(Settings):
    """Trust in the platform, from 0 to 1, of each person. By default nothing moves it.

    People cannot know whether a suspension was right: the disappearance of a troll whom they followed costs as much as that of a
    friend.
    """

    start: float = quantity(
        0.5, unit="trust, 0 to 1", low=0, high=1, source="assumption", doc="Trust of everybody at the start."
    )
    own_suspension: float = quantity(
        0.0, unit="trust", low=0, high=1, source=_SWEEP, doc="What the suspension of one's own account takes away."
    )
    lost_followee: float = quantity(
        0.0, unit="trust per account", low=0, high=1, source=_SWEEP,
        doc="What it takes away that an account whose posts one follows is suspended.",
    )  # fmt: skip
    disclosure: float = quantity(
        0.0, unit="trust", low=0, high=1, source=_SWEEP,
        doc="What it adds, for everybody, that the platform discloses a campaign.",
    )  # fmt: skip
    half_life_days: float = quantity(
        30.0, unit="days", low=0, high=100_000, low_open=True, source="assumption",
        doc="Time in which half of the distance to the start is made good.",
    )  # fmt: skip

    @property
    def moves(self) -> bool:
        """Whether anything moves it."""
        return self.own_suspension > 0.0 or self.lost_followee > 0.0 or self.disclosure > 0.0
