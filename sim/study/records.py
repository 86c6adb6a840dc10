"""What a run's record looks like: one line with the checksum of all that follows, one of JSON, and tables as Arrow streams."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import fields
from typing import Any

import pandas as pd
import pyarrow as pa

from sim.branch import Branch
from sim.run import Run
from sim.world import World

_MAGIC = b"groundswell run 1 "  # the number says how the rest is to be read
_GIVEN = ("world", "branch")


class BrokenRecordError(ValueError):
    """What is no record of the run; the text says, after the file's name, what it is instead."""


def pack(key: str, run: Run) -> list[bytes]:
    """The record of a run, in parts that follow each other."""
    tables, values = {}, {}
    for field in fields(Run):
        value = getattr(run, field.name)
        if isinstance(value, pd.DataFrame):
            tables[field.name] = _stream(value)
        elif field.name not in _GIVEN:
            values[field.name] = value
    about = {"key": key, "values": values, "tables": {name: len(content) for name, content in tables.items()}}
    body = [json.dumps(about).encode() + b"\n", *tables.values()]
    return [_MAGIC + _checksum(*body) + b"\n", *body]


def unpack(content: bytes, key: str, world: World, branch: Branch) -> Run:
    """The run of a record. Raises BrokenRecordError for anything but what ``pack`` made of the key's run."""
    if not content:
        raise BrokenRecordError("is empty")
    head, _, _ = content[:200].partition(b"\n")
    body = memoryview(content)[len(head) + 1 :]  # individual-level data may be large
    if not head.startswith(_MAGIC):
        raise BrokenRecordError("is no record of this version, or damaged")
    if head != _MAGIC + _checksum(body):
        raise BrokenRecordError("is damaged")
    line = content[len(head) + 1 : content.index(b"\n", len(head) + 1) + 1]
    about, streams = json.loads(line), body[len(line) :]
    if about["key"] != key:
        raise BrokenRecordError("is the record of another run")
    values: dict[str, Any] = dict(about["values"])
    for name, size in about["tables"].items():
        values[name], streams = _table(streams[:size]), streams[size:]
    try:
        return Run(world=world, branch=branch, **values)
    except TypeError:  # its fields are others
        raise BrokenRecordError("is no record of this version") from None


def _checksum(*parts: bytes | memoryview) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest().encode()


def _stream(table: pd.DataFrame) -> bytes:
    arrow, sink = pa.Table.from_pandas(table), io.BytesIO()
    with pa.ipc.new_stream(sink, arrow.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(arrow)
    return sink.getvalue()


def _table(content: memoryview) -> pd.DataFrame:
    with pa.ipc.open_stream(content) as reader:
        return reader.read_pandas()
