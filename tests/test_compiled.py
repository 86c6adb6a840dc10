"""Compiled code is never older than its source, wherever it may be kept; without a compiler everything runs in Python."""

from __future__ import annotations

import ast
import errno
import importlib
import os
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from numba import float64
from numba.core.caching import IndexDataCacheFile

import sim
from sim import compiled

ROOT = Path(sim.__file__).resolve().parent


def python(code: str, folder: Path, **environment: str) -> str:
    """What a program prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


# Where it is kept


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path | None]:
    """``cache_directory`` in a new process, whose GROUNDSWELL_CACHE, home and temporary folder are those of these names."""

    def found(given: str | None, home: str, temporary: str) -> Path | None:
        with monkeypatch.context() as patch:
            patch.setenv("GROUNDSWELL_CACHE", str(tmp_path / given) if given else "")
            patch.setenv("HOME", str(tmp_path / home))
            patch.setattr(compiled.tempfile, "tempdir", str(tmp_path / temporary))
            return compiled.cache_directory.__wrapped__()

    (tmp_path / "file").write_text("mine")
    (tmp_path / "tmp").mkdir()
    return found


def test_compiled_code_is_kept_where_it_can_be(places: Callable[..., Path | None], tmp_path: Path) -> None:
    """And nobody is told as long as it is kept where they said, or where they did not say."""
    given = places("given", "home", "tmp")
    assert given is not None and given.parent == tmp_path / "given" and given.is_dir()
    home = places(None, "home", "tmp")
    assert home is not None and home.parent == tmp_path / "home" / ".cache" / "groundswell"
    temporary = places(None, "file", "tmp")
    assert temporary is not None and temporary.parent == tmp_path / "tmp" / f"groundswell-{os.getuid()}"
    assert temporary.parent.stat().st_mode & 0o777 == 0o700
    assert given.name == home.name == temporary.name


def test_a_folder_that_cannot_be_used_is_named(places: Callable[..., Path | None], tmp_path: Path) -> None:
    with pytest.warns(
        UserWarning, match=r"cannot be kept \(.*file.*\): it is kept in .*groundswell\. GROUNDSWELL_CACHE"
    ):
        assert places("file", "home", "tmp") is not None
    with pytest.warns(UserWarning, match="every process compiles anew"):
        assert places(None, "file", "file") is None
    assert (tmp_path / "file").read_text() == "mine"


def test_others_cannot_put_code_into_a_temporary_folder(places: Callable[..., Path | None], tmp_path: Path) -> None:
    theirs = tmp_path / "tmp" / f"groundswell-{os.getuid()}"
    theirs.mkdir(mode=0o700)
    theirs.chmod(0o777)
    with pytest.warns(UserWarning, match="others may write"):
        assert places(None, "file", "tmp") is None
    theirs.rmdir()
    theirs.symlink_to(tmp_path)
    with pytest.warns(UserWarning, match="others may write"):
        assert places(None, "file", "tmp") is None


def test_a_user_without_home_and_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(compiled.Path, "home", home)
    monkeypatch.setattr(compiled.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("GROUNDSWELL_CACHE", "")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compiled.cache_directory.__wrapped__()
    assert found is not None and found.parent.parent == tmp_path


def test_what_is_long_unused_is_removed_and_nothing_else(places: Callable[..., Path | None], tmp_path: Path) -> None:
    folder, long_ago = tmp_path / "given", time.time() - 100 * 24 * 3600
    for name in ("0" * 16, "1" * 16, "2" * 16, "notes"):
        (folder / name / "engine").mkdir(parents=True)
        (folder / name / "engine" / "f-1.py311.1.nbc").write_text("")
    (folder / ("1" * 16) / "diary.txt").write_text("mine")
    for name in ("0" * 16, "1" * 16, "notes"):
        os.utime(folder / name, (long_ago, long_ago))
    directory = places("given", "home", "tmp")
    assert directory is not None
    assert {path.name for path in folder.iterdir()} == {"1" * 16, "2" * 16, "notes", directory.name}
    os.utime(directory, (long_ago, long_ago))
    assert places("given", "home", "tmp") == directory and directory.stat().st_mtime > long_ago + 1000


# That it is fresh

PACKAGE = {
    "__init__.py": "",
    "numbers.py": "FACTOR = 2.0\n",
    "rules.py": "from numba import float64\nfrom sim.compiled import scalar\nfrom sim import numbers\n"
    "@scalar(float64(float64))\ndef rule(x):\n    return x * numbers.FACTOR\n",
}
RULE = "from sim.rules import rule\nfrom sim import compiled\nprint(rule(1.0))\n"


@pytest.mark.slow
@pytest.mark.parametrize("kept", [True, False], ids=["kept", "nowhere to keep it"])
def test_a_changed_constant_is_compiled_in(kept: bool, tmp_path: Path) -> None:
    package, nowhere = tmp_path / "sim", tmp_path / "file"
    package.mkdir()
    nowhere.write_text("")
    for name, text in PACKAGE.items():
        (package / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "compiled.py", package)
    code = RULE if kept else "import tempfile\ntempfile.tempdir = 'file'\n" + RULE
    places = {"GROUNDSWELL_CACHE": str(tmp_path / "cache"), "HOME": str(nowhere), "PYTHONDONTWRITEBYTECODE": "1"}
    if not kept:
        places["GROUNDSWELL_CACHE"] = str(nowhere)
    assert float(python(code, tmp_path, **places)) == 2.0
    (package / "numbers.py").write_text("FACTOR = 3.0\n", encoding="utf-8")
    assert float(python(code, tmp_path, **places)) == 3.0
    assert {path.parent.name for path in tmp_path.rglob("*.nbc")} == ({"rules"} if kept else set())
    if kept:
        left = [path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*.nbc"))]
        assert float(python(code, tmp_path, **places)) == 3.0
        assert [path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*.nbc"))] == left


def test_all_that_kernels_freeze_is_in_the_directorys_name() -> None:
    """What a module with compiled functions imports, as Python itself understands it, and so on."""
    files = [path for path in compiled._compiled_sources(ROOT) if path.suffix == ".py"]
    assert len(files) > 40
    for path in files:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in (node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module):
            for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                place = ROOT.parent.joinpath(*name.split("."))
                for imported in (place.with_suffix(".py"), place / "__init__.py"):
                    assert not imported.is_file() or imported in files, (path, imported)
        assert not any(
            alias.name.startswith("sim") for n in tree.body if isinstance(n, ast.Import) for alias in n.names
        )


RULE_FILE = """
from dataclasses import dataclass
from frozen_numbers import PULL
from sim.fields import register
from sim.opinion import OpinionRule, opinion_weight

