"""Compiled code is never older than its source, wherever it may be kept; without a compiler everything runs in Python."""

from __future__ import annotations

import errno
import importlib
import inspect
import os
import pkgutil
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

import sim
from sim import code_cache, compiled
from sim.engine.kernels.ticks import run_ticks
from sim.frozen import UnknownValueError, function_fingerprint, types_fingerprint
from sim.moderation import Policy
from sim.opinion.deffuant import Deffuant

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
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Path, ...]]:
    """``cache_directories`` in a new process, whose GROUNDSWELL_CACHE, home and temporary folder are those of these names."""

    def found(given: str | None, home: str, temporary: str) -> tuple[Path, ...]:
        with monkeypatch.context() as patch:
            patch.setenv("GROUNDSWELL_CACHE", str(tmp_path / given) if given else "")
            patch.setenv("HOME", str(tmp_path / home))
            patch.setattr(code_cache.tempfile, "tempdir", str(tmp_path / temporary))
            return code_cache.cache_directories.__wrapped__()

    (tmp_path / "file").write_text("mine")
    (tmp_path / "tmp").mkdir()
    return found


def test_compiled_code_is_kept_where_it_can_be(places: Callable[..., tuple[Path, ...]], tmp_path: Path) -> None:
    """And nobody is told as long as it is kept where they said, or where they did not say."""
    assert places("given", "home", "tmp") == (tmp_path / "given",)
    assert (tmp_path / "given").is_dir()
    assert places(None, "home", "tmp") == (tmp_path / "home" / ".cache" / "groundswell",)
    (temporary,) = places(None, "file", "tmp")
    assert temporary == tmp_path / "tmp" / f"groundswell-{os.getuid()}"
    assert temporary.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_used_is_named(places: Callable[..., tuple[Path, ...]], tmp_path: Path) -> None:
    with pytest.warns(
        UserWarning, match=r"cannot be kept \(.*file.*\): it is kept in .*groundswell\. GROUNDSWELL_CACHE"
    ):
        assert places("file", "home", "tmp") == (tmp_path / "home" / ".cache" / "groundswell",)
    with pytest.warns(UserWarning, match="every process compiles anew"):
        assert places(None, "file", "file") == ()
    assert (tmp_path / "file").read_text() == "mine"


