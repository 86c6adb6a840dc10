"""A graph of networkx as files of its own: named after their content, so that worlds on it have keys and can be run again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from sim.fields import InputError, Quantity, shown
from sim.graph.given_columns import GIVEN
from sim.graph.networks import attribute, from_networkx
from sim.graph.node_ids import repeated
from sim.plain import unwrapped

_UNWRITTEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def default_folder() -> Path:
    """Where networks are stored unless a folder is given: ``GROUNDSWELL_NETWORKS``, or the user's data directory."""
    chosen = os.environ.get("GROUNDSWELL_NETWORKS")
    if chosen:
        return Path(chosen)
    data = os.environ.get("XDG_DATA_HOME")
    try:
        return (Path(data) if data else Path.home() / ".local" / "share") / "groundswell" / "networks"
    except RuntimeError:
        raise InputError("must be given where the user has no home directory", field="folder") from None


def store(
    network: Any,
    numbers: Mapping[str, str],
    bot: str | None,
    columns: Sequence[str],
    ignore_weights: bool,
    folder: str | os.PathLike[str] | None,
) -> tuple[str, str]:
    """Write the edges of a networkx graph and a node table, and return their paths.

    ``numbers`` are columns of the table and the attributes that they come from, ``bot`` the attribute that is true of trolls,
    ``columns`` further attributes to be written under their own names. Files that are there already are left as they are.
    Raises InputError for what cannot be written, a missing attribute, and weights unless ``ignore_weights``.
    """
    graph, nodes = from_networkx(network, ignore_weights)
    if len(nodes) < 2:
        raise InputError(f"must have at least 2 nodes, not {len(nodes)}", field="network")
    table: dict[str, Any] = {"index": np.arange(len(nodes)), "node": _names(nodes)}
    people = np.ones(len(nodes), dtype=bool)
    if bot is not None:
        people = np.array(
            [not _true(value, bot, node) for value, node in zip(attribute(network, bot), nodes, strict=True)]
        )
        table["bot"] = (~people).astype(np.int64)
    for column, name in numbers.items():
        values = attribute(network, name, every=bot is None)
        table[column] = pa.array(
            [
                _number(value, GIVEN[column], name, node) if person else None
                for value, node, person in zip(values, nodes, people, strict=True)
            ],
            pa.float64(),
        )
    for name in columns:
        if name in table:
            raise InputError(
                f"must not be called {shown(name)}, as another column of the node table is", field="columns"
            )
        table[name] = [_text(value, name) for value in attribute(network, name, every=False)]
    edges = {"source": np.repeat(np.arange(graph.n), graph.following_count()), "target": graph.followees}
    place = default_folder() if folder is None else Path(folder)
    return _written(place, "edges", edges), _written(place, "nodes", table)


def _names(nodes: Sequence[Any]) -> list[str]:
    names = [str(unwrapped(node)) for node in nodes]
    for name in names:
        if not name or name != name.strip() or _UNWRITTEN.search(name):
            raise InputError(
                f"must have nodes whose names are text on one line, without blanks around it, not {shown(name)}",
                "network",
            )
    twice = repeated(names)
    if twice is not None:
        raise InputError(f"must have nodes that differ as text, but {shown(twice)} is there twice", field="network")
    return names


def _number(value: Any, about: Quantity, name: str, node: Any) -> float:
    plain = unwrapped(value)
    if isinstance(plain, bool) or not isinstance(plain, (int, float)) or not about.holds(plain):
        raise InputError(
            f"must have a number {about.range()} as the attribute {shown(name)} of every person, which {shown(node)} has not",
            field="network",
        )
    return float(plain)


def _true(value: Any, name: str, node: Any) -> bool:
    plain = unwrapped(value)
    if plain not in (0, 1):
        raise InputError(
            f"must have true or false (1 or 0) as the attribute {shown(name)}, which {shown(node)} has not",
            field="network",
        )
    return bool(plain)


def _text(value: Any, name: str) -> str:
    text = "" if value is None else str(unwrapped(value))
    if _UNWRITTEN.search(text):
        raise InputError(
            f"must have text on one line as the attribute {shown(name)}, not {shown(text)}", field="network"
        )
    return text


def _written(folder: Path, what: str, columns: Mapping[str, Any]) -> str:
    """Write a table under the name of its content, whole or not at all."""
    sink = pa.BufferOutputStream()
    pacsv.write_csv(pa.table(dict(columns)), sink)
    content = sink.getvalue()
    path = folder.absolute() / f"{hashlib.sha256(content).hexdigest()[:32]}.{what}.csv"
    try:
        if path.is_file() and path.stat().st_size == content.size:
            return str(path)
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".csv", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise InputError(
            f"must be a directory that can be written to, not {shown(str(folder))} ({reason})", field="folder"
        ) from None
    return str(path)
