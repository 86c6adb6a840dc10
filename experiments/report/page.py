"""The report of a study as one page."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from experiments.command.words import day_in_words, duration, number, plain, ranks_in_words, short_day
from experiments.report.assets import assets, inline
from experiments.report.story import Story
from experiments.report.strategies import COSTS, ranked
from experiments.studies.results import REPORT


def draw(story: Story, folder: Path) -> None:
    """Draw the figures and write the report of a story into their folder."""
    from experiments.report.figures import draw_figures  # slow to import, and of no use to --help

    figures = draw_figures(story, folder / "figures")
    (folder / REPORT).write_text(render(story, folder, figures), encoding="utf-8")


def render(story: Story, folder: Path, figures: Sequence[str]) -> str:
    """The report as one page that asks for nothing from anywhere."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("experiments.report"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"plain": plain, "day": day_in_words, "short_day": short_day, "duration": duration}
    environment.filters |= {"capitalised": _capitalised, "number": number, "ranks": ranks_in_words}
    return environment.get_template("report.html").render(
        page=assets(),
        story=story,
        plan=story.plan,
        world=story.world,
        provenance=story.provenance,
        grids=[
            [cell for cell in story.grid if cell.kind == kind] for kind in dict.fromkeys(c.kind for c in story.grid)
        ],
        strategies=ranked(story.strategies),
        costs=COSTS,
        own_outcomes=story.own_outcomes.to_dict("records"),
        found=story.found.to_dict("records"),
        observed=_observed(story),
        figures={name: inline(folder / "figures" / f"{name}.svg", name) for name in figures},
        until=day_in_words(story.until),
        seeds=len(story.seeds),
        command=shlex.join(story.provenance["command"]),
    )


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _observed(story: Story) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(story.observed.to_json(orient="records"))
    for row in rows:
        for column in ("observed", "simulated"):
            share = row["unit"].startswith("share")
            value = row[column]
            row[column] = "not reached" if value is None else f"{100 * value:.1f} %" if share else plain(value, 3)
    return rows
