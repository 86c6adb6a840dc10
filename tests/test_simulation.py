"""The public door to a run in progress: begin, advance, fork, look, and what is on record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import sim
from sim.fields import InputError
from sim.moderation import PreemptiveRemoval, Takedown
from sim.society.society import NOT_DRAWN_FROM, draw
from tests.strategies.worlds import worlds
from tests.worlds import busy_branch, busy_world

TAKEDOWN = sim.Branch((Takedown(2, accounts=5),))


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_a_run_in_pieces_is_the_run(engine: str) -> None:
    world, branch = busy_world(), busy_branch()
    whole = sim.simulate(world, branch, 3)
    simulation = sim.begin(world, branch, 3, engine=engine)
    assert simulation.day == -world.burn_in_days
    for day in (0, 0.5, "2019-05-02", 1.25, 2):
        simulation.advance(day)
    assert simulation.day == 2
    found = simulation.advance().run()
    assert (found.digest, simulation.digest) == (whole.digest, whole.digest)
    pd.testing.assert_frame_equal(found.timeline, whole.timeline)
    pd.testing.assert_frame_equal(found.removals, whole.removals)


def test_what_is_kept_and_measured_is_that_of_a_run() -> None:
    world = busy_world()
    whole = sim.simulate(world, TAKEDOWN, 3, keep=("opinion", "exposure"), every=2)
    found = sim.begin(world, TAKEDOWN, 3, keep=("opinion", "exposure"), every=2).advance().run()
    pd.testing.assert_frame_equal(found.people, whole.people)


@pytest.mark.parametrize("first", ["arrays", "agents"])
@pytest.mark.parametrize("second", ["arrays", "agents"])
def test_a_fork_is_the_run_of_its_branch(first: str, second: str) -> None:
    world = busy_world()
    trunk = sim.begin(world, seed=4, engine=first).advance(2)
    fork = trunk.fork(TAKEDOWN, engine=second)
    assert fork.advance().run().digest == sim.simulate(world, TAKEDOWN, 4).digest
    assert trunk.advance().run().digest == sim.simulate(world, seed=4).digest


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_what_is_ended_in_the_middle_of_a_step_does_not_go_on(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a notebook Ctrl-C leaves it as it is; some of its step would be done twice."""
    world = busy_world()
    simulation = sim.begin(world, TAKEDOWN, 4, engine=engine).advance(1)
    fork = simulation.fork()
    advanced = simulation.engine.advance_accounts

    def interrupted(first: int, last: int) -> None:
        advanced(first, last)
        raise KeyboardInterrupt

    monkeypatch.setattr(simulation.engine, "advance_accounts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        simulation.advance()
    monkeypatch.undo()
    for used in (simulation.advance, simulation.fork, simulation.run, simulation.people, lambda: simulation.digest):
        with pytest.raises(
            InputError, match=r"simulation must be begun anew, for it was ended in the middle of a step"
        ):
            used()
    assert repr(simulation) and fork.advance().digest == sim.simulate(world, TAKEDOWN, 4).digest


def test_a_mesa_model_whose_tick_has_failed_does_not_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    model = sim.SocietyModel(busy_world(), seed=4)
    model.step()

    def failed(_first: int, _last: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(model, "advance_accounts", failed)
    with pytest.raises(ZeroDivisionError):
        model.step()
    monkeypatch.undo()
    with pytest.raises(InputError, match="simulation must be begun anew"):
        model.step()


def test_a_fork_into_another_past_is_refused() -> None:
    world = busy_world()
    trunk = sim.begin(world, TAKEDOWN, 1).advance(2.5)
    for other in (
        sim.Branch(),
        sim.Branch((Takedown(2, accounts=6),)),
        replace(TAKEDOWN, campaign=False),
        replace(TAKEDOWN, spares_innocents=True),
    ):
        with pytest.raises(InputError, match="branch must have done the same as the present branch until now"):
            trunk.fork(other)
    later = sim.Branch((*TAKEDOWN.policies, PreemptiveRemoval(2.5, accounts=4)))
    assert trunk.fork(later).advance().run().digest == sim.simulate(world, later, 1).digest
    assert (
        sim.begin(world).fork(sim.Branch(campaign=False)).advance().digest
        == sim.simulate(world, sim.Branch(campaign=False)).digest
    )


def test_days_that_cannot_be_advanced_to() -> None:
    simulation = sim.begin(busy_world(days=3)).advance(1)
    with pytest.raises(InputError, match=r"until must not be before the present \(day 1\), not 0"):
        simulation.advance(0)
    for day in (4, "2019-05-05", "soon", float("nan")):
        with pytest.raises(
            InputError, match=r"until must be a day from 0 to 3 or a date from 2019-05-01 to 2019-05-04"
        ):
            simulation.advance(day)
    assert simulation.advance("2019-05-04").day == 3
    assert simulation.advance().day == 3


def test_there_is_no_record_before_the_first_day_has_ended() -> None:
    simulation = sim.begin(busy_world())
    with pytest.raises(InputError, match="must have been advanced to the end of its first day"):
        simulation.run()
    assert len(simulation.advance(1).run().timeline) == 1
    assert len(simulation.advance(2.5).run().timeline) == 2


def test_looking_changes_nothing() -> None:
    world = busy_world()
    whole = sim.simulate(world, seed=2)
    simulation = sim.begin(world, seed=2)
    for day in (0, 1, 2.5, 3):
        simulation.advance(day)
        people, network = simulation.people(), simulation.network()
        assert len(people) == world.people
        assert people["opinion"].between(-1, 1).all()
        assert network.number_of_nodes() == simulation.now.accounts.shape[0]
        with pytest.raises(ValueError, match="read-only"):
            simulation.now.opinion[0] = 0.0
        repr(simulation)
    assert simulation.digest == whole.digest
    assert float(simulation.people()["opinion"].mean()) == pytest.approx(whole.outcomes["opinion_mean"])


def test_people_are_in_the_order_of_nodes() -> None:
    opinions = (0.5, -0.25, 1.0, 0.0)
    world = sim.World(people=4, graph={"kind": "complete"}, population={"opinions": opinions})  # type: ignore[arg-type]
    people = sim.begin(world).people()
    assert people["node"].tolist() == [0, 1, 2, 3]
    assert people["opinion"].tolist() == list(opinions)


# One society for several worlds


def test_a_society_serves_worlds_that_differ_in_what_is_not_drawn_from() -> None:
    world = busy_world()
    society = sim.begin(world, seed=5).society
    other = world.replace({"feed.length": 3, "opinion.anchoring": 0.1, "trust.start": 0.25})
    found = sim.begin(other, TAKEDOWN, 5, society=society).advance().run()
    assert found.digest == sim.simulate(other, TAKEDOWN, 5).digest
    again = sim.begin(other, TAKEDOWN, 6, population_seed=5, society=society).advance().run()
    assert again.digest == sim.simulate(other, TAKEDOWN, 6, population_seed=5).digest


def test_a_society_serves_no_other_world() -> None:
    world = busy_world()
    society = sim.begin(world, seed=5).society
    with pytest.raises(InputError, match="society must have been drawn by the seed of its people, 6, not by 5"):
        sim.begin(world, seed=6, society=society)
    for field, value in (("graph.homophily", 3.0), ("people", 121), ("campaign.accounts", 3), ("days", 2)):
        with pytest.raises(InputError, match=f"drawn for a world with the same {field.partition('.')[0]}"):
            sim.begin(world.replace({field: value}), seed=5, society=society)


@given(worlds())
@settings(max_examples=25)
def test_nothing_is_drawn_from_parts_that_make_no_difference(other: sim.World) -> None:
    """Whatever any world says in those parts, the busy world with them has the society that it had."""
    world = busy_world()
    before = draw(world, 1)
    changes = {part: getattr(other, part) for part in NOT_DRAWN_FROM if _fits(world, part, getattr(other, part))}
    after = draw(world.replace(changes), 1)
    after.check_serves(world, 1)
    for x, y in zip((*before.arrays, *before.profile), (*after.arrays, *after.profile), strict=True):
        np.testing.assert_array_equal(x, y)


def _fits(world: sim.World, part: str, value: object) -> bool:
    try:
        world.replace({part: value})
    except InputError:
        return False
    return True


def test_all_parts_that_make_no_difference_are_tried() -> None:
    other = busy_world(**{"feed.length": 3, "opinion.anchoring": 0.1, "trust.start": 0.25, "calendar.event_pull": 0.1})
    for part in NOT_DRAWN_FROM:
        assert _fits(busy_world(), part, getattr(other, part))
