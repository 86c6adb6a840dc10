"""Worlds for a page: what needs no engine to be built (the runs are in test_page_runs.py)."""

from __future__ import annotations

import json
import math
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import pytest
import wasmtime
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.actors.second_platform import SecondPlatform
from sim.opinion import BoundedConfidence, Opinion
from sim.opinion.rule import opinion_weight
from sim.outcomes import OUTCOMES
from sim.page import build, object_file
from sim.page.build import object_code
from sim.page.image import BASE
from sim.page.kernels.moderating import Row
from sim.page.table import leaves, words_of
from sim.page.whole import whole_of
from sim.sums import make_sums, sum_of
from tests.worlds import busy_world

STILL: dict[str, Any] = {
    "second": SecondPlatform(),
    "campaign.adaptation": {"name": "static"},
    "legitimacy": {},
    "trust": {},
    "feed.measure_prevalence": False,
}


def still_world(**changes: Any) -> sim.World:
    """The busy world without what a page cannot do."""
    world = busy_world().replace(STILL)
    fresh = sim.World(people=2)
    return world.replace({"legitimacy": fresh.legitimacy, "trust": fresh.trust}).replace(changes)


# Image and layout


def test_the_image_is_the_engine_at_its_start() -> None:
    world = still_world()
    page = sim.page.export(world, seed=3)
    engine = sim.begin(world, seed=3, threads=1).engine
    for name, about in page.layout["arrays"].items():
        if name.startswith("state.") and name not in ("state.posting", "state.calls"):
            held = np.ascontiguousarray(getattr(engine.state, name.removeprefix("state.")))
            start = about["address"] - BASE
            assert start % 64 == 0
            assert page.image[start : start + held.nbytes] == held.tobytes(), name
            assert about["shape"] == list(held.shape)
    assert sim.page.export(world, seed=3).image == page.image
    assert sim.page.export(world, seed=4).image != page.image
    assert [o["name"] for o in page.layout["outcomes"]] == [o.name for o in OUTCOMES]
    assert json.loads(json.dumps(dict(page.layout), allow_nan=False)) == page.layout


def test_plans_are_those_that_a_run_ends_with() -> None:
    world = still_world()
    run = sim.begin(world, seed=1, threads=1).advance().engine
    whole = whole_of(sim.begin(world, seed=1, threads=1).engine)
    np.testing.assert_array_equal(whole.state.posting, run.state.posting)
    np.testing.assert_array_equal(whole.state.calls, run.state.calls)
    assert whole.state.calls.any() and not sim.begin(world, seed=1).engine.state.calls.any()


