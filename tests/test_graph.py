"""The follower graph: storage, generators, edge lists, networkx."""

from __future__ import annotations

import itertools
import resource
from concurrent.futures import ThreadPoolExecutor

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.fields import InputError
from sim.graph import Preferential, Social
from sim.graph.follower_graph import FollowerGraph, merge_edges
from sim.graph.followers import draw_followers, followers_of, followers_of_leaning, scaled_count, scaled_counts
from sim.graph.networks import from_networkx, to_networkx
from sim.graph.preferential import linked_by_degree
from sim.randomness import Stream, uniforms

N = 10_000


def camps(n: int) -> np.ndarray:
    """Two broad camps of opinion, like the population's default."""
    bell = sum(uniforms(3, Stream.OPINION, 0, n, i) for i in range(3)) * 2.0 - 3.0
    camp = uniforms(3, Stream.OPINION, 0, n, 3) < 0.6
    return np.clip(np.where(camp, 0.45, -0.35) + 0.25 * bell, -1.0, 1.0)


def followers(graph: FollowerGraph) -> np.ndarray:
    return np.repeat(np.arange(graph.n), graph.following_count())


def edges(graph: FollowerGraph) -> set[tuple[int, int]]:
    return set(zip(followers(graph).tolist(), graph.followees.tolist(), strict=True))


def same(a: FollowerGraph, b: FollowerGraph) -> bool:
    return np.array_equal(a.indptr, b.indptr) and np.array_equal(a.followees, b.followees) and a.complete == b.complete


def correlation(graph: FollowerGraph, opinions: np.ndarray) -> float:
    return float(np.corrcoef(opinions[followers(graph)], opinions[graph.followees])[0, 1])


def clustering(graph: FollowerGraph) -> float:
    return float(nx.average_clustering(to_networkx(graph).to_undirected(), range(0, graph.n, 10)))


def rewired(graph: FollowerGraph) -> FollowerGraph:
    """The same numbers of followers and (up to chance duplicates) followees, otherwise random."""
    targets = np.random.default_rng(0).permutation(graph.followees).astype(np.int64)
    return FollowerGraph.from_edges(graph.n, followers(graph), targets)


def check_rows(graph: FollowerGraph) -> None:
    assert graph.indptr.dtype == np.int64
    assert graph.followees.dtype == np.uint32
    assert graph.indptr[0] == 0
    assert graph.indptr[-1] == len(graph.followees)
    rows = followers(graph)
    assert not np.any(rows == graph.followees)
    inside = rows[1:] == rows[:-1]
    assert np.all(np.diff(graph.followees.astype(np.int64))[inside] > 0)


@pytest.fixture(scope="module")
def default() -> FollowerGraph:
    return Social().draw(camps(N), 1)


# Storage


@st.composite
def edge_lists(draw: st.DrawFn, n: int) -> tuple[list[int], list[int]]:
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=60))
    return [u for u, _ in pairs], [v for _, v in pairs]


def reference(n: int, *lists: tuple[list[int], list[int]]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n))
    for sources, targets in lists:
        graph.add_edges_from((u, v) for u, v in zip(sources, targets, strict=True) if u != v)
    return graph


@settings(deadline=None)
@given(st.data(), st.integers(1, 12))
def test_from_edges_agrees_with_networkx(data: st.DataObject, n: int) -> None:
    given_edges = data.draw(edge_lists(n))
    graph = FollowerGraph.from_edges(n, *given_edges)
    expected = reference(n, given_edges)
    check_rows(graph)
    assert edges(graph) == set(expected.edges)
    assert graph.n_edges == expected.number_of_edges()
    assert graph.mean_degree == expected.number_of_edges() / n
    assert graph.followers_count().tolist() == [expected.in_degree(i) for i in range(n)]
    assert graph.following_count().tolist() == [expected.out_degree(i) for i in range(n)]


@settings(deadline=None)
@given(st.data(), st.integers(1, 10), st.integers(0, 5))
def test_merge_edges_agrees_with_networkx(data: st.DataObject, n: int, more: int) -> None:
    old, new = data.draw(edge_lists(n)), data.draw(edge_lists(n + more))
    graph = merge_edges(FollowerGraph.from_edges(n, *old), n + more, *new)
    check_rows(graph)
    assert graph.n == n + more
    assert edges(graph) == set(reference(n + more, old, new).edges)


