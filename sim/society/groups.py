"""What an account is: a row a group of accounts, from which everything that differs by group is derived.

A new group is a member of ``Group`` with a row in ``KINDS``, its settings, their line in ``World`` and, if its accounts do what
none does yet, a class in ``sim.engine.agents``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.actors.campaign import TrollGroup
from sim.actors.second_platform import Pages
from sim.feed.legality import Propensity
from sim.people.accounts import Role
from sim.randomness import Stream, uniforms_of
from sim.world import World


class Group(IntEnum):
    """What an account is for the schedule: its number in all arrays by group. Account ids have this order on either platform;
    the campaign's accounts, from ACTIVE_TROLL on, come after everybody else's."""

    CITIZEN = 0
    ORGANISER = 1
    OUTLET = 2
    ACTIVE_TROLL = 3
    SLEEPER = 4
    PAGE = 5


V = TypeVar("V")
OfWorld: TypeAlias = Callable[[World], V]


def _always(value: V) -> OfWorld[V]:
    return lambda world: value


_ALL, _NONE, _ZERO = _always(1.0), _always(0), _always(0.0)
_NO_POPULATIONS: OfWorld[tuple[TrollGroup, ...]] = _always(())


@dataclass(frozen=True)
class Words:
    """How a group's accounts are called: their ``name`` in tables, ``one`` and ``several`` of them in sentences, in which
    ``about`` follows the number; those still ``asleep`` where the group's are woken one by one."""

    name: str
    one: str
    several: str
    about: str = ""
    asleep: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A group of accounts. What depends on the settings is a function of the world.

    On the first platform it has so many ``accounts``, on the second ``pages`` (people's accounts there apart), each of which
    stands for ``weight`` of them in reality: one, unless it is a modelled person's.
    ``stance`` is the opinion of accounts that never change theirs, -1 to 1. Of what they post, ``new_share`` is new, of which
    ``on_topic_share`` is on the topic and ``scripted_share`` copied from one of ``scripts`` texts in reality, or of those of
    the group ``scripts_of``. ``posts_per_day`` are those of an account, 0 where that is not one number; ``by_the_clock`` says
    that they follow the readers' day and nobody decides about them. Accounts with ``followers`` (in reality, one number an
    account, by world, account ids and seed) are followed by people who lean their way, drawn from ``follower_stream``; others
    have those of their ``populations``. ``login`` is the probability of a mark for the origin of logins, ``illegality`` how
    likely new messages break the rules. The campaign's accounts (Role.TROLL) are asleep until day 0; those ``held_back`` are
    then woken one by one, the others begin. Accounts that ``have_posted`` have a history when the platform first sees them.
    """

    words: Words
    role: Role
    accounts: OfWorld[int] = _NONE
    weight: OfWorld[float] = _ALL
    pages: OfWorld[tuple[Pages, ...]] | None = None
    stance: OfWorld[float]
    new_share: OfWorld[float] = _ALL
    on_topic_share: OfWorld[float] = _ALL
    scripted_share: OfWorld[float] = _ZERO
    scripts: OfWorld[int] = _NONE
    scripts_of: Group | None = None
    posts_per_day: OfWorld[float] = _ZERO
    by_the_clock: bool = False
    followers: Callable[[World, NDArray[np.int64], int], NDArray[np.float64]] | None = None
    follower_stream: Stream = Stream.PAGE_FOLLOWERS
    populations: OfWorld[tuple[TrollGroup, ...]] = _NO_POPULATIONS
    login: OfWorld[float]
    illegality: OfWorld[Propensity]
    held_back: bool = False
    have_posted: bool = False


def organisers_followers(world: World, organisers: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Followers in reality of each organiser: uniform from 0 to twice the mean."""
    return world.organisers.followers * 2.0 * uniforms_of(seed, Stream.STRATUM, 0, organisers, 0)


