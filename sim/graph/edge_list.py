"""Reading edge lists: who follows whom, a line an edge, as people and programs write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from sim.fields import InputError, shown
from sim.graph.files import Path, at_line, in_words, pieces
from sim.graph.node_ids import Labels, ends_of_numbers, ends_of_texts, fits, is_number, is_whole
from sim.machine import available

_LONGEST_LINE = 10_000
_EDGE = 44  # bytes that an edge takes while ends are gathered and made into rows
_NAMES = (("source", "target"), ("follower", "followee"))
# What heads columns of edges elsewhere. Which of them follows nobody knows, so that such a header is refused and not guessed at.
_OTHER_NAMES = frozenset(
    {
        "dst", "dst_id", "end", "followed", "followed_id", "followee", "followee_id", "follower", "follower_id",
        "following", "follows", "friend", "friend_id", "from", "from_id", "from_node", "from_user", "fromnodeid",
        "head", "id1", "id2", "node1", "node2", "source", "source_id", "src", "src_id", "start", "tail", "target",
        "target_id", "to", "to_id", "to_node", "to_user", "tonodeid", "user", "user1", "user2", "user_id",
    }
)  # fmt: skip
_INDEX = ("", "unnamed: 0")  # what pandas calls the index of a table
_IGNORE = "graph.weights='ignore' leaves out what else there is"
_COMMENT = re.compile(rb"(?m)(?:^|[ \t])#[^\n]*")
_BLANKS = re.compile(rb"[ \t]+")
_MARGINS = re.compile(rb"(?m)^[ \t]+|[ \t]+$")
_QUOTED = re.compile(r'(^|[,;\t ])"(?:[^"]|"")*"')
_LINE = re.compile(rb"[^\s][^\n]*")
# What networkx writes of an edge, such as {} or {'weight': 3}.
_DATA = re.compile(rb"(?m)(?:^|[ \t,;]+)\{[^\n]*\}[ \t]*$")
_WEIGHT = re.compile(rb"(?m)[{ ]['\"]weight['\"]:[^\n]*\}[ \t]*$")
# Numbers that are not what a reader of numbers takes them for: 007, 0x10.
_ODD = rb"0[0-9xX]"


class EdgeList(NamedTuple):
    """Edges between nodes 0 … n - 1, ``sources[e]`` follows ``targets[e]``, and what those nodes are called in the file, in
    ascending order: int64 where all are whole numbers, else text. Repeated edges and loops are still there."""

    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    labels: Labels


@dataclass(frozen=True)
class _Form:
    """How the lines of a file are to be understood: what separates ``columns`` (a blank: any blanks), which of them are source
    and target, whether the first line is a ``header``, whether edges end in ``data`` of networkx, and whether weights are
    ignored; then the line of the ``first`` edge and its ends."""

    path: Path
    separator: str
    columns: int
    source: int
    target: int
    header: bool
    data: bool
    ignore_weights: bool
    first: tuple[int, str, str] = (0, "", "")

    @property
    def whole(self) -> bool:
        """Whether ids are whole numbers, as those of the first edge are."""
        return all(map(is_whole, self.first[1:]))

    def ids(self, line: str) -> tuple[str, str]:
        """The ends of the edge on a line; ValueError with what is wrong where it has other columns than the first line."""
        row = next(csv.reader([line], delimiter=self.separator), [])
        if len(row) != self.columns:
            wanted = (
                "two columns (source and target)"
                if self.columns == 2
                else f"{self.columns} columns like the first line"
            )
            raise ValueError(f"must have {wanted}, not {len(row)}")
        return row[self.source].strip(), row[self.target].strip()


def read_edge_list(path: Path, ignore_weights: bool = False) -> EdgeList:
    """Edges from lines with two ids, ``source`` follows ``target``, separated by commas, semicolons, tabs or blanks.

    Ids are whole numbers from 0 to 2**63 - 1 or, where one on the first line is none, any text. A first line with the names
    ``source`` and ``target`` (or ``follower`` and ``followee``) is a header, and a nameless first column the index of a table
    that pandas wrote; both may be quoted. Blank lines are skipped, and so is what follows a ``#`` at the beginning of a line or
    after a blank; a name ending in ``.gz`` is decompressed. Further columns and weights that networkx wrote are refused unless
    ``ignore_weights``. Raises InputError naming file, line and reason.
    """
    form = _form(path, ignore_weights)
    found = _whole_numbers(form) if form.whole else None
    return _texts(form) if found is None else found


# How lines are to be understood


def _form(path: Path, ignore_weights: bool) -> _Form:
    lines = _first_lines(path)
    number, line = header = next(lines, (0, b""))
    separator, row = _split(_DATA.sub(b"", line).decode())
    names = [name.strip().lower() for name in row]
    pair = next((pair for pair in _NAMES if pair[0] in names and pair[1] in names), None)
    source, target = (0, 1) if pair is None else (names.index(pair[0]), names.index(pair[1]))
    if pair is not None:
        if names.count(pair[0]) > 1 or names.count(pair[1]) > 1:
            raise at_line(path, number, f"must name {pair[0]} and {pair[1]} once, not {shown(line.decode().strip())}")
        further = len(row) - 2 - (names[0] in _INDEX)
        which = f" ({', '.join(shown(name.strip()) for name in row[:9])})"
        number, line = next(lines, (0, b""))
    else:
        further, which = len(row) - 2, ""
    if not number:
        raise InputError(f"{in_words(path)} must have at least one edge, but it is empty")
    if further < 0:
        raise at_line(path, number, f"must have two columns (source and target), not {len(row)}")
    if further and not ignore_weights:
        raise at_line(path, header[0], f"must have two columns (source and target), not {len(row)}{which}: {_IGNORE}")
    data = _DATA.search(line) is not None
    form = _Form(path, separator, len(row), source, target, pair is not None, data, ignore_weights)
    edge = _plain(number, line, form).decode().strip()
    try:
        ids = form.ids(edge)
        for name in ids:
            _check_id(name, is_number(name))
    except ValueError as problem:
        raise at_line(path, number, str(problem)) from None
    return replace(form, first=(number, *ids))


def _first_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    for number, text in _uncommented(path):
        for line in _LINE.finditer(text):
            yield number + text.count(b"\n", 0, line.start()), line.group()


def _uncommented(path: Path) -> Iterator[tuple[int, bytes]]:
    for number, text in pieces(path, _LONGEST_LINE):
        yield number, _COMMENT.sub(b"", text) if b"#" in text else text


def _split(line: str) -> tuple[str, list[str]]:
    """What separates the columns of a line, and the columns."""
    outside = _QUOTED.sub(r"\1", line)
    for separator in (sign for sign in ",;\t" if sign in outside):
        row = next(csv.reader([line.strip(" ")], delimiter=separator, skipinitialspace=separator != "\t"), [])
        if len(row) > 1:
            return separator, row
    return " ", next(csv.reader([" ".join(line.split())], delimiter=" "), [])


def _plain(number: int, text: bytes, form: _Form) -> bytes:
    """Lines with nothing beside the columns and what separates them. Line ``number`` is the first."""
    if form.data:
        weight = None if form.ignore_weights else _WEIGHT.search(text)
        if weight is not None:
            line = number + text.count(b"\n", 0, weight.start())
            raise at_line(form.path, line, f"must have no weight of the edge: {_IGNORE}")
        text = _DATA.sub(b"", text)
    separator = form.separator.encode()
    if separator == b" ":
        text = _BLANKS.sub(b" ", text) if b"\t" in text or b"  " in text else text
    elif separator != b"\t" and separator + b" " in text:
        text = re.sub(separator + rb"[ \t]+(?=\")", separator, text)  # the ids themselves are trimmed later
    if b" " in text or (separator != b"\t" and b"\t" in text):
        text = _MARGINS.sub(b"", text)
    return text


# The ends of edges


def _read(form: _Form, kind: pa.DataType) -> Iterator[tuple[int, bytes, pa.Table | None]]:
    """Number of the first line, text and two columns of each piece of a file; None where not all ids are of this kind."""
    names = [str(i) for i in range(form.columns)]
    wanted = [names[form.source], names[form.target]]
    separated = pacsv.ParseOptions(delimiter=form.separator)
    kinds = pacsv.ConvertOptions(
        column_types=dict.fromkeys(wanted, kind), include_columns=wanted, null_values=[], strings_can_be_null=False
    )
    room, edges, header = available(), 0, form.header
    for number, raw in _uncommented(form.path):
        text = _plain(number, raw, form)
        first = _LINE.search(text)
        if first is None:
            continue
        if header:
            text, header = text[: first.start()] + text[first.end() :], False
            if not text.strip():
                continue
        rows = pacsv.ReadOptions(column_names=names, block_size=len(text) + 1)
        try:
            table = pacsv.read_csv(pa.py_buffer(text), rows, separated, kinds)
        except pa.ArrowInvalid:
            table = None
        yield number, text, table
        edges += 0 if table is None else table.num_rows
        if edges * _EDGE > room:
            raise InputError(
                f"{in_words(form.path)} must have fewer than {room // _EDGE:,} edges, with which "
                f"{room / 1e9:.1f} GB of available memory are full"
            )


def _whole_numbers(form: _Form) -> EdgeList | None:
    """The edges where all ids are whole numbers; None where some have leading zeros, and so are different as texts."""
    # One search for each is three times as fast as one for all.
    odd = [re.compile(begin + _ODD) for begin in (rb"\n", rb'"', re.escape(form.separator.encode()))]
    ends: list[NDArray[Any]] = []
    for number, text, table in _read(form, pa.int64()):
        columns = [] if table is None else [column.to_numpy() for column in table.columns]
        if (
            table is None
            or any(begin.search(text) for begin in odd)
            or re.match(_ODD, text)
            or min(map(np.min, columns)) < 0
        ):
            _check(form, number, text)
            return None
        small = max(map(np.max, columns)) < 1 << 32
        ends.append(np.array(columns, dtype=np.uint32 if small else np.int64))
    return EdgeList(*ends_of_numbers(ends))


def _texts(form: _Form) -> EdgeList:
    """The edges where ids are texts, which blanks around them are no part of."""
    ends: list[tuple[pa.Array, ...]] = []
    for number, text, table in _read(form, pa.dictionary(pa.int32(), pa.string())):
        if table is None:
            _check(form, number, text)
            raise at_line(form.path, number, "must begin lines of two ids that can be read")
        columns = tuple(column.combine_chunks() for column in table.columns)
        if not all(_can_be(name.strip(), form.whole) for column in columns for name in column.dictionary.to_pylist()):
            _check(form, number, text)
        ends.append(columns)
    found = EdgeList(*ends_of_texts(ends))
    _check_header(form, found)
    return found


def _check(form: _Form, number: int, text: bytes) -> None:
    """Raise InputError for the first line of a piece whose ids cannot be."""
    for line_number, line in enumerate(text.decode().split("\n"), number):
        if line.strip():
            try:
                for name in form.ids(line):
                    _check_id(name, form.whole)
            except ValueError as problem:
                raise at_line(form.path, line_number, str(problem)) from None


def _can_be(name: str, whole: bool) -> bool:
    """Whether a text can be an id, which may have to be a ``whole`` number; one with leading zeros is then one too."""
    return bool(name) and (not whole or (name.isascii() and name.isdecimal() and (not is_whole(name) or fits(name))))


def _check_id(name: str, whole: bool) -> None:
    """Raise ValueError saying why an id cannot be."""
    if _can_be(name, whole):
        return
    if not name:
        raise ValueError("must have an id in both columns, but one is empty")
    if is_whole(name):
        raise ValueError(f"must have ids below 2**63, not {shown(name)}")
    if name.startswith("-") and is_number(name):
        raise ValueError(f"must have ids of at least 0, not {name[:60]}")
    raise ValueError(f"must have whole numbers as ids, or names from the first line on, not {shown(name)}")


def _check_header(form: _Form, found: EdgeList) -> None:
    """Raise InputError where ids are whole numbers but for those on the first line, or where these are what columns are called
    and no line has them again: it is a header of other names."""
    line, *ids = form.first
    ends = [found.sources[0], found.targets[0]]
    again = any(np.isin(side[1:], ends).any() for side in (found.sources, found.targets))
    if not form.header and not again and not any(map(is_number, ids)):
        others = [name for name in found.labels if name not in ids]
        if others and (all(map(is_whole, others)) or {name.casefold() for name in ids} <= _OTHER_NAMES):
            raise at_line(
                form.path,
                line,
                f"must have ids like the other lines, or 'source,target' as a header, not {shown(ids[0])}",
            )
