"""A study's results as tables, and their directory: there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.settings import Cell, StudyPlan
from experiments.user_code import load_classes
from sim.fields import InputError, build
from sim.moderation import RemovalPolicy
from sim.outcomes import OwnOutcome
from sim.world import World

TROLLS = ("active_trolls", "sleepers")  # whose accounts a removal hits: columns of its record
INNOCENTS = ("citizens", "organisers", "outlets")
REMOVED = (
    "branch", "policy", "platform", "date", "asked_in_reality", "asked", "removed", "innocents", "missing",
    "removed_in_reality", "missing_in_reality",
)  # fmt: skip
TABLES = ("runs", "timeline", "turnout", "removals", "effects", "sweep", "observed")
PEOPLE = "people.parquet"
PROVENANCE = "provenance.json"
REPORT = "report.html"


@dataclass(frozen=True, eq=False)
class Results:
    """Tables of a study (each a DataFrame) and its provenance (plain JSON).

    ``runs`` has a row a run (final outcomes, digest, key; when, by which commit and by which code it was made), ``timeline`` a
    row a run and day, ``turnout`` a row a run and event, ``removals`` a row a run and policy that acted, ``effects`` those of
    ``sim.Study``, ``sweep`` the same with the columns ``value`` and ``seeds``, ``observed`` what ``experiments.observed``
    compares. ``write_people`` writes individual-level data, where they were kept, to a file.
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

    @property
    def world(self) -> World:
        """The world that was simulated."""
        return build(World, self.provenance["world"])

    @property
    def plan(self) -> StudyPlan:
        """The study as it was asked for."""
        return build(StudyPlan, self.provenance["study"], path="study")

    @property
    def outcomes(self) -> tuple[OwnOutcome, ...]:
        """The outcomes of the user's own that were measured."""
        return tuple(build(OwnOutcome, each, path="outcomes") for each in self.provenance.get("outcomes", ()))  # type: ignore[type-abstract]

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

        Columns: branch, policy, platform, date, asked_in_reality; asked, removed and missing in the model and
        (``_in_reality``) scaled back; innocents, citizens', organisers' and outlets' accounts removed in the model. Policies
        whose day was not reached have nan.
        """
        world, alike, table = self.world, ["policy", "platform", "tick", "asked_in_reality"], self.removals
        # The same asked for twice, on one day, is on record in the order of the policies.
        place = table.groupby(["branch", "seed", *alike]).cumcount()
        trolls, innocents = (table[list(groups)].astype(float).sum(axis=1) for groups in (TROLLS, INNOCENTS))
        hit = table.assign(removed=trolls + innocents, innocents=innocents)
        means = hit.groupby(["branch", *alike, place])[["removed", "innocents"]].mean()
        rows: list[tuple[Any, ...]] = []
        for name, branch in self.plan.all_branches(world).items():
            earlier: Counter[tuple[Any, ...]] = Counter()
            for policy in (p for p in branch.policies if isinstance(p, RemovalPolicy)):
                real, platform = policy.in_reality(), policy.platform
                key = (name, policy.name, platform, world.tick(policy.day), real)
                found = means.reindex([(*key, earlier[key])]).iloc[0]
                earlier[key] += 1
                asked, removed = float(world.scaled(real, platform)), float(found["removed"])
                rows.append(
                    (
                        name, policy.name, platform, world.date(world.day(policy.day)), real, asked, removed,
                        float(found["innocents"]), asked - removed, world.in_reality(removed, platform),
                        world.in_reality(asked - removed, platform),
                    )
                )  # fmt: skip
        return pd.DataFrame(rows, columns=REMOVED)


def load(directory: str | Path, allow_code: bool = False) -> Results:
    """Results from a study's directory. Raises InputError when it is none, or if it was made with classes of its author's own and
    they may not be loaded (``allow_code``) or cannot be."""
    folder = Path(directory)
    try:
        provenance = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    except (OSError, ValueError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
        raise InputError(
            f"{folder} must be the directory of a study, as experiments.run writes it ({reason})"
        ) from None
    load_classes(provenance.get("user_code", []), allow_code, str(directory))
    people = folder / PEOPLE
    return Results(
        **tables, provenance=provenance, write_people=partial(shutil.copyfile, people) if people.exists() else None
    )


def write_tables(results: Results, folder: Path) -> None:
    """Write tables (effects also as csv) and the provenance, which gets the tables' checksums."""
    for name in TABLES:
        getattr(results, name).to_parquet(folder / f"{name}.parquet", index=False)
    results.effects.to_csv(folder / "effects.csv", index=False)
    if results.write_people is not None:
        results.write_people(folder / PEOPLE)
    checksums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    text = json.dumps({**results.provenance, "files": checksums}, indent=2, ensure_ascii=False)
    (folder / PROVENANCE).write_text(text + "\n", encoding="utf-8")


class Assembly:
    """A directory made under a temporary name beside its own; leaving the ``with`` block without an error puts it in place."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.temporary = directory.with_name(f".{directory.name}.{os.getpid()}.new")

    def __enter__(self) -> Path:
        self._sweep_up()
        self.temporary.mkdir(parents=True)
        return self.temporary

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._put_in_place()
        finally:
            shutil.rmtree(self.temporary, ignore_errors=True)

    def _put_in_place(self) -> None:
        for path in [*self.temporary.rglob("*"), self.temporary]:
            _flush(path)
        former = self.temporary.with_suffix(".old")
        if self.directory.exists():
            self.directory.rename(former)
        self.temporary.rename(self.directory)
        _flush(self.directory.parent)
        shutil.rmtree(former, ignore_errors=True)

    def _sweep_up(self) -> None:
        """Remove what programs that were killed left; if one was killed between its two renames, put the old one back."""
        for path in self.directory.parent.glob(f".{self.directory.name}.*"):
            pid = path.suffixes[-2].lstrip(".") if len(path.suffixes) > 1 else ""
            if not pid.isdecimal() or (int(pid) != os.getpid() and Path(f"/proc/{pid}").exists()):
                continue
            if path.suffix == ".old" and not self.directory.exists():
                path.rename(self.directory)
            else:
                shutil.rmtree(path, ignore_errors=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
