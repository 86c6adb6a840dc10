"""A policy or detector of one's own that breaks its promises gets one sentence that names it, in either engine."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

import sim
from sim.fields import InputError
from sim.moderation import DailyPolicy, Measures, RemovalPolicy, SignalDetector, StandingPolicy, Takedown
from tests.worlds import busy_world

Act = Callable[[Any], None]


@dataclass(frozen=True)
class Odd(SignalDetector):
    """Gives whatever the test wants."""

    gives: ClassVar[Callable[[Any], Any]] = staticmethod(lambda view: None)

    def excess(self, view: Any) -> Any:
        return type(self).gives(view)

    def sentence(self) -> str:
        return "an odd detector"


@dataclass(frozen=True)
class Unknowing(Odd):
    """Judges by what there is not."""

    @property
    def signals(self) -> tuple[str, ...]:
        return ("followers", "astrology")


@dataclass(frozen=True)
class Acting(DailyPolicy):
    """Does whatever the test wants."""

    does: ClassVar[Act] = staticmethod(lambda desk: None)
    then: ClassVar[Callable[[int, int], Any]] = staticmethod(lambda tick, per_day: None)

    def act(self, desk: Any) -> None:
        type(self).does(desk)

    def next_tick(self, tick: int, ticks_per_day: int) -> Any:
        return type(self).then(tick, ticks_per_day)

    def sentence(self, date: str) -> str:
        return "Acts."


@dataclass(frozen=True)
class Removing(RemovalPolicy):
    """Asks for and ranks whatever the test wants."""

    asks: ClassVar[Any] = 1
    ranks: ClassVar[Callable[[Any], Any]] = staticmethod(lambda view: view.account)

    def asked(self) -> Any:
        return type(self).asks

    def ranked(self, view: Any, scores: Any) -> Any:
        return type(self).ranks(view)

    def sentence(self, date: str) -> str:
        return "Removes."


@dataclass(frozen=True)
class Measuring(StandingPolicy):
    """Takes whatever measures the test wants."""

    takes: ClassVar[Callable[[Measures], Any]] = staticmethod(lambda measures: None)

    def measures(self, measures: Measures, ticks_per_day: int) -> Any:
        return type(self).takes(measures)

    def sentence(self, date: str) -> str:
        return "Measures."


def sentence(policy: Any, engine: str) -> str:
    with pytest.raises(InputError) as refused:
        sim.simulate(busy_world(), sim.Branch((policy,)), engine=engine)
    return str(refused.value)


ENGINES = pytest.mark.parametrize("engine", ["arrays", "agents"])


@ENGINES
@pytest.mark.parametrize(
    ("gives", "found"),
    [
        (lambda view: np.full(view.account.size, np.nan), "not nan"),
        (lambda view: np.full(view.account.size, np.inf), "not inf"),
        (lambda view: np.zeros(3), "not an array of float64 of shape (3,)"),
        (lambda view: np.zeros((view.account.size, 1)), "not an array of float64 of shape ("),
        (lambda view: ["x"] * view.account.size, "not ['x', 'x', 'x', …"),
        (lambda view: None, "not none"),
        (lambda view: 1.0, "not 1.0"),
    ],
)
def test_a_detector_gives_a_number_for_each_account(
    gives: Callable[[Any], Any], found: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Odd, "gives", staticmethod(gives))
    told = sentence(Takedown(1, Odd(), accounts=3), engine)
    assert told.startswith("Odd.excess must give one finite number for each of the ") and found in told
    seen = sim.ground_truth(busy_world(), days=1)
    with pytest.raises(InputError, match=r"Odd\.excess must give one finite number"):
        sim.moderation.roc(Odd(), seen.view, seen.troll)


def test_a_detector_judges_by_signals_that_there_are() -> None:
    told = sentence(Takedown(1, Unknowing(), accounts=3), "arrays")
    assert (
        told.startswith("policies[0].detector must judge by signals of age, followers,") and "not 'astrology'" in told
    )


@ENGINES
@pytest.mark.parametrize(
    ("does", "begins"),
    [
        (
            lambda p: p.suspend(np.array([10**6]), 1),
            "Acting.suspend must name accounts of its view by their ids, not an array",
        ),
        (lambda p: p.suspend(np.array([-1]), 1), "Acting.suspend must name accounts of its view"),
        (lambda p: p.suspend(np.array([0.5]), 1), "Acting.suspend must name accounts of its view"),
        (lambda p: p.suspend(p.view().suspended, 1), "Acting.suspend must name accounts of its view"),
        (lambda p: p.suspend(None, 1), "Acting.suspend must name accounts of its view by their ids, not none."),
        (lambda p: p.suspend([0], -1), "Acting.suspend must be a number of at least 0, not -1."),
        (lambda p: p.restore("x", 1), "Acting.restore must name accounts of its view by their ids, not 'x'."),
        (lambda p: p.flag([0], 2**9), "Acting.flag must be a whole number from 0 to 255, not 512."),
        (lambda p: p.review([0], float("nan")), "Acting.review must be a number of at least 0, not nan."),
        (lambda p: p.review([-1], 2.0), "Acting.review must name accounts of its view by their ids, not [-1]."),
        (lambda p: p.standing_for(None), "Acting.standing_for must name accounts of its view by their ids, not none."),
        (
            lambda p: p.first_of([0, 10**6], 1),
            "Acting.first_of must name accounts of its view by their ids, not [0, 1000000].",
        ),
        (
            lambda p: p.first_of(p.view().account[[0, 1, 0]].tolist(), 1),
            "Acting.first_of must name each account once, not [",
        ),
        (lambda p: p.first_of([0], "all"), "Acting.first_of must be a number of at least 0, not the text 'all'."),
        (lambda p: p.provoke(2.0, 0.5, 1), "Acting.provoke must be a number from 0 to 1, not 2.0."),
    ],
)
def test_a_policy_names_accounts_and_numbers_that_there_are(
    does: Act, begins: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Acting, "does", staticmethod(does))
    assert sentence(Acting(1), engine).startswith(begins)


@pytest.mark.parametrize(
    "then", [lambda tick, _: tick, lambda tick, _: tick - 1, lambda *_: "x", lambda *_: float("nan")]
)
def test_a_policy_goes_forward_in_time(then: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Acting, "then", staticmethod(then))
    assert sentence(Acting(1), "arrays").startswith(
        "Acting.next_tick must be a whole number of at least 7 or none, not "
    )


@pytest.mark.parametrize(
    ("ranks", "begins"),
    [
        (lambda view: None, "Removing.first_of must name accounts of its view by their ids, not none."),
        (lambda view: np.array([10**6]), "Removing.first_of must name accounts of its view by their ids, not an array"),
        (lambda view: view.suspended, "Removing.first_of must name accounts of its view"),
        (lambda view: view.account[[0, 1, 0]], "Removing.first_of must name each account once, not an array"),
    ],
)
def test_a_removal_ranks_accounts(ranks: Any, begins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Removing, "ranks", staticmethod(ranks))
    assert sentence(Removing(1), "arrays").startswith(begins)


@pytest.mark.parametrize("asks", [-1, "x", None, 0.5, float("nan")])
def test_a_removal_asks_for_a_number(asks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Removing, "asks", asks)
    assert sentence(Removing(1), "arrays").startswith("policies[0].asked must be a whole number of at least 0, not ")


@pytest.mark.parametrize(
    ("takes", "begins"),
    [
        (lambda measures: None, "What a policy's measures give must be a Measures, not none."),
        (
            lambda measures: measures._replace(friction=float("nan")),
            "A number among a policy's measures must be a finite number",
        ),
        (
            lambda measures: measures._replace(topic_limit=0.5),
            "A number among a policy's measures must be a whole number",
        ),
        (
            lambda measures: measures._replace(topic_limit=float("inf")),
            "A number among a policy's measures must be a whole",
        ),
    ],
)
def test_measures_are_numbers(takes: Any, begins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Measuring, "takes", staticmethod(takes))
    assert sentence(Measuring(1), "arrays").startswith(begins)


def _one_more_each_day(desk: Any) -> None:
    """Keeps a list, which it changes in place."""
    if desk.kept is None:
        desk.kept = [0]
    desk.kept[0] += 1
    free = desk.view().account[~desk.view().suspended]
    desk.suspend(free[: desk.kept[0]], asked=desk.kept[0])


def test_what_is_kept_is_each_forks_own_also_if_it_is_changed_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Acting, "does", staticmethod(_one_more_each_day))
    monkeypatch.setattr(Acting, "then", staticmethod(lambda tick, per_day: tick + per_day))
    world = busy_world()
    branches = {str(day): sim.Branch((Acting(0), Takedown(day, accounts=1))) for day in (2, 1)}
    study = sim.compare(world, branches, seeds=1, threads=1)
    for name, branch in branches.items():
        assert study.runs[name, 1].digest == sim.simulate(world, branch).digest
    trunk = sim.begin(world, branches["2"]).advance(1)
    assert trunk.fork().advance().digest == trunk.fork(engine="agents").advance().digest == trunk.advance().digest


@ENGINES
def test_a_policy_remembers_nothing_but_at_its_desk(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = Acting(1)
    monkeypatch.setattr(Acting, "does", staticmethod(lambda desk: object.__setattr__(policy, "seen", desk.tick)))
    assert sentence(policy, engine) == (
        "Acting.act must leave the attributes of Acting as they are, since other runs would find seen changed: desk.kept is what "
        "it may remember."
    )


@pytest.mark.parametrize(("draw", "name"), [(random.random, "random"), (lambda: np.random.rand(), "np.random")])  # noqa: NPY002
def test_a_policy_draws_from_nothing_that_others_draw_from(
    draw: Callable[[], float], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Acting, "does", staticmethod(lambda desk: draw()))
    assert sentence(Acting(1), "arrays") == (
        f"Acting.act must not draw from {name}, which all code shares, so that no run could be repeated: desk.draws has random "
        "numbers."
    )
    of_its_own = random.Random(1)
    monkeypatch.setattr(Acting, "does", staticmethod(lambda desk: of_its_own.random()))
    sim.simulate(busy_world(), sim.Branch((Acting(1),)), days=2)


def test_a_fault_of_a_policy_says_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Acting, "does", staticmethod(lambda desk: 1 // 0))
    with pytest.raises(ZeroDivisionError) as fault:
        sim.simulate(busy_world(), sim.Branch((Acting(1.5),)))
    tick = round(1.5 * busy_world().ticks_per_day)
    assert fault.value.__notes__ == [f"Policy Acting acted at the start of tick {tick} (day 1, 2019-05-02)."]


def test_an_account_named_twice_is_suspended_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Acting, "does", staticmethod(lambda p: p.suspend(p.view().account[[5, 5, 3]], 3)))
    removals = sim.simulate(busy_world(), sim.Branch((Acting(1),))).removals
    assert removals["citizens"].tolist() == [2]
