"""The classroom page as a file: lessons, the program that writes it, and its levers, held to the library's sentences."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from experiments.lab.lessons import FOLDER, SANDBOX, Lesson, fitting, load, packaged
from experiments.lab.levers import OF_OPERATOR, OF_RULE, levers, settings_of
from experiments.lab.page import GENERATOR, Told, render, strings
from experiments.lab.worlds import USUAL, choices_of, variants_of
from experiments.play import main, world_of
from sim import page
from sim.fields import InputError, build
from sim.moderation import Policy
from sim.page.rules import RULES
from tests.pages import assert_strict, assert_whole

ROOT = Path(__file__).resolve().parents[1]
WORLD, _ = world_of(1000, {})
LESSON = yaml.safe_load((FOLDER / "too_late_too_small.yaml").read_text(encoding="utf-8"))
NODE = shutil.which("node")


@pytest.fixture(scope="module")
def text() -> str:
    """The page of a small world, without the engine, which other tests run."""
    exported = page.export(WORLD)
    exported.__dict__["module"] = b"no engine"
    lessons, _ = fitting(packaged(), SANDBOX, WORLD)
    return render(exported, lessons, SANDBOX, Told(["world = 1"], "0"))


def test_the_page_is_well_formed_asks_for_nothing_and_runs_nothing_else(text: str) -> None:
    assert_whole(text)
    assert_strict(text, allowed="'wasm-unsafe-eval'")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy.startswith("default-src &#39;none&#39;; style-src ")
    assert re.sub(r"&#39;sha256-[^&]+&#39; ?", "", policy).split("; ")[1:] == [
        "style-src ", "script-src &#39;wasm-unsafe-eval&#39;", "worker-src blob:", "base-uri &#39;none&#39;",
        "form-action &#39;none&#39;",
    ]  # fmt: skip
    assert GENERATOR in text[:2000]


def test_every_word_that_is_asked_for_is_there_and_none_is_left_over(text: str) -> None:
    say = strings()
    scripts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "experiments/lab/page").glob("*.mjs"))
    template = (ROOT / "experiments/lab/templates/lab.html").read_text(encoding="utf-8")
    asked = set(re.findall(r"say\.(\w+(?:\.\w+)*)", scripts + template))
    for path in asked:
        found: Any = say
        for step in path.split("."):
            if step in ("items", "readout_hidden"):
                break
            assert step in found, path
            found = found[step]
    assert {each.split(".")[0] for each in asked} | {"levers", "outcomes"} >= set(say) - {"subtitle"}
    assert set(say["outcomes"]) <= {outcome.name for outcome in sim.outcomes.OUTCOMES}
    for lever in levers(WORLD):
        names = {"title"} | {field["name"] for field in lever.fields}
        # An opinion rule has numbers of its own.
        assert (
            set(say["levers"][lever.name]) >= names
            if lever.name == OF_RULE
            else set(say["levers"][lever.name]) - {"choice"} == names
        )


# Lessons


def test_packaged_lessons_are_those_of_the_folder_in_their_order_with_the_sandbox_last() -> None:
    names = list(packaged())
    assert set(names) == {path.stem for path in FOLDER.glob("*.yaml")}
    assert names[-1] == SANDBOX
    orders = [lesson.order for lesson in packaged().values()]
    assert orders == sorted(orders)


@pytest.mark.parametrize("name", packaged())
def test_a_lesson_fits_the_page_and_says_everything(name: str) -> None:
    lesson = packaged()[name]
    known = lesson.in_page(name, WORLD)
    for lever, fields in known["controls"].items():
        assert fields and (lever in (*known["start"], OF_OPERATOR) or name == SANDBOX)
    shown = set(strings()["outcomes"])
    assert lesson.outcome in shown
    if lesson.prediction is not None:
        assert lesson.prediction.outcome == lesson.outcome
        assert lesson.debrief
    assert lesson.teacher.limits


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"titel": "x"}, "titel is not a field; did you mean title?"),
        ({"version": 0}, "version must be a whole number from 1 to 9999, not 0."),
        ({"outcome": "troll_parts"}, "not 'troll_parts'; did you mean 'troll_part'?"),
        ({"controls": []}, "controls must let the class change something."),
        ({"start": [{"name": "takedwn", "day": 1}]}, "did you mean 'takedown'?"),
        ({"start": [{"name": "takedown", "day": 1, "accounts": -1}]}, "accounts must be a whole number from 0"),
        ({"prediction": {**LESSON["prediction"], "low": 200}}, "prediction.low must be below high (150), not 200."),
        (
            {"prediction": {**LESSON["prediction"], "answer": [0, 151]}},
            "prediction.answer must lie within what can be guessed",
        ),
        (
            {"controls": [{"field": "takedown.day", "low": 5, "high": 5}]},
            "controls[0].low must be below high (5), not 5.",
        ),
        ({"debrief": []}, "debrief must say something where there is a prediction."),
        ({"teacher": {"goal": ["x"], "steps": ["x"]}}, "teacher.limits must say something."),
    ],
)
def test_a_lesson_that_cannot_be_is_refused_in_a_sentence(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({**LESSON, **change}), encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(words)) as refused:
        load(path)
    assert str(refused.value).startswith("mine.yaml: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start": [{"name": "takedown", "day": "2020-01-01"}]}, "day must be a day from 0 to 152"),
        ({"start": [{"name": "takedown", "day": 1, "accounts": 300000}]}, "must be at most 200,936"),
        ({"start": [{"name": "appeals", "day": 1}]}, "must be one of takedown, preemptive_removal"),
        (
            {"start": [{"name": "takedown", "day": 1, "detector": {"name": "rule", "signal": "age", "threshold": 1}}]},
            "perfect or rates",
        ),
        ({"start": [{"name": "takedown", "day": 1}] * 2}, "must not have two policies of a kind"),
        ({"controls": [{"field": "takedown.dya"}]}, "did you mean 'takedown.day'?"),
        ({"controls": [{"field": "takedown.tpr", "high": 2}]}, "controls[0].high must be from 0 to 1, not 2."),
        (
            {"controls": [{"field": "takedown.accounts", "low": 0.5}]},
            "controls[0].low must be a whole number from 0 to 300000000, not 0.5.",
        ),
        (
            {"controls": [{"field": "campaign.adaptation.keeps_volume", "low": 0}]},
            "controls[0].low must be left out for what is true or false.",
        ),
    ],
)
def test_a_lesson_that_a_page_cannot_have_is_refused_too(change: dict[str, Any], words: str) -> None:
    lesson = build(Lesson, {**LESSON, **change}, path="lesson")
    with pytest.raises(InputError, match=re.escape(words)):
        lesson.in_page("mine", WORLD)


# Worlds


def test_the_usual_choices_say_their_values_in_words() -> None:
    choices = choices_of(WORLD, {}, strings())
    assert {choice.field: [option.words for option in choice.options] for choice in choices} == {
        "campaign.sleepers.waking_rate": [
            "one in 12,822 a day, half the assumed", "one in 6,411 a day, as assumed", "one in 3,206 a day, twice the assumed",
        ],
        "campaign.local_follower_share": [
            "0.1 in 100, a tenth of the assumed", "1 in 100, as assumed", "10 in 100, ten times the assumed",
        ],
        "opinion.rule": [
            "a step towards each message that is not too far away for them (as assumed)",
            "the mean of their own opinion and all they read that is nearer than 0.4",
            "the mean of all they read",
        ],
    }  # fmt: skip
    variants = variants_of(choices)
    assert len(variants) == 26 and {"0.1.0", "1.2.2"} <= set(variants)
    assert variants["1.2.1"] == {
        "campaign.local_follower_share": 0.1, "opinion.rule": {"name": "hegselmann_krause", "bound": 0.4},
    }  # fmt: skip


def test_choices_can_be_named_added_and_left_out() -> None:
    given = {"campaign": {"sleepers": {"waking_rate": []}, "local_follower_share": [0.05], "stance": [-0.5]}}
    choices = choices_of(WORLD, {**given, "opinion": {"rule": ["voter"]}}, strings())
    assert [[option.name for option in choice.options] for choice in choices] == [
        ["0.01", "0.05"], ["bounded_confidence", "voter"], ["-0.75", "-0.5"],
    ]  # fmt: skip
    assert choices[-1].title == "campaign.stance" and choices[-1].usual == 0
    assert set(strings()["worlds"]["rules"]) == {rule.name for rule in RULES}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"campaign": {"local_follower_share": 0.1}}, "must be a list of values, such as [1,2], not 0.1"),
        ({"campaign": {"local_follower_share": [2]}}, "variants.campaign.local_follower_share must be a number from 0 to 1"),
        ({"campaign": {"local_folower_share": [1]}}, "is not a field of the world; did you mean local_follower_share?"),
        ({"campaign": {"local_follower_share": [0.01]}}, "must have each value once and not the world's own, not 0.01"),
        ({"opinion": {"rule": ["votr"]}}, "variants.opinion.rule must be one of"),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        choices_of(WORLD, given, strings())


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({"campaign.local_follower_share": 0.2}, (3, 2, 3)),
        ({"campaign.local_follower_share": 0.0}, (3, 0, 3)),
        ({"campaign.sleepers.waking_rate": 0.0}, (0, 3, 3)),
        ({"opinion.rule": "degroot"}, (3, 3, 2)),
    ],
)
def test_the_usual_choices_are_those_that_the_world_can_have(changes: dict[str, Any], values: tuple[int, ...]) -> None:
    world = WORLD.replace(changes)
    choices = choices_of(world, {}, strings())
    left = {choice.field: len(choice.options) for choice in choices}
    assert tuple(left.get(field, 0) for field in USUAL) == values
    for change in variants_of(choices).values():
        assert world.replace(change).canonical != world.canonical


@pytest.mark.parametrize(
    ("changes", "lost", "why"),
    [
        ({"opinion.rule": "degroot"}, {"echo_chambers"}, "levers[0].field must be one of"),
        ({"days": 100}, {"too_late_too_small", "before_they_speak"}, "day must be a day from 0 to 99"),
    ],
)
def test_lessons_that_a_world_cannot_have_are_left_out_with_the_reason(
    changes: dict[str, Any], lost: set[str], why: str
) -> None:
    world = WORLD.replace(changes)
    fit, without = fitting(packaged(), "", world)
    assert lost <= set(without) and all(why in without[name] for name in lost)
    assert [lesson["name"] for lesson in fit] == [name for name in packaged() if name not in without]
    for name in lost:
        with pytest.raises(InputError, match=re.escape(f"lesson cannot be {name} in this world: ")) as refused:
            fitting(packaged(), name, world)
        assert why in str(refused.value)


def test_a_page_without_any_lesson_is_refused() -> None:
    with pytest.raises(InputError, match="lesson cannot be any in this world, nor too_late_too_small: "):
        fitting({"too_late_too_small": packaged()["too_late_too_small"]}, "", WORLD.replace({"days": 3}))


def test_a_lesson_offers_the_choices_that_the_page_has() -> None:
    lesson = packaged()[SANDBOX]
    choices = choices_of(WORLD, {"opinion": {"rule": []}}, strings())
    assert lesson.in_page(SANDBOX, WORLD, choices)["worlds"] == [choice.field for choice in choices]
    assert lesson.in_page(SANDBOX, WORLD)["worlds"] == []
    for change, words in (
        ({"worlds": ["campaign.local_follower_shar"]}, "worlds[0] must be one of"),
        (
            {"worlds": ["opinion.rule"], "controls": [{"field": "opinion.rule.strength"}]},
            "worlds[0] must not be the rule where the lesson sets or controls a number of it",
        ),
    ):
        with pytest.raises(InputError, match=re.escape(words)):
            build(Lesson, {**LESSON, **change}, path="lesson").in_page("mine", WORLD, choices)


# Levers

POLICIES = {lever.name for lever in levers(WORLD) if lever.policy}


def test_a_lever_starts_as_the_policy_does() -> None:
    known = levers(WORLD)
    for name, first in (
        ("takedown", {"accounts": 936}),
        ("labels", {"persuasion": 0.724}),
        ("reshare_friction", {"dropped": 0.2}),
    ):
        policy = build(Policy, {"name": name, "day": 3}, path="policy")
        found = settings_of(policy, WORLD, known)
        usual = {field["name"]: field["value"] for field in next(lever for lever in known if lever.name == name).fields}
        assert found == {**usual, "day": 3}
        assert first.items() <= found.items()


@pytest.mark.skipif(NODE is None, reason="no Node on this machine (CONTRIBUTING.md says which)")
def test_the_page_refuses_what_the_library_refuses_in_the_same_sentence(tmp_path: Path) -> None:
    asked = [
        (lever, field, value)
        for lever in levers(WORLD)
        for field in lever.fields
        for value in (
            -1,
            0,
            0.5,
            1,
            1.5,
            3,
            4,
            152,
            153,
            200_000,
            200_001,
            300_000_001,
            "2019-05-01",
            "2019-10-01",
            "x y",
            "1e3",
        )
    ]
    script = tmp_path / "ask.mjs"
    script.write_text(
        f'import {{ checkedField }} from "{ROOT}/experiments/lab/page/settings.mjs";\n'
        f"const calendar = {json.dumps({'dates': [WORLD.date(day) for day in range(WORLD.days)]})};\n"
        f"const asked = {json.dumps([[lever.name, field, value] for lever, field, value in asked])};\n"
        "const told = ([lever, field, value]) => {\n"
        "  try { checkedField(field, `${lever}.${field.name}`, value, calendar); return ''; } catch (e) { return e.message; }\n"
        "};\n"
        "process.stdout.write(JSON.stringify(asked.map(told)));\n",
        encoding="utf-8",
    )
    done = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert 50 < sum(map(bool, told)) < len(told) - 50
    for (lever, field, value), sentence in zip(asked, told, strict=True):
        # The page has text only, and reads a number in it; a day so far away is shown in powers of ten there.
        if value != "1e3" and not (field["date"] and value == 300_000_001):
            assert sentence == _library(lever.name, field, value), (lever.name, field["name"], value)


def _library(lever: str, field: dict[str, Any], value: Any) -> str:
    name = field["name"]
    if lever not in POLICIES:
        try:
            WORLD.replace({f"{lever}.{name}": value})
        except InputError as error:
            return str(error).removeprefix("World.")
        return ""
    given = {"name": lever, "day": 0}
    given |= {"detector": {"name": "rates", name: value}} if field["detector"] else {name: value}
    try:
        if name == "day" and not isinstance(value, str) and value != int(value):
            WORLD.day(-value, "day")  # the page has whole days only
        policy = build(Policy, given, path=lever)
        sim.Branch((policy,)).check_against(WORLD)
    except InputError as error:
        return f"{lever}.{name} {error.problem}".replace("not -1.5.", "not 1.5.").replace("not -0.5.", "not 0.5.")
    return ""


# The program


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["peple=3"], "peple is not a world or an option; did you mean people?"),
        (["people=5"], "people must be a whole number of at least 100, not 5."),
        (["people=2000000"], "people"),
        (["world.people=500"], "world.people must be given as people=N."),
        (["world.campaign.floding=2"], "world.campaign.floding is not a field; did you mean flooding?"),
        (["world.campaign.flooding=-2"], "world.campaign.flooding must be"),
        (
            ["world.campaign.adaptation.name=evading"],
            "world.campaign.adaptation must be left out: how the operator answers is a lever of the page.",
        ),
        (["lesson=too_late"], "lesson must be one of too_late_too_small, "),
        (["lesson=nowhere.yaml"], "must be a file, which 'nowhere.yaml' is not"),
        (["lesson=Bad Name.yaml"], "lesson must be a file whose name has small letters"),
        (["out=."], "out must be a file, not the folder"),
        (["out=nowhere/lab.html"], "out must be a file in a folder that there is"),
        (["out=theirs.html"], "out must be a new file or a page that this program wrote"),
        (["open=maybe"], "open must be true or false"),
        (["variants.campaign.local_follower_share=0.1"], "must be a list of values"),
        (["variants.days=[100]"], "must leave the page's calendar as it is"),
        (["--opn"], "--opn is not a flag; did you mean --open?"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "theirs.html").write_text("<p>mine</p>", encoding="utf-8")
    assert main([*arguments, *([] if "open" in arguments[0] else ["open=false"])]) == 2
    told = capsys.readouterr()
    assert words in told.err and told.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["theirs.html"]


def test_the_lines_make_the_world_that_the_program_makes() -> None:
    world, lines = world_of(300, {"campaign": {"flooding": 2.0, "deception": 0.5}, "feed": {"length": 12}})
    names: dict[str, Any] = {"sim": sim}
    exec("\n".join(lines), names)
    assert names["world"] == world != replace(sim.World.hk2019(people=300))


def test_help_names_the_lessons(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    for name in packaged():
        assert name in told


def test_every_word_of_the_page_is_a_text() -> None:
    """A comma within braces of YAML ends a text, and what follows it is a key of its own without one."""

    def lacking(tree: Any, path: str = "") -> list[str]:
        if isinstance(tree, str):
            return []
        items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else None
        return [path] if items is None else [each for key, inner in items for each in lacking(inner, f"{path}.{key}")]

    assert lacking(strings()) == []
