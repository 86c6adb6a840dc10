"""Detectors and policies: error rates, nesting, and that they decide from what a platform sees and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.branch import Branch
from sim.engine.moderator import Moderator, PolicyDesk
from sim.moderation import (
    Detector,
    OracleSignal,
    Perfect,
    PlatformView,
    Policy,
    PreemptiveRemoval,
    Rates,
    Takedown,
    Traces,
)
from sim.moderation.policy import RemovalPolicy
from sim.people.accounts import Status
from sim.simulation import begin
from sim.society.groups import Group
from sim.world import World
from tests.strategies.worlds import SEEDS
from tests.worlds import busy_world, run

N = 200_000


def view_of(accounts: np.ndarray, tick: int = 0, seed: int = 1) -> PlatformView:
    """What a platform might see of these accounts."""
    rng = np.random.default_rng(seed)
    n = accounts.size
    created, posts, suspended = rng.integers(0, tick + 1, n), rng.integers(0, 3, n), rng.random(n) < 0.1
    return PlatformView(
        tick=tick,
        ticks_per_day=24,
        account=accounts,
        created=created,
        watched=tick - created,
        posts=posts,
        followers=rng.integers(0, 100, n),
        following=rng.integers(0, 100, n),
        suspended=suspended,
        since=np.where(suspended, rng.integers(0, tick + 1, n), -1),
        page=np.zeros(n, dtype=bool),
        traces=Traces(
            office_posts=rng.integers(0, posts + 1),
            reshares=rng.integers(0, posts + 1),
            coordinated=rng.integers(0, posts + 1),
            reports=rng.integers(0, 3, n),
            login=rng.random(n) < 0.2,
        ),
    )


VIEW = view_of(np.arange(N))
ORACLE = OracleSignal(troll=np.arange(N) % 4 == 1)


@pytest.mark.parametrize("salt", [0, 77])
@pytest.mark.parametrize(("tpr", "fpr"), [(0.9, 0.0001), (0.5, 0.05), (0.02, 0.3)])
def test_rates_are_what_they_say(tpr: float, fpr: float, salt: int) -> None:
    flagged = Rates(salt=salt, tpr=tpr, fpr=fpr).scores(VIEW, ORACLE, 3) > 0
    for share, expected, n in (
        (flagged[ORACLE.troll].mean(), tpr, N // 4),
        (flagged[~ORACLE.troll].mean(), fpr, 3 * N // 4),
    ):
        assert abs(share - expected) < 4 * math.sqrt(expected * (1 - expected) / n)


def test_rates_of_0_and_1_are_exact() -> None:
    np.testing.assert_array_equal(Rates(tpr=1.0, fpr=0.0).scores(VIEW, ORACLE, 3) > 0, ORACLE.troll)
    assert not Rates(tpr=0.0, fpr=0.0).scores(VIEW, ORACLE, 3).any()
    assert (Rates(tpr=1.0, fpr=1.0).scores(VIEW, ORACLE, 3) > 0).all()


def test_a_perfect_detector_flags_exactly_the_trolls() -> None:
    scores = Perfect().scores(VIEW, ORACLE, 3)
    np.testing.assert_array_equal(scores > 0, ORACLE.troll)
    assert np.unique(scores[ORACLE.troll]).size == ORACLE.troll.sum()


def test_a_better_detector_flags_all_that_a_worse_one_flags() -> None:
    worse = Rates(salt=2, tpr=0.4, fpr=0.01).scores(VIEW, ORACLE, 3)
    better = Rates(salt=2, tpr=0.8, fpr=0.05).scores(VIEW, ORACLE, 3)
    flagged = worse > 0
    assert (better[flagged] > 0).all()
    np.testing.assert_array_equal(better[flagged], worse[flagged])


def test_different_salts_err_independently() -> None:
    a, b = (Rates(salt=salt, tpr=0.5, fpr=0.5).scores(VIEW, ORACLE, 3) > 0 for salt in (0, 1))
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / math.sqrt(N)
    c = Rates(salt=0, tpr=0.5, fpr=0.5).scores(VIEW, ORACLE, 4) > 0
    assert abs(np.corrcoef(a, c)[0, 1]) < 4 / math.sqrt(N)


@pytest.mark.parametrize("detector", [Perfect(salt=3), Rates(salt=3, tpr=0.6, fpr=0.1)])
def test_scores_depend_on_the_account_and_on_nothing_else_in_view(detector: Detector) -> None:
    """The same on another day, whatever has been posted since, and whoever else is in view: decided once and for all."""
    some = np.arange(0, 3000, 7)[::-1].copy()
    scores = detector.scores(VIEW, ORACLE, 3)[some]
    later = view_of(some, tick=90, seed=2)
    np.testing.assert_array_equal(detector.scores(later, OracleSignal(ORACLE.troll[some]), 3), scores)


@pytest.mark.parametrize("detector", [Perfect(), Rates()])
def test_an_idealised_detector_needs_the_oracle(detector: Detector) -> None:
    assert detector.idealised
    with pytest.raises(TypeError, match="OracleSignal"):
        detector.scores(VIEW, None, 3)


@dataclass(frozen=True)
class Prolific(Detector):
    """A detector of the kind a platform could have: the more posts, the more suspicious."""

    name: ClassVar[str] = "prolific"
    seen: ClassVar[list[tuple[PlatformView, OracleSignal | None]]] = []

    def scores(self, view: PlatformView, oracle: OracleSignal | None, seed: int) -> np.ndarray:
        self.seen.append((view, oracle))
        return np.where(view.posts > 0, view.posts + self.order(view, seed), 0.0)

    def sentence(self) -> str:
        return "a detector that suspects whoever posts most"


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_a_real_detector_sees_what_a_platform_sees(engine: str) -> None:
    world = busy_world()
    Prolific.seen.clear()
    day = world.burn_in_ticks + world.tick(2)
    before = run(world, None, 1, engine, until=day)
    model = run(world, Branch((Takedown(1, Perfect(), accounts=0), Takedown(2, Prolific(), accounts=7))), 1, engine)
    ((view, oracle),) = Prolific.seen
    assert oracle is None
    assert view.tick == world.tick(2)
    society = model.society
    np.testing.assert_array_equal(view.account, np.flatnonzero(society.created <= view.tick))
    assert (society.created > view.tick).any() or view.account.size == society.group.size
    np.testing.assert_array_equal(view.created, society.created[view.account])
    np.testing.assert_array_equal(view.posts, before.state.posts[view.account])
    np.testing.assert_array_equal(view.following, model.drawn.graph.following_count()[view.account])
    np.testing.assert_array_equal(view.followers, model.drawn.graph.followers_count()[view.account])
    assert not view.suspended.any()
    gone = np.flatnonzero(model.state.status == Status.SUSPENDED)
    assert gone.size == 7
    assert view.posts[np.isin(view.account, gone)].min() >= np.sort(view.posts)[-7]


POLICIES: list[RemovalPolicy] = [Takedown(0, accounts=10), PreemptiveRemoval(0, accounts=10)]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@given(seed=st.integers(0, 50))
@settings(max_examples=30)
def test_decisions_follow_from_view_and_scores(policy: RemovalPolicy, seed: int) -> None:
    view = view_of(np.arange(50, 450), seed=seed)
    scores = np.random.default_rng(seed + 9).integers(0, 5, 400).astype(float)
    assert policy.asked() == 10
    ranked = policy.ranked(view, scores)
    eligible = (scores > 0) & ~view.suspended & ((view.posts > 0) == isinstance(policy, Takedown))
    # All who may be removed, the most suspicious first, and of those as suspicious the one of least number.
    assert ranked.tolist() == sorted((np.flatnonzero(eligible) + 50).tolist(), key=lambda a: (-scores[a - 50], a))
    # The order of the rows does not matter.
    order = np.random.default_rng(seed).permutation(400)
    np.testing.assert_array_equal(policy.ranked(view.rows(order), scores[order]), ranked)
    # Nor do things that neither the policy nor its detector look at.
    other = view._replace(
        tick=77, followers=view.followers + 1, following=view.following[::-1], created=view.created + 3
    )
    np.testing.assert_array_equal(policy.ranked(other, scores), ranked)


def desk_of(world: World) -> tuple[PolicyDesk, np.ndarray]:
    """The desk of the first platform on the last day, and who is to be seen there."""
    model = begin(world, Branch((Takedown(1, accounts=0),)), 1).engine
    model.advance(model.last_step)
    desk = Moderator(model, "first").desks[0]
    return desk, desk.view().account


DESK = desk_of(busy_world(people_reachable=1_200))


@given(SEEDS, st.lists(st.floats(0.0, 2000.0), min_size=2, max_size=6).map(sorted))
@settings(max_examples=30)
def test_larger_removals_contain_smaller_ones(seed: int, wanted: list[float]) -> None:
    """Of accounts that stand for one and for several alike."""
    desk, account = DESK
    ranked = np.random.default_rng(seed).permutation(account)
    removed = [desk.first_of(ranked, each) for each in wanted]
    for few, many in pairwise(removed):
        np.testing.assert_array_equal(few, many[: few.size])
    for each, accounts in zip(wanted, removed, strict=True):
        stands_for = float(desk.standing_for(accounts).sum())
        assert accounts.size == account.size or abs(stands_for - each) < desk.standing_for(ranked).max()


def test_as_many_are_removed_as_are_asked_for_on_average() -> None:
    """Whether the last goes of whom only a part is wanted is a draw of that account."""
    desk, account = DESK
    rng, wanted = np.random.default_rng(1), 33.0
    found = np.array([desk.standing_for(desk.first_of(rng.permutation(account), wanted)).sum() for _ in range(800)])
    assert abs(found.mean() - wanted) < 4 * found.std() / math.sqrt(found.size) and found.std() > 0
    trolls = account[desk.standing_for(account) == 1.0]
    assert desk.first_of(trolls, 12).tolist() == trolls[:12].tolist()
    assert desk.first_of(trolls, 1e9).tolist() == trolls.tolist()
    assert desk.first_of(trolls, 0).size == 0


@pytest.mark.parametrize("detector", [Perfect(salt=1), Rates(tpr=0.8, fpr=0.1)])
def test_larger_takedowns_of_a_run_contain_smaller_ones(detector: Detector) -> None:
    """With the same seed and day, in the real proportions 94, 312 and 936, on a day when trolls still sleep; a person removed
    counts for twenty."""
    world = busy_world(people=936, people_reachable=936 * 20, **{"campaign.accounts": 936, "graph.hub_cap": 0.1})
    removed = []
    for accounts in (94, 312, 936):
        model = run(
            world, Branch((Takedown(1, detector, accounts=accounts),)), until=world.burn_in_ticks + world.tick(1) + 1
        )
        removed.append(set(np.flatnonzero(model.state.status == Status.SUSPENDED).tolist()))
        (record,), weight = model.removals, model.fixed.parameters.by_group.weight
        assert record.asked == accounts and abs(record.removed - accounts) < 20
        assert record.removed == weight[model.drawn.groups_of(np.array(sorted(removed[-1])))].sum()
        assert isinstance(detector, Rates) or record.removed == accounts == len(removed[-1])
    assert removed[0] < removed[1] < removed[2]


def test_a_shortfall_is_reported() -> None:
    """More than exist on the day: all there are are removed, and the record keeps what was asked for."""
    model = run(busy_world(), Branch((Takedown(1, Rates(tpr=0.5, fpr=0.0), accounts=20),)))
    record = model.removals[0]
    assert record.asked == 20
    assert 0 < record.removed < 20
    assert record.removed == record.whose["active_trolls"]


@pytest.mark.parametrize("people", [50, 2_000])
def test_a_removal_of_936_is_one_of_936_at_any_scale(people: int) -> None:
    """And one of the unused is one of all that are registered by then, most of which never wake."""
    world = sim.World.hk2019(people=people, days=2, burn_in_days=0, **{"graph.followees": 1.0})
    model = begin(world, Branch((Takedown(0, accounts=936), PreemptiveRemoval(0, accounts=200_000))), 1).engine
    model.advance(1)
    takedown, preemptive = model.removals
    assert (takedown.asked, takedown.whose["active_trolls"], takedown.removed) == (936, 936, 936)
    created = np.concatenate([model.society.created[model.society.group == Group.SLEEPER], model.drawn.reserve])
    assert created.size == 200_000
    there = int((created <= 0).sum())
    assert (preemptive.asked, preemptive.whose["sleepers"], preemptive.removed) == (200_000, there, there)
    assert 80_000 < there < 100_000
    assert model.review_hours == pytest.approx((936 + there) * 2.4 / 60)


@pytest.mark.parametrize(
    ("policy", "group"),
    [(Takedown(1, accounts=20), Group.ACTIVE_TROLL), (PreemptiveRemoval(1, accounts=11), Group.SLEEPER)],
)
def test_takedowns_find_the_active_and_preemptive_removals_the_unused(policy: Policy, group: Group) -> None:
    world = busy_world(**{"campaign.sleepers.created_before": 1.0, "campaign.sleepers.waking_rate": 0.0})
    model = run(world, Branch((policy,)))
    np.testing.assert_array_equal(model.state.status == Status.SUSPENDED, model.society.group == group)


@pytest.mark.parametrize(
    "policy", [Takedown("2019-08-19"), PreemptiveRemoval(3, Rates(tpr=0.85, fpr=0.001), accounts=5000)]
)
def test_policies_describe_themselves(policy: RemovalPolicy) -> None:
    sentence = policy.sentence("2019-08-19")
    assert sentence.startswith("On 2019-08-19 the platform removes ")
    assert sentence.endswith(".")
    assert f"{policy.asked():,}" in sentence
