"""The story of a study: everything that is told of it, as numbers, once. Terminal, page, figures and JSON only render it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from experiments.report.analyses import Analyses
from experiments.report.assumptions import Assumption, assumptions
from experiments.report.chances import Chance, chances
from experiments.report.channels import Channel, channels
from experiments.report.done import what_was_done
from experiments.report.findings import Finding, findings
from experiments.report.innocent import Crowd, Hit, crowd_of, hit_by
from experiments.report.own_outcomes import own_rows
from experiments.report.relays import Relays, relays_of
from experiments.report.removals import Removal, alike, removals
from experiments.report.seeds import about_seeds
from experiments.report.shifts import Shift
from experiments.report.spread import Replay, replay_of
from experiments.report.strategies import strategies
from experiments.report.timeline import Event, Label, Line, events, label_of, lines
from experiments.report.verdict import Headline, headline
from experiments.studies.results import Results
from experiments.studies.settings import GRID, STRATEGIES, StudyPlan
from sim import cases
from sim.cases.case import Case
from sim.moderation import Perfect, RemovalPolicy
from sim.study.intervals import Method
from sim.world import World


class GridCell(NamedTuple):
    """A removal of the grid: what kind, when, how many accounts it asked for in reality, and what came of it."""

    branch: str
    kind: str
    date: str
    asked: int
    traced: Shift
    counterfactual: Shift
    removal: Removal


class Scenario(NamedTuple):
    """A named branch beside the reference: what it does and what came of it."""

    branch: str
    what: str
    traced: Shift
    counterfactual: Shift
    removals: tuple[Removal, ...]


class SweepPoint(NamedTuple):
    """What a branch averted where the swept field has a value; ``seeds`` is how many were simulated."""

    branch: str
    label: Label
    value: float
    seeds: int
    traced: Shift
    counterfactual: Shift


@dataclass(frozen=True, eq=False)
class Story:
    """What is told. Shifts are of mean opinion, in units of opinion, against ``plan.reference``.

    ``strategies`` is the ranking (``experiments.report.strategies``; empty unless the plan's form is that), ``removals`` has a
    row a policy that removes, ``alike`` the same with rows of the grid joined where the same happened, ``found`` has what other
    policies suspended. ``findings`` has a row a named branch, ``chances`` which averts more than which, ``channels`` whose words
    moved whom, ``relays`` who carried the campaign's (None: nobody was followed, or moved). ``made`` is the ISO date on which the
    last of the runs was made, ``digest`` one of all their digests,
    ``description`` the world in English (empty where it was not kept). ``robustness`` has a row a strategy, as
    experiments.robustness found it (empty where that is not known). ``loudness`` is the greatest ratio of simulated to observed
    volume (None: nothing was compared), ``perfect`` whether no removal can err. ``in_place`` says that the world has the calendar
    of the case. ``lines`` and ``events`` are what the timeline shows. ``hit`` is what the headline did to innocents, ``crowd``
    people drawn of all to whom it may have happened, ``replay`` what there is to be watched day by day (None: nobody was
    watched).
    """

    plan: StudyPlan
    case: Case
    in_place: bool
    world: World
    provenance: Mapping[str, Any]
    first_date: str
    until: str
    seeds: tuple[int, ...]
    about_seeds: str
    method: Method
    scenarios: int
    made: str
    digest: str
    description: tuple[str, ...]
    headline: Headline
    findings: tuple[Finding, ...]
    chances: tuple[Chance, ...]
    channels: tuple[Channel, ...]
    relays: Relays | None
    effects: pd.DataFrame
    grid: tuple[GridCell, ...]
    named: tuple[Scenario, ...]
    strategies: pd.DataFrame
    removals: pd.DataFrame
    alike: tuple[Removal, ...]
    found: pd.DataFrame
    hit: Hit
    crowd: Crowd | None
    replay: Replay | None
    perfect: bool
    sweep: tuple[SweepPoint, ...]
    sweep_rows: pd.DataFrame
    assumed: float | None
    own_outcomes: pd.DataFrame
    observed: pd.DataFrame
    loudness: float | None
    assumptions: tuple[Assumption, ...]
    robustness: pd.DataFrame
    dates: tuple[str, ...]
    lines: tuple[Line, ...]
    events: tuple[Event, ...]

    @property
    def headline_sweep(self) -> tuple[SweepPoint, ...]:
        """The sweep of the headline's branch, or of the first in the sweep."""
        names = self.plan.swept
        name = self.plan.headline if self.plan.headline in names else names[0]
        return tuple(point for point in self.sweep if point.branch == name)

    def to_mapping(self) -> dict[str, Any]:
        """The story as plain JSON, but for the days, which are in ``timeline.parquet``; what does not exist is null."""
        return {
            "effects": _records(self.effects),
            "headline": self.headline.to_mapping(),
            "findings": [found.to_mapping() for found in self.findings],
            "chances": [
                {"first": c.first.text, "second": c.second.text, "of_20_dots_above_0": c.more, "dots": list(c.dots)}
                for c in self.chances
            ],
            "channels": _json(self.channels),
            "relays": _json(self.relays),
            "strategies": _records(self.strategies),
            "removals": _records(self.removals),
            "found": _records(self.found),
            "sweep": _records(self.sweep_rows),
            "study": self.plan.name,
            "reference": self.plan.reference,
            "seeds": list(self.seeds),
            "about_seeds": self.about_seeds,
            "days": self.provenance["days"],
            "case": self.plan.case,
            "form": self.plan.form,
            "until": self.until,
            "grid": _json(self.grid),
            "scenarios": _json(self.named),
            "innocents": _json(self.hit),
            "own_outcomes": _records(self.own_outcomes),
            "observed": _records(self.observed),
            "loudness": self.loudness,
            "robustness": _records(self.robustness),
            "assumptions": [
                {
                    "field": a.field.path,
                    "value": _json(a.field.value),
                    "why": a.why,
                    "plausible": _json(a.field.plausible),
                    "moves": _json(a.moved),
                }
                for a in self.assumptions
            ],
        }


def tell(results: Results, known: Analyses | None = None) -> Story:
    """The story of a study's results, with what is ``known`` of its assumptions from elsewhere."""
    known = known or Analyses()
    plan, world = results.plan, results.world
    case = cases.named(plan.case)
    table = results.removed()
    by_branch = removals(table)
    ranking = strategies(results) if plan.form == STRATEGIES else pd.DataFrame(columns=["branch", "oracle"])
    return Story(
        plan=plan,
        case=case,
        in_place=case.is_of(world),
        world=world,
        provenance=results.provenance,
        first_date=world.first_day,
        until=results.last_date,
        seeds=tuple(results.provenance["seeds"]),
        about_seeds=about_seeds(results),
        method=results.method,
        scenarios=results.runs["branch"].nunique(),
        made=str(pd.to_datetime(results.runs["made"]).max().date()),
        digest=digest_of(results.runs),
        description=tuple(results.provenance.get("description", "").splitlines()),
        headline=headline(results),
        findings=findings(results, ranking),
        chances=chances(results, ranking[~ranking["oracle"].astype(bool)]["branch"].tolist()),
        channels=channels(results),
        relays=relays_of(results),
        effects=results.effects,
        grid=_grid(results, by_branch),
        named=_named(results, by_branch),
        strategies=ranking,
        removals=table,
        alike=alike(by_branch, {cell.branch: cell.kind for cell in results.cells}),
        found=results.found(),
        hit=hit_by(results, plan.headline),
        crowd=crowd_of(results),
        replay=replay_of(results),
        perfect=_is_perfect(results),
        sweep=_sweep(results),
        sweep_rows=results.sweep,
        assumed=_assumed(world, plan.sweep.field),
        own_outcomes=own_rows(results),
        observed=results.observed,
        loudness=_loudness(results.observed),
        assumptions=assumptions(world, case, known.moved),
        robustness=known.robustness,
        dates=tuple(results.dates),
        lines=lines(results, ranking["branch"].tolist()),
        events=events(results),
    )


def shifts(results: Results, branch: str) -> tuple[Shift, Shift]:
    """Traced and counterfactual."""
    return Shift.of(results.effect(branch, kind="traced")), Shift.of(results.effect(branch))


def digest_of(runs: pd.DataFrame) -> str:
    """SHA-256 of the digests of all runs, a line each with branch and seed, in the order of their names."""
    rows = sorted(zip(runs["branch"], runs["seed"], runs["digest"], strict=True))
    return hashlib.sha256(
        "".join(f"{branch}\t{seed}\t{digest}\n" for branch, seed, digest in rows).encode()
    ).hexdigest()


def _grid(results: Results, by_branch: Mapping[str, tuple[Removal, ...]]) -> tuple[GridCell, ...]:
    if results.plan.form != GRID:
        return ()
    return tuple(GridCell(*cell, *shifts(results, cell.branch), by_branch[cell.branch][0]) for cell in results.cells)


def _named(results: Results, by_branch: Mapping[str, tuple[Removal, ...]]) -> tuple[Scenario, ...]:
    return tuple(
        Scenario(
            branch.name,
            what_was_done(branch, results.world),
            *shifts(results, branch.name),
            by_branch.get(branch.name, ()),
        )
        for branch in results.plan.branches
        if branch.name != results.plan.reference
    )


def _is_perfect(results: Results) -> bool:
    branches = results.plan.all_branches(results.world).values()
    return all(
        isinstance(policy.detector, Perfect)
        for branch in branches
        for policy in branch.policies
        if isinstance(policy, RemovalPolicy)
    )


def _sweep(results: Results) -> tuple[SweepPoint, ...]:
    """By branch as planned, and value, ascending."""
    points = []
    for branch in results.plan.swept:
        table = results.sweep[results.sweep["branch"] == branch]
        for value, part in table.groupby("value"):
            rows = part.set_index("kind")
            traced, everything = (
                Shift.of(rows.loc[kind])._replace(identical=False) for kind in ("traced", "counterfactual")
            )
            seeds = int(part["seeds"].iloc[0])
            points.append(SweepPoint(branch, label_of(results, branch), float(value), seeds, traced, everything))  # type: ignore[arg-type]
    return tuple(points)


def _assumed(world: World, field: str) -> float | None:
    """The value of the swept field everywhere else."""
    value: Any = world
    for step in field.split("."):
        value = getattr(value, step, None)
    return float(value) if isinstance(value, (int, float)) else None


def _loudness(observed: pd.DataFrame) -> float | None:
    table = observed[observed["unit"] == "posts a day in reality"]
    ratio = (table["simulated"] / table["observed"]).max()
    return None if table.empty or pd.isna(ratio) else float(ratio)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return records


def _json(value: Any) -> Any:
    if dataclasses.is_dataclass(value) or hasattr(value, "_asdict"):
        return {
            name: _json(inner)
            for name, inner in (value._asdict() if hasattr(value, "_asdict") else vars(value)).items()
        }
    if isinstance(value, (tuple, list)):
        return [_json(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value
