"""Every ``>>>`` example runs and gives what it says, wherever it stands."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parent.parent
PLACES = ("sim", "experiments", "benchmarks", "examples", "docs")
PROMPT = ">" * 3 + " "


def files() -> list[Path]:
    """Sources and documents in which an example stands."""
    found = [path for place in PLACES for kind in ("*.py", "*.md") for path in (ROOT / place).rglob(kind)]
    return sorted(path for path in [*ROOT.glob("*.md"), *found] if PROMPT in path.read_text(encoding="utf-8"))


def examples(path: Path) -> list[doctest.DocTest]:
    """Those in the docstrings of a module, or all of a document as one."""
    if path.suffix == ".md":
        text = path.read_text(encoding="utf-8")
        return [doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)]
    steps = path.relative_to(ROOT).with_suffix("").parts
    module = importlib.import_module(".".join(step for step in steps if step != "__init__"))
    return [test for test in doctest.DocTestFinder().find(module) if test.examples]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_an_example_gives_what_it_says(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that doctest does not find by itself (in a comment, say) count: there are none."""
    found = examples(path)
    assert sum(len(test.examples) for test in found) == path.read_text(encoding="utf-8").count(PROMPT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in found:
        runner.run(test)
    assert runner.tries > 0 and runner.failures == 0


def test_the_front_doors_have_examples() -> None:
    for door in (sim, sim.simulate, sim.compare, sim.describe):
        assert PROMPT in (door.__doc__ or ""), door
