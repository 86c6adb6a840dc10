"""``python -m experiments.report DIR…``: figures and report.html again, from the tables of a study's directory."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from experiments.command.folder import UNWRITABLE, Assembly, expanded
from experiments.command.terminal import program
from experiments.report.page import draw
from experiments.studies.results import STUDY, load, write_tables
from sim.fields import InputError


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with arguments in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; --help says more")


@program
def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments and return its exit code."""
    parser = _Parser(
        prog="python -m experiments.report", description="Make figures and report.html again from a study's tables."
    )
    parser.add_argument("directories", metavar="DIR", nargs="+", help="a study's directory, as in results/")
    parser.add_argument("output", metavar="output=json", nargs="?", help="print one JSON document instead of a table")
    parser.add_argument(
        "--allow-code", action="store_true", help="load classes of one's own that results were made with"
    )
    outputs = [argument for argument in arguments if argument.startswith("output=")]
    chosen = parser.parse_args([argument for argument in arguments if argument not in outputs])
    if any(output not in ("output=table", "output=json") for output in outputs):
        raise InputError(f"must be one of table, json, not {outputs[-1].removeprefix('output=')!r}", field="output")
    places = [Path(expanded(directory, "DIR")) for directory in chosen.directories]
    studies = [(place, load(place, chosen.allow_code)) for place in places]
    for directory, _ in studies:
        Assembly(directory, STUDY).check()
    from experiments.report.tables import document, print_studies

    for directory, results in studies:
        try:
            with Assembly(directory, STUDY) as folder:
                write_tables(results, folder)
                draw(results, folder)
        except OSError as error:
            if error.errno not in UNWRITABLE:
                raise
            raise InputError(f"{directory} must be a folder that can be written to ({error.strerror})") from None
    if outputs[-1:] == ["output=json"]:
        documents = [document(results, directory) for directory, results in studies]
        effects = [{**row, "results": doc["results"]} for doc in documents for row in doc["effects"]]
        print(json.dumps({"effects": effects, "studies": documents}, allow_nan=False))
    else:
        print_studies(studies)
    return 0


if __name__ == "__main__":
    sys.exit(main())
