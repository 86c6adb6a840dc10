"""Strategies side by side: ranks, the frontier, what cannot be told apart, and branches that spare the innocent."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from experiments.report.story import tell
from experiments.report.strategies import _alike, strategies
from experiments.report.strings import say
from experiments.report.tables import print_study
from experiments.run import main
from experiments.studies.results import Results, load
from experiments.studies.settings import SPARED, NamedBranch, StudyPlan, Sweep
from sim.branch import Branch
from sim.engine.removals import INNOCENTS, TROLLS
from sim.fields import InputError
from sim.moderation import Labels, Perfect, Rates, Takedown
from sim.outcomes import measure
from sim.people.accounts import Status
from sim.society.groups import innocent_accounts
from sim.study.compare import compare
from tests.pages import as_read
from tests.worlds import assert_same, busy_world, run

ERRING = (Takedown(1, Rates(tpr=0.8, fpr=0.2), accounts=20), Labels(1, Rates(salt=2, tpr=0.5, fpr=0.2), 0.5, 0.5))


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_a_sparing_branch_hits_the_same_trolls_and_nobody_else(engine: str) -> None:
    world = busy_world()
    day = world.burn_in_ticks + world.tick(1) + 1
    erring, sparing = (
        run(world, Branch(ERRING, spares_innocents=spares), 1, engine, until=day) for spares in (False, True)
    )
    assert measure(erring)["wrongful_removals"] > 0 and measure(erring)["wrongful_marks"] > 0
    assert measure(sparing)["wrongful_removals"] == measure(sparing)["wrongful_marks"] == 0
    first = world.people + world.organisers.accounts
    for array in ("status", "flags"):
        np.testing.assert_array_equal(getattr(erring.state, array)[first:], getattr(sparing.state, array)[first:])
    assert (sparing.state.status == Status.SUSPENDED).any()


def test_accounts_with_an_agenda_keep_their_number_on_either_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 1:1000 the fifteen pages are fifteen and the 936 accounts 936; outlets that are hit beside them are innocents; what
    two policies ask for alike, on two platforms or one after the other, is told apart."""
    monkeypatch.setattr("experiments.report.figures.draw_figures", lambda *_: ())
    pages = "{name: takedown, day: 1, platform: second, accounts: 15"
    branches = [
        "{name: none}",
        f"{{name: pages_only, policies: [{pages}}}]}}",
        f"{{name: both, policies: [{{name: takedown, day: 1, accounts: 15}}, {pages}}}]}}",
        f"{{name: careless, policies: [{pages}, detector: {{name: rates, tpr: 1, fpr: 1}}}}]}}",
        "{name: twice, policies: [{name: takedown, day: 2, accounts: 936}, {name: takedown, day: 2, accounts: 936}]}",
        "{name: tipped, policies: [{name: takedown, day: 1, accounts: 936}, {name: tip_off, day: 0}]}",
    ]
    second = "world.second={members: 0.006, followees: 0, campaign_posts_per_day: 24}"
    small = [second, "world.people=1000", "world.burn_in_days=0", "days=3", "study.sweep.branches=[]"]
    chosen = [f"study.branches=[{', '.join(branches)}]", "study.headline=pages_only", "seeds=2", f"results={tmp_path}"]
    assert main(["study=tip_off", *small, *chosen]) == 0
    folder = next(tmp_path.glob("tip_off*"))
    results = load(folder)
    rows = results.removed().set_index("branch")
    columns = ["platform", "asked", "removed", "innocents", "missing"]
    assert rows.loc["pages_only", columns].tolist() == ["second", 15, 15, 0, 0]
    first, second = (row for _, row in rows.loc["both", columns].iterrows())
    assert first.tolist() == ["first", 15, 15, 0, 0]
    assert second.tolist() == ["second", 15, 15, 0, 0]
    assert rows.loc["twice", "removed"].tolist() == [936, 0]
    by_group = results.removals[results.removals["branch"] == "careless"].mean(numeric_only=True)
    assert by_group["outlets"] > 0
    assert rows.loc["careless", "innocents"] == by_group["citizens"] + by_group["organisers"] + by_group["outlets"]
    # A modelled member stands for a thousand, more than are asked for: one is hit rarely, and then a thousand are.
    assert rows.loc["careless", "removed"] == by_group[[*TROLLS, *INNOCENTS]].sum()
    assert by_group["citizens"] * 2 % 1000 == 0
    (found,) = results.found().to_dict("records")
    assert found == {
        "branch": "tipped", "policy": "tip_off", "platform": "second", "date": "2019-05-02", "removed": 15.0, "innocents": 0.0,
    }  # fmt: skip
    page = as_read((folder / "report.html").read_text(encoding="utf-8"))
    assert '<td class="left">tip off</td><td class="left">Facebook</td><td class="left">2 May</td><td>15</td>' in page
    assert '<td class="left">Facebook</td><td class="left">2 May</td>' in page
    assert "all of which are in the model; an innocent person removed counts as the 1,000 that one stands for" in page


def test_without_mistakes_sparing_changes_nothing() -> None:
    policies = (Takedown(1, Perfect(), accounts=6),)
    assert_same(run(busy_world(), Branch(policies), 2), run(busy_world(), Branch(policies, spares_innocents=True), 2))


