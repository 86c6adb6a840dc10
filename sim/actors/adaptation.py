"""How an operator answers losses: not at all, by rebuilding, by keeping its head down, or in a way of the user's own.

An operator looks at its accounts once a day, at the start of the day. Where it has lost some its adaptation is asked for an
``answer``: given the ``Losses`` as the operator sees them, it says in a ``Response`` what is done from now on, until it is asked
again. A response is part of every fork, and all that an adaptation remembers.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numba import float64, int64
from numpy.typing import NDArray

from sim.calendar import in_days
from sim.compiled import scalar
from sim.fields import InputError, Settings, checked, instance, percent, quantity, register, shown, unchanged


class Response(NamedTuple):
    """What an operator does about its losses, from the morning on which it is said.

    ``wake`` are sleepers to wake at once, by their ids in ``Losses.asleep``; ``replaced``, how many have been woken so far, is
    counted by the operator. No active account or woken sleeper posts before the tick ``quiet_until`` (counted from day 0; -1:
    never paused). ``keeps_volume`` has the accounts that are left make the posts of those lost, of which pages on the second
    platform make ``moved_share``, if there are any. ``on_topic_share`` and ``new_share`` are shares of the active accounts'
    posts (None: those of the world). ``lost`` and ``memory`` are for the adaptation itself to remember: how many losses it has
    taken note of, and whatever else. A memory is replaced and never changed in place.
    """

    lost: int = 0
    replaced: int = 0
    quiet_until: int = -1
    keeps_volume: bool = False
    moved_share: float = 0.0
    on_topic_share: float | None = None
    new_share: float | None = None
    memory: Any = None
    wake: Sequence[int] | NDArray[np.int64] = ()


@dataclass(frozen=True)
class Losses:
    """What an operator sees in the morning of a day on which some of its accounts are suspended, or were before.

    ``tick`` is the present, counted from day 0; ``before`` the response that holds so far. ``gone_for`` are the ticks since which
    each account that had been in use is suspended, shape (lost,); ``sleepers`` how many it holds in all, ``asleep`` the
    ids of those it could wake, ascending, and ``draws`` a number in [0, 1) for each of these, always the same.
    """

    tick: int
    ticks_per_day: int
    before: Response
    gone_for: NDArray[np.int64]
    sleepers: int
    asleep: NDArray[np.int64]
    draws: NDArray[np.float64]
    _audience: Callable[[], NDArray[np.int64]]

    @property
    def day(self) -> int:
        """The day that begins; the first is 0."""
        return self.tick // self.ticks_per_day

    def known(self, notice_days: float = 0.0) -> int:
        """How many accounts are known to be lost by somebody who notices a loss after so many days."""
        return int(np.count_nonzero(self.gone_for >= round(notice_days * self.ticks_per_day)))

    def audience(self) -> NDArray[np.int64]:
        """Followers of the followers of each of ``asleep``, added up."""
        return self._audience()

    def first_of(self, ranks: NDArray[np.float64], wanted: int) -> NDArray[np.int64]:
        """The ``wanted`` of ``asleep`` with the lowest ranks, one rank each, or all there are; ids ascending."""
        return np.sort(self.asleep[np.argsort(ranks, kind="stable")[: max(0, wanted)]])


@dataclass(frozen=True)
class Adaptation(Settings, ABC):
    """Base of the ways in which an operator answers losses. ``reacts`` says that there is an answer at all: without one the
    operator need not look at its accounts."""

    name: ClassVar[str]
    reacts: ClassVar[bool] = True

    @abstractmethod
    def answer(self, losses: Losses) -> Response:
        """What is done from now on; asked on every morning on which accounts are lost, or a response to losses holds."""

    def sentence(self) -> str:
        """What the operator does about losses, in English; empty if nothing."""
        return ""

    def checked_answer(self, losses: Losses) -> Response:
        """The answer. Raises InputError for one that an operator cannot follow."""
        field = f"{type(self).__name__}.answer"
        with unchanged(self, "answer", "a Response has a memory", "losses.draws has random numbers"):
            response = instance(self.answer(losses), Response, field)
        ids = np.asarray(response.wake)
        if ids.ndim != 1 or (ids.size and ids.dtype.kind not in "iu") or not np.isin(ids, losses.asleep).all():
            raise InputError(f"must wake sleepers of losses.asleep by their ids, not {shown(response.wake)}", field)
        return response._replace(
            lost=checked(response.lost, int, f"{field}.lost", low=0),
            quiet_until=checked(response.quiet_until, int, f"{field}.quiet_until", low=-1),
            keeps_volume=checked(response.keeps_volume, bool, f"{field}.keeps_volume"),
            moved_share=checked(response.moved_share, float, f"{field}.moved_share", low=0, high=1),
            on_topic_share=checked(response.on_topic_share, float | None, f"{field}.on_topic_share", low=0, high=1),
            new_share=checked(response.new_share, float | None, f"{field}.new_share", low=0, high=1),
            wake=np.unique(ids).astype(np.int64),
        )


@register("static")
@dataclass(frozen=True)
class Static(Adaptation):
    """Goes on as planned with whatever accounts are left."""

    reacts: ClassVar[bool] = False

    def answer(self, losses: Losses) -> Response:
        return Response()


@scalar(int64(int64, int64, int64, int64, float64, float64, float64))
def replacements(
    lost: int, replaced: int, sleepers: int, day: int, each: float, budget_hours: float, hours_per_account: float
) -> int:
    """How many sleepers an operator that rebuilds wakes on a day: those that are missing, ``each`` for an account lost, as far as
    the work of the day goes."""
    pace = min(budget_hours / hours_per_account, float(sleepers))
    able = math.floor(pace * (day + 1)) - math.floor(pace * day)
    return max(0, min(math.floor(lost * each) - replaced, able))


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
        574.0, unit="account-hours a day", low=0, high=1e9,
        source="assumption: one hour an account, at the pace of the regrowth (4,016 accounts in seven days)",
        doc="Work that goes into new accounts.",
    )  # fmt: skip
    hours_per_account: float = quantity(
        1.0, unit="hours", low=0, low_open=True, high=10_000, source="assumption", doc="Work on waking a sleeper."
    )
    keeps_volume: bool = quantity(
        True, unit="yes or no", source="assumption: the plan is a number of posts, whoever makes them",
        doc="Whether the posts of lost accounts are made by those that are left.",
    )  # fmt: skip

    def answer(self, losses: Losses) -> Response:
        known = losses.known(self.notice_days)
        return Response(
            lost=known,
            keeps_volume=self.keeps_volume and known > 0,
            wake=losses.first_of(self.ranks(losses), self._replacements(losses, known)),
        )

    def ranks(self, losses: Losses) -> NDArray[np.float64]:
        """The sleepers of least rank are woken first: here they are drawn."""
        return losses.draws

    def _replacements(self, losses: Losses, known: int) -> int:
        """How many sleepers it wakes today."""
        return int(
            replacements(
                known, losses.before.replaced, losses.sleepers, losses.day, self.replacement, self.budget_hours,
                self.hours_per_account,
            )
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

    def answer(self, losses: Losses) -> Response:
        response, before = super().answer(losses), losses.before
        paused = response.lost > before.lost
        until = losses.tick + round(self.pause_days * losses.ticks_per_day) if paused else before.quiet_until
        if until < 0:
            return response
        return response._replace(
            quiet_until=until,
            moved_share=self.moved_share,
            on_topic_share=self.on_topic_share,
            new_share=self.new_share,
        )

    def ranks(self, losses: Losses) -> NDArray[np.float64]:
        return losses.draws - losses.audience() if self.hubs else losses.draws

    def sentence(self) -> str:
        hubs = " It wakes those first whom much-followed people follow." if self.hubs else ""
        moved = (
            f" Pages on the second platform make {percent(self.moved_share)} of the lost posts."
            if self.moved_share
            else ""
        )
        return (
            f"{super().sentence()} Its accounts fall silent for {in_days(self.pause_days)}; from then on "
            f"{percent(self.on_topic_share)} of what the active ones write is on the topic, and "
            f"{percent(1.0 - self.new_share)} of what they post are reshares of one another.{hubs}{moved}"
        )
