"""What a page brings along: styles and scripts, kept as files, and the policy by which a browser runs nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup, escape

from experiments.report.modules import bundled

_FOLDER = files("experiments.report") / "page"
_SVG_REFERENCES = re.compile(r'(\bid="|href="#|url\(#)')
_SVG_STYLES = re.compile(r' style="([^"]*)"')
_SVG_SHEET = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)


class Assets(NamedTuple):
    """Styles and scripts in the order of their files' names, and the Content-Security-Policy that allows these alone."""

    styles: tuple[Markup, ...]
    scripts: tuple[Markup, ...]
    policy: str


def assets() -> Assets:
    """Those of ``experiments/report/page``: every ``.css``, and the modules that ``main.mjs`` imports, put together to one."""
    styles, scripts = _styles(), [_checked("main.mjs", bundled(_FOLDER, "main.mjs"))]
    allowed = f"style-src {_hashes(styles)}; script-src {_hashes(scripts)}"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return Assets(tuple(map(Markup, styles)), tuple(map(Markup, scripts)), policy)


def inline(path: Path, name: str, alt: str) -> Markup:
    """An SVG file as part of a page, ``alt`` where it is not seen: without its prolog, with identifiers of its own, and with
    attributes in place of styles, which the policy would have a browser leave out."""
    svg = path.read_text(encoding="utf-8")
    svg = _SVG_SHEET.sub("", svg[svg.index("<svg") :])
    svg = _SVG_STYLES.sub(lambda found: "".join(_attributes(found[1])), svg)
    return Markup(
        _SVG_REFERENCES.sub(rf"\g<1>{name}-", svg).replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
    )


def _attributes(style: str) -> list[str]:
    pairs = (each.partition(":") for each in style.split(";") if each.strip())
    return [f' {name.strip()}="{value.strip()}"' for name, _, value in pairs]


def _styles() -> list[str]:
    found = sorted((file for file in _FOLDER.iterdir() if file.name.endswith(".css")), key=lambda file: file.name)
    texts = [file.read_text(encoding="utf-8") for file in found]
    return [_checked(file.name, text) for file, text in zip(found, texts, strict=True)]


def _checked(name: str, text: str) -> str:
    """A text that can be inlined. Raises ValueError."""
    if re.search(r"</(script|style)", text, re.IGNORECASE):
        raise ValueError(f"{name} must not have a tag that ends it where it is inlined")
    return text


def _hashes(texts: Sequence[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
