"""``python -m experiments.validate``: published results, expected beside measured. ``--help`` lists results and parameters."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from experiments.command import INTERRUPTED, complain, interruptible
from experiments.progress import Reporter, StoppedError
from experiments.results import Assembly
from experiments.validation.arguments import Plan, parse, usage
from experiments.validation.report import Tried, as_json, page, print_table
from sim.fields import InputError
from sim.version import MODEL_VERSION

FOLDER = "validation"
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
        "command": " ".join(["python -m experiments.validate", *command]),
        "seconds": sum(t.seconds for t in tried),
    }
    try:
        with Assembly(folder) as temporary:
            (temporary / PAGE).write_text(page(tried, plan.left_out, about), encoding="utf-8")
            (temporary / CHECKS).write_text(as_json(tried) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"must be a directory that can be written to ({error.strerror})", field="results") from None
    return folder / PAGE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with these arguments (default: those of the command line) and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if {"--help", "-h"} & set(given):
            print(usage())
            return 0
        plan = parse(given)
        with interruptible(), Reporter() as reporter:
            reporter.say_if_it_compiles()
            for name, reason in plan.left_out.items():
                reporter.say(f"{name} is tried in part: {reason}.")
            tried = run_all(plan, reporter)
            reporter.begin("figures and page")
            written = write(plan, tried, given)
    except InputError as error:
        return complain(error)
    except (KeyboardInterrupt, StoppedError):
        print("Interrupted: nothing was written.", file=sys.stderr)
        return INTERRUPTED
    if plan.options.output == "json":
        print(as_json(tried))
    else:
        print_table(tried, plan.left_out)
        print(f"Page with figures: {written}")
    return FALLS_SHORT if any(check.holds is False for t in tried for check in t.result.checks) else 0


if __name__ == "__main__":
    sys.exit(main())
