"""The styles of a Word file: which make headings, at which level, and which number their paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from docx.oxml.ns import qn

# Word itself writes "heading 1" in every language; other programs write their own.
_HEADING = re.compile(
    r"^(?:heading|标题|標題|überschrift|titre|título|titulo|titolo|kop|nagłówek|rubrik|overskrift|заголовок"
    r"|見出し|제목)\s*(\d)$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^(?:title|文档标题|titel|titre|título|titolo)$", re.IGNORECASE)
_CONTENTS = re.compile(r"^(?:toc|目录|目錄)(?: heading)?\s*\d*$", re.IGNORECASE)
_BODY_LEVEL = 9  # the outline level of text that is no heading


@dataclass(frozen=True, slots=True)
class Style:
    """What a style makes of a paragraph; ``level`` is 1 for the outermost heading, None for text.

    ``number`` and ``depth`` are the list (numId) and its level (ilvl) that the style itself gives.
    """

    id: str = ""
    level: int | None = None
    title: bool = False
    contents: bool = False
    number: str | None = None
    depth: int | None = None


class Styles:
    """The styles by id, each with what it takes over from those it is based on."""

    def __init__(self, root: Any) -> None:
        self._elements = {e.get(qn("w:styleId"), ""): e for e in root.iter(qn("w:style"))}
        self._known: dict[str, Style] = {}

    def of(self, paragraph: Any) -> Style:
        """The style of ``paragraph``, its own outline level and list before the style's."""
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return self._style("")
        named = properties.find(qn("w:pStyle"))
        style = self._style(named.get(qn("w:val"), "") if named is not None else "")
        return _with_properties(style, properties)

    def _style(self, style_id: str) -> Style:
        if style_id not in self._known:
            chain = []
            at = style_id
            while at in self._elements and at not in chain:
                chain.append(at)
                based = self._elements[at].find(qn("w:basedOn"))
                at = based.get(qn("w:val"), "") if based is not None else ""
            style = Style()
            for ancestor in reversed(chain):
                style = _extended(style, self._elements[ancestor])
            self._known[style_id] = replace(style, id=style_id)
        return self._known[style_id]


def _extended(style: Style, element: Any) -> Style:
    """``style`` as the style of ``element``, which is based on it, changes it."""
    named = element.find(qn("w:name"))
    name = (named.get(qn("w:val"), "") if named is not None else "").strip()
    if heading := _HEADING.match(name):
        style = replace(style, level=int(heading[1]))
    style = replace(
        style, title=style.title or bool(_TITLE.match(name)), contents=style.contents or bool(_CONTENTS.match(name))
    )
    properties = element.find(qn("w:pPr"))
    return style if properties is None else _with_properties(style, properties)


def _with_properties(style: Style, properties: Any) -> Style:
    level = _number(properties.find(qn("w:outlineLvl")))
    if level is not None:
        style = replace(style, level=level + 1 if level < _BODY_LEVEL else None)
    numbered = properties.find(qn("w:numPr"))
    if numbered is not None:
        number = numbered.find(qn("w:numId"))
        depth = _number(numbered.find(qn("w:ilvl")))
        style = replace(
            style,
            number=number.get(qn("w:val")) if number is not None else style.number,
            depth=depth if depth is not None else style.depth,
        )
    return style


def _number(element: Any) -> int | None:
    written = element.get(qn("w:val"), "") if element is not None else ""
    return int(written) if re.fullmatch(r"\d", written) else None