@settings(deadline=None)
@given(st.data(), st.integers(1, 10))
def test_relabelling_agrees_with_networkx(data: st.DataObject, n: int) -> None:
    given_edges = data.draw(edge_lists(n))
    labels = data.draw(st.permutations(range(n)))
    graph = FollowerGraph.from_edges(n, *given_edges).relabelled(labels)
    check_rows(graph)
    assert edges(graph) == set(nx.relabel_nodes(reference(n, given_edges), dict(enumerate(labels))).edges)


def test_complete_and_empty_graphs() -> None:
    complete = FollowerGraph.complete_graph(5)
    assert (complete.n, complete.n_edges, len(complete.followees), complete.mean_degree) == (5, 20, 0, 4.0)
    assert complete.followers_count().tolist() == complete.following_count().tolist() == [4] * 5
    assert complete.indptr.tolist() == [0] * 6
    assert merge_edges(complete, 5, [0], [1]).complete
    assert complete.relabelled([4, 3, 2, 1, 0]).complete
    empty = FollowerGraph.empty(3)
    assert (empty.n, empty.n_edges, empty.mean_degree) == (3, 0, 0.0)
    assert empty.followers_count().tolist() == [0, 0, 0]
    assert FollowerGraph.empty(0).mean_degree == 0.0


def test_bad_edges_are_named() -> None:
    with pytest.raises(InputError, match="targets must be from 0 to 2, not 3"):
        FollowerGraph.from_edges(3, [0], [3])
    with pytest.raises(InputError, match="sources must be from 0 to 2, not -1"):
        FollowerGraph.from_edges(3, [-1], [0])
    with pytest.raises(InputError, match="sources must be as many as targets"):
        FollowerGraph.from_edges(3, [0, 1], [0])
    with pytest.raises(InputError, match="sources must be one list of whole numbers"):
        FollowerGraph.from_edges(3, [0.5], [1])
    with pytest.raises(InputError, match="n must be at least the 3 accounts"):
        merge_edges(FollowerGraph.empty(3), 2, [], [])
    with pytest.raises(InputError, match="n must be 3, the accounts of the complete graph, not 4"):
        merge_edges(FollowerGraph.complete_graph(3), 4, [3], [0])
    with pytest.raises(InputError, match="labels must be a permutation"):
        FollowerGraph.empty(3).relabelled([0, 0, 1])


# The social graph


def test_rows_and_mean(default: FollowerGraph) -> None:
    check_rows(default)
    assert default.mean_degree == pytest.approx(20.0, rel=0.03)


