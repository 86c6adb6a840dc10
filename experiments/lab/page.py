"""The classroom page put together: one file with the engine, the world, the lessons and everything that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import yaml
from markupsafe import Markup

from experiments.lab.graph import graph_of
from experiments.lab.levers import levers
from experiments.lab.worlds import RULE, Choice, in_page
from experiments.pages.assets import PERSON, assets
from experiments.pages.carried import ALLOWED, carried, inlined
from experiments.pages.ties import tied
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


def render(
    exported: PageWorld, lessons: Sequence[Mapping[str, Any]], first: str, told: Told, choices: Sequence[Choice] = ()
) -> str:
    """The page as text; ``lessons`` are as a page of that world has them, and ``choices`` those whose combinations are the
    variants of what is exported."""
    say = strings()
    world, layout = exported.world, exported.layout
    reachable = round(world.people * world.weight)
    outcomes = _outcomes(say, reachable)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    graphs, places = _graphs(exported)
    data = {
        "calendar": {"dates": [world.date(day) for day in range(world.days)], "events": layout["calendar"]["events"]},
        "page": layout["image_sha256"][:8],
        "people": world.people,
        "outcomes": outcomes,
        "levers": [lever._asdict() for lever in levers(world)],
        "lessons": list(lessons),
        "lesson": first,
        "views": VIEWS,
        "graphs": graphs,
        "graph_of": places,
        "worlds": in_page(choices),
        "weight": world.weight,
        "columns": {outcome.name: i for i, outcome in enumerate(OUTCOMES)},
        "seeds": list(range(layout["seed"], layout["seed"] + LUCK)),
        "world": {"lines": list(told.lines), "population_seed": layout["population_seed"]},
        "strings": say,
    }  # fmt: skip
    engine = carried(exported) | {"watched": graphs[0]["accounts"]}
    for name, about in engine["variants"].items():
        about["watched"] = graphs[places[name]]["accounts"]
    foot = [
        say["foot"]["version"].format(version=told.version, model=MODEL_VERSION),
        say["foot"]["world"].format(world="hk2019", people=f"{world.people:,}", reachable=f"{reachable:,}"),
    ]
    page = environment.get_template("lab.html").render(
        page=assets(HERE / "page", **ALLOWED),
        generator=Markup(GENERATOR),
        person=PERSON,
        say=say,
        lessons=lessons,
        views=VIEWS,
        people=world.people,
        outcomes=[{"name": each["name"], "title": say["outcomes"][each["name"]]["title"]} for each in outcomes],
        foot=" · ".join(foot),
        data=inlined(data),
        engine=inlined(engine),
    )
    return tied(page)


def _graphs(exported: PageWorld) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The graphs of the worlds, that of the page's own first, and which of them is a variant's."""
    seed = exported.layout["population_seed"]
    graphs, places = [graph_of(exported.world, seed)], {}
    drawn = {exported.world.canonical: 0}
    for name, variant in exported.variants.items():
        like = variant.world.replace({RULE: exported.world.opinion.rule}).canonical  # a rule draws nothing
        if like not in drawn:
            drawn[like] = len(graphs)
            graphs.append(graph_of(variant.world, seed))
        places[name] = drawn[like]
    return graphs, places


def _outcomes(say: Mapping[str, Any], reachable: int) -> list[dict[str, Any]]:
    return [
        {"name": name, "people": _PEOPLE[name] * reachable if name in _PEOPLE else None} for name in say["outcomes"]
    ]
