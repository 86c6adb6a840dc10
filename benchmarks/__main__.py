"""Measure everything and print one table, or one JSON document on standard output."""

from __future__ import annotations

import argparse
import json
import os
import platform

from rich.console import Console
from rich.table import Table

from benchmarks import parts
from benchmarks.timing import Row


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed and memory on this machine.")
    parser.add_argument(
        "only",
        nargs="*",
        metavar="part",
        help=f"what to measure: {', '.join(parts.PARTS)} (default: all but full, replay and classroom)",
    )
    parser.add_argument("--full", action="store_true", help="also run 100,000 people through the whole calendar")
    parser.add_argument("--repeats", type=int, default=5, help="turns that each contender takes (default: 5)")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON document and nothing else on standard output"
    )
    given = parser.parse_args()
    unknown = [name for name in given.only if name not in parts.PARTS]
    if unknown:
        parser.error(f"part must be one of {', '.join(parts.PARTS)}, not {unknown[0]!r}")
    if given.repeats < 1:
        parser.error(f"--repeats must be at least 1, not {given.repeats}")
    names = given.only or [name for name in parts.PARTS if name not in ("full", "replay", "classroom")]
    if given.full and "full" not in names:
        names.append("full")

    progress = Console(stderr=True)
    progress.print("compiling")
    parts.compile_all()
    rows: list[Row] = []
    for part in (parts.PARTS[name] for name in names):
        progress.print(f"measuring: {part.__doc__}", soft_wrap=True)
        rows += part(given.repeats)

    machine = {"processor": _processor(), "cores": len(os.sched_getaffinity(0)), "python": platform.python_version()}
    if given.json:
        print(json.dumps({"machine": machine, "rows": [row._asdict() for row in rows]}, indent=2))
    else:
        Console().print(_table(rows, machine))


def _table(rows: list[Row], machine: dict[str, object]) -> Table:
    title = f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}; medians"
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    table.add_column("median", justify="right")
    table.add_column("unit")
    table.add_column("ratio", justify="right")
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            table.add_section()
            table.add_row(f"[bold]{group}[/bold]")
        value = f"{row.value:,.0f}" if row.value >= 1000 else f"{row.value:.3g}"
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
        table.add_row("  " + row.what, value, row.unit, ratio)
    return table


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
