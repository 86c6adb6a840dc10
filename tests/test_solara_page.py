"""The example that shows the agent engine in Mesa's page: rendered, clicked, and served."""

from __future__ import annotations

import importlib.metadata
import os
import re
import runpy
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.moderation import Takedown
from tests.browser import browser, needs_chromium

solara = pytest.importorskip("solara", reason="Solara is not installed (extra [solara])")

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "04_solara_page.py"


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    return runpy.run_path(str(EXAMPLE))


def parts(widget: Any) -> Iterator[Any]:
    """A widget and all within it."""
    yield widget
    inside = list(getattr(widget, "children", ())) + [slot["children"] for slot in getattr(widget, "v_slots", ())]
    for child in inside:
        for each in child if isinstance(child, list) else [child]:
            yield from parts(each)


def test_steps_are_days_of_the_engine(example: dict[str, Any]) -> None:
    model = example["Town"](flooding=4.0, day=1, accounts=300)
    for _ in range(3):
        model.step()
    world = example["WORLD"].replace({"campaign.flooding": 4.0})
    run = sim.simulate(world, sim.Branch((Takedown(1, accounts=300),)), seed=1, days=3)
    collected = model.datacollector.get_model_vars_dataframe()
    pd.testing.assert_frame_equal(
        collected, run.timeline[list(collected)].reset_index(drop=True), check_exact=True, check_dtype=False
    )
    assert model.steps == 3 and model.running and collected["active_trolls"].iloc[-1] == 636


def test_the_page_is_rendered_and_its_buttons_work(example: dict[str, Any]) -> None:
    @solara.component
    def Whole() -> None:  # noqa: N802
        with solara.AppLayout():
            solara.Column(children=[example["page"]])

    box, rendered = solara.render(Whole(), handle_error=False)

    def told() -> str:
        return " ".join(each for each in parts(box) if isinstance(each, str))

    def named(kind: str, label: str) -> Any:
        return next(
            each for each in parts(box) if type(each).__name__ == kind and label in (each.children or [each.label])
        )

    try:
        assert "Step: 0" in told()
        named("Btn", "Step").click()
        assert "Step: 1" in told()
        labels = {each.label for each in parts(box) if type(each).__name__ == "Slider"}
        assert {parameter.label for parameter in example["PARAMETERS"].values()} <= labels
        named("Btn", "Reset").click()
        assert "Step: 0" in told()
    finally:
        rendered.close()


@pytest.mark.slow
@needs_chromium
@pytest.mark.skipif(
    not any(importlib.metadata.distributions(name="solara-assets")),
    reason="Solara would fetch its scripts from the network (solara-assets is not installed)",
)
def test_the_page_is_served_without_a_network(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "solara", "run", str(EXAMPLE), "--host=127.0.0.1", f"--port={port}", "--no-open"]
    log = tmp_path / "log.txt"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*command, "--production"], stdout=out, stderr=out, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
    try:
        _wait_for(port, server, log)
        with browser() as started:
            page = started.new_page()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(f"http://127.0.0.1:{port}/")
            page.get_by_role("button", name="Step").click(timeout=60_000)
            page.get_by_text(re.compile("Step: 1$")).wait_for(timeout=60_000)
            page.locator("img").nth(3).wait_for(timeout=60_000)
            elsewhere = [each for each in asked if not each.startswith((f"http://127.0.0.1:{port}/", "data:", "blob:"))]
            assert elsewhere == []
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + 120
    while time.monotonic() < limit and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(log.read_text(encoding="utf-8"))
