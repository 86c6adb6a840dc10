"""What the documents say about names, units and fields is so; the examples and the benchmarks run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.fields import describe_fields
from sim.outcomes import OUTCOMES, Day
from sim.outcomes.individuals import GROUPS
from sim.outcomes.watched import COLUMNS
from sim.version import VERSIONS
from tests.strategies.fields import registered

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def text(name: str) -> str:
    """A document."""
    return (DOCS / name).read_text(encoding="utf-8")


def run(*arguments: str, folder: Path = ROOT) -> str:
    """Standard output of a Python program that must succeed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_outcome_has_its_row_and_nothing_else_has_one() -> None:
    rows = ROW.findall(text("outcomes.md"))
    assert [row[:3] for row in rows] == [(outcome.name, outcome.unit, outcome.range) for outcome in OUTCOMES]
    assert all(formula.strip() for *_, formula in rows)


def test_the_timeline_has_the_documented_columns() -> None:
    world = sim.World(people=20, days=1, graph=sim.graph.Complete())
    assert list(sim.simulate(world).timeline.columns) == [
        "day",
        *(name for name, *_ in ROW.findall(text("outcomes.md"))),
    ]


def test_all_that_a_day_shows_is_documented() -> None:
    rows = re.findall(r"^\| (`.+`) \| [^|]+ \|$", text("tutorials/own_outcome.md"), re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)", row)}
    shown = {name for name in vars(Day) if not name.startswith("_")} | {"number", "date", "world", "measured"}
    assert documented == shown


def test_all_that_is_kept_of_people_is_documented() -> None:
    columns = re.findall(r"^\|(?: `\w+` | )?\| ((?:`\w+`(?:, )?)+) \|", text("individual_data.md"), re.MULTILINE)
    columns += re.findall(r"^\| (`\w+`(?:, `\w+`)?) \| [^|`]*\| [^|]+\|$", text("individual_data.md"), re.MULTILINE)
    documented = {name for row in columns for name in re.findall(r"\w+", row)}
    kept = {name for group in GROUPS.values() for name in group} | {
        "day",
        "date",
        "node",
        "joined_movement",
        "joined_government",
        *COLUMNS,
    }
    assert documented == kept
    assert re.findall(r"^\| `(\w+)` \| `", text("individual_data.md"), re.MULTILINE) == list(GROUPS)


def test_the_code_on_individual_data_runs() -> None:
    for code in re.findall(r"```python\n(.*?)```", text("individual_data.md"), re.DOTALL):
        exec(code, {})


def test_the_code_on_networks_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GROUNDSWELL_NETWORKS", str(tmp_path / "networks"))
    names: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", text("networks.md"), re.DOTALL):
        exec(code, names)
    people = names["run"].people.set_index(["day", "node"])["opinion"]
    assert people[0].to_dict() == {"ann": 0.0, "bob": -1.0, "cleo": -1.0, "dan": -1.0}
    assert people[1].to_dict() == dict.fromkeys(people[0].index, -1.0)
    assert list(names["after"]) == ["ann", "bob", "cleo", "dan"]
    assert names["after"].nodes["ann"]["opinion"] == -1.0
    assert "cleo" in capsys.readouterr().out


def test_effects_are_documented() -> None:
    world = sim.World(people=20, days=1, graph=sim.graph.Complete())
    study = sim.compare(world, {"a": sim.Branch(), "b": sim.Branch(campaign=False)}, seeds=2)
    for word in study.effects.columns.drop(["branch", "outcome"]):
        assert f"`{word}`" in text("outcomes.md")
    for kind in study.effects["kind"].unique():
        assert f"**{kind}**" in text("outcomes.md")


@pytest.mark.parametrize("name", ["model.md", "decisions.md", "outcomes.md", "networks.md"])
def test_fields_that_are_named_exist(name: str) -> None:
    """Every `room.field` in backticks is a field of the Hong Kong world or of another kind of graph, or the beginning of one."""
    world = sim.World.hk2019(people=1000)
    paths = {re.sub(r"\[\d+\]", "", info.path.removeprefix("world.")) for info in describe_fields(world)}
    paths |= {f"graph.{name}" for kind in registered(sim.Graph) for name in ("kind", *kind.__dataclass_fields__)}
    known = paths | {path.rsplit(".", n)[0] for path in paths for n in (1, 2)}
    rooms = {path.partition(".")[0] for path in paths}
    named = re.findall(r"`((?:\w+)(?:\.\w+)+)(?: = [^`]+)?`", text(name))
    wrong = [path for path in named if path.partition(".")[0] in rooms and path not in known]
    assert wrong == []
    bare = re.findall(r"^    .*$", text(name), re.MULTILINE)
    in_formulas = [path for line in bare for path in re.findall(r"\b[a-z_]+\.[a-z_]+\b", line)]
    assert [path for path in in_formulas if path not in known] == []


