"""The summary of findings, put in order by a reader in headless Chromium, and as it is where scripts do not run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser import needs_chromium, opened

pytestmark = [pytest.mark.slow, needs_chromium]


_DETECTOR = "detector: {name: rates, tpr: 0.5, fpr"
_BRANCHES = [
    "{name: none}",
    f"{{name: hits_some, policies: [{{name: takedown, day: 1, accounts: 20000, {_DETECTOR}: 0.01}}}}]}}",
    f"{{name: hits_many, policies: [{{name: takedown, day: 1, accounts: 100000, {_DETECTOR}: 0.2}}}}]}}",
    "{name: hits_nobody, policies: [{name: takedown, day: 1}]}",
]
STUDY = [
    "study=actual", "study.form=strategies", f"study.branches=[{', '.join(_BRANCHES)}]", "study.headline=hits_some",
    "study.sweep.branches=[]", "world.people=1000", "watch=0", "seeds=2", "days=3",
]  # fmt: skip


def _column(page: Any, head: str) -> tuple[Any, Any]:
    """The button of a column and its cells."""
    heads = page.locator("table.findings thead button")
    number = next(i for i in range(heads.count()) if heads.nth(i).text_content().startswith(head))
    return heads.nth(number), page.locator(f"table.findings tbody tr:not(.group) > :nth-child({number + 1})")


def test_rows_are_put_in_order_by_any_column(study: Path, chromium: Any) -> None:
    with opened(chromium, study / "report.html") as found:
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


def test_without_scripts_the_rows_stay_as_they_are(study: Path, chromium: Any) -> None:
    with opened(chromium, study / "report.html", java_script_enabled=False) as found:
        assert found.page.locator("table.findings thead button").count() == 0
        assert found.page.locator("table.findings tbody tr:not(.group)").count() == 3
        assert found.page.locator(".scripted").first.is_hidden()


def test_a_dozen_strategies_print_on_one_side_of_a4(study: Path, chromium: Any) -> None:
    with opened(chromium, study / "report.html", (710, 1036)) as found:
        found.page.evaluate(
            """() => {
              const rows = [...document.querySelectorAll("table.findings tbody tr:not(.group)")];
              while (rows.length < 14) rows.push(rows[0].parentNode.appendChild(rows[0].cloneNode(true)));
              for (const row of rows) {
                row.querySelector(".name").firstChild.textContent = "enforcement with appeals";
                row.cells[3].innerHTML = '190 <span class="second">(−550 to 930)</span>';
                row.cells[4].innerHTML = '350 <span class="second">(−400 to 1,110)</span>';
                row.cells[5].textContent = "smaller than matters, not detected";
              }
            }"""
        )
        assert found.page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
        found.page.emulate_media(media="print")
        heights = found.page.locator("table.findings tbody tr:not(.group)").evaluate_all(
            "all => all.map((r) => r.clientHeight)"
        )
        assert min(heights) > 5 and max(heights) < 20
