"""Targets of a calibration: what has been measured, what is simulated beside it, and which fields are free, as a YAML file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from experiments.calibration.quantities import Simulated
from sim import cases
from sim.fields import FieldInfo, InputError, Settings, describe_fields, did_you_mean, quantity
from sim.sampling import LINEAR, LOG, Factor
from sim.saved import load
from sim.world import World

_PACKAGED = Path(__file__).parent / "sets"
_NINETY_FIVE = 1.959963984540054  # standard errors on either side


@dataclass(frozen=True)
class Target(Settings):
    """A number that has been measured, how sure it is, and what is simulated to be like it."""

    name: str = quantity(unit="text", source="given by the user", doc="What it is.")
    value: float = quantity(unit="that of the target", source="given by the user", doc="What was measured.")
    unit: str = quantity(unit="text", source="given by the user", doc="Unit of the value.")
    source: str = quantity(unit="text", source="given by the user", doc="Who measured it, and where it can be read.")
    simulated: Simulated = quantity(unit="quantity", source="given by the user", doc="What is simulated to be like it.")
    low: float | None = quantity(
        None, unit="that of the target", source="given by the user", doc="Lower end of its 95 % interval."
    )
    high: float | None = quantity(
        None, unit="that of the target", source="given by the user", doc="Upper end of its 95 % interval."
    )
    standard_error: float | None = quantity(
        None, unit="that of the target", low=0, low_open=True, source="given by the user",
        doc="Its standard error, in place of an interval.",
    )  # fmt: skip
    weight: float = quantity(
        1.0, unit="1", low=0, low_open=True, source="given by the user", doc="How many such measurements it counts for."
    )

    def check(self) -> None:
        ends = (self.low, self.high)
        if (ends == (None, None)) == (self.standard_error is None) or (None in ends and ends != (None, None)):
            raise InputError("must be given, or else low and high", field="standard_error")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high > self.low:
            raise InputError(
                f"must lie between low and high, {self.low:g} and {self.high:g}, not at {self.value:g}", "value"
            )
        for field in ("name", "unit", "source"):
            if not getattr(self, field).strip():
                raise InputError("must be said, not ''", field=field)

    @property
    def error(self) -> float:
        """Its standard error."""
        if self.standard_error is not None:
            return self.standard_error
        assert self.low is not None and self.high is not None  # see check
        return (self.high - self.low) / (2 * _NINETY_FIVE)


@dataclass(frozen=True)
class Free(Settings):
    """A field that is fitted. Where no range is given it is searched where it is plausible, as written at the field."""

    field: str = quantity(unit="field of the world", source="given by the user", doc="Which, as in World.replace.")
    low: float | None = quantity(
        None, unit="that of the field", source="given by the user", doc="Least value (none: plausible)."
    )
    high: float | None = quantity(None, unit="that of the field", source="given by the user", doc="Greatest value.")
    scale: str | None = quantity(
        None,
        unit="name",
        choices=(LINEAR, LOG),
        source="given by the user",
        doc="What is searched evenly (none: as is plausible).",
    )

    def factor(self, about: FieldInfo) -> Factor:
        """Where it is searched. Raises InputError where neither a range nor a plausible one is given."""
        likely = about.plausible
        if likely is None and (self.low is None or self.high is None):
            raise InputError(f"must be given, with high: no plausible range is written at {self.field}", field="low")
        low, high = (likely.low, likely.high) if likely is not None else (None, None)
        scale = self.scale or (LOG if likely is not None and likely.log else LINEAR)
        return Factor(
            self.field,
            low=low if self.low is None else self.low,
            high=high if self.high is None else self.high,
            scale=scale,
        )


@dataclass(frozen=True)
class Change(Settings):
    """A field in which the world differs from the case's."""

    field: str = quantity(unit="field of the world", source="given by the user", doc="Which, as in World.replace.")
    value: bool | int | float | str = quantity(unit="that of the field", source="given by the user", doc="Its value.")


@dataclass(frozen=True)
class Calibration(Settings):
    """What is fitted to what."""

    name: str = quantity(unit="text", source="given by the user", doc="Begins the name of the directory.")
    targets: tuple[Target, ...] = quantity(unit="targets", source="given by the user", doc="What has been measured.")
    free: tuple[Free, ...] = quantity(unit="fields", source="given by the user", doc="What is fitted.")
    case: str = quantity(
        cases.NAMES[0], unit="name", choices=cases.NAMES, source="given by the user", doc="The case whose world it is."
    )
    people: int = quantity(
        1_000, unit="people", low=10, high=300_000_000, source="given by the user", doc="Modelled people."
    )
    changes: tuple[Change, ...] = quantity(
        (), unit="fields", source="given by the user", doc="What else is not as in the case, in the fit."
    )

    def check(self) -> None:
        if not self.name.isidentifier():
            raise InputError(
                f"must be fit for a file's name (letters, digits, _), unlike {self.name[:80]!r}", field="name"
            )
        for field, names in (
            ("targets", [target.name for target in self.targets]),
            ("free", [free.field for free in self.free]),
        ):
            if not names:
                raise InputError("must be at least one", field=field)
            if len(set(names)) != len(names):
                raise InputError("must not name anything twice", field=field)
        _ = self.factors
        for i, target in enumerate(self.targets):
            try:
                target.simulated.days(self.world)
                for branch in target.simulated.branches(self.world).values():
                    branch.check_against(self.world)
            except InputError as error:
                raise error.under(f"targets[{i}].simulated") from None

    @cached_property
    def world(self) -> World:
        """The world whose fields are fitted."""
        found = cases.named(self.case).world(people=self.people)
        try:
            return found.replace({change.field: change.value for change in self.changes})
        except InputError as error:
            raise InputError(f"must fit the world: {_lower(error)}", field="changes") from None

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """Where the free fields are searched. Raises InputError for what the world does not have, or cannot be."""
        known = {info.path: info for info in describe_fields(self.world, path="")}
        found = []
        for i, free in enumerate(self.free):
            if free.field not in known:
                near = did_you_mean(free.field, list(known), quote="")
                raise InputError(f"must be a field of the world, not {free.field}{near}", field=f"free[{i}].field")
            try:
                factor = free.factor(known[free.field]).fitted(self.world)
            except InputError as error:
                raise error.under(f"free[{i}]") from None
            for end in (factor.low, factor.high):
                try:
                    self.world.replace({free.field: end})
                except InputError as error:
                    raise InputError(f"must fit the world: {_lower(error)}", field=f"free[{i}]") from None
            found.append(factor)
        return tuple(found)


def _lower(error: InputError) -> str:
    return str(error)[:1].lower() + str(error)[1:]


def packaged() -> list[str]:
    """Names of the sets of targets that come with the program."""
    return sorted(path.stem for path in _PACKAGED.glob("*.yaml"))


def targets_of(place: str) -> Calibration:
    """A calibration from a file, or from one that comes with the program by its name. Raises InputError."""
    if place in packaged():
        return load(Calibration, _PACKAGED / f"{place}.yaml")
    if not Path(place).exists():
        near = did_you_mean(place, packaged(), quote="")
        raise InputError(f"must be a file or one of {', '.join(packaged())}, not {place}{near}", field="TARGETS")
    return load(Calibration, place)
