"""Bad input is one sentence and exit code 2, and nothing is written; help says what there is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from experiments.command.composition import quoted
from experiments.run import main
from sim.fields import InputError
from tests.processes import begun

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["world.campain.flooding=2"], "world.campain is not a field; did you mean campaign?"),
        (["world.campaign.floding=2"], "world.campaign.floding is not a field; did you mean flooding?"),
        (["study.datess=[2019-06-15]"], "study.datess is not a field; did you mean dates?"),
        (["people=2000"], "people is not a key; did you mean world.people?"),
        (["sedes=4"], "sedes is not a key; did you mean seeds?"),
        (["world.campaign.flooding=many"], "world.campaign.flooding must be a whole number from 1 to 1000, not the text 'many'."),
        (["world.opinion.rule=vooter"], "did you mean 'voter'?"),
        (
            ["world=hk2020"],
            "world must be one of hk2019, hk2019_calibrated, hk2019_full_scale, hk2019_observed, hk2019_two_platforms, not "
            "'hk2020'; did you mean hk2019?",
        ),
        (["study=takedown"], "study must be one of actual, scale, strategies, takedown_grid"),
        (["study.dates=[2019-12-01]"], "study.dates[0] must be a day from 0 to 152 or a date from 2019-05-01 to 2019-09-30"),
        (["study.preemptive=[300000]"], "study.preemptive must be at most 200,000"),
        (["study.branches.2.policies.0.accounts=999999"], "study.branches[2].policies[0].accounts must be at most"),
        (["study.reference=nothing"], "study.reference must be one of none, no_campaign, actual, not 'nothing'."),
        (["study.sweep.field=campaign.floding"], "campaign.floding is not a field; did you mean flooding?"),
        (["study.name=a/b"], "study.name must be fit for a file's name"),
        (["seeds=0"], "seeds must be at least one."),
        (["seeds=[1,1]"], "seeds must not name a seed twice."),
        (["seeds=-3"], "seeds must be"),
        (["days=200"], "days must be at most 153, the days of the calendar, not 200."),
        (["days=0"], "days must be a whole number from 1 to 65535 or none, not 0."),
        (["threads=0"], "threads must be a whole number from 1 to 4096 or none, not 0."),
        (["output=yaml"], "output must be one of table, json, not 'yaml'."),
        (["world.people=nan"], "world.people must be a whole number"),
        (["flooding"], "Error parsing override 'flooding'"),
        (["world.days=[1"], "[1"),
        (["--multrun"], "--multrun is not a flag; did you mean --multirun?"),
        (["-m", "--cfg", "job"], "--multirun and --cfg exclude one another."),
        (["--resolve"], "--resolve goes with --cfg only."),
        (["--cfg=x"], "argument --cfg/-c: invalid choice: 'x'"),
        (["--cfg", "job", "-p", "nope"], "--package must name a part of the configuration, which 'nope' is not."),
        (["--config-dir=/nowhere"], "--config-dir must name a folder, which /nowhere is not."),
        (["study=null"], "study must be one of actual, scale, strategies, takedown_grid, tip_off, not null."),
        (["world=null"], "hk2019_calibrated, hk2019_full_scale, hk2019_observed, hk2019_two_platforms, not null."),
        (["study.sweep.values=[1,1]"], "study.sweep.values must not name anything twice."),
        ([f"study.name={'x' * 300}"], "study.name must be fit for a file's name: at most 100 bytes, not 300."),
        (["study.name=\udcff"], "the command line must be text in UTF-8"),
        (["study.name='a\tb'"], "study.name must be text without control characters, not 'a\\tb'."),
        ([f"study.name={'x' * 20_000}"], "an argument must have at most 10,000 letters, not 20,011"),
        ([f"study.name={'[' * 3000}{']' * 3000}"], "nested too deeply"),
        (["seeds=1000000000000"], "seeds must be at most 2,564 where a study has 39 branches, not 1,000,000,000,000."),
        (["-m", "seeds=range(0,1000000000000)"], "a sweep must have at most 10,000 jobs, not 1,000,000,000,000."),
        (["-m", "seeds=range(1,1000)", "days=range(1,1000)"], "at most 10,000 jobs, not 998,001."),
        (["-m", "days=1,2", "days=3"], "days must be given once where it is swept: Hydra takes the last, 'days=3', and"),
        (["-m", "days=1,2", "seeds=1", "++days=3"], "days must be given once where it is swept: Hydra takes the last, '++days="),
        (["-m", "study=actual,scale", "study=scale,actual"], "study must be given once where it is swept"),
        (["world.first_day='9999-12-30'"], "world.first_day must leave room"),
        (["world..people=3"], "must be of the form KEY=VALUE"),
        ([""], "must be of the form KEY=VALUE"),
        (["=x"], "'' is not a key"),
        (["world.campaign.clock=a#b"], """as in 'world.campaign.clock="a#b"'."""),
        (["world.campaign.clock=ü"], """as in 'world.campaign.clock="ü"'."""),
        (["study.name=a,b"], """study.name has several values: study.name=[a,b] is a list, -m simulates one after the other"""),
        (["world.calendar.events.99.day=3"], "Error merging override world.calendar.events.99.day=3: list index out of range."),
        (["study=actual", "study.sweep=5"], "study.sweep must be"),
        (["study.name=${nope}"], "study.name: Interpolation key 'nope' not found."),
        (["hydra.run.dir=/elsewhere"], "hydra.run.dir must stay as it is"),
        (["hydra.output_subdir=x"], "hydra.output_subdir must stay as it is"),
        (["-m", "hydra.sweep.dir=/elsewhere"], "hydra.sweep.dir must stay as it is"),
        (["hydra.job.chdir=true"], "hydra.job.chdir must stay as it is"),
        (["hydra/job_logging=default"], "hydra.job_logging must stay as it is"),
        (["+hydra.job.env_set.X=1"], "hydra.job.env_set must stay as it is"),
        (["+hydra.callbacks.x._target_=os.abort"], "hydra.callbacks must stay empty"),
        (["-m", "hydra.sweeper._target_=os.abort"], "hydra.sweeper must be one of BasicSweeper, not os.abort"),
        (["-m", "+hydra.launcher.x._target_=os.abort"], "hydra.launcher must not set _target_"),
        (["-m", "+hydra.launcher.setup=[ls]"], "hydra.launcher must not set setup"),
        (["hydra.searchpath=[pkg://antigravity]"], "hydra.searchpath must have folders only, not the package antigravity"),
        (["--config-name=other"], "other"),
        (["world.graph.kind=file", "world.graph.edges=/nowhere.txt"], "/nowhere.txt"),
        (["+extra=1"], "extra is not a field"),
        (["world.opinion=5"], "world.opinion must be"),
        (["~world"], "world is missing and has no default."),
        (["world.campaign=${nothing}"], "nothing"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "results"
    assert main([*arguments, f"results={place}"]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1, said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert not place.exists()


@pytest.mark.parametrize(
    ("results", "words"),
    [
        ("", "results must name a folder, not ''."),
        ("'~nobody-of-this-name/x'", "nobody's home is known"),
        ("x" * 256, "each name in it of at most 255"),
        ("/x" * 2100, "results must be a path of at most 3896 letters"),
        ("a=b", """as in 'results="a=b"'."""),
        ("~/x", """as in 'results="~/x"'."""),
    ],
)
def test_results_that_cannot_be(
    results: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["study=actual", "days=1", f"results={results}"]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert len(said) < 500
    assert list(tmp_path.iterdir()) == []


YAML: list[tuple[str | bytes, str]] = [
    ("branches:\n\t- name: x\n", "mine.yaml, line 2, column 1: found character that cannot start any token."),
    ("name: a: b\n", "mine.yaml, line 1, column 8: mapping values are not allowed in this context."),
    ("branches: [a, b\nname: x\n", "mine.yaml, line 2, column 5: did not find expected ',' or ']'."),
    ("name: x\nname: y\n", "mine.yaml, line 2, column 1: found duplicate key name."),
    ("name: !!python/object/apply:os.abort []\n", "could not determine a constructor for the tag"),
    (b"name: \xff\n", "mine.yaml must be text in UTF-8, which its byte 6 is not."),
    ("name: \x07\n", "mine.yaml has the character U+0007, which YAML may not have."),
    (f"name: {'[' * 5000}", "mine.yaml, line 1"),
    (f"name: {'[' * 60}{']' * 60}", "mine.yaml, line 1: nested more than 50 deep."),
    (f"name: [{','.join('1' * 6000)}]\n", "mine.yaml, line 1: has more than 5,000 values"),
    (f"name: [{','.join('1' * 200_000)}]\n", "mine.yaml has more than 5,000 values"),
    (f"name: {'x' * 600_000}\n", "mine.yaml must have at most 500,000 bytes, not 600,007"),
    (f"a: &a [{','.join('1' * 99)}]\nb: &b [{','.join(['*a'] * 40)}]\nc: [*b,*b]\n", "mine.yaml, line 3: has more than"),
    ("a: &a [*a]\n", "mine.yaml, line 1: holds itself."),
    ("- 1\n", "study must be a mapping of the fields of StudyPlan, not [1]."),
    ("hello\n", "study.hello is not a field"),
    ("defaults: [mine]\n", "the defaults of study/mine include themselves"),
    ("defaults: [other]\n", "include themselves."),
    ("defaults: 5\n", "defaults must be a list (got int)."),
    ('"\\x1b[2Jname": x\n', "study.'\\x1b[2Jname' is not a field"),
    ('name: "\\x1b[2J"\n', "study.name must be text without control characters, not '\\x1b[2J'."),
    ("# @package _global_\nhydra: {callbacks: {x: {_target_: os.abort}}}\n", "hydra.callbacks must stay empty"),
    ("# @package _global_\nhydra: {launcher: {_target_: hydra_plugins.x.X}}\n", "not hydra_plugins.x.X; --allow-code"),
    ("# @package _global_\nhydra: {launcher: {setup: [ls]}}\n", "ConfigKeyError raised while composing config: Key"),
    ("# @package _global_\nhydra: {job_logging: {handlers: {x: {'()': os.abort}}}}\n", "hydra.job_logging must stay as it is"),
    ("# @package _global_\nworld: {opinion: {rule: {_target_: os.abort}}}\n", "world.opinion.rule._target_ is not a field"),
    ("detector: {name: antigravity.X}\n", "study.detector names code, antigravity.X, which the command line does not"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), YAML, ids=[words[:50] for _, words in YAML])
def test_what_is_wrong_with_files_of_ones_own(
    text: str | bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "mine.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "study" / "other.yaml").write_text("defaults: [mine]\n")
    for flags in ([], ["-m"]) if "hydra" in words else ([],):
        assert main([*flags, f"--config-dir={tmp_path}", "study=mine", "days=1", f"results={tmp_path}/results"]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert said.count("\n") == 1, said
        assert len(said) < 500
        assert not (tmp_path / "results").exists()
    assert "antigravity" not in sys.modules


def test_a_sweep_over_a_file_that_calls_code_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Hydra composes the jobs anew, after it has looked at its own settings."""
    (tmp_path / "study").mkdir()
    for name, text in (("good", ""), ("evil", "hydra: {job_logging: {handlers: {x: {'()': os.abort}}}}")):
        (tmp_path / "study" / f"{name}.yaml").write_text(f"# @package _global_\n{text}\n")
    assert main(["-m", f"--config-dir={tmp_path}", "study=good,evil", "days=1", f"results={tmp_path}/results"]) == 2
    assert "hydra.job_logging must stay as it is" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


