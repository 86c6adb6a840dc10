"""What a page runs is what ``simulate`` runs, bit for bit: in wasmtime, and in Node by the JavaScript that pages use."""

from __future__ import annotations

import json
import math
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sim
import sim.page
from sim.moderation import (
    CircuitBreaker,
    ContentTakedown,
    Downranking,
    HashtagLimit,
    Labels,
    Policy,
    PreemptiveRemoval,
    Rates,
    ReshareFriction,
    Takedown,
)
from sim.opinion import BoundedConfidence, Deffuant, HegselmannKrause
from sim.opinion.rule import MOST_PARAMETERS
from sim.page.rules import RULES
from tests.page_driver import Wasm, patched
from tests.strategies.branches import branches
from tests.strategies.worlds import SEEDS, worlds
from tests.test_page import STILL, still_world

pytestmark = pytest.mark.slow  # the engine is built for a page

HONG_KONG = sim.World.hk2019(people=1000, burn_in_days=5, days=80)
BRANCHES = {
    "none": sim.Branch(),
    "takedown": sim.Branch((Takedown("2019-06-10", accounts=936, detector=Rates(tpr=0.8, fpr=0.01)),)),
    "preemptive": sim.Branch((PreemptiveRemoval(20, accounts=100_000, detector=Rates(tpr=0.9, fpr=0.02, salt=3)),)),
}


def assert_same(wasm: Wasm, run: sim.Run) -> None:
    """Digest and all daily outcomes are equal to the last bit."""
    assert wasm.digest == run.digest
    theirs = run.timeline.drop(columns="day")
    assert list(wasm.timeline) == list(theirs)
    for name in theirs:
        np.testing.assert_array_equal(wasm.timeline[name].to_numpy(), theirs[name].to_numpy(), err_msg=name)


VARIANTS: dict[str, dict[str, Any]] = {
    "waking": {"campaign.sleepers.waking_rate": 0.01, "campaign.sleepers.wakes_from": 5},
    "both": {"campaign.sleepers.wakes_from": 5, "campaign.local_follower_share": 0.1},
    "all": {"campaign.sleepers.wakes_from": 5, "campaign.local_follower_share": 0.1, "opinion.rule": "degroot"},
}


@pytest.fixture(scope="module")
def hong_kong() -> sim.page.PageWorld:
    return sim.page.export(HONG_KONG, seed=1, variants=VARIANTS)


@pytest.mark.parametrize("name", BRANCHES)
def test_a_branch_in_a_page_is_that_of_simulate(hong_kong: sim.page.PageWorld, name: str) -> None:
    run = sim.simulate(HONG_KONG, BRANCHES[name], seed=1)
    assert run.outcomes["trolls_removed"] > 10 or name == "none"
    assert_same(Wasm(hong_kong).take(BRANCHES[name]).advance(), run)


def test_a_fork_is_a_run_from_the_start(hong_kong: sim.page.PageWorld) -> None:
    trunk = Wasm(hong_kong).advance(40)
    side = trunk.fork().take(BRANCHES["takedown"]).advance()
    assert_same(side, sim.simulate(HONG_KONG, BRANCHES["takedown"], seed=1))
    assert_same(trunk.advance(), sim.simulate(HONG_KONG, seed=1))


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_in_a_page_is_that_of_simulate(name: str, hong_kong: sim.page.PageWorld) -> None:
    image, layout = patched(hong_kong, name)
    variant = replace(hong_kong, image=image, layout=layout)
    run = sim.simulate(HONG_KONG.replace(VARIANTS[name]), BRANCHES["takedown"], seed=1)
    assert_same(Wasm(variant).take(BRANCHES["takedown"]).advance(), run)


def test_seeds_of_the_same_people(hong_kong: sim.page.PageWorld) -> None:
    wasm = Wasm(hong_kong)
    wasm.set("seed", 2**40 + 5)
    assert_same(wasm.advance(10), sim.simulate(HONG_KONG, seed=2**40 + 5, population_seed=1, days=10))


