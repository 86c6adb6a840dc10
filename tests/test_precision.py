"""Enough seeds: intervals hold however many it took, and which seeds are simulated hangs on nothing but what is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import sim
from experiments.replay import main as replay
from experiments.report.__main__ import main as report
from experiments.run import main
from experiments.studies.results import load
from sim.fields import InputError
from sim.sampling import Factor, Grid
from sim.study import batches, compare
from sim.study.design import DesignTables
from sim.study.intervals import ANYTIME, STUDENT, Method, false_discovery, holm, p_values, paired_intervals
from sim.study.precision import imprecise, in_batches
from tests.worlds import busy_branch, busy_world

WORLD, BRANCHES = busy_world(), {"none": sim.Branch(), "busy": busy_branch()}
SEQUENCES, LOOKS = 4_000, np.arange(8, 97, 8)
NORMAL, SKEWED, VERY_SKEWED, TAILED = "normal", "skewed", "very skewed", "tailed"


def differences(kind: str) -> NDArray[np.float64]:
    """Differences of mean 0 and variance 1, (sequences, seeds)."""
    rng, shape = np.random.default_rng(5), (SEQUENCES, LOOKS[-1])
    if kind == NORMAL:
        return rng.normal(size=shape)
    if kind == TAILED:
        return rng.standard_t(3, shape) / np.sqrt(3)
    sd = 0.5 if kind == SKEWED else 1.0
    return (rng.lognormal(0, sd, shape) - np.exp(sd**2 / 2)) / np.sqrt((np.exp(sd**2) - 1) * np.exp(sd**2))


def looks(kind: str, method: Method) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """At each look (sequences, looks): whether the interval has the true mean, and its half-width."""
    values, found = differences(kind), [[], []]
    for n in LOOKS:
        _, low, high, _ = paired_intervals(values[:, :n], method=method)
        half = (high - low) / 2
        found[0].append(np.isnan(half) | ((low <= 0) & (high >= 0)))
        found[1].append(np.where(np.isnan(half), np.inf, half))
    return np.column_stack(found[0]), np.column_stack(found[1])


def covered_when_stopped(held: NDArray[np.bool_], half: NDArray[np.float64], asked: float) -> float:
    """How often the interval has the true mean at the first look at which it is as narrow as asked, or at the last."""
    narrow = half <= asked
    stop = np.where(narrow.any(axis=1), narrow.argmax(axis=1), len(LOOKS) - 1)
    return float(held[np.arange(len(held)), stop].mean())


ERROR = 3 * np.sqrt(0.95 * 0.05 / SEQUENCES)


@pytest.mark.parametrize("kind", [NORMAL, SKEWED, VERY_SKEWED, TAILED])
def test_intervals_hold_when_one_stops_at_what_one_sees(kind: str) -> None:
    held, half = looks(kind, ANYTIME)
    for asked in (0.7, 0.5, 0.4):
        assert covered_when_stopped(held, half, asked) >= 0.95 - ERROR
    if kind in (NORMAL, TAILED):  # at all looks at once
        assert held.all(axis=1).mean() >= 0.95 - ERROR


@pytest.mark.parametrize(("kind", "asked"), [(NORMAL, 0.5), (SKEWED, 0.5), (VERY_SKEWED, 0.5)])
def test_students_interval_would_not_hold(kind: str, asked: float) -> None:
    held, half = looks(kind, STUDENT)
    assert covered_when_stopped(held, half, asked) < 0.95 - ERROR
    assert held.all(axis=1).mean() < 0.8


def test_an_interval_has_what_its_p_value_does_not_refuse() -> None:
    rng = np.random.default_rng(1)
    for n in (12, 16, 200):
        shifts = rng.normal(0.0, 1.0, (300, 1)) * np.sqrt(10 / n)
        values = rng.normal(shifts, 1.0, (300, n))
        for method in (STUDENT, ANYTIME):
            for level in (0.95, 0.8):
                _, low, high, _ = paired_intervals(values, level, method)
                refused = p_values(values, method) < 1 - level
                assert refused.any() and not refused.all()
                np.testing.assert_array_equal(refused, (low > 0) | (high < 0))


def test_what_too_few_or_equal_differences_give() -> None:
    nan = np.nan
    rows = np.array([[1.0] + [nan] * 9, [*range(8), nan, nan], [0.0] * 10, [2.0] * 10, [nan] * 10])
    _, low, high, n = paired_intervals(rows, method=ANYTIME)
    assert n.tolist() == [1, 8, 10, 10, 0]
    np.testing.assert_array_equal([low, high], [[nan, nan, 0.0, 2.0, nan]] * 2)
    p = p_values(rows)
    assert np.isnan(p[[0, 4]]).all() and p[2] == 1.0 and p[3] == 0.0
    p = p_values(rows, ANYTIME)
    assert p[2] == 1.0 and 0.0 < p[3] < 0.05  # differences that are all the same may still be chance


def test_corrections_for_many_comparisons() -> None:
    """Worked by hand: Holm's and Benjamini and Hochberg's adjusted p-values of 0.005, 0.01, 0.03 and 0.04."""
    p = [0.01, np.nan, 0.04, 0.03, 0.005]
    np.testing.assert_allclose(holm(p), [0.03, np.nan, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(false_discovery(p), [0.02, np.nan, 0.04, 0.04, 0.02])
    assert np.isnan(holm([np.nan])).all() and np.isnan(false_discovery([np.nan])).all()


@pytest.mark.parametrize("seeds", [(1, 2, 3), (5, 2)])
def test_which_seeds_are_added(seeds: tuple[int, ...]) -> None:
    found = list(in_batches(seeds, 8))
    together = [seed for batch in found for seed in batch]
    assert found[0] == seeds and len(together) == 8 == len(set(together))
    assert [len(batch) for batch in found[1:-1]] == [len(seeds)] * (len(found) - 2)
    rest = [seed for seed in together if seed not in seeds]
    assert rest == sorted(rest) == [seed for seed in range(1, rest[-1] + 1) if seed not in seeds]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs of this module lie."""
    return tmp_path_factory.mktemp("ledger")


