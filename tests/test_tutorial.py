"""The tutorial's code runs as it stands, in both engines and from the command line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL = ROOT / "docs" / "tutorials" / "own_opinion_rule.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the tutorial's two Python files."""
    rule, use = re.findall(r"```python\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "my_rules.py").write_text(rule, encoding="utf-8")
    (tmp_path / "use.py").write_text(use, encoding="utf-8")
    return tmp_path


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


def test_the_command_line_finds_the_rule(folder: Path) -> None:
    done = python(folder, "-m", "experiments.run", "world.opinion.rule=my_rules.Repulsion", "results=out", *SMALL)
    assert done.returncode == 0, done.stderr
    assert any("repulsion" in path.read_text() for path in (folder / "out").rglob("provenance.json"))


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("my_rule.Repulsion", "must name a module that can be imported from here, not my_rule"),
        ("my_rules.Repulsoin", "must name an opinion rule of my_rules (Repulsion), not Repulsoin"),
        ("votre", "did you mean 'voter'?"),
    ],
)
def test_a_rule_that_is_not_there(folder: Path, rule: str, sentence: str) -> None:
    done = python(folder, "-m", "experiments.run", f"world.opinion.rule={rule}", "results=out", *SMALL)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (folder / "out").exists()