EVERYTHING = (
    Labels(0, Rates(tpr=0.6, fpr=0.1), persuasion=0.3, reshare=0.2),
    Downranking(0.5, Rates(tpr=0.5, fpr=0.2, salt=2), visibility=0.4),
    ReshareFriction(1, dropped=0.5),
    ReshareFriction(2, dropped=0.3),
    HashtagLimit(1, posts=1),
    CircuitBreaker(1, shares=3),
    ContentTakedown(0, half_life_days=0.2, recall=0.7),
    ContentTakedown(1, half_life_days=1.0),
    Takedown(1.5, Rates(tpr=0.5, fpr=0.3), accounts=11),
    PreemptiveRemoval(2, Rates(tpr=0.5, fpr=0.3), accounts=7),
)


@pytest.mark.parametrize("branch", [{}, {"spares_innocents": True}, {"campaign": False}], ids=str)
def test_all_policies_at_once(branch: dict[str, Any]) -> None:
    world = still_world()
    done = sim.Branch(EVERYTHING, **branch)
    run = sim.simulate(world, done, seed=2)
    assert_same(Wasm(sim.page.export(world, seed=2)).take(done).advance(), run)
    if not branch:
        idle = sim.simulate(world, seed=2)
        assert run.digest != idle.digest
        for name in ("wrongful_removals", "wrongful_marks", "posts_lost", "review_hours", "days_silenced"):
            assert run.outcomes[name] > 0.0, name


REBUILDING = HONG_KONG.replace({"campaign.adaptation": "rebuilding"})
REBUILDS = {
    "campaign.adaptation.notice_days": 0.5,
    "campaign.adaptation.budget_hours": 40.5,
    "campaign.adaptation.hours_per_account": 2.0,
}


@pytest.mark.parametrize("is_lever", [True, False])
def test_an_operator_that_rebuilds(is_lever: bool) -> None:
    world = REBUILDING.replace(REBUILDS)
    run = sim.simulate(world, BRANCHES["takedown"], seed=1)
    idle = sim.simulate(HONG_KONG, BRANCHES["takedown"], seed=1)
    assert run.outcomes["active_trolls"] > idle.outcomes["active_trolls"] + 50
    wasm = (
        Wasm(sim.page.export(REBUILDING, seed=1)).pull(REBUILDS) if is_lever else Wasm(sim.page.export(world, seed=1))
    )
    assert_same(wasm.take(BRANCHES["takedown"]).advance(), run)


def test_an_operator_decides_how_to_answer_when_it_has_lost_something() -> None:
    idle = {"campaign.adaptation.replacement": 0.0, "campaign.adaptation.keeps_volume": False}
    answers = {**REBUILDS, "campaign.adaptation.replacement": 3.0, "campaign.adaptation.keeps_volume": True}
    trunk = Wasm(sim.page.export(REBUILDING.replace(idle), seed=1)).advance(30)
    branch = BRANCHES["takedown"]
    run = sim.simulate(REBUILDING.replace(answers), branch, seed=1)
    assert_same(trunk.fork().pull(answers).take(branch).advance(), run)
    still = sim.simulate(REBUILDING.replace(idle), branch, seed=1)
    assert_same(trunk.take(branch).advance(), still)
    assert run.outcomes["active_trolls"] > still.outcomes["active_trolls"] + 50


@given(st.integers(0, 3), st.floats(0.0, 8.0), st.booleans(), st.integers(0, 1), st.booleans())
@settings(max_examples=12)
def test_answers_to_losses(seed: int, each: float, keeps: bool, notice: int, campaign: bool) -> None:
    answer = {
        "name": "rebuilding",
        "replacement": each,
        "keeps_volume": keeps,
        "notice_days": notice * 0.7,
        "budget_hours": 9.3,
    }
    world = still_world(**{"campaign.adaptation": answer})
    branch = sim.Branch(
        (Takedown(0, Rates(tpr=0.6, fpr=0.1), accounts=6), PreemptiveRemoval(1, accounts=4)), campaign=campaign
    )
    run = sim.simulate(world, branch, seed=seed, threads=1)
    assert_same(Wasm(sim.page.export(world, seed=seed)).take(branch).advance(), run)


