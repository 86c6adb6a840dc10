"""How many follow the accounts with an agenda, in reality and among the modelled people."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.actors.campaign import TrollGroup
from sim.graph.followers import scaled_counts
from sim.randomness import Stream, uniforms_of
from sim.society.groups import KINDS, Group, page_followers
from sim.society.layout import Layout
from sim.world import World


class Audience(NamedTuple):
    """Accounts with the expected number of people in reality who follow each: people who lean towards the ``stance`` of the
    accounts, or anybody (None), drawn from ``stream``."""

    accounts: NDArray[np.int64]
    followers: NDArray[np.float64]
    stream: Stream
    stance: float | None

    def in_reality(self, world: World, people: int, seed: int) -> NDArray[np.int64]:
        """Followers of each among those for whom so many modelled people stand, in whole numbers; at most all of them."""
        return np.minimum(scaled_counts(seed, self.accounts, self.followers), round(people * world.weight))

    def modelled(self, world: World, people: int, seed: int) -> NDArray[np.int64]:
        """How many of them are among so many modelled people: fewer by what one of these stands for, in whole numbers by a draw
        of the account, and at most all."""
        return np.minimum(scaled_counts(seed, self.accounts, self.followers * world.scale), people)


def audiences(world: World, layout: Layout, seed: int) -> Iterator[Audience]:
    """Those of accounts on the first platform."""
    for group in Group:
        kind, accounts = KINDS[group], layout.on_first(group)
        if kind.followers is not None:
            yield Audience(accounts, kind.followers(world, accounts, seed), kind.follower_stream, kind.stance(world))
    for group in Group:
        for population, trolls in populations(world, group, layout.on_first(group)):
            real = np.interp(follower_levels(trolls, seed), population.levels, population.followers)
            yield Audience(trolls, real * world.campaign.local_follower_share, Stream.TROLL_FOLLOWERS, None)


def page_audiences(world: World, layout: Layout) -> Iterator[Audience]:
    """Those of pages on the second platform."""
    for group in Group:
        if KINDS[group].pages is not None:
            stance = KINDS[group].stance(world)
            yield Audience(layout.pages(group), page_followers(world, group), Stream.PAGE_FOLLOWERS, stance)


def populations(
    world: World, group: Group, accounts: NDArray[np.int64]
) -> Iterator[tuple[TrollGroup, NDArray[np.int64]]]:
    """The populations of one of the campaign's groups, each with its part of these accounts."""
    found, first = KINDS[group].populations(world), 0
    for population, size in zip(found, _split(accounts.size, [each.share for each in found]), strict=True):
        yield population, accounts[first : first + size]
        first += size


def _split(total: int, shares: list[float]) -> list[int]:
    """Whole numbers that sum to ``total`` in proportion to ``shares`` (largest remainders)."""
    exact = [total * share for share in shares]
    whole = [math.floor(value) for value in exact]
    by_remainder = sorted(range(len(shares)), key=lambda i: (whole[i] - exact[i], i))
    for i in by_remainder[: total - sum(whole)]:
        whole[i] += 1
    return whole


def stratified(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    """One level a stratum: the i-th of n draws is mapped into ((i, i + 1) / n)."""
    return (np.arange(draws.size) + draws) / max(draws.size, 1)


def follower_levels(trolls: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Where in the quantiles of followers each account of a population of trolls is."""
    return stratified(uniforms_of(seed, Stream.STRATUM, 0, trolls, 0))
