"""Detectors of signals: what they look at, that they never see who is who, how they are fitted and how good they are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.branch import Branch
from sim.fields import InputError, build
from sim.moderation import (
    BASE_RATE,
    SIGNALS,
    Detector,
    OracleSignal,
    Perfect,
    PlatformView,
    PreemptiveRemoval,
    Rates,
    RuleDetector,
    ScoreDetector,
    Takedown,
    Weights,
    fit,
    precision,
    roc,
)
from sim.moderation.detectors.score import NEW_ACCOUNTS
from sim.moderation.detectors.signals import feature, signal
from sim.simulation import begin
from sim.society.groups import Group
from tests.test_moderation import view_of
from tests.worlds import busy_world, run

VIEW = view_of(np.arange(4000), tick=48)
ALL_WEIGHTS = Weights(
    constant=0.3, age=-0.2, followers=0.1, following=-0.1, volume=0.4, unused=0.2, office=2.0, resharing=-0.5,
    coordination=3.0, reports=1.0, login=1.5,
)  # fmt: skip


def registered_detectors() -> list[type[Detector]]:
    """Every detector that there is, user-made ones of other tests left out."""
    found, classes = [], [Detector]
    while classes:
        cls = classes.pop()
        classes += cls.__subclasses__()
        if cls.__module__.startswith("sim.") and "_registered_name" in vars(cls):
            found.append(cls)
    return found


EXAMPLES: list[Detector] = [
    Perfect(),
    Rates(tpr=0.6, fpr=0.1),
    *(RuleDetector(signal=name, threshold=0.5) for name in SIGNALS),
    RuleDetector(signal="age", threshold=1.0, below=True),
    ScoreDetector(weights=ALL_WEIGHTS, threshold=1.0),
]


def test_all_detectors_are_tried_here() -> None:
    assert {type(detector) for detector in EXAMPLES} == set(registered_detectors())


@pytest.mark.parametrize("detector", EXAMPLES, ids=repr)
def test_only_the_two_with_an_oracle_see_who_is_who(detector: Detector) -> None:
    """The same view with everybody's role turned round: decisions stay, but for the idealised detectors."""
    model = run(busy_world(), until=40)
    (desk,) = model.fork(Branch((Takedown(2, accounts=1),))).moderators[0].desks
    before, view = desk.scores(detector), desk.view()
    swapped = np.where(model.society.group >= Group.ACTIVE_TROLL, Group.CITIZEN, Group.ACTIVE_TROLL).astype(np.uint8)
    desk._model.drawn = model.drawn._replace(arrays=model.society._replace(group=swapped))
    again = desk.view()
    for name in PlatformView._fields[2:-1]:
        np.testing.assert_array_equal(getattr(again, name), getattr(view, name))
    assert (not np.array_equal(desk.scores(detector), before)) == detector.idealised
    assert detector.idealised == isinstance(detector, (Perfect, Rates))


@pytest.mark.parametrize("detector", EXAMPLES, ids=repr)
def test_whoever_else_is_in_view_does_not_matter(detector: Detector) -> None:
    some = np.random.default_rng(1).permutation(VIEW.account.size)[:500]
    oracle = OracleSignal(np.arange(VIEW.account.size) % 3 == 0) if detector.idealised else None
    part = OracleSignal(oracle.troll[some]) if oracle else None
    np.testing.assert_array_equal(
        detector.scores(VIEW.rows(some), part, 1), detector.scores(VIEW, oracle, 1)[some], strict=True
    )


@pytest.mark.parametrize("name", SIGNALS)
def test_rules_flag_those_beyond_their_threshold(name: str) -> None:
    values = signal(VIEW, name)
    assert np.isfinite(values).all()
    assert np.unique(values).size > 1
    threshold = float(np.median(values))
    above = RuleDetector(signal=name, threshold=threshold).scores(VIEW, None, 1)
    below = RuleDetector(signal=name, threshold=threshold, below=True).scores(VIEW, None, 1)
    np.testing.assert_array_equal(above > 0, values >= threshold)
    np.testing.assert_array_equal(below > 0, values <= threshold)
    flagged = above > 0
    assert (np.argsort(above[flagged], kind="stable") == np.argsort(values[flagged], kind="stable")).all()


