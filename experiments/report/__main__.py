"""``python -m experiments.report DIR…``: figures and report.html again, from the tables of a study's directory."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.command.arguments import HELP, Dialect, flag_field, output_field
from experiments.command.folder import UNWRITABLE, Assembly, Manifest
from experiments.command.terminal import program
from experiments.command.words import ENGLISH
from experiments.report.analyses import load_analyses
from experiments.report.design import print_design
from experiments.report.page import draw
from experiments.report.story import Story, tell
from experiments.report.strings import strings, told_in
from experiments.report.tables import document, print_studies
from experiments.studies.joined import join
from experiments.studies.results import STUDY, Results, load, write_tables
from experiments.studies.run_design import DESIGN, load_design
from sim.fields import InputError, Settings, quantity


@dataclass(frozen=True)
class Options(Settings):
    """What the program does with the studies it is given."""

    output: str = output_field()
    sensitivity: str = quantity(
        "", unit="path", source="given by the user",
        doc="Folder of experiments.sensitivity on the same study, which puts assumptions in order (empty: as the case has them).",
    )  # fmt: skip
    robustness: str = quantity(
        "", unit="path", source="given by the user",
        doc="Folder of experiments.robustness on the same study, whose map is told with it (empty: none).",
    )  # fmt: skip
    language: str = quantity(
        "", unit="name or file", source="given by the user",
        doc="Language of the report; FILE.yaml, called by its tag, is one of the user's own (empty: as the study has it).",
    )  # fmt: skip
    live: bool | None = quantity(
        None, unit="yes or no", source="given by the user",
        doc="Whether the report has the model itself, to simulate in it what the study has not (none: as the study has it).",
    )  # fmt: skip
    allow_code: bool = flag_field("Whether to load classes of one's own that results were made with.")


DIALECT = Dialect(Options, place="DIR")
USAGE = DIALECT.usage(
    "python -m experiments.report DIR [DIR …] [sensitivity=DIR] [robustness=DIR] [live=true] [language=NAME]",
    "                                [output=json] [--allow-code]",
    "Makes figures and report.html again from the tables of studies. DIR is a study's directory, as in results/.",
    "sensitivity=DIR is a folder of experiments.sensitivity on the same study: assumptions are then in the order in which they",
    "move its headline. robustness=DIR is one of experiments.robustness, whose map is told.",
    "live=true puts the model itself into the page; the first time, that takes a minute.",
    "Of a design's directory (one only) it prints the table that the run ended with.",
    "Several are joined: two tables beside them, joined-KEY/, have all effects and runs, with what differs as columns.",
)


def _to_be_told(results: Results, options: Options) -> Results:
    """Results that are told as is asked now, and from now on."""
    made = results.provenance
    language = options.language or made.get("language", ENGLISH)
    live = made.get("live", False) if options.live is None else options.live
    return replace(results, provenance={**made, "language": language, "live": live})


def _is_design(place: Path) -> bool:
    try:
        return Manifest.read(place).kind == DESIGN
    except InputError:
        return False


@program
def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments and return its exit code."""
    if set(HELP) & set(arguments):
        print(USAGE)
        return 0
    given = DIALECT.parse(arguments)
    if not given.places:
        raise InputError("must name a study's directory, as in results/; --help says more", field="DIR")
    designs = [place for place in map(Path, given.places) if _is_design(place)]
    if designs:
        if len(given.places) > 1:
            raise InputError(f"must be the only one where it is a design's, as {designs[0]} is", field="DIR")
        run, plan = load_design(designs[0], given.options.allow_code)
        return print_design(run, plan, given.options.output == "json")
    studies = [
        (Path(place), _to_be_told(load(place, given.options.allow_code), given.options)) for place in given.places
    ]
    spoken = [strings(results.provenance["language"]) for _, results in studies]
    for directory, _ in studies:
        Assembly(directory, STUDY).check()
    told = []
    for (directory, results), words in zip(studies, spoken, strict=True):
        known = load_analyses(given.options.sensitivity, given.options.robustness, results)
        try:
            with told_in(words), Assembly(directory, STUDY) as folder:
                story = tell(results, known)
                told.append((directory, story))
                write_tables(results, folder)
                draw(story, folder)
        except OSError as error:
            if error.errno not in UNWRITABLE:
                raise
            raise InputError(f"{directory} must be a folder that can be written to ({error.strerror})") from None
    joined = None
    if len(studies) > 1:
        first = studies[0][0].resolve().parent
        joined = join([directory for directory, _ in studies], first).folder
    with told_in(spoken[0]):
        _print(told, joined, given.options.output == "json")
    return 0


def _print(told: Sequence[tuple[Path, Story]], joined: Path | None, as_json: bool) -> None:
    if as_json:
        documents = [document(story, directory) for directory, story in told]
        effects = [{**row, "results": doc["results"]} for doc in documents for row in doc["effects"]]
        together = None if joined is None else str(joined)
        print(json.dumps({"effects": effects, "studies": documents, "joined": together}, allow_nan=False))
    else:
        print_studies(told, joined)


if __name__ == "__main__":
    sys.exit(main())
