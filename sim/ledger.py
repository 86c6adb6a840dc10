"""The ledger: one file a run, under its key (``sim.keys``). A record is there whole or not at all.

A study that is started again finds what it has. Individual-level data lie beside the record, which holds their checksum and
is written after them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.branch import Branch
from sim.run import Run
from sim.world import World

_FIELD = b"groundswell"


class Ledger:
    """Records of runs in a directory, which is made when the first record is kept."""

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)

    def path(self, key: str) -> Path:
        """Where the record of a key lies or would lie."""
        return self.directory / key[:2] / f"{key}.parquet"

    def people_path(self, key: str) -> Path:
        """Where the individual-level data of a key lie or would lie."""
        return self.path(key).with_suffix(".people.parquet")

    def keep(self, key: str, run: Run) -> None:
        """Write a record under a temporary name, flush it to disk, and only then give it its own name."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        people = None if run.kept is None else _parquet(pa.Table.from_pandas(run.kept, preserve_index=False))
        if people is not None:
            _write(self.people_path(key), people)
        rest = {
            "seed": run.seed,
            "population_seed": run.population_seed,
            "made": dict(run.made),
            "turnout": run.turnout.to_dict("list"),
            "removals": run.removals.to_dict("list"),
            "work": run.work,
            "digest": run.digest,
            "people": None if people is None else hashlib.sha256(people).hexdigest(),
        }
        table = pa.Table.from_pandas(run.timeline)
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), _FIELD: json.dumps(rest).encode()})
        _write(path, _parquet(table))

    def find(self, key: str, world: World, branch: Branch) -> Run | None:
        """The record of a key, or None. ``world`` and ``branch`` are those the key was made from."""
        path = self.path(key)
        if not path.exists():
            return None
        table = pq.read_table(path)
        rest: dict[str, Any] = json.loads(table.schema.metadata[_FIELD])
        kept = None
        if rest["people"] is not None:
            kept = self._find_people(key, rest["people"])
            if kept is None:
                return None
        return Run(
            world=world,
            branch=branch,
            seed=int(rest["seed"]),
            population_seed=int(rest["population_seed"]),
            made=rest["made"],
            timeline=table.to_pandas(),
            turnout=pd.DataFrame(rest["turnout"]),
            removals=pd.DataFrame(rest["removals"]),
            work=rest["work"],
            digest=rest["digest"],
            kept=kept,
        )

    def _find_people(self, key: str, checksum: str) -> pd.DataFrame | None:
        """Individual-level data, None if they are not what the record says."""
        try:
            content = self.people_path(key).read_bytes()
        except FileNotFoundError:
            return None
        return pd.read_parquet(io.BytesIO(content)) if hashlib.sha256(content).hexdigest() == checksum else None


def _parquet(table: pa.Table) -> memoryview:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return memoryview(sink.getvalue())


def _write(path: Path, content: memoryview) -> None:
    """Write a file under a temporary name, flush it to disk, and only then give it its own name."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
