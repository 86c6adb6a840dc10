"""Outcomes of one's own: what they see, that they stand beside the others, and one sentence for each mistake."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import sim
from sim.branch import Branch
from sim.engine.state import Count
from sim.fields import InputError, quantity, register
from sim.outcomes import OUTCOMES, Day, OwnOutcome
from sim.outcomes.day import GROUPS
from sim.people.accounts import Status
from sim.run import Recording
from sim.simulation import begin
from sim.society.groups import Group, all_accounts
from sim.world import World
from tests.strategies.worlds import SEEDS, cases
from tests.test_platforms import two_platforms
from tests.worlds import busy_branch, busy_world, forked_branches, forking_world


@register("far_out")
@dataclass(frozen=True)
class Extremes(OwnOutcome):
    """People whose opinion lies beyond
    a bound.

    And more of it.
    """

    unit = "share of people"
    low, high = 0.0, 1.0
    bound: float = quantity(0.5, unit="opinion", low=0, high=1, source="assumption", doc="Where the ends begin.")

    def value(self, day: Day) -> float:
        return float(np.mean(np.abs(day.opinion) > self.bound))


@register("everything")
@dataclass(frozen=True)
class Everything(OwnOutcome):
    """All that a day shows, in one number."""

    unit = "1"

    def value(self, day: Day) -> float:
        names = [name for name, kind in vars(Day).items() if not name.startswith("_") and not callable(kind)]
        assert len(names) == 18
        arrays = [getattr(day, name) for name in sorted(names)]
        hashed = [pd.util.hash_pandas_object(a).sum() for a in arrays if isinstance(a, pd.DataFrame)]
        numbers = [float(a.sum()) for a in arrays if isinstance(a, np.ndarray)]
        counts = [day.impressions("troll"), day.new_posts(since_day_0=True), day.reshares("citizen"), day.number]
        of_graph = float(day.follows.followees.sum())
        return float(sum(int(h) % 2**20 for h in hashed) + sum(numbers) + sum(counts) + of_graph)


@register("given")
@dataclass(frozen=True)
class Given(OwnOutcome):
    unit = "1"

    def value(self, day: Day) -> float:
        return VALUE(day)


def VALUE(day: Day) -> Any:  # noqa: N802 (replaced by tests)
    raise NotImplementedError


@given(cases(), SEEDS)
@settings(max_examples=15)
def test_both_engines_measure_the_same(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    own = (Extremes(), Everything())
    fast = sim.simulate(world, branch, seed, outcomes=own)
    slow = sim.simulate(world, branch, seed, engine="agents", outcomes=own)
    pd.testing.assert_frame_equal(fast.timeline, slow.timeline, check_exact=True)
    plain = sim.simulate(world, branch, seed)
    pd.testing.assert_frame_equal(fast.timeline[plain.timeline.columns], plain.timeline, check_exact=True)
    assert fast.digest == plain.digest


def test_it_stands_beside_the_others_in_a_study() -> None:
    world, branches = forking_world(), forked_branches("none", "removal", "preemptive")
    own = (Extremes(), Everything())
    study = sim.compare(world, branches, seeds=2, outcomes=own)
    names = [*(outcome.name for outcome in OUTCOMES), "far_out", "everything"]
    assert list(study.outcomes.columns) == names
    assert list(study.timelines.columns[4:]) == names
    for (name, seed), run in study.runs.items():
        alone = sim.simulate(world, branches[name], seed, outcomes=own)
        pd.testing.assert_frame_equal(run.timeline, alone.timeline, check_exact=True)
    effects = study.effects.query("branch == 'removal' and outcome == 'far_out'")
    ends = study.outcomes["far_out"]
    assert effects["kind"].tolist() == ["counterfactual"]
    assert effects["difference"].item() == pytest.approx((ends["removal"] - ends["none"]).mean())


def test_a_mesa_model_collects_it() -> None:
    world = busy_world(days=1)
    model = sim.SocietyModel(world, seed=1, outcomes=[Extremes()])
    while model.running:
        model.step()
    collected = model.datacollector.get_model_vars_dataframe()
    assert collected["far_out"].iloc[-1] == sim.simulate(world, outcomes=[Extremes()]).outcomes["far_out"]


def a_day(world: World, branch: Branch | None = None) -> tuple[Day, Any]:
    model = begin(world, branch, 1).engine
    model.advance(model.last_step)
    return Day(model, model.daily[-1]), model


@pytest.mark.parametrize(
    "world",
    [busy_world(), two_platforms(), two_platforms(people_reachable=480, **{"campaign.sleepers.waking_rate": 0.1})],
    ids=["one platform", "two platforms", "a quarter of the people"],
)
def test_what_a_day_shows(world: World) -> None:
    day, model = a_day(world, busy_branch())
    assert (day.number, day.date, day.world) == (2, "2019-05-03", world)
    assert day.measured["opinion_mean"] == pytest.approx(day.opinion.mean())
    np.testing.assert_allclose(day.troll_part + day.organiser_part + day.event_part + day.own_part, day.opinion)
    assert day.measured["troll_part_direct"] == pytest.approx(day.troll_part_direct.mean())
    assert day.impressions("troll", since_day_0=True) == day.troll_impressions.sum() * world.weight > 0
    assert (
        day.impressions() == sum(map(day.impressions, ("citizen", "organiser", "troll"))) == day.measured["impressions"]
    )
    assert day.new_posts("troll") + day.reshares("troll") == day.measured["troll_posts"]
    assert day.turnout.equals(sim.simulate(world, busy_branch()).turnout)
    accounts = day.accounts
    assert len(GROUPS) == len(Group)
    assert len(accounts) == model.drawn.registered == all_accounts(world)
    assert day.follows.n == model.society.group.size
    assert (len(accounts) > day.follows.n) == (world.weight > 1.0)
    reserve = accounts.iloc[day.follows.n :]
    assert (reserve["group"] == "sleeper").all() and (reserve["platform"] == 1).all()
    assert (reserve[["posts", "followers", "following"]] == 0).all(axis=None)
    citizens = accounts["group"] == "citizen"
    assert (accounts["stands_for"] == np.where(citizens, world.weight, 1.0)).all()
    assert (accounts["group"][accounts["person"] < 0] != "citizen").all()
    first = accounts[(accounts["group"] == "citizen") & (accounts["platform"] == 1)]
    assert list(first["person"]) == list(range(world.people))
    assert list(first["status"]) == list(day.status)
    suspended = accounts["status"] == "suspended"
    assert suspended.sum() == (model.state.status == Status.SUSPENDED).sum() > 0
    holders = accounts.loc[accounts["person"] >= 0, "person"]
    np.testing.assert_array_equal(model.state.opinion[model.society.person[holders.index], 0], day.opinion[holders])
    np.testing.assert_array_equal(np.bincount(day.follows.followees, minlength=len(accounts)), accounts["followers"])
    posts = model.state.counts[world.burn_in_ticks :].sum(axis=0)
    by_citizens = posts[Count.NEW_POSTS + Group.CITIZEN] * world.weight + posts[Count.NEW_POSTS + Group.OUTLET]
    assert day.new_posts("citizen", since_day_0=True) == by_citizens > 0


def test_a_day_cannot_be_written() -> None:
    day, model = a_day(busy_world())
    before = model.digest
    for array in (day.opinion, day.opinion_at_start, day.troll_impressions, day.follows.followees, day.follows.indptr):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    table = day.accounts
    table["status"] = "active"
    assert model.digest == before
    with pytest.raises(InputError, match="not 'trol'; did you mean 'troll'"):
        day.impressions("trol")


def test_what_one_outcome_does_to_a_table_no_other_sees() -> None:
    day, _ = a_day(busy_world())
    accounts, turnout, status = day.accounts, day.turnout, day.status
    for table in (accounts, turnout):
        table.loc[:, "posts"] = -1
        table.loc[10**6] = table.loc[0]
    status[:] = "suspended"
    assert len(day.accounts) == len(accounts) - 1 and (day.accounts["posts"] >= 0).all()
    assert list(day.turnout) == ["day", "side", "event", "turnout"]
    assert (day.status == "active").any()


def test_an_outcome_keeps_nothing_for_the_next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Given()
    monkeypatch.setitem(globals(), "VALUE", lambda day: object.__setattr__(own, "before", day.number) or 1.0)
    begins = "Given.value must leave the attributes of Given as they are, since other runs would find before changed"
    with pytest.raises(InputError, match=begins):
        sim.simulate(busy_world(), days=1, outcomes=own)


def test_an_outcome_draws_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "VALUE", lambda day: np.random.rand())  # noqa: NPY002
    with pytest.raises(InputError, match=r"Given\.value must not draw from np\.random, which all code shares"):
        sim.simulate(busy_world(), days=1, outcomes=Given())


@pytest.mark.parametrize("engine", ["arrays", "agents"])
@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        (1.5, "outcomes.given must be a number from 0 to 1, not 1.5 as at the end of day 1 (2019-05-02)."),
        (-0.001, "must be a number from 0 to 1, not -0.001 as at"),
        (math.nan, "must be a number from 0 to 1, not nan as at"),
        (np.float32("inf"), "must be a number from 0 to 1, not inf as at"),
        (None, "must be a number from 0 to 1, not None (does value return it?) as at"),
        (True, "must be a number from 0 to 1, not True as at"),
        ("0.5", "must be a number from 0 to 1, not an object of type str as at"),
        (0.5 + 0j, "not an object of type complex as at"),
        (10**400, "must be a number from 0 to 1, not inf as at"),
        (-(10**400), "must be a number from 0 to 1, not -inf as at"),
        (np.zeros(120), "not an object of type ndarray of shape (120,) as at"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_value(returned: Any, sentence: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Given, "low", 0.0)
    monkeypatch.setattr(Given, "high", 1.0)
    monkeypatch.setitem(globals(), "VALUE", lambda day: returned if day.number == 1 else 0.5)
    with pytest.raises(InputError) as refused:
        sim.simulate(busy_world(), engine=engine, outcomes=Given())
    assert sentence in str(refused.value)


@pytest.mark.parametrize("returned", [0, 1, np.int32(1), np.float32(0.5), 0.25, np.float64(1.0)])
def test_what_is_a_value(returned: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "VALUE", lambda day: returned)
    run = sim.simulate(busy_world(), days=1, outcomes=Given())
    assert run.outcomes["given"] == float(returned)
    assert run.timeline["given"].dtype == np.float64


def test_nothing_to_measure_may_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "VALUE", lambda day: math.nan)
    with pytest.raises(InputError, match=r"outcomes.given must be a finite number, not nan as at the end of day 0"):
        sim.simulate(busy_world(), days=1, outcomes=Given())
    monkeypatch.setattr(Given, "may_be_nan", True)
    assert math.isnan(sim.simulate(busy_world(), days=1, outcomes=Given()).outcomes["given"])


def test_a_fault_keeps_its_traceback_and_says_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "VALUE", lambda day: 1 / 0)
    with pytest.raises(ZeroDivisionError) as fault:
        sim.simulate(busy_world(), days=1, outcomes=Given())
    assert fault.value.__notes__ == ["Outcome given was measured at the end of day 0 (2019-05-01)."]


def named(name: str) -> OwnOutcome:
    @register("some")
    @dataclass(frozen=True)
    class Some(Extremes):
        column = name  # type: ignore[assignment]

    return Some()


def without(**changes: Any) -> OwnOutcome:
    return type("Odd", (Extremes,), changes)()  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Nameless(OwnOutcome):
    unit = "1"

    def value(self, day: Day) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: [named("opinion_mean")], "outcomes[0] must not be called opinion_mean, as a built-in outcome is."),
        (
            lambda: [Extremes(), named("seed")],
            "outcomes[1] must not be called seed, as another column of the tables is.",
        ),
        (lambda: [Extremes(), Extremes(bound=0.1)], "outcomes[1] must not be called far_out, as another one is"),
        (lambda: [named("a b")], "outcomes[0] must be called by letters, digits and underscores, at most 60"),
        (lambda: [named("[red]" * 50)], "outcomes[0] must be called by letters"),
        (lambda: [named("lambda")], "outcomes[0] must be called by letters"),
        (lambda: [Extremes], "outcomes[0] must be an outcome, such as Extremes(), not its class."),
        (lambda: ["far_out"], "outcomes[0] must be an outcome (sim.outcomes.OwnOutcome), not an object of type str."),
        (lambda: "far_out", "outcomes must be a list of outcomes, not an object of type str."),
        (lambda: 3, "outcomes must be a list of outcomes, not an object of type int."),
        (lambda: [Nameless()], "outcomes[0] must have a name: write @register('…') above Nameless."),
        (lambda: [without(unit="")], "outcomes[0] must have a unit, such as Odd.unit = 'share of people'."),
        (lambda: [without(unit="a\nb")], "outcomes[0] must have a unit"),
        (lambda: [without(low=2.0)], "outcomes[0] must have numbers as Odd.low and Odd.high, the lower one first."),
        (lambda: [without(low="0")], "outcomes[0] must have numbers as Odd.low"),
    ],
)
def test_what_is_no_outcome(make: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        sim.simulate(busy_world(), outcomes=make())
    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 300


def test_what_it_says_of_itself() -> None:
    assert Extremes().what == "People whose opinion lies beyond a bound."
    assert Given().what == ""
    assert [Extremes().allowed, Given().allowed] == ["a number from 0 to 1", "a finite number"]
    assert without(high=math.inf, may_be_nan=True).allowed == "a number of at least 0, or nan"
    assert Recording((Extremes(),)).columns[-1] == "far_out"
