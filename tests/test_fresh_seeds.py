"""Properties are tried on examples that nobody has tried before."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.many_seeds import how_dear_gets_all

ROOT = Path(__file__).parent.parent
SECONDS = 150

pytestmark = pytest.mark.slow


def run_properties(seed: int | None, *arguments: str, cwd: Path = ROOT) -> str:
    """Run tests of properties with the examples of a seed (None: the usual ones); returns what is printed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", "-q", *arguments]
    command += [] if seed is None else [f"--hypothesis-seed={seed}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    return f"{done.stdout}{done.stderr}\nexit status {done.returncode}\n"


def how_to_repeat(output: str, seed: int) -> list[str]:
    """Command lines that fail again, from what a run of pytest has printed."""
    return [f"python -m pytest {test} --hypothesis-seed={seed}" for test in re.findall(r"^FAILED (\S+)", output, re.M)]


@pytest.mark.longest
def test_properties_hold_for_a_seed_that_nobody_has_tried() -> None:
    """As many of them as two and a half minutes allow, in an order of the seed's."""
    seed = secrets.randbelow(10**9)
    output = run_properties(seed, "-m", "hypothesis and not slow", f"--for-seconds={SECONDS}", "tests")
    print(f"seed {seed}: {output.splitlines()[-3]}")
    assert "exit status 0" in output, "\n".join([output, "To repeat:", *how_to_repeat(output, seed)])


def test_the_cheapest_properties_get_more_examples_and_all_their_seeds() -> None:
    """Of 1,000 seconds, ten seeds of the usual examples take 610, and nine times more of the first two 360."""
    costs = [1.0, 3.0, 7.0, 50.0]
    assert how_dear_gets_all(costs, seconds=1000, seeds=10, times=10) == 3.0
    assert how_dear_gets_all(costs, seconds=969, seeds=10, times=10) == 1.0
    assert how_dear_gets_all(costs, seconds=600, seeds=10, times=10) == 0.0
    assert how_dear_gets_all(costs, seconds=10**6, seeds=10, times=10) == 50.0


def test_many_seeds_are_tried_and_a_failure_is_told_with_the_line_that_repeats_it(tmp_path: Path) -> None:
    (tmp_path / "test_drawn.py").write_text(DRAWS, encoding="utf-8")
    command = [sys.executable, "-m", "tests.many_seeds", "--seeds=2", "--first-seed=5", "--times=3", "--minutes=1"]
    done = subprocess.run(
        [*command, f"--rootdir={tmp_path}", "-p", "tests.conftest", str(tmp_path)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    runs = re.findall(r"^(\w+)\t\S*::(\w+)\tseed (\d+)\t(\d+) examples", done.stdout, re.M)
    drawn = [(seed, int(count)) for outcome, name, seed, count in runs if name == "test_draws" and outcome == "passed"]
    assert drawn == [("5", 200), ("5", 600), ("6", 600)], done.stdout + done.stderr
    assert {outcome for outcome, name, *_ in runs if name == "test_fails"} == {"failed"}
    assert "--hypothesis-seed=6 --examples-times=3" in done.stdout and done.returncode == 1


DRAWS = """
from hypothesis import given, settings, strategies as st

@given(st.integers(0, 10**9))
@settings(max_examples=200)
def test_draws(number):
    print("drawn", number)

@given(st.integers(0, 10**6))
def test_fails(number):
    assert number < 1000
"""


def test_examples_are_the_usual_ones_or_those_of_a_seed(tmp_path: Path) -> None:
    """The usual ones stay what they are, whatever numbers stand in modules that are imported."""
    (tmp_path / "numbers_of_a_module.py").write_text(
        f"NUMBERS = {list(range(10**8, 10**9, 10**7))}\n", encoding="utf-8"
    )
    outputs = []
    for seed, first in ((None, ""), (None, "import numbers_of_a_module\n"), (1, ""), (2, ""), (1, "")):
        (tmp_path / "test_drawn.py").write_text(first + DRAWS, encoding="utf-8")
        outputs.append(run_properties(seed, "-s", "-p", "tests.conftest", "test_drawn.py", cwd=tmp_path))
    usual, beside, one, two, again = (re.findall(r"^\.?drawn (\d+)", output, re.M) for output in outputs)
    assert len(usual) >= 200 and usual == beside and one == again
    assert len({tuple(usual), tuple(one), tuple(two)}) == 3
    assert how_to_repeat(outputs[2], 1) == ["python -m pytest test_drawn.py::test_fails --hypothesis-seed=1"]
