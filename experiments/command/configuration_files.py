"""Hydra's YAML files are looked at before Hydra reads them: a typing mistake is one sentence with file and line."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import yaml

from sim.fields import InputError

LARGEST, MOST_VALUES, DEEPEST = 500_000, 5_000, 50
_INSTEAD = "what there is of each person belongs into a table of nodes (world.graph.nodes), which is read at once"
_TOO_LONG = f"has more than {MOST_VALUES:,} values; {_INSTEAD}"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def check_file(path: Path) -> None:
    """Raise InputError unless Hydra can read a YAML file: small enough, spelt as YAML, not nested or repeated without end."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise InputError(f"{path} must be a file")
        if about.st_size > LARGEST:
            raise InputError(f"{path} must have at most {LARGEST:,} bytes, not {about.st_size:,}; {_INSTEAD}")
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"{path} must be a file that can be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path} must be text in UTF-8, which its byte {error.start} is not") from None
    try:
        _check_depth(path, text)
        _check_size(path, yaml.compose(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        raise InputError(sentence(error, str(path))) from None


def sentence(error: yaml.YAMLError, path: str = "the configuration") -> str:
    """What is wrong with YAML, and where."""
    if isinstance(error, yaml.reader.ReaderError):
        code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or chr(0))
        return f"{path} has the character U+{code:04X}, which YAML may not have"
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0] or "no YAML"
    if mark is None:
        return f"{path}: {problem}"
    named = path if mark.name.startswith("<") else mark.name
    hint = " (a tab; YAML indents with spaces)" if "'\\t'" in problem else ""
    return f"{named}, line {mark.line + 1}, column {mark.column + 1}: {problem}{hint}"


def _check_depth(path: Path, text: str) -> None:
    """Looked at as a row of events, because what builds the tree goes as deep as it does."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        if number > 2 * MOST_VALUES:
            raise InputError(f"{path} {_TOO_LONG}")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1
            raise InputError(f"{path}, line {line}: nested more than {DEEPEST} deep")


def _check_size(path: Path, root: Any) -> None:
    """Count values as often as aliases repeat them."""
    sizes: dict[int, int] = {}
    within: set[int] = set()

    def size(node: Any) -> int:
        if id(node) in within:
            raise InputError(f"{path}, line {node.start_mark.line + 1}: holds itself")
        if id(node) not in sizes:
            within.add(id(node))
            parts = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
            inner = sum(map(size, parts)) if isinstance(node, yaml.CollectionNode) else 0
            within.discard(id(node))
            sizes[id(node)] = 1 + inner
            if sizes[id(node)] > MOST_VALUES:
                line = node.start_mark.line + 1
                raise InputError(f"{path}, line {line}: {_TOO_LONG}")
        return sizes[id(node)]

    if root is not None:
        size(root)
