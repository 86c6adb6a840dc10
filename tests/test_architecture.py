"""The picture of the house is what import-linter holds the house to."""

from __future__ import annotations

import pytest

from tests.architecture import PAGE, PICTURE, ROOT, layers, page, picture, says


def test_the_drawing_is_that_of_the_contracts() -> None:
    again = "python -m tests.architecture draws it anew"
    assert PICTURE.read_text(encoding="utf-8") == picture(), again
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text), again


@pytest.mark.parametrize("package", ["sim", "experiments"])
def test_every_module_has_its_level_and_says_what_it_is(package: str) -> None:
    levels = [module for level in layers()[package] for module in level.modules]
    there = {p.stem for p in (ROOT / package).glob("*.py")} | {
        p.parent.name for p in (ROOT / package).glob("*/__init__.py")
    }
    assert sorted(levels) == sorted(there - {"__init__"})
    assert all(says(f"{package}.{module}") for module in levels)
