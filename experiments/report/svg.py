"""Figures as part of a page."""

from __future__ import annotations

import re
from pathlib import Path

from markupsafe import Markup, escape

_SVG_REFERENCES = re.compile(r'(\bid="|href="#|url\(#)')
_SVG_STYLES = re.compile(r' style="([^"]*)"')
_SVG_SHEET = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)


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
