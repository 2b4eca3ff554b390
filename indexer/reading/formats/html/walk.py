"""A tree of HTML -> runs of text, and the blocks that they make: one pass over the tree, HTML's own or trafilatura's.

Text gathers until a block begins or ends; what has gathered is a run.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from lxml import etree

from indexer.reading.formats.blocks import Blocks
from indexer.reading.formats.html.tables import count, is_head, is_row

_BLOCKS = frozenset(
    "p div section article main body blockquote quote pre figure figcaption dl dt dd table tbody thead tr row"
    " ul ol list li item address hr details summary center caption aside header footer form fieldset legend".split()
)
_CELLS = ("td", "th", "cell")
_LISTS = ("ul", "ol", "list")


@dataclass(frozen=True, slots=True)
class Run:
    """Text between two borders of blocks.

    ``linked``: how many of its ``letters`` are those of links to other pages; ``level``: of a heading; ``place``: the
    block that it stands in; ``part``: whether that is an item of a list or a cell of a row.
    """

    text: str
    letters: int
    linked: int
    level: int | None
    place: Any
    part: bool


def read(root: Any, blocks: Blocks, kept: Container[int] | None = None) -> list[Run]:
    """Read the elements below ``root`` into ``blocks``: all runs, or those whose numbers are ``kept``.

    Returns all runs in order; a number is a place in that list.
    """
    walk = _Walk(blocks, kept)
    walk.read(root)
    return walk.runs


def bare(text: str) -> str:
    """The letters and figures of ``text``."""
    return "".join(filter(str.isalnum, text))


class _Walk:
    """One pass over a tree."""

    def __init__(self, blocks: Blocks, kept: Container[int] | None) -> None:
        self.runs: list[Run] = []
        self._blocks = blocks
        self._kept = kept
        self._text: list[str] = []
        self._linked = 0  # letters of ``_text`` that stand in links
        self._links = 0  # open ones
        self._places: list[Any] = []  # open blocks
        self._mark = ""  # of the list item whose text comes next
        self._lists: list[int | None] = []  # items so far of each open list; None in one without numbers
        self._row: list[list[str]] = []  # cells of the open table row
        self._spans: list[tuple[int, int]] = []  # columns and rows that they cover
        self._preformatted = 0

    def read(self, root: Any) -> None:
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                self._open(tag, element)
                self._add(element.text)
            else:
                self._close(tag, element)
                if element is not root:
                    self._add(element.tail)
        self._flush()

    def _add(self, text: str | None) -> None:
        if text:
            self._text.append(text if self._preformatted else re.sub(r"\s+", " ", text))
            self._linked += len(bare(text)) if self._links else 0

    def _open(self, tag: str, element: Any) -> None:
        if tag in ("br", "lb"):
            self._text.append("\n")
        if tag in _BLOCKS or tag in _CELLS or _heading(tag, element):
            self._flush()
            self._places.append(element)
        if tag in ("tr", "row") and not self._row and is_row(element):
            self._row, self._spans = [[]], []
        elif tag in _CELLS:
            if self._row:
                self._row.append([])
                self._spans.append((count(element, "colspan"), count(element, "rowspan")))
        elif tag == "table":
            self._blocks.open_table()
        elif tag in _LISTS:
            self._lists.append(0 if tag == "ol" or element.get("rend") == "ol" else None)
        elif tag in ("li", "item"):
            self._mark = "-"
            if self._lists and (items := self._lists[-1]) is not None:
                self._lists[-1] = items + 1
                self._mark = f"{items + 1}."
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "a":
            self._links += _leads_away(element)

    def _close(self, tag: str, element: Any) -> None:
        level = _heading(tag, element)
        if tag in _BLOCKS or tag in _CELLS or level:
            self._flush(level)
            self._places.pop()
        if tag in ("tr", "row") and self._row and is_row(element):
            self._blocks.add_row([" ".join(cell) for cell in self._row[1:]], self._spans, head=is_head(element))
            self._row = []
        elif tag == "table":
            self._blocks.close_table()
        elif tag in _LISTS and self._lists:
            self._lists.pop()
        elif tag in ("li", "item"):
            self._mark = ""
        elif tag == "pre":
            self._preformatted -= 1
        elif tag == "a":
            self._links -= _leads_away(element)

    def _flush(self, level: int | None = None) -> None:
        text, linked = "".join(self._text), self._linked
        self._text, self._linked = [], 0
        if not text.strip():
            return
        place = self._places[-1] if self._places else None
        number = len(self.runs)
        self.runs.append(Run(text, len(bare(text)), linked, level, place, bool(self._row or self._lists)))
        if self._kept is not None and number not in self._kept:
            return
        if self._row:
            self._row[-1].append(" ".join(text.split()))
            return
        for paragraph in re.split(r"\n[ \t]*\n", text):
            marked = f"{self._mark} {paragraph.strip()}" if self._mark else paragraph
            self._blocks.add(marked, level=level, tight=bool(self._mark))
            self._mark = ""


def _heading(tag: str, element: Any) -> int | None:
    name = element.get("rend") or "" if tag == "head" else tag
    return int(name[1]) if re.fullmatch(r"h[1-6]", name) else None


def _leads_away(link: Any) -> bool:
    """Whether a link leads to another page rather than to a place on this one."""
    return not (link.get("href") or "#").strip().startswith("#")
