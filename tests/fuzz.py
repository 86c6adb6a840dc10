"""``python -m tests.fuzz``: random input of every kind, for a bounded time. Each ends in a result or in one sentence.

``--seconds`` (60), ``--seed`` (a fresh one; printed, and enough to repeat what was found), ``--only`` one kind of input. Prints
how many inputs of each kind were tried, how many were refused, and every fault with what made it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import secrets
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

import sim
from experiments import run as run_program
from sim.branch import Branch
from sim.fields import FieldInfo, InputError, build, describe_fields
from sim.moderation import Policy
from sim.society.groups import all_accounts
from tests.test_api_inputs import CALLS, NASTY
from tests.worlds import STANDING, TWO_PLATFORMS, busy_world

LONGEST = 1_000  # characters of a sentence
MOST_ACCOUNTS = (
    5_000  # of a world that is simulated: ten million organisers fit into memory, and would take all the time
)
WORLD = busy_world(**STANDING, **TWO_PLATFORMS, days=2)
SMALL = sim.World(people=60, days=1, graph={"kind": "complete"})


class Tried(NamedTuple):
    """What came of one input: whether it was refused, and the fault, if it was one."""

    refused: bool
    fault: str = ""


def attempt(what: str, call: Callable[[], Any]) -> Tried:
    """Call; anything but a result or one sentence is a fault, a warning from our own lines too."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", module=r"(sim|experiments|tests)(\.|$)")
            call()
    except InputError as error:
        told = str(error)
        plain = told.isprintable() and len(told) <= LONGEST and told.endswith((".", "?"))
        return Tried(True, "" if plain else f"{what:.300}: a sentence that nobody wants to read: {told!r:.300}")
    except Exception as error:
        return Tried(False, f"{what:.300}: {type(error).__name__}: {error!s:.300}")
    return Tried(False)


# Values


def _number(rng: random.Random, field: FieldInfo) -> Any:
    """A number in the range of a field, at its ends, or just beyond them."""
    low, high = field.low if field.low is not None else -10.0, field.high if field.high is not None else 10.0
    return rng.choice(
        [low, high, rng.uniform(low, min(high, low + 10)), low - 1, high + 1, round(low) + rng.randint(0, 3)]
    )


def _value(rng: random.Random, field: FieldInfo) -> Any:
    if rng.random() < 0.3:
        return rng.choice(NASTY)
    if isinstance(field.value, bool):
        return rng.random() < 0.5
    if isinstance(field.value, tuple):
        return [_number(rng, field) for _ in range(rng.randint(0, 8))]
    if isinstance(field.value, str):
        return rng.choice([field.value, *field.allowed.removeprefix("one of ").split(", "), "x", "2019-05-02", 1])
    return _number(rng, field)


FIELDS = [field for field in describe_fields(WORLD, path="") if field.path not in ("people", "days", "graph.edges")]


def fuzz_fields(rng: random.Random, _folder: Path) -> Tried:
    """One to three fields of a world; one that can be is simulated for a day."""
    changes = {field.path: _value(rng, field) for field in rng.sample(FIELDS, rng.randint(1, 3))}

    def call() -> None:
        world = WORLD.replace(changes)
        steps = (world.days + world.burn_in_days) * world.ticks_per_day
        if all_accounts(world) <= MOST_ACCOUNTS and steps <= 500:
            run = sim.simulate(world, seed=rng.randint(0, 9), days=1, threads=1)
            check_ranges(run)

    return attempt(repr(changes), call)


def check_ranges(run: sim.Run) -> None:
    """Raise where an outcome lies outside its range, or is nan and may not be."""
    for outcome in sim.outcomes.OUTCOMES:
        values = run.timeline[outcome.name]
        fits = values.between(outcome.low, outcome.high) | (values.isna() & outcome.may_be_nan)
        if not fits.all():
            raise ArithmeticError(f"{outcome.name} is {values[~fits].iloc[0]}")


def _policies(cls: type[Policy]) -> Iterator[type[Policy]]:
    for child in cls.__subclasses__():
        if "_registered_name" in vars(child) and child.__module__.startswith("sim."):
            yield child
        yield from _policies(child)


