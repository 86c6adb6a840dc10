"""The classroom in headless Chromium as it is used: by keyboard alone, with large type, in two tabs, reloaded, printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.lab.lessons import SANDBOX
from experiments.lab.page import VIEWS
from tests.browser import NARROW, needs_chromium, opened
from tests.test_lab_in_browser import Classroom, lab
from tests.test_lab_inside_in_browser import DECIDED, go

__all__ = ["lab"]
pytestmark = [pytest.mark.slow, needs_chromium]


@pytest.fixture
def room(lab: Path, chromium: Any) -> Iterator[Classroom]:
    with opened(chromium, lab) as found:
        yield Classroom(found)
        found.assert_clean()


def focus(room: Classroom) -> str:
    """The id of what has the focus, and shows it."""
    return str(
        room.page.evaluate(
            """() => {
                const held = document.activeElement;
                const isSeen = held.matches(":focus-visible") && held.getClientRects().length > 0;
                return isSeen ? held.id : `${held.tagName}, not seen`;
            }"""
        )
    )


def press(room: Classroom, key: str, at: str | None = None) -> str:
    """What has the focus after a key, by default where the focus is."""
    if at is not None:
        room.page.locator(at).focus()
    room.page.keyboard.press(key)
    return focus(room)


def tabbed(room: Classroom) -> list[str]:
    """The ids of what is reached by the tab key, in its order, from the first on the page."""
    room.page.focus("#lessons")
    found = ["lessons"]
    while len(found) < 100:
        room.page.keyboard.press("Tab")
        if room.page.evaluate("() => document.activeElement === document.body"):
            break
        found.append(focus(room))
    return found


def test_a_lesson_is_played_to_its_debrief_and_begun_again(room: Classroom) -> None:
    assert tabbed(room)[:6] == ["lessons", "present", "link", "guess-slider", "guess-number", "set-guess"]
    assert press(room, "ArrowRight", "#guess-slider") == "guess-slider"
    assert room.page.get_attribute("#guess-slider", "aria-valuetext") == "76 %"
    assert press(room, "Enter", "#set-guess") == "outcome-of-guess"
    assert press(room, "Tab") == "show-debrief"
    assert press(room, "Enter") == "debrief"
    before = room.answers
    assert press(room, "ArrowLeft", "#takedown-day") == "takedown-day"
    room.answered(before)
    assert press(room, "Enter", "#guess-again") == "guess-slider"
    assert room.page.get_attribute("#phase-predict", "aria-current") == "step"


def test_a_guess_between_two_steps_of_the_slider_is_taken(room: Classroom) -> None:
    room.page.fill("#guess-number", "33.3")
    assert press(room, "Enter", "#guess-number") == "outcome-of-guess"
    assert room.text("#verdict").startswith("You guessed 33.3 %.")


def test_what_is_made_anew_keeps_the_focus(room: Classroom) -> None:
    room.go(f"lesson={SANDBOX}&opinion.rule.strength=0.1")
    assert press(room, "Space", "#use-takedown") == "use-takedown"
    assert press(room, "ArrowDown", "#use-campaign\\.adaptation") == "use-campaign.adaptation"
    assert room.page.input_value("#use-campaign\\.adaptation") == "used"
    room.page.locator("#takedown-accounts").focus()
    room.page.set_viewport_size({"width": 1024, "height": 768})
    assert focus(room) == "takedown-accounts"
    # A lever that only a link has set goes when it is not used.
    assert press(room, "Space", "#use-opinion\\.rule") == "reset"
    assert press(room, "ArrowDown", "#world-opinion-rule") == "world-opinion-rule"


def test_a_class_can_be_opened_while_others_are_drawn(room: Classroom) -> None:
    room.go(f"lesson={SANDBOX}&takedown.day=2019-07-01&view=luck")
    assert press(room, "Enter", "#draw-luck") == "draw-luck"
    room.page.wait_for_selector("#luck-charts li:nth-child(2)", timeout=120_000)
    room.page.focus("#luck-2")
    room.page.wait_for_selector("#luck-charts li:nth-child(4)", timeout=120_000)
    assert focus(room) == "luck-2"
    before = room.answers
    assert press(room, "Enter") == "tab-timeline"
    room.answered(before)
    assert room.text("#seed") == "2"


def test_somebody_who_is_removed_can_be_read(room: Classroom) -> None:
    go(room, f"{DECIDED}&view=removed&day=2019-05-05")
    assert press(room, "Enter", "#removed-next-hit") == "removed-next-hit"
    assert press(room, "Enter", "#removed-feed") == "tab-feed"
    assert press(room, "End") == "tab-python"
    assert press(room, "ArrowRight") == press(room, "Home") == "tab-timeline"


def test_a_presentation_has_the_views_first_and_ends_with_escape(room: Classroom) -> None:
    room.page.click("#set-guess")
    assert press(room, "Enter", "#present") == "present"
    places = tabbed(room)
    assert places.index("tab-timeline") < places.index("outcome") < places.index("takedown-day")
    assert press(room, "Escape", "#takedown-day") == "takedown-day"
    assert room.page.get_attribute("#present", "aria-pressed") == "false"
    places = tabbed(room)
    assert places.index("takedown-day") < places.index("tab-timeline")


def test_a_slider_reaches_its_end_and_says_what_is_set(room: Classroom) -> None:
    """Though its steps of five do not: and what lies between two of them is told as it is."""
    room.go("lesson=a_few_zealots&guess=12&takedown.accounts=702")
    slider, number = room.page.locator("#takedown-accounts"), room.page.locator("#takedown-accounts ~ input")
    assert slider.get_attribute("aria-valuetext") == number.input_value() == "702"
    for key, value in (("Home", "0"), ("End", "936")):
        before = room.answers
        assert press(room, key, "#takedown-accounts") == "takedown-accounts"
        assert slider.get_attribute("aria-valuetext") == number.input_value() == value
        room.answered(before)
    assert "accounts=936," in room.text("#lines")


def test_the_crowd_fits_a_window_that_gets_narrow(room: Classroom) -> None:
    go(room, f"{DECIDED}&view=removed&day=2019-09-30")
    room.page.click("#removed-next-hit")
    person, removed = room.text("#removed-who"), room.page.locator("#removed-crowd .suspended").count()
    room.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    room.page.wait_for_function("() => document.querySelector('#removed-crowd use').getBoundingClientRect().width > 12")
    assert room.text("#removed-who") == person
    assert room.page.locator("#removed-crowd .suspended").count() == removed > 1


def test_nobody_is_removed_where_nothing_is_done(room: Classroom) -> None:
    go(room, f"lesson={SANDBOX}&view=removed")
    assert room.text("#removed-found") == "No innocent person's account is removed on this day."
    assert "stopped" not in room.text("#progress")


@pytest.mark.parametrize("size", [(1024, 768), NARROW])
def test_text_may_be_twice_as_large(size: tuple[int, int], lab: Path, chromium: Any) -> None:
    with opened(chromium, lab, size) as found:
        session = found.page.context.new_cdp_session(found.page)
        session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        room = Classroom(found)
        go(room, f"{DECIDED}&view=removed&day=2019-05-05")
        for view in VIEWS:
            room.page.click(f"#tab-{view}")
            sizes = "() => [parseFloat(getComputedStyle(document.body).fontSize), document.documentElement.scrollWidth]"
            font, width = room.page.evaluate(sizes)
            assert font == 32
            assert width <= size[0], view
        found.assert_clean()


def test_two_tabs_know_nothing_of_each_other(room: Classroom) -> None:
    room.go(f"lesson={SANDBOX}&takedown.day=2019-07-01&view=luck")
    before = room.digests()
    room.page.click("#draw-luck")
    with room.page.context.expect_page():
        room.page.evaluate("() => open(location.href.split('#')[0])")
    other = room.page.context.pages[-1]
    other.wait_for_selector("body[data-answered]", timeout=120_000)
    other.click("#set-guess")
    assert other.text_content("#seed") == "1" and other.text_content("#digest-without") == before[0]
    room.page.wait_for_selector("#luck-charts li:nth-child(3)", timeout=120_000)
    assert room.digests() == before


def test_a_page_that_is_reloaded_in_the_middle_is_where_it_was(room: Classroom) -> None:
    room.go(f"lesson={SANDBOX}&takedown.day=2019-07-01&campaign.flooding=3")
    before = room.digests()
    for half_way in ("run", "draw-luck"):
        if half_way == "draw-luck":
            room.page.click("#tab-luck")
            room.page.wait_for_function("() => location.hash.includes('view=luck')")  # addresses are written with rests
        room.page.click(f"#{half_way}")
        room.page.reload()
        room.answered(0)
        assert room.digests() == before
        assert room.page.locator("#luck-charts li").count() == 0
    assert room.page.get_attribute("#tab-luck", "aria-selected") == "true"


def test_back_and_forward_go_where_the_class_has_been(room: Classroom) -> None:
    room.go(f"lesson={SANDBOX}&takedown.day=2019-07-01")
    before, address = room.digests(), room.page.url
    room.slide("#takedown-day", 31)
    room.page.click("#run")
    room.page.wait_for_function("(before) => location.href !== before", arg=address)
    room.go(f"lesson={SANDBOX}&takedown.day=2019-05-20")  # before the run has its answer
    last = room.digests()
    answers = room.answers
    room.page.go_back()
    room.answered(answers)
    assert room.page.input_value("#takedown-day") == "31"
    assert room.digests() not in (before, last)
    answers = room.answers
    room.page.go_forward()
    room.answered(answers)
    assert room.digests() == last


def test_lines_and_tabs_can_be_read_on_paper(room: Classroom) -> None:
    room.go(f"lesson={SANDBOX}&takedown.day=2019-07-01&preemptive_removal.tpr=0.25&view=python")
    room.page.set_viewport_size({"width": 700, "height": 990})
    room.page.emulate_media(media="print")
    beyond, kept = room.page.evaluate(
        """() => {
            const lines = document.getElementById("lines");
            const { printColorAdjust } = getComputedStyle(document.getElementById("tab-python"));
            return [lines.scrollWidth - lines.clientWidth, printColorAdjust];
        }"""
    )
    assert (beyond, kept) == (0, "exact")
