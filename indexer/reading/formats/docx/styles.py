"""What a Word file's styles and list definitions make of a paragraph: heading, title or list item with its number.

List numbers are counted as Word counts them (ECMA-376 part 1, section 17.9): a paragraph names a list (numId) and a
level; the list's definition gives each level a start, a number format and a pattern such as "%1.%2".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from docx.oxml.ns import qn

from indexer.language.numerals import chinese_numeral, roman_numeral

# Word writes "heading 1" in every language; other programs translate it.
_HEADING = re.compile(
    r"^(?:heading|标题|標題|überschrift|titre|título|titulo|titolo|kop|nagłówek|rubrik|overskrift|заголовок"
    r"|見出し|제목)\s*(\d)$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^(?:title|文档标题|titel|titre|título|titolo)$", re.IGNORECASE)
_CONTENTS = re.compile(r"^(?:toc|目录|目錄)(?: heading)?\s*\d*$", re.IGNORECASE)
#: What is shown before an item of a list without numbers.
BULLET = "-"
_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "ideographDigital")
_LEVELS = 9
_LONGEST_CHAIN = 32  # styles based on each other; Word allows eleven
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
    """The styles by id, each with what it inherits from those it is based on."""

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
            chain: list[str] = []
            at = style_id
            while at in self._elements and at not in chain and len(chain) < _LONGEST_CHAIN:
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


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    pattern: str
    style: str
    plain: bool  # "legal": all places in Arabic numerals


class Numbering:
    """Counts the lists of one document; ask for labels in document order."""

    def __init__(self, root: Any | None) -> None:
        definitions = {} if root is None else {d.get(qn("w:abstractNumId")): d for d in root.iter(qn("w:abstractNum"))}
        self._lists: dict[str, tuple[str, dict[int, _Level]]] = {}
        self._overrides: dict[str, dict[int, int]] = {}
        read: dict[Any, dict[int, _Level]] = {}
        for number in () if root is None else root.iter(qn("w:num")):
            abstract = number.find(qn("w:abstractNumId"))
            key = abstract.get(qn("w:val")) if abstract is not None else None
            if key in definitions:
                number_id = number.get(qn("w:numId"), "")
                if key not in read:
                    read[key] = _levels(definitions[key])
                self._lists[number_id] = (str(key), read[key])
                self._overrides[number_id] = _overrides(number)
        self._counts: dict[str, list[int | None]] = {}

    def label(self, style: Style) -> str:
        """What Word shows before a paragraph of ``style``: "2.1", "（三）", "-" for a bullet, "" for none."""
        if style.number not in self._lists:
            return ""
        key, levels = self._lists[style.number]
        depth = style.depth
        if depth is None:
            depth = next((d for d, level in levels.items() if level.style and level.style == style.id), 0)
        if depth not in levels:
            return ""
        counts = self._counts.setdefault(key, [None] * _LEVELS)
        for place, start in self._overrides.pop(style.number, {}).items():
            counts[place] = start - 1
        before = counts[depth]
        counts[depth] = levels[depth].start if before is None else before + 1
        counts[depth + 1 :] = [None] * (_LEVELS - depth - 1)
        return _written(levels, counts, depth)


def _levels(definition: Any) -> dict[int, _Level]:
    levels = {}
    for element in definition.iter(qn("w:lvl")):
        depth = _integer(element.get(qn("w:ilvl")), -1)
        if 0 <= depth < _LEVELS:
            levels[depth] = _Level(
                start=_integer(_value(element, "w:start"), 1),
                form=_value(element, "w:numFmt") or "decimal",
                pattern=_value(element, "w:lvlText"),
                style=_value(element, "w:pStyle"),
                plain=element.find(qn("w:isLgl")) is not None,
            )
    return levels


def _overrides(number: Any) -> dict[int, int]:
    found = {}
    for element in number.iter(qn("w:lvlOverride")):
        depth, start = _integer(element.get(qn("w:ilvl")), -1), _value(element, "w:startOverride")
        if start and 0 <= depth < _LEVELS:
            found[depth] = _integer(start, 1)
    return found


def _written(levels: dict[int, _Level], counts: list[int | None], depth: int) -> str:
    level = levels[depth]
    if level.form == "bullet":
        return BULLET

    def place(found: re.Match[str]) -> str:
        at = int(found[1]) - 1
        if at not in levels:
            return ""
        count = counts[at]
        return _numeral(levels[at].start if count is None else count, "decimal" if level.plain else levels[at].form)

    return re.sub(r"%([1-9])", place, level.pattern).strip()


def _numeral(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letters = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
        return letters.upper() if form == "upperLetter" else letters
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        return roman_numeral(number) if form == "upperRoman" else roman_numeral(number).lower()
    if form in _CHINESE and 0 < number < 100:
        return chinese_numeral(number)
    if form.startswith("decimalEnclosedCircle") and 0 < number <= 20:
        return chr(ord("①") + number - 1)
    return {"none": "", "decimalZero": f"{number:02}"}.get(form, str(number))


def _value(element: Any, name: str) -> str:
    child = element.find(qn(name))
    return str(child.get(qn("w:val"), "")) if child is not None else ""


def _integer(written: str | None, otherwise: int) -> int:
    return int(written) if written and re.fullmatch(r"\d{1,6}", written) else otherwise
