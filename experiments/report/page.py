"""The report of a study as one page."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from experiments.command.words import duration, in_full, number, plain, ranks_in_words
from experiments.pages.assets import PERSON, assets
from experiments.pages.carried import ALLOWED, inlined
from experiments.pages.ties import tied
from experiments.report.analyses import AVERTED, SHARES
from experiments.report.certainty import LEVELS
from experiments.report.data import as_link, tables
from experiments.report.findings import PER
from experiments.report.innocent import sentences
from experiments.report.live import Live, live_of
from experiments.report.move import move_data
from experiments.report.people import LENGTH, reachable
from experiments.report.story import Story
from experiments.report.strategies import COSTS, DRAWS, ranked
from experiments.report.strings import say
from experiments.report.svg import inline
from experiments.report.timeline import called
from experiments.report.verdict import as_set
from experiments.studies.results import REPORT
from sim.moderation import PreemptiveRemoval
from sim.outcomes import OUTCOMES
from sim.society.groups import innocent_accounts

ORDER = ("effects", "chances", "frontier", "timeline", "sweep", "timing-and-scale", "channels", "relays")
"""Names of figures as the page has them."""
_SHOWN = 6  # assumptions that are not folded away

HERE = Path(__file__).parent


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
    live = live_of(story) if story.provenance["live"] else None
    environment.globals["t"] = say.html
    environment.filters |= {"plain": plain, "day": say.day, "short_day": say.short_day, "duration": duration}
    environment.filters |= {"capitalised": _capitalised, "number": number, "ranks": ranks_in_words}
    environment.filters |= {"percent": _percent, "in_full": in_full}
    environment.filters |= {"called": called, "as_set": as_set}
    page = environment.get_template("report.html").render(
        page=assets(HERE / "page", **(ALLOWED if isinstance(live, Live) else {})),
        person=PERSON,
        live=live,
        live_engine=inlined(live.engine) if isinstance(live, Live) else "",
        language=say.language,
        story=story,
        plan=story.plan,
        reference=called(story.plan.reference),
        world=story.world,
        provenance=story.provenance,
        people=f"{reachable(story.world):,}",
        until=say.day(story.until),
        seeds=say("page.seeds", n=len(story.seeds)),
        command=shlex.join(story.provenance["command"]),
        files=_files(story),
        links={name: as_link(table) for name, table in tables(story).items()},
        move=move_data(story),
        told_of_hit=_told_of_hit(story),
        **_summary(story),
        **_tables(story),
        **_figures(folder / "figures", figures),
    )
    return tied(page)


def _summary(story: Story) -> dict[str, Any]:
    """The summary of findings, in which those with an oracle, and what no platform can do, are apart."""
    rows = {
        "possible": [row for row in story.findings if row.possible and not row.oracle],
        "oracle": [row for row in story.findings if row.possible and row.oracle],
        "compared": [row for row in story.findings if not row.possible],
    }
    return {
        "groups": [(name, part) for name, part in rows.items() if part],
        "levels": LEVELS,
        "per": f"{PER:,}",
        "draws": f"{DRAWS:,}",
        "least": plain(reachable(story.world) * story.plan.smallest_effect / LENGTH),
    }


def _tables(story: Story) -> dict[str, Any]:
    return {
        "grids": [
            [cell for cell in story.grid if cell.kind == kind] for kind in dict.fromkeys(c.kind for c in story.grid)
        ],
        "strategies": ranked(story.strategies),
        "costs": {name: say(f"costs.{name}") for name in COSTS},
        "of_accounts": {outcome.name for outcome in OUTCOMES if outcome.cost and outcome.unit == "accounts"},
        "share": PER / innocent_accounts(story.world),
        "parts": list(dict.fromkeys(channel.part for channel in story.channels)),
        "own_outcomes": story.own_outcomes.to_dict("records"),
        "found": story.found.to_dict("records"),
        "observed": _observed(story),
        "preempts": any(
            isinstance(policy, PreemptiveRemoval)
            for branch in story.plan.all_branches(story.world).values()
            for policy in branch.policies
        ),
        "robustness": story.robustness.to_dict("records"),
        "shares": SHARES,
        "averted": AVERTED,
        "shown_assumptions": max(_SHOWN, len(story.case.leading)),
    }


def _figures(folder: Path, names: Sequence[str]) -> dict[str, Any]:
    """The figures as parts of the page, and their numbers, in the page's order."""
    keys = {name: "grid" if name == "timing-and-scale" else name for name in names}
    return {
        "figures": {
            name: inline(folder / f"{name}.svg", name, say(f"figures.{key}.alt")) for name, key in keys.items()
        },
        "numbers": {name: i + 1 for i, name in enumerate(sorted(names, key=ORDER.index))},
    }


def _files(story: Story) -> str:
    more = ["people.parquet"] if story.provenance.get("keep") else []
    more += ["watched.parquet", "watched_accounts.parquet"] if story.crowd is not None else []
    more += ["relays.parquet"] if story.relays is not None else []
    return ", ".join(["runs.parquet", "timeline.parquet", "effects.csv", *more, "provenance.json", "figures/"])


def _told_of_hit(story: Story) -> list[Markup]:
    """What the headline's branch did to innocents, sentence by sentence."""
    what = next((each.what for each in story.named if each.branch == story.plan.headline), story.plan.headline)
    return sentences(story.hit, what, story.until, say("page.seeds", n=len(story.seeds)), story.world.weight)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _percent(share: float) -> str:
    return f"{plain(100 * share)} %"


def _observed(story: Story) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(story.observed.to_json(orient="records"))
    for row in rows:
        for column in ("observed", "simulated"):
            share = row["unit"].startswith("share")
            value = row[column]
            row[column] = (
                say("observed.not_reached") if value is None else f"{100 * value:.1f} %" if share else plain(value, 3)
            )
    return rows
