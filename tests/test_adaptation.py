"""An operator that answers losses: it rebuilds, falls silent, changes its tactics; and without losses nothing is different."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from sim.actors.adaptation import Adaptation, Evading, Losses, Rebuilding, Response, Static
from sim.actors.operator import Operator
from sim.branch import Branch
from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.fields import InputError
from sim.moderation import PreemptiveRemoval, Takedown
from sim.people.accounts import Status
from sim.simulation import begin, simulate
from sim.society.groups import IS_CAMPAIGN, Group
from sim.study.compare import compare
from sim.world import World
from tests.test_platforms import two_platforms
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


CAMPAIGN = [group for group in Group if IS_CAMPAIGN[group]]


def woken(model: Engine) -> int:
    return int((model.state.status[model.society.group == Group.SLEEPER] == Status.ACTIVE).sum())


def troll_posts(model: Engine) -> np.ndarray:
    """Posts of trolls on each day from day 0 on."""
    counts = model.state.counts[model.world.burn_in_ticks :]
    return (
        sum(counts[:, first + group] for first in (Count.NEW_POSTS, Count.RESHARES) for group in CAMPAIGN)
        .reshape(model.world.days, -1)
        .sum(axis=1)
    )


@pytest.mark.parametrize("adaptation", [Rebuilding(), Evading()])
def test_without_losses_nothing_is_different(adaptation: Adaptation) -> None:
    for branch in (Branch(), Branch(campaign=False), Branch((PreemptiveRemoval(1, accounts=5),))):
        a, b = (run(world_with(how), branch, 3) for how in (Static(), adaptation))
        assert_same(a, b)


@pytest.mark.parametrize("adaptation", [Rebuilding(**QUICK), Evading(**QUICK, pause_days=1.0)])
@pytest.mark.parametrize("changes", [{}, pytest.param({"campaign.sleepers.waking_rate": 0.4}, marks=pytest.mark.slow)])
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
    model = run(world_with(Rebuilding(replacement, **QUICK)), TAKEDOWN, 1)
    assert model.removals[0].removed == 6
    assert woken(model) == expected


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
    model = run(world, branch, 1)
    posts = troll_posts(model)
    assert posts[0] > 0 and posts[1] == posts[2] == 0 and posts[3] > 0
    counts = model.state.counts[world.burn_in_ticks + world.tick(3) :].sum(axis=0)
    new, reshares, on_topic = (
        sum(counts[first + group] for group in CAMPAIGN)
        for first in (Count.NEW_POSTS, Count.RESHARES, Count.ON_TOPIC_POSTS)
    )
    assert new < reshares or on_topic > 0
    assert model.operator.tactics() == {"on_topic_share": 1.0, "new_share": 0.0}
    assert run(world, None, 1).operator.tactics() == {}


def test_what_was_done_is_part_of_a_fork_and_not_of_the_digest() -> None:
    model = run(world_with(Rebuilding(1.0, **QUICK)), TAKEDOWN, 1)
    assert model.snapshot().kept[Operator] == model.operator.response
    assert model.operator.response.lost == model.operator.response.replaced == 6


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'rebuilding'"):
        busy_world(**{"campaign.adaptation": "rebuildin"})


@pytest.mark.parametrize("adaptation", [Rebuilding(), Evading(), Rebuilding(keeps_volume=False)])
def test_each_says_in_english_what_it_does(adaptation: Adaptation) -> None:
    assert adaptation.sentence().endswith(".") and "  " not in adaptation.sentence()


@dataclass(frozen=True)
class Own(Adaptation):
    """Answers whatever the test wants."""

    gives: ClassVar[Callable[[Losses], Any]] = staticmethod(lambda losses: Response())

    def answer(self, losses: Losses) -> Any:
        return type(self).gives(losses)


def alternates(losses: Losses) -> Response:
    """On one morning it wakes the two sleepers of least audience and lets pages and the rest make the lost posts, on the next it
    is silent until noon; it remembers on how many it was asked."""
    asked = 1 if losses.before.memory is None else losses.before.memory + 1
    if asked % 2 == 0:
        return Response(quiet_until=losses.tick + losses.ticks_per_day // 2, new_share=0.25, memory=asked)
    ranks = losses.audience().astype(float) + losses.draws
    return Response(losses.known(), keeps_volume=True, moved_share=0.5, on_topic_share=0.75, memory=asked,
                    wake=losses.first_of(ranks, 2))  # fmt: skip


@pytest.mark.parametrize("campaign", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_one_of_ones_own_gives_equal_bits_in_both_engines_and_forks(
    campaign: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Own, "gives", staticmethod(alternates))
    world = two_platforms(**{"days": 5, "campaign.adaptation": Own(), "campaign.sleepers.waking_rate": 0.0})
    branch = Branch((*TAKEDOWN.policies, *busy_branch().policies), campaign=campaign)
    whole = run(world, branch, 2)
    assert_same(whole, run(world, branch, 2, "agents"))
    for day in (1.0, 1.5, 2.0, 3.0):
        trunk = run(world, branch, 2, until=world.burn_in_ticks + world.tick(day))
        for engine in ("arrays", "agents"):
            fork = forked(trunk, branch, engine)
            fork.advance(fork.last_step)
            assert_same(whole, fork)
            assert fork.kept == whole.kept
    if not campaign:
        assert Operator not in whole.kept
        return
    assert whole.operator.response.memory == 4  # asked on days 1 to 4
    sleepers = whole.society.group == Group.SLEEPER
    assert whole.operator.response.replaced == (whole.state.active_since[sleepers] > 0).sum() == 4
    assert whole.digest != run(world.replace({"campaign.adaptation": Static()}), branch, 2).digest
    study = compare(world, {"none": Branch(), "removals": branch}, seeds=[2], threads=1)
    assert study.runs["removals", 2].digest == whole.digest


def test_one_of_ones_own_is_not_asked_before_there_are_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Losses] = []
    monkeypatch.setattr(Own, "gives", staticmethod(lambda losses: asked.append(losses) or Response(memory=len(asked))))
    world = world_with(Own())
    run(world, Branch(), 1)
    assert not asked
    model = run(world, TAKEDOWN, 1)
    assert [losses.day for losses in asked] == [1, 2, 3, 4]
    assert [losses.before.memory for losses in asked] == [None, 1, 2, 3]
    assert [losses.known() for losses in asked] == [6] * 4
    assert [losses.known(1.5) for losses in asked] == [0, 0, 6, 6]
    assert all(losses.asleep.size == losses.draws.size == losses.audience().size == 11 for losses in asked)
    assert_same(model, run(world_with(Static()), TAKEDOWN, 1))


def test_a_memory_is_each_forks_own_also_if_it_is_changed_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(losses: Losses) -> Response:
        memory = losses.before.memory or [0]
        memory[0] += 1
        return Response(memory=memory, quiet_until=losses.tick + (memory[0] % 2) * losses.ticks_per_day)

    monkeypatch.setattr(Own, "gives", staticmethod(answer))
    world = world_with(Own())
    trunk = begin(world, TAKEDOWN).advance(3)
    forks = [trunk.fork().advance().engine.operator.response.memory for _ in range(2)]
    assert forks == [trunk.advance().engine.operator.response.memory] * 2 == [[4]] * 2


def test_an_adaptation_remembers_nothing_but_in_its_response(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Own()
    monkeypatch.setattr(Own, "gives", staticmethod(lambda losses: object.__setattr__(own, "lost", 1) or Response()))
    with pytest.raises(InputError, match=r"Own\.answer must leave the attributes of Own as they are"):
        simulate(world_with(own), TAKEDOWN, 1)


@pytest.mark.parametrize("engine", ["arrays", "agents"])
@pytest.mark.parametrize(
    ("response", "sentence"),
    [
        (None, "Own.answer must be a Response, not none"),
        (Response(wake=[10**6]), "Own.answer must wake sleepers of losses.asleep by their ids, not [1000000]"),
        (Response(wake=[0]), "Own.answer must wake sleepers of losses.asleep by their ids, not [0]"),
        (Response(wake=[0.5]), "Own.answer must wake sleepers"),
        (Response(quiet_until=1.5), "Own.answer.quiet_until must be a whole number of at least -1, not 1.5"),
        (Response(new_share=2.0), "Own.answer.new_share must be a number from 0 to 1 or none, not 2.0"),
        (Response(moved_share=float("nan")), "Own.answer.moved_share must be a number from 0 to 1, not nan"),
        (Response(keeps_volume="yes please"), "Own.answer.keeps_volume must be"),
        (Response(lost=-1), "Own.answer.lost must be a whole number of at least 0, not -1"),
    ],
)
def test_an_answer_that_cannot_be_followed_is_named(
    response: Any, sentence: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Own, "gives", staticmethod(lambda losses: response))
    with pytest.raises(InputError) as refused:
        simulate(world_with(Own()), TAKEDOWN, 1, engine=engine)
    assert sentence in str(refused.value)
