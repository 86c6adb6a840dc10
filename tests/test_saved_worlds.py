"""A world's YAML file gives the same world back, is never half-written, and reading one runs nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

import sim
from sim.fields import InputError
from sim.saved import _lines
from tests.strategies.worlds import worlds


@given(worlds())
@settings(max_examples=60)
def test_every_world_comes_back_as_it_was(world: sim.World) -> None:
    text = "\n".join(_lines(world, ""))
    assert sim.fields.build(sim.World, yaml.safe_load(text)).canonical == world.canonical


def test_the_real_case_through_a_file(tmp_path: Path) -> None:
    world = sim.World.hk2019(people=1000)
    path = tmp_path / "wörld #1.yaml"
    world.save(path)
    assert sim.World.load(path) == world
    assert "people_reachable: 1000000  # people in reality\n" in path.read_text(encoding="utf-8")
    world.replace({"people": 2000}).save(path)  # an older world may be replaced
    assert sim.World.load(str(path)).people == 2000
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_what_is_no_world_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "thesis.yaml"
    path.write_text("people: 3", encoding="utf-8")
    with pytest.raises(InputError, match=r"which .*thesis\.yaml' does not"):
        sim.World(people=50).save(path)
    assert path.read_text(encoding="utf-8") == "people: 3"


@pytest.mark.parametrize("place", ["missing/world.yaml", "x" * 300, ".", "a\0b"])
def test_where_it_cannot_be_written(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="path must be"):
        sim.World(people=50).save(place)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("people: 50\nfeeed: {length: 3}\n", "world.feeed is not a field; did you mean feed?"),
        ("people: 1\n", "world.people must be a whole number from 2 to 100000000, not 1."),
        ("people: 50\npeople: 60\n", "must have each key once, but .* has 'people' again in line 2"),
        ("people: &a 50\ndays: *a\n", r"must be a file without aliases, which .* has \(\*a\)"),
        ("people: [50\n", "must be a file of YAML, which .* is not \\(line 2: "),
        ("\x07", "must be a file of YAML, which .* is not"),
        ("people: " + "[" * 50 + "]" * 50, "must not be nested more than 40 deep"),
        ("[" * 3000, "nest"),
        ("", "must be a file with the fields of a World, which .* is not"),
        ("- 1\n", "must be a file with the fields of a World, which .* is not"),
        (
            "people: !!python/object/apply:os.system ['true']\n",
            "must be a file of YAML, which .* is not \\(line 1: could not",
        ),
    ],
    ids=lambda value: value[:20],
)
def test_files_that_are_no_world(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        sim.World.load(path)


@pytest.mark.parametrize("path", [None, 3, b"x", "missing.yaml", "/dev/zero", "/", ""])
def test_what_is_no_file(path: Any) -> None:
    with pytest.raises(InputError, match="path must be"):
        sim.World.load(path)


def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_bytes(b"people: \xff")
    with pytest.raises(InputError, match="it is no text in UTF-8"):
        sim.World.load(path)


def test_what_is_shown_of_worlds_runs_and_studies_is_short_and_only_text() -> None:
    world = sim.World(people=50, graph={"kind": "complete"})
    assert repr(world) == "World(people=50, graph=Complete())"
    assert len(repr(sim.World.hk2019(people=1000))) < 400
    study = sim.compare(world, {"<b>none</b>": sim.Branch(), "other": sim.Branch()}, seeds=1)
    run = study.runs["other", 1]
    assert repr(run).startswith("Run(50 people, 1 day, seed 1, digest ") and len(repr(run)) < 100
    assert repr(study) == "Study(<b>none</b>, other; 1 seeds, 1 days, compared with '<b>none</b>')"
    for shown in (world, run, study, sim.Branch()):
        table = shown._repr_html_()
        assert "<table" in table and "<b>none" not in table
    assert "people in reality" in sim.World.hk2019(people=1000)._repr_html_()
