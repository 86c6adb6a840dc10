"""Which code decides: any edit that could change a number gives another fingerprint, any other edit the same one."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sim
from sim import sources
from sim.fields import Settings
from sim.moderation import Detector, Policy
from sim.opinion import OpinionRule
from sim.outcomes import OUTCOMES
from sim.run import recording
from sim.sources import UnknownCodeError, code_of, model_sources
from sim.study.keys import RunKeys, classes_of, outcomes_fingerprint

RULE = '''
"""A rule."""
from dataclasses import dataclass

from own_helpers.numbers import PULL
from sim.fields import quantity, register
from sim.opinion import OpinionRule, opinion_weight
from sim.outcomes import OwnOutcome

@register("own_pull")
@dataclass(frozen=True)
class Pull(OpinionRule):
    """Says what it is."""

    @opinion_weight
    def weight(x, stance, confidence, parameters):
        return PULL

@register("own_number")
@dataclass(frozen=True)
class Number(OwnOutcome):
    """A number."""

    unit = "1"
    factor: float = quantity(1.0, unit="1", source="given by the user", doc="A factor.")

    def value(self, day):
        return 1.0 * self.factor
'''
NUMBERS = "from . import more\nPULL = 0.25 * more.FACTOR\n"


class Folder:
    """A folder with a rule of one's own, ``own_rule.py``, and a package that it imports."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "own_helpers").mkdir()
        self.write("own_helpers/__init__.py", "")
        self.write("own_helpers/numbers.py", NUMBERS)
        self.write("own_helpers/more.py", "FACTOR = 1.0\n")
        self.write("own_rule.py", RULE)

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")

    def load(self) -> Any:
        """The module as a new process would load it."""
        for name in [name for name in sys.modules if name.partition(".")[0] in ("own_rule", "own_helpers")]:
            del sys.modules[name]
        importlib.invalidate_caches()
        return importlib.import_module("own_rule")

    def code(self) -> dict[str, str]:
        return code_of(self.load().Pull, model_sources())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # files are rewritten within the second
    yield Folder(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("own_rule", "own_helpers")]:
        del sys.modules[name]


def test_a_class_is_known_by_its_module_and_what_that_imports(folder: Folder) -> None:
    assert set(folder.code()) == {"own_rule", "own_helpers", "own_helpers.numbers", "own_helpers.more"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("own_rule.py", RULE.replace("return PULL", "return -PULL")),
        ("own_rule.py", RULE.replace("import PULL", "import PULL as PULL")),
        ("own_helpers/numbers.py", NUMBERS.replace("0.25", "0.26")),
        ("own_helpers/more.py", "FACTOR = 2.0\n"),
        ("own_helpers/__init__.py", "import math\n"),
        ("own_helpers/numbers.py", NUMBERS + "\ndef lazily():\n    import own_lazily\n"),
    ],
    ids=["rule", "import", "constant", "constant of a constant", "package", "import within a function"],
)
def test_an_edit_that_may_change_numbers_is_seen(folder: Folder, name: str, text: str) -> None:
    folder.write("own_lazily.py", "")
    before = folder.code()
    folder.write(name, text)
    assert folder.code() != before


def test_an_edit_of_words_is_not(folder: Folder) -> None:
    before = folder.code()
    folder.write("own_rule.py", RULE.replace("A rule.", "The rule.").replace("Says", "It says") + "\n\n# and no more\n")
    folder.write("elsewhere.py", "FACTOR = 3.0\n")
    assert folder.code() == before


@pytest.mark.parametrize("name", ["own_rule.py", "own_helpers/more.py"])
def test_what_was_loaded_is_not_taken_for_what_the_file_says_now(folder: Folder, name: str) -> None:
    """A file may be edited while a notebook goes on with what it had imported."""
    own, before = folder.load(), folder.code()
    folder.write(name, (folder.path / name).read_text() + "\nOTHER = 1\n")
    assert code_of(sys.modules["own_rule"].Pull, model_sources()) == before
    with pytest.raises(UnknownCodeError, match="not what own_rule has under this name"):
        code_of(own.Pull, model_sources())  # loaded before, and again since
    assert folder.code() != before


def test_reloading_is_loading(folder: Folder) -> None:
    own = folder.load()
    before = code_of(own.Pull, model_sources())
    folder.write("own_rule.py", RULE.replace("return PULL", "return -PULL"))
    old = own.Pull
    importlib.reload(own)
    assert code_of(own.Pull, model_sources()) != before
    with pytest.raises(UnknownCodeError, match="not what own_rule has under this name"):
        code_of(old, model_sources())


