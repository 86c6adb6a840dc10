"""Files of edges and nodes: every form in which people have them, and one sentence for all else."""

from __future__ import annotations

import csv
import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.fields import InputError
from sim.graph import edge_list, files, networks
from sim.graph.edge_list import EdgeList, read_edge_list
from sim.graph.files import checksum, pieces
from sim.graph.networks import read_network_file
from sim.graph.node_table import read_node_table

Pair = tuple[int | str, int | str]


def write(path: Path, text: str) -> Path:
    if path.suffix == ".gz":
        with gzip.open(path, "wt") as file:
            file.write(text)
    else:
        path.write_text(text)
    return path


def pairs(edges: EdgeList) -> list[Pair]:
    """Edges by the ids of their ends."""
    ids = edges.labels.tolist()
    return [(ids[u], ids[v]) for u, v in zip(edges.sources.tolist(), edges.targets.tolist(), strict=True)]


def refused(call: Callable[[], object], *words: str) -> str:
    with pytest.raises(InputError) as error:
        call()
    sentence = str(error.value)
    assert "\n" not in sentence
    assert len(sentence) < 600
    for word in words:
        assert word in sentence, sentence
    return sentence


# Edge lists


@pytest.mark.parametrize("name", ["edges.csv", "edges.csv.gz"])
@pytest.mark.parametrize(
    "header", ["", "source,target\n", "# a comment\nFollower,Followee\n", '\ufeff"source","target"\r\n']
)
def test_edge_lists_are_read(tmp_path: Path, name: str, header: str) -> None:
    edges = read_edge_list(write(tmp_path / name, header + "4,0\n\n0 , 4 # back\n4,9\n4,9\n9,9\n"))
    assert edges.labels.tolist() == [0, 4, 9]
    assert pairs(edges) == [(4, 0), (0, 4), (4, 9), (4, 9), (9, 9)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("source target\n0\t1\n1   2\n", [(0, 1), (1, 2)]),
        (" 0 1 \n\t\n1 2\t\n", [(0, 1), (1, 2)]),
        ('"source";"target"\n"0";"1"\n', [(0, 1)]),
        ("target;source\n1;0\n", [(0, 1)]),
        ("0\t1\n", [(0, 1)]),
        ("0,1\r1,2\r", [(0, 1), (1, 2)]),
        ("0,1\r\n1,2", [(0, 1), (1, 2)]),
        (",source,target\n0,5,6\n1,6,7\n", [(5, 6), (6, 7)]),  # pandas with its index
        ("1 0 {}\n0 2 {}\n", [(1, 0), (0, 2)]),  # networkx
        ("1,0,{}\n", [(1, 0)]),
        ("1 0 {'since': 3, 'by': 'a b'}\n2 1 {}\n", [(1, 0), (2, 1)]),
        ("ann,bob\nbob,7\n", [("ann", "bob"), ("bob", "7")]),
        ('"Lee, Ann","x ""y"""\n', [("Lee, Ann", 'x "y"')]),
        ('ann, "b, c"\n', [("ann", "b, c")]),
        ("source,target\n a , b\n", [("a", "b")]),
        ("007,8\n08,007\n", [("007", "8"), ("08", "007")]),
        ("1,2\n01,2\n", [("1", "2"), ("01", "2")]),
        ("0x1,2\n", [("0x1", "2")]),
        ("é,日本\n", [("é", "日本")]),
        ("a#1,b#2 # both\n", [("a#1", "b#2")]),
        (f"{2**63 - 1},{2**62}\n", [(2**63 - 1, 2**62)]),
        ("from,to\nto,from\n", [("from", "to"), ("to", "from")]),  # they are nodes
        ("user,friend\nuser,ann\n", [("user", "friend"), ("user", "ann")]),
        ("source,target\nfrom,to\nann,bob\n", [("from", "to"), ("ann", "bob")]),
    ],
)
def test_forms_of_edge_lists(tmp_path: Path, text: str, found: list[Pair]) -> None:
    (tmp_path / "edges.txt").write_bytes(text.encode())
    assert pairs(read_edge_list(tmp_path / "edges.txt")) == found