@register("frozen_pull")
@dataclass(frozen=True)
class Pull(OpinionRule):
    @opinion_weight
    def weight(x, stance, confidence, parameters):
        return PULL
"""


def test_both_engines_see_what_a_rule_of_ones_own_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "frozen_rule.py").write_text(RULE_FILE, encoding="utf-8")
    for pull in (0.25, 0.5):
        (tmp_path / "frozen_numbers.py").write_text(f"PULL = {pull}\n", encoding="utf-8")
        for name in ("frozen_rule", "frozen_numbers"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        importlib.invalidate_caches()
        rule = importlib.import_module("frozen_rule").Pull
        assert rule.weight(0.0, 0.0, 0.0, (0.0,) * 8) == rule.weight.py_func(0.0, 0.0, 0.0, (0.0,) * 8) == pull
    assert not list(tmp_path.rglob("*.nb*"))


# That it breaks nothing


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_full_disk_breaks_nothing(code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(compiled, "_ROOT", Path(__file__).resolve().parent)
    monkeypatch.setattr(compiled, "cache_directory", lambda: tmp_path)

    def three() -> Any:
        @compiled.scalar(float64(float64))
        def times(x: float) -> float:
            return 3.0 * x

        return times(1.0)

    with monkeypatch.context() as patch:
        patch.setattr(IndexDataCacheFile, "_save_data", full)
        assert three() == 3.0
    assert not list(tmp_path.rglob("*.nbc"))
    assert three() == 3.0
    (kept,) = tmp_path.rglob("*.nbc")
    for content in (b"", kept.read_bytes()[:100], bytes(1000)):
        kept.write_bytes(content)
        assert three() == 3.0
    with monkeypatch.context() as patch:
        patch.setattr(IndexDataCacheFile, "load", full)
        assert three() == 3.0


# Without a compiler

IN_PYTHON = """
import warnings
warnings.simplefilter("error", RuntimeWarning)
import sim
world = sim.World.hk2019(people=20).replace({
    "people": 20, "days": 1, "burn_in_days": 0, "graph.kind": "complete", "campaign.accounts": 3,
    "campaign.sleepers.accounts": 0, "organisers.accounts": 2, "outlets.accounts": 0, "expression.posting": 0.5,
})
print(*(sim.simulate(world, engine=engine).digest for engine in ("arrays", "agents")))
"""


@pytest.mark.slow
def test_without_a_compiler_the_bits_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "sim").symlink_to(ROOT)
    interpreted = python(IN_PYTHON, tmp_path, NUMBA_DISABLE_JIT="1").split()
    assert interpreted == python(IN_PYTHON, tmp_path).split()
    assert len(set(interpreted)) == 1