def test_code_that_can_only_be_read_is_read(
    places: Callable[..., tuple[Path, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as that of an image of a container; what is new goes where it can be written, and nobody is told."""

    def temporary(dir: Path) -> Any:
        if dir == tmp_path / "given":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(dir))
        return writable(dir=dir)

    writable = code_cache.tempfile.TemporaryFile
    monkeypatch.setattr(code_cache.tempfile, "TemporaryFile", temporary)
    (tmp_path / "given").mkdir()
    with pytest.warns(UserWarning, match="Read-only file system"):
        places("given", "home", "tmp")
    (tmp_path / "given" / "sim.rule-0-1.nbc").write_bytes(b"code")
    assert places("given", "home", "tmp") == (tmp_path / "given", tmp_path / "home" / ".cache" / "groundswell")


def test_others_cannot_put_code_into_a_temporary_folder(
    places: Callable[..., tuple[Path, ...]], tmp_path: Path
) -> None:
    theirs = tmp_path / "tmp" / f"groundswell-{os.getuid()}"
    theirs.mkdir(mode=0o700)
    (theirs / "sim.rule-0-1.nbc").write_bytes(b"theirs")
    theirs.chmod(0o777)
    with pytest.warns(UserWarning, match="others may write"):
        assert places(None, "file", "tmp") == ()
    theirs.rename(tmp_path / "elsewhere")
    theirs.symlink_to(tmp_path)
    with pytest.warns(UserWarning, match="others may write"):
        assert places(None, "file", "tmp") == ()


def test_a_user_without_home_and_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(code_cache.Path, "home", home)
    monkeypatch.setattr(code_cache.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("GROUNDSWELL_CACHE", "")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (found,) = code_cache.cache_directories.__wrapped__()
    assert found.parent == tmp_path


def test_what_is_long_unused_is_removed_and_nothing_else(
    places: Callable[..., tuple[Path, ...]], tmp_path: Path
) -> None:
    folder, long_ago = tmp_path / "given", time.time() - 100 * 24 * 3600
    folder.mkdir()
    used, unused, left = (f"sim.feed.f-{digit * 16}-{'a' * 16}.nbc" for digit in "012")
    left += ".tmp12_34567890"
    names = (used, unused, left, "notes.nbc", "diary.txt")
    for name in names:
        (folder / name).write_text("")
        os.utime(folder / name, (long_ago, long_ago))
    os.utime(folder / used)
    places("given", "home", "tmp")
    assert {path.name for path in folder.iterdir()} == {used, "notes.nbc", "diary.txt"}


# That it is fresh, and as fresh as need be

PACKAGE = {
    "__init__.py": "",
    "numbers.py": "FACTOR = 2.0\n",
    "helpers.py": "from sim.compiled import inlined\n@inlined\ndef half(x):\n    return 0.5 * x\n",
    "rules.py": """from typing import NamedTuple
from numba import float64
from sim.compiled import kernel, scalar
from sim import numbers
from sim.helpers import half
class Pair(NamedTuple):
    a: float
    b: float
@scalar(float64(float64))
def rule(x):
    return 2.0 * half(x) * numbers.FACTOR
@kernel
def difference(pair):
    return pair.a - pair.b
class Policy:
    limit = 3
""",
}
RULE = """
from sim.rules import Pair, difference, rule
print(rule(1.0), difference(Pair(b=1.0, a=2.0)))
print(*(sum(f.stats.cache_hits.values()) if hasattr(f, "stats") else 0 for f in (rule, difference)))
"""


class Package:
    """A package ``sim`` with a rule, a helper and a kernel, kept in a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "sim").mkdir()
        for name, text in PACKAGE.items():
            (folder / "sim" / name).write_text(text, encoding="utf-8")
        for name in ("compiled.py", "code_cache.py", "frozen.py", "indices.py"):
            shutil.copy(ROOT / name, folder / "sim")
        self.places = {"GROUNDSWELL_CACHE": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / "sim" / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def values(self, code: str = RULE) -> tuple[list[float], list[bool]]:
        """What the rule and the kernel give in a new process, and whether each was found compiled."""
        values, found = python(code, self.folder, **self.places).splitlines()
        return [float(value) for value in values.split()], [hits == "1" for hits in found.split()]


@pytest.mark.slow
def test_what_may_change_a_number_is_compiled_anew_and_nothing_else(tmp_path: Path) -> None:
    package = Package(tmp_path)
    assert package.values() == ([2.0, 1.0], [False, False])
    words = {
        "rules.py": [("class Pair", "# A pair.\n\nclass Pair"), ("(x):\n", '(x):\n    """A rule."""\n'), ("3", "4")],
        "helpers.py": [("def half(x):\n", "def half(x):\n    # half of it\n\n")],
        "numbers.py": [("FACTOR", '"""Numbers."""\nUNUSED = 5\nFACTOR')],
    }
    for name, edits in words.items():
        for old, new in edits:
            package.edit(name, old, new)
    assert package.values() == ([2.0, 1.0], [True, True])
    package.edit("numbers.py", "2.0", "3.0")
    assert package.values() == ([3.0, 1.0], [False, True])
    package.edit("helpers.py", "0.5", "1.5")
    assert package.values() == ([9.0, 1.0], [False, True])
    package.edit("rules.py", "return 2.0", "return 4.0")
    assert package.values() == ([18.0, 1.0], [False, True])
    package.edit("rules.py", "    a: float\n    b: float", "    b: float\n    a: float")
    assert package.values() == ([18.0, 1.0], [True, False])
    package.edit("rules.py", "return 4.0", "return 2.0")
    assert package.values() == ([9.0, 1.0], [True, True])  # as it was before
    names = {path.name.partition("-")[0] for path in (tmp_path / "cache").iterdir()}
    assert names == {"sim.rules.rule", "sim.rules.difference", "sim.helpers.half"}


@pytest.mark.slow
def test_where_nothing_can_be_kept_nothing_is_stale(tmp_path: Path) -> None:
    package = Package(tmp_path)
    (tmp_path / "file").write_text("")
    package.places |= {"GROUNDSWELL_CACHE": str(tmp_path / "file"), "HOME": str(tmp_path / "file")}
    code = "import tempfile\ntempfile.tempdir = 'file'\n" + RULE
    assert package.values(code) == ([2.0, 1.0], [False, False])
    package.edit("numbers.py", "2.0", "3.0")
    assert package.values(code) == ([3.0, 1.0], [False, False])
    assert not list(tmp_path.rglob("*.nbc"))


NAMES = """
from sim.engine.kernels.ticks import run_ticks
from sim.opinion.deffuant import Deffuant
print(*(function._cache._name for function in (run_ticks, Deffuant.weight)))
"""


@pytest.mark.slow
def test_the_engine_is_not_compiled_anew_for_words(tmp_path: Path) -> None:
    """Nor for code that it has not in it. Nothing is compiled here, but for rules."""
    shutil.copytree(ROOT, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))

    def edit(name: str, old: str, new: str) -> None:
        path = tmp_path / "sim" / name
        text = path.read_text(encoding="utf-8")
        assert old in text, (name, old)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    before = [function._cache._name for function in (run_ticks, Deffuant.weight)]
    assert None not in before
    policy, ticks, rule = (
        Path(source).resolve().relative_to(ROOT).as_posix()
        for source in map(inspect.getfile, (Policy, run_ticks.py_func, Deffuant))
    )
    for name, old, new in (
        (policy, '"""', '"""Edited. '),
        (policy, "@dataclass(frozen=True)\nclass Policy(", "_UNUSED = 1\n@dataclass(frozen=True)\nclass Policy("),
        (ticks, '"""What a', '"""All that a'),
    ):
        edit(name, old, new)
    edit(ticks, "@lean_kernel", "# A comment, and a line more.\n\n@lean_kernel")
    assert python(NAMES, tmp_path, PYTHONDONTWRITEBYTECODE="1").split() == before
    edit("randomness.py", "RESHARE_CHOICE = 28", "RESHARE_CHOICE = 128")
    edit(rule, "return 0.0", "return 7.0")
    after = python(NAMES, tmp_path, PYTHONDONTWRITEBYTECODE="1").split()
    assert after[0] != before[0] and after[1] != before[1]


FROZEN = """
from math import pi
from typing import NamedTuple
import numpy as np
TABLE = np.arange(3)
LIMITS = (1, 2.0)
class Kept:
    pass
KEPT = Kept()
def f(x, y=1):
    if x < 0:
        return [LIMITS[0] * z for z in range(3)]
    return TABLE[x] * pi
def g(x):
    return KEPT
"""


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("def f", "\n# Words.\ndef f", True),
        ("y=1):\n", 'y=1):\n    "Words."\n', True),
        ("class Kept:", "class Kept:\n    x = 1", True),
        ("y=1", "y=2", False),
        ("x < 0", "x < 1", False),
        ("* z", "+ z", False),
        ("arange(3)", "arange(4)", False),
        ("1, 2.0", "1, 2", False),
        ("1, 2.0", "1, -2.0", False),
        ("import pi", "import e as pi", False),
    ],
)
def test_a_function_is_known_by_what_is_frozen_in_it(old: str, new: str, same: bool) -> None:
    def told(text: str) -> str:
        scope = {"__name__": "sim.trial"}
        exec(text, scope)
        with pytest.raises(UnknownValueError, match="Kept"):
            function_fingerprint(scope["g"], {})
        return function_fingerprint(scope["f"], {})

    assert old in FROZEN
    assert (told(FROZEN.replace(old, new)) == told(FROZEN)) is same


