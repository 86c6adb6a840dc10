"""What the program prints at its end: one table for people, or one JSON document."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.table import Table

from experiments.command.terminal import BAD_INPUT, console, one_line, words
from experiments.command.words import number, plain, ranks_in_words, short_day
from experiments.report.findings import PER
from experiments.report.removals import Removal
from experiments.report.story import GridCell, Scenario, Story
from experiments.report.strategies import ranked
from experiments.report.verdict import margin
from experiments.studies.results import REPORT
from experiments.studies.settings import REACTIVE, STRATEGIES
from sim.society.groups import innocent_accounts

_WIDTH_OF_LABEL = 14
_REMOVED = "; all: the whole difference. removed: accounts (asked)."


def document(story: Story, directory: Path) -> dict[str, Any]:
    """The JSON document: the story, and where the results are."""
    return {**story.to_mapping(), "results": str(directory)}


def print_study(story: Story, directory: Path, to: Console | None = None) -> None:
    """One table: timing by scale, then the named branches, then the headline and where everything is."""
    to = to or console()
    is_ranked = story.plan.form == STRATEGIES
    parts: list[Any] = [words(_caption(story) + ("." if is_ranked else _REMOVED)), *_grids(story.grid, to.width)]
    parts += _strategies(story) if is_ranked else [_named(story.named)]
    to.print(Group(*parts, *_own_outcomes(story)))
    to.print(words(story.headline.sentence))
    if story.about_seeds:
        to.print(words(story.about_seeds))
    to.print(words(f"Report, figures and tables: {directory / REPORT}"), soft_wrap=True)


def _caption(story: Story) -> str:
    seeds = len(story.seeds)
    return (
        f"Shift in mean opinion averted by {story.until}, in thousandths of a unit (opinion runs from −1 to 1): mean of "
        f"{seeds} seed{'s' if seeds != 1 else ''} ± half its 95 % interval, against the branch {story.plan.reference}. traced: "
        "what trolls' words had moved"
    )


def _grids(cells: Sequence[GridCell], width: int) -> list[Table]:
    scales = list(dict.fromkeys((cell.kind, cell.asked) for cell in cells))
    if not scales:
        return []
    cell_width = max(len(told) for cell in cells for told in _cell(cell))
    room = max(1, (width - _WIDTH_OF_LABEL) // (cell_width + 1))
    if len(scales) <= room:
        return [_grid(cells, scales)]
    kinds = list(dict.fromkeys(kind for kind, _ in scales))
    by_kind = [[scale for scale in scales if scale[0] == kind] for kind in kinds]
    return [_grid(cells, part[i : i + room]) for part in by_kind for i in range(0, len(part), room)]


def _grid(cells: Sequence[GridCell], scales: Sequence[tuple[str, int]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("removed on", no_wrap=True)
    for kind, asked in scales:
        what = "active" if kind == REACTIVE else "unused"
        table.add_column(f"{asked:,}\n{what}", justify="right", no_wrap=True)
    by_place = {(cell.kind, cell.asked, cell.date): cell for cell in cells}
    for date in dict.fromkeys(cell.date for cell in cells):
        traced, everything, removed = zip(*(_cell(by_place[kind, asked, date]) for kind, asked in scales), strict=True)
        label = short_day(date)
        table.add_row(f"{label:<7}traced", *map(words, traced))
        table.add_row(f"{'':<7}all", *map(words, everything))
        table.add_row(f"{'':<7}removed", *removed, end_section=True)
    return table


def _cell(cell: GridCell) -> tuple[str, str, str]:
    return cell.traced.told(), cell.counterfactual.told(), _removed(cell.removal)


def _removed(removal: Removal) -> str:
    if not removal.reached:
        return "not reached"
    return f"{number(removal.removed)} ({number(removal.asked)})"


def _named(scenarios: Sequence[Scenario]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for column in ("branch", "traced", "all", "asked", "removed", "innocent"):
        table.add_column(column, justify="left" if column == "branch" else "right")
    for each in scenarios:
        asked = [number(removal.asked) for removal in each.removals]
        removed = [number(r.removed) if r.reached else "not reached" for r in each.removals]
        innocent = [number(r.innocents) if r.reached else "–" for r in each.removals]
        lines = ("\n".join(column) or "–" for column in (asked, removed, innocent))
        table.add_row(*map(words, (each.branch, each.traced.told(), each.counterfactual.told(), *lines)))
    return table


def _own_outcomes(story: Story) -> list[Any]:
    """What the outcomes of the user's own came to."""
    rows = story.own_outcomes
    if rows.empty:
        return []
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for column in ("outcome", "unit", "branch", "mean", "difference"):
        is_text = column in ("outcome", "unit", "branch")
        table.add_column(column, justify="left" if is_text else "right", no_wrap=not is_text)
    for row in rows.to_dict("records"):
        table.add_row(*(words(row[c]) for c in ("outcome", "unit", "branch", "mean", "difference")))
    caption = f"Outcomes of your own: mean over seeds at the end, and difference from {story.plan.reference}."
    return [words(caption), table]


