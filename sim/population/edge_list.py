"""Reading follower graphs and node tables from text files, plain or gzipped."""

from __future__ import annotations

import csv
import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError
from sim.population.graph import FollowerGraph

Path = str | os.PathLike[str]

_HEADERS = (["source", "target"], ["follower", "followee"])


class EdgeList(NamedTuple):
    """A graph, and for each of its accounts the id it had in the file, ascending, shape (n,)."""

    graph: FollowerGraph
    labels: NDArray[np.int64]


def read_edge_list(path: Path, nodes: int | None = None) -> EdgeList:
    """Follower graph from lines of two whole numbers, ``source`` follows ``target``, separated by a comma or blanks.

    Blank lines and what follows a ``#`` are skipped; a first line ``source,target`` (or ``follower,followee``) is a
    header; a name ending in ``.gz`` is decompressed. With ``nodes`` the ids are 0 … nodes - 1, so that accounts without
    an edge are kept; without it the accounts are the ids that occur, renumbered in ascending order (``labels`` has
    them). Duplicates count once and self loops are dropped. Raises InputError naming file, line and reason.
    """
    sources: list[int] = []
    targets: list[int] = []
    with _open(path) as file:
        fresh = True
        for number, raw in enumerate(file, 1):
            line = raw.partition("#")[0].strip()
            if not line:
                continue
            columns = [column.strip() for column in line.split(",")] if "," in line else line.split()
            if len(columns) != 2:
                raise _error(path, number, f"must have two columns (source and target), not {len(columns)}")
            try:
                if "_" in line:
                    raise ValueError
                source, target = int(columns[0]), int(columns[1])
            except ValueError:
                if fresh and [column.lower() for column in columns] in _HEADERS:
                    fresh = False
                    continue
                wrong = next(column for column in columns if not _is_integer(column))
                hint = ", or 'source,target' as a header" if fresh else ""
                raise _error(path, number, f"must have whole numbers as ids{hint}, not {wrong!r}") from None
            fresh = False
            if source < 0 or target < 0:
                raise _error(path, number, f"must have ids of at least 0, not {min(source, target)}")
            if nodes is not None and (source >= nodes or target >= nodes):
                raise _error(path, number, f"must have ids from 0 to {nodes - 1}, not {max(source, target)}")
            if source >= 2**63 or target >= 2**63:
                raise _error(path, number, f"must have ids below 2**63, not {max(source, target)}")
            sources.append(source)
            targets.append(target)
    if not sources:
        raise InputError(f"{os.fspath(path)} must have at least one edge, but it is empty")
    source_ids, target_ids = np.array(sources, dtype=np.int64), np.array(targets, dtype=np.int64)
    if nodes is not None:
        return EdgeList(FollowerGraph.from_edges(nodes, source_ids, target_ids), np.arange(nodes, dtype=np.int64))
    labels, numbers = np.unique(np.concatenate([source_ids, target_ids]), return_inverse=True)
    numbered = numbers.reshape(2, -1)
    return EdgeList(FollowerGraph.from_edges(len(labels), numbered[0], numbered[1]), labels)


def read_node_table(path: Path) -> dict[str, NDArray[np.generic]]:
    """Columns of a comma-separated table with a header, one row a node, in the order of the file.

    A column becomes int64 if all its values are whole numbers, else float64 if all are numbers, else text. Lines that
    begin with ``#`` are skipped and a name ending in ``.gz`` is decompressed. Raises InputError naming file, line and
    reason.
    """
    with _open(path) as file:
        numbered = ((number, line) for number, line in enumerate(file, 1) if line.strip() and not line.startswith("#"))
        place = [0]

        def lines() -> Iterator[str]:
            for number, line in numbered:
                place[0] = number
                yield line

        reader = csv.reader(lines(), skipinitialspace=True)
        header = [name.strip() for name in next(reader, [])]
        if not header:
            raise InputError(f"{os.fspath(path)} must have a header and a row for each node, but it is empty")
        if len(set(header)) != len(header) or not all(header):
            raise _error(path, place[0], f"must name each column once, not {','.join(header)!r}")
        rows: list[list[str]] = []
        for row in reader:
            if len(row) != len(header):
                raise _error(path, place[0], f"must have {len(header)} columns like the header, not {len(row)}")
            rows.append(row)
    if not rows:
        raise InputError(f"{os.fspath(path)} must have a row for each node, but it has only a header")
    return {name: _typed([row[k] for row in rows]) for k, name in enumerate(header)}


def _typed(values: list[str]) -> NDArray[np.generic]:
    for kind in (np.int64, np.float64):
        try:
            return np.array(values).astype(kind)
        except (ValueError, OverflowError):
            continue
    return np.array([value.strip() for value in values])


def _is_integer(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return "_" not in text


def _error(path: Path, number: int, reason: str) -> InputError:
    return InputError(f"{os.fspath(path)}, line {number}, {reason}")


@contextmanager
def _open(path: Path) -> Iterator[IO[str]]:
    name = os.fspath(path)
    try:
        if name.endswith(".gz"):
            with gzip.open(name, "rt", encoding="utf-8-sig") as file:
                yield file
        else:
            with open(name, encoding="utf-8-sig") as file:
                yield file
    except FileNotFoundError:
        raise InputError(f"{name} must be a file, but there is none of that name") from None
    except UnicodeDecodeError:
        raise InputError(f"{name} must be text in UTF-8, but it is not") from None
    except (OSError, EOFError, zlib.error, csv.Error) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise InputError(f"{name} must be a readable file, but reading it failed: {reason}") from None
