"""Each lever of the classroom at both ends of its sliders, and many together: what is shown is what the lines of Python give."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.lab.lessons import SANDBOX, fitting, packaged
from experiments.lab.levers import levers
from experiments.lab.page import Told, render, strings
from experiments.lab.worlds import choices_of, variants_of
from experiments.play import world_of
from sim import page

NODE = shutil.which("node")
pytestmark = [
    pytest.mark.slow,  # the engine is built for a page
    pytest.mark.skipif(NODE is None, reason="no Node on this machine (CONTRIBUTING.md says which)"),
]

# A calendar that is short, with the campaign busy in it.
WORLD, LINES = world_of(300, {"graph": {"followees": 7.0}, "days": 20, "burn_in_days": 2})
FIELDS = [(lever.name, field["name"]) for lever in levers(WORLD) for field in lever.fields]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the page shows of every case that Node tries in it."""
    choices = choices_of(WORLD, {"campaign": {"local_follower_share": [], "sleepers": {"waking_rate": []}}}, strings())
    exported = page.export(WORLD, variants=variants_of(choices))
    lessons, _ = fitting(packaged(), SANDBOX, WORLD, choices)
    place = tmp_path_factory.mktemp("lab")
    (place / "lab.html").write_text(render(exported, lessons, SANDBOX, Told(LINES, "0"), choices), encoding="utf-8")
    program = Path(__file__).with_name("lab_levers.mjs")
    run = subprocess.run(
        [str(NODE), str(program), str(place / "lab.html"), str(place / "found.json")],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads((place / "found.json").read_text(encoding="utf-8"))
    return found


def assert_same(case: dict[str, Any], columns: dict[str, int]) -> None:
    """The lines that the page gives make the run that it shows: digest and all daily outcomes, to the last bit."""
    names: dict[str, Any] = {}
    exec(case["lines"], names)
    run = names["run"]
    assert run.digest == case["digest"], case["name"]
    table = np.array(case["outcomes"], dtype=float).reshape(-1, len(columns))
    for name, column in columns.items():
        np.testing.assert_array_equal(
            table[:, column], run.timeline[name].to_numpy(float), err_msg=f"{name}: {case['name']}"
        )


@pytest.mark.parametrize(("lever", "field"), FIELDS, ids=[f"{lever}.{field}" for lever, field in FIELDS])
def test_a_lever_at_its_ends_gives_what_its_lines_give(lever: str, field: str, shown: dict[str, Any]) -> None:
    cases = [case for case in shown["found"] if case["of"] and case["of"][:2] == [lever, field]]
    assert len(cases) >= 2
    for case in cases:
        assert_same(case, shown["columns"])
    assert len({case["digest"] for case in cases}) > 1


def test_many_levers_at_their_ends_give_what_their_lines_give(shown: dict[str, Any]) -> None:
    cases = [case for case in shown["found"] if case["of"] is None]
    for case in cases:
        assert_same(case, shown["columns"])
    assert len({case["digest"] for case in cases}) == len(cases) > 10
    tried = "".join(case["lines"] for case in cases)
    for lever in levers(WORLD):
        assert (f"moderation.{lever.policy}(" if lever.policy else f'"{lever.name}.') in tried, lever.name
