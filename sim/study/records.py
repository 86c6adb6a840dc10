"""What a run's record looks like: one line with the checksum of all that follows, one of JSON, and tables as Arrow streams.

A record in a ledger also says in which world and branch the run was, so that a ledger can be read by itself. The key says no
less, but is a checksum.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from dataclasses import fields
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from sim.branch import Branch
from sim.run import Run
from sim.world import World

MAGIC = b"groundswell run 1 "  # the number says how the rest is to be read
_GIVEN = ("world", "branch")
_HEAD = len(MAGIC) + 64 + 1


class BrokenRecordError(ValueError):
    """What is no record of the run; the text says, after the file's name, what it is instead."""


class About(NamedTuple):
    """What a record says beside its tables: ``values`` are the other fields of the run, ``branch`` and ``world`` plain mappings,
    empty in a record that does not say them, ``size`` its bytes."""

    key: str
    values: dict[str, Any]
    branch: dict[str, Any]
    world: dict[str, Any]
    size: int


def pack(key: str, run: Run, described: bool = False) -> list[bytes]:
    """The record of a run, in parts that follow each other; if it is ``described``, world and branch are in it."""
    tables, values = {}, {}
    for field in fields(Run):
        value = getattr(run, field.name)
        if isinstance(value, pd.DataFrame):
            tables[field.name] = _stream(value)
        elif field.name not in _GIVEN:
            values[field.name] = value
    about: dict[str, Any] = {
        "key": key,
        "values": values,
        "tables": {name: len(content) for name, content in tables.items()},
    }
    streams = list(tables.values())
    if described:
        world = _compressed(run.world.canonical)
        about |= {"branch": json.loads(run.branch.canonical), "world": len(world)}
        streams.append(world)
    body = [json.dumps(about).encode() + b"\n", *streams]
    return [MAGIC + _checksum(*body) + b"\n", *body]


def unpack(content: bytes, key: str, world: World, branch: Branch) -> Run:
    """The run of a record. Raises BrokenRecordError for anything but what ``pack`` made of the key's run."""
    about, streams = _opened(content)
    if about["key"] != key:
        raise BrokenRecordError("is the record of another run")
    values: dict[str, Any] = dict(about["values"])
    for name, size in about["tables"].items():
        values[name], streams = _table(streams[:size]), streams[size:]
    try:
        return Run(world=world, branch=branch, **values)
    except TypeError:  # its fields are others
        raise BrokenRecordError("is no record of this version") from None


def key_of(content: bytes) -> str:
    """The key that a record says, which is whole. Raises BrokenRecordError."""
    return str(_opened(content)[0]["key"])


def about(content: bytes) -> About:
    """What a record says. Raises BrokenRecordError where it is not whole."""
    said, streams = _opened(content)
    world = _world(bytes(streams[len(streams) - said["world"] :])) if "world" in said else {}
    return About(said["key"], said["values"], said.get("branch", {}), world, len(content))


def outcomes(content: bytes) -> dict[str, float]:
    """Outcomes at the end of a record's run, by name. Raises BrokenRecordError where it is not whole."""
    said, streams = _opened(content)
    for name, size in said["tables"].items():
        if name == "timeline":
            return {str(key): float(value) for key, value in _table(streams[:size]).iloc[-1].drop("day").items()}
        streams = streams[size:]
    raise BrokenRecordError("is no record of this version")


def extent(content: bytes, at: int) -> tuple[str, int] | None:
    """Key and length of the record that begins at a place among others; None where no whole one does."""
    line = content.find(b"\n", at + _HEAD)
    try:
        about = json.loads(content[at + _HEAD : line + 1])
        size = line + 1 - at + sum(about["tables"].values()) + about.get("world", 0)
        key = key_of(content[at : at + size])
        return (key, size) if len(bytes.fromhex(key)) == 32 else None
    except (ValueError, KeyError, TypeError, AttributeError):  # among them a record that is broken
        return None


def _opened(content: bytes) -> tuple[dict[str, Any], memoryview]:
    """The line of JSON and the streams of a record. Raises BrokenRecordError where it is not whole."""
    if not content:
        raise BrokenRecordError("is empty")
    head, _, _ = content[:200].partition(b"\n")
    body = memoryview(content)[len(head) + 1 :]  # individual-level data may be large
    if not head.startswith(MAGIC):
        raise BrokenRecordError("is no record of this version, or damaged")
    if head != MAGIC + _checksum(body):
        raise BrokenRecordError("is damaged")
    line = content[len(head) + 1 : content.index(b"\n", len(head) + 1) + 1]
    return json.loads(line), body[len(line) :]


def _checksum(*parts: bytes | memoryview) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest().encode()


@lru_cache(maxsize=8)
def _compressed(text: str) -> bytes:
    return zlib.compress(text.encode(), 9)


@lru_cache(maxsize=64)
def _world(compressed: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(compressed))
    return found


def _stream(table: pd.DataFrame) -> bytes:
    arrow, sink = pa.Table.from_pandas(table), io.BytesIO()
    with pa.ipc.new_stream(sink, arrow.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(arrow)
    return sink.getvalue()


def _table(content: memoryview) -> pd.DataFrame:
    with pa.ipc.open_stream(content) as reader:
        return reader.read_pandas()
