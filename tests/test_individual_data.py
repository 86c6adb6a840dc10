"""Individual-level data: keeping it changes nothing, it adds up to the outcomes, and both engines keep the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import sim
from sim.branch import Branch
from sim.engine import arrays, memory
from sim.fields import InputError
from sim.outcomes.individuals import GROUPS
from sim.study.ledger import LedgerWarning
from sim.world import World
from tests.strategies.worlds import SEEDS, cases
from tests.test_platforms import two_platforms
from tests.worlds import busy_branch, busy_world, forked_branches, forking_world

ALL = tuple(GROUPS)
ALWAYS = ["day", "date", "node", "joined_movement", "joined_government"]


@given(cases(), SEEDS)
@settings(max_examples=15)
def test_both_engines_keep_the_same_and_keeping_changes_nothing(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    fast = sim.simulate(world, branch, seed, keep=ALL)
    slow = sim.simulate(world, branch, seed, engine="agents", keep=ALL)
    pd.testing.assert_frame_equal(fast.people, slow.people, check_exact=True)
    assert fast.digest == slow.digest == sim.simulate(world, branch, seed).digest


def test_threads_keep_the_same_on_two_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = sim.simulate(two_platforms(), busy_branch(), threads=1, keep=ALL)
    monkeypatch.setattr(arrays, "_SMALLEST_CHUNK", 16)
    pd.testing.assert_frame_equal(
        alone.people, sim.simulate(two_platforms(), busy_branch(), threads=3, keep=ALL).people, check_exact=True
    )


@pytest.mark.parametrize(
    "world",
    [busy_world(), two_platforms(), busy_world(people_reachable=600, **{"organisers.followers": 90.0})],
    ids=["one platform", "two platforms", "a fifth of the people"],
)
def test_it_adds_up_to_the_outcomes(world: World) -> None:
    run = sim.simulate(world, busy_branch(), seed=3, keep=ALL)
    days = run.people.groupby("day")
    shown = run.people.filter(like="impressions_").groupby(run.people["day"]).sum().sum(axis=1)
    np.testing.assert_array_equal(shown.to_numpy() * world.weight, run.timeline["impressions"].cumsum().to_numpy())
    assert (run.people["impressions_organiser"] > 0).any()
    trolls = days["impressions_troll"].sum().diff().fillna(days["impressions_troll"].sum()).to_numpy()
    share = run.timeline["troll_impression_share"] * run.timeline["impressions"] / world.weight
    np.testing.assert_allclose(trolls, share.fillna(0.0).to_numpy(), atol=1e-9)
    for column, outcome in (("opinion", "opinion_mean"), ("troll_part", "troll_part"), ("trust", "trust")):
        np.testing.assert_allclose(days[column].mean().to_numpy(), run.timeline[outcome].to_numpy(), atol=1e-12)
    parts = run.people[["troll_part", "organiser_part", "event_part", "own_part"]].sum(axis=1)
    np.testing.assert_allclose(parts, run.people["opinion"], atol=1e-12)
    last = days.get_group(world.days - 1)
    for column, side in (("joined_movement", 1), ("joined_government", -1)):
        turnout = run.turnout["turnout"][run.turnout["side"] == side].sum()
        assert last[column].sum() == round(turnout * world.people) > 0


def test_impressions_by_outlets_are_apart() -> None:
    run = sim.simulate(two_platforms(), seed=2, keep="exposure")
    assert run.people["impressions_outlet"].sum() > 0
    quiet = sim.simulate(
        two_platforms().replace({"outlets.accounts": 0, "second.outlets": ()}), seed=2, keep="exposure"
    )
    assert quiet.people["impressions_outlet"].sum() == 0


def test_rows_are_in_node_order() -> None:
    opinions = tuple(np.linspace(-0.9, 0.9, 120).tolist())
    world = busy_world(**{"population.opinions": opinions, "opinion.rule": "voter", "opinion.anchoring": 0.0})
    model = sim.begin(world, None, 1).engine
    run = sim.simulate(world, days=1, keep=("opinion", "status"))
    model.advance(world.burn_in_ticks + world.ticks_per_day)
    assert list(run.people["node"]) == list(range(120))
    people = model.society.person[:120]
    np.testing.assert_array_equal(run.people["opinion"], model.state.opinion[people, 0])
    created = model.society.created[:120] >= world.ticks_per_day
    np.testing.assert_array_equal(run.people["status"] == "sleeping", created)


@pytest.mark.parametrize(
    ("every", "days", "kept"),
    [(None, 3, [0, 1, 2]), (2, 3, [0, 2]), (2, 4, [0, 2, 3]), (7, 3, [0, 2]), (1, 1, [0]), (np.int64(3), 4, [0, 3])],
)
def test_days_that_are_kept(every: int | None, days: int, kept: list[int]) -> None:
    run = sim.simulate(busy_world(days=5), days=days, keep=["opinion"], every=every)
    assert list(run.people["day"].unique()) == kept
    assert run.people.columns.tolist() == [*ALWAYS, "opinion", "troll_part"]
    assert [str(date)[:10] for date in run.people["date"].unique()] == [f"2019-05-0{day + 1}" for day in kept]
    assert len(run.people) == 120 * len(kept)


def test_branches_of_a_study_keep_what_they_would_by_themselves() -> None:
    """Forked at their first policy, and shadowed while only sleepers are gone."""
    world, branches = forking_world(), forked_branches()
    study = sim.compare(world, branches, seeds=2, keep=ALL, every=2)
    for (name, seed), run in study.runs.items():
        alone = sim.simulate(world, branches[name], seed, keep=ALL, every=2)
        pd.testing.assert_frame_equal(run.people, alone.people, check_exact=True)
    assert study.people.columns.tolist() == ["branch", "seed", *study.runs["none", 1].people.columns]
    assert len(study.people) == 8 * 3 * world.people
    assert not study.runs["none", 1].people.equals(study.runs["removal", 1].people)


def test_a_ledger_keeps_it_and_knows_what_was_kept(tmp_path: Path) -> None:
    world, branches = busy_world(), {"a": Branch(), "b": Branch(campaign=False)}
    ledger = sim.Ledger(tmp_path)

    def compare(**more: Any) -> tuple[sim.Study, int]:
        simulated: list[int] = []
        study = sim.compare(
            world, branches, seeds=1, ledger=ledger, progress=lambda done, _: simulated.append(done), **more
        )
        return study, len(simulated)

    first, _ = compare(keep=ALL, every=2)
    again, simulated = compare(keep=ALL, every=2)
    assert simulated == 0
    for key, run in first.runs.items():
        pd.testing.assert_frame_equal(again.runs[key].people, run.people, check_exact=True)
    for other in ({}, {"keep": "opinion", "every": 2}, {"keep": ALL}):
        study, simulated = compare(**other)
        assert simulated > 0
        assert (study.runs["a", 1].kept is None) == (not other)
    for path in tmp_path.rglob("*.run"):
        path.write_bytes(path.read_bytes()[:-9] + b"123456789")
    with pytest.warns(LedgerWarning, match="is damaged"):
        mended, simulated = compare(keep=ALL, every=2)
    assert simulated > 0
    pd.testing.assert_frame_equal(mended.people, first.people, check_exact=True)


@pytest.mark.parametrize(
    ("keep", "every", "sentence"),
    [
        ("opinon", None, "keep[0] must be one of opinion, parts, exposure, standing, climate, status, not 'opinon'; did you"),
        (("opinion", "exposures"), None, "not 'exposures'; did you mean 'exposure'?"),
        (3, None, "keep must be a list, each one of opinion, parts"),
        ((3,), None, "keep[0] must be one of opinion, parts"),
        ("opinion", 0, "every must be a whole number from 1 to 65535 or none, not 0."),
        ("opinion", True, "every must be a whole number from 1 to 65535 or none, not True."),
        ("opinion", 1.5, "every must be a whole number from 1 to 65535 or none, not 1.5."),
        ((), 7, "every must be left out unless keep names what to keep on those days."),
    ],
)  # fmt: skip
def test_what_cannot_be_kept(keep: Any, every: Any, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        sim.simulate(busy_world(), keep=keep, every=every)
    assert sentence in str(refused.value)


def test_what_does_not_fit_is_refused_before_anything_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    world, branches = busy_world(), {"a": Branch(), "b": Branch(campaign=False)}
    a_run = memory.needed(world)
    monkeypatch.setattr("sim.outcomes.individuals.available", lambda: a_run + 40_000)
    with pytest.raises(InputError) as refused:
        sim.compare(world, branches, seeds=3, keep="opinion")
    assert "keep must be little enough for 0.0 GB of available memory: 6 runs of 120 people" in str(refused.value)
    sim.compare(world, branches, seeds=3, keep="opinion", every=200, days=1)


def test_the_estimate_is_the_size_of_the_table() -> None:
    run = sim.simulate(busy_world(), keep=ALL, every=2)
    keep = sim.run.recording(run.world, 3, (), ALL, 2).keep
    assert keep is not None
    names_of_statuses = 47
    assert keep.bytes(run.world.people) == run.people.memory_usage(index=False).sum() - names_of_statuses


def test_a_run_that_kept_nothing_says_so() -> None:
    with pytest.raises(InputError, match="Nothing was kept of people in this run"):
        _ = sim.simulate(busy_world(), days=1).people