@pytest.fixture(scope="module")
def asked(ledger: Path) -> float:
    """A precision for which 12 seeds are enough, and 9 are not."""
    found = sim.compare(WORLD, BRANCHES, seeds=12, ledger=ledger)
    width = {
        n: half_widths(replace(found, seeds=found.seeds[:n], precision=(sim.Precision(1.0),))).max() for n in (9, 12)
    }
    assert width[12] < 0.9 * width[9]
    return float(np.mean(list(width.values())))


@pytest.fixture(scope="module")
def study(ledger: Path, asked: float) -> sim.Study:
    """Seeds added by threes until they are enough."""
    return sim.compare(WORLD, BRANCHES, seeds=3, precision=asked, ledger=ledger)


def half_widths(study: sim.Study, outcome: str = "opinion_mean") -> pd.Series:
    rows = study.effects[study.effects["outcome"] == outcome]
    return (rows["high"] - rows["low"]) / 2


def test_seeds_are_added_until_they_are_enough_and_no_further(study: sim.Study, asked: float, ledger: Path) -> None:
    assert study.seeds == tuple(range(1, 13))
    assert (half_widths(study) <= asked).all() and study.imprecise.empty
    before = sim.compare(WORLD, BRANCHES, seeds=3, precision=asked, most_seeds=9, ledger=ledger)
    assert before.seeds == tuple(range(1, 10))
    assert (half_widths(before) > asked).any() and set(before.imprecise["outcome"]) == {"opinion_mean"}