def test_ids_ascend_by_value_or_as_text(tmp_path: Path) -> None:
    assert read_edge_list(write(tmp_path / "a", "10,9\n100,1\n")).labels.tolist() == [1, 9, 10, 100]
    assert read_edge_list(write(tmp_path / "b", "b,a\na,B\né,b\n")).labels.tolist() == ["B", "a", "b", "é"]


@pytest.mark.parametrize(
    "text",
    [
        "source,target,weight\n0,1,2.5\n",
        "0 1 2.5\n",
        "0,1,2.5,x\n",
        "0 1 {'weight': 3}\n",
        "0 1 {'a': 1, 'weight': 3.5}\n",
    ],
)
def test_weights_are_refused_unless_they_are_ignored(text: str, tmp_path: Path) -> None:
    path = write(tmp_path / "edges.csv", text)
    refused(lambda: read_edge_list(path), f"{path}, line 1, must have", "graph.weights='ignore' leaves out")
    assert pairs(read_edge_list(path, ignore_weights=True)) == [(0, 1)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0,1\n0,1,2\n", "line 2, must have two columns (source and target), not 3."),
        (
            "source,target,weight\n0,1\n",
            "line 1, must have two columns (source and target), not 3 ('source', 'target', 'weight')",
        ),
        ("0\n", "line 1, must have two columns (source and target), not 1."),
        ("0,1\n0,one\n", "line 2, must have whole numbers as ids, or names from the first line on, not 'one'."),
        ("0,1\n0,1_000\n", "line 2, must have whole numbers as ids, or names from the first line on, not '1_000'."),
        ("0,1\n0,1.5\n", "line 2, must have whole numbers as ids, or names from the first line on, not '1.5'."),
        ("1e5,1\n", "line 1, must have whole numbers as ids, or names from the first line on, not '1e5'."),
        ("from,to\n0,1\n", "line 1, must have ids like the other lines, or 'source,target' as a header, not 'from'."),
        (
            "from,to\nann,bob\n",
            "line 1, must have ids like the other lines, or 'source,target' as a header, not 'from'.",
        ),
        ("Followed;Follower\nann;bob\nbob;ann\n", "or 'source,target' as a header, not 'Followed'."),
        ("source,followee\nann,bob\n", "or 'source,target' as a header, not 'source'."),
        ("source,target,source\n0,1,2\n", "line 1, must name source and target once, not 'source,target,source'."),
        ("0,1\n\n-2,1\n", "line 3, must have ids of at least 0, not -2."),
        ("0,9223372036854775808\n", "line 1, must have ids below 2**63, not '9223372036854775808'."),
        ("0,1\n0," + "9" * 5000, "line 2, must have ids below 2**63, not '" + "9" * 57 + "…'."),
        ("0,1\n0," + "9" * 20_000, "line 2, must have at most 10,000 bytes."),
        ("0,1\n,1\n", "line 2, must have an id in both columns, but one is empty."),
        ('"0,1\n2,3\n', "line 1, must have two columns (source and target), not 1."),
        ("# nothing\nsource,target\n", "must have at least one edge, but it is empty."),
        ("", "must have at least one edge, but it is empty."),
        ("\0\0\0", "must be text in UTF-8, but it is not."),
        ("0,1\n\0", "must be text in UTF-8, but it is not."),
    ],
)
def test_bad_edge_lists_are_named(tmp_path: Path, text: str, reason: str) -> None:
    path = write(tmp_path / "edges.csv", text)
    refused(lambda: read_edge_list(path), str(path), reason)


# Files that are none


READERS = [read_edge_list, read_node_table, checksum, read_network_file]


