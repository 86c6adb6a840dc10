"""``python -m tests.architecture``: draw the rooms of the house as import-linter holds them (docs/architecture.md).

What is drawn is read off the contracts in pyproject.toml and off the docstrings of packages and modules; a test holds the drawing
to them.
"""

from __future__ import annotations

import ast
import re
import textwrap
import tomllib
from html import escape
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE, PICTURE = ROOT / "docs" / "architecture.md", ROOT / "docs" / "images" / "architecture.svg"
BEGIN, END = "<!-- begin: rooms -->", "<!-- end: rooms -->"

WIDTH, MARGIN, GAP, PADDING, LINE = 1180, 20, 14, 10, 16
LETTER = 5.8  # mean width of a letter of 12 px


class Layer(NamedTuple):
    """Modules of one level; ``mutual`` if they may import one another."""

    modules: tuple[str, ...]
    mutual: bool


def layers() -> dict[str, list[Layer]]:
    """Levels from the top down, by package, as the contracts have them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    found = {}
    for contract in contracts:
        for package in contract.get("containers", ()):
            levels = [re.sub(r"[()]", "", level) for level in contract["layers"]]
            found[package] = [Layer(tuple(re.split(r"\s*[:|]\s*", level)), ":" in level) for level in levels]
    return {package: found[package] for package in ("experiments", "sim")}


def says(module: str) -> str:
    """The first sentence of a module's docstring."""
    path = ROOT.joinpath(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    sentence = re.split(r"(?<=[.!?])\s", " ".join(text.partition("\n\n")[0].split()))[0]
    return sentence.replace("``", "")


def rows() -> str:
    """The rooms as a table."""
    lines = ["| level | module | what is in it |", "|---|---|---|"]
    for package, levels in layers().items():
        for number, level in enumerate(reversed(levels), start=1):
            for module in level.modules:
                lines.append(f"| {package} {number} | `{package}.{module}` | {says(f'{package}.{module}')} |")
    return "\n".join(lines)


def picture() -> str:
    """The rooms as an SVG: a row a level, boxes that touch where modules may import one another."""
    parts: list[str] = []
    y = MARGIN
    for package, levels in layers().items():
        parts.append(_text(MARGIN, y + 14, f"{package}/", 15, bold=True))
        y += 26
        for level in levels:
            between = 0 if level.mutual else GAP
            width = (WIDTH - 2 * MARGIN - between * (len(level.modules) - 1)) / len(level.modules)
            letters = max(12, int((width - 2 * PADDING) / LETTER))
            told = [textwrap.wrap(says(f"{package}.{module}"), letters) for module in level.modules]
            height = 2 * PADDING + LINE * (1 + max(map(len, told)))
            for i, (module, lines) in enumerate(zip(level.modules, told, strict=True)):
                x = MARGIN + i * (width + between)
                parts.append(
                    f'<rect x="{x:.0f}" y="{y}" width="{width:.0f}" height="{height}" rx="3" fill="#f4f4f1" stroke="#555"/>'
                )
                parts.append(_text(x + PADDING, y + PADDING + 12, module, 13, bold=True))
                for k, line in enumerate(lines, start=1):
                    parts.append(_text(x + PADDING, y + PADDING + 12 + LINE * k, line, 12))
            y += height + GAP
        y += GAP
    parts.append(_text(MARGIN, y, "A box may import what is below it; boxes that touch may import one another.", 12))
    size = f'width="{WIDTH}" height="{y + MARGIN}" viewBox="0 0 {WIDTH} {y + MARGIN}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Helvetica, Arial, sans-serif" role="img">',
            "<title>The rooms of Groundswell and which may import which</title>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            *parts,
            "</svg>",
            "",
        ]
    )


def _text(x: float, y: float, text: str, size: int, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}"{weight} fill="#222">{escape(text)}</text>'


def page(present: str) -> str:
    """The document with the present rooms in its table."""
    before, _, rest = present.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{rows()}\n{END}{after}"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
