"""``python -m experiments.ledger``: what a ledger holds, whether it is whole, what is old in it, and all of it in one table."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from experiments.ledger import main
from experiments.studies.ledger_contents import Checked, doomed, verify
from sim.study.failures import failure
from sim.study.ledger import Ledger
from tests.test_ledger import BRANCHES, WORLD

TAKEDOWN = "takedown accounts=5 day=1 detector.name=perfect detector.salt=0 minutes_per_case=2.4 platform=first"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two worlds, two branches, two seeds; one run failed."""
    place = tmp_path_factory.mktemp("results") / "ledger"
    for flooding in (1.0, 2.0):
        world = WORLD.replace({"campaign.flooding": flooding})
        sim.compare(world, BRANCHES, seeds=2, threads=1, ledger=place)
    branch, fault = BRANCHES["takedown"], MemoryError("no more")
    Ledger(place).failures.record(failure("cd" * 32, WORLD, branch, 7, fault))
    return place


@pytest.fixture(params=["files", "packs"])
def place(made: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    place = Path(shutil.copytree(made, tmp_path / "ledger"))
    if request.param == "packs":
        Ledger(place).consolidate()
    return place


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    code = main([*map(str, arguments), "output=json"])
    return code, json.loads(capsys.readouterr().out)


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main(list(map(str, arguments)))
    captured = capsys.readouterr()
    return code, " ".join((captured.out + captured.err).split())


def test_lists_runs_by_world_and_branch(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = told(capsys, f"results={place.parent}")
    assert code == 0 and found["runs"] == 8 and found["ledger"] == str(place)
    assert found["packs"] + found["files"] == (8 if found["files"] else 1)
    assert len(found["groups"]) == 4
    assert {(group["fields"]["campaign.flooding"], group["branch"]) for group in found["groups"]} == {
        (flooding, branch) for flooding in (1, 2) for branch in ("no policies", TAKEDOWN)
    }
    for group in found["groups"]:
        assert group["runs"] == 2 and group["bytes"] > 10_000 and group["people"] == 100
        assert group["model_version"] == str(sim.MODEL_VERSION)
        assert group["first"] <= group["last"] and group["first"].startswith("20")
    (failed,) = found["failed"]
    assert (failed["seed"], failed["reason"]) == (7, "MemoryError: no more") and failed["host"] and failed["when"]
    code, text = said(capsys, f"results={place}")
    assert code == 0 and "8 runs" in text and "1 failed" in text
    assert "Failed: seed 7, takedown accounts=5" in text and "MemoryError: no more" in text


def test_verifies_every_checksum(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "verify", f"results={place}") == (0, {"ledger": str(place), "whole": 8, "damaged": []})
    path = next(place.rglob("*.pack"), None) or next(place.rglob("*.run"))
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    (place / "packs").mkdir(exist_ok=True)
    (place / "packs" / "mine.pack").write_text("mine")
    code, found = told(capsys, "verify", f"results={place}")
    assert code == 1 and found["whole"] == 7
    assert {damage["path"] for damage in found["damaged"]} == {str(path), str(place / "packs" / "mine.pack")}
    code, text = said(capsys, "verify", f"results={place}")
    assert code == 1 and "7 records are whole, 2 files are damaged" in text


def test_what_goes_while_it_is_verified_is_left_out(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a record does that a study puts into a pack meanwhile."""
    ledger = Ledger(place)
    paths, singles = ledger.packs.paths(), list(ledger.singles())
    monkeypatch.setattr(ledger.packs, "paths", lambda: [*paths, place / "packs" / "gone.pack"])
    monkeypatch.setattr(ledger, "singles", lambda: [*singles, place / "cd" / f"{'cd' * 32}.run"])
    assert verify(ledger) == Checked(whole=8)


def test_packs(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    singles = len(list(place.rglob("*.run")))
    code, found = told(capsys, "pack", f"results={place}")
    assert code == 0 and found["runs"] == singles and not list(place.rglob("*.run"))
    assert told(capsys, f"results={place}")[1]["runs"] == 8


def test_prunes_only_when_told_to(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "prune", f"results={place}", "older=1")[1]["runs"] == 0
    assert told(capsys, "prune", f"results={place}", "--former")[1]["runs"] == 0
    code, found = told(capsys, "prune", f"results={place}", "older=0")
    assert code == 0 and found["runs"] == 8 and found["bytes"] > 80_000 and not found["removed"]
    assert "would be removed; --remove does it" in said(capsys, "prune", f"results={place}", "older=0")[1]
    assert told(capsys, f"results={place}")[1]["runs"] == 8
    found = told(capsys, "prune", f"results={place}", f"version={sim.MODEL_VERSION}", "--remove")[1]
    assert found["runs"] == 8 and found["removed"]
    assert told(capsys, f"results={place}")[1]["runs"] == 0
    assert not list(place.rglob("*.run")) + list(place.rglob("*.pack"))


def test_what_is_old(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, now = Ledger(place), datetime.datetime.now(datetime.UTC)
    later = now + datetime.timedelta(days=10)
    assert len(doomed(ledger, 9.5, None, now=later)[0]) == 8 and not doomed(ledger, 10.5, None, now=later)[0]
    assert len(doomed(ledger, None, sim.MODEL_VERSION)[0]) == 8 and not doomed(ledger, None, sim.MODEL_VERSION + 1)[0]
    assert not doomed(ledger, None, None, former=True)[0]
    monkeypatch.setattr("experiments.studies.ledger_contents.MODEL_VERSION", sim.MODEL_VERSION + 1)
    assert len(doomed(ledger, None, None, former=True)[0]) == 8


def test_of_a_pack_only_what_is_old_goes(made: Path, tmp_path: Path) -> None:
    ledger = Ledger(shutil.copytree(made, tmp_path / "ledger"))
    ledger.consolidate()
    keys = {stored.key for stored in ledger.contents()}
    some = set(sorted(keys)[:3])
    ledger.remove(some)
    assert {stored.key for stored in Ledger(ledger.directory).contents()} == keys - some
    assert len(list(ledger.directory.rglob("*.pack"))) == 1


def test_exports_all_runs_into_one_table(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = told(capsys, "export", f"results={place}")
    assert (code, found["runs"], found["file"]) == (0, 8, str(place.parent / "ledger.parquet"))
    table = pd.read_parquet(found["file"])
    study = sim.compare(WORLD.replace({"campaign.flooding": 2}), BRANCHES, seeds=2, threads=1, ledger=place)
    assert table["key"].is_unique and sorted(table["campaign.flooding"].unique()) == [1, 2]
    for (branch, seed), run in study.runs.items():
        words = "no policies" if branch == "none" else "takedown"
        row = table[
            (table["campaign.flooding"] == 2) & (table["seed"] == seed) & table["branch"].str.startswith(words)
        ].iloc[0]
        assert row["digest"] == run.digest and row["made"] == run.made["when"]
        pd.testing.assert_series_equal(row[run.outcomes.index].astype(float), run.outcomes, check_names=False)
    other = tmp_path / "other.parquet"
    assert main(["export", f"results={place}", f"file={other}"]) == 0 and other.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lst"], "ACTION must be one of list, verify, pack, prune, export, not 'lst'; did you mean 'list'?"),
        (["list", "pack"], "ACTION must be one of list, verify, pack, prune, export, not 2 of them."),
        (["results=nowhere"], "results must be a folder with a ledger in it, or a ledger's own, which nowhere is not."),
        (["prune"], "prune must be told what to remove: older=DAYS, version=VERSION, --former, or several of these."),
        (["pack", "older=3"], "older must be left out with pack; it belongs to prune."),
        (["verify", "--remove"], "remove must be left out with verify; it belongs to prune."),
        (["--remov"], "--remov is not a flag; did you mean --remove?"),
        (["prune", "older=-1"], "older must be a number from 0 to 100000 or none, not -1."),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str], sentence: str, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = arguments if any(a.startswith("results") for a in arguments) else [*arguments, f"results={made}"]
    assert said(capsys, *given) == (2, sentence)


def test_a_table_that_cannot_be_written(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "export", f"results={made}", f"file={made}/nowhere/a.parquet")
    assert code == 2 and text.startswith("file must be a file that can be written, which")


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "--help")
    assert code == 0 and "python -m experiments.ledger [list|verify|pack|prune|export]" in text and "older=" in text