def test_a_sparing_branch_parts_from_its_twin_in_a_study() -> None:
    world = busy_world()
    branches = {"none": Branch(), "erring": Branch(ERRING), "sparing": Branch(ERRING, spares_innocents=True)}
    study = compare(world, branches, seeds=2, threads=1)
    for (name, seed), found in study.runs.items():
        assert found.digest == run(world, branches[name], seed).digest
    assert (
        study.runs["sparing", 1].outcomes["wrongful_removals"]
        == 0
        < study.runs["erring", 1].outcomes["wrongful_removals"]
    )


def test_only_branches_that_can_err_have_a_sparing_twin() -> None:
    named = (NamedBranch("none"), NamedBranch("actual", (Takedown(1),)), NamedBranch("erring", ERRING))
    plan = StudyPlan(branches=named, spared=True, dates=())
    names = set(plan.all_branches(busy_world()))
    assert names == {"none", "actual", "erring", "erring" + SPARED}


def test_the_form_is_settled_in_one_place_and_fits_the_plan() -> None:
    removing = tuple(NamedBranch(f"b{i}", (Takedown(1),)) for i in range(3))
    plan = StudyPlan(headline="none", sweep=Sweep(values=(), branches=()), branches=(NamedBranch("none"), *removing))
    assert plan.settled().form == "grid"
    gridless = plan.replace(dates=())
    assert gridless.settled().form == "strategies"
    assert gridless.replace(branches=gridless.branches[:3]).settled().form == "plain"
    assert gridless.replace(form="plain").settled().form == "plain"
    for form, changes in (("grid", {"dates": ()}), ("plain", {}), ("strategies", {})):
        with pytest.raises(InputError, match=r"^StudyPlan\.form must (not be grid where|be grid or auto where)"):
            plan.replace(form=form, **changes)
    with pytest.raises(InputError, match="must not be strategies where no branch has policies"):
        gridless.replace(form="strategies", branches=(NamedBranch("none"),))


def test_strategies_that_differ_by_more_than_chance_are_told_apart() -> None:
    chance = np.random.default_rng(1).normal(0.0, 1.0, 8)
    values = {"a": 10.0 + chance, "b": 10.0 + np.roll(chance, 3), "c": chance, "d": chance.copy()}
    table = pd.concat({name: pd.Series(v, index=range(1, 9)) for name, v in values.items()}, names=["branch", "seed"])
    assert _alike(["a", "b", "c", "d"], table) == [(2,), (1,), (4,), (3,)]
    one_seed = table[table.index.get_level_values("seed") == 1]
    assert _alike(["a", "c"], one_seed) == [(2,), (1,)]


@pytest.mark.slow
def test_the_study_ranks_its_strategies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["world.people=1000", "days=40", "seeds=2", "world.burn_in_days=5"]
    assert main(["study=strategies", *small, f"results={tmp_path}", "output=json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert json.loads((Path(printed["results"]) / "provenance.json").read_text())["study"]["form"] == "strategies"
    (folder,) = (path for path in tmp_path.iterdir() if path.name.startswith("strategies-"))
    table = strategies(load(folder))
    assert [row["branch"] for row in printed["strategies"]] == table["branch"].tolist()
    assert len(table) == 13 and (table["traced"].diff().dropna() <= 0).all()
    assert table["frontier"].any()
    assert set(table[table["oracle"]]["branch"]) == {
        "actual", "active_accounts_in_june", "unused_accounts_in_june", "takedown_with_errors",
    }  # fmt: skip
    table_of_all = table
    table = table[~table["oracle"]]
    best = table[table["frontier"]]
    for row in best.to_dict("records"):
        better = (table["traced"] > row["traced"]) & (table["hit"] <= row["hit"])
        assert not better.any()
    page = as_read((folder / "report.html").read_text(encoding="utf-8"))
    assert all(f"<th>{called}</th>" in page for called in say.find("costs").values())
    assert "Whom they hit" in page and "Summary of findings" in page and "Timing and scale" not in page
    found = {row["branch"]: row for row in printed["findings"]}
    assert list(found)[:13] == table_of_all["branch"].tolist() and "no_campaign" in found
    assert all((row["rank_low"] is None) == (row["oracle"] or not row["possible"]) for row in found.values())
    shares = [row["chance_best"] for row in found.values() if row["chance_best"] is not None]
    assert sum(shares) == pytest.approx(1.0)
    assert found["takedown_with_errors"]["hit_per_10000"] == pytest.approx(
        _hit(load(folder), "takedown_with_errors") / innocent_accounts(load(folder).world) * 10_000
    )
    assert "an oracle" in found["actual"]["knows"] and found["reshare_friction"]["knows"] == "nothing about any account"
    assert (folder / "figures" / "frontier.svg").exists()
    text = StringIO()
    print_study(tell(load(folder)), folder, Console(file=text, width=80, highlight=False))
    shown = text.getvalue().partition("Report, figures")[0]
    assert max(map(len, shown.splitlines())) <= 80
    assert {"downranking", "enforcement", "registration"} <= set(shown.split())


def _hit(results: Results, branch: str) -> float:
    runs = results.runs[results.runs["branch"] == branch]
    return float((runs["wrongful_removals"] + runs["wrongful_marks"]).mean())
