"""The summary of findings, put in order by a reader in headless Chromium, and as it is where scripts do not run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.run import main
from tests.browser import browser, needs_chromium, opened

pytestmark = [pytest.mark.slow, needs_chromium]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a study in which two strategies of three hit innocents."""
    place = tmp_path_factory.mktemp("results")
    detector = "detector: {name: rates, tpr: 0.5, fpr"
    branches = [
        "{name: none}",
        f"{{name: hits_some, policies: [{{name: takedown, day: 1, accounts: 20000, {detector}: 0.01}}}}]}}",
        f"{{name: hits_many, policies: [{{name: takedown, day: 1, accounts: 100000, {detector}: 0.2}}}}]}}",
        "{name: hits_nobody, policies: [{name: takedown, day: 1}]}",
    ]
    chosen = [
        f"study.branches=[{', '.join(branches)}]",
        "study.headline=hits_some",
        "study.sweep.branches=[]",
        "watch=0",
        "seeds=2",
        "days=3",
    ]
    assert main(["study=actual", "study.form=strategies", "world.people=1000", *chosen, f"results={place}"]) == 0
    (folder,) = place.glob("actual-*")
    return folder / "report.html"


def _column(page: Any, head: str) -> tuple[Any, Any]:
    """The button of a column and its cells."""
    heads = page.locator("table.findings thead button")
    number = next(i for i in range(heads.count()) if heads.nth(i).text_content().startswith(head))
    return heads.nth(number), page.locator(f"table.findings tbody tr:not(.group) > :nth-child({number + 1})")


def test_rows_are_put_in_order_by_any_column(report: Path) -> None:
    with browser() as started, opened(started, report) as found:
        button, cells = _column(found.page, "innocents hit")
        button.click()
        values = [float(value) for value in cells.evaluate_all("all => all.map((cell) => cell.dataset.value)")]
        assert values == sorted(values) and values[0] == 0.0 < values[1] < values[2]
        button.focus()
        found.page.keyboard.press("Enter")
        again = [float(value) for value in cells.evaluate_all("all => all.map((cell) => cell.dataset.value)")]
        assert again == values[::-1]
        assert found.page.locator("table.findings th[aria-sort]").get_attribute("aria-sort") == "descending"
        # A heading of rows stays before them.
        assert found.page.locator("table.findings tbody tr").first.get_attribute("class") in (None, "group")
        found.assert_clean()


def test_without_scripts_the_rows_stay_as_they_are(report: Path) -> None:
    with browser() as started, opened(started, report, java_script_enabled=False) as found:
        assert found.page.locator("table.findings thead button").count() == 0
        assert found.page.locator("table.findings tbody tr:not(.group)").count() == 3
        assert found.page.locator(".scripted").first.is_hidden()
