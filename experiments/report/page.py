"""The report of a study as one page, and its figures."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import pandas as pd
from markupsafe import Markup

from experiments.command.words import day_in_words, duration, number, plain, ranks_in_words, short_day, with_margin
from experiments.report.own_outcomes import own_rows
from experiments.report.strategies import strategies
from experiments.report.verdict import headline, what_was_done
from experiments.studies.results import REPORT, Results
from experiments.studies.settings import GRID, PREEMPTIVE, REACTIVE, STRATEGIES
from sim.fields import FieldInfo, describe_fields
from sim.moderation import Perfect, RemovalPolicy

_SVG_REFERENCES = re.compile(r'(\bid="|href="#|url\(#)')
# The assumptions that decide the size of the answer come first, with why they matter.
LEADING = {
    "world.opinion.rule.strength": "How far one message moves somebody who listens. Nobody has measured it for this campaign.",
    "world.campaign.local_follower_share": (
        "Which part of the accounts' followers live in Hong Kong. Many accounts had been bought, and nothing is known about "
        "where their followers are."
    ),
    "world.campaign.on_topic_share": (
        "Share of the active accounts' new posts that are about the protests. The disclosed archives give 1 % (since 2017) to 2 "
        "% (2019) over all topics; this is a guess at the months simulated."
    ),
    "world.people_reachable": (
        "How many people the platform reaches. Hong Kong had about 7.5 million inhabitants, so shares compare, not counts."
    ),
    "world.campaign.sleepers.waking_rate": (
        "How fast unused accounts come into use. It is inferred from 936 active accounts found beside about 200,000 unused ones, "
        "not observed."
    ),
    "world.campaign.sleepers.wakes_from": (
        "When unused accounts begin to come into use. The record until the disclosure shows no such wave, so none is assumed "
        "before it."
    ),
}
# Chosen for the case without a source, though not every field says so.
_CHOSEN = ("world.organisers.accounts", "world.organisers.followers")


def draw(results: Results, folder: Path) -> None:
    """Draw the figures and write the report of results into their folder."""
    from experiments.report.figures import draw_figures  # slow to import, and of no use to --help

    figures = draw_figures(results, folder / "figures")
    (folder / REPORT).write_text(render(results, folder, figures), encoding="utf-8")


def render(results: Results, folder: Path, figures: Sequence[str]) -> str:
    """The report as one page that asks for nothing from anywhere."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("experiments.report"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"plain": plain, "day": day_in_words, "short_day": short_day, "duration": duration}
    environment.filters |= {"capitalised": _capitalised, "number": number, "ranks": ranks_in_words}
    environment.globals["margin"] = with_margin
    return environment.get_template("report.html").render(
        results=results,
        plan=results.plan,
        world=results.world,
        provenance=results.provenance,
        headline=headline(results),
        is_hk=not results.observed.empty,
        perfect=_is_perfect(results),
        grids=[grid for kind in (REACTIVE, PREEMPTIVE) if (grid := _grid(results, kind))]
        if results.plan.form == GRID
        else [],
        named=_named(results),
        strategies=strategies(results).to_dict("records") if results.plan.form == STRATEGIES else [],
        removals=_removals(results),
        innocents=_innocents(results),
        own_outcomes=own_rows(results).to_dict("records"),
        observed=_observed(results),
        loudness=_loudness(results),
        sweep=_sweep(results),
        figures={name: _inline(folder / "figures" / f"{name}.svg", name) for name in figures},
        assumptions=_assumptions(results),
        until=day_in_words(results.last_date),
        seeds=len(results.provenance["seeds"]),
        command=shlex.join(results.provenance["command"]),
    )


class Grid(NamedTuple):
    """A table of timing by scale: a row a date, a cell (traced, counterfactual) a scale."""

    kind: str
    scales: list[int]
    rows: list[tuple[str, list[tuple[str, str]]]]


def _is_perfect(results: Results) -> bool:
    branches = results.plan.all_branches(results.world).values()
    return all(
        isinstance(policy.detector, Perfect)
        for branch in branches
        for policy in branch.policies
        if isinstance(policy, RemovalPolicy)
    )


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(results: Results, branch: str) -> tuple[str, str]:
    traced, counterfactual = results.effect(branch, kind="traced"), results.effect(branch)
    if traced["identical"]:
        return "identical", "identical"
    return tuple(with_margin(row["difference"], row["low"], row["high"]) for row in (traced, counterfactual))  # type: ignore[return-value]


