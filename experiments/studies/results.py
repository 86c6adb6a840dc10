"""A study's results as tables, and their directory."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.command.folder import Manifest
from experiments.command.user_code import load_classes
from experiments.studies.relayed import RELAYS
from experiments.studies.settings import Cell, StudyPlan
from experiments.studies.watched import WATCHED, Watched
from sim.engine.removals import INNOCENTS, TROLLS
from sim.fields import InputError, build
from sim.moderation import RemovalPolicy, Takedown
from sim.outcomes import OUTCOMES, OwnOutcome
from sim.study.effects import EFFECT_COLUMNS
from sim.study.intervals import ANYTIME, STUDENT, Method
from sim.study.precision import Precision
from sim.version import MODEL_VERSION
from sim.world import World

REMOVED = ("branch", "policy", "what", "platform", "date", "asked", "removed", "innocents", "missing")
FOUND = ["branch", "policy", "platform", "date", "removed", "innocents"]
TABLES = ("runs", "timeline", "turnout", "removals", "effects", "sweep", "observed")
PEOPLE = "people.parquet"
WATCHED_ACCOUNTS = "watched_accounts"
STUDY = "study"
PROVENANCE = "provenance.json"
_TOLD = ("world", "study", "seeds", "days", "command", "model_version")
REPORT = "report.html"


def precision_of(provenance: Mapping[str, Any]) -> tuple[Precision, ...]:
    """What seeds were added for, if they were."""
    return tuple(build(Precision, each, path="precision") for each in provenance.get("precision", ()))


@dataclass(frozen=True, eq=False)
class Results:
    """Tables of a study (each a DataFrame) and its provenance (plain JSON).

    ``runs`` has a row a run (final outcomes, digest, key; when, by which commit and by which code it was made), ``timeline`` a
    row a run and day, ``turnout`` a row a run and event, ``removals`` a row a run and policy that acted, ``effects`` those of
    ``sim.Study``, ``sweep`` the same with the columns ``value`` and ``seeds``, ``observed`` what ``experiments.studies.observed``
    compares. ``write_people`` writes individual-level data, where they were kept, to a file. ``watched`` is what was watched of
    a sample of accounts, ``relays`` who carried the campaign's words in the reference, if anything was.
    """

    runs: pd.DataFrame
    timeline: pd.DataFrame
    turnout: pd.DataFrame
    removals: pd.DataFrame
    effects: pd.DataFrame
    sweep: pd.DataFrame
    observed: pd.DataFrame
    provenance: Mapping[str, Any]
    write_people: Callable[[Path], object] | None = None
    watched: Watched | None = None
    relays: pd.DataFrame | None = None

    @cached_property
    def world(self) -> World:
        """The world that was simulated."""
        return build(World, self.provenance["world"])

    @cached_property
    def plan(self) -> StudyPlan:
        """The study as it was asked for, with its form settled."""
        return build(StudyPlan, self.provenance["study"], path="study").settled()

    @property
    def outcomes(self) -> tuple[OwnOutcome, ...]:
        """The outcomes of the user's own that were measured."""
        return tuple(build(OwnOutcome, each, path="outcomes") for each in self.provenance.get("outcomes", ()))  # type: ignore[type-abstract]

    @property
    def precision(self) -> tuple[Precision, ...]:
        """What seeds were added for, if they were."""
        return precision_of(self.provenance)

    @property
    def method(self) -> Method:
        """How intervals are made, as in ``sim.Study``."""
        return ANYTIME if self.precision else STUDENT

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The grid of the study."""
        return self.plan.cells(self.world)

    @property
    def last_date(self) -> str:
        """Date of the last simulated day, at whose end outcomes are measured."""
        return self.dates[-1]

    @property
    def dates(self) -> list[str]:
        """The simulated days as ISO dates, in order."""
        return [str(date) for date in self.timeline["date"].dt.date.unique()]

    def effect(self, branch: str, outcome: str = "opinion_mean", kind: str = "counterfactual") -> pd.Series:
        """A row of ``effects``."""
        table = self.effects
        return table[(table["branch"] == branch) & (table["outcome"] == outcome) & (table["kind"] == kind)].iloc[0]

    def removed(self) -> pd.DataFrame:
        """Removals by branch and policy, means over seeds, in order of branches and days.

        Columns: branch, policy, what (active, unused or any accounts), platform, date; accounts in reality asked for, removed,
        missing, and those of innocents (citizens, organisers and outlets) among the removed. Policies whose day was not reached
        have nan.
        """
        world, alike, table = self.world, ["policy", "platform", "tick", "asked"], self.removals
        # The same asked for twice, on one day, is on record in the order of the policies.
        place = table.groupby(["branch", "seed", *alike]).cumcount()
        trolls, innocents = (table[list(groups)].astype(float).sum(axis=1) for groups in (TROLLS, INNOCENTS))
        hit = table.assign(removed=trolls + innocents, innocents=innocents)
        means = hit.groupby(["branch", *alike, place])[["removed", "innocents"]].mean()
        rows: list[tuple[Any, ...]] = []
        for name, branch in self.plan.all_branches(world).items():
            earlier: Counter[tuple[Any, ...]] = Counter()
            for policy in (p for p in branch.policies if isinstance(p, RemovalPolicy)):
                asked, platform = policy.asked(), policy.platform
                key = (name, policy.name, platform, world.tick(policy.day), float(asked))
                found = means.reindex([(*key, earlier[key])]).iloc[0]
                earlier[key] += 1
                of_them = float(found["removed"]), float(found["innocents"])
                date = world.date(world.day(policy.day))
                rows.append((name, policy.name, _what(policy), platform, date, asked, *of_them, asked - of_them[0]))
        return pd.DataFrame(rows, columns=REMOVED)

    def found(self) -> pd.DataFrame:
        """What policies suspended that ask for no number but suspend whom they find: means over seeds, by named branch.

        Columns: branch, policy, platform, date (of the first day on which any seed had one), accounts in reality removed, and
        those of innocents among them. Policies that suspended nobody are left out.
        """
        world, seeds, table = self.world, self.runs["seed"].nunique(), self.removals
        asking = {
            (named.name, policy.name)
            for named in self.plan.branches
            for policy in named.policies
            if isinstance(policy, RemovalPolicy)
        }
        names = {named.name for named in self.plan.branches}
        acted = [
            name in names and (name, policy) not in asking for name, policy in zip(table["branch"], table["policy"])
        ]
        suspended = table[pd.Series(acted, index=table.index, dtype=bool) & (table["action"] == "suspend")]
        rows = []
        for (name, policy, platform), part in suspended.groupby(["branch", "policy", "platform"], sort=False):
            innocents = float(part[list(INNOCENTS)].to_numpy(dtype=float).sum()) / seeds
            removed = float(part[list(TROLLS)].to_numpy(dtype=float).sum()) / seeds + innocents
            date = world.date(int(part["tick"].min()) // world.ticks_per_day)
            rows.append((name, policy, platform, date, removed, innocents))
        return pd.DataFrame(rows, columns=FOUND)


def _what(policy: RemovalPolicy) -> str:
    return "unused" if policy.of_sleepers else "active" if isinstance(policy, Takedown) else "any"


def load(directory: str | Path, allow_code: bool = False) -> Results:
    """Results from a study's directory. Raises InputError when it is none, if a table is not as it was written, or if it was made
    with classes of its author's own and they may not be loaded (``allow_code``) or cannot be."""
    folder = Path(directory)
    manifest = check_tables(folder)
    try:
        provenance = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    except (OSError, ValueError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
        raise InputError(
            f"{folder} must be the directory of a study, as experiments.run writes it ({reason})"
        ) from None
    _check_version(provenance, tables, folder)
    load_classes(provenance.get("user_code", []), allow_code, str(directory))
    people = folder / PEOPLE
    watched = None
    if _of_watched(manifest):
        watched = Watched(*(pd.read_parquet(folder / name) for name in _of_watched(manifest)))
    return Results(
        **tables,
        provenance=provenance,
        write_people=partial(shutil.copyfile, people) if PEOPLE in manifest.files else None,
        watched=watched,
        relays=pd.read_parquet(folder / f"{RELAYS}.parquet") if _of_relays(manifest) else None,
    )


def _check_version(provenance: Any, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Raise InputError for results of a program that told other things of a study."""
    told = set(provenance) if isinstance(provenance, dict) else set()
    lacking = [key for key in _TOLD if key not in told]
    lacking += [outcome.name for outcome in OUTCOMES if outcome.name not in tables["runs"]]
    lacking += [column for column in EFFECT_COLUMNS if column not in tables["effects"]]
    if lacking:
        version = provenance["model_version"] if "model_version" in told else None
        by = (
            "an earlier program"
            if version == MODEL_VERSION
            else f"model version {version}"
            if version
            else "another version"
        )
        raise InputError(
            f"{folder} was made by {by}, not by this one (model version {MODEL_VERSION}), and lacks {', '.join(lacking[:3])}; "
            "simulate the study again"
        )


def load_observed(directory: Path) -> pd.DataFrame | None:
    """What a study's directory compared with observations; None if there is no such directory. Nothing else is read of it."""
    try:
        check_tables(directory)
        return pd.read_parquet(directory / "observed.parquet")
    except (InputError, OSError, ValueError):
        return None


def check_tables(folder: Path) -> Manifest:
    """The manifest of a study's folder. Raises InputError if it is none, or its tables are not those that were written."""
    try:
        manifest = Manifest.read(folder)
    except InputError as error:
        raise InputError(
            f"{str(error).rstrip('.')}; it must be a study's directory, as experiments.run writes it"
        ) from None
    if manifest.kind != STUDY:
        raise InputError(f"{folder} must be the directory of a study, not of a {manifest.kind}")
    people = [PEOPLE] if PEOPLE in manifest.files else []
    manifest.check(
        PROVENANCE, *(f"{name}.parquet" for name in TABLES), *people, *_of_watched(manifest), *_of_relays(manifest)
    )
    return manifest


def _of_watched(manifest: Manifest) -> list[str]:
    """The files of what was watched, in the order of ``Watched``; none where nothing was."""
    names = [f"{WATCHED_ACCOUNTS}.parquet", f"{WATCHED}.parquet"]
    return names if all(name in manifest.files for name in names) else []


def _of_relays(manifest: Manifest) -> list[str]:
    return [name for name in (f"{RELAYS}.parquet",) if name in manifest.files]


def write_tables(results: Results, folder: Path) -> None:
    """Write tables (effects also as csv) and the provenance."""
    for name in TABLES:
        getattr(results, name).to_parquet(folder / f"{name}.parquet", index=False)
    without_formulas(results.effects).to_csv(folder / "effects.csv", index=False)
    if results.write_people is not None:
        results.write_people(folder / PEOPLE)
    if results.watched is not None:
        results.watched.accounts.to_parquet(folder / f"{WATCHED_ACCOUNTS}.parquet", index=False)
        results.watched.days.to_parquet(folder / f"{WATCHED}.parquet", index=False)
    if results.relays is not None:
        results.relays.to_parquet(folder / f"{RELAYS}.parquet", index=False)
    text = json.dumps(results.provenance, indent=2, ensure_ascii=False)
    (folder / PROVENANCE).write_text(text + "\n", encoding="utf-8")


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts no spreadsheet takes for formulas: those that begin like one get an apostrophe before them."""
    texts = table.select_dtypes(["object", "string", "category"]).columns
    return table.assign(**{name: [_as_text(value) for value in table[name]] for name in texts})


def _as_text(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
