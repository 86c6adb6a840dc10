"""A page of HTML, read by a test."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """Tags that are open, everything that could fetch something, and styles and scripts in attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.in_attributes: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "link", "img", "input"):
            self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "xlink:href", "data") and value and not value.startswith(("#", "data:text/csv")):
                self.fetched.append(value)
            if name == "style" or name.startswith("on"):
                self.in_attributes.append(f"{tag} {name}")
            if name == "id" and value:
                self.ids.append(value)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def as_read(page: str) -> str:
    """A page as it is read aloud: with plain spaces between numbers and what they count."""
    return page.replace("\u00a0", " ")


def assert_whole(text: str) -> None:
    """A page is well-formed, asks for nothing from elsewhere, and has whatever it points to."""
    page = Page(text)
    assert page.open == []
    assert page.fetched == []
    assert not re.search(r"<script(?! type=\"(module|application/json)\"( id=\"[\w-]+\")?>)", text)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert len(page.ids) == len(set(page.ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', text)) <= set(page.ids)


def assert_strict(text: str, allowed: str = "") -> None:
    """A page's policy allows its own styles and scripts and what is ``allowed`` beside, nothing else, and it has nothing else."""
    assert Page(text).in_attributes == []
    inner = re.findall(r"<(style|script type=\"module\")>(.*?)</(?:style|script)>", text, re.DOTALL)
    head = text.partition("<title>")[0].replace("&#39;", "'")
    assert allowed in head and "unsafe" not in head.replace(allowed, "", 1) and inner
    assert {_hash(each) for _, each in inner} == set(re.findall(r"sha256-[^']+", head))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
