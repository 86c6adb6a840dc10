"""Accounts watched day by day: the same in every branch and engine, without changing anything; and where they are drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import sim
from experiments.command.folder import Manifest
from experiments.run import main
from experiments.studies.graph_layout import laid_out
from experiments.studies.results import load
from experiments.studies.settings import Experiment
from experiments.studies.watched import accounts_table, watch_look
from sim.branch import Branch
from sim.fields import InputError
from sim.moderation import Rates, Takedown
from sim.outcomes.watched import OPINION_STEPS, PART_STEPS, Ring
from sim.society.groups import of_campaign
from sim.society.society import draw
from sim.world import World
from tests.strategies.worlds import SEEDS, cases
from tests.worlds import busy_world, forked_branches, forking_world


@given(cases(), SEEDS)
@settings(max_examples=6)
def test_both_engines_see_the_same_and_watching_changes_nothing(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    watch = sim.Watch(around=40, people=20)
    fast = sim.simulate(world, branch, seed, keep=watch, every=2)
    slow = sim.simulate(world, branch, seed, engine="agents", keep=watch, every=2)
    pd.testing.assert_frame_equal(fast.people, slow.people, check_exact=True)
    assert fast.digest == slow.digest == sim.simulate(world, branch, seed).digest


def test_branches_of_a_study_see_what_they_would_by_themselves_of_the_same_accounts() -> None:
    """Forked at their first policy, and shadowed while only sleepers are gone."""
    world, branches = forking_world(), forked_branches()
    watch = sim.Watch(around=2000, people=30)
    study = sim.compare(world, branches, seeds=1, keep=watch)
    for name, branch in branches.items():
        alone = sim.simulate(world, branch, keep=watch)
        pd.testing.assert_frame_equal(study.runs[name, 1].people, alone.people, check_exact=True)
    seen = {name: study.runs[name, 1].people for name in branches}
    for table in seen.values():
        assert table["account"].equals(seen["none"]["account"])
    gone = {name: set(table.loc[table["status"] == "suspended", "account"]) for name, table in seen.items()}
    assert gone["none"] == set()
    assert gone["removal"] and gone["preemptive"]


def test_what_is_seen_is_what_people_hold_and_do() -> None:
    world, branch = busy_world(), Branch((Takedown(1, Rates(tpr=0.7, fpr=0.3), accounts=20),))
    run = sim.simulate(world, branch, keep=sim.Watch())
    now = sim.begin(world, branch).advance().now
    last = run.people[run.people["day"] == world.days - 1].set_index("account")
    accounts, people = now.accounts, last.index < world.people
    np.testing.assert_array_equal(last.loc[people, "opinion"], np.rint(now.opinion * OPINION_STEPS))
    np.testing.assert_array_equal(last.loc[people, "troll_part"], np.rint(now.troll_part * PART_STEPS))
    assert set(last.loc[people].index) == set(range(world.people))
    for column in ("status", "posts"):
        assert list(last[column]) == list(accounts.loc[last.index, column])
    events = now.turnout[now.turnout["side"] == 1]
    assert last["joined_movement"].sum() == pytest.approx(events["turnout"].sum() * world.people)


def test_the_sample_is_the_campaign_and_those_whom_it_reaches() -> None:
    society = draw(sim.World.hk2019(people=2000), 1)
    chosen = sim.Watch(around=400, people=100).chosen(society)
    graph = society.graph
    follows = {a: set(graph.followees[graph.indptr[a] : graph.indptr[a + 1]].tolist()) for a in chosen.accounts}
    of = {ring: set(chosen.accounts[chosen.ring == ring].tolist()) for ring in Ring}
    assert sum(map(len, of.values())) == len(chosen.accounts) and chosen.drawn.sum() == 100
    assert sum(len(of[ring]) for ring in Ring if ring != Ring.NONE) <= 400
    assert of_campaign(society.arrays.group[list(of[Ring.CAMPAIGN])]).all() and 0 < len(of[Ring.CAMPAIGN]) <= 50
    assert all(follows[a] & of[Ring.CAMPAIGN] for a in of[Ring.READER])
    assert of[Ring.CAMPAIGN] <= set().union(*(follows[a] for a in of[Ring.READER]))
    assert all(follows[a] & of[Ring.READER] and not follows[a] & of[Ring.CAMPAIGN] for a in of[Ring.SECOND_HAND])
    other = sim.Watch(around=400, people=100).chosen(draw(sim.World.hk2019(people=2000), 2))
    assert not np.array_equal(other.accounts, chosen.accounts)


def test_a_world_without_a_campaign_and_one_where_everybody_follows_everybody() -> None:
    quiet = sim.Watch(around=50, people=10).chosen(
        draw(busy_world(**{"campaign.accounts": 0, "campaign.sleepers.accounts": 0}), 1)
    )
    assert (quiet.ring == Ring.NONE).sum() == len(quiet.accounts) == 10
    crowd = draw(busy_world(graph="complete"), 1)
    chosen = sim.Watch(around=50, people=10).chosen(crowd)
    table = accounts_table(crowd, chosen)
    assert {Ring.CAMPAIGN, Ring.READER} <= set(chosen.ring)
    assert table["follows"].map(len).sum() == 0
    assert table.loc[table["ring"] != "none", ["x", "y"]].notna().all(axis=None)


def test_places_are_in_the_disc_apart_and_the_same_again() -> None:
    rng = np.random.default_rng(3)
    halves = [(a, b) for a, b in rng.integers(0, 40, (300, 2)).tolist()]
    edges = np.array([*halves, *((a + 40, b + 40) for a, b in halves), (0, 40)])
    places = laid_out(80, edges)
    assert np.array_equal(places, laid_out(80, edges)) and not np.array_equal(places, laid_out(80, edges, seed=2))
    assert np.hypot(*places.T).max() <= 1.0
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    assert apart[~np.eye(80, dtype=bool)].min() > 0.01
    within = (apart[:40, :40].mean() + apart[40:, 40:].mean()) / 2
    assert within < 0.8 * apart[:40, 40:].mean()
    assert laid_out(0, np.zeros((0, 2), dtype=np.int64)).shape == (0, 2)
    assert np.isfinite(laid_out(1, np.zeros((0, 2), dtype=np.int64))).all()


SMALL = ["world.people=1000", "days=4", "seeds=[7,8]", "study=actual", "study.headline=no_campaign", "output=json"]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("watched")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.report.figures.draw_figures", lambda *_: ())
        assert main([*SMALL, "watch=300", f"results={place}"]) == 0
    return next(path for path in place.iterdir() if path.name.startswith("actual"))


def test_a_study_has_two_branches_of_its_first_seed(study: Path) -> None:
    results = load(study)
    assert results.watched is not None
    accounts, days = results.watched
    assert list(days["branch"].unique()) == ["none", "no_campaign"]
    assert len(days) == 2 * 4 * len(accounts)
    society = draw(results.world, 7)
    expected = accounts_table(society, sim.Watch(around=300).chosen(society))
    assert accounts["account"].tolist() == expected["account"].tolist()
    assert [list(row) for row in accounts["follows"]] == [list(row) for row in expected["follows"]]
    campaign = accounts.loc[accounts["ring"] == "campaign", "account"]
    there = days[days["account"].isin(campaign)]
    assert (there.loc[there["branch"] == "no_campaign", "status"] == "suspended").all()
    assert (there.loc[there["branch"] == "none", "status"] == "active").any()
    assert results.provenance["runs_simulated"] == 3 * 2


def test_what_is_watched_is_checked_and_may_be_absent(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(study, copy)
    (copy / "watched.parquet").write_bytes(b"edited")
    with pytest.raises(InputError, match=r"watched\.parquet changed since"):
        load(copy)
    for name in ("watched", "watched_accounts"):
        (copy / f"{name}.parquet").unlink()
    Manifest.read(copy).write()
    assert load(copy).watched is None


def test_nobody_is_watched_where_nobody_is_asked_for() -> None:
    world = sim.World.hk2019(people=1000)
    assert watch_look(Experiment(world=world, watch=0)) == {}
    assert set(watch_look(Experiment(world=world))) == {"watched"}
