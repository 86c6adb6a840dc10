"""Packaged cases: what programs know of them fits their worlds, and numbers that stand in two rooms are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_module

from experiments.run import main
from experiments.studies.settings import Experiment, StudyPlan, build_experiment, plan_of, register
from sim import cases
from sim.cases.hk2019 import facts
from sim.fields import InputError, describe_fields
from sim.moderation import PreemptiveRemoval, Takedown
from sim.world import World


@pytest.mark.parametrize("name", cases.NAMES)
def test_what_is_known_of_a_case_fits_its_world(name: str) -> None:
    case = cases.named(name)
    world = case.world(people=1000)
    assert case.name == name and case.is_of(world)
    assert not case.is_of(world.replace({"first_day": "2018-05-01"}))
    plan = Experiment(world=world, study=plan_of(case)).study
    assert plan.case == name and plan.settled().form == "grid"
    paths = {field.path for field in describe_fields(world, path="world")}
    assert {*case.leading, *case.unmarked, *(f"world.{label}" for label in case.labels)} <= paths
    first, last = world.date(0), world.date(world.days - 1)
    assert all(first <= str(v.first) <= str(v.last) <= last for v in case.observed.volume)
    assert all(part.hours.shape == (7, 24) and 0 < part.share < 1 for part in case.observed.clock)


def test_numbers_of_the_disclosure_are_the_same_in_every_room() -> None:
    published = {name: fact.value for name, fact in facts.published().items()}
    plan = StudyPlan()
    assert Takedown(0).accounts == published["active_accounts"] == plan.reactive[-1] == 936
    assert PreemptiveRemoval(0).accounts == published["sleepers"] == plan.preemptive[-1] == 200_000
    assert plan == plan_of(cases.named("hk2019"))
    assert (plan.reactive, plan.preemptive) == ((94, 312, 936), (10_000, 50_000, 200_000))


def test_a_case_chooses_its_world_and_its_study() -> None:
    register()
    with initialize_config_module("experiments.conf", version_base="1.3"):
        default = build_experiment(compose("run", []), [])
        assert build_experiment(compose("run", ["case=hk2019"]), []) == default
        smaller = build_experiment(compose("run", ["case=hk2019", "study=actual", "world.people=2000"]), [])
    assert smaller.study.name == "actual" and smaller.world.people == 2000 and smaller.study.case == "hk2019"


@pytest.mark.parametrize("name", ["hk2019", *cases.named("hk2019").worlds])
def test_a_named_world_is_the_same_in_python_and_on_the_command_line(name: str) -> None:
    register()
    with initialize_config_module("experiments.conf", version_base="1.3"):
        composed = build_experiment(compose("run", [f"world={name}"]), []).world
        smaller = build_experiment(
            compose("run", [f"world={name}", "world.people=2000", "world.burn_in_days=9"]), []
        ).world
    build = getattr(World, name)
    assert build() == composed
    assert build(people=2000, burn_in_days=9) == smaller
    assert (composed == World.hk2019()) == (name == "hk2019")


def test_the_world_has_all_that_are_named_and_no_other() -> None:
    builders = {name for name, value in vars(World).items() if isinstance(value, classmethod) and name != "load"}
    assert builders == {world for case in cases.NAMES for world in (case, *cases.named(case).worlds)}


def test_a_case_that_there_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["case=hk2091", f"results={tmp_path}"]) == 2
    known = ", ".join(sorted(cases.NAMES))
    assert capsys.readouterr().err == f"case must be one of {known}, not 'hk2091'; did you mean hk2019?\n"
    assert main(["study.case=hk2091", f"results={tmp_path}"]) == 2
    assert (
        f"study.case must be one of {', '.join(cases.NAMES)}, not 'hk2091'; did you mean 'hk2019'?"
        in capsys.readouterr().err
    )
    with pytest.raises(InputError, match="must be one of hk2019"):
        cases.named("nowhere")


def test_the_clock_of_hong_kong_is_that_of_the_facts() -> None:
    shares = [part.share for part in cases.named("hk2019").observed.clock]
    np.testing.assert_allclose(shares, [0.855, 0.800, 0.147], atol=5e-4)