@pytest.mark.parametrize("name", ["BOUNDSCHECK", "OPT"])
def test_what_is_asked_of_the_compiler_has_code_of_its_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or NUMBA_BOUNDSCHECK=1 would check nothing that has been compiled before."""
    before = types_fingerprint([float64], "machine")
    monkeypatch.setattr(compiled.numba.config, name, 1)
    assert types_fingerprint([float64], "machine") != before


def test_whatever_is_compiled_can_be_kept() -> None:
    """Nothing in it is of a kind of which nobody could tell whether it has changed."""
    modules = [importlib.import_module(module.name) for module in pkgutil.walk_packages(sim.__path__, "sim.")]
    found = {
        value
        for module in modules
        for scope in (module, *(kind for kind in vars(module).values() if isinstance(kind, type)))
        for value in vars(scope).values()
        if isinstance(getattr(value, "_cache", None), code_cache.CodeCache)
    }
    assert len(found) > 100
    assert not [function.py_func.__qualname__ for function in found if function._cache._name is None]


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
    monkeypatch.setattr(code_cache, "cache_directories", lambda: (tmp_path,))

    def three() -> Any:
        @compiled.scalar(float64(float64))
        def times(x: float) -> float:
            return 3.0 * x

        return times(1.0)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        assert three() == 3.0
    assert not list(tmp_path.rglob("*.nbc"))
    assert three() == 3.0
    (kept,) = tmp_path.iterdir()
    for content in (b"", kept.read_bytes()[:100], bytes(1000)):
        kept.write_bytes(content)
        assert three() == 3.0
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", full)
        assert three() == 3.0


# Without a compiler

IN_PYTHON = """
import warnings
warnings.simplefilter("error", RuntimeWarning)
import sim
from sim.engine import arrays
arrays._SMALLEST_CHUNK = 1
world = sim.World.hk2019(people=20, people_reachable=20).replace({
    "days": 1, "burn_in_days": 0, "graph.kind": "complete", "campaign.accounts": 3,
    "campaign.sleepers.accounts": 0, "organisers.accounts": 2, "outlets.accounts": 0, "expression.posting": 0.5,
})
print(*(sim.simulate(world, engine=e, threads=n).digest for e, n in (("arrays", 1), ("arrays", 2), ("agents", 1))))
"""


@pytest.mark.slow
def test_without_a_compiler_the_bits_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "sim").symlink_to(ROOT)
    interpreted = python(IN_PYTHON, tmp_path, NUMBA_DISABLE_JIT="1").split()
    assert interpreted == python(IN_PYTHON, tmp_path).split()
    assert len(set(interpreted)) == 1
