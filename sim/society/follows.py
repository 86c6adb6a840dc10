"""Who follows whom in a society: the graph among people, and the followers of accounts with an agenda."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError, shown, unchanged
from sim.graph.follower_graph import FollowerGraph, merge_edges
from sim.graph.followers import followers_of, followers_of_leaning
from sim.graph.given_network import Network
from sim.graph.kind import GeneratedGraph, LeaningGraph
from sim.people.accounts import by_node
from sim.randomness import Stream, uniforms_of
from sim.society.audiences import Audience, audiences, page_audiences
from sim.society.given import graph_of
from sim.society.groups import Group
from sim.society.layout import Layout
from sim.world import World

_NOTHING_ELSE = "nothing but what it is given decides what it returns"
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
        with unchanged(settings, "enlarged", _NOTHING_ELSE):
            return settings.enlarged(graph, layout.group.size, seed)
    everybody = np.arange(world.people)
    edges = [
        _edges_to(world, settings, audience, everybody, opinions, seed) for audience in audiences(world, layout, seed)
    ]
    edges.append(_amplification(layout.on_first(Group.ACTIVE_TROLL), world.campaign.amplified, seed))
    graph = _merged(graph, layout.second, edges)
    return _with_second_platform(world, settings, graph, opinions, layout, seed) if layout.twin.size else graph


def _merged(graph: FollowerGraph, accounts: int, edges: list[Edges]) -> FollowerGraph:
    return merge_edges(graph, accounts, np.concatenate([e[0] for e in edges]), np.concatenate([e[1] for e in edges]))


def _among_people(settings: GeneratedGraph, opinions: NDArray[np.float64], seed: int) -> FollowerGraph:
    try:
        with unchanged(settings, "draw", _NOTHING_ELSE):
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


def _edges_to(
    world: World, settings: LeaningGraph, audience: Audience, accounts: NDArray[np.int64], opinions: NDArray[np.float64],
    seed: int,
) -> Edges:  # fmt: skip
    """Followers of accounts with an agenda, among people with these ``accounts`` and opinions."""
    whos, wanted = audience.accounts, audience.modelled(world, accounts.size, seed)
    if audience.stance is None:
        fans, whose = followers_of(seed, audience.stream, whos, wanted, accounts.size)
    else:
        stances = np.full(whos.size, audience.stance)
        fans, whose = followers_of_leaning(seed, audience.stream, whos, stances, wanted, opinions, settings.homophily)
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
    edges = [
        _edges_to(world, settings, audience, members, opinions, seed) for audience in page_audiences(world, layout)
    ]
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
