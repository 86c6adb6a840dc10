"""``python -m tests.state_tables``: write the tables of arrays into docs/state.md from where the arrays are declared."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from sim.array_table import Array, arrays_of
from sim.engine.state import State
from sim.society.society import Society

PAGE = Path(__file__).resolve().parents[1] / "docs" / "state.md"
TABLES = {"state": State, "society": Society}


def table(kind: type) -> str:
    """The arrays that a class declares, a row each."""
    of_state = kind is State
    heads = ["name", "type", "rows × columns", "what it holds", *(["at first", "in the digest"] if of_state else [])]
    lines = [heads, ["---"] * len(heads)]
    for name, made in arrays_of(kind).items():
        lines.append([f"`{name}`", _type(made), _shape(made), made.doc, *(_beginning(made) if of_state else [])])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _type(made: Array) -> str:
    return "entry" if np.dtype(made.dtype).names else np.dtype(made.dtype).name


def _shape(made: Array) -> str:
    return " × ".join(str(size if isinstance(size, str) else int(size)) for size in made.shape) + (
        f", where {made.when}" if made.when else ""
    )


def _beginning(made: Array) -> list[str]:
    first = (made.first.__doc__ or "") if callable(made.first) else f"{made.first:g}"
    return [first, "yes" if made.in_digest else "no"]


def page(present: str) -> str:
    """The document with the present arrays in its tables."""
    for name, kind in TABLES.items():
        pattern = rf"(<!-- begin: {name} -->\n).*?(<!-- end: {name} -->)"
        text = table(kind)
        present, found = re.subn(pattern, lambda m, text=text: f"{m[1]}{text}\n{m[2]}", present, flags=re.DOTALL)  # type: ignore[misc]
        assert found == 1
    return present


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
