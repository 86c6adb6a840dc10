"""Whatever a lesson's file holds: a lesson that the page shows, or one sentence."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sim
from experiments.lab.lessons import FOLDER, load
from experiments.pages.carried import inlined
from sim.fields import InputError

WORLD = sim.World.hk2019(people=1000)
LESSON = yaml.safe_load((FOLDER / "too_late_too_small.yaml").read_text(encoding="utf-8"))


WORDS = ["takedown.day", "reach", "takedown", "with", "__class__", "{{ 7 * 7 }}", "</script><script>alert(1)</script>"]
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.sampled_from(WORDS)
)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner)


ANYTHING = st.recursive(LEAVES, _around, max_leaves=6)


@given(
    changes=st.dictionaries(st.sampled_from([*LESSON, "takedown", "__init__"]), ANYTHING, max_size=3),
    start=st.none() | st.dictionaries(st.sampled_from(["name", "day", "accounts", "detector", "tpr"]), ANYTHING),
)
@settings(max_examples=200)
def test_any_lesson_is_one_or_is_refused_in_a_sentence(changes: dict[str, Any], start: dict[str, Any] | None) -> None:
    lesson = {**LESSON, **changes} | ({} if start is None else {"start": [start]})
    _lesson_or_sentence(yaml.safe_dump(lesson, allow_unicode=True).encode("utf-8", "surrogatepass"))


@given(at=st.integers(0, 10**6), put=st.binary(max_size=6), dropped=st.integers(0, 40))
@settings(max_examples=200)
@example(at=0, put=b"a: &a [*a]\n", dropped=0)
@example(at=0, put=b"!!python/object/apply:os.system ['false']\n", dropped=10**6)
@example(at=0, put=b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", dropped=10**6)
def test_any_bytes_are_a_lesson_or_refused_in_a_sentence(at: int, put: bytes, dropped: int) -> None:
    content = (FOLDER / "too_late_too_small.yaml").read_bytes()
    at %= len(content)
    _lesson_or_sentence(content[:at] + put + content[at + dropped :])


def _lesson_or_sentence(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.yaml"
        path.write_bytes(content)
        try:
            lesson = load(path)
            shown = inlined(lesson.in_page("mine", WORLD))
        except InputError as error:
            told = str(error)
            assert told.isprintable() and len(told) < 1000 and told.endswith((".", "?")), told
        else:
            assert json.loads(shown) and "<" not in shown
