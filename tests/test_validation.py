"""Published results: the formulas give the published tables, and the engine gives what the formulas say."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from experiments.validation import (
    deffuant,
    degroot,
    delayed_takedown,
    friedkin_johnsen,
    granovetter,
    hegselmann_krause,
    preemption_race,
    simsom,
    spiral_of_silence,
    stubborn,
    takedown_exact,
    zealots,
)
from experiments.validation.check import Check, Validation, no_progress
from experiments.validation.clusters import cluster_sizes
from experiments.validation.ensemble import ensemble
from experiments.validation.networks import Files
from experiments.validation.registry import VALIDATIONS
from experiments.validation.worlds import weights
from sim.engine.state import Count
from sim.fields import InputError

FIXTURES = Path(__file__).parent / "fixtures"
EDGES, NODES = FIXTURES / "random_walk_network.edges.csv", FIXTURES / "random_walk_network.nodes.csv"


def try_all(validation: Validation, quick: bool = False, **given: object) -> list[Check]:
    """Checks of a result, all of which have to hold."""
    result = validation.run(validation.chosen(given, quick), no_progress)
    short = [
        f"{c.case}: {c.measured} ± {c.standard_error}, not {c.expected}" for c in result.checks if c.holds is False
    ]
    assert not short
    assert result.charts
    return result.checks


def _quick(validation: Validation) -> Any:
    """A validation as a parameter; those that take more than a few seconds even so are slow."""
    slow = validation.name in ("simsom", "spiral_of_silence", "zealots")
    return pytest.param(validation, id=validation.name, marks=[pytest.mark.slow] if slow else [])


@pytest.mark.parametrize("validation", [_quick(validation) for validation in VALIDATIONS])
def test_a_quick_run_reproduces_the_result(validation: Validation) -> None:
    checks = try_all(validation, quick=True)
    assert all(check.expected is not None for check in checks)


def _full(validation: Validation) -> Any:
    """A validation as a parameter; those that take half a minute or more are begun first."""
    longest = validation.name in (
        "simsom", "moderation_delay", "takedown_exact", "spiral_of_silence", "delayed_takedown"
    )  # fmt: skip
    return pytest.param(validation, id=validation.name, marks=[pytest.mark.longest] if longest else [])


@pytest.mark.slow
@pytest.mark.parametrize("validation", [_full(validation) for validation in VALIDATIONS])
def test_the_full_run_reproduces_the_result(validation: Validation) -> None:
    try_all(validation)


# Takedown timing x scale


@pytest.mark.parametrize(
    ("day", "half", "everything"), [(1, 0.4871, 0.8482), (5, 0.4754, 0.7909), (20, 0.4246, 0.5931)]
)
def test_the_exact_takedown_table(day: int, half: float, everything: float) -> None:
    slow = takedown_exact.Parameters(ticks_per_sweep=1440)  # sweeps as good as continuous
    for removed, expected in ((25, half), (50, everything)):
        assert takedown_exact.expected_share(slow, 40 * 1440, day * 1440, removed) == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize(("ticks", "expected"), [(1440, 0.3159), (1, 0.3133)])
def test_the_exact_takedown_without_removal(ticks: int, expected: float) -> None:
    p = takedown_exact.Parameters(ticks_per_sweep=ticks)
    assert takedown_exact.expected_share(p, 40 * ticks) == pytest.approx(expected, abs=6e-5)


def test_without_zealots_the_expected_share_stays() -> None:
    p = takedown_exact.Parameters(z_plus=0, z_minus=30, day=3.0, share=1.0)
    early = takedown_exact.expected_share(p, 30)
    assert takedown_exact.expected_share(p, 400, 30, 30) == early < 0.7


@pytest.mark.parametrize(
    "given",
    [
        {"z_plus": 10, "z_minus": 30, "day": 3, "share": 1},
        {"people": 300, "z_plus": 0, "z_minus": 15, "day": [0, 2.5], "share": 1, "start": 0.4},
        {"people": 200, "ticks_per_sweep": 1, "horizon": 12, "day": 4, "share": [0.3]},
    ],
)
def test_the_takedown_with_other_parameters(given: dict[str, object]) -> None:
    try_all(takedown_exact.VALIDATION, **{"runs": 120, **given})


# The stationary law


def test_the_stationary_law() -> None:
    mean, variance, law = zealots.stationary_law(zealots.Case(100, 2, 6))
    assert (mean, variance) == (0.25, pytest.approx(0.0225))
    share = np.arange(101) / 100
    assert law @ share == pytest.approx(mean)
    assert law @ (share - mean) ** 2 == pytest.approx(variance)
    _, variance, law = zealots.stationary_law(zealots.Case(50, 1, 1))
    assert variance == pytest.approx(0.08667, abs=5e-6)
    assert law == pytest.approx(np.full(51, 1 / 51))
    assert stats.betabinom(50, 1, 1).pmf(7) == pytest.approx(1 / 51)


def test_single_numbers_hold_for_all_cases_of_the_stationary_law() -> None:
    p = zealots.Parameters(people=80)
    assert p.cases() == [(80, 2, 6), (80, 1, 1)]
    with pytest.raises(InputError, match=r"people must have one value or 3, as another list has, not 2"):
        zealots.Parameters(z_plus=(1, 2, 3), people=(50, 60), z_minus=1)


# Stubborn accounts


def test_people_who_may_never_meet_a_stubborn_account_are_left_out() -> None:
    # 0 follows the stubborn 5 and 6, 1 follows 0, 2 and 3 only each other, 4 follows 1 and 2.
    matrix = np.zeros((5, 7))
    matrix[0, [5, 6]] = 0.5
    matrix[1, 0] = matrix[2, 3] = matrix[3, 2] = 1.0
    matrix[4, [1, 2]] = 0.5
    found = stubborn.expectation(matrix, np.array([1.0, -0.5]), np.zeros(5))
    assert found.accounts.tolist() == [0, 1]
    assert found.opinion == pytest.approx([0.25, 0.25])
    assert found.burn_in == 2


def test_nobody_led_to_a_stubborn_account_is_bad_input() -> None:
    matrix = np.zeros((2, 3))
    matrix[0, 1] = matrix[1, 0] = 1.0
    with pytest.raises(InputError, match=r"stubborn\.trolls must lead somebody"):
        stubborn.expectation(matrix, np.array([1.0]), np.zeros(2))


# Linear models


def test_friedkin_johnsen_at_rest_by_hand() -> None:
    # Two people: 0 follows 1 and the troll 2, 1 follows 0.
    matrix = np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]])
    found = friedkin_johnsen.at_rest(matrix, np.array([0.5, 0.5]), np.array([1.0, 0.0]), np.array([-1.0]))
    assert found.with_trolls == pytest.approx([2 / 7, 1 / 7])
    assert found.left_cold == pytest.approx([4 / 5, 2 / 5])
    assert found.no_campaign == pytest.approx([2 / 3, 1 / 3])


def test_the_perron_vector_is_stationary() -> None:
    matrix = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [1.0, 0.0, 0.0]])
    vector = degroot.perron(matrix)
    assert vector @ matrix == pytest.approx(vector)
    assert vector.sum() == pytest.approx(1.0)


def test_weights_are_row_stochastic_and_equal_on_followees() -> None:
    society = ensemble(simsom.simsom_world(_own_network(), 15, 5.0, 1)).society
    matrix = weights(society)
    assert matrix.shape == (120, 132)
    assert matrix.sum(axis=1) == pytest.approx(np.ones(120))
    assert {round(1 / value) for value in matrix[7][matrix[7] > 0]} == {int(society.following[7])}


# The race


def test_the_race_for_small_rates_is_that_of_the_formulas() -> None:
    a, d, creation, posting = 2e-5, 5e-5, 3.0, 0.25
    exact = preemption_race.exact(preemption_race.Case(a, d), creation, posting)
    assert exact.preempted == pytest.approx(d / (a + d), rel=1e-4)
    assert exact.stock == pytest.approx(creation * a / (d * (a + d)), rel=1e-4)
    assert exact.posts == pytest.approx(posting * a / (d * (a + d)), rel=1e-4)


def test_the_real_case_implies_its_ratio_of_rates() -> None:
    ratio = 200_000 / 936
    assert ratio == pytest.approx(213.7, abs=0.05)
    exact = preemption_race.exact(preemption_race.Case(1e-6, ratio * 1e-6), 1.0, 1.0)
    assert 1.0 - exact.preempted == pytest.approx(936 / 200_936, rel=1e-3)


def test_the_race_with_one_other_pair_of_rates() -> None:
    checks = try_all(preemption_race.VALIDATION, waking=0.3, finding=0.5, creation=10, runs=12)
    alpha, delta = 1 - math.exp(-0.3), 1 - math.exp(-0.5)
    assert checks[0].expected == pytest.approx(delta / (1 - (1 - alpha) * (1 - delta)))


# Thresholds


@pytest.mark.parametrize(("spread", "expected"), [(0.12, 0.0402), (0.13, 1.0), (0.122, 0.0548), (0.1223, 1.0)])
def test_turnout_of_normal_thresholds_at_rest(spread: float, expected: float) -> None:
    share = granovetter.at_rest(0.25, spread)
    assert share == pytest.approx(expected, abs=5e-5)
    assert stats.norm.cdf((share - 0.25) / spread) == pytest.approx(share)


def test_the_critical_spread_is_published() -> None:
    critical = granovetter.critical_spread(0.25)
    assert critical == pytest.approx(0.1222, abs=5e-5)
    below, above = (granovetter.at_rest(0.25, critical * factor) for factor in (0.9999, 1.0001))
    assert above - below > 0.9


@pytest.mark.parametrize(
    "given",
    [
        {"people": 1000, "mean": 0.35, "spread": [0.1, 0.2, 0.6], "ladder": 30, "replaced": 7},
        {"people": 500, "mean": 0.1, "spread": 0.05, "ladder": 2, "replaced": 0},
    ],
)
def test_thresholds_with_other_parameters(given: dict[str, object]) -> None:
    checks = try_all(granovetter.VALIDATION, **given)
    assert [check.expected for check in checks[:2]] == [given["ladder"], given["replaced"]]
    assert all(check.expected is not None for check in checks)


def test_turnout_that_hangs_on_single_people_is_only_measured() -> None:
    checks = granovetter.run(granovetter.Parameters(people=100, spread=0.1222), no_progress).checks
    assert [check.holds for check in checks] == [True, True, None, True]


# The spiral of silence


def test_other_silences_are_only_measured() -> None:
    p = spiral_of_silence.Parameters(people=60, links=2, bots=(3, 0), step=0.5, runs=4)
    result = spiral_of_silence.run(p, no_progress)
    assert [check.holds for check in result.checks] == [None] * 3
    assert [check.parameters["bots"] for check in result.checks] == [0, 3, 0]
    assert all(0.0 <= check.measured <= 1.0 for check in result.checks)


# Clusters


def test_clusters_are_told_apart_by_gaps() -> None:
    assert cluster_sizes(np.array([0.9, 0.1, 0.12, 0.5, 0.11]), 0.1).tolist() == [3, 1, 1]


def test_other_bounds_are_only_measured() -> None:
    result = hegselmann_krause.run(hegselmann_krause.Parameters(people=101, bound=0.3003), no_progress)
    assert [check.holds for check in result.checks] == [None, True]
    assert result.checks[0].to_mapping()["expected"] is None
    p = deffuant.Parameters(people=60, bound=0.33, sweeps=20, runs=2)
    assert [check.holds for check in deffuant.run(p, no_progress).checks] == [None]


@pytest.mark.slow
@pytest.mark.parametrize("ticks", [1, 3])
def test_deffuant_does_not_depend_on_how_many_read_at_a_time(ticks: int) -> None:
    try_all(deffuant.VALIDATION, ticks_per_sweep=ticks)


# SimSoM


def _own_network(theta: int = 1, phi: float = 0.0, mu: float = 0.5) -> simsom.Network:
    return simsom.Network(Files(str(EDGES), str(NODES)), theta, phi, mu, None)


def test_the_fixture_network_is_what_its_program_makes(tmp_path: Path) -> None:
    module = runpy.run_path(str(FIXTURES / "random_walk_network.py"))
    before = EDGES.read_bytes(), NODES.read_bytes()
    module["main"].__globals__.update(EDGES=tmp_path / "edges", NODES=tmp_path / "nodes")
    module["main"]()
    assert ((tmp_path / "edges").read_bytes(), (tmp_path / "nodes").read_bytes()) == before


@pytest.mark.parametrize(
    ("theta", "phi", "mu", "sigma", "rate"), [(1, 0.0, 0.5, 15, 5.0), (4, 0.5, 0.25, 5, 10.0), (1, 1.0, 0.9, 8, 2.0)]
)
def test_quality_is_that_of_people_times_their_share_of_what_is_seen(
    theta: int, phi: float, mu: float, sigma: int, rate: float
) -> None:
    # Appeal has nothing to do with quality, so selection changes whose messages are seen but not how good people's are.
    drawn = ensemble(simsom.simsom_world(_own_network(theta, phi, mu), sigma, rate, 200))
    quality, people, slots = 0.0, 0, 0
    for seed in range(1, 9):
        model = drawn.start(seed)
        model.advance(model.last_step)
        counts = model.state.counts[20:].sum(axis=0)
        quality += counts[Count.QUALITY] / 2.0**32
        people += counts[Count.SLOTS]
        slots += counts[Count.SLOTS : Count.SLOTS + 3].sum()
    expected = 1.0 / -math.expm1(-rate) - 1.0 / rate
    assert quality / slots == pytest.approx(expected * people / slots, abs=0.01)
    assert 0 < people < slots


def test_a_network_of_ones_own_is_measured_and_not_judged() -> None:
    p = simsom.VALIDATION.chosen(
        {"edges": str(EDGES), "nodes": str(NODES), "theta": 4, "phi": 0.5, "mu": 0.25, "sigma": 5, "runs": 2}
    )
    (check,) = simsom.run(p, no_progress).checks
    assert check.holds is None
    assert 0.0 < check.measured < 1.0
    assert check.parameters["network"] == "random_walk_network"
    assert check.parameters["theta"] == 4


@pytest.mark.parametrize(
    ("edges", "nodes", "words"),
    [
        ("source,target\n0,1\n1,200\n", None, r"edges\.csv has not: 200 is none of the 132\."),
        ("source,target\n0,x\n", None, r"edges\.csv has not: 'x' is none of the 132\."),
        ("source,target\n0,1,2\n", None, r"line 2, must have two columns"),
        (None, "index,robot\n0,0\n1,1\n", r"simsom\.nodes must have the column bot"),
        (None, "index,bot\n0,no\n1,yes\n", r"simsom\.nodes must have numbers in the column bot"),
        (None, "index,bot\n0,0\n2,0\n3,1\n", r"must number its nodes from 0 without gaps"),
    ],
)
def test_a_faulty_network_is_bad_input(edges: str | None, nodes: str | None, words: str, tmp_path: Path) -> None:
    edge_file, node_file = tmp_path / "net.edges.csv", tmp_path / "net.nodes.csv"
    edge_file.write_text(EDGES.read_text(encoding="utf-8") if edges is None else edges, encoding="utf-8")
    node_file.write_text(NODES.read_text(encoding="utf-8") if nodes is None else nodes, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        simsom.run(simsom.Parameters(edges=str(edge_file)), no_progress)


def test_the_node_table_is_sought_beside_the_edges(tmp_path: Path) -> None:
    lonely = tmp_path / "net.csv"
    lonely.write_bytes(EDGES.read_bytes())
    with pytest.raises(InputError, match=r"simsom\.nodes must name the node table"):
        simsom.VALIDATION.chosen({"edges": str(lonely)})
    with pytest.raises(InputError, match=r"simsom\.edges must name an edge-list file"):
        simsom.VALIDATION.chosen({"edges": str(tmp_path / "none.edges.csv")})


def test_published_networks_have_the_share_of_new_posts_that_they_were_run_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(simsom, "reference_files", lambda name: Files(f"{name}.edges.csv", f"{name}.nodes.csv"))
    published = simsom.reference_networks()
    assert len(published) == len(simsom.REFERENCE)
    assert all(network.expected is not None for network in published)
    at_a_quarter = simsom.reference_networks(0.25)
    assert {network.mu for network in at_a_quarter} == {0.25}
    known = [network for network in at_a_quarter if network.expected is not None]
    assert [(network.files.name, network.theta, network.phi, network.expected) for network in known] == [
        ("n1000_k10_b0.1_g0.01", 1, 0.0, 0.574)
    ]
    assert len({network[:3] for network in at_a_quarter}) == len(at_a_quarter) == 8


def test_other_feeds_on_the_published_networks_are_only_measured() -> None:
    p = simsom.Parameters(
        sigma=5, steps=3, burn_in=1, runs=2, people=300, followees=20.0, own_steps=3, own_burn_in=1, own_runs=2
    )
    assert {check.holds for check in simsom.run(p, no_progress).checks} == {None}


@pytest.mark.parametrize("rate", [0.5, 5.0, 10.0])
def test_the_quality_of_people_is_the_mean_of_its_density(rate: float) -> None:
    q = (np.arange(100_000) + 0.5) / 100_000
    assert simsom.quality_of_people(rate) == pytest.approx(np.average(q, weights=np.exp(rate * q)), rel=1e-6)


def test_bots_are_followed_by_a_share_of_the_people() -> None:
    p = simsom.Parameters(people=2000, followees=20.0, gamma=0.03)
    society = ensemble(simsom.infiltrated_world(p, 0.03)).society.arrays
    assert (society.group > 0).sum() == 100
    people = society.followees[: society.indptr[2000]]
    assert (people >= 2000).sum() == 100 * 60
    assert np.diff(society.indptr[2000:]).max() <= 10


@pytest.mark.slow
def test_infiltration_on_our_own_graph_of_another_size() -> None:
    """Bots and followees in the same proportion give about the same."""
    try_all(simsom.VALIDATION, quick=True, people=1000, followees=18.0, gamma=0.1)


# Delayed takedown


def _with_columns(folder: Path, columns: dict[str, list[object]]) -> dict[str, str]:
    """The fixture network without marking its bots, its node table having more columns."""
    nodes = folder / "nodes.csv"
    rows = zip(range(132), *columns.values(), strict=True)
    lines = [",".join(["index", "bot", *columns]), *(f"{i},0," + ",".join(map(str, row)) for i, *row in rows)]
    nodes.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"edges": str(EDGES), "nodes": str(nodes)}


def test_activity_and_class_come_from_the_node_table(tmp_path: Path) -> None:
    posts = [round(0.2 + i / 60, 3) for i in range(132)]
    classes = ["illegal" if i % 5 == 0 else "normal" for i in range(132)]
    files = _with_columns(tmp_path, {"postperday": posts, "class": classes})
    p = delayed_takedown.VALIDATION.chosen({**files, "half_life": 1.0})
    (case,) = delayed_takedown.cases(p)
    society = ensemble(case.world).society.arrays
    np.testing.assert_allclose(society.sessions_per_day[society.person[:132]], posts, rtol=1e-6)
    np.testing.assert_allclose(
        society.illegal_share, [3 / 33 if name == "illegal" else 0.1 / 90 for name in classes], rtol=1e-6
    )
    drawn = delayed_takedown.VALIDATION.chosen(_with_columns(tmp_path, {"age": [1] * 132}))
    society = ensemble(delayed_takedown.cases(drawn)[0].world).society.arrays
    assert society.sessions_per_day.min() >= np.float32(0.2)
    assert 2 <= (society.illegal_share > 0.05).sum() <= 30


def test_probabilities_of_accounts_have_the_published_distributions() -> None:
    p = delayed_takedown.Parameters(people=20_000, followees=2.0, by_account=True)
    shares = ensemble(delayed_takedown.cases(p)[0].world).society.arrays.illegal_share
    assert shares.mean() == pytest.approx(0.01, abs=0.001)
    assert np.unique(shares).size > 10_000


def test_takedown_on_a_network_of_ones_own(tmp_path: Path) -> None:
    files = _with_columns(tmp_path, {"postperday": [1] * 132, "class": ["illegal"] * 66 + ["normal"] * 66})
    given = {**files, "half_life": [0.25, 4], "file_runs": 4, "days": 30, "burn_in": 10}
    checks = delayed_takedown.run(delayed_takedown.VALIDATION.chosen(given), no_progress).checks
    assert [check.holds for check in checks] == [None, None]
    fast, slow = (check.measured for check in checks)
    assert -1.0 <= fast < -0.8 < slow < -0.1
    expected = {**given, "expected": [round(fast, 2), round(slow, 2)]}
    assert len(try_all(delayed_takedown.VALIDATION, **expected)) == 3
    short = delayed_takedown.run(delayed_takedown.VALIDATION.chosen({**given, "expected": [0.5, 0.5]}), no_progress)
    assert [check.holds for check in short.checks] == [False, False, True]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"expected": -0.5}, r"expected must be left out without delayed_takedown\.edges"),
        ({"edges": str(EDGES), "half_life": [1, 2], "expected": -0.5}, r"one value for each of the 2 half-lives given"),
        ({"burn_in": 40}, r"burn_in must be at most days - every \(36\), not 40"),
        ({"half_life": 0}, r"half_life must be .*above 0"),
    ],
)
def test_a_faulty_setup_of_the_takedown_is_bad_input(given: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        delayed_takedown.VALIDATION.chosen(given)


def test_a_network_without_illegal_messages_is_bad_input(tmp_path: Path) -> None:
    files = _with_columns(tmp_path, {"postperday": [0] * 132})
    p = delayed_takedown.VALIDATION.chosen({**files, "half_life": 1, "file_runs": 2})
    with pytest.raises(
        InputError, match=r"delayed_takedown\.edges must be a network on which illegal messages are seen"
    ):
        delayed_takedown.run(p, no_progress)