def test_what_is_typed_has_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    typed = type("Typed", (), {"__module__": "__main__"})
    with pytest.raises(UnknownCodeError, match="Typed does not come from a file"):
        code_of(typed, model_sources())


def test_what_is_made_in_a_function_has_no_source_of_its_own() -> None:
    class Local(OpinionRule):
        pass

    with pytest.raises(UnknownCodeError, match="Local is not what test_sources has under"):
        code_of(Local, model_sources())


def test_outcomes_are_known_by_name_fields_and_code(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    model, number = model_sources(), folder.load().Number
    found = [outcomes_fingerprint(own, model) for own in ((), (number(),), (number(factor=2.0),))]
    assert len(set(found)) == 3
    folder.write("own_rule.py", RULE.replace("1.0 * self", "2.0 * self"))
    assert outcomes_fingerprint((folder.load().Number(),), model) not in found
    monkeypatch.setattr("sim.study.keys.OUTCOMES", OUTCOMES[1:])
    assert outcomes_fingerprint((), model) not in found


def test_all_that_a_run_may_be_made_of_belongs_to_the_model() -> None:
    """A policy, a rule or a way to adapt that is not reached from what simulates runs would be edited unseen."""
    model = model_sources()

    def family(cls: type) -> Iterator[type]:
        yield cls
        for child in cls.__subclasses__():
            yield from family(child)

    aside = ("sim.executors", "sim.sampling", "sim.study.precision")  # who simulates, which worlds, and how many seeds
    ours = {cls for cls in family(Settings) if cls.__module__.startswith("sim.")}
    ours = {cls for cls in ours if not cls.__module__.startswith(aside)}
    assert len(ours) > 50 and {Policy, Detector, OpinionRule} <= ours
    assert {cls.__module__ for cls in ours} <= model.keys()
    assert {"sim.engine.agents", "sim.engine.kernels.ticks", "sim.outcomes.reach", "tables.npy"} <= model.keys()
    assert not {name for name in model if name.startswith(("sim.describe", "sim.study.ledger", "sim.study.compare"))}


@pytest.mark.parametrize(
    ("edit", "seen"),
    [
        (lambda text: text.replace("return", "return +", 1), True),
        (lambda text: text + "\n# a word\n", False),
    ],
    ids=["code", "comment"],
)
def test_an_edit_of_the_model_is_seen(edit: Callable[[str], str], seen: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    before, path = model_sources(), Path(sim.__file__).parent / "feed" / "ranking.py"
    original = Path.read_bytes
    changed = edit(path.read_text(encoding="utf-8")).encode()
    monkeypatch.setattr(Path, "read_bytes", lambda self: changed if self == path else original(self))
    assert model_sources() == before  # nothing has been loaded since
    with monkeypatch.context() as patch:
        patch.setattr(sources, "_SOURCES", {})  # nothing had been read before the edit
        with pytest.raises(UnknownCodeError, match=r"ranking\.py has been changed since it was loaded"):
            model_sources()
    monkeypatch.setattr(sources, "_LOADED", {})  # a new process
    assert (model_sources()["sim.feed.ranking"] != before["sim.feed.ranking"]) == seen


def test_keys() -> None:
    """Whatever decides a number decides the key; a people's seed that is the seed is none of its own."""
    world, branch = sim.World.hk2019(people=1000), sim.Branch()
    key = RunKeys(world, 2).key(branch, 1)
    others = [
        RunKeys(world.replace(people=1001), 2).key(branch, 1),
        RunKeys(world, 3).key(branch, 1),
        RunKeys(world, 2, population_seed=2).key(branch, 1),
        RunKeys(world, 2, recorded=recording(world, 2, (), "opinion", None)).key(branch, 1),
        RunKeys(world, 2, recorded=recording(world, 2, (), "opinion", 2)).key(branch, 1),
        RunKeys(world, 2).key(branch.replace(campaign=False), 1),
        RunKeys(world, 2).key(branch, 2),
    ]
    assert len({key, *others}) == 8
    assert RunKeys(world, 2, population_seed=1).key(branch, 1) == key


def test_keys_of_a_world_with_a_rule_of_ones_own(folder: Folder) -> None:
    world = sim.World.hk2019(people=1000)

    def key() -> str:
        own = folder.load().Pull()
        assert type(own) in classes_of(world.replace({"opinion.rule": own}))
        return RunKeys(world.replace({"opinion.rule": own}), 2).key(sim.Branch(), 1)

    before = key()
    assert key() == before
    folder.write("own_helpers/more.py", "FACTOR = 2.0\n")
    assert key() != before
