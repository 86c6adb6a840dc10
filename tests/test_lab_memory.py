"""Two hundred changes to the classroom leave its memory as it was after forty."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.classroom import EARLY, change, used
from experiments.play import main
from tests.browser import browser, needs_chromium, opened

pytestmark = [pytest.mark.slow, pytest.mark.longest, needs_chromium]


def test_two_hundred_changes_keep_no_memory(tmp_path: Path) -> None:
    place = tmp_path / "lab.html"
    assert main([f"out={place}", "open=false"]) == 0
    with browser() as started, opened(started, place) as found:
        page = found.page
        page.wait_for_selector("body[data-answered]")
        page.click("#set-guess")
        change(page, EARLY, days=153)
        scripts, process = used(page)
        change(page, 200 - EARLY, days=153)
        # The model's memory has 10 MB; a copy kept for each of these changes would make 1,600.
        more = used(page)
        assert more[0] < scripts + 1
        assert more[1] < process + 60
        found.assert_clean()