def test_followers_are_heavy_tailed(default: FollowerGraph) -> None:
    count = np.sort(default.followers_count())[::-1]
    assert count[: N // 100].sum() > 0.1 * count.sum()
    assert count[0] > 15 * default.mean_degree
    assert np.median(count) < 0.7 * default.mean_degree


@pytest.mark.parametrize("exponent", [2.3, 3.0])
def test_tail_exponent_is_that_asked_for(exponent: float) -> None:
    # With the cap far away; Hill's estimator on the 3 % with most followers.
    graph = Social(followees=10.0, tail_exponent=exponent, hub_cap=0.5).draw(camps(50_000), 2)
    count = np.sort(graph.followers_count())[::-1].astype(float)
    k = 1500
    assert 1.0 + 1.0 / np.mean(np.log(count[:k] / count[k])) == pytest.approx(exponent, abs=0.3)


def test_numbers_of_followees_differ(default: FollowerGraph) -> None:
    count = default.following_count()
    assert count.min() >= 5
    assert count.max() > 10 * default.mean_degree
    assert np.std(count) > 0.5 * default.mean_degree


@pytest.mark.parametrize(("spread", "popularity"), [(1.21, 0.65), (0.5, 0.0), (1.5, 1.0)])
def test_following_is_spread_and_goes_with_popularity_as_asked(spread: float, popularity: float) -> None:
    graph = Social(
        followees=100.0, homophily=0.0, hub_cap=0.5, following_spread=spread, following_popularity=popularity
    ).draw(camps(N), 1)
    check_rows(graph)
    assert graph.mean_degree == pytest.approx(100.0, rel=0.01)
    following, followed = graph.following_count(), graph.followers_count()
    # Everybody there is to follow is the ceiling of a wide distribution: look between its quartiles.
    low, high = np.quantile(following, [0.25, 0.75])
    assert np.log(high / low) / 1.349 == pytest.approx(spread, rel=0.05)
    # Followers vary by chance where their fitness does not.
    ranks = np.argsort(np.argsort(following)), np.argsort(np.argsort(followed))
    assert np.corrcoef(*ranks)[0, 1] == pytest.approx(popularity, abs=0.1)


def test_without_spread_nobody_differs() -> None:
    count = Social(following_spread=0.0).draw(camps(2000), 1).following_count()
    assert count.tolist() == [20] * 2000


def test_popularity_of_those_who_follow_many_leaves_numbers_of_followees_alone(default: FollowerGraph) -> None:
    tied = Social(following_popularity=0.8).draw(camps(N), 1)
    np.testing.assert_array_equal(tied.following_count(), default.following_count())
    assert not same(tied, default)


def test_closure_makes_clusters(default: FollowerGraph) -> None:
    measured = clustering(default)
    assert measured > 2.5 * clustering(rewired(default))
    assert measured > 2.0 * clustering(Social(closure=0.0).draw(camps(N), 1))
    assert clustering(Social(closure=0.6).draw(camps(N), 1)) > 1.4 * measured


def test_homophily_rises_with_its_parameter(default: FollowerGraph) -> None:
    x = camps(N)
    measured = [correlation(Social(homophily=h).draw(x, 1), x) for h in (0.0, 1.0, 2.0, 4.0, 16.0)]
    assert abs(measured[0]) < 0.02
    assert all(b > a + 0.05 for a, b in itertools.pairwise(measured))
    assert correlation(default, x) == pytest.approx(0.4, abs=0.06)


@pytest.mark.parametrize(
    ("n", "mean", "cap"), [(1000, 20.0, 0.05), (800, 20.0, 0.05), (400, 2.0, 0.01), (2000, 150.0, 0.2)]
)
def test_nobody_exceeds_the_cap(n: int, mean: float, cap: float) -> None:
    graph = Social(followees=mean, hub_cap=cap).draw(camps(n), 4)
    check_rows(graph)
    assert graph.followers_count().max() <= int(cap * n)
    assert graph.mean_degree == pytest.approx(mean, rel=0.03)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**64 - 1), n=st.integers(2, 60), share=st.floats(0.0, 1.0), cap=st.floats(0.05, 1.0),
    exponent=st.floats(1.5, 5.0), closure=st.floats(0.0, 1.0), homophily=st.floats(0.0, 100.0),
    spread=st.one_of(st.none(), st.floats(0.0, 5.0)), popularity=st.floats(0.0, 1.0), data=st.data(),
)  # fmt: skip
def test_any_feasible_graph_is_drawn(
    seed: int, n: int, share: float, cap: float, exponent: float, closure: float, homophily: float, spread: float | None,
    popularity: float, data: st.DataObject,
) -> None:  # fmt: skip
    x = np.array(data.draw(st.lists(st.floats(-1.0, 1.0), min_size=n, max_size=n)))
    most = int(cap * n)
    mean = share * most / 2
    kind = Social(
        followees=mean, tail_exponent=exponent, closure=closure, homophily=homophily, hub_cap=cap, following_spread=spread,
        following_popularity=popularity,
    )  # fmt: skip
    graph = kind.draw(x, seed)
    check_rows(graph)
    assert graph.n == n
    assert int(mean * n) - 1 <= graph.n_edges <= mean * n
    assert graph.followers_count().max() <= most
    assert same(graph, kind.draw(-x, seed))


def test_negating_opinions_changes_nothing(default: FollowerGraph) -> None:
    assert same(default, Social().draw(-camps(N), 1))


def test_same_seed_same_graph_on_any_thread(default: FollowerGraph) -> None:
    assert not same(default, Social().draw(camps(N), 2))
    with ThreadPoolExecutor(3) as pool:
        for graph in pool.map(lambda _: Social().draw(camps(N), 1), range(6)):
            assert same(default, graph)


