"""The tables behind a page and its figures, as files that the page itself holds."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pandas as pd

from experiments.report.assumptions import Assumption
from experiments.report.effect import swept_range
from experiments.report.relays import rows
from experiments.report.story import Story
from experiments.studies.results import without_formulas
from sim.study.intervals import paired_intervals

_ENDS = ("", "_low", "_high")


def tables(story: Story) -> dict[str, pd.DataFrame]:
    """By name, those of figures under the figure's; without the empty ones."""
    makers: dict[str, Callable[[Story], pd.DataFrame]] = {
        "findings": lambda s: pd.DataFrame([found.to_mapping() for found in s.findings]),
        "effects": _effects,
        "chances": _chances,
        "timing-and-scale": _grid,
        "frontier": lambda s: s.strategies.drop(columns=["alike"], errors="ignore"),
        "timeline": _timeline,
        "sweep": lambda s: s.sweep_rows,
        "channels": _channels,
        "relays": lambda s: pd.DataFrame(rows(s.relays)["relays"]),
        "best-relays": lambda s: pd.DataFrame(rows(s.relays)["best-relays"]),
        "removals": lambda s: s.removals,
        "observed": lambda s: s.observed,
        "own-outcomes": lambda s: s.own_outcomes,
        "assumptions": _assumptions,
        "robustness": lambda s: s.robustness,
        "all-effects": lambda s: s.effects,
    }
    made = {name: make(story) for name, make in makers.items()}
    return {name: table for name, table in made.items() if len(table)}


def as_link(table: pd.DataFrame) -> str:
    """A table as the address of a CSV file that is in the address; no spreadsheet takes a text in it for a formula."""
    text = without_formulas(table).to_csv(index=False, lineterminator="\n")
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"


def _effects(story: Story) -> pd.DataFrame:
    rows = []
    for found in story.findings:
        low, high = swept_range(story.sweep, found.branch) or (None, None)
        shifts = {"traced": found.effect.traced, "all": found.effect.all}
        row = {f"{k}{end}": value for k, shift in shifts.items() for end, value in zip(_ENDS, shift[:3], strict=True)}
        rows.append({"branch": found.branch, **row, "traced_least_in_sweep": low, "traced_most_in_sweep": high})
    return pd.DataFrame(rows)


def _chances(story: Story) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"first": pair.first.text, "second": pair.second.text, "dot": i + 1, "difference": dot}
            for pair in story.chances
            for i, dot in enumerate(pair.dots)
        ]
    )


def _grid(story: Story) -> pd.DataFrame:
    rows = []
    for cell in story.grid:
        row = {"kind": cell.kind, "date": cell.date, "asked": cell.asked, "removed": cell.removal.removed}
        for name, shift in (("traced", cell.traced), ("all", cell.counterfactual)):
            row |= {f"{name}{end}": value for end, value in zip(_ENDS, shift[:3], strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


def _timeline(story: Story) -> pd.DataFrame:
    parts = []
    for line in story.lines:
        part: dict[str, Any] = {"date": story.dates, "branch": line.branch}
        for name, values in (("traced", line.traced), ("all", line.difference)):
            part |= {
                f"{name}{end}": one
                for end, one in zip(_ENDS, paired_intervals(values, method=story.method)[:3], strict=True)
            }
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _channels(story: Story) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"branch": c.branch, "part": c.part, **dict(zip(("mean", "low", "high"), c.shift[:3], strict=True))}
            for c in story.channels
        ]
    )


def _assumptions(story: Story) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "field": a.field.path,
                "value": a.value,
                "unit": a.field.unit,
                "source": a.field.source,
                "why": a.why or a.field.doc,
                "plausible": str(a.field.plausible or ""),
                **_moved(a),
            }
            for a in story.assumptions
        ]
    )


def _moved(assumption: Assumption) -> dict[str, Any]:
    found = assumption.moved
    return dict(zip(("method", "moves", "moves_low", "moves_high"), found or (None,) * 4, strict=True))
