"""The validation program: one table or one JSON list, a page that asks for nothing, and bad input in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.validate import main
from experiments.validation import arguments, networks, simsom
from experiments.validation.registry import VALIDATIONS
from tests.pages import assert_whole

FIXTURES = Path(__file__).parent / "fixtures"
EDGES, NODES = FIXTURES / "random_walk_network.edges.csv", FIXTURES / "random_walk_network.nodes.csv"
OWN_NETWORK = ["only=simsom", f"simsom.edges={EDGES}", f"simsom.nodes={NODES}", "simsom.runs=2", "simsom.steps=25"]
KEYS = ["name", "parameters", "expected", "measured", "standard_error", "tolerance", "holds"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["only=simson"], "only must name results (takedown_exact, "),
        (["only=simson"], "not 'simson'; did you mean simsom?"),
        (["quik=true"], "quik is not a result or an option; did you mean quick?"),
        (["takedown_exat.runs=3"], "takedown_exat is not a result or an option; did you mean takedown_exact?"),
        (["takedown_exact.z_pluss=3"], "takedown_exact.z_pluss is not a field; did you mean z_plus?"),
        (["takedown_exact.z_plus=900", "takedown_exact.z_minus=200"], "fewer zealots (z_plus + z_minus) than people"),
        (["zealots.z_plus=60"], "zealots.z_minus must leave fewer zealots"),
        (["zealots.z_minus=0"], "zealots.z_minus must be a whole number from 1"),
        (["deffuant.bound=0"], "deffuant.bound must be a number above 0"),
        (["hegselmann_krause.bound=-0.1"], "hegselmann_krause.bound must be a number above 0"),
        (["hegselmann_krause.bound=[0.1,nan]"], "hegselmann_krause.bound"),
        (["takedown_exact.day=50"], "takedown_exact.day must be below the horizon (40 sweeps), not 50."),
        (["takedown_exact.day=abc"], "not the text 'abc'"),
        (["takedown_exact.share=1.5"], "takedown_exact.share must be a number from 0 to 1"),
        (["takedown_exact.runs=1"], "takedown_exact.runs must be a whole number from 2"),
        (["takedown_exact.runs=2.5"], "takedown_exact.runs must be a whole number"),
        (["takedown_exact=3"], "takedown_exact must be given by parameter"),
        (["only=zealots", "takedown_exact.runs=5"], "takedown_exact has parameters on the command line, but only=zealots"),
        (["preemption_race.ticks=20"], "preemption_race.ticks must be above"),
        (["granovetter.replaced=100"], "granovetter.replaced must be below ladder (100), not 100."),
        (["granovetter.spread=[0.1,0]"], "granovetter.spread[1] must be a number from 0.01 to 2"),
        (["only=granovetter", "granovetter.longest=9"], "after 9 events more people still join."),
        (["spiral_of_silence.bots=-1"], "spiral_of_silence.bots must be a whole number from 0"),
        (["spiral_of_silence.links=50", "spiral_of_silence.people=40"], "spiral_of_silence.links must be below people (40)"),
        (["only=spiral_of_silence", "spiral_of_silence.longest=2"], "after 2 ticks confidence still moves."),
        (["cascades.people=20000"], "cascades.people must be at least 50,000 where 0.9 readers share a post"),
        (["cascades.degree=100"], "cascades.degree must be lower where 0.9 readers share a post"),
        (["cascades.above=11"], "cascades.above must be a number from 1.1 to 10"),
        (["cascades.messages=200000"], "cascades.messages must be at most 150,000, half as many as there are people"),
        (["cascades.below=0.8", "cascades.messages=140000", "cascades.degree=60"], "cascades.messages must be fewer"),
        (["moderation_delay.people=50000"], "moderation_delay.people must be at least 225,000 where 0.9 readers share"),
        (["moderation_delay.delay=0"], "moderation_delay.delay must be a whole number from 1"),
        (["moderation_delay.delay=[6,2.5]"], "moderation_delay.delay"),
        (["moderation_delay.wake=0.005", "moderation_delay.delay=400"], "moderation_delay.runs must be more"),
        (["nudges.degree=1", "nudges.reproduction=1.2"], "nudges.reproduction must be a number from 0.05 to 0.9"),
        (["nudges.messages=200000"], "nudges.messages must be at most 100,000"),
        (["simsom.theta=3"], "simsom.theta must be left out without simsom.edges"),
        (["only=simsom", "simsom.edges=/nowhere.edges.csv"], "simsom.edges must name an edge-list file"),
        (["simsom.burn_in=61"], "simsom.burn_in must be below steps (61)"),
        (["output=xml"], "output must be one of table, json, not 'xml'."),
        (["quick=perhaps"], "quick must be true or false"),
        (["takedown_exact"], "'takedown_exact' must be of the form"),
        (["--only=zealots"], "'--only=zealots' must be of the form"),
        (["takedown_exact.day=[1"], "values as YAML writes them"),
        (["takedown_exact.day=${nothing}"], "nothing"),
        ([f"only={'[' * 3000}"], "the command line must not nest lists or names without end."),
        (["only=&a [*a]"], "the command line must not nest lists or names without end."),
        ([f"{'a.' * 3000}b=1"], "the command line must not nest lists or names without end."),
        ([f"only={'x' * 20_000}"], "an argument must have at most 10,000 letters, not 20,005"),
        (["only=\x1b[31m"], "special characters are not allowed"),
        (["only=\udcff"], "the command line must be text in UTF-8"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "results"
    assert main([*arguments, f"results={place}"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not place.exists()


@pytest.mark.parametrize("argument", ["results=", "results=~nobody-of-this-name/x", f"results={'x' * 256}"])
def test_results_that_cannot_be(
    argument: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["quick=true", argument]) == 2
    said = capsys.readouterr().err
    assert said.startswith("results must")
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_that_name_which_is_somebody_elses_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "validation" / "registry.py"
    source.parent.mkdir()
    source.write_text("precious")
    assert main([*OWN_NETWORK, f"results={tmp_path}"]) == 2
    said = capsys.readouterr().err
    assert (
        f"nothing is written into a folder with somebody else's files, and {tmp_path}/validation has no manifest.json"
        in said
    )
    assert said.count("\n") == 1
    assert source.read_text() == "precious"
    assert [path.name for path in source.parent.iterdir()] == ["registry.py"]


def test_what_is_beside_the_page_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main([*OWN_NETWORK, f"results={tmp_path}"]) == 0
        (tmp_path / "validation" / "notes.md").write_text("mine")
    assert {path.name for path in (tmp_path / "validation").iterdir()} == {
        "validation.html", "checks.json", "manifest.json", "notes.md",
    }  # fmt: skip


def test_json_is_one_list_and_measured_only_is_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["simsom.theta=4", "simsom.phi=0.5", "simsom.mu=0.25", "simsom.sigma=5", "output=json"]
    assert main([*OWN_NETWORK, *given, f"results={tmp_path}"]) == 0
    said = capsys.readouterr()
    (check,) = json.loads(said.out)
    assert list(check) == KEYS
    assert check["name"] == "simsom"
    assert check["expected"] is None
    assert check["holds"] is None
    assert 0 < check["measured"] < 1
    assert check["standard_error"] > 0
    assert {k: check["parameters"][k] for k in ("theta", "phi", "mu", "sigma")} == {
        "theta": 4, "phi": 0.5, "mu": 0.25, "sigma": 5,
    }  # fmt: skip
    assert json.loads((tmp_path / "validation" / "checks.json").read_text(encoding="utf-8")) == [check]


@pytest.mark.parametrize(("expected", "code", "verdict"), [(0.01, 1, "falls short"), (0.7, 0, "holds")])
def test_the_exit_code_tells_whether_all_hold(
    expected: float, code: int, verdict: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [f"simsom.expected={expected}", "simsom.tolerance=0.3"]
    assert main([*OWN_NETWORK, *given, f"results={tmp_path}"]) == code
    out = capsys.readouterr().out
    assert verdict in out
    assert simsom.VALIDATION.source in " ".join(out.split())
    assert f"{1 - code} of 1 checks hold" in out
    assert str(tmp_path / "validation" / "validation.html") in "".join(out.split("\n"))


def test_a_measured_value_without_expectation_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*OWN_NETWORK, f"results={tmp_path}"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "measured only" in out
    assert "nothing is published for these parameters" in out


def test_scalars_and_several_results_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [
        "only=takedown_exact,degroot", "takedown_exact.z_plus=10", "takedown_exact.z_minus=30", "takedown_exact.day=3",
        "takedown_exact.share=1", "takedown_exact.runs=40", "degroot.graphs=1", "output=json",
    ]  # fmt: skip
    assert main([*given, f"results={tmp_path}"]) == 0
    said = capsys.readouterr()
    checks = json.loads(said.out)
    assert [check["name"] for check in checks] == ["takedown_exact", "takedown_exact", "degroot"]
    assert checks[1]["parameters"]["removed"] == 30
    assert all(check["holds"] for check in checks)
    assert "takedown_exact" in said.err


def test_the_page_asks_for_nothing_and_has_a_figure_for_each_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [
        "only=[friedkin_johnsen,degroot,hegselmann_krause,takedown_exact]", "takedown_exact.runs=4", "degroot.graphs=2",
        "hegselmann_krause.bound=[0.0605,0.3003]", "friedkin_johnsen.graphs=1",
    ]  # fmt: skip
    assert main([*given, f"results={tmp_path}"]) in (0, 1)
    page = (tmp_path / "validation" / "validation.html").read_text(encoding="utf-8")
    assert_whole(page)
    assert page.count("<svg") == 4
    assert "measured only" in page
    assert page.count("<figcaption>") == 4


def test_missing_networks_are_said_and_the_rest_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(networks, "reference_directory", lambda: tmp_path / "nets")
    plan = arguments.parse(["quick=true"])
    assert [c.validation.name for c in plan.chosen] == [v.name for v in VALIDATIONS]
    assert set(plan.left_out) == {"simsom", "delayed_takedown"}
    assert "n1000_k10_b0_g0" in plan.left_out["simsom"]
    assert arguments.parse([*OWN_NETWORK]).left_out == {}
    small = [
        "simsom.people=300",
        "simsom.followees=20",
        "simsom.gamma=0.2",
        "simsom.own_steps=4",
        "simsom.own_burn_in=2",
    ]
    assert main(["only=simsom", *small, f"results={tmp_path}"]) == 0
    printed = capsys.readouterr().out
    assert "own graph, γ = 0.2" in printed
    assert "simsom was tried in part: n1000_k10_b0.1_g0.001" in " ".join(printed.split())


def test_help_lists_all_results_and_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for validation in VALIDATIONS:
        for name in validation.parameters.__dataclass_fields__:
            assert f"{validation.name}.{name}=" in out
