"""Modules of JavaScript put together to one, for a page into which they are written and which may load nothing.

A module of ours has its imports at its beginning, by paths of other files (``import { a, b } from "./other.mjs";``), and
exports what it declares. So they run as they are in Node, where they are tested, and here lose what joins them; names must then
differ among all of them.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{\s(?P<names>[\w,\s]+)\s\} from "(?P<file>\.[\w./-]+\.m?js)";\n', re.MULTILINE)
_DECLARED = re.compile(r"^(?P<export>export )?(?:async )?(?:function|class|const|let) (?P<name>\w+)", re.MULTILINE)
_LEFT = re.compile(r"^\s*(?:import|export)\b.*$", re.MULTILINE)


def bundled(entry: Path) -> str:
    """A module with all that it imports, what is needed before what needs it.

    Raises ValueError for what could not be joined: an import written otherwise, of what there is not, or in a circle; a name
    declared twice.
    """
    texts: dict[Path, str] = {}
    _collect(entry.resolve(), texts, [])
    owners: dict[str, str] = {}
    parts = []
    for path, text in texts.items():
        for found in _DECLARED.finditer(text):
            if found["name"] in owners:
                raise ValueError(f"{path.name} and {owners[found['name']]} both declare {found['name']}")
            owners[found["name"]] = path.name
        part = re.sub(r"^export (?=async |function|class|const|let)", "", _IMPORT.sub("", text), flags=re.MULTILINE)
        left = _LEFT.search(part)
        if left:
            raise ValueError(f"{path.name} must import and export as other modules do, not by {left[0].strip()!r}")
        parts.append(part)
    return "\n".join(parts)


def _collect(path: Path, texts: dict[Path, str], within: list[str]) -> None:
    if path.name in within:
        raise ValueError(" imports ".join([*within, path.name]))
    if path in texts:
        return
    text = path.read_text(encoding="utf-8")
    for found in _IMPORT.finditer(text):
        other = (path.parent / found["file"]).resolve()
        _collect(other, texts, [*within, path.name])
        exported = {each["name"] for each in _DECLARED.finditer(texts[other]) if each["export"]}
        lacking = {name.strip() for name in found["names"].split(",") if name.strip()} - exported
        if lacking:
            raise ValueError(f"{path.name} imports {', '.join(sorted(lacking))}, which {other.name} does not export")
    texts[path] = text