@pytest.mark.parametrize("read", READERS)
def test_what_is_no_file_is_refused_at_once(read: Callable[[Path], object], tmp_path: Path) -> None:
    refused(lambda: read(tmp_path / "missing.csv"), "missing.csv must be a file, but there is none of that name")
    refused(lambda: read(tmp_path), "must be a readable file, not a directory")
    os.mkfifo(tmp_path / "pipe.csv")
    refused(lambda: read(tmp_path / "pipe.csv"), "must be a readable file, not a pipe or a device")
    refused(lambda: read(Path("/dev/zero")), "/dev/zero must be a readable file, not a pipe or a device")
    refused(lambda: read(Path("a\0b.csv")), r"'a\x00b.csv' must be a file, but no file can have that name")
    refused(lambda: read(Path("x\ud800")), "must be a file, but no file can have that name")
    refused(lambda: read(tmp_path / ("x" * 5000)), "reading it failed: File name too long")
    refused(lambda: read(tmp_path / "a.csv" / "b.csv"), "must be a file, but there is none of that name")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    refused(lambda: read(tmp_path / "loop"), "must be a readable file, but reading it failed")


@pytest.mark.parametrize("read", [read_edge_list, read_node_table])
def test_what_is_not_compressed_or_no_text(read: Callable[[Path], object], tmp_path: Path) -> None:
    refused(lambda: read(write(tmp_path / "plain.csv.gz", "").with_name("plain.csv.gz")), "but it is empty")
    (tmp_path / "plain.csv.gz").write_text("0,1\n")
    refused(
        lambda: read(tmp_path / "plain.csv.gz"), "must be a readable file, but reading it failed: Not a gzipped file"
    )
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"0,1\n" * 1000)[:-9])
    refused(lambda: read(tmp_path / "cut.csv.gz"), "must be a readable file, but reading it failed")
    (tmp_path / "latin.csv").write_bytes("index;é\n0;1\n".encode("latin-1"))
    refused(lambda: read(tmp_path / "latin.csv"), "must be text in UTF-8, but it is not")
    (tmp_path / "wide.csv").write_bytes("0,1\n".encode("utf-16"))
    refused(lambda: read(tmp_path / "wide.csv"), "must be text in UTF-8, but it is not")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = write(tmp_path / "edges.csv", "0,1\n")
    path.chmod(stat.S_IWUSR)
    refused(lambda: read_edge_list(path), "reading it failed: Permission denied")


def bomb(path: Path, unit: bytes, size: int) -> Path:
    """A file that decompresses to so many bytes of a repeated unit."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = unit * ((1 << 20) // len(unit))
    with path.open("wb") as file:
        for _ in range(size // len(block)):
            file.write(packer.compress(block))
        file.write(packer.flush())
    return path


@pytest.mark.parametrize("unit", [b"\0", b"\n", b"0,1\n", b"0", b"a,b\n", b"#\n"])
def test_bombs_do_not_go_off(unit: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a small part of them is never looked at."""
    monkeypatch.setattr(files, "_INFLATED", 1 << 22)
    path = bomb(tmp_path / "bomb.csv.gz", unit, 1 << 25)
    for read in (read_edge_list, read_node_table):
        sentence = refused(lambda read=read: read(path))
        assert (
            "when it is decompressed" in sentence or "UTF-8" in sentence or "must have at most 10,000 bytes" in sentence
        )


def test_edges_that_do_not_fit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_list, "available", lambda: 44_000)
    path = write(tmp_path / "edges.csv", "0,1\n" * 1000)
    assert len(read_edge_list(path).sources) == 1000
    refused(lambda: read_edge_list(write(path, "0,1\n" * 1001)), "must have fewer than 1,000 edges, with which 0.0 GB")
    monkeypatch.setattr(files, "available", lambda: 4_000_000)
    refused(lambda: read_node_table(write(path, "index\n" + "0\n" * 60_000)), "must have less than 0 MB")
    refused(lambda: read_network_file(write(tmp_path / "g.gml", " " * 80_000)), "must have less than 0 MB")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text("0,1\n\r\n# ;\t", max_size=40).map(str.encode), st.integers(1, 12))