BOUNDS = {Deffuant: {"bound": 0.6}, HegselmannKrause: {"bound": 0.6}}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("reading", ["newest", "all_followees"])
def test_every_packaged_opinion_rule_runs_in_the_same_module(
    rule: type[sim.opinion.OpinionRule], reading: str, hong_kong: sim.page.PageWorld
) -> None:
    world = still_world(
        **{"feed.reading": reading, "feed.measure_quality": False, "opinion.rule": rule(**BOUNDS.get(rule, {}))}
    )
    page = sim.page.export(world, seed=1)
    assert page.module == hong_kong.module
    assert_same(Wasm(page).advance(), sim.simulate(world, seed=1))


def test_a_rule_that_there_is_not_stops_the_run(hong_kong: sim.page.PageWorld) -> None:
    wasm = Wasm(hong_kong)
    wasm.set(f"rule_parameters[{MOST_PARAMETERS}]", float(len(RULES)))
    with pytest.raises(RuntimeError, match=f"status {hong_kong.layout['status']['unfit']}"):
        wasm.advance(1)


# Random worlds


def _supported(policy: Policy) -> Policy | None:
    kinds = (
        Takedown,
        PreemptiveRemoval,
        Labels,
        Downranking,
        ReshareFriction,
        HashtagLimit,
        CircuitBreaker,
        ContentTakedown,
    )
    if type(policy) not in kinds or policy.platform != "first":
        return None
    if hasattr(policy, "detector") and not policy.detector.idealised:
        return replace(policy, detector=Rates(tpr=0.6, fpr=0.1))  # type: ignore[call-arg]
    return policy


@st.composite
def cases(draw: st.DrawFn) -> tuple[sim.World, sim.Branch]:
    """A world and a branch as far as a page has them, with the one rule whose module there is."""
    world = draw(worlds())
    fresh = sim.World(people=2)
    try:
        world = world.replace(
            STILL | {"legitimacy": fresh.legitimacy, "trust": fresh.trust, "opinion.rule": BoundedConfidence(0.1)}
        )
        branch = draw(branches(world))
        found, marking = [], set()
        for policy in filter(None, map(_supported, branch.policies)):
            if type(policy) not in marking:
                found.append(policy)
            marking |= {type(policy)} & {Labels, Downranking}
        branch = replace(branch, policies=tuple(found))
        sim.page.rows_of(world, branch)
        sim.page.policies.check_world(world)
    except sim.InputError:
        assume(False)
    return world, branch


@given(cases(), SEEDS)
@settings(max_examples=40)
def test_random_worlds_and_branches(case: tuple[sim.World, sim.Branch], seed: int) -> None:
    world, branch = case
    run = sim.simulate(world, branch, seed=seed, threads=1)
    assert_same(Wasm(sim.page.export(world, seed=seed)).take(branch).advance(), run)


def lever_values(lever: dict[str, Any], integers: bool) -> st.SearchStrategy[Any]:
    """Numbers that a lever may have."""
    if isinstance(lever["value"], bool):
        return st.booleans()
    low, high = (lever[end] if lever[end] is not None else 100 * sign for end, sign in (("low", -1), ("high", 1)))
    low, high = max(low, -100), min(high, 100)
    if integers:
        return st.integers(math.ceil(low), math.floor(high))
    return st.floats(low, high, exclude_min=lever["low_open"], exclude_max=lever["high_open"])


