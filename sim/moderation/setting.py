"""What a policy may ask of the world before it is simulated: whether what it needs is there (``sim.World`` is one)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sim.feed.settings import Feed
from sim.people.signals import Signals


class Accounts(Protocol):
    """So many accounts in reality."""

    @property
    def accounts(self) -> int: ...


class Campaign(Accounts, Protocol):
    """What the campaign ever has on the first platform: active accounts, and sleepers."""

    @property
    def sleepers(self) -> Accounts: ...


class SecondPlatform(Protocol):
    """The share of people on the second platform (0: there is none), and the campaign's pages there."""

    @property
    def members(self) -> float: ...
    @property
    def campaign(self) -> Sequence[Accounts]: ...


class Setting(Protocol):
    """A world, as far as policies look at it."""

    @property
    def campaign(self) -> Campaign: ...
    @property
    def second(self) -> SecondPlatform: ...
    @property
    def signals(self) -> Signals: ...
    @property
    def feed(self) -> Feed: ...