POLICIES = sorted(set(_policies(Policy)), key=lambda cls: cls.name)


def fuzz_policies(rng: random.Random, _folder: Path) -> Tried:
    """A branch of up to three policies, some of their fields drawn."""
    mappings = []
    for cls in rng.choices(POLICIES, k=rng.randint(1, 3)):
        mapping: dict[str, Any] = {"name": cls.name, "day": rng.choice([0, 1, 1.5, "2019-05-02"])}
        for field in fields(cls):
            required = field.default is MISSING and field.default_factory is MISSING
            if field.name != "day" and (required or rng.random() < 0.3):
                about = field.metadata["quantity"]
                info = FieldInfo(field.name, 0.5, "", about.low, about.high, "", "", False, "")
                mapping[field.name] = rng.choice(NASTY) if rng.random() < 0.2 else _number(rng, info)
        mappings.append(mapping)

    def call() -> None:
        branch = build(Branch, {"policies": mappings}, path="branch")
        check_ranges(sim.simulate(WORLD, branch, seed=rng.randint(0, 9), threads=1))

    return attempt(repr(mappings), call)


# Files


def _spoiled(rng: random.Random, content: bytes) -> bytes:
    """Bytes with a few of them changed, dropped, doubled or put in."""
    spoiled = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(spoiled) + 1)
        piece = rng.choice(
            [b"", b"\n", b",", b"#", b"\0", b"\xff", b"-1", b"1e9", b"nan", b"'", b'"', b"{", b"&a *a", b"\t"]
        )
        end = min(len(spoiled), at + rng.choice([0, 0, 1, 5, 50]))
        spoiled[at:end] = rng.choice([piece, bytes(spoiled[at:end]) * 2, bytes([rng.randrange(256)])])
    return bytes(spoiled)


EDGES = b"source,target\n" + b"".join(b"%d,%d\n" % (i, (7 * i + 3) % 60) for i in range(60))
NODES = b"index,bot,opinion\n" + b"".join(b"%d,0,%.2f\n" % (i, i / 60) for i in range(60))


def fuzz_readers(rng: random.Random, folder: Path) -> Tried:
    """An edge list, a node table, or a saved world, spoiled."""
    kind = rng.choice(["edges", "nodes", "world"])
    if kind == "world":
        SMALL.save(folder / "world.yaml")
        content = _spoiled(rng, (folder / "world.yaml").read_bytes())
        (folder / "spoiled.yaml").write_bytes(content)
        return attempt(repr(content), lambda: sim.World.load(folder / "spoiled.yaml"))
    files = {"edges": EDGES, "nodes": NODES}
    files[kind] = _spoiled(rng, files[kind])
    for name, content in files.items():
        (folder / f"{name}.csv").write_bytes(content)
    graph = {"kind": "file", "edges": str(folder / "edges.csv"), "nodes": str(folder / "nodes.csv")}
    world = sim.World(people=60, days=1, graph=graph)  # type: ignore[arg-type]
    return attempt(repr(files[kind]), lambda: sim.simulate(world, threads=1))


# The API


def fuzz_api(rng: random.Random, folder: Path) -> Tried:
    """One to three bad arguments of something public."""
    name, (function, arguments) = rng.choice(list(CALLS.items()))
    chosen = rng.sample(list(arguments), min(len(arguments), rng.randint(1, 3)))
    bad = {argument: rng.choice(NASTY) for argument in chosen}
    bad = {argument: value for argument, value in bad.items() if not (argument == "progress" and callable(value))}
    given = arguments | bad

    def call() -> None:
        with contextlib.chdir(folder):
            function(*given.values()) if name == "World.replace" else function(**given)

    return attempt(f"{name}({bad!r})", call)


# Records


def _records(ledger: Path) -> list[Path]:
    return sorted(path for path in ledger.rglob("*") if path.is_file())