def _strategies(story: Story) -> list[Any]:
    """The ranked strategies and, below, what the columns are."""
    strategies, share = story.strategies, PER / innocent_accounts(story.world)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    names = [branch.replace("_", " ") for branch in strategies["branch"]]
    for column in ("", "strategy", "traced", "trolls", "hit", "back", "posts\nlost", "hours", "alike"):
        is_text = column in ("strategy", "alike")
        least = max(len(word) for name in names for word in [*name.split(), ""]) if column == "strategy" else None
        table.add_column(column, justify="left" if is_text else "right", no_wrap=not is_text, min_width=least)
    for row, name in zip(ranked(strategies), names, strict=True):
        cells = (
            f"{row['rank']}{'*' if row['frontier'] else 'o' if row['oracle'] else ''}", name,
            row["averted"].told(), number(row["trolls_removed"]),
            plain(share * row["hit"]), number(row["restored"]), number(row["posts_lost"]), number(row["review_hours"]),
            ranks_in_words(row["alike"]),
        )  # fmt: skip
        table.add_row(*map(words, cells))
    note = (
        f"trolls: troll accounts suspended at the end. hit: of {PER:,} innocent accounts those suspended or marked at the end, "
        "back: restored. posts lost: what suspended innocents would have posted. All in reality, means over seeds. "
        "hours: review. o: with a detector that knows the "
        "truth. *: of the others none averts more and hits fewer. alike: ranks that cannot be told from this one by "
        "what they avert (paired t tests, false-discovery rate 5 %)."
    )
    return [table, words(note)]


def print_jobs(jobs: Sequence[Mapping[str, Any]], joined: Path | None) -> int:
    """What the jobs of a sweep gave, ``joined`` in one folder, and the exit code: 1 if one had a fault, 2 if one had bad input,
    else 0."""
    for job in jobs:
        name = " ".join(job["overrides"]) or "the job without overrides"
        if "fault" in job:
            print(f"{one_line(name)} failed:\n{job['fault']}", file=sys.stderr)
        if "bad_input" in job:
            print(one_line(f"{name}: {job['bad_input']}"), file=sys.stderr)
    done = [job for job in jobs if "effects" in job]
    if any(job["output"] == "json" for job in jobs):
        effects = [{**row, "results": job["results"]} for job in done for row in job["effects"]]
        together = None if joined is None else str(joined)
        print(json.dumps({"effects": effects, "jobs": jobs, "joined": together}, allow_nan=False))
    elif done:
        _print_done(done, joined)
    return 1 if any("fault" in job for job in jobs) else BAD_INPUT if any("bad_input" in job for job in jobs) else 0


def print_studies(studies: Sequence[tuple[Path, Story]], joined: Path | None) -> None:
    """One study in full, or a line for each of several and where they are ``joined``."""
    if len(studies) == 1:
        print_study(studies[0][1], studies[0][0])
    else:
        _print_done([{"overrides": [], **document(story, directory)} for directory, story in studies], joined)


def _print_done(jobs: Sequence[Mapping[str, Any]], joined: Path | None) -> None:
    """A line for each study, named by what sets it apart, and then where each lies."""
    to = console()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for column in ("study", "traced", "all"):
        table.add_column(column, justify="left" if column == "study" else "right", no_wrap=column != "study")
    shared = set.intersection(*(set(job["overrides"]) for job in jobs)) if len(jobs) > 1 else set()
    names = [" ".join(o for o in job["overrides"] if o not in shared) or Path(job["results"]).name for job in jobs]
    for name, job in zip(names, jobs, strict=True):
        told = (name, *(margin(job["headline"], kind) for kind in ("traced", "counterfactual")))
        table.add_row(*map(words, told))
    note = (
        "Shift in mean opinion averted by each study's headline branch, in thousandths of a unit (opinion runs from −1 to 1), ± "
        "half its 95 % interval."
    )
    to.print(words(note))
    to.print(table)
    for name, job in zip(names, jobs, strict=True):
        to.print(words(f"{name}: {Path(job['results']) / REPORT}"), soft_wrap=True)
    if joined is not None:
        to.print(words(f"All in two tables, with what they differ in as columns: {joined}"), soft_wrap=True)
