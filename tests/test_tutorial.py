"""The tutorials' code runs as it stands, in both engines and from the command line."""

from __future__ import annotations

import copy
import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from experiments import run
from experiments.command.user_code import load_user_classes, user_classes
from experiments.report import __main__ as report
from experiments.studies.settings import Experiment
from sim.actors.adaptation import Static
from sim.fields import InputError
from tests.worlds import busy_world

ROOT = Path(__file__).resolve().parents[1]
TUTORIALS = ROOT / "docs" / "tutorials"


def written(tutorial: str, module: str, folder: Path) -> Path:
    """The folder with a tutorial's two Python files in it."""
    text = (TUTORIALS / f"{tutorial}.md").read_text(encoding="utf-8")
    code, use = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert f"`{module}.py`" in text
    (folder / f"{module}.py").write_text(code, encoding="utf-8")
    (folder / "use.py").write_text(use, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files of the tutorial on opinion rules."""
    return written("own_opinion_rule", "my_rules", tmp_path)


@pytest.fixture
def graph_folder(tmp_path: Path) -> Path:
    """A folder with the files of the tutorial on kinds of graph."""
    return written("own_graph", "my_graphs", tmp_path)


@pytest.fixture
def policy_folder(tmp_path: Path) -> Path:
    """A folder with the files of the tutorial on policies."""
    return written("own_policy", "my_policies", tmp_path)


@pytest.fixture
def outcome_folder(tmp_path: Path) -> Path:
    """A folder with the files of the tutorial on outcomes."""
    return written("own_outcome", "my_outcomes", tmp_path)


@pytest.fixture
def adaptation_folder(tmp_path: Path) -> Path:
    """A folder with the files of the tutorial on adaptations."""
    return written("own_adaptation", "my_adaptations", tmp_path)


@pytest.fixture
def citizen_folder(tmp_path: Path) -> Path:
    """A folder with the files of the tutorial on citizens."""
    return written("own_citizen", "my_citizens", tmp_path)


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_tutorials_rule_gives_equal_bits_in_both_engines(folder: Path) -> None:
    done = python(folder, "use.py")
    assert done.returncode == 0, done.stderr
    assert 0 < float(done.stdout) < 1


SMALL = (
    "world.people=1000", "world.burn_in_days=1", "days=2", "seeds=1", "output=json", "study.dates=[]", "study.sweep.values=[]",
)  # fmt: skip


@pytest.fixture
def refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Call a program's ``main`` in the tutorial's folder, which is to refuse; the sentence that it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in ("my_rules", "my_graphs", "my_policies", "my_outcomes", "my_adaptations"):
        monkeypatch.delitem(sys.modules, module, raising=False)

    def sentence(main: Callable[[Sequence[str]], int], *arguments: str) -> str:
        capsys.readouterr()
        assert main(arguments) == 2
        said = capsys.readouterr().err
        assert len(said.strip().splitlines()) == 1
        return said

    return sentence


@pytest.mark.slow
def test_the_command_line_finds_the_rule(folder: Path, refuses: Callable[..., str]) -> None:
    done = python(folder, "-m", "experiments.run", "world.opinion.rule=my_rules.Repulsion", "results=out", *SMALL)
    assert done.returncode == 0, done.stderr
    assert any("repulsion" in path.read_text() for path in (folder / "out").rglob("provenance.json"))
    study = json.loads(done.stdout)["results"]
    assert "code of its author's own (my_rules.Repulsion). Give --allow-code" in refuses(report.main, study)
    allowed = python(folder, "-m", "experiments.report", study, "--allow-code", "output=json")
    assert allowed.returncode == 0, allowed.stderr
    (folder / "my_rules.py").unlink()
    said = refuses(report.main, study, "--allow-code")
    assert "my_rules.Repulsion, which cannot be imported from here" in said


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("my_rule.Repulsion", "must name a module that can be imported from here, not my_rule"),
        ("my_rules.Repulsoin", "must name an opinion rule of my_rules (Repulsion), not Repulsoin"),
        ("votre", "did you mean 'voter'?"),
    ],
)
def test_a_rule_that_is_not_there(folder: Path, rule: str, sentence: str, refuses: Callable[..., str]) -> None:
    assert sentence in refuses(run.main, f"world.opinion.rule={rule}", "results=out", *SMALL)
    assert not (folder / "out").exists()


# Graphs


@pytest.mark.slow
def test_the_tutorials_graph_gives_equal_bits_in_both_engines(graph_folder: Path) -> None:
    done = python(graph_folder, "use.py")
    assert done.returncode == 0, done.stderr
    assert 0 < float(done.stdout) < 1


@pytest.mark.slow
def test_the_command_line_finds_the_graph(graph_folder: Path, refuses: Callable[..., str]) -> None:
    chosen = ("world.graph.kind=my_graphs.SmallWorld", "world.graph.followees=6", "world.graph.rewired=0.2")
    done = python(graph_folder, "-m", "experiments.run", *chosen, "results=out", *SMALL)
    assert done.returncode == 0, done.stderr
    study = json.loads(done.stdout)["results"]
    (provenance,) = (graph_folder / study).glob("provenance.json")
    told = json.loads(provenance.read_text(encoding="utf-8"))
    graph = {"kind": "small_world", "followees": 6.0, "homophily": 2.0, "hub_cap": 0.05, "rewired": 0.2}
    assert told["world"]["graph"] == graph
    assert "code of its author's own (my_graphs.SmallWorld). Give --allow-code" in refuses(report.main, study)
    allowed = python(graph_folder, "-m", "experiments.report", study, "--allow-code", "output=json")
    assert allowed.returncode == 0, allowed.stderr


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("graph=my_graph.SmallWorld", "world.graph must name a module that can be imported from here, not my_graph"),
        ("graph.kind=my_graphs.SmalWorld", "must name a kind of graph of my_graphs (SmallWorld), not SmalWorld"),
        ("graph.kind=complet", "world.graph must be one of social"),
        ("graph.kind=complet", "; did you mean 'complete'?"),
        ("graph={kind: complete, closure: 0}", "world.graph.closure is not a field of complete, but of social."),
    ],
)
def test_a_graph_that_is_not_there(graph_folder: Path, given: str, sentence: str, refuses: Callable[..., str]) -> None:
    assert sentence in refuses(run.main, f"world.{given}", "results=out", *SMALL)
    assert not (graph_folder / "out").exists()


# Policies


@pytest.mark.slow
def test_the_tutorials_policy_gives_equal_bits_in_both_engines(policy_folder: Path) -> None:
    done = python(policy_folder, "use.py")
    assert done.returncode == 0, done.stderr
    assert "restore" in done.stdout and "suspend" in done.stdout
    assert float(re.search(r"restored +([\d.]+)", done.stdout)[1]) > 0  # type: ignore[index]
    code = (policy_folder / "my_policies.py").read_text(encoding="utf-8")
    assert len(code.splitlines()) <= 45


def branches(*policies: str) -> list[str]:
    """Arguments for a study of each policy against nothing."""
    named = [f"{{name: policy {i}, policies: [{policy}]}}" for i, policy in enumerate(policies)]
    return [
        f"study.branches=[{{name: none}}, {', '.join(named)}]",
        "study.headline=policy 0", "world.signals.observe=true", "world.signals.reports=0.3",
        "results=out", *SMALL,
    ]  # fmt: skip


OWN_DETECTOR = """
from dataclasses import dataclass
from sim.fields import register
from sim.moderation import SignalDetector

@register("newest")
@dataclass(frozen=True)
class Newest(SignalDetector):
    def excess(self, view):
        return view.created - 1.0

    def sentence(self):
        return "whoever is new"
"""


@pytest.mark.slow
def test_the_command_line_finds_policy_and_detector(policy_folder: Path) -> None:
    (policy_folder / "my_detectors.py").write_text(OWN_DETECTOR, encoding="utf-8")
    time_out = "{name: my_policies.TimeOut, day: 0, reports: 1}"
    enforcement = "{name: enforcement, day: 0, detector: my_detectors.Newest, delay_days: 0}"
    done = python(policy_folder, "-m", "experiments.run", *branches(time_out, enforcement))
    assert done.returncode == 0, done.stderr
    (provenance,) = (policy_folder / "out").rglob("provenance.json")
    assert "time_out" in provenance.read_text() and "newest" in provenance.read_text()
    effects = {(row["branch"], row["outcome"]): row["difference"] for row in json.loads(done.stdout)["effects"]}
    assert effects["policy 0", "review_hours"] > 0
    assert effects["policy 0", "wrongful_removals"] > 0


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        (
            {"name": "my_policy.TimeOut"},
            "study.branches[1].policies[0] must name a module that can be imported from here",
        ),
        ({"name": "my_policies.Timeout"}, "must name a policy of my_policies (TimeOut), not Timeout"),
        ("my_policies.np", "must name a policy of my_policies (TimeOut), not np"),
        (
            {"name": "x", "detector": "my_policies.TimeOut"},
            "policies[0].detector must name a detector of my_policies (it",
        ),
        (
            {"name": "x", "detector": {"name": "my_policies.TimeOut"}},
            "must name a detector of my_policies (it has none)",
        ),
    ],
)
def test_a_policy_that_is_not_there(
    policy_folder: Path, policy: Any, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(policy_folder))
    monkeypatch.delitem(sys.modules, "my_policies", raising=False)
    with pytest.raises(InputError) as refused:
        load_user_classes({"study": {"branches": [{"name": "none"}, {"name": "rest", "policies": [policy]}]}})
    assert sentence in str(refused.value)


# Citizens


@pytest.mark.slow
def test_the_tutorials_citizens_mute_and_are_short(citizen_folder: Path) -> None:
    done = python(citizen_folder, "use.py")
    assert done.returncode == 0, done.stderr
    mutes, fewer = done.stdout.split()
    assert int(mutes) > 0 and float(fewer) > 0
    assert len((citizen_folder / "my_citizens.py").read_text(encoding="utf-8").splitlines()) <= 42


def test_citizens_of_endless_patience_are_the_models(citizen_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tutorial changes is the muting and nothing beside it."""
    monkeypatch.syspath_prepend(str(citizen_folder))
    monkeypatch.delitem(sys.modules, "my_citizens", raising=False)
    muting = importlib.import_module("my_citizens").Muting
    digests = {}
    for patience in (1, 10**9, None):
        monkeypatch.setattr(muting, "patience", patience)
        model = sim.SocietyModel(busy_world(), seed=1, accounts=() if patience is None else muting)
        model.advance(model.last_step)
        digests[patience] = model.digest
    assert digests[10**9] == digests[None] != digests[1]


# Outcomes


@pytest.mark.slow
def test_the_tutorials_outcome_is_equal_in_both_engines(outcome_folder: Path) -> None:
    done = python(outcome_folder, "use.py")
    assert done.returncode == 0, done.stderr
    value, _, row = done.stdout.strip().splitlines()
    assert 0 < float(value) < 1
    assert row.split()[:4] == ["no", "campaign", "extremes", "counterfactual"]


@pytest.mark.slow
def test_the_command_line_finds_the_outcome(outcome_folder: Path, refuses: Callable[..., str]) -> None:
    study = ["study.branches=[{name: none}, {name: quiet, campaign: false}]", "study.headline=quiet"]
    study += ["results=out", *SMALL]
    chosen = "outcomes=[{name: my_outcomes.Extremes, bound: 0.3}]"
    done = python(outcome_folder, "-m", "experiments.run", chosen, "keep=[opinion]", "every=7", *study)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    (row,) = [row for row in document["effects"] if row["outcome"] == "extremes"]
    directory = outcome_folder / document["results"]
    runs = pd.read_parquet(directory / "runs.parquet").set_index("branch")
    assert 0 < runs.loc["none", "extremes"] < 1
    assert row["difference"] == runs.loc["quiet", "extremes"] - runs.loc["none", "extremes"]
    assert "extremes" in pd.read_parquet(directory / "timeline.parquet").columns
    assert "People whose opinion lies beyond a bound" in (directory / "report.html").read_text(encoding="utf-8")
    people = pd.read_parquet(directory / "people.parquet")
    assert people.columns.tolist()[:5] == ["branch", "seed", "day", "date", "node"]
    ends = (
        people[people["day"] == 1].groupby("branch", observed=True)["opinion"].apply(lambda x: (x.abs() > 0.3).mean())
    )
    assert ends.to_dict() == pytest.approx(runs["extremes"].to_dict())
    assert "(my_outcomes.Extremes). Give --allow-code" in refuses(report.main, document["results"])
    shown = python(outcome_folder, "-m", "experiments.report", document["results"], "--allow-code")
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"extremes +share of people +quiet", shown.stdout)
    pd.testing.assert_frame_equal(pd.read_parquet(directory / "people.parquet"), people)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            "outcomes=[my_outcome.Extremes]",
            "outcomes[0] must name a module that can be imported from here, not my_outcome",
        ),
        ("outcomes=[my_outcomes.Extreme]", "outcomes[0] must name an outcome of my_outcomes (Extremes), not Extreme"),
        ("outcomes=[{name: my_outcomes.Extremes, bund: 1}]", "outcomes[0].bund is not a field; did you mean bound?"),
        ("outcomes=[{name: my_outcomes.Extremes, bound: 2}]", "outcomes[0].bound must be a number from 0 to 1, not 2"),
        ("outcomes=[my_outcomes.Extremes,my_outcomes.Extremes]", "outcomes[1] must not be called extremes, as another"),
        ("outcomes=3", "outcomes must be a list"),
        (
            "keep=[opinon]",
            "keep[0] must be one of opinion, parts, exposure, standing, climate, status, not 'opinon'; did",
        ),
        ("every=7", "every must be left out unless keep names what to keep on those days."),
        ("+keeps=[opinion]", "keeps is not a field; did you mean keep?"),
    ],
)
def test_an_outcome_that_is_not_there(
    outcome_folder: Path, given: str, sentence: str, refuses: Callable[..., str]
) -> None:
    assert sentence in refuses(run.main, given, "results=out", *SMALL)
    assert not (outcome_folder / "out").exists()


