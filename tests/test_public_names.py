"""Everything that users write is ``sim.X`` or ``sim.room.X``, and what they are shown is written with it."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from sim.branch import Branch
from sim.fields import Settings
from sim.world import World

ROOT = Path(__file__).resolve().parents[1]
SHOWN = [
    *sorted(ROOT.glob("examples/*.py")),
    *sorted(ROOT.glob("docs/**/*.md")),
    ROOT / "README.md",
]


def parts_of(cls: type[Settings], seen: set[type[Settings]]) -> Iterator[type[Settings]]:
    """The classes that a class of settings is made of, with their descendants."""
    if cls in seen or not cls.__module__.startswith("sim."):
        return
    seen.add(cls)
    yield cls
    for child in cls.__subclasses__():
        yield from parts_of(child, seen)
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        for part in every_class(hints[field.name]):
            yield from parts_of(part, seen)


def every_class(hint: object) -> Iterator[type[Settings]]:
    if isinstance(hint, type) and issubclass(hint, Settings):
        yield hint
    for part in typing.get_args(hint):
        yield from every_class(part)


CLASSES = sorted({*parts_of(World, set()), *parts_of(Branch, set())}, key=lambda cls: cls.__qualname__)


def test_what_a_world_and_a_branch_are_made_of_is_found() -> None:
    assert {"World", "Branch", "Takedown", "Perfect", "Voter", "Campaign", "Event"} <= {cls.__name__ for cls in CLASSES}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__qualname__)
def test_whatever_is_written_has_a_public_name(cls: type[Settings]) -> None:
    room = cls.__module__.split(".")[1]
    places = [sim, importlib.import_module(f"sim.{room}")]
    assert any(getattr(place, cls.__name__, None) is cls for place in places), f"export {cls} from sim.{room}"


def test_rooms_list_what_they_export() -> None:
    for room in ("actors", "executors", "feed", "graph", "moderation", "opinion", "outcomes", "people", "society"):
        found = importlib.import_module(f"sim.{room}")
        for name in getattr(found, "__all__", ()):
            assert hasattr(found, name)


def sources(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield text
    else:
        yield from re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.name)
def test_what_users_are_shown_imports_public_names(path: Path) -> None:
    for source in sources(path):
        plain = re.sub(r"^(>>> |\.\.\. )", "", source, flags=re.MULTILINE)
        try:
            tree = ast.parse(plain)
        except SyntaxError:  # a listing with gaps
            continue
        for node in ast.walk(tree):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            deep = [name for name in names if name.startswith("sim.") and name.count(".") > 1]
            assert not deep, f"{path.name} imports {deep}, which is no public name"
