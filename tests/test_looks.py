"""Looks at a study: each sees what it would see of a run of its own, and none takes one or changes anything."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

import sim
from sim.branch import Branch
from sim.engine.carriers import Carriers
from sim.feed.settings import FEEDS
from sim.fields import InputError
from sim.study import tree as trees
from sim.study.ledger import Ledger
from sim.world import World
from tests.strategies.worlds import SEEDS, cases
from tests.worlds import forked_branches, forking_world

WORLD, BRANCHES = forking_world(), forked_branches()
WATCH = sim.Watch(around=300, people=30)
LOOKS = {
    "watched": sim.Look(WATCH, ["none", "preemptive"], seeds=1),
    "relays": sim.Look(sim.Relays(), "none"),
    "few": sim.Look(sim.Relays(readers=20), ["none", "removal"], seeds=1, every=2),
    "posts": sim.Look(sim.Posts(), "none", seeds=1),
    "opinions": sim.Look(("opinion", "exposure"), "removal", every=3),
}


@pytest.fixture(scope="module")
def plain() -> sim.Study:
    return sim.compare(WORLD, BRANCHES, seeds=2)


@pytest.fixture(scope="module")
def looked_at() -> sim.Study:
    return sim.compare(WORLD, BRANCHES, seeds=2, looks=LOOKS)


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Counter[Branch]]]:
    """The seeds that are simulated, with the branches of each and how many records are wanted of them."""
    found: list[tuple[int, Counter[Branch]]] = []
    original = trees.BranchTree.grow

    def grow(tree: Any, seed: int, *more: Any) -> None:
        found.append((seed, Counter(tree.branches.values())))
        original(tree, seed, *more)

    monkeypatch.setattr(trees.BranchTree, "grow", grow)
    return found


def same(a: sim.Study, b: sim.Study) -> None:
    assert {key: run.digest for key, run in a.runs.items()} == {key: run.digest for key, run in b.runs.items()}
    pd.testing.assert_frame_equal(a.timelines, b.timelines, check_exact=True)
    pd.testing.assert_frame_equal(a.effects, b.effects, check_exact=True)


def same_looks(a: sim.Study, b: sim.Study) -> None:
    assert list(a.looks) == list(b.looks)
    for look in a.looks:
        pd.testing.assert_frame_equal(a.seen(look), b.seen(look), check_exact=True)


def test_looks_change_nothing(plain: sim.Study, looked_at: sim.Study) -> None:
    same(plain, looked_at)
    assert all(run.kept is None for run in looked_at.runs.values())


def test_each_look_sees_what_a_run_of_its_own_would_show(looked_at: sim.Study) -> None:
    for name, look in LOOKS.items():
        branches = [look.branches] if isinstance(look.branches, str) else list(look.branches or BRANCHES)
        wanted = [(branch, seed) for branch in branches for seed in (1, 2)[: look.seeds]]
        assert list(looked_at.looks[name]) == wanted
        for branch, seed in wanted:
            alone = sim.simulate(WORLD, BRANCHES[branch], seed, keep=look.keep, every=look.every)
            run = looked_at.looks[name][branch, seed]
            assert run.digest == alone.digest
            pd.testing.assert_frame_equal(run.timeline, alone.timeline, check_exact=True)
            assert run.kept is not None and len(run.kept)
            pd.testing.assert_frame_equal(run.kept, alone.kept, check_exact=True)
    assert looked_at.seen("relays")["seed"].unique().tolist() == [1, 2]


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_by_itself_sees_what_it_sees_among_others(name: str, looked_at: sim.Study) -> None:
    alone = sim.compare(WORLD, BRANCHES, seeds=2, looks={name: LOOKS[name]})
    pd.testing.assert_frame_equal(alone.seen(name), looked_at.seen(name), check_exact=True)


@given(cases(), SEEDS)
@settings(max_examples=3)
def test_looks_at_any_world(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    branches = {"none": Branch(), "branch": branch}
    keep: dict[str, Any] = {"watched": sim.Watch(around=40, people=20), "posts": sim.Posts(), "status": "status"}
    if world.feed.reading in FEEDS:
        keep["relays"] = sim.Relays(readers=30)
    looks = {name: sim.Look(what) for name, what in keep.items()}
    study = sim.compare(world, branches, seeds=[seed], looks=looks)
    same(study, sim.compare(world, branches, seeds=[seed]))
    for name, what in keep.items():
        for of in branches:
            alone = sim.simulate(world, branches[of], seed, keep=what)
            pd.testing.assert_frame_equal(study.looks[name][of, seed].kept, alone.kept, check_exact=True)


def test_looks_take_no_runs_and_only_those_who_want_it_are_followed(
    grown: list[tuple[int, Counter[Branch]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: Counter[Branch] = Counter()
    original = Carriers.look

    def look(carriers: Carriers, engine: Any, step: int) -> None:
        followed[engine.branch] += 1
        original(carriers, engine, step)

    monkeypatch.setattr(Carriers, "look", look)
    totals = []
    for looks in ({}, {"relays": sim.Look(sim.Relays(), "none")}):
        said: list[tuple[int, int]] = []
        sim.compare(WORLD, BRANCHES, [7], threads=1, looks=looks, progress=lambda *told, to=said: to.append(told))
        totals.append(said[-1])
    assert totals[0] == totals[1]
    assert [seed for seed, _ in grown] == [7, 7] and set(grown[0][1]) == set(grown[1][1])
    assert followed == {Branch(): WORLD.ticks}


def test_a_ledger_has_looks_beside_runs_and_what_it_lacks_is_simulated_once(
    tmp_path: Path, grown: list[tuple[int, Counter[Branch]]], plain: sim.Study, looked_at: sim.Study
) -> None:
    def compare(looks: dict[str, sim.Look]) -> tuple[sim.Study, int, int]:
        ledger = Ledger(tmp_path)
        study = sim.compare(WORLD, BRANCHES, seeds=2, ledger=ledger, looks=looks, threads=1)
        return study, ledger.kept, ledger.found

    first, kept, found = compare({})
    assert (kept, found, len(grown)) == (8, 0, 2)
    grown.clear()
    second, kept, found = compare(LOOKS)
    assert (kept, found) == (0, 8)  # a look at a run is no other run
    none, removal, preemptive = (BRANCHES[name] for name in ("none", "removal", "preemptive"))
    assert grown == [(1, {none: 4, removal: 2, preemptive: 1}), (2, {none: 1, removal: 1})]
    grown.clear()
    third, kept, found = compare(LOOKS)
    assert (kept, found, grown) == (0, 8, [])
    for study in (first, second, third):
        same(study, plain)
    for study in (second, third):
        same_looks(study, looked_at)


def test_looks_come_back_from_elsewhere(looked_at: sim.Study) -> None:
    with ThreadPoolExecutor(1) as pool:
        there = sim.compare(WORLD, BRANCHES, seeds=2, looks=LOOKS, executor=pool)
    same(there, looked_at)
    same_looks(there, looked_at)


def test_seeds_that_are_added_are_looked_at_as_well() -> None:
    looks = {"all": sim.Look(sim.Posts(), "none"), "first": sim.Look(sim.Posts(), "none", seeds=2)}
    branches = {name: BRANCHES[name] for name in ("none", "no campaign")}
    study = sim.compare(WORLD, branches, seeds=2, precision=1e-9, most_seeds=3, days=1, looks=looks)
    assert study.seeds == (1, 2, 3)
    assert [seed for _, seed in study.looks["all"]] == [1, 2, 3]
    assert [seed for _, seed in study.looks["first"]] == [1, 2]


def test_a_run_that_cannot_be_looked_at_is_lost_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = trees.record

    def record(model: Any, *more: Any) -> Any:
        if (model.seed_of_run, model.branch) == (2, Branch()):
            raise RuntimeError("bad luck")
        return original(model, *more)

    monkeypatch.setattr(trees, "record", record)
    branches = {name: BRANCHES[name] for name in ("none", "removal")}
    with pytest.raises(sim.FailedRunsError) as failed:
        sim.compare(
            WORLD,
            branches,
            seeds=2,
            days=1,
            threads=1,
            ledger=tmp_path,
            looks={"p": LOOKS["posts"], "r": LOOKS["relays"]},
        )
    assert ("none", 2) in failed.value.faults and failed.value.lacking == len(failed.value.faults)
    monkeypatch.undo()
    ledger = Ledger(tmp_path)
    sim.compare(WORLD, branches, seeds=2, days=1, ledger=ledger, looks={"p": LOOKS["posts"], "r": LOOKS["relays"]})
    assert ledger.kept + ledger.found == 4 and not list(ledger.failures)


@pytest.mark.parametrize(
    ("looks", "sentence"),
    [
        ([sim.Look(sim.Posts())], r"^looks must be a mapping of names to sim\.Look, not"),
        ({"a": sim.Posts()}, r"^looks\['a'\] must be a Look, not"),
        ({"a": sim.Look(())}, r"^looks\['a'\]\.keep must name what is to be kept"),
        ({"a": sim.Look(("opinon",))}, r"^looks\['a'\]\.keep.*did you mean 'opinion'"),
        ({"a": sim.Look(sim.Posts(), "non")}, r"^looks\['a'\]\.branches must be one of none.*did you mean 'none'"),
        ({"a": sim.Look(sim.Posts(), seeds=0)}, r"^looks\['a'\]\.seeds must be a whole number of at least 1"),
    ],
)
def test_what_cannot_be_looked_at_is_said(looks: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        sim.compare(WORLD, BRANCHES, seeds=2, looks=looks)


def test_a_look_that_was_not_taken_is_said(looked_at: sim.Study) -> None:
    with pytest.raises(InputError, match=r"^look must be one of watched, .*did you mean 'posts'"):
        looked_at.seen("post")


def test_posts_by_the_tick_add_up_to_those_of_the_days() -> None:
    run = sim.simulate(WORLD, BRANCHES["removal"], keep=sim.Posts())
    assert run.kept is not None
    of_trolls = run.kept[["posts_troll", "posts_sleeper"]].sum(axis=1).groupby(run.kept["day"]).sum()
    expected = run.timeline.set_index("day")["troll_posts"]
    assert of_trolls.sum() > 0 and of_trolls.tolist() == expected.tolist()
    assert run.kept["tick"].tolist() == [*range(WORLD.ticks_per_day)] * 4
    slow = sim.simulate(WORLD, BRANCHES["removal"], keep=sim.Posts(), engine="agents")
    pd.testing.assert_frame_equal(run.kept, slow.kept)