# Adaptations


@pytest.mark.slow
def test_the_tutorials_adaptation_gives_equal_bits_in_both_engines(adaptation_folder: Path) -> None:
    done = python(adaptation_folder, "use.py")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.strip().splitlines()[2:]]
    posts, active = ([float(row[i]) for row in rows] for i in (1, 2))
    assert posts[0] > 0 and posts[1] == posts[2] == 0 and posts[3] > 0
    assert active[1] == active[2] < active[0] == active[3]
    code = (adaptation_folder / "my_adaptations.py").read_text(encoding="utf-8")
    assert len(code.splitlines()) <= 40


@pytest.mark.slow
def test_the_command_line_finds_the_adaptation(adaptation_folder: Path) -> None:
    chosen = "world.campaign.adaptation={name: my_adaptations.WaitingItOut, calm_days: 1}"
    study = ["study.branches=[{name: none}, {name: quiet, campaign: false}]", "study.headline=quiet"]
    study += ["results=out", *SMALL]
    done = python(adaptation_folder, "-m", "experiments.run", chosen, *study)
    assert done.returncode == 0, done.stderr
    (provenance,) = (adaptation_folder / "out").rglob("provenance.json")
    told = json.loads(provenance.read_text(encoding="utf-8"))
    assert told["world"]["campaign"]["adaptation"] == {"name": "waiting_it_out", "calm_days": 1.0}
    assert told["user_code"] == ["my_adaptations.WaitingItOut"]
    again = python(
        adaptation_folder, "-m", "experiments.run", "world.campaign.adaptation=my_adaptations.WaitingItOut", *study
    )
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize(
    ("adaptation", "sentence"),
    [
        ("my_adaptation.WaitingItOut", "must name a module that can be imported from here, not my_adaptation"),
        ("my_adaptations.Waiting", "must name an adaptation of my_adaptations (WaitingItOut), not Waiting"),
        ("rebuildin", "did you mean 'rebuilding'?"),
    ],
)
def test_an_adaptation_that_is_not_there(
    adaptation_folder: Path, adaptation: str, sentence: str, refuses: Callable[..., str]
) -> None:
    assert sentence in refuses(run.main, f"world.campaign.adaptation={adaptation}", "results=out", *SMALL)
    assert not (adaptation_folder / "out").exists()


class Own(Static):
    """A way to adapt that is not one of ours."""


def test_results_name_the_code_that_they_were_made_with_and_no_other() -> None:
    world = sim.World.hk2019(people=1000)
    assert user_classes(Experiment(world=world)) == set()
    own = world.replace({"campaign.adaptation": Own()})
    assert user_classes(Experiment(world=own)) == {f"{__name__}.Own"}


@pytest.mark.parametrize(
    "experiment", [None, {}, {"study": 3}, {"study": {"branches": {"policies": 1}}}, {"world": []}]
)
def test_what_has_another_form_is_left_to_the_builder(experiment: Any) -> None:
    before = copy.deepcopy(experiment)
    load_user_classes(experiment)
    assert experiment == before


def test_a_policy_that_needs_signals_says_so(policy_folder: Path, refuses: Callable[..., str]) -> None:
    policy = "{name: my_policies.TimeOut, day: 0}"
    arguments = [a for a in branches(policy) if not a.startswith("world.signals.observe")]
    said = refuses(run.main, *arguments)
    assert "policies[0] must not judge by reports where world.signals.observe is false." in said
    assert not (policy_folder / "out").exists()