def test_the_table_has_every_number_and_every_address() -> None:
    page = sim.page.export(still_world(**{"campaign.flooding": 7}), seed=5)
    table = np.frombuffer(page.image, dtype=np.uint64)
    numbers = page.layout["numbers"]
    assert table[(numbers["seed"]["address"] - BASE) // 8] == 5
    assert table[(numbers["parameters.campaign.flooding"]["address"] - BASE) // 8] == 7
    assert {lever["number"] for lever in page.layout["levers"]} <= numbers.keys()
    parts = list(leaves((np.zeros((2, 3)), -1, 0.5, True)))
    assert words_of(parts, {"[0]": 640}).tolist() == [640, 2, 3, 2**64 - 1, 0x3FE0000000000000, 1]


def test_code_names_what_the_kernels_are_and_not_the_world() -> None:
    pages = [sim.page.export(world, seed=1) for world in (still_world(), still_world(days=2, **{"feed.length": 3}))]
    assert pages[0].layout["code"] == pages[1].layout["code"]
    assert pages[0].kind == pages[1].kind


# What a page cannot do


class Mine(BoundedConfidence):
    """A rule of somebody's own."""

    @opinion_weight
    def weight(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        return 0.5


@pytest.mark.parametrize(
    "change, sentence",
    [
        (
            {"second.members": 0.3, "second.followees": 4},
            "world.second.members must be 0 in a page, which has one platform, not 0.3",
        ),
        (
            {"campaign.adaptation": {"name": "evading"}},
            "world.campaign.adaptation must be static or rebuilding in a page, not 'evading'",
        ),
        ({"legitimacy.violent": 0.1}, "world.legitimacy must be such that nothing moves it in a page"),
        ({"trust.own_suspension": 0.1}, "world.trust must be such that nothing moves it in a page"),
        ({"feed.measure_prevalence": True}, "world.feed.measure_prevalence must be false in a page, not true"),
        (
            {"opinion": Opinion(rule=Mine())},
            "world.opinion.rule must be one of the packaged opinion rules in a page, which runs no Python, not Mine",
        ),
    ],
)
def test_a_world_that_a_page_cannot_run_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(sim.InputError, match=re.escape(sentence)):
        sim.page.export(still_world(**change))


@pytest.mark.parametrize(
    "policies, sentence",
    [
        ((sim.moderation.Enforcement(1),), "policies[0] must be one that a page can carry out (takedown, preemptive_removal"),
        ((sim.moderation.Appeals(1),), "not appeals"),
        (
            (sim.moderation.Takedown(1, sim.moderation.ScoreDetector(), accounts=9),),
            "policies[0].detector must be perfect or rates in a page, which judges by no signals, not score",
        ),
        ((sim.moderation.Labels(1), sim.moderation.Labels(2)), "policies[1] must not be a second labels in a page"),
    ],
)  # fmt: skip
def test_a_policy_that_a_page_cannot_carry_out_is_refused(policies: Any, sentence: str) -> None:
    with pytest.raises(sim.InputError, match=re.escape(sentence)):
        sim.page.rows_of(still_world(), sim.Branch(policies=policies))


def test_a_policy_is_a_row() -> None:
    world = still_world()
    policy = sim.moderation.Takedown(
        1.5, sim.moderation.Rates(tpr=0.7, fpr=0.2, salt=4), accounts=9, minutes_per_case=3
    )
    row = sim.page.rows_of(world, sim.Branch((policy, sim.moderation.ReshareFriction("2019-05-03", dropped=0.25))))
    assert row[0].tolist() == [1, 6 + 9, 9, 0.7, 0.2, 4, 3, 0, 0]
    assert row[1].tolist() == [5, 6 + 12, 0, 0, 0, 0, 0, 0.25, 0]
    kinds = sim.page.export(world).layout["policies"]["kinds"]
    fields = {field["name"]: field for field in kinds["takedown"]["fields"]}
    assert set(fields) == {"accounts", "tpr", "fpr", "salt", "minutes_per_case"}
    assert fields["tpr"]["column"] == Row.TPR and fields["accounts"]["whole"] and not fields["tpr"]["whole"]
    assert fields["accounts"]["most"] == world.campaign.accounts + world.campaign.sleepers.accounts


# Sums, and what the C library does


@given(st.integers(0, 3000), st.integers(0, 2**32 - 1))
def test_sums_are_numpys(n: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=n) * 10.0 ** np.random.default_rng(seed + 1).integers(-8, 8, n)
    assert sum_of(n, values, make_sums()) == values.sum()


def _of_library(called: str, arguments: str) -> Callable[..., Any]:
    """A function of the small library that a module carries, as WebAssembly."""
    code = f"""
declare double @numba_frexp(double, ptr)
declare double @numba_ldexp(double, i32)
@exponent = global i32 0
define i32 @entry(ptr %result, ptr %problem, i64 %place, i64 %which, i64 %n) {{
  %from = inttoptr i64 %place to ptr
  %x = load double, ptr %from
  %number = trunc i64 %n to i32
  %y = call double @{called}(double %x, {arguments})
  store double %y, ptr %from
  %e = load i32, ptr @exponent
  %wide = sext i32 %e to i64
  store i64 %wide, ptr %result
  ret i32 0
}}
"""
    made = object_file.packed(object_code(llvm.parse_assembly(code), "entry"), build.EXPORTED, "a test")
    assert object_file.custom(made) == "a test"
    engine = wasmtime.Engine()
    store, module = wasmtime.Store(engine), wasmtime.Module(engine, made)
    memory = wasmtime.Memory(store, wasmtime.MemoryType(wasmtime.Limits(16, None)))
    stack = wasmtime.Global(store, wasmtime.GlobalType(wasmtime.ValType.i32(), True), wasmtime.Val.i32(build.STACK_END))
    given = {"__linear_memory": memory, "__stack_pointer": stack}
    advance = wasmtime.Instance(store, module, [given[each.name] for each in module.imports]).exports(store)["advance"]

    def call(x: float, n: int = 0) -> tuple[float, int]:
        memory.write(store, np.float64(x).tobytes(), build.STACK_END)
        found = advance(store, build.STACK_END, n)
        return float(np.frombuffer(memory.read(store, build.STACK_END, build.STACK_END + 8))[0]), found

    return call


def test_frexp_is_that_of_the_c_library() -> None:
    frexp = _of_library("numba_frexp", "ptr @exponent")
    numbers = np.random.default_rng(1).uniform(size=200).tolist()
    for x in [
        *numbers,
        0.0,
        -0.0,
        1.0,
        -3.5,
        0.5,
        5e-324,
        1e-310,
        -1e-320,
        2.2250738585072014e-308,
        1.7976931348623157e308,
    ]:
        assert frexp(x) == math.frexp(x), x


def test_ldexp_is_that_of_the_c_library() -> None:
    ldexp = _of_library("numba_ldexp", "i32 %number")
    for x in (1.0, 1.5, 1.9999999999999998, 2.0, 1.2345678901234567):
        for n in (0, 1, -1, 52, 1022, -1021, -1022, -1023, -1040, -1074, -1075, -2000):
            assert ldexp(x, n)[0] == math.ldexp(x, n), (x, n)


def test_an_object_that_calls_what_a_page_has_not_is_refused() -> None:
    code = """
declare double @pow(double, double)
define i32 @entry(ptr %result, ptr %problem, i64 %place, i64 %which, i64 %n) {
  %x = uitofp i64 %n to double
  %y = call double @pow(double %x, double %x)
  %z = fptosi double %y to i64
  store i64 %z, ptr %result
  ret i32 0
}
"""
    with pytest.raises(object_file.ObjectError, match="calls functions that it has not: pow"):
        object_file.packed(object_code(llvm.parse_assembly(code), "entry"), build.EXPORTED, "")
    with pytest.raises(object_file.ObjectError, match="is no WebAssembly"):
        object_file.custom(b"nothing of the kind")


# JavaScript

JAVASCRIPT = [sim.page.ENGINE_JS, sim.page.VARIANTS_JS, Path(__file__).with_name("page_engine.test.mjs")]
RULES = {
    r"\bvar\b": "const or let",
    r"[^=!]==[^=]|!=[^=]": "=== or !==",
    r"\b(eval|Function)\(": "no code from text",
    r"\bconsole\.": "no printing",
    r"innerHTML|document\b|window\b|localStorage|\bfetch\(": "no page around it, and no network",
    r"\bDate\.now|Math\.random": "nothing that differs from run to run",
    r"\t| +$": "no tabs, no blanks at the end",
    r"^.{131,}$": "lines of at most 130 characters",
}


@pytest.mark.parametrize("path", JAVASCRIPT, ids=lambda path: path.name)
def test_javascript_keeps_to_the_rules(path: Path) -> None:
    text = re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    broken = [(why, found) for rule, why in RULES.items() for found in re.findall(rule, text, flags=re.MULTILINE)]
    assert not broken


@pytest.mark.skipif(which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("path", JAVASCRIPT, ids=lambda path: path.name)
def test_javascript_is_javascript(path: Path) -> None:
    subprocess.run(["node", "--check", str(path)], check=True)