class Records:
    """A study and its ledger, whose records are spoiled one after the other."""

    def __init__(self) -> None:
        self.branches = {"none": sim.Branch(), "other": sim.Branch(campaign=False)}
        self.good: sim.Study | None = None

    def study(self, ledger: Path) -> sim.Study:
        return sim.compare(SMALL, self.branches, seeds=1, ledger=ledger, threads=1)

    def __call__(self, rng: random.Random, folder: Path) -> Tried:
        ledger = folder / "ledger"
        self.good = self.good or self.study(ledger)
        self.study(ledger)
        path = rng.choice(_records(ledger))
        content, how = path.read_bytes(), rng.choice(["flip", "cut", "empty", "longer", "spoil", "swap"])
        at = rng.randrange(len(content))
        spoiled = {
            "flip": lambda: content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :],
            "cut": lambda: content[:at],
            "empty": lambda: b"",
            "longer": lambda: content + b"\0",
            "spoil": lambda: _spoiled(rng, content),
            "swap": lambda: rng.choice(_records(ledger)).read_bytes(),
        }[how]()
        path.write_bytes(spoiled)

        def call() -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that a record was damaged is said
                again = self.study(ledger)
            assert self.good is not None
            pd.testing.assert_frame_equal(again.timelines, self.good.timelines, check_exact=True)
            if [run.digest for run in again.runs.values()] != [run.digest for run in self.good.runs.values()]:
                raise AssertionError("another digest")

        return attempt(f"{how} at {at} of {len(content)} bytes of a record", call)


# Programs

KEYS = [
    "world.people",
    "world.feed.length",
    "study.name",
    "seeds",
    "days",
    "study.branches",
    "world.opinion.rule",
    "results",
]
TEXTS = [
    "", "x", "null", "-1", "1e400", "nan", "[]", "{}", "{a:1}", "[1,1]", "[[[", "'", '"', "${x}", "${oc.env:HOME}", "$x^$",
    "[/]", "ü", "~", "9" * 400, "true", "2019-05-01", "\x1b[31m", "a=b", "1,2",
]  # fmt: skip


def fuzz_programs(rng: random.Random, folder: Path) -> Tried:
    """Fields listed by the program with some of them set on the command line: exit code 0 or 2, and no traceback."""
    given = [
        f"{rng.choice(['', '+', '~', '++'])}{rng.choice(KEYS)}={rng.choice(TEXTS)}" for _ in range(rng.randint(1, 2))
    ]
    told, listed = io.StringIO(), io.StringIO()

    def call() -> None:
        with contextlib.chdir(folder), contextlib.redirect_stderr(told), contextlib.redirect_stdout(listed):
            code = run_program.main(["--fields", *given])
        if code not in (0, 2) or "Traceback" in told.getvalue() or (code == 2 and len(told.getvalue()) > LONGEST):
            raise AssertionError(f"exit code {code}: {told.getvalue():.300}")

    tried = attempt(repr(given), call)
    return tried._replace(refused=tried.refused or bool(told.getvalue()))


KINDS: dict[str, Callable[[random.Random, Path], Tried]] = {
    "fields": fuzz_fields,
    "policies": fuzz_policies,
    "readers": fuzz_readers,
    "api": fuzz_api,
    "records": Records(),
    "programs": fuzz_programs,
}


def fuzz(kinds: list[str], seconds: float, seed: int) -> tuple[list[str], list[str]]:
    """Try inputs of each kind for an equal part of the time; lines that tell how many, and the faults that were found."""
    lines, faults = [], []
    for kind in kinds:
        rng, ends = random.Random(f"{seed} {kind}"), time.monotonic() + seconds / len(kinds)
        tried = refused = 0
        with tempfile.TemporaryDirectory() as folder:
            while time.monotonic() < ends:
                found = KINDS[kind](rng, Path(folder))
                tried, refused = tried + 1, refused + found.refused
                if found.fault:
                    faults.append(f"{kind}: {found.fault}")
        lines.append(f"{kind}: {tried:,} tried, {refused:,} refused")
    return lines, faults


def main() -> int:
    """Run the program and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--only", choices=list(KINDS))
    given = parser.parse_args()
    kinds = [given.only] if given.only else list(KINDS)
    lines, faults = fuzz(kinds, given.seconds, given.seed)
    print(f"seed {given.seed}", *lines, *sorted(set(faults))[:40], f"{len(faults)} faults", sep="\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
