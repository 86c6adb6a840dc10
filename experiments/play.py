"""``python -m experiments.play``: the classroom, a page in which the model itself runs. ``--help`` says more."""

from __future__ import annotations

import json
import pprint
import sys
import time
import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from experiments.command.arguments import HELP, Dialect, output_field
from experiments.command.folder import UNWRITABLE, expanded
from experiments.command.progress import Reporter
from experiments.command.terminal import program, shown
from experiments.lab.lessons import fitting, named, packaged
from experiments.lab.levers import OF_OPERATOR
from experiments.lab.page import GENERATOR, Told, render, strings
from experiments.lab.worlds import USUAL as WORLDS
from experiments.lab.worlds import choices_of, variants_of
from sim import page
from sim.code_cache import write_whole
from sim.fields import InputError, Settings, quantity
from sim.world import World

AT_FIRST = {"name": "rebuilding", "replacement": 0.0, "keeps_volume": False}
"""How the operator answers losses until the page's lever says otherwise: it could wake any sleeper, and goes on as it was."""


@dataclass(frozen=True)
class Options(Settings):
    """Which world the page has, and where it goes."""

    out: str = quantity("lab.html", unit="path", source="given by the user", doc="The file that is written.")
    people: int = quantity(
        1000, unit="people", low=100, source="given by the user",
        doc="People who are modelled; they stand for those of world.people_reachable. 1000 suits phones, 10000 makes 3 MB.",
    )  # fmt: skip
    seed: int = quantity(
        1, unit="seed", low=0, high=2**53 - 100, source="given by the user", doc="Seed of world and run."
    )
    lesson: str = quantity(
        "",
        unit="name or file",
        source="given by the user",
        doc="The lesson that the page opens with; FILE.yaml adds one (empty: the first that the world can have).",
    )
    open: bool = quantity(
        True, unit="yes or no", source="given by the user", doc="Whether the page is opened in a browser."
    )
    output: str = output_field()


DIALECT = Dialect(Options, owners=("world", "variants"), owner="world")
USAGE = DIALECT.usage(
    "python -m experiments.play [people=1000] [lesson=NAME] [world.FIELD=VALUE …] [variants.FIELD=[VALUE,…]] [out=lab.html] "
    "[open=false]",
    "Writes one file in which the model itself runs, in anybody's browser, without a network, and opens it: two worlds side by",
    "side, and lessons on them (docs/classroom.md). The engine is built for browsers the first time, which takes a minute.",
    f"Both worlds of the page may have several values of {', '.join(WORLDS)}; variants.FIELD=[VALUE,…] names others, [] none.",
    f"Lessons: {', '.join(packaged())}.",
)


def world_of(people: int, changes: Mapping[str, Any]) -> tuple[World, list[str]]:
    """The world with changed fields, and the lines of Python that make it. Raises InputError."""
    if "people" in changes:
        raise InputError("must be given as people=N", field="world.people")
    if "adaptation" in changes.get("campaign", {}):
        raise InputError("must be left out: how the operator answers is a lever of the page", f"world.{OF_OPERATOR}")
    lines = [
        f"world = sim.World.hk2019(people={people})",
        f"world = world.replace({{{json.dumps(OF_OPERATOR)}: {AT_FIRST}}})",
    ]
    world = World.hk2019(people=people).replace({OF_OPERATOR: AT_FIRST})
    if changes:
        try:
            world = world.replace(changes)
        except InputError as error:
            raise InputError(error.problem, "world" + (error.field or "").removeprefix("World")) from None
        lines += f"world = world.replace({pprint.pformat(dict(changes), width=100, sort_dicts=False)})".split("\n")
    return world, lines


@program
def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments and return its exit code."""
    if set(HELP) & set(arguments):
        print(USAGE)
        return 0
    given = DIALECT.parse(arguments)
    options = given.options
    place = Path(expanded(options.out, "out")).absolute()
    _check(place)
    lessons, asked = named(options.lesson), Path(options.lesson).stem
    world, lines = world_of(options.people, given.parameters.get("world", {}))
    choices = choices_of(world, given.parameters.get("variants", {}), strings())
    fit, without = fitting(lessons, asked, world, choices)
    began = time.monotonic()
    with Reporter() as reporter:
        reporter.say_if_it_compiles()
        reporter.begin("engine and world for a page")
        exported = page.export(world, options.seed, variants=variants_of(choices))
        text = render(exported, fit, asked or fit[0]["name"], Told(lines, version("groundswell")), choices)
    _write(place, text)
    size = place.stat().st_size
    if options.output == "json":
        about = {"page": str(place), "bytes": size, "lessons": [lesson["name"] for lesson in fit]}
        about |= {"lessons_left_out": without, "seconds": time.monotonic() - began}
        print(json.dumps(about))
    else:
        print(f"{shown(place)}: {size / 1e6:.2f} MB, {world.people:,} people, {len(fit)} lessons")
        for name, why in without.items():
            print(f"Left out, for the world cannot have it: {name} ({why})")
    if options.open:
        webbrowser.open(place.as_uri())
    return 0


def _check(place: Path) -> None:
    """Raise InputError for a place that is no file of ours to write."""
    if place.is_dir():
        raise InputError(f"must be a file, not the folder {str(place)[:200]!r}", field="out")
    if not place.parent.is_dir():
        raise InputError(
            f"must be a file in a folder that there is, which {str(place.parent)[:200]!r} is not", field="out"
        )
    if place.exists():
        with place.open("rb") as file:
            if GENERATOR.encode() not in file.read(2000):
                raise InputError(
                    f"must be a new file or a page that this program wrote, which {str(place)[:200]!r} is not",
                    field="out",
                )


def _write(place: Path, text: str) -> None:
    try:
        write_whole(place, text.encode())
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        raise InputError(f"must be a file that can be written ({error.strerror})", field="out") from None


if __name__ == "__main__":
    sys.exit(main())