def test_one_gets_the_same_by_asking_for_that_number_at_once(study: sim.Study, asked: float, ledger: Path) -> None:
    at_once = sim.compare(WORLD, BRANCHES, seeds=12, precision=asked, ledger=ledger)
    pd.testing.assert_frame_equal(at_once.effects, study.effects, check_exact=True)
    without = sim.compare(WORLD, BRANCHES, seeds=12, ledger=ledger)
    assert {key: run.digest for key, run in without.runs.items()} == {key: r.digest for key, r in study.runs.items()}
    assert set(without.effects["interval"]) == {"student"} and set(study.effects["interval"]) == {"anytime"}
    assert (half_widths(without) < half_widths(study)).all()


def test_interrupted_and_gone_on_with_is_undisturbed(study: sim.Study, asked: float, tmp_path: Path) -> None:
    class EnoughError(Exception):
        pass

    totals: list[int] = []

    def heard(done: int, total: int) -> None:
        totals.append(total)
        if total > totals[0]:  # seeds have been added
            raise EnoughError

    arguments: dict[str, Any] = {"seeds": 3, "precision": asked, "threads": 1}
    with pytest.raises(EnoughError):
        sim.compare(WORLD, BRANCHES, progress=heard, ledger=tmp_path, **arguments)
    found = sim.Ledger(tmp_path)
    again = sim.compare(WORLD, BRANCHES, ledger=found, **arguments)
    assert (found.found, found.kept) == (6, 18)
    pd.testing.assert_frame_equal(again.effects, study.effects, check_exact=True)


def test_each_seed_is_simulated_once(monkeypatch: pytest.MonkeyPatch, ledger: Path) -> None:
    seen: list[tuple[int, ...]] = []
    original: Callable[..., Any] = batches.Batches.simulated

    def simulated(self: batches.Batches, seeds: tuple[int, ...]) -> Any:
        seen.append(seeds)
        return original(self, seeds)

    monkeypatch.setattr(compare.Batches, "simulated", simulated)
    sim.compare(WORLD, BRANCHES, seeds=4, precision=1e-9, most_seeds=10, ledger=ledger)
    assert seen == [(1, 2, 3, 4), (5, 6, 7, 8), (9, 10)]


def test_precision_of_several_outcomes_in_their_own_units(ledger: Path) -> None:
    asked = [sim.Precision(half_width=2.0), sim.Precision(outcome="troll_posts", half_width=1e-6)]
    found = sim.compare(WORLD, BRANCHES, seeds=3, precision=asked, most_seeds=12, ledger=ledger)
    assert len(found.seeds) == 12 and set(found.imprecise["outcome"]) == {"troll_posts"}
    # What nobody can measure is not waited for.
    nothing = sim.Precision(outcome="prevalence", half_width=1e-9)
    assert found.effects.query("outcome == 'prevalence'")["n"].eq(0).all()
    assert len(sim.compare(WORLD, BRANCHES, seeds=3, precision=nothing, ledger=ledger).seeds) == 3
    assert imprecise(found.effects, ()).empty


def test_pairing_and_corrections_in_the_table(study: sim.Study) -> None:
    table, outcomes = study.effects, study.outcomes
    for row in table[table["outcome"].isin(["opinion_mean", "reach"])].itertuples():
        measured = "troll_part" if row.kind == "traced" else row.outcome
        own, against = (outcomes.loc[name][measured].to_numpy(dtype=float) for name in (row.branch, "none"))
        apart = own.var(ddof=1) + against.var(ddof=1)
        assert row.variance_reduction == pytest.approx(apart / (own - against).var(ddof=1))
    for _, part in table.groupby(["outcome", "kind"]):
        np.testing.assert_array_equal(part["p_holm"], holm(part["p"]))
    np.testing.assert_array_equal(table["q"], false_discovery(table["p"]))
    same = sim.compare(WORLD, {"a": sim.Branch(), "b": sim.Branch()}, seeds=2).effects
    assert same["identical"].all() and (same["p"].dropna() == 1.0).all() and same["variance_reduction"].isna().all()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"precision": 0}, "precision must be a number above 0, not 0."),
        ({"precision": "fine"}, "precision must be a number, a Precision or a list of these, not 'fine'."),
        ({"precision": [0.1]}, "precision[0] must be"),
        ({"precision": sim.Precision(0.1, "opinion")}, "precision[0].outcome must be one of"),
        ({"precision": [sim.Precision(0.1)] * 2}, "precision[1].outcome must differ from the others"),
        ({"precision": 0.1, "most_seeds": 2}, "most_seeds must be at least 3, the number of seeds to begin with, not 2."),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(sentence)}"):
        sim.compare(WORLD, BRANCHES, seeds=3, **asked)


