"""``python -m experiments.validate``: published results, expected beside measured. ``--help`` lists results and parameters."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from experiments.command.arguments import HELP
from experiments.command.folder import UNWRITABLE, Assembly, place_with_room
from experiments.command.interrupts import StoppedError
from experiments.command.progress import Reporter
from experiments.command.terminal import program, shown
from experiments.validation.arguments import Plan, parse, usage
from experiments.validation.report import Tried, as_json, page, print_table
from sim.fields import InputError
from sim.version import MODEL_VERSION

FOLDER = KIND = "validation"
_ROOM = 8_000_000  # bytes of the page and its figures, and then some
PAGE, CHECKS = "validation.html", "checks.json"
FALLS_SHORT = 1


def run_all(plan: Plan, reporter: Reporter) -> list[Tried]:
    """Run what the plan asks for, one result after the other: first those with parameters of the user's, who may have erred."""
    tried = {}
    for chosen in sorted(plan.chosen, key=lambda chosen: not chosen.given):
        name = chosen.validation.name
        reporter.begin(name)
        began = time.monotonic()
        result = chosen.validation.run(chosen.parameters, reporter.advanced)
        tried[name] = Tried(chosen.validation, result, time.monotonic() - began)
        short = sum(check.holds is False for check in result.checks)
        reporter.say(f"{name}: " + (f"{short} of {len(result.checks)} checks fall short" if short else "done"))
    return [tried[chosen.validation.name] for chosen in plan.chosen]


def write(plan: Plan, tried: Sequence[Tried], command: Sequence[str]) -> Path:
    """Write the page and the checks as JSON into the results' folder; returns the page."""
    folder = Path(plan.options.results).resolve() / FOLDER
    about = {
        "model_version": MODEL_VERSION,
        "command": shlex.join(["python", "-m", "experiments.validate", *command]),
        "seconds": sum(t.seconds for t in tried),
    }
    try:
        with Assembly(folder, KIND) as temporary:
            (temporary / PAGE).write_text(page(tried, plan.left_out, about), encoding="utf-8")
            (temporary / CHECKS).write_text(as_json(tried) + "\n", encoding="utf-8")
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        raise InputError(f"must be a folder that can be written to ({error.strerror})", field="results") from None
    return folder / PAGE


@program
def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments and return its exit code."""
    if set(HELP) & set(arguments):
        print(usage())
        return 0
    plan = parse(arguments)
    Assembly(Path(plan.options.results) / FOLDER, KIND).check()
    try:
        with place_with_room(plan.options.results, _ROOM), Reporter() as reporter:
            reporter.say_if_it_compiles()
            for name, reason in plan.left_out.items():
                reporter.say(f"{name} is tried in part: {reason}.")
            tried = run_all(plan, reporter)
            reporter.begin("figures and page")
            written = write(plan, tried, arguments)
    except (KeyboardInterrupt, StoppedError) as stop:
        with suppress(OSError):  # the terminal may be gone
            print("Interrupted: nothing was written.", file=sys.stderr)
        raise (stop if isinstance(stop, KeyboardInterrupt) else KeyboardInterrupt) from None
    if plan.options.output == "json":
        print(as_json(tried))
    else:
        print_table(tried, plan.left_out)
        print(f"Page with figures: {shown(written)}")
    return FALLS_SHORT if any(check.holds is False for t in tried for check in t.result.checks) else 0


if __name__ == "__main__":
    sys.exit(main())
