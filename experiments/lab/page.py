"""The classroom page put together: one file with the engine, the world, the lessons and everything that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import yaml
from markupsafe import Markup

from experiments.lab.graph import graph_of
from experiments.lab.lessons import Lesson
from experiments.lab.levers import levers
from experiments.pages.assets import PERSON, assets
from experiments.pages.carried import ALLOWED, carried, inlined
from sim.outcomes import OUTCOMES
from sim.page import PageWorld
from sim.version import MODEL_VERSION

HERE = Path(__file__).parent
STRINGS = HERE / "strings.yaml"
GENERATOR = '<meta name="generator" content="Groundswell classroom">'
"""By this a file is known as one of these pages."""
VIEWS = ("timeline", "opinions", "graph", "feed", "movers", "removed", "luck", "class", "python")
LUCK = 20
"""Seeds of a page: that of its world and those after it."""
# How many people an outcome of 1 is, as a multiple of the people reachable: a share counts them, a mean opinion moves by 2 where
# somebody turns right round.
_PEOPLE = {"troll_part": -0.5, "reach": 1.0, "turnout_movement": 1.0}


class Told(NamedTuple):
    """What a page says of its world: how Python makes it (``lines``), and the version of the program."""

    lines: Sequence[str]
    version: str


def strings() -> dict[str, Any]:
    """The words of the page."""
    words: dict[str, Any] = yaml.safe_load(STRINGS.read_text(encoding="utf-8"))
    return words


def render(exported: PageWorld, lessons: Mapping[str, Lesson], first: str, told: Told) -> str:
    """The page as text. Raises InputError for a lesson that the world cannot have, naming it."""
    say = strings()
    world, layout = exported.world, exported.layout
    reachable = round(world.people * world.weight)
    outcomes = _outcomes(say, reachable)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    graph = graph_of(world, layout["population_seed"])
    data = {
        "calendar": {"dates": [world.date(day) for day in range(world.days)], "events": layout["calendar"]["events"]},
        "people": world.people,
        "outcomes": outcomes,
        "levers": [lever._asdict() for lever in levers(world)],
        "lessons": [lesson.in_page(name, world) for name, lesson in lessons.items()],
        "lesson": first,
        "views": VIEWS,
        "graph": graph,
        "weight": world.weight,
        "columns": {outcome.name: i for i, outcome in enumerate(OUTCOMES)},
        "seeds": list(range(layout["seed"], layout["seed"] + LUCK)),
        "world": {"lines": list(told.lines), "population_seed": layout["population_seed"]},
        "strings": say,
    }  # fmt: skip
    engine = carried(exported) | {"watched": graph["accounts"]}
    foot = [
        say["foot"]["version"].format(version=told.version, model=MODEL_VERSION),
        say["foot"]["world"].format(world="hk2019", people=f"{world.people:,}", reachable=f"{reachable:,}"),
    ]
    return environment.get_template("lab.html").render(
        page=assets(HERE / "page", **ALLOWED),
        generator=Markup(GENERATOR),
        person=PERSON,
        say=say,
        lessons=data["lessons"],
        views=VIEWS,
        people=world.people,
        outcomes=[{"name": each["name"], "title": say["outcomes"][each["name"]]["title"]} for each in outcomes],
        foot=" · ".join(foot),
        data=inlined(data),
        engine=inlined(engine),
    )


def _outcomes(say: Mapping[str, Any], reachable: int) -> list[dict[str, Any]]:
    columns = {outcome.name: i for i, outcome in enumerate(OUTCOMES)}
    return [
        {
            "name": name, "column": columns[name],
            "people": _PEOPLE[name] * reachable if name in _PEOPLE else None,
        }
        for name in say["outcomes"]
    ]  # fmt: skip