# Designs

GRID = Grid([Factor("campaign.flooding", (1, 4))])


@pytest.fixture(scope="module")
def differing(ledger: Path) -> float:
    """A precision for which 9 seeds are enough in one world of the grid, and not in the other."""
    studies = [
        sim.compare(WORLD.replace({"campaign.flooding": flooding}), BRANCHES, seeds=9, ledger=ledger)
        for flooding in (1, 4)
    ]
    found = [half_widths(replace(study, precision=(sim.Precision(1.0),))).max() for study in studies]
    assert abs(found[0] - found[1]) > 0.05 * max(found)
    return float(np.mean(found))


def test_each_world_of_a_design_gets_as_many_as_it_needs(differing: float, ledger: Path, tmp_path: Path) -> None:
    design = sim.Design(WORLD, GRID, BRANCHES, seeds=3, precision=differing, most_seeds=24)
    assert design.number_of_runs == 2 * 2 * 24
    tables = design.run(tmp_path, ledger)
    seeds = tables.runs.groupby("world")["seed"].unique()
    assert sorted(map(len, seeds)) == [9, 12] and all(list(each) == list(range(1, len(each) + 1)) for each in seeds)
    assert tables.imprecise.empty and not tables.faults
    for flooding, part in tables.effects.groupby("campaign.flooding"):
        world = WORLD.replace({"campaign.flooding": flooding})
        alone = sim.compare(world, BRANCHES, seeds=3, precision=differing, ledger=ledger)
        pd.testing.assert_frame_equal(
            part[alone.effects.columns].reset_index(drop=True), alone.effects, check_dtype=False, check_exact=True
        )
    assert set(tables.effects["interval"]) == {"anytime"}


@pytest.mark.slow
def test_a_design_that_ends_within_a_batch_goes_on_undisturbed(differing: float, ledger: Path, tmp_path: Path) -> None:
    class EnoughError(Exception):
        pass

    told: list[tuple[int, int]] = []

    def heard(done: int, total: int) -> None:
        told.append((done, total))
        if deadly and done == 15:
            raise EnoughError

    def run(folder: str, **more: Any) -> DesignTables:
        return sim.Design(WORLD, GRID, BRANCHES, seeds=3, precision=differing).run(
            tmp_path / folder, progress=heard, threads=1, **more
        )

    deadly = False
    whole = run("undisturbed", ledger=ledger)
    deadly = True
    with pytest.raises(EnoughError):
        run("killed")
    deadly = False
    told.clear()
    kept = sim.Ledger(tmp_path / "killed" / "ledger")
    again = run("killed", ledger=kept)
    assert kept.found + kept.kept == 42 and 15 <= kept.found < 18 and told[-1] == (kept.kept, kept.kept)
    for name in ("effects", "runs"):
        before, after = (getattr(tables, name).drop(columns=OCCASION, errors="ignore") for tables in (whole, again))
        pd.testing.assert_frame_equal(after, before, check_exact=True)


def test_worlds_whose_budget_ends_are_told(ledger: Path, tmp_path: Path) -> None:
    tables = sim.Design(WORLD, GRID, BRANCHES, seeds=3, precision=1e-9, most_seeds=5).run(tmp_path, ledger)
    assert tables.runs.groupby("world")["seed"].nunique().tolist() == [5, 5]
    assert set(tables.imprecise["world"]) == {1, 2} and set(tables.imprecise["outcome"]) == {"opinion_mean"}


