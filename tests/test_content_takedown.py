"""Illegal messages and how they are taken down: the laws they follow, and that doing nothing changes nothing."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from sim.branch import Branch
from sim.engine.agents import AgentEngine
from sim.engine.engine import Engine
from sim.feed.legality import Illegality, Propensity, illegal, propensities
from sim.fields import InputError
from sim.graph import OnFile
from sim.moderation import NO_MEASURES, ContentTakedown, Measures, Takedown
from sim.moderation.measures import in_force
from sim.moderation.policies.content_takedown import taken_down
from sim.simulation import begin
from sim.society.society import draw
from sim.world import World
from tests.strategies.branches import branches
from tests.strategies.worlds import SEEDS, cases
from tests.worlds import assert_same, busy_branch, busy_world, run, without

SEED = np.uint64(7)
UNLAWFUL: dict[str, Any] = {
    "feed.measure_prevalence": True,
    "illegality.citizens": {"share": 0.2, "concentration": 4.0},
    "illegality.organisers.share": 0.1,
    "illegality.trolls.share": 0.5,
}


def rows(*policies: ContentTakedown, since: int = 0, per_day: int = 1) -> Any:
    return in_force([(since, lambda m, p=p: p.measures(m, per_day)) for p in policies], since).takedowns


def survivors(created: int, step: int, takedowns: Any, messages: int = 20_000) -> float:
    return 1.0 - float(np.mean([taken_down(SEED, author, created, step, takedowns) for author in range(messages)]))


@pytest.mark.parametrize("half_life", [0.25, 1.0, 16.0])
@pytest.mark.parametrize("checks", [1, 3])
def test_messages_vanish_with_the_half_life(half_life: float, checks: int) -> None:
    """At the end of each tick with probability 1 - 2^(-1/h), to be seen or not at the next."""
    expected = 2.0 ** (-checks / half_life)
    found = survivors(5, 5 + checks, rows(ContentTakedown(0, half_life)))
    assert abs(found - expected) < 4.0 * np.sqrt(expected * (1.0 - expected) / 20_000) + 1e-9


def test_half_lives_are_days_whatever_a_tick_is() -> None:
    hourly = survivors(0, 48, rows(ContentTakedown(0, 2.0), per_day=24))
    assert hourly == survivors(0, 2, rows(ContentTakedown(0, 2.0)))
    assert hourly == pytest.approx(0.5, abs=0.015)


def test_older_messages_are_at_risk_from_the_first_day_on() -> None:
    takedowns = rows(ContentTakedown(0, 4.0), since=100)
    assert survivors(10, 100, takedowns) == 1.0
    assert survivors(10, 104, takedowns) == pytest.approx(0.5, abs=0.015)
    assert survivors(100, 104, takedowns) == pytest.approx(0.5, abs=0.015)
    assert survivors(102, 104, takedowns) == pytest.approx(0.5**0.5, abs=0.015)


def test_nothing_comes_back_and_a_shorter_half_life_takes_more() -> None:
    for author in range(300):
        gone = [taken_down(SEED, author, 3, step, rows(ContentTakedown(0, 5.0))) for step in range(3, 60)]
        assert gone == sorted(gone)
        sooner = [taken_down(SEED, author, 3, step, rows(ContentTakedown(0, 2.5))) for step in range(3, 60)]
        assert all(b >= a for a, b in zip(gone, sooner, strict=True))


def test_what_is_never_found_stays() -> None:
    for_good = survivors(0, 10_000, rows(ContentTakedown(0, 1.0, recall=0.7)))
    assert for_good == pytest.approx(0.3, abs=0.015)


def test_takedowns_side_by_side_add_up() -> None:
    pair, single = rows(ContentTakedown(0, 8.0), ContentTakedown(0, 8.0)), rows(ContentTakedown(0, 4.0))
    for step in (1, 4, 30):
        assert survivors(0, step, pair, 2000) == survivors(0, step, single, 2000)


def test_a_takedown_at_once_leaves_others_to_their_work() -> None:
    others, at_once = rows(ContentTakedown(0, 8.0)), rows(ContentTakedown(0, 5e-324), since=20)
    both = np.vstack([others, at_once])
    assert survivors(0, 20, both, 2000) == survivors(0, 20, others, 2000) < 0.3
    assert survivors(0, 21, both, 2000) == 0.0


@pytest.mark.parametrize(("share", "concentration"), [(3 / 33, 33.0), (0.1 / 90, 90.0), (0.6, 2.5), (0.3, 0.01)])
def test_propensities_follow_the_beta_distribution(share: float, concentration: float) -> None:
    n = 40_000
    drawn = propensities(Propensity(share, concentration), np.arange(n), 3).astype(np.float64)
    variance = share * (1.0 - share) / (concentration + 1.0)
    assert abs(drawn.mean() - share) < 4.0 * np.sqrt(variance / n)
    fourth = float(((drawn - share) ** 4).mean())
    assert abs(drawn.var() - variance) < 4.0 * np.sqrt((fourth - variance**2) / n)
    alone = propensities(Propensity(share, concentration), np.arange(100, 90, -1), 3)
    np.testing.assert_array_equal(alone, drawn[100:90:-1].astype(np.float32))


def test_messages_are_illegal_as_often_as_their_authors_would() -> None:
    share = np.mean([illegal(SEED, author, 4, 0.09) for author in range(20_000)])
    assert abs(share - 0.09) < 4.0 * np.sqrt(0.09 * 0.91 / 20_000)
    assert not any(illegal(SEED, author, 4, 0.0) for author in range(100))


def test_without_concentration_all_are_alike() -> None:
    world = busy_world(**{"illegality.citizens.share": 0.25, "illegality.trolls.share": 1.0})
    society = draw(world, 1).arrays
    np.testing.assert_array_equal(society.illegal_share[:120], np.float32(0.25))
    np.testing.assert_array_equal(society.illegal_share[120:124], np.float32(0.0))
    np.testing.assert_array_equal(society.illegal_share[124:], np.float32(1.0))


def test_high_risk_citizens_are_drawn_or_named_by_the_node_table(tmp_path: Path) -> None:
    drawn = busy_world(people=4000, **{"illegality.high_risk_share": 0.1, "illegality.high_risk.share": 1.0})
    risky = draw(drawn, 1).arrays.illegal_share[:4000]
    assert set(np.unique(risky)) == {0.0, 1.0}
    assert risky.mean() == pytest.approx(0.1, abs=0.02)
    edges, nodes = tmp_path / "edges.csv", tmp_path / "nodes.csv.gz"
    edges.write_text("source,target\n0,1\n1,2\n2,3\n")
    with gzip.open(nodes, "wt") as file:
        file.write("index,bot,class\n3,0,illegal\n1,1,illegal\n0,0,normal\n2,0,normal\n")
    graph = OnFile(edges=str(edges), nodes=str(nodes))
    legality = Illegality(high_risk=Propensity(1.0), high_risk_class="illegal")
    named = World(people=3, graph=graph, illegality=legality, campaign={"accounts": 1})
    np.testing.assert_array_equal(draw(named, 1).arrays.illegal_share, [0.0, 0.0, 1.0, 0.0])
    with pytest.raises(InputError, match=r"must be a class of the people in .* not 'dangerous'"):
        draw(named.replace({"illegality.high_risk_class": "dangerous"}), 1)
    with pytest.raises(InputError, match="high_risk_class must be left out without a node table"):
        busy_world(**{"illegality.high_risk_class": "illegal"})
    with pytest.raises(InputError, match="high_risk_share must be 0 where high_risk_class says who they are"):
        named.replace({"illegality.high_risk_share": 0.1})


NULL = [
    (UNLAWFUL, (ContentTakedown(1, 0.3, recall=0.0),)),
    ({}, (ContentTakedown(1, 0.3),)),
    ({}, (ContentTakedown("2019-05-01", 0.01), ContentTakedown(2, 3.0))),
]


@pytest.mark.parametrize(("changes", "policies"), NULL)
@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_finding_nothing_changes_nothing(
    changes: dict[str, Any], policies: Sequence[ContentTakedown], engine: str
) -> None:
    world = busy_world(**changes)
    assert_same(run(world, Branch(tuple(policies)), 1, engine), run(world, None, 1, engine))


@given(cases(), SEEDS)
@settings(max_examples=20)
def test_measuring_prevalence_and_being_illegal_changes_nothing(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    branch = without(branch, ContentTakedown)
    world = world.replace({"feed.measure_prevalence": False, "illegality": Illegality()})
    assert run(world.replace(UNLAWFUL), branch, seed).digest == run(world, branch, seed).digest


def test_policies_that_do_not_stand_leave_the_measures_alone() -> None:
    assert Takedown(1).measures(NO_MEASURES, 24) is NO_MEASURES
    model = run(busy_world(), busy_branch())
    assert model.parameters.measures.takedowns.size == 0
    assert model.parameters.measures._replace(takedowns=NO_MEASURES.takedowns) == NO_MEASURES


def both(first: float = 1.0) -> Branch:
    policies = (ContentTakedown(first, 0.4, 0.9), Takedown(2, accounts=3), ContentTakedown(first + 0.5, 0.3))
    return Branch(policies)


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_forks_amid_standing_policies_equal_reruns(engine: str) -> None:
    world = busy_world(**UNLAWFUL)
    whole = run(world, both(), 4)
    assert_same(run(world, both(), 4, "agents"), whole)
    assert whole.digest != run(world, None, 4).digest
    trunk = begin(world, both(), 4, engine).engine
    for step in range(world.burn_in_ticks, world.burn_in_ticks + world.ticks + 1, 1 if engine == "arrays" else 5):
        trunk.advance(step)
        fork = trunk.fork(both())
        fork.advance(fork.last_step)
        assert_same(fork, whole)


def test_measures_hold_from_the_first_tick_of_the_day_on() -> None:
    world = busy_world(**UNLAWFUL)
    model = begin(world, both(), 1).engine
    seen = []
    for step in range(world.burn_in_ticks + world.ticks):
        model.advance(step + 1)
        seen.append(len(model.parameters.measures.takedowns))
    first = world.burn_in_ticks + world.tick(1)
    assert seen == [0] * first + [1] * 3 + [2] * (len(seen) - first - 3)
    expected = [[1 / (0.4 * 6), first, 0.9], [1 / (0.3 * 6), first + 3, 1.0]]
    np.testing.assert_array_equal(model.parameters.measures.takedowns, expected)


def test_measures_have_the_types_that_kernels_are_compiled_for() -> None:
    def careless(measures: Measures) -> Measures:
        return measures._replace(takedowns=np.asfortranarray(np.ones((2, 3), dtype=np.int64)))

    measures = in_force([(0, careless)], 0)
    assert measures.takedowns.dtype == np.float64
    assert measures.takedowns.flags.c_contiguous
    assert [type(value) for value in measures] == [type(value) for value in NO_MEASURES]


class Watched(AgentEngine):
    """Notes which messages are read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read: set[tuple[int, tuple[int, int]]] = set()

    def visible(self, entry: Any) -> bool:
        seen = super().visible(entry)
        if seen:
            self.read.add((self.step_index, entry.name))
        return seen


