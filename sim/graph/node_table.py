"""Reading node tables: what is known of each node, a row a node."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from sim.fields import InputError, shown
from sim.graph.files import Path, at_line, in_words, whole
from sim.graph.node_ids import labels_of

NodeTable = dict[str, NDArray[Any]]

NAMES = ("id", "node")  # columns that say what nodes are called
_MEMORY = 40.0  # bytes that a byte of the file takes, at most about, as values of Python
_BLOCK = 1 << 24
_COMMENT = re.compile(rb"(?m)^#[^\n]*")
_LINE = re.compile(rb"[^\s][^\n]*")
_INDEX = ("", "Unnamed: 0")  # what pandas calls the index of a table


def read_node_table(path: Path) -> NodeTable:
    """Columns of a table with a header, one row a node, in the order of the file, separated by commas, semicolons or tabs.

    A column becomes int64 if all its values are whole numbers, else float64 if all are numbers or empty (nan), else text; the
    columns ``id`` and ``node`` are int64 or text as ids of edges are. A nameless first column, which pandas writes for the index,
    is left out. Lines that begin with ``#`` are skipped and a name ending in ``.gz`` is decompressed. Raises InputError naming
    file, line and reason.
    """
    text = whole(path, _MEMORY)
    if b"#" in text:
        text = _COMMENT.sub(b"", text)
    first = _LINE.search(text)
    if first is None:
        raise InputError(f"{in_words(path)} must have a header and a row for each node, but it is empty")
    separator, header = _header(first.group().decode())
    number = 1 + text.count(b"\n", 0, first.start())
    if len(set(header)) != len(header) or not all(header[len(header) > 1 and header[0] in _INDEX :]):
        raise at_line(path, number, f"must name each column once, not {shown(first.group().decode().strip())}")
    body = text[: first.start()] + text[first.end() :]
    if not body.strip():
        raise InputError(f"{in_words(path)} must have a row for each node, but it has only a header")
    columns = _columns(path, body, separator, header)
    return {name: _typed(column, name in NAMES) for name, column in columns.items() if name not in _INDEX}


def _header(line: str) -> tuple[str, list[str]]:
    """What separates the columns of a header, and their names."""
    rows = [(separator, next(csv.reader([line], delimiter=separator, skipinitialspace=True))) for separator in ",;\t"]
    separator, names = max(rows, key=lambda row: len(row[1]))
    return separator, [name.strip() for name in names]


def _columns(path: Path, body: bytes, separator: str, header: list[str]) -> dict[str, pa.Array]:
    """The columns as texts without the blanks around them."""
    mark = separator.encode()
    if separator != "\t" and mark + b" " in body:  # quotes after blanks, unless two of them stand for one
        body = re.sub(mark + rb" +(?=\"([^\"]|\"[%b\n]))" % mark, mark, body)
    try:
        table = pacsv.read_csv(
            pa.py_buffer(body),
            pacsv.ReadOptions(column_names=header, block_size=_BLOCK),
            pacsv.ParseOptions(delimiter=separator, newlines_in_values=True),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), null_values=[], strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        _check_rows(path, body.decode(), separator, len(header))
        table = None
    if table is None or (body.count(b'"') % 2 and any("\n" in table[name][-1].as_py() for name in header)):
        raise InputError(f"{in_words(path)} must be a table with {len(header)} columns, but a quote in it has no end")
    return {name: pc.utf8_trim_whitespace(table[name]).combine_chunks() for name in header}


def _check_rows(path: Path, body: str, separator: str, columns: int) -> None:
    """Raise InputError for the first row that has not as many columns as the header."""
    place = [0]

    def lines() -> Iterator[str]:
        for number, line in enumerate(body.split("\n"), 1):
            if line.strip():
                place[0] = number
                yield line + "\n"

    try:
        for row in csv.reader(lines(), delimiter=separator, skipinitialspace=True):
            if len(row) != columns:
                raise at_line(path, place[0], f"must have {columns} columns like the header, not {len(row)}")
    except csv.Error as problem:
        raise at_line(path, place[0], f"must be a row of a table, but reading it failed: {problem}") from None


def _typed(column: pa.Array, names: bool) -> NDArray[Any]:
    if names:
        return labels_of(column.to_pylist())
    empty = pc.equal(column, "")
    if not pc.all(empty).as_py():
        numbers = pc.replace_substring_regex(column, r"^\+", "")
        whole_numbers = pc.all(pc.match_substring_regex(column, r"^[+-]?[0-9]+$")).as_py()
        for kind, values in ((pa.int64(), numbers), (pa.float64(), pc.if_else(empty, "nan", numbers))):
            if whole_numbers or kind == pa.float64():
                try:
                    return np.asarray(values.cast(kind).to_numpy())
                except pa.ArrowInvalid:
                    continue
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)
