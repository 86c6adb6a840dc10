"""The modules of pages: they pass their own tests in Node, keep to a few rules, and are put together to one."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from experiments.pages.assets import WORKER, assets, checked
from experiments.pages.modules import bundled
from experiments.pages.ties import tied

HERE = Path(__file__).parent
PROGRAMS = HERE.parent / "experiments"
PAGES = [PROGRAMS / "report" / "page", PROGRAMS / "lab" / "page"]
TEMPLATES = [PROGRAMS / "report" / "templates", PROGRAMS / "lab" / "templates"]
MODULES = sorted(path for folder in [*PAGES, PROGRAMS / "pages"] for path in folder.glob("*.*js"))
TESTS = sorted((HERE / "javascript").glob("*.test.mjs"))
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no Node on this machine (CONTRIBUTING.md says which)")

FORBIDDEN = {
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write)\b": "text becomes no markup",
    r"\b(eval|Function|alert)\(|\bdebugger\b|\bconsole\.": "no code from text, and nothing left behind from debugging",
    r"\b(fetch|import|sendBeacon)\(|\b(XMLHttpRequest|WebSocket|EventSource|Worker)\b": "no request",
    r"\b(localStorage|sessionStorage|indexedDB|cookie)\b": "nothing is kept about who reads",
    r"\.style\b|[\"']style[\"']": "styles are classes, in a style sheet",
    r"\.on[a-z]+\s*=[^=]|setAttribute\([\"']on": "listeners, not handlers",
    r"\bvar\b|[^=!<>]==[^=]|!=[^=]": "const and let, === and !==",
    r"\btoFixed\b|\btoPrecision\b": "numbers are rounded where tables are made",
    r"\bMath\.random\b|\bDate\b": "the same page is the same again",
    r"\bTODO\b|\bFIXME\b|[ \t]+$": "finished",
}

IMPORTED = re.compile(r'^import \{\s([\w,\s]+)\s\} from "\.[^"]+\.mjs"', re.MULTILINE)

# The model runs in a worker, whose script is in the page too.
ALLOWED = {"laboratory.mjs": ["no request"]}


def test_a_number_of_a_page_keeps_the_word_after_it() -> None:
    left, right = "<p title='5 x'>", "</p><pre>seeds 5 x</pre><svg>5 x</svg><td>5</td> x"
    page = "58 % of <b>1,000</b> people by 19 August (3 to 4), 5. Then 0.2 ±0.1"
    read = "58_% of <b>1,000</b>_people by 19_August (3_to 4), 5. Then 0.2_±0.1"
    assert tied(left + page + right).replace("\u00a0", "_") == left + read + right


@needs_node
def test_they_pass_their_tests_in_node() -> None:
    assert TESTS
    run = subprocess.run([str(NODE), "--test", *map(str, TESTS)], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout[-4000:]
    (passed,) = re.findall(r"^# pass (\d+)$", run.stdout, re.MULTILINE)
    assert int(passed) >= sum(len(re.findall(r"^test\(", test.read_text(), re.MULTILINE)) for test in TESTS)


@needs_node
def test_what_is_put_together_can_be_parsed(tmp_path: Path) -> None:
    scripts = [script for folder in PAGES for script in assets(folder).scripts]
    for i, script in enumerate([*scripts, checked("worker.mjs", bundled(WORKER))]):
        path = tmp_path / f"{i}.mjs"
        path.write_text(script, encoding="utf-8")
        run = subprocess.run([str(NODE), "--check", str(path)], capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_keeps_to_the_rules(module: Path) -> None:
    lines = module.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("// "), "it says what it is for"
    found = [
        f"{module.name}:{number}: {why}: {line.strip()}"
        for number, line in enumerate(lines, 1)
        for pattern, why in FORBIDDEN.items()
        if why not in ALLOWED.get(module.name, ())
        if re.search(pattern, re.sub(r"\s*//.*$", "", line)) and not line.lstrip().startswith(("*", "/*"))
    ]
    assert found == []
    assert max(map(len, lines)) <= 130
    assert len(lines) <= 250, "one person can hold it in mind"


def test_the_rules_find_what_they_forbid() -> None:
    sins = {
        "a.innerHTML = b": 1, "eval(a)": 1, 'fetch("x")': 1, "localStorage.a": 1, 'a.setAttribute("style", b)': 1,
        "a.onclick = b": 1, "a == b": 1, "a.toFixed(2)": 1, "Math.random()": 1, "a;  ": 1,
        "const a = b === c || d !== e": 0, "(a) => a <= b": 0, "button.addEventListener(a, b)": 0,
    }  # fmt: skip
    for sin, expected in sins.items():
        assert sum(bool(re.search(pattern, sin)) for pattern in FORBIDDEN) == expected, sin


def test_whatever_is_exported_is_imported_and_used_and_elements_are_there() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in [*MODULES, *TESTS]}
    imports = {
        path: {name for names in IMPORTED.findall(text) for name in re.findall(r"\w+", names)}
        for path, text in sources.items()
    }
    imported = set().union(*imports.values())
    exported = {
        name
        for path in MODULES
        for name in re.findall(r"^export (?:async )?(?:function|class|const) (\w+)", sources[path], re.MULTILINE)
    }
    assert exported == imported
    for path, names in imports.items():
        unused = {name for name in names if not re.search(rf"\b{name}\b", IMPORTED.sub("", sources[path]))}
        assert not unused, path.name
    wanted = {name for path in MODULES for name in re.findall(r'(?:byId|dataOf|reveal)\("([\w-]+)"\)', sources[path])}
    templates = "".join(path.read_text(encoding="utf-8") for folder in TEMPLATES for path in folder.rglob("*.html"))
    assert wanted and wanted <= set(re.findall(r'id="([\w-]+)"', templates))


def _modules(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.mjs").write_text(text, encoding="utf-8")
    return folder


def test_modules_become_one_in_the_order_of_need(tmp_path: Path) -> None:
    folder = _modules(
        tmp_path,
        main='import { b } from "./b.mjs";\nimport { a } from "./a.mjs";\n\nb(a);\n',
        b='import { a } from "./a.mjs";\n\nexport function b(x) {\n  return x + a;\n}\n',
        a="export const a = 1;\n",
        unused="export const c = 1;\n",
    )
    one = bundled(folder / "main.mjs")
    assert [line for line in one.splitlines() if line] == [
        "const a = 1;", "function b(x) {", "  return x + a;", "}", "b(a);"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"a": "export const x = 1;\n", "main": 'import { x } from "./a.mjs";\nconst x = 2;\n'}, "both declare x"),
        ({"a": "const x = 1;\n", "main": 'import { x } from "./a.mjs";\n'}, "imports x, which a.mjs does not export"),
        ({"a": 'import { y } from "./main.mjs";\n', "main": 'import { x } from "./a.mjs";\n'}, "imports a.mjs imports main.mjs"),
        ({"main": 'import * as x from "./a.mjs";\n'}, "must import and export as other modules do"),
        ({"main": "export default 1;\n"}, "must import and export as other modules do"),
    ],
)  # fmt: skip
def test_what_cannot_be_put_together_is_refused(texts: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        bundled(_modules(tmp_path, **texts) / "main.mjs")
