"""The two tables of a design, on disk: effects and runs, each with the fields that vary as columns.

``effects.parquet`` has a row for each world, branch, outcome and kind, ``runs.parquet`` a row a run. They are written world by
world, so that what is held in memory does not grow with the design, and get their names when they are whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.branch import Branch
from sim.study.compare import Study
from sim.study.effects import EFFECT_COLUMNS
from sim.study.files import put_in_place
from sim.temporaries import temporary_for

EFFECTS, RUNS = "effects.parquet", "runs.parquet"
_TEXTS = ("branch", "outcome", "kind", "interval", "digest", "key", "made", "commit", "code", "fault")
_TYPES = {
    **dict.fromkeys(_TEXTS, pa.string()), "world": pa.int64(), "n": pa.int64(), "seed": pa.int64(), "identical": pa.bool_(),
}  # fmt: skip
WORK_COLUMNS = ("updates", "rows_scanned", "cpu_seconds")
ORIGIN_COLUMNS = ("digest", "key", "made", "commit", "code")
_ROWS = 20_000  # of a row group, at least


class LongTables:
    """Both tables in a folder; leaving the ``with`` block without an error puts them there.

    ``values`` has a row for each world, in their order from 1, and a column for each field that varies; ``outcomes`` are the
    columns of outcomes.
    """

    def __init__(self, folder: Path, values: pd.DataFrame, outcomes: Sequence[str]) -> None:
        self._values = {name: _typed(values[name].tolist()) for name in values.columns}
        swept = {name: kind for name, (kind, _) in self._values.items()}
        self._effects = _Table(folder / EFFECTS, ["world", *swept, *EFFECT_COLUMNS], swept)
        columns = ["world", *swept, "branch", "seed", *outcomes, *WORK_COLUMNS, *ORIGIN_COLUMNS, "fault"]
        self._runs = _Table(folder / RUNS, columns, swept)

    def add(self, world: int, effects: pd.DataFrame, runs: pd.DataFrame) -> None:
        """The effects and the runs of a world, by its number; columns that are not there are empty."""
        about = {"world": world, **{name: column[world - 1] for name, (_, column) in self._values.items()}}
        self._effects.add(effects, about)
        self._runs.add(runs, about)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for table in (self._effects, self._runs):
            table.close(kind is None)


class _Table:
    def __init__(self, path: Path, columns: Sequence[str], types: dict[str, pa.DataType]) -> None:
        self._path, self._temporary = path, temporary_for(path)
        known = _TYPES | types
        self._schema = pa.schema([(name, known.get(name, pa.float64())) for name in columns])
        self._writer = pq.ParquetWriter(self._temporary, self._schema, compression="zstd")
        self._parts: list[pa.Table] = []
        self._rows = 0

    def add(self, table: pd.DataFrame, about: dict[str, Any]) -> None:
        if table.empty:
            return
        whole = table.assign(**{name: [value] * len(table) for name, value in about.items()})
        rows = whole.reindex(columns=self._schema.names)
        self._parts.append(pa.Table.from_pandas(rows, schema=self._schema, preserve_index=False))
        self._rows += len(table)
        if self._rows >= _ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._parts:
            self._writer.write_table(pa.concat_tables(self._parts).combine_chunks())
        self._parts, self._rows = [], 0

    def close(self, whole: bool) -> None:
        try:
            if whole:
                self._flush()
            self._writer.close()
            if whole:
                with self._temporary.open("rb") as file:
                    put_in_place(self._temporary, file, self._path)
        finally:
            with suppress(OSError):
                self._temporary.unlink(missing_ok=True)


def run_table(study: Study, key: Callable[[Branch, int], str | None]) -> pd.DataFrame:
    """A row a run of a study: branch, seed, outcomes at the end, work, digest, key; when and by which code it was made."""
    runs = study.outcomes.reset_index()
    for column in WORK_COLUMNS:
        runs[column] = [run.work[column] for run in study.runs.values()]
    runs["digest"] = [run.digest for run in study.runs.values()]
    runs["key"] = [key(study.branches[name], seed) for name, seed in study.runs]
    for column, name in (("made", "when"), ("commit", "commit"), ("code", "code")):
        runs[column] = [run.made[name] for run in study.runs.values()]
    return runs


def _typed(values: list[Any]) -> tuple[pa.DataType, list[Any]]:
    """The type of a column, and its values in it: numbers as numbers where all are, else all as text."""
    present = [value for value in values if value is not None]
    kinds = {bool if isinstance(value, bool) else type(value) for value in present}
    if kinds == {bool}:
        return pa.bool_(), values
    if kinds <= {int} and all(abs(value) < 2**63 for value in present):
        return pa.int64(), values
    if kinds <= {int, float}:
        return pa.float64(), [None if value is None else float(value) for value in values]
    return pa.string(), [None if value is None else str(value) for value in values]
