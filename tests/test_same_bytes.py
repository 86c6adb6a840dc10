"""The same world gives the same bytes: image, layout, module, and the classroom's file, by any process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.page.module import _built, code_of

ROOT = Path(__file__).resolve().parents[1]
WORLD = sim.World.hk2019(people=1000)

pytestmark = pytest.mark.slow

WRITE = f"import sim; sim.page.export(sim.World.hk2019(people={WORLD.people}), seed=3).write('.')"


def written(folder: Path, seed: str, *command: str) -> dict[str, bytes]:
    """What a process writes into an empty folder, with the order that its sets of words get from a seed."""
    folder.mkdir()
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, *command], cwd=folder, env=environment, check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_exported_is_the_same_again(tmp_path: Path) -> None:
    first, second = (written(tmp_path / seed, seed, "-c", WRITE) for seed in "12")
    assert first == second
    assert set(first) == {"engine.wasm", "world.bin", "layout.json", "engine.js", "variants.js"}


def test_a_classroom_is_the_same_file_again(tmp_path: Path) -> None:
    program = ("-m", "experiments.play", "people=1000", "open=false")
    first, second = (written(tmp_path / seed, seed, *program) for seed in "12")
    assert first == second and len(first["lab.html"]) > 500_000


@pytest.mark.longest
def test_a_module_is_built_to_the_same_bytes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    page = sim.page.export(WORLD, seed=3)
    monkeypatch.setenv("PYTHONHASHSEED", "3")
    assert _built(page.kind, code_of(page.kind)) == page.module