def test_pieces_are_the_lines_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, size: int
) -> None:
    """Whatever the size in which a file is read, and whether or not it is compressed."""
    monkeypatch.setattr(files, "_PIECE", size)
    plain, packed = tmp_path / "a.csv", tmp_path / "a.csv.gz"
    plain.write_bytes(content)
    packed.write_bytes(gzip.compress(content))
    try:
        expected = content.removeprefix(b"\xef\xbb\xbf").decode()
        assert "\0" not in expected
    except (UnicodeDecodeError, AssertionError):
        for path in (plain, packed):
            refused(lambda path=path: list(pieces(path, 1000)), "must be text in UTF-8")
        return
    lines = io.StringIO(expected, newline=None).read().removesuffix("\n").split("\n") if expected else []
    for path in (plain, packed):
        read = list(pieces(path, 1000))
        assert b"".join(text for _, text in read).decode().split("\n")[:-1] == lines
        assert [number for number, _ in read] == [
            1 + sum(t.count(b"\n") for _, t in read[:i]) for i in range(len(read))
        ]


# Whatever bytes there are


NOISE = st.one_of(
    st.binary(max_size=200),
    st.text(st.sampled_from(list("01297,;\t \n\r\"'#{}:.-+eaé_x")) | st.characters(codec="utf-8"), max_size=80).map(str.encode),
    st.lists(st.sampled_from([b"0,1\n", b"a b\n", b"source,target\n", b'"', b"{}", b" {'weight': 1}\n", b"\n", b"\r", b"007",
                               b","]), max_size=12).map(b"".join),
)  # fmt: skip


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NOISE, st.booleans())
@example(b'0,"1\n2,3"\n', False)
@example(b'"",\n', False)
def test_any_bytes_are_a_network_or_refused(tmp_path: Path, content: bytes, ignore: bool) -> None:
    path = tmp_path / "noise.csv"
    path.write_bytes(content)
    try:
        edges = read_edge_list(path, ignore)
    except InputError as error:
        assert len(str(error)) < 600
    else:
        assert edges.sources.size == edges.targets.size > 0
        assert set(edges.sources.tolist()) | set(edges.targets.tolist()) == set(range(edges.labels.size))
        assert len(set(edges.labels.tolist())) == edges.labels.size
    try:
        table = read_node_table(path)
    except InputError as error:
        assert len(str(error)) < 600
    else:
        assert len({column.size for column in table.values()}) <= 1


GML = st.lists(
    st.sampled_from(
        ["graph", "node", "edge", "id", "label", "source", "target", "[", "]", "0", "1", '"a"', "weight", "1e999", "\n"]
    ),
    max_size=25,
).map(" ".join)  # fmt: skip
XML = st.lists(
    st.sampled_from(
        ["<graphml>", "</graphml>", '<graph edgedefault="directed">', "</graph>", '<node id="a"/>', '<node id="1">', "</node>",
         '<edge source="a" target="1"/>', '<data key="d0">x</data>',
         '<key id="d0" for="node" attr.name="opinion" attr.type="double"/>',
         "<graph>", "&#0;", "<!DOCTYPE a>"]),
    max_size=14,
).map("".join)  # fmt: skip


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NOISE | GML.map(str.encode) | XML.map(str.encode), st.sampled_from(networks.FORMATS))
def test_any_bytes_are_graphml_or_gml_or_refused(tmp_path: Path, content: bytes, format_: str) -> None:
    path = tmp_path / f"noise{format_}"
    path.write_bytes(content)
    try:
        edges, columns = read_network_file(path)
    except InputError as error:
        assert len(str(error)) < 600
    else:
        assert all(column.size == edges.labels.size for column in columns.values())


