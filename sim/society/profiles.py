"""When accounts are registered, and what a platform sees of them that does not change: profiles and the origin of logins."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.actors.campaign import TrollGroup
from sim.graph.kind import LeaningGraph
from sim.people.profiles import Profiles, correlated, rank_levels, shown
from sim.randomness import Stream, uniforms_of
from sim.society.audiences import audiences, follower_levels, page_audiences, populations
from sim.society.groups import Group, by_group, of_campaign, organisers_followers
from sim.society.layout import Layout
from sim.society.sleepers import before_day_0
from sim.world import World


class Profile(NamedTuple):
    """What is seen of each account, the reserve's after all others: followers, accounts followed, and whether it is marked for
    the origin of its logins."""

    followers: NDArray[np.int64]
    following: NDArray[np.int64]
    login: NDArray[np.bool_]


class Seen:
    """The profiles of a society, drawn when a platform first looks: in most runs none does."""

    def __init__(
        self, world: World, layout: Layout, followers: NDArray[np.int64], following: NDArray[np.int64], seed: int
    ) -> None:
        self._drawn_from = (world, layout, followers, following, seed)

    @cached_property
    def profile(self) -> Profile:
        """The profiles of all accounts."""
        return draw_profiles(*self._drawn_from)


def registered(world: World, layout: Layout, seed: int) -> NDArray[np.int32]:
    """Tick from day 0 at which each account that may be in use is registered: negative or 0 for those older than the calendar."""
    group = layout.group
    created = np.zeros(group.size, dtype=np.int64)
    citizens = np.arange(world.people)
    ordinary = np.flatnonzero(~of_campaign(group))
    created[ordinary] = before_day_0(world, world.population.profile, ordinary, seed)
    for population, trolls in populations(world, Group.ACTIVE_TROLL, layout.on_first(Group.ACTIVE_TROLL)):
        created[trolls] = before_day_0(world, population, trolls, seed)
    created[layout.on_first(Group.SLEEPER)] = layout.sleepers.created[: layout.sleepers.in_use]

    new = _draw_newcomers(world, seed)
    first, last = world.newcomers_register
    day = first + (last - first) * uniforms_of(seed, Stream.NEWCOMER, 0, citizens, 1)
    tick = np.clip(np.floor(day * world.ticks_per_day).astype(np.int64), 1, world.ticks)
    created[: world.people] = np.where(new, tick, created[: world.people])
    return created.astype(np.int32)


def _draw_newcomers(world: World, seed: int) -> NDArray[np.bool_]:
    return uniforms_of(seed, Stream.NEWCOMER, 0, np.arange(world.people), 0) < world.population.newcomers.share


def draw_profiles(
    world: World, layout: Layout, followers: NDArray[np.int64], following: NDArray[np.int64], seed: int
) -> Profile:
    """Profiles of all accounts. ``followers`` and ``following`` are those of the modelled graph; a profile that is not drawn
    from quantiles shows them, with the followers of reality in place of those modelled."""
    reserve = layout.reserve()
    none = np.zeros(reserve.size, dtype=np.int64)
    group = np.concatenate([layout.group, np.full(reserve.size, Group.SLEEPER, dtype=np.uint8)])
    profile = Profile(
        np.concatenate([followers, none]), np.concatenate([following, none]), _origins(world, group, seed)
    )
    if isinstance(world.graph, LeaningGraph):
        _add_followers_not_modelled(world, layout, profile, seed)
    population, citizens = world.population, np.arange(world.people)
    organisers = layout.on_first(Group.ORGANISER)
    if population.profile.levels:
        levels = rank_levels(followers[: world.people], citizens, seed)
        _show(profile, population.profile, citizens, levels, seed)
        _show(profile, population.profile, organisers, uniforms_of(seed, Stream.PROFILE, 0, organisers, 0), seed)
        profile.followers[organisers] = np.floor(organisers_followers(world, organisers, seed) + 0.5)
    if population.bare_profile.levels:
        share = np.where(_draw_newcomers(world, seed), population.newcomers.bare, population.bare)
        bare = np.flatnonzero(uniforms_of(seed, Stream.PROFILE, 0, citizens, 4) < share)
        _show(profile, population.bare_profile, bare, rank_levels(followers[bare], bare, seed), seed)
    for troll_group, trolls in _trolls(world, layout):
        if troll_group.following:
            _show(profile, troll_group, trolls, follower_levels(trolls, seed), seed)
    return profile


def _add_followers_not_modelled(world: World, layout: Layout, profile: Profile, seed: int) -> None:
    for people, found in (
        (world.people, audiences(world, layout, seed)),
        (layout.members().size, page_audiences(world, layout)),
    ):
        for audience in found:
            not_modelled = audience.in_reality(world, people, seed) - audience.modelled(world, people, seed)
            profile.followers[audience.accounts] += not_modelled


def _trolls(world: World, layout: Layout) -> Iterator[tuple[TrollGroup, NDArray[np.int64]]]:
    """The campaign's populations, and the reserve's, each with its accounts on the first platform."""
    for group in Group:
        yield from populations(world, group, layout.on_first(group))
    yield from populations(world, Group.SLEEPER, layout.reserve())


def _show(
    profile: Profile, known: Profiles | TrollGroup, accounts: NDArray[np.int64], level: NDArray[np.float64], seed: int
) -> None:
    if known.followers:
        profile.followers[accounts] = shown(known.levels, known.followers, level)
    if known.following:
        other = correlated(level, accounts, known.rank_correlation, seed)
        profile.following[accounts] = shown(known.levels, known.following, other)


def _origins(world: World, group: NDArray[np.uint8], seed: int) -> NDArray[np.bool_]:
    chance = by_group(lambda kind: kind.login(world))
    return uniforms_of(seed, Stream.LOGIN_ORIGIN, 0, np.arange(group.size), 0) < chance[group]
