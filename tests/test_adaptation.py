"""An operator that answers losses: it rebuilds, falls silent, changes its tactics; and without losses nothing is different."""

from __future__ import annotations

import numpy as np
import pytest

from sim.actors.adaptation import Adaptation, Evading, Rebuilding, Static
from sim.actors.operator import Operator
from sim.branch import Branch
from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.fields import InputError
from sim.moderation import PreemptiveRemoval, Takedown
from sim.people.accounts import Role, Status
from sim.simulation import simulate
from sim.society.groups import Group
from sim.study.compare import compare
from sim.world import World
from tests.worlds import assert_same, busy_branch, busy_world, forked, run

QUICK = {"notice_days": 0.0, "hours_per_account": 1.0, "budget_hours": 1000.0}
TAKEDOWN = Branch((Takedown(1, accounts=6),))


def world_with(adaptation: Adaptation, **changes: object) -> World:
    """Sleepers that never wake by themselves, and all of them registered on day 0."""
    return busy_world(
        **{
            "days": 5,
            "campaign.adaptation": adaptation,
            "campaign.sleepers.waking_rate": 0.0,
            "campaign.sleepers.created_before": 1.0,
            **changes,
        }
    )


def woken(stage: Engine) -> int:
    return int((stage.state.status[stage.society.group == Group.SLEEPER] == Status.ACTIVE).sum())


def troll_posts(stage: Engine) -> np.ndarray:
    """Posts of trolls on each day from day 0 on."""
    counts = stage.state.counts[stage.world.burn_in_ticks :]
    posts = counts[:, Count.NEW_POSTS + Role.TROLL] + counts[:, Count.RESHARES + Role.TROLL]
    return posts.reshape(stage.world.days, -1).sum(axis=1)


@pytest.mark.parametrize("adaptation", [Rebuilding(), Evading()])
def test_without_losses_nothing_is_different(adaptation: Adaptation) -> None:
    for branch in (Branch(), Branch(campaign=False), Branch((PreemptiveRemoval(1, accounts=5),))):
        a, b = (run(world_with(how), branch, 3) for how in (Static(), adaptation))
        assert_same(a, b)


@pytest.mark.parametrize("adaptation", [Rebuilding(**QUICK), Evading(**QUICK, pause_days=1.0)])
@pytest.mark.parametrize("changes", [{}, {"campaign.sleepers.waking_rate": 0.4}])
def test_engines_forks_and_studies_agree(adaptation: Adaptation, changes: dict) -> None:
    world, branch = world_with(adaptation, **changes), Branch((*TAKEDOWN.policies, *busy_branch().policies))
    whole = run(world, branch, 2)
    assert_same(whole, run(world, branch, 2, "agents"))
    for day in (1.0, 1.5, 2.0, 3.0):
        trunk = run(world, branch, 2, until=world.burn_in_ticks + world.tick(day))
        for engine in ("arrays", "agents"):
            fork = forked(trunk, branch, engine)
            fork.advance(fork.last_step)
            assert_same(whole, fork)
    branches = {
        "none": Branch(),
        "some": branch,
        "sleepers": Branch((PreemptiveRemoval(1, accounts=4), Takedown(2, accounts=3))),
    }
    study = compare(world, branches, seeds=1, threads=1)
    for name, other in branches.items():
        assert study.runs[name, 1].digest == simulate(world, other, 1).digest


@pytest.mark.parametrize(("replacement", "expected"), [(0.0, 0), (0.5, 3), (1.0, 6), (100.0, 11)])
def test_so_many_sleepers_replace_an_account(replacement: float, expected: int) -> None:
    stage = run(world_with(Rebuilding(replacement, **QUICK)), TAKEDOWN, 1)
    assert stage.removals[0].removed == 6
    assert woken(stage) == expected


def test_the_budget_is_an_amount_a_day() -> None:
    """Two account-hours a day at one hour an account: two sleepers each morning from the loss on."""
    world = world_with(Rebuilding(100.0, notice_days=0.0, budget_hours=2.0, hours_per_account=1.0))
    for day, expected in ((1, 2), (2, 4), (3, 6)):
        assert woken(run(world, TAKEDOWN, 1, until=world.burn_in_ticks + world.tick(day) + 1)) == expected


def test_a_loss_is_answered_when_it_is_noticed() -> None:
    world = world_with(Rebuilding(1.0, notice_days=2.0, budget_hours=1000.0))
    for day, expected in ((1, 0), (2, 0), (3, 6)):
        assert woken(run(world, TAKEDOWN, 1, until=world.burn_in_ticks + world.tick(day) + 1)) == expected


def test_the_volume_is_kept_by_those_who_are_left() -> None:
    sparse = {"campaign.daily_posts": (12.0,), "campaign.clock": (1 / 6,) * 6}
    everybody = Branch((Takedown(1, accounts=9),))
    kept, lost = [], []
    for seed in range(1, 9):
        kept.append(troll_posts(run(world_with(Rebuilding(1.0, **QUICK), **sparse), everybody, seed))[1:].mean())
        lost.append(troll_posts(run(world_with(Static(), **sparse), everybody, seed))[1:].mean())
    assert sum(lost) == 0
    sleepers_own = 9 * 5.0
    assert np.mean(kept) == pytest.approx(12.0 + sleepers_own, rel=0.15)


def test_evaders_fall_silent_and_then_move_to_the_hashtag_and_amplify_each_other() -> None:
    adaptation = Evading(0.0, **QUICK, keeps_volume=False, pause_days=2.0, on_topic_share=1.0, new_share=0.0)
    world = world_with(adaptation, **{"campaign.on_topic_share": 0.0, "campaign.new_share": 1.0})
    branch = Branch((Takedown(1, accounts=3),))
    stage = run(world, branch, 1)
    posts = troll_posts(stage)
    assert posts[0] > 0 and posts[1] == posts[2] == 0 and posts[3] > 0
    counts = stage.state.counts[world.burn_in_ticks + world.tick(3) :].sum(axis=0)
    assert (
        counts[Count.NEW_POSTS + Role.TROLL] < counts[Count.RESHARES + Role.TROLL]
        or counts[Count.ON_TOPIC_TROLL_POSTS] > 0
    )
    assert stage.operator.tactics() == (1.0, 0.0)
    assert run(world, None, 1).operator.tactics() is None


def test_what_was_done_is_part_of_a_fork_and_not_of_the_digest() -> None:
    stage = run(world_with(Rebuilding(1.0, **QUICK)), TAKEDOWN, 1)
    assert stage.snapshot().kept[Operator] == stage.operator.response
    assert stage.operator.response.lost == stage.operator.response.replaced == 6


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'rebuilding'"):
        busy_world(**{"campaign.adaptation": "rebuildin"})


@pytest.mark.parametrize("adaptation", [Rebuilding(), Evading(), Rebuilding(keeps_volume=False)])
def test_each_says_in_english_what_it_does(adaptation: Adaptation) -> None:
    assert adaptation.sentence().endswith(".") and "  " not in adaptation.sentence()
