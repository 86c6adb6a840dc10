"""Who follows whom in a society: the graph among people, and the followers of accounts with an agenda."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.actors.campaign import TrollGroup
from sim.fields import InputError
from sim.graph.erdos_renyi import random_graph
from sim.graph.follower_graph import FollowerGraph, merge_edges
from sim.graph.followers import followers_of, followers_of_leaning, scaled_counts
from sim.graph.given_network import Network
from sim.graph.preferential import linked_by_degree, preferential_graph
from sim.graph.settings import Graph
from sim.graph.social import social_graph
from sim.people.accounts import by_node
from sim.randomness import Stream, uniforms_of
from sim.society.given import graph_of
from sim.society.groups import KINDS, Group
from sim.society.layout import Layout
from sim.society.profiles import follower_levels, troll_groups
from sim.world import World

Edges = tuple[NDArray[np.int64], NDArray[np.int64]]


def draw_follows(
    world: World, opinions: NDArray[np.float64], layout: Layout, network: Network | None, seed: int
) -> FollowerGraph:
    """Who follows whom, of people with these ``opinions`` (by person)."""
    settings, group, accounts, people = world.graph, layout.group, layout.group.size, world.people
    if settings.kind == "complete":
        return FollowerGraph.complete_graph(accounts)
    if network is not None:
        return graph_of(network)
    if settings.kind == "random":
        return merge_edges(random_graph(seed, people, settings.followees), accounts, (), ())
    if settings.kind == "preferential":
        graph = preferential_graph(seed, people, settings.links)
        actors, linked = linked_by_degree(seed, graph, np.arange(people, accounts), settings.links)
        return merge_edges(graph, accounts, np.concatenate([actors, linked]), np.concatenate([linked, actors]))
    most = math.floor(settings.hub_cap * people) / 2
    if settings.followees > most:
        raise InputError(
            f"must be at most {most:g} where {people:,} people may have up to {settings.hub_cap:g} of all as followers, "
            f"not {settings.followees:g}",
            field="world.graph.followees",
        )
    opinions = by_node(opinions)
    graph = _among_people(settings, seed, opinions, settings.followees)
    cap = math.floor(settings.hub_cap * people)
    edges = []
    for which in Group:
        kind, accounts_of = KINDS[which], layout.on_first(which)
        if kind.followers is not None:
            wanted = kind.followers(world, accounts_of, seed)
            stream, stance = kind.follower_stream, kind.stance(world)
            edges.append(_leaning_edges(world, stream, accounts_of, stance, wanted, np.arange(people), opinions, seed))
    edges += [_troll_edges(world, troll_group, trolls, cap, seed) for troll_group, trolls in troll_groups(world, group)]
    edges.append(_amplification(layout.on_first(Group.ACTIVE_TROLL), world.campaign.amplified, seed))
    graph = _merged(graph, layout.second, edges)
    return _with_second_platform(world, graph, opinions, layout, seed) if layout.twin.size else graph


def _troll_edges(world: World, group: TrollGroup, trolls: NDArray[np.int64], cap: int, seed: int) -> Edges:
    """Followers of trolls among the modelled people: stratified quantiles, rounded by a keyed draw. They do not scale: where
    accounts are fewer by the same factor as people, a person then follows as many of them as in reality."""
    real = np.interp(follower_levels(trolls, seed), group.levels, group.followers)
    counts = scaled_counts(seed, trolls, real * world.campaign.local_follower_share)
    sources, whose = followers_of(seed, Stream.TROLL_FOLLOWERS, trolls, np.minimum(counts, cap), world.people)
    return sources.astype(np.int64), trolls[whose]


def _merged(graph: FollowerGraph, accounts: int, edges: list[Edges]) -> FollowerGraph:
    return merge_edges(graph, accounts, np.concatenate([e[0] for e in edges]), np.concatenate([e[1] for e in edges]))


def _among_people(settings: Graph, seed: int, opinions: NDArray[np.float64], followees: float) -> FollowerGraph:
    return social_graph(
        seed,
        opinions,
        followees,
        settings.tail_exponent,
        settings.closure,
        settings.homophily,
        settings.hub_cap,
        settings.following_spread,
        settings.following_popularity,
    )


def _leaning_edges(
    world: World, stream: Stream, whos: NDArray[np.int64], stance: float, followers: NDArray[np.float64],
    accounts: NDArray[np.int64], opinions: NDArray[np.float64], seed: int,
) -> Edges:  # fmt: skip
    """Followers of accounts that take a stance, with so many expected ``followers`` in the model, among people with these
    ``accounts`` and opinions."""
    cap = math.floor(world.graph.hub_cap * accounts.size)
    wanted = np.minimum(scaled_counts(seed, whos, followers), cap)
    fans, whose = followers_of_leaning(
        seed, stream, whos, np.full(whos.size, stance), wanted, opinions, world.graph.homophily
    )
    return accounts[fans], whos[whose]


def _with_second_platform(
    world: World, graph: FollowerGraph, opinions: NDArray[np.float64], layout: Layout, seed: int
) -> FollowerGraph:
    """The graph with the follows of the second platform's accounts, which begin where those of ``graph`` end."""
    second, members = world.second, layout.members()
    opinions = opinions[layout.twin >= 0]
    # A seed of a run has 63 bits: the 64th tells the second platform's follows from the first one's.
    friends = _among_people(world.graph, seed | 1 << 63, opinions, second.followees)
    joined = FollowerGraph(
        np.concatenate([graph.indptr, graph.indptr[-1] + friends.indptr[1:]]),
        np.concatenate([graph.followees, friends.followees + np.uint32(layout.second)]),
    )
    edges = []
    for group in Group:
        kind = KINDS[group]
        if kind.pages is None:
            continue
        pages = kind.pages(world)
        wanted = np.repeat([p.followers / max(1, p.accounts) * world.scale for p in pages], [p.accounts for p in pages])
        edges.append(
            _leaning_edges(
                world, Stream.PAGE_FOLLOWERS, layout.pages(group), kind.stance(world), wanted, members, opinions, seed
            )
        )
    return _merged(joined, layout.group.size, edges)


def _amplification(actives: NDArray[np.int64], followed: int, seed: int) -> Edges:
    """Every active troll follows ``followed`` others of them (repeats and oneself count once or not at all).

    Sleepers follow nobody: woken ones would fill their feeds with the off-topic posts of the active ones, and post more on the
    topic once those are gone.
    """
    if actives.size < 2 or followed == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    draws = [uniforms_of(seed, Stream.AMPLIFIERS, 0, actives, i) for i in range(min(followed, actives.size))]
    targets = np.concatenate([actives[(draw * actives.size).astype(np.int64)] for draw in draws])
    sources = np.tile(actives, len(draws))
    keep = sources != targets
    return sources[keep], targets[keep]
