"""Modules of JavaScript put together to one, for a page into which they are written and which may load nothing.

A module of ours has its imports at its beginning, a line each, by names of other files beside it (``import { a, b } from
"./other.mjs";``), and exports what it declares. So they run as they are in Node, where they are tested, and here lose what joins
them; names must then differ among all of them.
"""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable

_IMPORT = re.compile(r'^import \{ (?P<names>[\w, ]+) \} from "\./(?P<file>[\w-]+\.mjs)";\n', re.MULTILINE)
_DECLARED = re.compile(r"^(?P<export>export )?(?:async )?(?:function|class|const|let) (?P<name>\w+)", re.MULTILINE)
_LEFT = re.compile(r"^\s*(?:import|export)\b.*$", re.MULTILINE)


def bundled(folder: Traversable, entry: str) -> str:
    """The module ``entry`` of a folder with all that it imports, what is needed before what needs it.

    Raises ValueError for what could not be joined: an import written otherwise, of what there is not, or in a circle; a name
    declared twice.
    """
    texts: dict[str, str] = {}
    _collect(folder, entry, texts, [])
    owners: dict[str, str] = {}
    parts = []
    for file, text in texts.items():
        for found in _DECLARED.finditer(text):
            if found["name"] in owners:
                raise ValueError(f"{file} and {owners[found['name']]} both declare {found['name']}")
            owners[found["name"]] = file
        part = re.sub(r"^export (?=async |function|class|const|let)", "", _IMPORT.sub("", text), flags=re.MULTILINE)
        left = _LEFT.search(part)
        if left:
            raise ValueError(f"{file} must import and export as other modules do, not by {left[0].strip()!r}")
        parts.append(part)
    return "\n".join(parts)


def _collect(folder: Traversable, file: str, texts: dict[str, str], within: list[str]) -> None:
    if file in within:
        raise ValueError(f"{' imports '.join([*within, file])}")
    if file in texts:
        return
    text = (folder / file).read_text(encoding="utf-8")
    for found in _IMPORT.finditer(text):
        _collect(folder, found["file"], texts, [*within, file])
        exported = {each["name"] for each in _DECLARED.finditer(texts[found["file"]]) if each["export"]}
        lacking = {name.strip() for name in found["names"].split(",")} - exported
        if lacking:
            raise ValueError(f"{file} imports {', '.join(sorted(lacking))}, which {found['file']} does not export")
    texts[file] = text
