"""``python -m experiments.ledger``: what a ledger holds; checks, packs, prunes and exports it. ``--help`` says more."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from experiments.command.arguments import HELP, Dialect, flag_field, output_field, results_field
from experiments.command.folder import expanded
from experiments.command.progress import Reporter
from experiments.command.terminal import console, program, words
from experiments.studies import ledger_contents
from experiments.studies.ledger_contents import Group
from sim.fields import InputError, Settings, chosen, quantity
from sim.study.ledger import Ledger

ACTIONS = ("list", "verify", "pack", "prune", "export")
DAMAGED = 1
_LINES = 60


@dataclass(frozen=True)
class Options(Settings):
    """Which ledger, and what is done with it."""

    results: str = results_field("Where results and the ledger lie, or a ledger's own folder.")
    older: float | None = quantity(
        None, unit="days", low=0, high=100_000, source="given by the user",
        doc="prune: runs that were made more than so many days ago (none: of any age).",
    )  # fmt: skip
    version: int | None = quantity(
        None, unit="version", low=0, high=1_000_000, source="given by the user",
        doc="prune: runs of this version of the model (none: of any).",
    )  # fmt: skip
    former: bool = flag_field("prune: Whether only runs of other versions of the model than the present one are meant.")
    remove: bool = flag_field("prune: Whether to remove the runs, and not only to say which.")
    file: str = quantity(
        "", unit="path", source="given by the user", doc="export: The table (empty: ledger.parquet beside the ledger)."
    )
    output: str = output_field()


DIALECT = Dialect(Options, place="ACTION")
USAGE = DIALECT.usage(
    "python -m experiments.ledger [list|verify|pack|prune|export] [results=DIR] [older=DAYS] [version=VERSION] [--former] "
    "[--remove] [file=FILE] [output=json]",
    "list    runs by world, branch and commit: how many, when made, how large; and those that failed, with their reasons",
    "verify  checks every checksum; exit code 1 if anything is damaged",
    "pack    puts runs that are files of their own into packs of a thousand, and what is whole in damaged packs into new ones",
    "prune   says which runs are older=DAYS, of a version=VERSION or of --former versions of the model; with --remove, they go",
    "export  writes all runs into one Parquet file: fields in which worlds differ, branch, seed, outcomes, what made them",
    "",
    "Exit code 0: done, 1: something is damaged, 2: bad input.",
)


@program
def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments and return its exit code."""
    if set(HELP) & set(arguments):
        print(USAGE)
        return 0
    given = DIALECT.parse(arguments)
    if len(given.places) > 1:
        raise InputError(f"must be one of {', '.join(ACTIONS)}, not {len(given.places)} of them", field="ACTION")
    action = chosen(given.places[0] if given.places else ACTIONS[0], ACTIONS, "ACTION")
    options = given.options.replace(results=expanded(given.options.results))
    _check(action, options)
    with Reporter() as reporter:
        ledger = Ledger(_place(options.results), reporter.say)
        code, found, lines = _DONE[action](ledger, options)
    if options.output == "json":
        print(json.dumps({"ledger": str(ledger.directory), **found}, allow_nan=False))
    else:
        for line in lines:
            console().print(words(line) if isinstance(line, str) else line, soft_wrap=isinstance(line, str))
    return code


def _check(action: str, options: Options) -> None:
    """Raise InputError for options that belong to another action."""
    for name, of in (*((name, "prune") for name in ("older", "version", "former", "remove")), ("file", "export")):
        if getattr(options, name) != getattr(Options(), name) and action != of:
            raise InputError(f"must be left out with {action}; it belongs to {of}", field=name)
    if action == "prune" and options.older is None and options.version is None and not options.former:
        raise InputError(
            "prune must be told what to remove: older=DAYS, version=VERSION, --former, or several of these"
        )


def _place(results: str) -> Path:
    place = Path(results)
    for found in (place / "ledger", place):
        if found.is_dir() and (found != place or _is_ledger(found)):
            return found
    raise InputError(f"must be a folder with a ledger in it, or a ledger's own, which {place} is not", field="results")


