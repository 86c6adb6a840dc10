"""Who follows whom in a society: the graph among people, and the followers of accounts with an agenda."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.actors.campaign import TrollGroup
from sim.fields import InputError, shown
from sim.graph.follower_graph import FollowerGraph, merge_edges
from sim.graph.followers import followers_of, followers_of_leaning, scaled_counts
from sim.graph.given_network import Network
from sim.graph.kind import GeneratedGraph, LeaningGraph
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
    if network is not None:
        return graph_of(network)
    settings, opinions = world.graph, by_node(opinions)
    assert isinstance(settings, GeneratedGraph)
    graph = _among_people(settings, opinions, seed)
    if not isinstance(settings, LeaningGraph):
        return settings.enlarged(graph, layout.group.size, seed)
    everybody, cap = np.arange(world.people), settings.most_followers(world.people)
    edges = []
    for which in Group:
        kind, accounts_of = KINDS[which], layout.on_first(which)
        if kind.followers is not None:
            wanted = kind.followers(world, accounts_of, seed)
            stream, stance = kind.follower_stream, kind.stance(world)
            edges.append(_leaning_edges(settings, stream, accounts_of, stance, wanted, everybody, opinions, seed))
    groups = troll_groups(world, layout.group)
    edges += [_troll_edges(world, troll_group, trolls, cap, seed) for troll_group, trolls in groups]
    edges.append(_amplification(layout.on_first(Group.ACTIVE_TROLL), world.campaign.amplified, seed))
    graph = _merged(graph, layout.second, edges)
    return _with_second_platform(world, settings, graph, opinions, layout, seed) if layout.twin.size else graph


def _troll_edges(world: World, group: TrollGroup, trolls: NDArray[np.int64], cap: int, seed: int) -> Edges:
    """Followers of trolls among the modelled people: stratified quantiles, rounded by a keyed draw. They do not scale: where
    accounts are fewer by the same factor as people, a person then follows as many of them as in reality."""
    real = np.interp(follower_levels(trolls, seed), group.levels, group.followers)
    counts = scaled_counts(seed, trolls, real * world.campaign.local_follower_share)
    sources, whose = followers_of(seed, Stream.TROLL_FOLLOWERS, trolls, np.minimum(counts, cap), world.people)
    return sources.astype(np.int64), trolls[whose]


def _merged(graph: FollowerGraph, accounts: int, edges: list[Edges]) -> FollowerGraph:
    return merge_edges(graph, accounts, np.concatenate([e[0] for e in edges]), np.concatenate([e[1] for e in edges]))


def _among_people(settings: GeneratedGraph, opinions: NDArray[np.float64], seed: int) -> FollowerGraph:
    try:
        graph: object = settings.draw(opinions, seed)
    except InputError as error:
        raise error.under("world.graph") from None
    if isinstance(graph, FollowerGraph) and graph.n == opinions.size:
        return graph
    found = f"one of {graph.n:,}" if isinstance(graph, FollowerGraph) else shown(graph)
    raise InputError(
        f"must draw a FollowerGraph of {opinions.size:,} people, not {found} as {type(settings).__name__} does",
        "world.graph",
    )


def _leaning_edges(
    settings: LeaningGraph, stream: Stream, whos: NDArray[np.int64], stance: float, followers: NDArray[np.float64],
    accounts: NDArray[np.int64], opinions: NDArray[np.float64], seed: int,
) -> Edges:  # fmt: skip
    """Followers of accounts that take a stance, with so many expected ``followers`` in the model, among people with these
    ``accounts`` and opinions."""
    wanted = np.minimum(scaled_counts(seed, whos, followers), settings.most_followers(accounts.size))
    fans, whose = followers_of_leaning(
        seed, stream, whos, np.full(whos.size, stance), wanted, opinions, settings.homophily
    )
    return accounts[fans], whos[whose]


def _with_second_platform(
    world: World, settings: LeaningGraph, graph: FollowerGraph, opinions: NDArray[np.float64], layout: Layout, seed: int
) -> FollowerGraph:
    """The graph with the follows of the second platform's accounts, which begin where those of ``graph`` end."""
    second, members = world.second, layout.members()
    opinions = opinions[layout.twin >= 0]
    # A seed of a run has 63 bits: the 64th tells the second platform's follows from the first one's.
    friends = _among_people(settings.replace(followees=second.followees), opinions, seed | 1 << 63)
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
                settings,
                Stream.PAGE_FOLLOWERS,
                layout.pages(group),
                kind.stance(world),
                wanted,
                members,
                opinions,
                seed,
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
