"""The schedule: how much is posted when, who calls to what, and when people decide to march."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.actors.campaign import Campaign
from sim.actors.leadership import Leadership
from sim.actors.operator import Operator
from sim.actors.volume import posting_plan, share_volume, weekly_rhythm
from sim.calendar import Calendar, Event
from sim.cases.hk2019 import facts
from sim.describe.dry_run import dry_run
from sim.engine.state import Count
from sim.simulation import begin
from sim.society.groups import Group
from sim.society.schedule import make_schedule
from sim.world import World
from tests.strategies.worlds import worlds
from tests.worlds import TWO_PLATFORMS, busy_world, date, run

WEIGHTS = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=30)


def expected_posts(factor: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Expected posts of each tick: each account posts with probability min(1, factor * weight)."""
    return np.minimum(1.0, factor[:, None] * weights[None, :]).sum(axis=1)


def even_out(volume: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The factor of each tick."""
    factor, _ = np.empty((2, volume.size))
    ordered = np.sort(weights)[::-1].copy()
    share_volume(volume, np.zeros(volume.size), ordered, 0, np.empty(weights.size), factor, _)
    return factor


@given(WEIGHTS, st.lists(st.floats(0.0, 1.0), min_size=1, max_size=10))
@settings(max_examples=200)
def test_the_volume_is_posted_where_it_can_be(weights: list[float], shares: list[float]) -> None:
    w = np.array(weights)
    volume = np.array(shares) * w.size
    np.testing.assert_allclose(expected_posts(even_out(volume, w), w), volume, rtol=1e-9, atol=1e-9)


@given(WEIGHTS, st.floats(1.0, 100.0))
@settings(max_examples=100)
def test_beyond_one_post_an_account_all_of_them_post(weights: list[float], excess: float) -> None:
    w = np.array(weights)
    factor = even_out(np.array([w.size * excess]), w)
    np.testing.assert_allclose(expected_posts(factor, w), w.size, rtol=1e-9)
    assert np.isfinite(factor).all()


@given(WEIGHTS, st.floats(0.0, 30.0), st.floats(0.0, 30.0))
@settings(max_examples=100)
def test_more_volume_never_means_a_smaller_factor(weights: list[float], a: float, b: float) -> None:
    low, high = even_out(np.array([min(a, b), max(a, b)]), np.array(weights))
    assert low <= high * (1 + 1e-12)


def test_without_trolls_there_is_no_volume() -> None:
    assert even_out(np.array([3.0, 0.0]), np.zeros(0)).tolist() == [0.0, 0.0]


def test_the_plan_of_hong_kong_is_the_real_daily_series() -> None:
    world = sim.World.hk2019(people=1000)
    plan = posting_plan(world)
    assert plan.shape == (153 * 24,)
    np.testing.assert_allclose(plan.reshape(153, 24).sum(axis=1), facts.daily_tweets(), rtol=1e-12)


def test_the_campaign_keeps_the_rhythm_of_the_weekday() -> None:
    world = sim.World.hk2019(people=1000)
    rhythm = weekly_rhythm(world).reshape(153, 24)
    for day in (0, 1, 6, 7, 100):
        weekday = (facts.FIRST_DAY + datetime.timedelta(days=day)).weekday()
        np.testing.assert_allclose(rhythm[day], facts.weekly_clock()[weekday])


@pytest.mark.parametrize("people", [40, 1_000, 40_000])
def test_trolls_are_expected_to_post_the_real_series_at_any_scale(people: int) -> None:
    """All 936 are there, and what is asked of them on each day is what was posted on it."""
    world = sim.World.hk2019(people=people, **{"campaign.sleepers.accounts": 0, "graph.followees": 0.05})
    model = dry_run(world).silent
    trolls = model.operator.actives
    assert trolls.ids.size == trolls.weight.size == 936
    live = model.state.posting[Group.ACTIVE_TROLL, world.burn_in_ticks :]
    daily = expected_posts(live, trolls.weight).reshape(153, 24).sum(axis=1)
    np.testing.assert_allclose(daily, facts.daily_tweets(), rtol=1e-9)


def test_so_are_organisers_and_outlets() -> None:
    one = busy_world(**TWO_PLATFORMS)
    small = one.replace({"people_reachable": 50 * one.people})
    groups = [Group.ORGANISER, Group.OUTLET, Group.ACTIVE_TROLL, Group.SLEEPER, Group.PAGE]
    whole, part = (dry_run(world).silent for world in (one, small))
    np.testing.assert_array_equal(part.state.posting[groups], whole.state.posting[groups])
    for group in groups:
        expected = int((whole.society.group == group).sum())
        assert int((part.society.group == group).sum()) + (group == Group.SLEEPER) * part.drawn.reserve.size == expected


def test_trolls_post_as_much_as_is_expected_of_them() -> None:
    volume = 18.0
    world = busy_world(
        days=40, **{"campaign.daily_posts": (volume,), "campaign.sleepers.accounts": 0, "calendar.events": ()}
    )
    model = run(world)
    counts = model.state.counts
    posts = counts[:, [Count.NEW_POSTS + Group.ACTIVE_TROLL, Count.RESHARES + Group.ACTIVE_TROLL]].sum()
    expected = volume * world.days  # the variance is below that of a Poisson number
    assert abs(posts - expected) < 4 * expected**0.5


@given(worlds())
@settings(max_examples=60)
def test_calls_come_only_before_events_of_their_side(world: World) -> None:
    model = dry_run(world).silent
    schedule = model.schedule
    steps = np.arange(world.burn_in_ticks + world.ticks)
    window, weekday = int(world.organisers.call_days * world.ticks_per_day), world.organisers.agenda_weekday
    for row, side in enumerate((1, -1)):
        mine = schedule.join_step[(schedule.join_side == side) & (schedule.join_step >= 0)]
        ahead = mine[None, :] - steps[:, None]
        called = ahead <= window if weekday is None else weeks(world, steps, weekday) == weeks(world, mine, weekday).T
        expected = ((ahead > 0) & called).any(axis=1) & (steps >= world.burn_in_ticks)
        np.testing.assert_array_equal(model.state.calls[row].astype(bool), expected)


def weeks(world: World, steps: np.ndarray, weekday: int) -> np.ndarray:
    """The number of the week, counted from that weekday on, in which each step lies, as a column."""
    day0 = datetime.date.fromisoformat(world.first_day).toordinal()
    days = day0 + steps // world.ticks_per_day - world.burn_in_days
    return ((days - datetime.date(2001, 1, 1).toordinal() - weekday) // 7)[:, None]  # that was a Monday


def test_an_agenda_calls_for_the_week_and_is_louder_only_shortly_before() -> None:
    """Day 0 is a Wednesday: the agenda of Monday, day 5, has the events of days 5 to 11."""
    march, rally, later = Event(date(6), 1, "march", 12), Event(date(6), -1, "rally", 12), Event(date(9), 1, "march", 0)
    organisers = {"agenda_weekday": 0, "posts_per_day": 6.0, "call_days": 1.0, "call_activity": 3.0}
    world = busy_world(
        days=12, organisers=organisers, **{"calendar.events": (march, rally, later), "campaign.daily_posts": (20.0,)}
    )
    state, steps = dry_run(world).silent.state, np.arange(13 * 6)
    day = steps / 6 - 1.0
    np.testing.assert_array_equal(state.calls[0], (day >= 5) & (day < 9))
    np.testing.assert_array_equal(state.calls[1], (day >= 5) & (day < 6.5))
    loud = ((day >= 5.5) & (day < 6.5)) | ((day >= 8) & (day < 9))
    ratio = state.posting[Group.ORGANISER] / (6.0 * np.tile(world.calendar.clock, 13))
    np.testing.assert_allclose(ratio, 1.0 + 2.0 * loud)
    # Published on the day of the march, it leaves twelve hours, and organisers are not louder before it is out.
    late = dry_run(world.replace({"organisers.agenda_weekday": 1})).silent.state
    np.testing.assert_array_equal(late.calls[0], (day >= 6) & (day < 9))
    ratio = late.posting[Group.ORGANISER] / (6.0 * np.tile(world.calendar.clock, 13))
    np.testing.assert_allclose(ratio, 1.0 + 2.0 * (((day >= 6) & (day < 6.5)) | ((day >= 8) & (day < 9))))


def test_an_agenda_published_before_day_0_holds_from_day_0_on() -> None:
    world = busy_world(**{"organisers.agenda_weekday": 1, "calendar.events": (Event(date(2), 1, "march", 12),)})
    day = np.arange(4 * 6) / 6 - 1.0
    np.testing.assert_array_equal(dry_run(world).silent.state.calls[0], (day >= 0) & (day < 2.5))


@given(worlds())
@settings(max_examples=60)
def test_before_day_0_nothing_but_ordinary_life(world: World) -> None:
    model = dry_run(world).silent
    schedule = model.schedule
    burn_in = slice(0, world.burn_in_ticks)
    assert not model.state.posting[Group.ACTIVE_TROLL, burn_in].any()
    assert not model.state.posting[Group.SLEEPER, burn_in].any()
    assert not schedule.event_side[burn_in].any()
    assert not model.state.calls[:, burn_in].any()
    assert ((schedule.join_step == -1) | (schedule.join_step >= world.burn_in_ticks)).all()
    np.testing.assert_allclose(schedule.sessions[burn_in].sum(), world.burn_in_days)


def test_organisers_post_more_while_they_call_to_their_own_side() -> None:
    world = busy_world(days=4, **{"calendar.events": (Event(date(3), 1, "march", 12), Event(date(1), -1, "rally", 12))})
    world = world.replace(
        {"organisers.call_days": 1.0, "organisers.call_activity": 3.0, "organisers.posts_per_day": 6.0}
    )
    state = dry_run(world).silent.state
    rhythm = np.tile(world.calendar.clock, 5)
    ratio = state.posting[Group.ORGANISER] / (6.0 * rhythm)
    calling = np.zeros(30)
    calling[6 + 15 : 6 + 21] = 1.0
    np.testing.assert_allclose(ratio, 1.0 + 2.0 * calling)
    np.testing.assert_array_equal(state.calls[0], calling)
    other = world.replace({"organisers.stance": -0.5})
    ratio = dry_run(other).silent.state.posting[Group.ORGANISER] / (6.0 * rhythm)
    calling[:] = 0.0
    calling[6 + 3 : 6 + 9] = 1.0
    np.testing.assert_allclose(ratio, 1.0 + 2.0 * calling)


def test_events_raise_activity_for_their_day_and_cancel_each_others_pull() -> None:
    events = (Event(date(1), 1), Event(date(2), 1), Event(date(2), -1), Event(date(3), -1), Event(date(3), -1))
    world = busy_world(days=5, **{"calendar.events": events, "calendar.event_activity": 2.0})
    schedule = make_schedule(world)
    sessions = schedule.sessions.reshape(6, 6).sum(axis=1)
    np.testing.assert_allclose(sessions, [1.0, 1.0, 2.0, 2.0, 2.0, 1.0])
    assert schedule.event_side.reshape(6, 6)[:, 0].tolist() == [0.0, 0.0, 1.0, 0.0, -1.0, 0.0]
    assert (schedule.event_side.reshape(6, 6).std(axis=1) == 0.0).all()


@pytest.mark.parametrize(
    ("hour", "ticks", "tick"), [(0, 24, 0), (15, 24, 15), (23, 24, 23), (15, 6, 3), (23, 4, 3), (23, 1, 0)]
)
def test_people_decide_at_the_hour_of_the_event(hour: int, ticks: int, tick: int) -> None:
    clock = (1.0 / ticks,) * ticks
    world = World(
        people=10,
        days=2,
        first_day=date(0),
        ticks_per_day=ticks,
        burn_in_days=1,
        calendar=Calendar(events=(Event(date(1), 1, "march", hour),), clock=clock),
        campaign=Campaign(clock=clock),
    )
    assert make_schedule(world).join_step.tolist() == [2 * ticks + tick]


def test_events_of_hong_kong_are_all_in_its_calendar() -> None:
    world = sim.World.hk2019(people=1000)
    schedule = make_schedule(world)
    assert (schedule.join_step >= world.burn_in_ticks).all()
    days = (schedule.join_step - world.burn_in_ticks) // 24
    assert [world.date(day) for day in days] == [event.day for event in world.calendar.events]


@pytest.mark.parametrize("engine", ["arrays", "agents"])
@pytest.mark.parametrize("event", [0, 1])
def test_a_call_is_remembered_for_its_window_and_no_longer(engine: str, event: int) -> None:
    """Whoever saw a call of the event's side within the window is called; a call of the other side does nothing."""
    window = 3
    world = busy_world(**{"mobilisation.call_window_days": window / 6})

    def joined(steps_ago: int, side: int) -> int:
        join = int(make_schedule(world).join_step[event])
        model = run(world, None, 1, engine, until=join)
        model.state.last_call[:] = -1
        model.state.last_call[:, side] = join - steps_ago
        model.advance(join + 1)
        return int(model.state.turnout[event])

    mine, other = (0, 1) if world.calendar.events[event].side > 0 else (1, 0)
    assert joined(1, mine) == joined(window, mine) > joined(window + 1, mine)
    assert joined(window + 1, mine) == joined(1, other)


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_accounts_do_what_their_actors_have_written_down(engine: str) -> None:
    """Operator and organisers are Mesa agents; what they write over the steps ahead is followed from then on."""
    world = busy_world(**{"organisers.posts_per_day": 24.0, "campaign.sleepers.accounts": 0})
    model = begin(world, None, 1, engine).engine
    assert {Operator, Leadership} <= {type(agent) for agent in model.agents}
    half = world.burn_in_ticks + world.tick(2)
    model.advance(half)
    model.state.posting[[model.operator.actives.row, model.leadership.row], half:] = 0.0
    model.advance(model.last_step)
    posts = (model.state.counts[:, first : first + len(Group)] for first in (Count.NEW_POSTS, Count.RESHARES))
    by_group = sum(posts)[:, [Group.CITIZEN, Group.ORGANISER, Group.ACTIVE_TROLL]]
    assert by_group[half - 6 : half].sum(axis=0).all()
    assert by_group[half:].sum(axis=0).tolist()[1:] == [0, 0]