def test_a_world_with_a_seed_that_fails_gets_no_more(tmp_path: Path) -> None:
    world = sim.World.hk2019(people=200, graph={"followees": 5}, burn_in_days=0)
    grid = Grid([Factor("graph.followees", (9, 4))])  # so small a world has no room for 9
    design = sim.Design(world, grid, BRANCHES, seeds=1, days=1, precision=1e-9, most_seeds=3)
    tables = design.run(tmp_path)
    assert [(fault.world, fault.seed) for fault in tables.faults] == [(1, 1)]
    assert tables.runs.groupby("world")["seed"].nunique().to_dict() == {1: 1, 2: 3}  # the first has its fault
    assert set(tables.effects["world"]) == {2}


OCCASION = ["cpu_seconds", "made"]
SMALL = ["study=actual", "world.people=1000", "world.burn_in_days=0", "days=2"]


@pytest.mark.slow
def test_the_program_adds_seeds_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [*SMALL, "seeds=6", "precision=0.0004", "most_seeds=24", f"results={tmp_path}"]
    assert main(command) == 0
    told = " ".join(capsys.readouterr().out.split())
    (folder,) = (path for path in tmp_path.iterdir() if path.name != "ledger")
    results = load(folder)
    n = results.runs["seed"].nunique()
    assert f"Seeds were added for ±0.00040 for opinion_mean: {n} were enough." in told
    assert results.provenance["seeds"] == list(range(1, n + 1)) and 9 < n < 24
    assert results.provenance["precision"] == [{"half_width": 0.0004, "outcome": "opinion_mean"}]
    assert "Seeds were added for" in (folder / "report.html").read_text(encoding="utf-8")
    assert main([*command, "output=json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["results"] == str(folder) and {row["interval"] for row in again["effects"]} == {"anytime"}
    assert replay([str(folder), f"results={tmp_path / 'replay'}"]) == 0


@pytest.mark.slow
def test_the_program_adds_seeds_to_each_world_of_a_design(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grid = ["design=grid", "design.factors=[{field: campaign.flooding, values: [1, 4]}]", f"results={tmp_path}"]
    command = [*SMALL, *grid, "seeds=6", "precision=0.0004", "most_seeds=24"]
    assert main(command) == 0
    told = " ".join(capsys.readouterr().out.split())
    (folder,) = tmp_path.glob("actual-design-*")
    runs = pd.read_parquet(folder / "runs.parquet")
    many = runs.groupby("world")["seed"].nunique()
    assert (many > 9).all() and many.min() < 24
    number = f"{many.min()} to {many.max()}" if many.min() < many.max() else str(many.min())
    assert f"Seeds were added for ±0.00040 for opinion_mean: {number} a world, enough in all worlds." in told
    for program in (lambda: main([*command, "output=json"]), lambda: report([str(folder), "output=json"])):
        assert program() == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["imprecise"], document["runs"]) == (0, len(runs))
    assert main([*SMALL, *grid, "seeds=6"]) == 0  # another directory: what is in it is not the same
    assert len(list(tmp_path.glob("actual-design-*"))) == 2


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["most_seeds=9"], "most_seeds must be left out without precision, for which seeds are added."),
        (["seeds=9", "precision=0.1", "most_seeds=8"], "most_seeds must be at least 9"),
        (["precision=[{outcome: opinion_meen, half_width: 1}]"], "did you mean 'opinion_mean'?"),
        (["precision=0.1", "most_seeds=8", "design=grid", "design.factors=[{field: people, values: [1000]}]", "seeds=9"],
         "most_seeds must be at least 9"),
    ],
)  # fmt: skip
def test_what_the_program_cannot_be_asked(
    asked: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SMALL, *asked, f"results={tmp_path}"]) == 2
    assert sentence in capsys.readouterr().err
