"""The numbers that Word shows before list items and headings, counted as Word counts them.

ECMA-376 part 1, section 17.9: a paragraph names a list (numId) and a level; the list's definition
gives each level a start, a number format and a pattern such as "%1.%2".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

from indexer.language.numerals import chinese_numeral, roman_numeral
from indexer.reading.formats.docx.styles import Style

BULLET = "-"
_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "ideographDigital")
_LEVELS = 9


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
        for number in () if root is None else root.iter(qn("w:num")):
            abstract = number.find(qn("w:abstractNumId"))
            key = abstract.get(qn("w:val")) if abstract is not None else None
            if key in definitions:
                number_id = number.get(qn("w:numId"), "")
                self._lists[number_id] = (str(key), _levels(definitions[key]))
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