def test_what_cannot_be_drawn_is_refused_in_one_sentence() -> None:
    x = camps(100)
    with pytest.raises(
        InputError, match=r"followees must be at most 2\.5 where 100 people may have up to 0\.05 .* not 20\.$"
    ):
        Social().draw(x, 1)
    with pytest.raises(InputError, match="opinions must all be from -1 to 1"):
        Social(followees=0.0).draw(np.array([0.0, np.nan]), 1)
    assert same(Social(followees=0.0).draw(x, 1), FollowerGraph.empty(100))


# Preferential attachment


@given(st.integers(1, 2**40), st.integers(2, 80), st.integers(1, 6), st.integers(0, 20))
@settings(deadline=None, max_examples=40)
def test_preferential_attachment_links_newcomers_to_others_both_ways(seed: int, n: int, links: int, more: int) -> None:
    links = min(links, n - 1)
    graph = Preferential(links).draw(np.zeros(n), seed)
    check_rows(graph)
    pairs = edges(graph)
    assert pairs == {(b, a) for a, b in pairs}
    assert graph.n_edges == 2 * links * (n - links)
    earlier = [sum(b < a for b in graph.followees[graph.indptr[a] : graph.indptr[a + 1]]) for a in range(n)]
    assert earlier == [0] * links + [links] * (n - links)
    # Who comes later changes nothing among those who were there.
    larger = Preferential(links).draw(np.zeros(n + more), seed)
    assert {pair for pair in edges(larger) if max(pair) < n} == pairs


@pytest.mark.parametrize("links", [1, 3])
def test_preferential_attachment_is_that_of_networkx(links: int) -> None:
    degrees = np.concatenate([Preferential(links).draw(np.zeros(1000), seed).followers_count() for seed in range(40)])
    others = np.concatenate(
        [[d for _, d in nx.barabasi_albert_graph(1000, links, seed=seed).degree()] for seed in range(40)]
    )
    for low, high in ((links, links), (links + 1, links + 2), (links + 3, 20), (21, 1000)):
        shares = [((low <= d) & (d <= high)).mean() for d in (degrees, others)]
        assert shares[0] == pytest.approx(shares[1], rel=0.12)


def test_links_by_degree_are_distinct_and_in_proportion() -> None:
    graph = Preferential(2).draw(np.zeros(40), 3)
    actors, linked = linked_by_degree(3, graph, np.arange(100, 20_100), 1)
    assert actors.tolist() == list(range(100, 20_100))
    degree = graph.following_count()
    assert np.bincount(linked, minlength=40) / 20_000 == pytest.approx(degree / degree.sum(), abs=0.01)
    _, many = linked_by_degree(3, graph, np.arange(100, 120), 40)
    assert (np.sort(many.reshape(20, 40), axis=1) == np.arange(40)).all()
    one = linked_by_degree(3, graph, np.array([107]), 5)[1]
    assert one.tolist() == linked_by_degree(3, graph, np.arange(100, 120), 5)[1][35:40].tolist()
    with pytest.raises(InputError, match="links must be from 1 to the accounts that have links, not 41"):
        linked_by_degree(3, graph, np.arange(3), 41)


@pytest.mark.parametrize("links", [5, 9])
def test_a_newcomer_needs_enough_others(links: int) -> None:
    with pytest.raises(InputError, match=rf"links must be below the number of people \(5\), not {links}"):
        Preferential(links).draw(np.zeros(5), 1)


# Followers of organisers and trolls


def test_followers_are_distinct_uniform_and_nested() -> None:
    drawn = draw_followers(1, Stream.TROLL_FOLLOWERS, 7, 900, 1000, exclude=[3, 4])
    assert len(set(drawn.tolist())) == 900
    assert not {3, 4} & set(drawn.tolist())
    assert drawn[:50].tolist() == draw_followers(1, Stream.TROLL_FOLLOWERS, 7, 50, 1000, exclude=[3, 4]).tolist()
    assert sorted(draw_followers(1, Stream.TROLL_FOLLOWERS, 7, 1000, 1000).tolist()) == list(range(1000))
    sources, targets = followers_of(1, Stream.TROLL_FOLLOWERS, np.arange(500), np.full(500, 200), 1000)
    assert targets.tolist() == np.repeat(np.arange(500), 200).tolist()
    # Each person is drawn by a binomial number of the 500: variance 500 × 0.2 × 0.8.
    times = np.bincount(sources, minlength=1000)
    assert np.var(times) == pytest.approx(80.0, rel=0.25)


