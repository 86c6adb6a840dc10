"""Sampling: which worlds a design has. Grids, Latin hypercubes, Sobol sequences and tables of fields of the world."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.fields import InputError, Settings, describe_fields, quantity, register, shown

__all__ = ["Factor", "Grid", "LatinHypercube", "Sampling", "Sobol", "Table"]

MOST_WORLDS = 1_000_000
LINEAR, LOG = "linear", "log"
_EVEN = 1e-9  # steps that a range may miss its end by


@dataclass(frozen=True)
class Factor(Settings):
    """A field of the world that varies: over ``values``, or from ``low`` to ``high``.

    >>> Factor("campaign.flooding", (1, 2, 4)).levels()
    (1, 2, 4)
    >>> Factor("campaign.local_follower_share", low=0.01, high=1, points=3, scale="log").levels()
    (0.01, 0.1, 1)
    """

    field: str = quantity(
        unit="field of the world", source="given by the user",
        doc="Which, as in World.replace: campaign.flooding, opinion.rule, actors[0].day.",
    )  # fmt: skip
    values: tuple[bool | int | float | str, ...] = quantity(
        (), unit="that of the field", source="given by the user",
        doc="Values to take; classes by their names, such as voter for opinion.rule.",
    )  # fmt: skip
    low: float | None = quantity(None, unit="that of the field", source="given by the user", doc="Least value.")
    high: float | None = quantity(None, unit="that of the field", source="given by the user", doc="Greatest value.")
    step: float | None = quantity(
        None, unit="that of the field", low=0, low_open=True, source="given by the user",
        doc="Only low, low + step, … are taken (none: 1 where the world's field is a whole number).",
    )  # fmt: skip
    points: int | None = quantity(
        None, unit="values", low=2, high=MOST_WORLDS, source="given by the user",
        doc="So many values, evenly spread, in a grid.",
    )  # fmt: skip
    scale: str = quantity(
        LINEAR, unit="name", choices=(LINEAR, LOG), source="given by the user",
        doc="What is spread evenly: the value, or its logarithm.",
    )  # fmt: skip
    whole: bool = quantity(
        False, unit="yes or no", source="given by the user",
        doc="Whether values are rounded to whole numbers (also where the world's field is one).",
    )  # fmt: skip

    def check(self) -> None:
        if not self.field:
            raise InputError("must name a field of the world, not ''", field="field")
        ranged = self.low is not None or self.high is not None
        if bool(self.values) == ranged:
            raise InputError(f"must be given for {self.field}, or else low and high", field="values")
        if len(set(map(repr, self.values))) != len(self.values):
            raise InputError("must not name anything twice", field="values")
        if ranged:
            self._check_range()
        elif self.step is not None or self.points is not None or self.scale != LINEAR:
            raise InputError("goes with low and high, not with step, points or scale", field="values")

    def _check_range(self) -> None:
        if self.low is None or self.high is None:
            raise InputError(f"must be given for {self.field} as well", field="high" if self.high is None else "low")
        if not self.low < self.high:
            raise InputError(f"must be above low, {self.low:g}, not {self.high:g}", field="high")
        if self.scale == LOG and self.low <= 0:
            raise InputError(f"must be above 0 where the scale is log, not {self.low:g}", field="low")
        if self.step is not None:
            if self.points is not None or self.scale == LOG:
                raise InputError("goes with neither points nor a scale of log", field="step")
            if (self.high - self.low) / self.step > MOST_WORLDS:
                raise InputError(f"must be greater: it makes more than {MOST_WORLDS:,} values", field="step")

    def fitted(self, world: Settings) -> Factor:
        """The factor where the field is that of a world: by whole numbers if it is one."""
        values = {info.path.removeprefix("world."): info.value for info in describe_fields(world)}
        value = values.get(self.field)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or self.values or self.step is not None:
            return self
        if self.scale == LOG or self.points is not None:
            return replace(self, whole=True)
        return replace(self, step=1.0)

    def levels(self) -> tuple[Any, ...]:
        """The values in a grid. Raises InputError for a range that nothing divides."""
        if self.values:
            return self.values
        low, high = self._ends()
        if self.step is not None:
            return tuple(_plain(low + i * self.step) for i in range(self._steps()))
        if self.points is None:
            raise InputError("must be given, or step, for a range in a grid", field="points")
        spread = np.geomspace if self.scale == LOG else np.linspace
        values = (_plain(round(value) if self.whole else value) for value in spread(low, high, self.points).tolist())
        return tuple(dict.fromkeys(values))

    def at(self, place: float) -> Any:
        """The value at a place from 0 to below 1: of values or steps one after the other, each with an equal share."""
        if self.values:
            return self.values[int(place * len(self.values))]
        low, high = self._ends()
        if self.step is not None:
            return _plain(low + int(place * self._steps()) * self.step)
        value = low * (high / low) ** place if self.scale == LOG else low + place * (high - low)
        return round(value) if self.whole else value

    def _ends(self) -> tuple[float, float]:
        assert self.low is not None and self.high is not None  # see check
        return self.low, self.high

    def _steps(self) -> int:
        low, high = self._ends()
        assert self.step is not None
        return math.floor((high - low) / self.step + _EVEN) + 1


def _plain(value: float) -> float | int:
    """A whole number where it is one: fields of whole numbers take those, other fields take them as well."""
    value = float(f"{value:.12g}")
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


class Sampling(Settings, ABC):
    """Which worlds there are: a row each, and a column for each field in which they differ from the world that is given."""

    name: ClassVar[str]

    @abstractmethod
    def rows(self, world: Settings) -> pd.DataFrame:
        """The values of the fields, a column a field; ``world`` is what they are fields of. Raises InputError."""


@dataclass(frozen=True)
class _Factored(Sampling, ABC):
    name: ClassVar[str]
    factors: tuple[Factor, ...] = quantity((), unit="factors", source="given by the user", doc="Fields that vary.")

    def check(self) -> None:
        fields = [factor.field for factor in self.factors]
        if not fields:
            raise InputError("must be at least one", field="factors")
        for i, field in enumerate(fields):
            if field in fields[:i]:
                raise InputError(f"must not vary {field} a second time", field=f"factors[{i}].field")


@register("grid")
@dataclass(frozen=True)
class Grid(_Factored):
    """Every combination of the factors' values.

    >>> import sim
    >>> grid = Grid([Factor("campaign.flooding", (1, 2)), Factor("days", low=10, high=30, step=10)])
    >>> grid.rows(sim.World.hk2019(people=1000)).shape
    (6, 2)
    """

    def rows(self, world: Settings) -> pd.DataFrame:
        """The last factor varies fastest."""
        levels = []
        for i, factor in enumerate(self.factors):
            try:
                levels.append(factor.fitted(world).levels())
            except InputError as error:
                raise error.under(f"factors[{i}]") from None
        worlds = math.prod(map(len, levels))
        if worlds > MOST_WORLDS:
            raise InputError(f"must make at most {MOST_WORLDS:,} worlds, not {worlds:,}", field="factors")
        columns = zip(*product(*levels), strict=True)
        return _frame({factor.field: column for factor, column in zip(self.factors, columns)})


@dataclass(frozen=True)
class _Spread(_Factored, ABC):
    name: ClassVar[str]
    worlds: int = quantity(
        64, unit="worlds", low=1, high=MOST_WORLDS, source="given by the user", doc="How many worlds."
    )
    seed: int = quantity(
        1, unit="1", low=0, high=2**63 - 1, source="given by the user", doc="Of the design; the runs have their own."
    )

    @abstractmethod
    def places(self) -> NDArray[np.float64]:
        """Points of the unit cube, shape (worlds, factors), each from 0 to below 1."""

    def rows(self, world: Settings) -> pd.DataFrame:
        """A world for each point of the unit cube."""
        return at_places(self.factors, self.places(), world)


@register("latin_hypercube")
@dataclass(frozen=True)
class LatinHypercube(_Spread):
    """So many worlds, of which each factor's range has one in each of as many equal parts.

    >>> import sim
    >>> cube = LatinHypercube([Factor("campaign.local_follower_share", low=0, high=1)], worlds=4)
    >>> rows = cube.rows(sim.World.hk2019(people=1000))
    >>> sorted((4 * rows["campaign.local_follower_share"]).astype(int))
    [0, 1, 2, 3]
    """

    def places(self) -> NDArray[np.float64]:
        """Drawn by scipy."""
        from scipy.stats import qmc  # slow to import, and rarely needed

        return np.asarray(
            qmc.LatinHypercube(len(self.factors), rng=np.random.default_rng(self.seed)).random(self.worlds)
        )


@register("sobol")
@dataclass(frozen=True)
class Sobol(_Spread):
    """The first worlds of a scrambled Sobol sequence, most evenly spread where their number is a power of 2."""

    def places(self) -> NDArray[np.float64]:
        """Drawn by scipy."""
        from scipy.stats import qmc  # slow to import, and rarely needed

        sequence = qmc.Sobol(len(self.factors), rng=np.random.default_rng(self.seed))
        return np.asarray(sequence.random_base2(math.ceil(math.log2(self.worlds)))[: self.worlds])


_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {".csv": pd.read_csv, ".parquet": pd.read_parquet}


@register("table")
@dataclass(frozen=True)
class Table(Sampling):
    """Worlds as rows of a file, with a column for each field that varies."""

    path: str = quantity(
        unit="path", source="given by the user", doc=f"A file: {' or '.join(_READERS)}, its columns named as fields."
    )

    def check(self) -> None:
        if Path(self.path).suffix.lower() not in _READERS:
            raise InputError(f"must end in {' or '.join(_READERS)}, unlike {shown(self.path)}", field="path")

    def rows(self, world: Settings) -> pd.DataFrame:
        """What the file has."""
        try:
            found = _READERS[Path(self.path).suffix.lower()](Path(self.path))
        except (OSError, ValueError) as error:  # what is no table is a ValueError of pandas' and of Arrow's
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).partition("\n")[0]
            raise InputError(
                f"must be a table that can be read, which {shown(self.path)} is not ({reason})", "path"
            ) from None
        return rows_of(found, world)


def at_places(factors: Sequence[Factor], places: NDArray[np.float64], world: Settings) -> pd.DataFrame:
    """A world for each point of the unit cube: ``places`` (worlds, factors), from 0 to 1, and a column a factor."""
    columns = np.minimum(places, np.nextafter(1.0, 0.0)).T.tolist()
    fitted = [factor.fitted(world) for factor in factors]
    return _frame({f.field: [f.at(u) for u in column] for f, column in zip(fitted, columns)})


def rows_of(given: Any, world: Settings) -> pd.DataFrame:
    """The worlds that are given as a sampling, as a table or as a list of mappings of fields to values. Raises InputError."""
    if isinstance(given, Sampling):
        return given.rows(world)
    if (
        isinstance(given, Sequence)
        and not isinstance(given, (str, bytes))
        and all(isinstance(g, Mapping) for g in given)
    ):
        given = pd.DataFrame(list(given), dtype=object)
    if not isinstance(given, pd.DataFrame):
        raise InputError(f"must be a Sampling, a DataFrame or a list of mappings, not {shown(given)}")
    if given.empty:
        raise InputError("must have at least one row and one column, not none")
    if len(given) > MOST_WORLDS:
        raise InputError(f"must have at most {MOST_WORLDS:,} rows, not {len(given):,}")
    if not given.columns.is_unique or not all(isinstance(name, str) for name in given.columns):
        raise InputError(
            f"must have columns named as fields, each once, not {shown(', '.join(map(str, given.columns)))}"
        )
    columns = {name: given[name].tolist() for name in given.columns}
    for name, values in columns.items():
        for i, value in enumerate(values):
            if value is None or value != value:
                raise InputError(f"must have a value in every row, which column {name} has not in row {i + 1}")
    return _frame(columns)


def _frame(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Values as they are, of whatever types."""
    return pd.DataFrame({name: pd.Series(list(values), dtype=object) for name, values in columns.items()})