def test_nested_gml_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "deep.gml", "graph [ " * 50_000)
    refused(
        lambda: read_network_file(path), "must be GML that networkx can read, but reading it failed: RecursionError"
    )


LAUGHS = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefghij", "bcdefghijk", strict=True)
)


def test_entities_do_not_multiply(tmp_path: Path) -> None:
    path = write(tmp_path / "laughs.graphml", f"{LAUGHS}]><graphml><graph id='&k;'/></graphml>")
    refused(lambda: read_network_file(path), "must be GraphML that networkx can read, but reading it failed")


# Round trips


IDS = st.one_of(
    st.lists(st.integers(0, 2**63 - 1), min_size=2, max_size=8, unique=True),
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=6).filter(
            lambda text: text == text.strip() and "#" not in text and "{" not in text
        ),
        min_size=2, max_size=8, unique=True,
    ).filter(lambda names: not any(not name or name.casefold() in edge_list._OTHER_NAMES for name in names)),
)  # fmt: skip


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), IDS, st.sampled_from([",", ";", "\t"]), st.booleans())
def test_edges_between_any_names_come_back(
    tmp_path: Path, data: st.DataObject, ids: list[Pair], separator: str, named: bool
) -> None:
    rows = data.draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), min_size=1, max_size=20))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("source", "target"), *rows] if named else rows)
    path = write(tmp_path / "edges.csv", text.getvalue())
    try:
        found = pairs(read_edge_list(path))
    except InputError as error:
        # Names of which the first are numbers, or only the first are none.
        texts = [str(name) for row in rows for name in row]
        assert (
            "whole numbers as ids" in str(error)
            or "ids like the other lines" in str(error)
            or "below 2**63" in str(error)
        )
        assert isinstance(ids[0], str)
        assert any(name[:1].isdigit() or name[:1] in "+-." for name in texts)
        return
    assert [(str(u), str(v)) for u, v in found] == [(str(u), str(v)) for u, v in rows]


@pytest.mark.parametrize("separator", [",", ";", "\t", " "])
@pytest.mark.parametrize("inside", [",", ";", " ", '""'])
def test_what_stands_in_quotes_separates_nothing(tmp_path: Path, separator: str, inside: str) -> None:
    """Found by another seed: a semicolon in a name of a table with tabs."""
    path = write(tmp_path / "edges.csv", f'"a"{separator}"b{inside}c"\n"b{inside}c"{separator}"a"\n')
    name = f"b{inside}c".replace('""', '"')
    assert pairs(read_edge_list(path)) == [("a", name), (name, "a")]


# Node tables


def test_node_tables_are_read(tmp_path: Path) -> None:
    text = '# nodes\nindex,bot,rate,law\n0,1,0.5,"(3, 30)"\n1,0,2,b\n'
    table = read_node_table(write(tmp_path / "nodes.csv.gz", text))
    assert list(table) == ["index", "bot", "rate", "law"]
    assert table["bot"].dtype == np.int64
    assert table["rate"].tolist() == [0.5, 2.0]
    assert table["law"].tolist() == ["(3, 30)", "b"]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ('"id";"x"\n"a";"1"\n"b";"-2"\n', {"id": ["a", "b"], "x": [1, -2]}),
        (",id,x\n0,a,1\n1,b,2\n", {"id": ["a", "b"], "x": [1, 2]}),
        ("id\tx\n7\t1e3\n10\t.5\n", {"id": [7, 10], "x": [1000.0, 0.5]}),
        ("id\n007\n7\n", {"id": ["007", "7"]}),
        ("id\n1.0\n2.0\n", {"id": ["1.0", "2.0"]}),
        (
            "id,x\n9223372036854775808,9223372036854775808\n1,1\n",
            {"id": ["9223372036854775808", "1"], "x": [2.0**63, 1.0]},
        ),
        ("a,b\n0x10,+1\n2,1\n", {"a": ["0x10", "2"], "b": [1, 1]}),
        ('id,bio\n1,"two\nlines"\n2,"#tag, ""x"""\n', {"id": [1, 2], "bio": ["two\nlines", '#tag, "x"']}),
        ('id, bio\n1, "a, b"\n', {"id": [1], "bio": ["a, b"]}),
    ],
)
def test_forms_of_node_tables(tmp_path: Path, text: str, columns: dict[str, list[object]]) -> None:
    table = read_node_table(write(tmp_path / "nodes.csv", text))
    assert {name: column.tolist() for name, column in table.items()} == columns