def test_signals_are_what_they_say() -> None:
    n = np.array([1, 2, 3])
    view = view_of(n, tick=96)._replace(
        created=np.array([-240, 0, 72]), watched=np.array([120, 96, 24]), posts=np.array([10, 0, 3]),
        followers=np.array([7, 0, 1]), following=np.array([15, 3, 0]),
    )  # fmt: skip
    assert view.traces is not None
    view = view._replace(
        traces=view.traces._replace(
            office_posts=np.array([8, 0, 0]), reshares=np.array([4, 0, 3]), coordinated=np.array([2, 0, 0]),
            reports=np.array([7, 1, 0]), login=np.array([True, False, True]),
        )
    )  # fmt: skip
    expected = {
        "age": [14, 4, 1], "followers": [7, 0, 1], "following": [15, 3, 0], "volume": [2, 0, 3], "unused": [0, 1, 0],
        "office": [9 / 14, 1 / 4, 1 / 7], "resharing": [5 / 12, 1 / 2, 4 / 5], "coordination": [0.2, 0, 0],
        "reports": [0.5, 0.25, 0], "login": [1, 0, 1],
    }  # fmt: skip
    assert expected.keys() == SIGNALS.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(signal(view, name), values)
    np.testing.assert_allclose(feature(view, "followers"), [3, 0, 1], atol=1e-7)
    np.testing.assert_allclose(feature(view, "office"), expected["office"])


def test_a_score_is_the_sum_of_its_parts() -> None:
    score = ScoreDetector(weights=ALL_WEIGHTS, threshold=0.0).excess(VIEW)
    parts = sum(getattr(ALL_WEIGHTS, name) * feature(VIEW, name) for name in SIGNALS)
    np.testing.assert_allclose(score, 0.3 + parts, rtol=1e-12)
    shifted = ScoreDetector(weights=ALL_WEIGHTS, threshold=0.7)
    np.testing.assert_allclose(shifted.excess(VIEW), score - 0.7, atol=1e-12)
    assert ScoreDetector(weights=Weights(age=1.0)).signals == ("age",)


@given(st.floats(-5, 5), st.floats(0, 5))
@settings(max_examples=30)
def test_a_stricter_threshold_flags_a_part_of_those(threshold: float, more: float) -> None:
    loose = ScoreDetector(weights=ALL_WEIGHTS, threshold=threshold).scores(VIEW, None, 1) > 0
    strict = ScoreDetector(weights=ALL_WEIGHTS, threshold=threshold + more).scores(VIEW, None, 1) > 0
    assert not (strict & ~loose).any()


@pytest.mark.parametrize("signal", [name for name, about in SIGNALS.items() if about.traced])
def test_a_world_that_keeps_no_signals_is_refused(signal: str) -> None:
    branch = Branch((Takedown(1, RuleDetector(signal=signal, threshold=0.5), accounts=1),))
    with pytest.raises(InputError) as refused:
        sim.simulate(sim.World.hk2019(people=1000, days=2), branch)
    assert str(refused.value) == (
        f"policies[0].detector must not judge by {signal} where world.signals.observe is false."
    )
    assert len(begin(busy_world(), branch, 1).engine.moderators[0].desks) == 1


def test_profiles_are_seen_in_any_world() -> None:
    young = RuleDetector(signal="age", threshold=1.0, below=True)
    world = busy_world(**{"signals.observe": False})
    model = run(world, Branch((PreemptiveRemoval(2, young, accounts=11),)))
    assert model.removals[0].removed > 0
    with pytest.raises(InputError, match=r"world\.signals\.observe must be true"):
        signal(model.moderators[0].view(), "reports")


def test_detectors_are_chosen_by_name() -> None:
    rule = build(Detector, {"name": "rule", "signal": "login", "threshold": 1}, "detector")
    assert rule == RuleDetector(signal="login", threshold=1.0)
    score = build(Detector, {"name": "score", "weights": {"login": 2}, "threshold": 1.5}, "detector")
    assert score == ScoreDetector(weights=Weights(login=2.0), threshold=1.5)
    with pytest.raises(InputError, match=r"detector\.signal must be one of age"):
        build(Detector, {"name": "rule", "signal": "opinion", "threshold": 1}, "detector")
    with pytest.raises(InputError, match=r"detector\.threshold is missing"):
        build(Detector, {"name": "rule", "signal": "age"}, "detector")
    for detector in EXAMPLES:
        takedown = Takedown(1, detector)
        assert build(Takedown, takedown.to_mapping(), "takedown") == takedown
        assert detector.sentence()


# Fitting


