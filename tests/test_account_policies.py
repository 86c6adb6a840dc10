"""Account policies that go on for weeks: what they do, that they do nothing at no strength, and the queue they work through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sim
from sim.branch import Branch
from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.moderation import (
    Appeals,
    Detector,
    Downranking,
    Enforcement,
    Labels,
    Perfect,
    Policy,
    PreemptiveRemoval,
    Rates,
    RegistrationChecks,
    RuleDetector,
    ScoreDetector,
    Takedown,
    Weights,
)
from sim.moderation.policies.queue import EMPTY, Queue, daily_capacity
from sim.outcomes.measuring import measured
from sim.people.accounts import Status
from sim.simulation import begin
from sim.society.groups import Group
from sim.world import World
from tests.strategies.branches import branches, detectors
from tests.strategies.worlds import SEEDS, cases, worlds
from tests.worlds import TWO_PLATFORMS, assert_same, busy_world, daily, run

EVERYBODY = RuleDetector(signal="age", threshold=-1e6)
NOBODY = RuleDetector(signal="age", threshold=1e6)
GUILTY, CLEARED = Rates(tpr=1.0, fpr=1.0), Rates(tpr=0.0, fpr=0.0)


def long_world(**changes: object) -> World:
    """The busy world with two weeks of four ticks a day, in which most people are newcomers and half of the sleepers are."""
    world = busy_world(
        days=14,
        ticks_per_day=4,
        **{"calendar.clock": (0.25,) * 4, "campaign": {"clock": (0.25,) * 4, "daily_posts": (40.0,)}},
    )
    return world.replace({"population.newcomers.share": 0.5, "campaign.sleepers.created_until": 10.0, **changes})


def suspended(model: Engine) -> np.ndarray:
    return np.flatnonzero(model.state.status == Status.SUSPENDED)


# No strength


@st.composite
def idle(draw: st.DrawFn, world: World, day: float) -> Policy:
    """A policy that can do nothing."""
    detector = draw(detectors(world))
    return draw(
        st.sampled_from(
            [
                RegistrationChecks(day, detector, checked=0.0),
                RegistrationChecks(day, NOBODY, delay_days=0.0),
                Enforcement(day, detector, reviewers=0.0),
                Enforcement(day, NOBODY),
                Enforcement(day, detector, reviewer=CLEARED, delay_days=0.0),
                Appeals(day, appealing=0.0),
                Appeals(day, judge=GUILTY, delay_days=0.0, appealing=1.0),
            ]
        )
    )


@given(worlds(), st.data(), SEEDS)
@settings(max_examples=40)
def test_no_strength_changes_nothing(world: World, data: st.DataObject, seed: int) -> None:
    branch = data.draw(branches(world))
    policy = data.draw(idle(world, data.draw(st.floats(0.0, world.days - 0.5))))
    at = data.draw(st.integers(0, len(branch.policies)))
    with_idle = replace(branch, policies=(*branch.policies[:at], policy, *branch.policies[at:]))
    a, b = run(world, branch, seed), run(world, with_idle, seed)
    for name in a.state._fields:
        np.testing.assert_array_equal(getattr(a.state, name), getattr(b.state, name), err_msg=name)
    assert a.digest == b.digest
    done = [record for record in b.removals if record.policy == policy.name and record not in a.removals]
    assert all(record.removed == 0 for record in done)


# The queue


def lengths(arrivals: list[int], capacities: list[int], delay: int = 0, weights: Sequence[float] = (1.0,)) -> list[int]:
    """Length of the queue after each tick; so many accounts arrive, each of which is as many cases as one of ``weights`` says,
    and so many cases can be reviewed."""
    queue, found, number, begun, done = EMPTY, [], 0, 0.0, 0.0
    weight = np.resize(weights, sum(arrivals))
    for tick, (more, capacity) in enumerate(zip(arrivals, capacities, strict=True)):
        queue = queue.enter(np.arange(number, number + more), tick)
        cases, queue, left = queue.take(weight[queue.account], begun + capacity, tick - delay)
        done += weight[cases].sum()
        assert done <= sum(capacities[: tick + 1])
        assert left == 0.0 or left == begun + capacity - weight[cases].sum() < weight[queue.account[0]]
        begun = left
        number += more
        found.append(queue.account.size)
    return found


CASES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12)), max_size=40)


@given(CASES, st.integers(0, 5), st.lists(st.sampled_from([1.0, 2.5, 40.0]), min_size=1, max_size=3))
@settings(max_examples=200)
def test_more_reviewers_never_lengthen_the_queue(
    ticks: list[tuple[int, int, int]], delay: int, weights: list[float]
) -> None:
    """For one fixed sequence of arriving cases, at any tick, whatever each account stands for."""
    arrivals, few = [t[0] for t in ticks], [t[1] for t in ticks]
    many = [a + more for a, (_, _, more) in zip(few, ticks, strict=True)]
    shorter, longer = (lengths(arrivals, capacities, delay, weights) for capacities in (many, few))
    for short, long in zip(shorter, longer, strict=True):
        assert short <= long


@given(st.floats(0, 30), st.floats(0, 10), st.lists(st.integers(0, 40), min_size=1, max_size=60))
@settings(max_examples=100)
def test_more_reviewers_at_any_scale(mean: float, more: float, arrivals: list[int]) -> None:
    few, many = ([daily_capacity(m, day) for day in range(len(arrivals))] for m in (mean, mean + more))
    assert all(a <= b for a, b in zip(few, many, strict=True))
    assert all(a <= b for a, b in zip(lengths(arrivals, many), lengths(arrivals, few), strict=True))


@given(st.floats(0, 20))
def test_capacity_is_right_on_average(mean: float) -> None:
    assert abs(sum(daily_capacity(mean, day) for day in range(1000)) - 1000 * mean) < 6
    assert {daily_capacity(mean, day) - int(mean) for day in range(100)} <= {0, 1}


def test_who_takes_no_time_for_a_case_has_no_end_of_capacity() -> None:
    assert daily_capacity(float("inf"), 3) > 10**9


def test_first_come_first_served() -> None:
    queue = EMPTY.enter(np.array([7, 3]), 1).enter(np.array([5, 1]), 2)
    one_each = np.ones(4)
    cases, rest, left = queue.take(one_each, 3, until=1)
    assert (cases.tolist(), left) == ([7, 3], 0.0)  # what nobody needs is lost
    assert rest.account.tolist() == [5, 1]
    cases, rest, left = queue.take(one_each, 3, until=2)
    assert left == 0.0
    assert (cases.tolist(), rest.account.tolist(), rest.entered.tolist()) == ([7, 3, 5], [1], [2])
    assert queue.account.tolist() == [7, 3, 5, 1]
    assert queue.take(one_each, 0, until=9)[0].size == 0
    assert isinstance(rest, Queue)
    # Somebody who stands for several is worked on until all of these cases are done.
    cases, rest, left = queue.take(np.array([1.0, 10.0, 1.0, 1.0]), 4, until=2)
    assert (cases.tolist(), rest.account.tolist(), left) == ([7], [3, 5, 1], 3.0)
    cases, rest, left = rest.take(np.array([10.0, 1.0, 1.0]), left + 8, until=2)
    assert (cases.tolist(), rest.account.tolist(), left) == ([3, 5], [1], 0.0)


@pytest.mark.parametrize("weight", [1, 7, 50])
def test_reviewers_do_so_many_cases_in_reality_at_any_scale(weight: int) -> None:
    """Two of them, half an hour a case: 32 cases a day of two weeks, among more people than these."""
    world = long_world(people=700 // weight + 60, **{"population.newcomers.share": 0.0, "graph.followees": 1.0})
    world = world.replace({"people_reachable": world.people * weight})
    everybody = Enforcement(0, EVERYBODY, reviewers=2.0, minutes_per_case=30.0, delay_days=0.0, reviewer=CLEARED)
    model = run(world, Branch((everybody,)))
    assert abs(model.review_hours - 14 * 32 * 0.5) <= 0.5 * weight
    assert sum(record.asked for record in model.removals) == pytest.approx(model.review_hours * 2)
    assert not suspended(model).size


# Registration checks


@pytest.mark.parametrize("delay", [0.0, 0.5, 2.0])
def test_checks_remove_new_accounts_after_their_delay(delay: float) -> None:
    world = long_world()
    model = run(world, Branch((RegistrationChecks(3, EVERYBODY, delay),)))
    created, ends = model.society.created, 3 * 4
    gone = suspended(model)
    # Everybody who registered from the policy's first tick on and whose delay ended by its last act, and nobody else.
    last_act = (world.days - 1) * 4
    due = np.flatnonzero((created >= ends) & (created + round(delay * 4) <= last_act))
    np.testing.assert_array_equal(gone, due)
    since = model.state.suspended_since[gone] - world.burn_in_ticks
    waited = since - created[gone] - round(delay * 4)
    assert (since % 4 == 0).all() and waited.min() >= 0 and waited.max() <= 3
    assert sum(record.asked for record in model.removals) == gone.size > 30
    assert all(record.asked == record.removed for record in model.removals)


def test_checks_leave_out_whom_they_do_not_check() -> None:
    half, whole = (run(long_world(), Branch((RegistrationChecks(0, EVERYBODY, 0.0, share),))) for share in (0.5, 1.0))
    assert 0.25 < suspended(half).size / suspended(whole).size < 0.75
    assert set(suspended(half)) < set(suspended(whole))


def test_checks_judge_by_what_is_seen() -> None:
    model = run(long_world(), Branch((RegistrationChecks(0, RuleDetector(signal="login", threshold=1.0), 1.0),)))
    gone = suspended(model)
    assert model.drawn.profile.login[gone].all()
    groups = model.society.group[gone]
    assert (groups == Group.SLEEPER).any() and (groups == Group.CITIZEN).any()


# Enforcement


def test_enforcement_keeps_to_its_capacity_and_its_delay() -> None:
    world = long_world()
    policy = Enforcement(2, EVERYBODY, reviewers=0.01, minutes_per_case=1.0, delay_days=1.0, reviewer=GUILTY)
    model = run(world, Branch((policy,)))
    per_day = [daily_capacity(0.01 * 480, day) for day in range(world.days)]
    for record in model.removals:
        assert record.asked == record.removed == per_day[record.tick // 4]
    assert [record.tick // 4 for record in model.removals] == list(range(3, world.days))
    assert measured(model)["review_hours"] == pytest.approx(sum(per_day[3:]) / 60)
    assert suspended(model).size == sum(per_day[3:])


def test_the_most_suspicious_come_first() -> None:
    by_followers = RuleDetector(signal="followers", threshold=1.0)
    policy = Enforcement(2, by_followers, reviewers=10 / 480, minutes_per_case=1.0, delay_days=0.0, reviewer=GUILTY)
    model = begin(long_world(), Branch((policy,)), 1).engine
    model.advance(model.world.burn_in_ticks + 2 * 4 + 1)
    followers = model.drawn.profile.followers
    gone = suspended(model)
    view = model.moderators[0].view()
    assert gone.size == 10
    rest = np.setdiff1d(view.account, gone)
    assert followers[gone].min() >= followers[rest].max()


def test_reviewers_decide_and_nobody_is_decided_upon_twice() -> None:
    world = long_world(**{"population.newcomers.share": 0.0, "campaign.sleepers.created_before": 1.0})
    everybody = world.people + 4 + 9 + 11
    for reviewer, share in ((CLEARED, 0.0), (Rates(tpr=0.5, fpr=0.5, salt=4), 0.5), (GUILTY, 1.0)):
        policy = Enforcement(1, EVERYBODY, reviewers=9.0, delay_days=0.0, reviewer=reviewer)
        model = run(world, Branch((policy,)))
        (record,) = model.removals  # all on the first day, and nothing is left for the others
        assert record.asked == everybody
        assert record.removed == pytest.approx(share * everybody, abs=20)
        assert measured(model)["review_hours"] == pytest.approx(everybody * 2.4 / 60)


def test_whoever_is_no_longer_flagged_when_reviewed_is_let_off() -> None:
    """Accounts of less than a week are suspicious, and are reviewed when they are older."""
    young = RuleDetector(signal="age", threshold=7.0, below=True)
    policy = Enforcement(0, young, reviewers=9.0, delay_days=8.0, reviewer=GUILTY)
    model = run(long_world(), Branch((policy,)))
    assert sum(record.asked for record in model.removals) > 60
    assert suspended(model).size == 0


def test_more_reviewers_remove_more() -> None:
    gone = []
    for reviewers in (0.0, 0.02, 0.1, 5.0):
        policy = Enforcement(1, EVERYBODY, reviewers=reviewers, reviewer=GUILTY)
        gone.append(suspended(run(long_world(), Branch((policy,)))).size)
    assert gone == sorted(gone) and gone[0] == 0 and gone[-1] > 100 > gone[1] > 0


# Appeals


def test_wrongly_removed_people_return() -> None:
    world = long_world(**{"population.newcomers.share": 0.0, "campaign.sleepers.created_before": 1.0})
    removal = Takedown(2, GUILTY, accounts=20)
    judge = Rates(tpr=1.0, fpr=0.0)
    alone, appealed = (run(world, Branch(p)) for p in ((removal,), (removal, Appeals(2, 3.0, 1.0, judge))))
    wrong = suspended(alone)[alone.society.group[suspended(alone)] < Group.ACTIVE_TROLL]
    assert wrong.size > 5
    back = np.setdiff1d(suspended(alone), suspended(appealed))
    np.testing.assert_array_equal(back, wrong)  # the judge knows who is who
    removed, restored = appealed.removals
    assert (restored.policy, restored.action, restored.tick) == ("appeals", "restore", removed.tick + 3 * 4)
    assert restored.asked == removed.removed and restored.removed == wrong.size
    assert restored.whose["active_trolls"] == restored.whose["sleepers"] == 0
    days = daily(appealed)
    assert days["restored"].tolist() == [0] * 5 + [wrong.size] * 9
    assert days["wrongful_removals"].tolist() == [0] * 2 + [wrong.size] * 3 + [0] * 9
    np.testing.assert_allclose(days["days_silenced"], wrong.size * np.clip(np.arange(14) - 1, 0, 3))
    posts = alone.state.posts[wrong].sum()
    assert appealed.state.posts[wrong].sum() > posts
    assert appealed.state.counts[:, Count.LOST_POSTS].sum() < alone.state.counts[:, Count.LOST_POSTS].sum()


def test_appeals_succeed_as_often_as_they_say() -> None:
    world = long_world(people=3000, **{"population.newcomers.share": 0.0, "graph.hub_cap": 0.05, "days": 3})
    everybody = Enforcement(0, EVERYBODY, reviewers=1000.0, delay_days=0.0, reviewer=GUILTY)
    appeals = Appeals(0, 1.0, 0.6, Rates(salt=5, tpr=0.9, fpr=0.3), minutes_per_case=30.0)
    model = run(world, Branch((everybody, appeals)))
    assert measured(model)["restored"] == pytest.approx(3000 * 0.6 * 0.7, abs=4 * 28)
    (decided,) = [record for record in model.removals if record.action == "restore"]
    assert decided.asked == pytest.approx(3000 * 0.6, abs=4 * 27)
    assert measured(model)["review_hours"] == pytest.approx((3024 * 2.4 + decided.asked * 30) / 60, rel=0.01)


def test_restored_sleepers_sleep_on_or_wake_if_it_is_time() -> None:
    world = long_world(**{"campaign.sleepers.created_before": 1.0, "campaign.sleepers.waking_rate": 0.3})
    mistaken = Appeals(0, 2.0, 1.0, CLEARED)
    model = begin(
        world, Branch((Enforcement(1, Perfect(), 99.0, delay_days=0.0, reviewer=Perfect()), mistaken)), 1
    ).engine
    sleepers = model.society.group == Group.SLEEPER
    wakes = model.wakes_at
    during, back = world.burn_in_ticks + 4, world.burn_in_ticks + 3 * 4
    model.advance(back)
    assert (model.state.status[sleepers] == Status.SUSPENDED).all()
    model.advance(back + 1)
    status, awake_since = model.state.status[sleepers], model.state.active_since[sleepers]
    missed = (wakes >= during) & (wakes < back)
    assert missed.any() and (wakes > back).any()
    np.testing.assert_array_equal(status == Status.ACTIVE, wakes <= back)
    np.testing.assert_array_equal(awake_since[missed], back)
    model.advance(model.last_step)
    plain = run(world)
    late = wakes > back
    np.testing.assert_array_equal(model.state.active_since[sleepers][late], plain.state.active_since[sleepers][late])


def test_without_a_campaign_no_troll_comes_back() -> None:
    world = busy_world()
    branch = Branch((Appeals(0, 0.0, 1.0, CLEARED),), campaign=False)
    assert run(world, branch).digest == run(world, Branch(campaign=False)).digest


def test_appeals_answer_removals_of_before_their_first_day() -> None:
    world = long_world()
    model = run(world, Branch((Takedown(1, GUILTY, accounts=20), Appeals(9, 2.0, 1.0, CLEARED))))
    assert [(r.action, r.tick) for r in model.removals] == [("suspend", 4), ("restore", 36)]
    assert suspended(model).size == 0


# All of them together


def strategy(day: float) -> tuple[Policy, ...]:
    return (
        RegistrationChecks(day, RuleDetector(signal="login", threshold=1.0), 0.5),
        Enforcement(
            day, ScoreDetector(weights=Weights(office=3.0, login=1.0, reports=2.0), threshold=0.8), 0.05, 5.0, 1.0,
            Rates(salt=1, tpr=0.9, fpr=0.3),
        ),
        Appeals(day, 2.0, 0.9, Rates(salt=2, tpr=0.9, fpr=0.2)),
    )  # fmt: skip


@pytest.mark.slow
def test_a_strategy_in_both_engines_and_through_forks() -> None:
    world, branch = long_world(), Branch((*strategy(2), Takedown(5, GUILTY, accounts=10)))
    whole = run(world, branch, 3)
    assert measured(whole)["restored"] > 0 and measured(whole)["review_hours"] > 0
    assert {record.policy for record in whole.removals} >= {"registration_checks", "enforcement", "appeals", "takedown"}
    assert_same(whole, run(world, branch, 3, "agents"))
    for step in (world.burn_in_ticks + 8, world.burn_in_ticks + 21, world.burn_in_ticks + 50):
        for engine in ("arrays", "agents"):
            trunk = run(world, branch, 3, engine, until=step)
            fork = trunk.fork(branch)
            fork.advance(fork.last_step)
            assert_same(fork, whole)
            assert fork.review_hours == whole.review_hours


def test_branches_of_a_study_keep_their_queues_apart() -> None:
    world = long_world()
    names = {
        "none": Branch(),
        "checks": Branch(strategy(2)[:1]),
        "all": Branch(strategy(2)),
        "all and more": Branch((*strategy(2), Takedown(6, GUILTY, accounts=8))),
        "twice": Branch((*strategy(2), *strategy(4))),
    }
    study = sim.compare(world, names, seeds=[3], threads=1)
    for name, branch in names.items():
        alone = sim.simulate(world, branch, seed=3)
        assert study.runs[name, 3].digest == alone.digest
        assert study.runs[name, 3].outcomes.equals(alone.outcomes)
        assert study.runs[name, 3].removals.equals(alone.removals)
    assert (study.removals["asked"] > 0).all()


@given(cases(), SEEDS)
@example((busy_world(**TWO_PLATFORMS), Branch((Enforcement(1, GUILTY, 1000.0, delay_days=0.0, reviewer=GUILTY),))), 1)
@example(
    (busy_world(people_reachable=6000), Branch((Enforcement(1, GUILTY, 1000.0, delay_days=0.0, reviewer=GUILTY),))), 1
)
@settings(max_examples=20)
def test_the_wrongly_removed_are_counted_by_group(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    model = run(world, branch, seed)
    days = daily(model)
    groups = days[["wrongful_organisers", "wrongful_outlets", "wrongful_supporters", "wrongful_opponents"]]
    np.testing.assert_array_equal(days["wrongful_removals"], groups.sum(axis=1))
    assert (days["wrongful_newcomers"] <= days["wrongful_supporters"] + days["wrongful_opponents"]).all()
    gone = model.state.status == Status.SUSPENDED
    assert ((model.state.suspended_since >= 0) == gone).all()
    innocent = np.flatnonzero(gone & (model.drawn.groups_of(np.arange(gone.size)) < Group.ACTIVE_TROLL))
    ticks = model.step_index - model.state.suspended_since[innocent].astype(int)
    lasted = (model.stands_for(innocent) * ticks).sum() / world.ticks_per_day
    assert days["days_silenced"].iloc[-1] >= lasted
    if not model.state.counts[:, Count.RESTORED].any():
        assert days["days_silenced"].iloc[-1] == pytest.approx(lasted)


EXAMPLES: list[Policy] = [*strategy(0), RegistrationChecks(0), Enforcement(0), Appeals(0)]


@pytest.mark.parametrize("policy", EXAMPLES, ids=lambda policy: policy.name)
def test_policies_say_what_they_do_and_where_their_defaults_come_from(policy: Policy) -> None:
    assert policy.sentence("2019-05-01").startswith("From 2019-05-01 on ")
    assert policy.sentence("2019-05-01").endswith(".")
    text = sim.describe(busy_world(), Branch((policy,)))
    assert f"Policy: {policy.sentence('2019-05-01')}" in text.splitlines()
    for info in sim.describe_fields(policy, "policy"):
        assert info.source, info.path


def test_policies_are_built_from_mappings() -> None:
    branch = Branch((*strategy(1), *EXAMPLES))
    assert sim.fields.build(Branch, branch.to_mapping(), "branch") == branch
    with pytest.raises(sim.InputError, match=r"policies\[0\]\.detector must not judge by office"):
        sim.simulate(sim.World.hk2019(people=1000, days=1), Branch((Enforcement(0),)))


@dataclass(frozen=True)
class Faint(Detector):
    """Flags every other account, with hardly any suspicion."""

    def scores(self, view: Any, oracle: Any, seed: int) -> Any:
        return np.where(view.account % 2 == 0, 1e-9, 0.0)

    def sentence(self) -> str:
        return "a faint detector"


def hit(model: Engine) -> set[int]:
    """Accounts that are suspended or marked."""
    marked = np.flatnonzero(model.state.flags)
    return {*np.flatnonzero(model.state.status == Status.SUSPENDED).tolist(), *marked.tolist()}


@pytest.mark.parametrize(
    "policy",
    [
        Takedown(1, Faint(), accounts=9), PreemptiveRemoval(1, Faint(), accounts=11), Labels(1, detector=Faint()),
        Downranking(1, detector=Faint()), RegistrationChecks(0, Faint(), delay_days=0.0),
        Enforcement(0, detector=Faint(), reviewer=Faint(), reviewers=1000.0, delay_days=0.0),
    ],
    ids=lambda policy: policy.name,
)  # fmt: skip
def test_any_suspicion_is_a_flag_and_none_is_none(policy: Policy) -> None:
    found = hit(run(busy_world(), Branch((policy,))))
    assert found and not any(account % 2 for account in found)


def test_whom_a_judge_hardly_suspects_stays_suspended() -> None:
    everybody = Takedown(0, Rates(tpr=1.0, fpr=1.0), accounts=9)
    before = hit(run(busy_world(), Branch((everybody,))))
    after = hit(run(busy_world(), Branch((everybody, Appeals(1, delay_days=1.0, appealing=1.0, judge=Faint())))))
    assert after == {account for account in before if account % 2 == 0}