@pytest.mark.parametrize("name", ["model.md", "decisions.md", "outcomes.md", "networks.md"])
def test_files_that_are_named_exist(name: str) -> None:
    for path in re.findall(r"`((?:docs|sim|experiments|tests|benchmarks|examples)/[\w./]+)`", text(name)):
        assert (ROOT / path).exists(), path


def test_what_contributing_names_exists() -> None:
    """Files and folders; targets of make; and names where it says in which file they are."""
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"(?:`|\]\(| )((?:docs|sim|experiments|tests|benchmarks|examples)/[\w./]*)", told)
    named += re.findall(r"`(\w+\.(?:md|toml|lock))`", told)
    named += [f"tests/{module}.py" for module in re.findall(r"-m tests\.(\w+)", told)]
    assert len(named) > 40
    assert [path for path in named if not (ROOT / path).exists()] == []
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`make ([a-z-]+)", told)) <= set(targets)
    for name, path in re.findall(r"`([A-Za-z_]+)` in `([\w/]+\.py)`", told):
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^\s*(?:class |def )?{name}\b", source, re.MULTILINE), (name, path)


def test_the_changelog_names_every_version_of_the_model() -> None:
    """In an entry that says that it changes numbers, the newest first."""
    entries = re.findall(r"^- (\*\*Numbers\*\* \(model version (\d+)\): )?", CHANGELOG, re.MULTILINE)
    assert [int(version) for _, version in entries if version] == sorted(VERSIONS, reverse=True)
    days = re.findall(r"^### (\d{4}-\d\d-\d\d)$", CHANGELOG, re.MULTILINE)
    assert days == sorted(set(days), reverse=True) != []


def test_every_decision_has_its_date() -> None:
    """Under the heading of a room, and each stands there once."""
    intro, *rooms = re.split(r"^## ", text("decisions.md"), flags=re.MULTILINE)
    assert "**" not in intro and len(rooms) > 10
    decisions = [paragraph for room in rooms for paragraph in room.strip().split("\n\n")[1:]]
    assert [
        d for d in decisions if not re.match(r"\*2\d{3}-\d\d-\d\d(?:, revised [\d-]+)?(?:; replaces .+)?\*\n\*\*", d)
    ] == []
    titles = [decision.split("**")[1] for decision in decisions]
    assert len(set(titles)) == len(titles) > 100


def test_model_names_every_room_of_the_world() -> None:
    rooms = {info.path.split(".")[1].partition("[")[0] for info in describe_fields(sim.World.hk2019(people=1000))}
    for room in rooms - {"people", "people_reachable", "days", "first_day"}:
        assert re.search(rf"`{room}\b", text("model.md")), room


EXAMPLES = {
    "01_first_run.py": (("1000",), ["World: 1,000 people", "takedown", "mean opinion"]),
    "02_compare_takedowns.py": (("1000", "2"), ["reactive", "preemptive", "no campaign", "traced"]),
    "03_from_networkx.py": (("300",), ["opinion_mean", "traced", "counterfactual", "reach"]),
}


def test_all_examples_are_tested_and_short() -> None:
    files = sorted((ROOT / "examples").glob("*.py"))
    assert [file.name for file in files] == [*sorted(EXAMPLES), "04_solara_page.py"]  # tests/test_solara_page.py
    assert all(len(file.read_text(encoding="utf-8").splitlines()) < 70 for file in files)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs(name: str, tmp_path: Path) -> None:
    arguments, words = EXAMPLES[name]
    output = run(str(ROOT / "examples" / name), *arguments, folder=tmp_path)
    for word in words:
        assert word in output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_benchmarks_print_json_and_nothing_else() -> None:
    document = json.loads(run("-m", "benchmarks", "building", "--repeats", "1", "--json"))
    assert {row["what"] for row in document["rows"]} == {"10,000 people", "100,000 people"}
    assert document["rows"][0]["ratio"] == 1.0
    assert document["rows"][1]["value"] > document["rows"][0]["value"] > 0


@pytest.mark.slow
def test_benchmarks_refuse_what_they_do_not_know() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "speeed"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 2
    assert "part must be one of building" in done.stderr
