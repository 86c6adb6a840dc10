"""What a study will take is said before anything of it is simulated, and only where it is much."""

from __future__ import annotations

import re
from functools import partial

import pytest

import sim
from experiments.command.progress import Reporter
from experiments.studies.foreseen import foreseen, processor_seconds
from experiments.studies.settings import Experiment, StudyPlan
from sim.engine.memory import needed

DAY = 24


def _experiment(people: int, **more: object) -> Experiment:
    return Experiment(world=sim.World.hk2019(people=people), study=StudyPlan(name="mine"), **more)  # type: ignore[arg-type]


def test_little_is_not_worth_a_sentence() -> None:
    assert foreseen(_experiment(1000, seeds=1), DAY * 213) is None


def test_time_grows_with_people_and_ticks() -> None:
    one = processor_seconds(_experiment(10_000), DAY)
    assert processor_seconds(_experiment(10_000), 30 * DAY) == pytest.approx(30 * one)
    assert processor_seconds(_experiment(5_000), DAY) == pytest.approx(one / 2)
    assert 100 * one < processor_seconds(_experiment(1_000_000), DAY) < 200 * one


def test_the_full_scale_is_told_with_its_memory() -> None:
    experiment = _experiment(1_000_000, seeds=3, threads=2)
    said = foreseen(experiment, DAY * 213)
    assert said is not None
    found = re.fullmatch(
        r"mine will take roughly (\d+) min (\d+) s of one core's time, and at most (\d+\.\d) GB of memory with 2 seeds at a "
        r"time; how long is known better after ten seconds\.",
        said,
    )
    assert found is not None, said
    minutes, seconds, memory = found.groups()
    assert 60 * int(minutes) + int(seconds) == round(processor_seconds(experiment, DAY * 213))
    assert float(memory) == pytest.approx(2 * needed(experiment.world, 3) / 1e9, abs=0.05), (
        "two seeds with three states"
    )


def test_it_is_said_once_and_first(capsys: pytest.CaptureFixture[str]) -> None:
    experiment = _experiment(1000)
    branches = {"none": sim.Branch(), "none of it": sim.Branch(campaign=False)}
    told: list[tuple[int, int]] = []
    with Reporter() as reporter:
        reporter.begin("mine", foreseen=lambda ticks: f"{ticks} ticks")

        def advanced(done: int, total: int) -> None:
            told.append((done, total))
            reporter.advanced(done, total)

        sim.compare(experiment.world, branches, seeds=1, days=1, progress=advanced)
    total = told[-1][1]
    assert told[0] == (0, total)
    assert told[-1] == (total, total)
    assert [done for done, _ in told].count(0) == 1
    assert capsys.readouterr().err.startswith(f"{total} ticks\n")


def test_nothing_is_foreseen_where_everything_is_on_record(tmp_path: object) -> None:
    world, told = sim.World.hk2019(people=1000), list[int]()
    run = partial(sim.compare, world, {"none": sim.Branch()}, seeds=1, days=1, ledger=tmp_path)
    run()
    run(progress=lambda done, _: told.append(done))
    assert told == []