def _is_ledger(place: Path) -> bool:
    return any((place / name).is_dir() for name in ("packs", "failed")) or any(place.glob("[0-9a-f][0-9a-f]"))


Done = tuple[int, dict[str, Any], list[Any]]


def _list(ledger: Ledger, _: Options) -> Done:
    groups, failed = ledger_contents.groups(ledger), list(ledger.failures)
    singles, packs = sum(1 for _ in ledger.singles()), len(ledger.packs.paths())
    runs, size = sum(group.runs for group in groups), sum(group.bytes for group in groups)
    lines: list[Any] = [_table(groups[:_LINES])] if groups else []
    if len(groups) > _LINES:
        lines.append(f"and {len(groups) - _LINES:,} more lines; output=json has all")
    lines += [
        f"Failed: seed {each.seed}, {ledger_contents.branch_in_words(each.branch)} ({each.people:,} people): {each.reason} "
        f"({each.host}, {each.when})"
        for each in failed[:_LINES]
    ]
    if len(failed) > _LINES:
        lines.append(f"and {len(failed) - _LINES:,} more that failed; output=json has all")
    lines.append(
        f"{ledger.directory}: {runs:,} runs, {size / 1e6:,.1f} MB, in {packs:,} packs and {singles:,} files of their own; "
        f"{len(failed):,} failed"
    )
    found = {
        "runs": runs, "bytes": size, "packs": packs, "files": singles, "groups": [asdict(group) for group in groups],
        "failed": [asdict(each) for each in failed],
    }  # fmt: skip
    return 0, found, lines


def _table(groups: Sequence[Group]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for name in ("people", "where worlds differ", "branch", "runs", "made", "commit", "version", "MB"):
        table.add_column(words(name), overflow="fold", justify="right" if name in ("people", "runs", "MB") else "left")
    for group in groups:
        days = dict.fromkeys(when[:10] for when in (group.first, group.last))
        differ = " ".join(f"{name}={value}" for name, value in group.fields.items() if name != "people")
        cells = (
            "" if group.people is None else f"{group.people:,}", differ, group.branch, f"{group.runs:,}", " – ".join(days),
            (group.commit or "")[:8], group.model_version, f"{group.bytes / 1e6:,.1f}",
        )  # fmt: skip
        table.add_row(*map(words, cells))
    return table


def _verify(ledger: Ledger, _: Options) -> Done:
    checked = ledger_contents.verify(ledger)
    lines = [f"Damaged: {path}: {what}" for path, what in checked.damaged]
    lines.append(f"{ledger.directory}: {checked.whole:,} records are whole, {len(checked.damaged):,} files are damaged")
    found = {"whole": checked.whole, "damaged": [damage._asdict() for damage in checked.damaged]}
    return DAMAGED if checked.damaged else 0, found, lines


def _pack(ledger: Ledger, _: Options) -> Done:
    done = ledger.consolidate()
    line = f"{ledger.directory}: {done.runs:,} runs put into {done.packs:,} packs"
    return 0, done._asdict(), [line + (f"; {done.damaged:,} damaged packs replaced" if done.damaged else "")]


def _prune(ledger: Ledger, options: Options) -> Done:
    keys, size = ledger_contents.doomed(ledger, options.older, options.version, options.former)
    if options.remove:
        ledger.remove(keys)
    told = "removed" if options.remove else "would be removed; --remove does it"
    line = f"{ledger.directory}: {len(keys):,} runs, {size / 1e6:,.1f} MB, {told}"
    return 0, {"runs": len(keys), "bytes": size, "removed": options.remove}, [line]


def _export(ledger: Ledger, options: Options) -> Done:
    file = Path(expanded(options.file, "file")) if options.file else ledger.directory.parent / "ledger.parquet"
    try:
        runs = ledger_contents.export(ledger, file)
    except OSError as error:
        raise InputError(
            f"must be a file that can be written, which {file} is not ({error.strerror})", "file"
        ) from None
    return 0, {"runs": runs, "file": str(file)}, [f"{runs:,} runs: {file}"]


_DONE = {"list": _list, "verify": _verify, "pack": _pack, "prune": _prune, "export": _export}


if __name__ == "__main__":
    sys.exit(main())