@given(st.data())
@settings(max_examples=25)
def test_levers_are_fields_of_the_world(data: st.DataObject) -> None:
    world = still_world()
    page = sim.page.export(world, seed=1)
    levers = {
        lever["path"]: data.draw(
            lever_values(lever, page.layout["numbers"][lever["number"]]["kind"] == "int"),
            label=lever["path"],
        )
        for lever in page.layout["levers"]
    }
    assert_same(Wasm(page).pull(levers).advance(), sim.simulate(world.replace(levers), seed=1, threads=1))


@pytest.mark.parametrize("number", range(len(sim.page.levers.FIELDS) + 1))
def test_every_lever_does_something(number: int) -> None:
    world = still_world(**{"mobilisation.turnout_weight": 0.5})
    page = sim.page.export(world, seed=1)
    lever = page.layout["levers"][number]
    value = (
        not lever["value"]
        if isinstance(lever["value"], bool)
        else lever["value"] + 1
        if isinstance(lever["value"], int)
        else (lever["value"] / 2 if lever["value"] else 0.5)
    )
    changed = {lever["path"]: value}
    wasm = Wasm(page).pull(changed).advance()
    assert_same(wasm, sim.simulate(world.replace(changed), seed=1, threads=1))
    if lever["path"] not in ("mobilisation.legitimacy_weight",):  # which needs a legitimacy that moves
        assert wasm.digest != Wasm(page).advance().digest


# The module


def test_a_weight_that_a_rule_must_not_give_stops_the_run(hong_kong: sim.page.PageWorld) -> None:
    wasm = Wasm(hong_kong)
    wasm.set("rule_parameters[0]", math.nan)
    with pytest.raises(RuntimeError, match=f"status {hong_kong.layout['status']['unfit']}"):
        wasm.advance(1)


def test_module_and_image_that_do_not_belong_together_are_refused(hong_kong: sim.page.PageWorld) -> None:
    other = replace(hong_kong, layout={**hong_kong.layout, "code": "0" * 64})
    with pytest.raises(AssertionError, match="do not belong together"):
        Wasm(other)


@pytest.mark.skipif(which("node") is None, reason="node is not installed")
def test_javascript_gives_the_digests_of_python(hong_kong: sim.page.PageWorld, tmp_path: Path) -> None:
    hong_kong.write(tmp_path)
    seed = sim.simulate(HONG_KONG, seed=77, population_seed=1, days=12)
    pulled = {"campaign.flooding": 6, "opinion.rule.strength": 0.03, "expression.silence": False}
    lever = sim.simulate(HONG_KONG.replace(pulled), seed=1, days=12)
    policies = {
        "none": [],
        "takedown": [{"name": "takedown", "day": "2019-06-10", "accounts": 936, "tpr": 0.8, "fpr": 0.01}],
        "preemptive": [
            {"name": "preemptive_removal", "day": 20, "accounts": 100_000, "tpr": 0.9, "fpr": 0.02, "salt": 3}
        ],
    }
    runs = {name: sim.simulate(HONG_KONG, branch, seed=1) for name, branch in BRANCHES.items()}
    expected = {
        "branches": [
            {
                "policies": policies[name],
                "digest": run.digest,
                "outcomes": {
                    column: [None if math.isnan(value) else value for value in run.timeline[column]]
                    for column in run.timeline.columns.drop("day")
                },
            }
            for name, run in runs.items()
        ],
        "seed": {"seed": 77, "days": 12, "digest": seed.digest},
        "levers": {"levers": pulled, "days": 12, "digest": lever.digest},
        "variants": {
            name: sim.simulate(HONG_KONG.replace(changes), seed=1, days=12).digest for name, changes in VARIANTS.items()
        },
    }
    (tmp_path / "expected.json").write_text(json.dumps(expected))
    done = subprocess.run(
        ["node", "--test", str(Path(__file__).with_name("page_engine.test.mjs"))],
        env={**os.environ, "PAGE_WORLD": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "# skipped 0" in done.stdout and "# pass 0" not in done.stdout