def test_one_account_does_not_depend_on_the_others() -> None:
    sources, targets = followers_of(1, Stream.TROLL_FOLLOWERS, [12, 40, 9], [5, 0, 8], 100)
    assert sources[targets == 2].tolist() == draw_followers(1, Stream.TROLL_FOLLOWERS, 9, 8, 100).tolist()
    assert targets.tolist() == [0] * 5 + [2] * 8


def test_leaning_followers_share_the_stance() -> None:
    x = camps(5000)
    whos, stances, counts = [1, 2], np.array([0.8, -0.8]), [400, 400]
    means = []
    for homophily in (0.0, 2.0, 8.0):
        sources, targets = followers_of_leaning(1, Stream.ORGANISER_FOLLOWERS, whos, stances, counts, x, homophily)
        assert all(len(set(sources[targets == t].tolist())) == 400 for t in (0, 1))
        means.append(x[sources[targets == 0]].mean() - x[sources[targets == 1]].mean())
        mirrored = followers_of_leaning(1, Stream.ORGANISER_FOLLOWERS, whos, -stances, counts, -x, homophily)
        assert np.array_equal(mirrored[0], sources)
    assert abs(means[0]) < 0.1
    assert means[1] > 0.2
    assert means[2] > means[1] + 0.2


def test_more_followers_than_people_are_refused() -> None:
    with pytest.raises(InputError, match="counts must be from 0 to 9, the people who can follow, not 10"):
        draw_followers(1, Stream.TROLL_FOLLOWERS, 7, 10, 10, exclude=[0])
    with pytest.raises(InputError, match="counts and stances must be as many as whos"):
        followers_of(1, Stream.TROLL_FOLLOWERS, [1, 2], [1], 10)


def test_scaled_counts_keep_their_mean() -> None:
    counts = scaled_counts(1, np.arange(20_000), np.full(20_000, 2.3))
    assert set(counts.tolist()) == {2, 3}
    assert counts.mean() == pytest.approx(2.3, abs=0.015)
    assert [scaled_count(1, who, 2.3) for who in range(20)] == counts[:20].tolist()
    assert scaled_count(1, 5, 4.0) == 4
    with pytest.raises(InputError, match="values must all be finite"):
        scaled_count(1, 5, -0.5)


# networkx


def test_networkx_round_trip(default: FollowerGraph) -> None:
    x = camps(N)
    network = to_networkx(default, opinion=x)
    assert network.number_of_edges() == default.n_edges
    assert network.nodes[17]["opinion"] == x[17]
    assert network.has_edge(0, int(default.followees[0]))
    graph, nodes = from_networkx(network)
    assert same(graph, default)
    assert nodes == list(range(N))


def test_networkx_graphs_of_other_kinds() -> None:
    graph, nodes = from_networkx(nx.Graph([("a", "b"), ("b", "b")]))
    assert nodes == ["a", "b"]
    assert edges(graph) == {(0, 1), (1, 0)}
    graph, _ = from_networkx(nx.MultiDiGraph([(1, 2), (1, 2)]))
    assert edges(graph) == {(0, 1)}
    assert from_networkx(nx.DiGraph())[0].n == 0
    graph, _ = from_networkx(to_networkx(FollowerGraph.complete_graph(4)))
    assert edges(graph) == set(itertools.permutations(range(4), 2))
    with pytest.raises(InputError, match="opinion must have 3 values, one an account, not 2"):
        to_networkx(FollowerGraph.empty(3), opinion=[0.0, 1.0])


# Scale


@pytest.mark.slow
def test_a_million_people_fit_the_budget() -> None:
    x = camps(1_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    graph = Social().draw(x, 1)
    used = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    assert used < graph.followees.nbytes + graph.indptr.nbytes + 8 * graph.n_edges
    assert graph.n_edges == pytest.approx(20_000_000, abs=1)
    assert graph.followers_count().max() <= 50_000