def labelled_example(n: int = 20_000, effect: float = 1.0) -> tuple[PlatformView, np.ndarray]:
    """Accounts of which trolls are marked more often, post in office hours and are younger."""
    rng = np.random.default_rng(4)
    troll = rng.random(n) < 0.05
    view = view_of(np.arange(n), tick=2000)
    assert view.traces is not None
    posts = rng.poisson(8, n)
    office = rng.binomial(posts, np.where(troll, 0.3 + 0.4 * effect, 0.3))
    login = rng.random(n) < np.where(troll, 0.1 + 0.5 * effect, 0.1)
    age = np.where(troll & (rng.random(n) < effect), rng.integers(1, 400, n), rng.integers(1, 4000, n))
    created = 2000 - 24 * age
    traces = view.traces._replace(office_posts=office, login=login, reshares=np.minimum(view.traces.reshares, posts))
    return view._replace(created=created, posts=posts, traces=traces), troll


def test_a_fit_finds_what_tells_trolls_apart() -> None:
    view, troll = labelled_example()
    fitted = fit(view, troll, fpr=0.01)
    weights = fitted.weights
    assert weights.login > 1.5 and weights.office > 2.0 and weights.age < -0.5
    assert abs(weights.followers) < 0.15 and abs(weights.following) < 0.15
    flagged = fitted.scores(view, None, 1) > 0
    assert flagged[~troll].mean() == pytest.approx(0.01, abs=1e-3)
    assert flagged[~troll].mean() <= 0.01
    assert flagged[troll].mean() > 0.4
    best_single = max(
        roc(RuleDetector(signal=name, threshold=0.0, below=below), view, troll).auc
        for name in SIGNALS
        for below in (False, True)
    )
    assert roc(fitted, view, troll).auc > best_single + 0.03


def test_a_fit_is_where_the_loss_is_least() -> None:
    """Against an independent optimum: Newton's method on the same two signals."""
    view, troll = labelled_example(3000)
    fitted = fit(view, troll, signals=("login", "office"), shrinkage=1e-9).weights
    x = np.column_stack([np.ones(3000), feature(view, "login"), feature(view, "office")])
    weight = np.where(troll, 0.5 / troll.sum(), 0.5 / (~troll).sum())
    w = np.zeros(3)
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-x @ w))
        w += np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x, x.T @ (weight * (troll - p)))
    np.testing.assert_allclose([fitted.constant, fitted.login, fitted.office], w, rtol=1e-3)


def test_a_fit_on_noise_finds_nothing() -> None:
    view, troll = labelled_example(effect=0.0)
    assert roc(fit(view, troll), *labelled_example(effect=0.0)).auc < 0.56


@pytest.mark.parametrize("fpr", [0.0, 0.001, 0.5, 1.0])
def test_a_fit_keeps_to_its_false_positive_rate(fpr: float) -> None:
    view, troll = labelled_example(5000)
    flagged = fit(view, troll, fpr=fpr).scores(view, None, 1)[~troll] > 0
    assert flagged.mean() <= fpr
    assert flagged.mean() >= fpr - 0.01


