"""``python -m tests.outcome_table``: write the table of docs/outcomes.md, a row each of what outcomes say of themselves."""

from __future__ import annotations

from pathlib import Path

from sim.outcomes import OUTCOMES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "outcomes.md"
BEGIN, END = "<!-- begin: outcomes -->", "<!-- end: outcomes -->"


def rows() -> str:
    """The table."""
    lines = ["| name | unit | range | formula |", "|---|---|---|---|"]
    lines += [f"| `{outcome.name}` | {outcome.unit} | {outcome.range} | {outcome.formula} |" for outcome in OUTCOMES]
    return "\n".join(lines)


def page(present: str) -> str:
    """The document with the present outcomes in its table."""
    before, _, rest = present.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{rows()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