def _outlets_followers(world: World, outlets: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    return np.full(outlets.size, world.outlets.followers)


KINDS: dict[Group, Kind] = {
    Group.CITIZEN: Kind(
        words=Words("citizen", "citizen", "citizens"),
        role=Role.CITIZEN,
        accounts=lambda world: world.people,
        weight=lambda world: world.weight,
        stance=_always(0.0),
        new_share=lambda world: world.expression.new_share,
        on_topic_share=lambda world: world.expression.on_topic_share,
        scripted_share=lambda world: world.expression.slogan_share,
        scripts=lambda world: world.expression.slogans,
        login=lambda world: world.signals.login_citizens,
        illegality=lambda world: world.illegality.citizens,
    ),
    Group.ORGANISER: Kind(
        words=Words("organiser", "organiser", "organisers"),
        role=Role.ORGANISER,
        accounts=lambda world: world.organisers.accounts,
        pages=lambda world: world.second.organisers,
        stance=lambda world: world.organisers.stance,
        scripted_share=lambda world: world.organisers.scripted_share,
        scripts=lambda world: world.organisers.scripts,
        posts_per_day=lambda world: world.organisers.posts_per_day,
        followers=organisers_followers,
        follower_stream=Stream.ORGANISER_FOLLOWERS,
        login=lambda world: world.signals.login_organisers,
        illegality=lambda world: world.illegality.organisers,
    ),
    # Genuine newspapers and pages; their words count among everybody else's, as citizens' do.
    Group.OUTLET: Kind(
        words=Words("outlet", "genuine outlet", "genuine outlets", about=" on the other side"),
        role=Role.CITIZEN,
        accounts=lambda world: world.outlets.accounts,
        pages=lambda world: world.second.outlets,
        stance=lambda world: world.outlets.stance,
        on_topic_share=lambda world: world.outlets.on_topic_share,
        scripted_share=lambda world: world.outlets.scripted_share,
        scripts=lambda world: world.outlets.scripts,
        posts_per_day=lambda world: world.outlets.posts_per_day,
        by_the_clock=True,
        followers=_outlets_followers,
        login=lambda world: world.signals.login_citizens,
        illegality=_always(Propensity()),
    ),
    Group.ACTIVE_TROLL: Kind(
        words=Words("troll", "troll active from the start", "trolls active from the start"),
        role=Role.TROLL,
        accounts=lambda world: world.campaign.accounts,
        stance=lambda world: world.campaign.stance,
        new_share=lambda world: world.campaign.new_share,
        on_topic_share=lambda world: world.campaign.on_topic_share,
        scripted_share=lambda world: world.campaign.scripted_share,
        scripts=lambda world: world.campaign.scripts,
        populations=lambda world: world.campaign.groups,
        login=lambda world: world.signals.login_trolls,
        illegality=lambda world: world.illegality.trolls,
        have_posted=True,  # they were bought with a history
    ),
    Group.SLEEPER: Kind(
        words=Words(
            "sleeper", "woken sleeper", "woken sleepers", asleep=("account still asleep", "accounts still asleep")
        ),
        role=Role.TROLL,
        accounts=lambda world: world.campaign.sleepers.accounts,
        stance=lambda world: world.campaign.stance,
        new_share=lambda world: world.campaign.new_share,
        on_topic_share=lambda world: world.campaign.sleepers.on_topic_share,
        scripted_share=lambda world: world.campaign.scripted_share,
        scripts_of=Group.ACTIVE_TROLL,
        posts_per_day=lambda world: world.campaign.sleepers.posts_per_day,
        populations=lambda world: (world.campaign.sleepers.group.replace({"share": 1.0}),),
        login=lambda world: world.signals.login_trolls,
        illegality=lambda world: world.illegality.trolls,
        held_back=True,
    ),
    Group.PAGE: Kind(
        words=Words("page", "page of the campaign", "pages of the campaign"),
        role=Role.TROLL,
        pages=lambda world: world.second.campaign,
        stance=lambda world: world.campaign.stance,
        scripted_share=lambda world: world.campaign.scripted_share,
        scripts_of=Group.ACTIVE_TROLL,
        posts_per_day=lambda world: world.second.campaign_posts_per_day,
        login=lambda world: world.signals.login_trolls,
        illegality=lambda world: world.illegality.trolls,
        have_posted=True,
    ),
}

IS_CAMPAIGN = np.array([KINDS[group].role == Role.TROLL for group in Group])
"""Whether each group is the campaign's, shape (groups,)."""

_FIRST_OF_CAMPAIGN = int(np.argmax(IS_CAMPAIGN))  # all after it are the campaign's, too

INNOCENT = tuple(group for group in Group if not IS_CAMPAIGN[group])
"""The groups that are not the campaign's, in order."""


def of_campaign(group: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether each account is the campaign's, given its group."""
    # A plain number: a look into the table, or comparing bytes with an enumeration, costs five times as much and more.
    return group >= _FIRST_OF_CAMPAIGN


def groups_where(holds: Callable[[Kind], bool]) -> tuple[Group, ...]:
    """The groups of which something holds, in order."""
    return tuple(group for group in Group if holds(KINDS[group]))


def by_group(of: Callable[[Kind], float]) -> NDArray[np.float64]:
    """A number of each group, shape (groups,): ``by_group(lambda kind: kind.stance(world))``."""
    return np.array([of(KINDS[group]) for group in Group], dtype=np.float64)


def accounts_on_second(world: World, group: Group) -> int:
    """Accounts of a group on the second platform: pages, and people's own."""
    if group == Group.CITIZEN:
        return world.second_members
    pages = KINDS[group].pages
    return 0 if pages is None else sum(kind.accounts for kind in pages(world))


def page_followers(world: World, group: Group) -> NDArray[np.float64]:
    """Followers in reality of each of a group's pages on the second platform, shape (pages,)."""
    pages = KINDS[group].pages
    kinds = () if pages is None else pages(world)
    return np.repeat(
        np.array([kind.followers / max(1, kind.accounts) for kind in kinds], dtype=np.float64),
        [kind.accounts for kind in kinds],
    )


def all_accounts(world: World) -> int:
    """Accounts of all groups on both platforms, all sleepers among them."""
    return sum(KINDS[group].accounts(world) + accounts_on_second(world, group) for group in Group)


def innocent_accounts(world: World) -> float:
    """Accounts in reality of all groups that are not the campaign's, on both platforms."""
    return sum(
        KINDS[group].weight(world) * (KINDS[group].accounts(world) + accounts_on_second(world, group))
        for group in INNOCENT
    )


def texts_by_group(world: World) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many texts each group's accounts copy, and the number of the first of them. They are fewer where its accounts stand
    for several, with one at least where there are any, so that two accounts copy the same as often as in reality."""
    kinds = [KINDS[group] for group in Group]
    texts = np.array(
        [
            max(1, math.floor(kind.scripts(world) / kind.weight(world) + 0.5)) if kind.scripts(world) else 0
            for kind in kinds
        ],
        dtype=np.int64,
    )
    of = [(group, KINDS[group].scripts_of) for group in Group]
    whose = np.array([group if other is None else other for group, other in of])
    return texts[whose], (np.cumsum(texts) - texts)[whose]
