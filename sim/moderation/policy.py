"""What a policy is: a frozen dataclass that acts on the platform from its first day on."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError, Settings, checked, quantity, shown
from sim.moderation.desk import FIRST, PLATFORMS, Desk
from sim.moderation.detectors.detector import Detector, Perfect
from sim.moderation.detectors.signals import SIGNALS
from sim.moderation.measures import Measures
from sim.moderation.setting import Setting
from sim.moderation.view import PlatformView


def minutes_field(doc: str, low_open: bool = False) -> Any:
    """The field ``minutes_per_case`` of a policy: what reviewing one case takes."""
    return quantity(
        2.4, unit="minutes", low=0, low_open=low_open, high=1440, doc=doc,
        source="Barrett 2020, Who Moderates the Social Media Giants?, NYU Stern: 3 million cases a day by 15,000 reviewers",
    )  # fmt: skip


@dataclass(frozen=True)
class Policy(Settings, ABC):
    """Base of moderation policies. ``signals`` names those that a policy looks at itself, beside its detectors; the measures of
    one that is ``public`` hold on both platforms.

    Before ``day`` a policy does nothing and keeps nothing: runs that differ only in policies share everything up to then.
    """

    name: ClassVar[str]
    signals: ClassVar[tuple[str, ...]] = ()
    public: ClassVar[bool] = False

    day: float | str = quantity(
        unit="day number or ISO date", source="given by the user", doc="First day of the policy."
    )
    _: KW_ONLY
    platform: str = quantity(
        FIRST, unit="platform", choices=PLATFORMS, source="given by the user", doc="The platform whose policy it is."
    )

    @abstractmethod
    def act(self, desk: Desk) -> None:
        """Act at the start of a tick: the first of ``day``, then those that ``next_tick`` names."""

    def next_tick(self, tick: int, ticks_per_day: int) -> int | None:
        """The tick at which a policy that acts at ``tick`` acts again; None if it never does."""
        return None

    def measures(self, measures: Measures, ticks_per_day: int) -> Measures:
        """What the platform does to messages and feeds from the first tick of ``day`` on, given what it does already."""
        return measures

    def detectors(self) -> Iterator[tuple[str, Detector]]:
        """The detectors among its fields, by name."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Detector):
                yield field.name, value

    def check_against(self, world: Setting) -> None:
        """Raise InputError, naming the policy's field, for what a world cannot have."""
        if self.platform != FIRST and world.second.members == 0.0:
            raise InputError("must be 'first' where world.second.members is 0, not 'second'", field="platform")
        used = [(name, detector.signals) for name, detector in self.detectors()]
        for name, signals in [("", self.signals), *used]:
            unknown = [signal for signal in signals if signal not in SIGNALS]
            if unknown:
                raise InputError(f"must judge by signals of {', '.join(SIGNALS)}, not {shown(unknown[0])}", field=name)
            missing = [signal for signal in signals if SIGNALS[signal].traced and not world.signals.observe]
            if missing:
                raise InputError(
                    f"must not judge by {', '.join(missing)} where world.signals.observe is false", field=name
                )

    @abstractmethod
    def sentence(self, date: str) -> str:
        """What the policy does, in English."""


@dataclass(frozen=True)
class StandingPolicy(Policy, ABC):
    """Base of policies that hold from ``day`` on and never act on accounts: they only take ``measures``."""

    def act(self, desk: Desk) -> None:
        pass

    @abstractmethod
    def measures(self, measures: Measures, ticks_per_day: int) -> Measures:
        """What the platform does to messages and feeds from the first tick of ``day`` on, given what it does already."""


@dataclass(frozen=True)
class DailyPolicy(Policy, ABC):
    """Base of policies that act at the start of ``day`` and once a day from then on."""

    def next_tick(self, tick: int, ticks_per_day: int) -> int | None:
        return tick + ticks_per_day


def delay_ends(desk: Desk, since: NDArray[np.int64], delay_days: float, after: int) -> NDArray[np.bool_]:
    """Whether a delay that began at the tick ``since`` of each account ended later than tick ``after`` and by now."""
    ends = since + round(delay_days * desk.ticks_per_day)
    return (ends > after) & (ends <= desk.tick)


@dataclass(frozen=True)
class RemovalPolicy(Policy, ABC):
    """Base of policies that remove so many accounts on one day. ``of_sleepers`` says that it looks only for accounts that
    have never been used."""

    of_sleepers: ClassVar[bool] = False

    detector: Detector = quantity(
        default_factory=Perfect, unit="detector", source="given by the user", doc="Who is flagged."
    )
    _: KW_ONLY
    minutes_per_case: float = minutes_field("Work on removing an account.")

    @abstractmethod
    def asked(self) -> int:
        """How many accounts the policy asks to remove."""

    @abstractmethod
    def ranked(self, view: PlatformView, scores: NDArray[np.float64]) -> NDArray[np.int64]:
        """Ids of the accounts that may be removed at the start of the policy's day, those first that are to go first. As many are
        as are asked for, or all there are."""

    def check_against(self, world: Setting) -> None:
        super().check_against(world)
        campaign = world.campaign
        limit = campaign.sleepers.accounts + (0 if self.of_sleepers else campaign.accounts)
        if self.platform != FIRST:
            limit = 0 if self.of_sleepers else sum(pages.accounts for pages in world.second.campaign)
        asked = checked(self.asked(), int, "asked", low=0)
        if asked > limit:
            what = "sleeping accounts" if self.of_sleepers else "accounts"
            raise InputError(
                f"must be at most {limit:,}, all the {what} that the campaign ever had, not {asked:,}",
                field="accounts",
            )

    def act(self, desk: Desk) -> None:
        removed = desk.first_of(self.ranked(desk.view(), desk.scores(self.detector)), self.asked())
        desk.review(removed, self.minutes_per_case)
        desk.suspend(removed, self.asked())


def most_suspicious(view: PlatformView, scores: NDArray[np.float64], eligible: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Ids of the flagged eligible accounts that are not suspended, those with the highest scores first."""
    flagged = np.flatnonzero(eligible & (scores > 0.0) & ~view.suspended)
    return view.account[flagged[np.lexsort((view.account[flagged], -scores[flagged]))]]