def test_numbers_may_be_missing(tmp_path: Path) -> None:
    table = read_node_table(write(tmp_path / "nodes.csv", "index,x,y\n0,,\n1,2,\n"))
    np.testing.assert_array_equal(table["x"], [np.nan, 2.0])
    assert table["y"].tolist() == ["", ""]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "must have a header and a row for each node, but it is empty."),
        ("index,bot\n", "must have a row for each node, but it has only a header."),
        ("index,index\n0,0\n", "line 1, must name each column once, not 'index,index'."),
        ("index,,bot\n0,0,0\n", "line 1, must name each column once, not 'index,,bot'."),
        ("x" * 5000 + ",bot,bot\n0,0,0\n", "line 1, must name each column once, not '" + "x" * 57 + "…'."),
        ("# c\nindex,bot\n0,0\n1\n", "line 4, must have 2 columns like the header, not 1."),
        ('index,bot\n0,"0\n1,0\n', "must be a table with 2 columns, but a quote in it has no end."),
    ],
)
def test_bad_node_tables_are_named(tmp_path: Path, text: str, reason: str) -> None:
    refused(lambda: read_node_table(write(tmp_path / "nodes.csv", text)), reason)


# GraphML and GML


@pytest.mark.parametrize("name", ["net.graphml", "net.gml", "NET.GRAPHML.gz", "net.gml.gz"])
def test_networkx_writes_what_is_read(name: str, tmp_path: Path) -> None:
    network = nx.DiGraph([("b", "a"), ("a", "c"), ("b", "c")])
    nx.set_node_attributes(network, {"a": 0.5, "b": -1.0, "c": 1.0}, "opinion")
    nx.set_node_attributes(network, {"a": 0, "b": 1, "c": 0}, "bot")
    nx.set_node_attributes(network, {"b": "left"}, "class")
    (nx.write_graphml if "graphml" in name.lower() else nx.write_gml)(network, tmp_path / name)
    edges, columns = read_network_file(tmp_path / name)
    assert edges.labels.tolist() == ["a", "b", "c"]
    assert set(pairs(edges)) == set(network.edges)
    assert columns["opinion"].tolist() == [0.5, -1.0, 1.0]
    assert columns["bot"].tolist() == [0, 1, 0]
    assert columns["class"].tolist() == ["", "left", ""]


def test_graphml_of_other_kinds(tmp_path: Path) -> None:
    path = tmp_path / "net.graphml"
    nx.write_graphml(nx.MultiGraph([(10, 9), (10, 9), (9, 9)]), path)
    edges, _ = read_network_file(path)
    assert edges.labels.tolist() == [9, 10]
    assert set(pairs(edges)) == {(10, 9), (9, 10), (9, 9)}
    nx.write_graphml(nx.DiGraph([(1, 2, {"weight": 0.5})]), path)
    refused(
        lambda: read_network_file(path), "must have no weights, as the edge from '1' to '2' has: graph.weights='ignore'"
    )
    assert pairs(read_network_file(path, ignore_weights=True)[0]) == [(1, 2)]
    nx.write_graphml(nx.DiGraph(), path)
    refused(lambda: read_network_file(path), "must have at least one node, but it is empty")
    ids = write(tmp_path / "ids.gml", "graph [ directed 1 node [ id 4 ] node [ id 7 ] edge [ source 7 target 4 ] ]")
    assert pairs(read_network_file(ids)[0]) == [(7, 4)]
