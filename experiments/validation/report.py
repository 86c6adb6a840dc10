"""What the program tells: the table on the terminal, the JSON list, and the page with figures."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jinja2
from markupsafe import Markup
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.command.terminal import console, words
from experiments.command.words import duration
from experiments.validation.check import Check, Result, Validation


class Tried(NamedTuple):
    """A validation that was run, what came out, and the seconds it took."""

    validation: Validation
    result: Result
    seconds: float


def as_json(tried: Sequence[Tried]) -> str:
    """All checks as one JSON list."""
    return json.dumps([check.to_mapping() for t in tried for check in t.result.checks], allow_nan=False)


def verdict(check: Check) -> str:
    """``holds``, ``falls short``, or ``measured only`` where nothing is published for the parameters."""
    return {True: "holds", False: "falls short", None: "measured only"}[check.holds]


def value(number: float | None, digits: int = 4) -> str:
    """A number of the table with so many significant digits, and an exponent where it is all but nothing."""
    if number is None or math.isnan(number):
        return "–"
    if number != 0 and abs(number) < 1e-4:
        return f"{number:.1e}".replace("-", "−")
    return f"{number:.{digits}g}".replace("-", "−")


def measured(check: Check) -> str:
    """The measured value with its standard error."""
    return value(check.measured) + (f" ± {value(check.standard_error, 2)}" if check.standard_error else "")


def summary(tried: Sequence[Tried], left_out: Mapping[str, str]) -> str:
    """One paragraph: how many hold, which fall short, what could be tried in part only."""
    checks = [check for t in tried for check in t.result.checks]
    judged = [check for check in checks if check.holds is not None]
    short = [check for check in judged if not check.holds]
    text = f"{len(judged) - len(short)} of {len(judged)} checks hold"
    if short:
        text += "; falls short: " + "; ".join(f"{check.name} ({check.case})" for check in short)
    text += "."
    if len(judged) < len(checks):
        text += f" {len(checks) - len(judged)} measured only: nothing is published for these parameters."
    for name, reason in left_out.items():
        text += f" {name} was tried in part: {reason}."
    return text


def print_table(tried: Sequence[Tried], left_out: Mapping[str, str], to: Console | None = None) -> None:
    """A table for each result: case, expected, measured ± standard error, tolerance, verdict."""
    to = to or console()
    for validation, result, seconds in tried:
        to.print(Text.assemble((validation.name, "bold"), words(f" ({duration(seconds)}): {validation.setup}")))
        to.print(words(f"source: {validation.source}"))
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
        table.add_column("case", overflow="fold")
        for column in ("expected", "measured ± SE", "tolerance"):
            table.add_column(words(column), justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for check in result.checks:
            style = {True: "", False: "bold red", None: "dim"}[check.holds]
            row = (check.case, value(check.expected), measured(check), f"± {value(check.tolerance, 2)}", verdict(check))
            table.add_row(*map(words, row), style=style)
        to.print(table)
        to.print()
    to.print(words(summary(tried, left_out)))


def page(tried: Sequence[Tried], left_out: Mapping[str, str], about: Mapping[str, Any]) -> str:
    """The page: a table and a figure for each result, asking for nothing from anywhere."""
    from experiments.validation.figures import figure_svg  # slow to import, and of no use to --help

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("experiments.validation"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"value": value, "measured": measured, "verdict": verdict, "duration": duration}
    return environment.get_template("validation.html.j2").render(
        tried=tried,
        figures={t.validation.name: Markup(figure_svg(t.validation.name, t.result)) for t in tried},
        summary=summary(tried, left_out),
        about=about,
    )
