"""How an operator answers losses: not at all, by rebuilding, or by keeping its head down.

An operator looks at its accounts once a day and knows of a loss ``notice_days`` after it. What it has done about losses so
far is a value of its own (``Response``), which is part of every fork.
"""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from sim.calendar import in_days
from sim.fields import Settings, quantity, register


class Response(NamedTuple):
    """What has been done about losses: accounts known to be lost, sleepers woken to replace them, and the step until which
    nobody posts (-1: never paused)."""

    lost: int = 0
    replaced: int = 0
    quiet_until: int = -1


@dataclass(frozen=True)
class Adaptation(Settings, ABC):
    """Base of the ways in which an operator answers losses."""

    name: ClassVar[str]
    reacts: ClassVar[bool] = True

    def sentence(self) -> str:
        """What the operator does about losses, in English; empty if nothing."""
        return ""


@register("static")
@dataclass(frozen=True)
class Static(Adaptation):
    """Goes on as planned with whatever accounts are left."""

    reacts: ClassVar[bool] = False


@register("rebuilding")
@dataclass(frozen=True)
class Rebuilding(Adaptation):
    """Wakes sleepers in place of the accounts that were lost, as fast as its budget allows, and has those that are left post
    what the lost ones were to post."""

    replacement: float = quantity(
        4.3, unit="sleepers woken per account lost", low=0, high=1000,
        source="regrowth of 29 August - 4 September 2019: 4,016 new accounts after 936 were removed",
        doc="How many sleepers replace an account that was lost.",
    )  # fmt: skip
    notice_days: float = quantity(
        1.0, unit="days", low=0, high=1000, source="assumption", doc="Time until a loss is noticed."
    )
    budget_hours: float = quantity(
        574.0, unit="account-hours a day in reality", low=0, high=1e9,
        source="assumption: one hour an account, at the pace of the regrowth (4,016 accounts in seven days)",
        doc="Work that goes into new accounts; like accounts it scales with the world.",
    )  # fmt: skip
    hours_per_account: float = quantity(
        1.0, unit="hours", low=0, low_open=True, high=10_000, source="assumption", doc="Work on waking a sleeper."
    )
    keeps_volume: bool = quantity(
        True, unit="yes or no", source="assumption: the plan is a number of posts, whoever makes them",
        doc="Whether the posts of lost accounts are made by those that are left.",
    )  # fmt: skip

    def sentence(self) -> str:
        rest = ", and the others post what the lost were to post." if self.keeps_volume else "."
        return (
            f"{in_days(self.notice_days)} after a loss it wakes {self.replacement:g} sleepers for each account lost, as far as "
            f"{self.budget_hours:g} hours a day allow{rest}"
        )


@register("evading")
@dataclass(frozen=True)
class Evading(Rebuilding):
    """Rebuilds, but first falls silent while detection is hot, and then moves to the hashtag and amplifies itself."""

    pause_days: float = quantity(
        7.0, unit="days", low=0, high=1000, source="assumption", doc="How long nobody posts after a loss was noticed."
    )
    on_topic_share: float = quantity(
        0.5, unit="share of posts", low=0, high=1, source="assumption",
        doc="Share of the active accounts' new posts on the topic, and so in the topic stream, once it has paused.",
    )  # fmt: skip
    new_share: float = quantity(
        0.25, unit="share of posts", low=0, high=1, source="assumption: half of what the record shows",
        doc="Share of trolls' posts that are new once it has paused; the rest are reshares of one another.",
    )  # fmt: skip
    hubs: bool = quantity(
        False, unit="yes or no", source="assumption",
        doc="Whether the sleepers that replace the lost are those whose followers have the most followers themselves.",
    )  # fmt: skip
    moved_share: float = quantity(
        0.0, unit="share of posts", low=0, high=1, source="assumption",
        doc="Share of what lost accounts were to post that its pages on the second platform post instead, if it has any there.",
    )  # fmt: skip

    def sentence(self) -> str:
        hubs = " It wakes those first whom much-followed people follow." if self.hubs else ""
        moved = (
            f" Pages on the second platform make {self.moved_share:.0%} of the lost posts." if self.moved_share else ""
        )
        return (
            f"{super().sentence()} Its accounts fall silent for {in_days(self.pause_days)}; from then on "
            f"{self.on_topic_share:.0%} of what the active ones write is on the topic, and {1.0 - self.new_share:.0%} of what "
            f"they post are reshares of one another.{hubs}{moved}"
        )
