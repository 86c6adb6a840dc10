"""When accounts are registered, and what a platform sees of them that does not change: profiles and the origin of logins."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.actors.campaign import TrollGroup
from sim.people.profiles import Profiles, correlated, rank_levels, shown
from sim.randomness import Stream, uniforms_of
from sim.society.groups import KINDS, Group, by_group, of_campaign, organisers_followers
from sim.society.layout import Layout
from sim.world import World


class Profile(NamedTuple):
    """What is seen of each account: followers, accounts followed, and whether it is marked for the origin of its logins."""

    followers: NDArray[np.int64]
    following: NDArray[np.int64]
    login: NDArray[np.bool_]


def stratified(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    """One level a stratum: the i-th of n draws is mapped into ((i, i + 1) / n)."""
    return (np.arange(draws.size) + draws) / max(draws.size, 1)


def troll_groups(world: World, group: NDArray[np.uint8]) -> Iterator[tuple[TrollGroup, NDArray[np.int64]]]:
    """The campaign's populations, each with its accounts, group by group."""
    for which in Group:
        populations, trolls, first = KINDS[which].populations(world), np.flatnonzero(group == which), 0
        for troll_group, size in zip(populations, _split(trolls.size, [g.share for g in populations]), strict=True):
            yield troll_group, trolls[first : first + size]
            first += size


def _split(total: int, shares: list[float]) -> list[int]:
    """Whole numbers that sum to ``total`` in proportion to ``shares`` (largest remainders)."""
    exact = [total * share for share in shares]
    whole = [math.floor(value) for value in exact]
    by_remainder = sorted(range(len(shares)), key=lambda i: (whole[i] - exact[i], i))
    for i in by_remainder[: total - sum(whole)]:
        whole[i] += 1
    return whole


def follower_levels(trolls: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Where in the quantiles of followers each account of a population of trolls is."""
    return stratified(uniforms_of(seed, Stream.STRATUM, 0, trolls, 0))


def registered(world: World, group: NDArray[np.uint8], seed: int) -> NDArray[np.int32]:
    """Tick from day 0 at which each account is registered: negative or 0 for those older than the calendar."""
    created = np.zeros(group.size, dtype=np.int64)
    citizens = np.arange(world.people)
    ordinary = np.flatnonzero(~of_campaign(group))
    created[ordinary] = _before_day_0(world, world.population.profile, ordinary, seed)
    for troll_group, trolls in troll_groups(world, group):
        created[trolls] = _before_day_0(world, troll_group, trolls, seed)

    new = _draw_newcomers(world, seed)
    first, last = world.newcomers_register
    day = first + (last - first) * uniforms_of(seed, Stream.NEWCOMER, 0, citizens, 1)
    tick = np.clip(np.floor(day * world.ticks_per_day).astype(np.int64), 1, world.ticks)
    created[: world.people] = np.where(new, tick, created[: world.people])

    settings, sleepers = world.campaign.sleepers, np.flatnonzero(group == Group.SLEEPER)
    draw = uniforms_of(seed, Stream.SLEEPER_CREATED, 0, sleepers, 0)
    if settings.created_before < 1.0:
        later = (draw - settings.created_before) / (1.0 - settings.created_before)
        ticks = np.floor(later * settings.created_until * world.ticks_per_day).astype(np.int64)
        created[sleepers] = np.where(later >= 0.0, np.minimum(ticks, world.ticks), created[sleepers])
    return created.astype(np.int32)


def _before_day_0(
    world: World, profiles: Profiles | TrollGroup, accounts: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    if not profiles.age_days:
        return np.zeros(accounts.size, dtype=np.int64)
    age = np.interp(uniforms_of(seed, Stream.PROFILE, 0, accounts, 3), profiles.levels, profiles.age_days)
    return -np.floor(age * world.ticks_per_day).astype(np.int64)


def _draw_newcomers(world: World, seed: int) -> NDArray[np.bool_]:
    return uniforms_of(seed, Stream.NEWCOMER, 0, np.arange(world.people), 0) < world.population.newcomers.share


def draw_profiles(
    world: World, layout: Layout, followers: NDArray[np.int64], following: NDArray[np.int64], seed: int
) -> Profile:
    """Profiles of all accounts; ``followers`` and ``following`` are those of the modelled graph, which is what outlets and the
    second platform show."""
    group = layout.group
    profile = Profile(followers.copy(), following.copy(), _origins(world, group, seed))
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
    for troll_group, trolls in troll_groups(world, group):
        if troll_group.following:
            _show(profile, troll_group, trolls, follower_levels(trolls, seed), seed)
    return profile


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