def test_nobody_sees_what_is_gone_and_prevalence_falls() -> None:
    world = busy_world(**UNLAWFUL)
    branch = Branch((ContentTakedown(1, 0.2), ContentTakedown(1, 0.3, 0.5)))
    model = Watched(world, branch, 3)
    model.advance(model.last_step)
    takedowns, shares = model.parameters.measures.takedowns, model.society.illegal_share
    bad = [(step, name) for step, name in model.read if illegal(model.seed64, *name, shares[name[0]])]
    assert len(bad) > 100
    assert not any(taken_down(model.seed64, *name, step, takedowns) for step, name in bad)

    def prevalence(model: Engine) -> list[float]:
        return [day["prevalence"] for day in model.daily]

    without, with_it = prevalence(run(world, None, 3)), prevalence(run(world, branch, 3))
    assert with_it[0] == without[0] > 0.1
    assert all(b < 0.6 * a for a, b in zip(without[1:], with_it[1:], strict=True))


@given(cases(), SEEDS)
@settings(max_examples=15)
def test_prevalence_is_what_a_count_of_all_feeds_gives(case: tuple[World, Branch], seed: int) -> None:
    """In either engine, and without leaving a trace."""
    world, branch = case
    fast, plain = run(world, branch, seed), run(world, branch, seed, "agents")
    before = plain.digest
    np.testing.assert_array_equal(fast.messages_in_feeds(), plain.messages_in_feeds())
    assert plain.digest == before == fast.digest


def test_it_says_what_it_does() -> None:
    assert ContentTakedown(0, 2.0).sentence("2019-05-01") == (
        "From 2019-05-01 on the platform takes down illegal messages, half of them within 2 days."
    )
    assert "except for 0.25 of them, which it never finds." in ContentTakedown(0, 2.0, 0.75).sentence("2019-05-01")


@given(branches(busy_world()), SEEDS)
@settings(max_examples=5)
def test_engines_agree_where_messages_are_illegal(branch: Branch, seed: int) -> None:
    world = busy_world(**UNLAWFUL)
    assert_same(run(world, branch, seed), run(world, branch, seed, "agents"))
