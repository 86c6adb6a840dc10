"""Accounts of one's own: classes that derive from those of the specification, in its place in the agent engine."""

from __future__ import annotations

import copy
from typing import Any

import mesa
import pytest

import sim
from sim.engine import Account, Citizen, Entry, Organiser, Reading, SecondAccount, Troll
from sim.world import World
from tests.worlds import busy_branch, busy_world


class Counting(Citizen):
    """A citizen as others are, who counts what they have read."""

    def __init__(self, model: Any, account: int) -> None:
        super().__init__(model, account)
        self.read_so_far = 0

    def change_mind(self, readings: list[Reading]) -> tuple[float, float, float, float]:
        self.read_so_far += len(readings)
        return super().change_mind(readings)


class CountingSecond(SecondAccount, Counting):
    pass


class Mute(Organiser):
    def choose_post(self, *_: Any) -> None:
        return None


class Louder(Troll):
    def wake_probability(self) -> float:
        return 1.0


class Deaf(Citizen):
    def hidden_from(self, entry: Entry) -> bool:
        return True


def finished(world: World, **arguments: Any) -> sim.SocietyModel:
    model = sim.SocietyModel(world, seed=1, **arguments)
    model.advance(model.last_step)
    return model


def read_by(model: sim.SocietyModel) -> int:
    return sum(account.read_so_far for account in model.accounts if isinstance(account, Counting))


def test_a_class_that_changes_nothing_changes_no_bit() -> None:
    """In a branch with policies, with second accounts, and in the copy that goes on in the middle."""
    world = busy_world(**{"second.members": 0.3, "second.followees": 5.0})
    own = finished(world, branch=busy_branch(), accounts=(Counting, CountingSecond))
    assert own.digest == finished(world, branch=busy_branch()).digest
    assert read_by(own) > 0
    assert {type(account) for account in own.accounts if account.group == 0} == {Counting, CountingSecond}


def test_a_fork_has_the_same_classes_and_a_copy_what_they_have_kept() -> None:
    model = sim.SocietyModel(busy_world(), seed=1, accounts=Counting)
    model.advance(model.step_index + 4)
    kept = read_by(model)
    fork, twin = model.fork(), copy.copy(model)
    assert kept > 0 and read_by(twin) == kept and read_by(fork) == 0
    for other in (fork, twin):
        other.advance(other.last_step)
    model.advance(model.last_step)
    assert read_by(model) == read_by(twin) > kept
    assert model.digest == twin.digest == fork.digest


def test_kinds_are_replaced_each_by_its_own() -> None:
    world = busy_world()
    plain, changed = finished(world), finished(world, accounts=[Mute, Louder])
    posts = [[model.state.posts[model.society.group == group].sum() for group in (1, 3)] for model in (plain, changed)]
    assert posts[0][0] > 0 and posts[1][0] == 0
    assert posts[1][1] > posts[0][1]


def test_who_reads_nothing_does_not_change_but_by_the_anchor() -> None:
    world = busy_world(**{"calendar.event_pull": 0.0, "feed.topic_slots": 0})
    model = finished(world, accounts=Deaf)
    anchor = model.society.anchor
    assert abs(model.state.opinion[:, 0] - anchor).max() < 1e-9
    assert abs(finished(world).state.opinion[:, 0] - anchor).max() > 0.01


def test_batch_runs_vary_the_class() -> None:
    world = busy_world()
    rows = mesa.batch_run(
        sim.SocietyModel, {"world": world, "seed": 1, "accounts": [Citizen, Deaf]}, max_steps=world.ticks,
        display_progress=False,
    )  # fmt: skip
    reach = {row["accounts"]: row["reach"] for row in rows}
    assert reach[Citizen] > 0.0 == reach[Deaf]


@pytest.mark.parametrize(
    ("accounts", "sentence"),
    [
        (
            "Citizen",
            "accounts must be classes derived from one of Citizen, SecondAccount, Organiser, Outlet, Troll, not 'C'",
        ),
        (Account, "not an object of type type"),
        (3, "accounts must be classes derived from one of"),
        (
            (Counting, Deaf),
            "accounts must have one class for each kind of account; Counting and Deaf are both for Citizen.",
        ),
        (Counting, "people's accounts on the second platform too: class Second(SecondAccount, Counting)"),
    ],
)
def test_what_is_no_such_class_is_refused(accounts: Any, sentence: str) -> None:
    with pytest.raises(sim.InputError) as refused:
        sim.SocietyModel(busy_world(**{"second.members": 0.3, "second.followees": 5.0}), seed=1, accounts=accounts)
    assert sentence in str(refused.value)