def test_signals_that_do_not_vary_are_left_out() -> None:
    view, troll = labelled_example(3000)
    assert fit(view._replace(followers=np.full(3000, 5)), troll).weights.followers == 0.0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"troll": np.ones(9, dtype=bool)},
            "one label, true or false, for each of the 4,000 accounts",
        ),
        ({"troll": np.ones(4000, dtype=bool)}, "troll must have trolls and others"),
        ({"troll": np.zeros(4000, dtype=bool)}, "troll must have trolls and others"),
        ({"fpr": 1.5}, "fpr must be a number from 0 to 1, not 1.5."),
        ({"signals": ("login", "opinion")}, r"signals\[1\] must be one of age"),
    ],
)
def test_what_cannot_be_fitted(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        fit(**{"view": VIEW, "troll": np.arange(4000) % 2 == 0, **arguments})


@pytest.mark.slow
def test_the_weights_that_come_with_it_find_trolls_in_hong_kong() -> None:
    """As docs/outcomes.md says, on people it was not fitted to."""
    changes = {"signals.observe": True, "population.newcomers.share": 0.05}
    found = sim.ground_truth(sim.World.hk2019(people=20_000, days=90, burn_in_days=5, **changes), days=60, seed=109)
    awake = found.rows(~found.sleeper)
    assert roc(ScoreDetector(), awake.view, awake.active_troll).auc == pytest.approx(0.952, abs=0.06)
    flagged = ScoreDetector().scores(awake.view, None, 1) > 0
    assert flagged[~awake.active_troll].mean() == pytest.approx(0.0008, abs=0.0006)
    young = found.rows(~found.active_troll & (found.view.created >= 0))
    new = ScoreDetector(weights=NEW_ACCOUNTS, threshold=2.2)
    assert (new.excess(young.view) >= 0)[~young.sleeper].mean() == pytest.approx(0.02, abs=0.02)


# How good a detector is


def test_roc_of_a_known_ranking() -> None:
    view = VIEW.rows(np.arange(6))._replace(followers=np.array([5, 4, 3, 3, 1, 0]))
    troll = np.array([True, False, True, False, False, False])
    curve = roc(RuleDetector(signal="followers", threshold=0.0), view, troll, base_rate=0.1)
    assert curve.table["fpr"].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert curve.table["tpr"].tolist() == [0.5, 0.5, 1.0, 1.0, 1.0]
    assert curve.table["threshold"].tolist() == [5, 4, 3, 1, 0]
    # Pairs won: troll 5 beats four; troll 3 beats two, ties with one and loses to one.
    assert curve.auc == pytest.approx((4 + 2 + 0.5) / 8)
    assert curve.tpr_at(0.0) == 0.5
    assert curve.tpr_at(0.49) == 0.5
    assert curve.tpr_at(0.5) == 1.0
    assert curve.table["precision"].tolist() == pytest.approx([1.0, 0.05 / 0.275, 0.1 / 0.55, 0.1 / 0.775, 0.1])


@given(st.integers(0, 100), st.integers(2, 60))
@settings(max_examples=30)
def test_auc_counts_pairs(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    troll = np.arange(n) < max(1, n // 3)
    view = VIEW.rows(np.arange(n))._replace(followers=rng.integers(0, 6, n))
    a, b = view.followers[troll], view.followers[~troll]
    wins = (a[:, None] > b).mean() + 0.5 * (a[:, None] == b).mean()
    up, down = (roc(RuleDetector(signal="followers", threshold=9.0, below=low), view, troll) for low in (False, True))
    assert up.auc == pytest.approx(wins)
    assert up.auc + down.auc == pytest.approx(1.0)
    assert (up.table["tpr"].diff().dropna() >= 0).all() and (up.table["fpr"].diff().dropna() >= 0).all()


def test_idealised_detectors_lie_where_they_should() -> None:
    troll = np.arange(4000) % 10 == 0
    assert roc(Perfect(), VIEW, troll).auc == 1.0
    assert roc(Perfect(), VIEW, troll).tpr_at(0.0) == 1.0
    curve = roc(Rates(tpr=0.8, fpr=0.1), VIEW, troll)
    assert curve.auc == pytest.approx(0.8 * 0.9 + 0.5 * (0.8 * 0.1 + 0.2 * 0.9), abs=0.03)


def test_rare_trolls_make_flags_worth_little() -> None:
    """The base-rate effect: at 936 among 1.2 million a detector that is wrong once in a hundred is wrong nearly always."""
    assert pytest.approx(7.79e-4, rel=1e-3) == BASE_RATE
    assert precision(0.9, 0.01, 0.5) == pytest.approx(0.9 / 0.91)
    assert precision(0.9, 0.01) == pytest.approx(0.0656, abs=2e-4)
    assert precision(0.9, 0.0001) == pytest.approx(0.875, abs=2e-3)
    assert precision(1.0, 0.0) == 1.0
    assert math.isnan(precision(0.0, 0.0))


def test_labels_of_a_run() -> None:
    world = busy_world()
    found = sim.ground_truth(world, days=3)
    model = run(world)
    group = model.society.group[found.view.account]
    np.testing.assert_array_equal(found.troll, group >= Group.ACTIVE_TROLL)
    assert not (found.active_troll & found.sleeper).any()
    assert (found.view.posts[found.sleeper] == 0).all()
    some = found.rows(~found.sleeper)
    assert not some.sleeper.any() and some.view.account.size == some.active_troll.size
    twice = sim.pooled([found, some])
    assert twice.view.account.size == found.view.account.size + some.view.account.size
    np.testing.assert_array_equal(twice.troll, np.r_[found.troll, some.troll])
    for name in SIGNALS:
        both = [signal(found.view, name), signal(some.view, name)]
        np.testing.assert_array_equal(signal(twice.view, name), np.concatenate(both))
    with pytest.raises(InputError, match="parts must all have been seen on the same tick"):
        sim.pooled([found, sim.ground_truth(world, days=2)])
    with pytest.raises(InputError, match="troll must have one label"):
        roc(Perfect(), found.view, found.troll[:-1])
