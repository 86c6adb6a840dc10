"""The ledger: one file a run, keyed by what was simulated. A record is there whole or not at all.

The key is the SHA-256 of the canonical JSON of world, branch, seed, days, model version and the checksums of the files that the
world reads; names of branches and how the runs were launched are left out. A study that is started again finds what it has.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.branch import Branch
from sim.fields import InputError, canonical_json
from sim.run import Run
from sim.version import MODEL_VERSION
from sim.world import World

_FIELD = b"groundswell"


def file_checksums(world: World) -> dict[str, str]:
    """SHA-256 of the files that a world reads, by field."""
    checksums = {}
    for field in ("edges", "nodes"):
        path = getattr(world.graph, field)
        if path:
            try:
                checksums[field] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            except OSError as error:
                raise InputError(
                    f"must be a readable file, which {path} is not ({error.strerror})", field=f"world.graph.{field}"
                ) from None
    return checksums


def run_key(world: World, branch: Branch, seed: int, days: int, checksums: dict[str, str] | None = None) -> str:
    """Key of a run, 64 hexadecimal digits. ``checksums`` saves reading the world's files again."""
    content = {
        "branch": branch.canonical,
        "days": canonical_json(days),
        "files": canonical_json(file_checksums(world) if checksums is None else checksums),
        "model": canonical_json(MODEL_VERSION),
        "seed": canonical_json(seed),
        "world": world.canonical,
    }
    text = ",".join(f'"{name}":{value}' for name, value in content.items())  # canonical JSON: the names are sorted
    return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()


class Ledger:
    """Records of runs in a directory, which is made when the first record is kept."""

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)

    def path(self, key: str) -> Path:
        """Where the record of a key lies or would lie."""
        return self.directory / key[:2] / f"{key}.parquet"

    def keep(self, key: str, run: Run) -> None:
        """Write a record under a temporary name, flush it to disk, and only then give it its own name."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        rest = {
            "seed": run.seed,
            "turnout": run.turnout.to_dict("list"),
            "removals": run.removals.to_dict("list"),
            "work": run.work,
            "digest": run.digest,
        }
        table = pa.Table.from_pandas(run.timeline)
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), _FIELD: json.dumps(rest).encode()})
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{id(run)}")
        with temporary.open("wb") as file:
            pq.write_table(table, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def find(self, key: str, world: World, branch: Branch) -> Run | None:
        """The record of a key, or None. ``world`` and ``branch`` are those the key was made from."""
        path = self.path(key)
        if not path.exists():
            return None
        table = pq.read_table(path)
        rest: dict[str, Any] = json.loads(table.schema.metadata[_FIELD])
        return Run(
            world=world,
            branch=branch,
            seed=int(rest["seed"]),
            timeline=table.to_pandas(),
            turnout=pd.DataFrame(rest["turnout"]),
            removals=pd.DataFrame(rest["removals"]),
            work=rest["work"],
            digest=rest["digest"],
        )
