"""Bad input is one sentence and exit code 2, and nothing is written; help says what there is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.run import main

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
            "world must be one of hk2019, hk2019_full_scale, hk2019_observed, hk2019_two_platforms, not 'hk2020'; "
            "did you mean hk2019?",
        ),
        (["study=takedown"], "study must be one of actual, strategies, takedown_grid"),
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
        "study: actual, strategies, takedown_grid, tip_off",
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


def program(*arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
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
        deadline = time.monotonic() + 120
        while not list(ledger.rglob("[!.]*.run")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    said = [line for line in err.splitlines() if "Compiling" not in line and "left" not in line]
    assert len(said) == 1, err
    assert said[0].startswith("Interrupted: ")
    assert str(ledger) in said[0]
    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]