def _grid(results: Results, kind: str) -> Grid | None:
    cells = [cell for cell in results.cells if cell.kind == kind]
    if not cells:
        return None
    scales = sorted({cell.asked for cell in cells})
    place = {(cell.date, cell.asked): cell.branch for cell in cells}
    dates = sorted({cell.date for cell in cells})
    return Grid(kind, scales, [(date, [_cell(results, place[date, asked]) for asked in scales]) for date in dates])


def _named(results: Results) -> list[tuple[str, str, tuple[str, str]]]:
    return [
        (branch.name, what_was_done(branch, results), _cell(results, branch.name))
        for branch in results.plan.branches
        if branch.name != results.plan.reference
    ]


def _removals(results: Results) -> pd.DataFrame:
    """Asked and removed, a row a policy; dates of the grid on which the same happened share a row."""
    kinds = {cell.branch: cell.kind for cell in results.cells}
    table = results.removed()
    table = table.assign(
        name=[kinds.get(branch, branch) for branch in table["branch"]],
        what=["active" if policy == "takedown" else "unused" for policy in table["policy"]],
    )
    alike = [
        "name",
        "platform",
        "what",
        "asked_in_reality",
        "asked",
        "removed",
        "removed_in_reality",
        "missing_in_reality",
        "innocents",
    ]
    run = (table[alike].fillna(-1) != table[alike].fillna(-1).shift()).any(axis=1).cumsum()
    rows = table.groupby(run)[[*alike, "date"]].agg(
        **{c: (c, "first") for c in alike}, first=("date", "min"), last=("date", "max")
    )
    rows["dates"] = [
        short_day(a) if a == b else f"{short_day(a)} – {short_day(b)}"
        for a, b in zip(rows["first"], rows["last"], strict=True)
    ]
    return rows


def _loudness(results: Results) -> float | None:
    """The greatest ratio of simulated to observed volume in any period; None where nothing was compared."""
    table = results.observed[results.observed["unit"] == "posts a day in reality"]
    ratio = (table["simulated"] / table["observed"]).max()
    return None if table.empty or pd.isna(ratio) else float(ratio)


def _innocents(results: Results) -> dict[str, float]:
    """The most that moderation cost the innocent in any branch, and in the headline's (means over seeds)."""
    means = results.runs.groupby("branch")[["wrongful_removals", "posts_lost"]].mean()
    own = means.loc[[results.plan.headline]].iloc[0]
    return {
        "accounts": float(own["wrongful_removals"]),
        "posts": float(own["posts_lost"]),
        "most_accounts": float(means["wrongful_removals"].max()),
        "most_posts": float(means["posts_lost"].max()),
    }


def _observed(results: Results) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(results.observed.to_json(orient="records"))
    for row in rows:
        for column in ("observed", "simulated"):
            share = row["unit"].startswith("share")
            value = row[column]
            row[column] = "not reached" if value is None else f"{100 * value:.1f} %" if share else plain(value, 3)
    return rows


def _sweep(results: Results) -> list[tuple[str, str, str]]:
    """Value, traced and counterfactual effect of the headline's branch, or of the first in the sweep."""
    names = results.plan.sweep.branches
    if not names or results.sweep.empty:
        return []
    name = results.plan.headline if results.plan.headline in names else names[0]
    table = results.sweep[results.sweep["branch"] == name]
    rows = []
    for value, part in table.groupby("value"):
        by_kind = part.set_index("kind")
        traced, everything = (
            with_margin(*by_kind.loc[kind, ["difference", "low", "high"]]) for kind in ("traced", "counterfactual")
        )
        rows.append((f"{value:g}", traced, everything))
    return rows


class Assumption(NamedTuple):
    """A field whose value is an assumption, and why it matters where that has been said."""

    field: FieldInfo
    value: str
    why: str


def _assumptions(results: Results) -> list[Assumption]:
    fields = {field.path: field for field in describe_fields(results.world, path="world")}
    chosen = [path for path in LEADING if path in fields]
    chosen += [path for path, field in fields.items() if path not in LEADING and (field.assumption or path in _CHOSEN)]
    return [Assumption(fields[path], _value(fields[path].value), LEADING.get(path, "")) for path in chosen]


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{len(value)} values" if len(value) > 4 else ", ".join(map(_value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else str(value)


def _inline(path: Path, name: str) -> Markup:
    """An SVG file as part of a page: without its prolog, and with identifiers of its own."""
    svg = path.read_text(encoding="utf-8")
    svg = svg[svg.index("<svg") :]
    return Markup(_SVG_REFERENCES.sub(rf"\g<1>{name}-", svg).replace("<svg ", '<svg role="img" ', 1))
