"""Outcomes: within their ranges in any world, named once, documented, and what their formulas say."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.branch import Branch
from sim.moderation import Rates, Takedown
from sim.outcomes import OUTCOMES
from sim.outcomes.measuring import measured
from sim.outcomes.people import Sum, look_at_people, make_of_people
from sim.people.accounts import Status
from sim.society.groups import Group
from sim.sums import make_sums
from sim.world import World
from tests import outcome_table
from tests.strategies.worlds import SEEDS, cases
from tests.worlds import busy_branch, busy_world, daily, run

NAMES = [outcome.name for outcome in OUTCOMES]
COUNTS = [outcome.name for outcome in OUTCOMES if outcome.whole]
CUMULATIVE = [outcome.name for outcome in OUTCOMES if outcome.cumulative]


def test_every_outcome_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(outcome.unit and outcome.formula and outcome.low < outcome.high for outcome in OUTCOMES)
    assert "day" not in NAMES


def test_the_document_has_the_rows_of_the_outcomes() -> None:
    present = outcome_table.PAGE.read_text(encoding="utf-8")
    assert present == outcome_table.page(present), "python -m tests.outcome_table writes them anew"
    assert all("|" not in f"{o.name}{o.unit}{o.formula}" for o in OUTCOMES)


def test_what_is_said_of_outcomes_is_not_said_of_all_or_none() -> None:
    for said in (COUNTS, CUMULATIVE, [outcome.name for outcome in OUTCOMES if outcome.cost]):
        assert 3 < len(said) < len(OUTCOMES) - 5
    costs = [outcome.cost for outcome in OUTCOMES if outcome.cost]
    assert len(set(costs)) == len(costs)


def test_an_outcome_has_one_formula() -> None:
    """A compiled one, which pages have as well, or one of the engine."""
    assert all((outcome.value is None) != (outcome.of_engine is None) for outcome in OUTCOMES)
    assert [outcome.name for outcome in OUTCOMES if outcome.value is None] == ["prevalence"]


@given(cases(), SEEDS)
@settings(max_examples=40)
def test_outcomes_stay_in_their_ranges(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    measured = daily(run(world, branch, seed))
    assert list(measured["day"]) == list(range(world.days))
    for outcome in OUTCOMES:
        values = measured[outcome.name]
        assert outcome.may_be_nan or not values.isna().any(), outcome.name
        assert values.dropna().between(outcome.low - 1e-12, outcome.high + 1e-12).all(), outcome.name
    assert (measured[COUNTS] % 1 == 0).all(axis=None)
    assert (measured[CUMULATIVE].diff().dropna() >= 0).all(axis=None)
    assert (measured["troll_posts"] <= measured["posts"]).all()


def test_a_run_is_a_table_of_days() -> None:
    result = sim.simulate(busy_world(), busy_branch(), seed=1)
    assert list(result.timeline.columns) == ["day", *NAMES]
    expected = pd.DatetimeIndex([f"2019-05-0{n}" for n in (1, 2, 3)], dtype="datetime64[ms]", name="date")
    pd.testing.assert_index_equal(result.timeline.index, expected, exact=True)
    assert list(result.outcomes.index) == NAMES
    pd.testing.assert_series_equal(result.outcomes, result.timeline.iloc[-1].drop("day"))
    assert list(result.turnout.columns) == ["day", "side", "event", "turnout"]
    assert list(result.turnout["side"]) == [1, -1, -1]
    assert list(result.removals["policy"]) == ["takedown", "preemptive_removal", "takedown"]
    assert result.work["updates"] > 0
    assert result.work["rows_scanned"] > result.work["updates"]


def test_days_stop_early_without_changing_what_came_before() -> None:
    whole, part = sim.simulate(busy_world(), seed=2), sim.simulate(busy_world(), seed=2, days=2)
    pd.testing.assert_frame_equal(whole.timeline.iloc[:2], part.timeline, check_exact=True)
    assert part.turnout["turnout"].tolist() == whole.turnout["turnout"].tolist()[:2]


@pytest.mark.parametrize("weight", [1, 10])
def test_counts_agree_with_the_state(weight: int) -> None:
    """A modelled person removed counts as all for whom the person stands, an account with an agenda as itself."""
    branch = Branch((Takedown(1, Rates(tpr=0.7, fpr=0.2), accounts=9 * weight + 11),))
    model = run(busy_world(people_reachable=120 * weight, **{"campaign.accounts": 9 * weight}), branch)
    final, state = daily(model).iloc[-1], model.state
    group = model.drawn.groups_of(np.arange(model.drawn.registered))
    gone, whose = state.status == Status.SUSPENDED, model.removals[0].whose
    assert final["trolls_removed"] == (gone & (group >= Group.ACTIVE_TROLL)).sum() == whose["active_trolls"] > 0
    people = (gone & (group == Group.CITIZEN)).sum()
    assert final["wrongful_removals"] == people * weight + (gone & (group == Group.ORGANISER)).sum()
    assert (
        final["wrongful_removals"]
        == whose["citizens"] + whose["organisers"]
        >= whose["citizens"]
        == people * weight
        > 0
    )
    assert final["active_trolls"] == ((state.status == Status.ACTIVE) & (group >= Group.ACTIVE_TROLL)).sum()
    assert final["opinion_mean"] == state.opinion[:, 0].mean()
    assert final["reach"] == (state.troll_impressions > 0).mean()
    turnout = state.turnout / model.world.people
    assert final["turnout_movement"] == turnout[0]
    assert final["turnout_government"] == pytest.approx(turnout[1:3].mean())


@pytest.mark.parametrize("weight", [1, 10])
def test_posts_are_counted_once(weight: int) -> None:
    """Every post of the calendar is in some day's count; those of the burn-in are in none. A modelled person's is one by each
    for whom the person stands."""
    world = busy_world(people_reachable=120 * weight)
    model = run(world)
    at_day_0 = run(world, until=world.burn_in_ticks).state
    measured = daily(model)
    posts = model.state.posts.astype(np.int64) - at_day_0.posts
    citizens, trolls = model.society.group == Group.CITIZEN, model.society.group >= Group.ACTIVE_TROLL
    assert measured["posts"].sum() == posts[citizens].sum() * weight + posts[~citizens].sum()
    assert measured["troll_posts"].sum() == posts[trolls].sum() > 0


@pytest.mark.parametrize(
    ("opinions", "expected"),
    [
        ((1.0, 1.0, -1.0, -1.0), 1.0),
        ((0.5, 0.5, -0.5, -0.5), 0.5),
        ((1.0, 1.0, 1.0, -1.0), 0.5),
        ((0.3, 0.9, 0.1, 0.2), 0.0),
        ((0.0, 0.0, 0.0, 0.0), 0.0),
    ],
)
def test_polarisation_of_known_distributions(opinions: tuple[float, ...], expected: float) -> None:
    world = World(people=4, population={"opinions": opinions}, graph={"followees": 0.0})  # type: ignore[arg-type]
    assert measured(run(world, until=0))["polarisation"] == pytest.approx(expected)


@given(st.integers(1, 3000), st.integers(0, 2**32 - 1))
def test_what_is_found_in_one_pass_is_what_numpy_finds(people: int, seed: int) -> None:
    """To the last bit, for one to thousands of people."""
    draws = np.random.default_rng(seed)
    opinion, channel = draws.uniform(-1.0, 1.0, (people, 4)), draws.normal(size=(people, 2))
    opinion[draws.random((people, 4)) < 0.1] = 0.0
    found = make_of_people()
    look_at_people(opinion, channel, make_sums(), found)
    x, without, also_organisers, own = opinion.T.copy()
    values = {
        Sum.OPINION: x, Sum.ABOVE: np.maximum(x, 0.0), Sum.BELOW: np.minimum(x, 0.0), Sum.TROLLS: x - without,
        Sum.DIRECT: channel[:, 0].copy(), Sum.RELAYED: channel[:, 1].copy(), Sum.ORGANISERS: without - also_organisers,
        Sum.EVENTS: also_organisers - own, Sum.OWN: own,
    }  # fmt: skip
    assert found.sums.tolist() == [values[which].sum() for which in Sum]
    crossed = [(x <= 0.0) & (without > 0.0), (x > 0.0) & (without <= 0.0)]
    assert found.numbers.tolist() == [int(n.sum()) for n in (x > 0.0, x < 0.0, *crossed)]


def test_people_who_crossed_by_trolls_words_are_counted_either_way() -> None:
    model = run(busy_world(people=120), until=0)
    x = model.state.opinion
    x[:, :2] = 0.5
    x[:30, 0] = -0.1  # on the movement's side but for trolls' words
    x[30:40, 0] = 0.0  # no longer on it
    x[40:45, 1] = -0.2  # on it because of them
    x[45:60, :2] = -0.3
    found = {name: measured(model)[name] for name in ("supporters", "turned_away", "turned_towards")}
    assert found == {"supporters": 65 / 120, "turned_away": 40 / 120, "turned_towards": 5 / 120}
    without = found["supporters"] + found["turned_away"] - found["turned_towards"]
    assert without == pytest.approx((x[:, 1] > 0.0).mean())


def test_concentration_of_equal_exposure_is_the_share_of_the_top() -> None:
    model = run(busy_world(people=200), until=0)
    model.state.troll_impressions[:] = 3
    assert measured(model)["exposure_concentration"] == pytest.approx(0.01)
    model.state.troll_impressions[:] = 0
    assert math.isnan(measured(model)["exposure_concentration"])
    model.state.troll_impressions[7] = 5
    assert measured(model)["exposure_concentration"] == 1.0


def test_expressed_climate_is_the_mean_stance_of_the_posts_of_a_day() -> None:
    """Only organisers (+0.9) post: their stance, to within rounding, is the climate."""
    quiet = {"expression.posting": 0.0, "campaign.accounts": 0, "campaign.sleepers.accounts": 0}
    measured = daily(run(busy_world(**quiet)))
    np.testing.assert_allclose(measured["expressed_climate"], 0.9, atol=2e-5)