def test_code_that_files_name_is_called_with_consent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "mine.yaml").write_text("defaults: [actual]\ndetector: {name: antigravity_x.X}\n")
    given = [f"--config-dir={tmp_path}", "study=mine", f"results={tmp_path}/results"]
    assert main(["--fields", "--allow-code", *given]) == 2
    assert "must name a module that can be imported from here, not antigravity_x" in capsys.readouterr().err


@pytest.mark.slow
def test_plugins_that_lie_about_in_the_current_folder_are_not_imported(tmp_path: Path) -> None:
    (tmp_path / "hydra_plugins").mkdir()
    (tmp_path / "hydra_plugins" / "evil.py").write_text("raise SystemExit('imported')")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    call = [sys.executable, "-m", "experiments.run", "sedes=1"]
    done = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "sedes is not a key; did you mean seeds?\n")


@pytest.mark.parametrize("name", ["ü", "a b", "a=b", "a,b", "a#b", "~x", "[a]", "it's", "**"])
def test_paths_with_any_letters_work_when_quoted(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from experiments import run

    asked = []
    monkeypatch.setattr(
        run,
        "run_study",
        lambda experiment, *_: asked.append(experiment.results) or (_ for _ in ()).throw(InputError("x")),
    )
    place = str(tmp_path / name)
    assert main([f"results={quoted(place)}", "days=1"]) == 2
    assert asked == [place]


def test_results_must_be_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main([f"results={tmp_path}/file/results", "study=actual", "days=1"]) == 2
    assert f"{tmp_path}/file is no folder" in capsys.readouterr().err


def test_bad_input_in_every_job_of_a_sweep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "results"
    assert main(["-m", "days=200,300", f"results={place}"]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 2
    assert said.out == ""
    assert not place.exists()


def test_help_names_keys_groups_flags_and_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for word in (
        "world.",
        "study",
        "seeds=8",
        "days",
        "results",
        "output=json",
        "--fields",
        "hk2019",
        "study: actual, scale, strategies, takedown_grid, tip_off",
        "-m ",
    ):
        assert word in said
    assert max(map(len, said.splitlines())) <= 120


def test_fields_are_listed_with_unit_range_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fields", "world.campaign.flooding=7"]) == 0
    said = capsys.readouterr().out
    assert "world.campaign.flooding = 7\n" in said
    assert "a whole number from 1 to 1000" in said
    assert "Truong et al. 2024" in said
    assert "study.sweep.field = campaign.local_follower_share" in said


def test_fields_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fields", "output=json"]) == 0
    fields = {field["path"]: field for field in json.loads(capsys.readouterr().out)["fields"]}
    assert fields["world.campaign.flooding"]["high"] == 1000
    assert fields["world.opinion.rule.strength"]["assumption"] is True


def program(*arguments: str, **more: str) -> AbstractContextManager[subprocess.Popen[str]]:
    return begun(
        [sys.executable, "-m", "experiments.run", *arguments], cwd=ROOT, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env={**os.environ, **more},
    )  # fmt: skip


def test_bad_input_from_the_shell(tmp_path: Path) -> None:
    with program("world.peeple=3", f"results={tmp_path}/r") as process:
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (2, "", "world.peeple is not a field; did you mean people?\n")


@pytest.mark.parametrize("threads", ["many", "0"])
def test_a_bad_number_of_threads_is_bad_input(
    threads: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GROUNDSWELL_THREADS", threads)
    assert main(["world.people=1000", "days=1", "study=actual", f"results={tmp_path}/r"]) == 2
    assert "GROUNDSWELL_THREADS must be" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


def test_interrupting_says_what_is_kept_and_ends_with_130(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    with program("world.people=1000", "seeds=40", "study=actual", f"results={tmp_path}") as process:
        deadline = time.monotonic() + 400  # it may have to compile first, beside others that do
        while not list(ledger.rglob("[!.]*.run")) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=200)
    assert process.returncode == 130
    assert out == ""
    said = [line for line in err.splitlines() if "Compiling" not in line and "left" not in line]
    assert len(said) == 1, err
    assert said[0].startswith("Interrupted: ")
    assert str(ledger) in said[0]
    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]
