"""A page of a PDF -> its words with their places, and the ruled lines on it, through pdfium.

Places are in points from the lower left corner of the page as it is shown, turned upright and cropped.
``first`` is the index of a word's first character in pdfium's text of the page and the others follow it,
so that any span of the canonical text leads back to the characters on the page.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

#: Path objects looked at on a page; a map has a hundred thousand and no table.
MOST_PATHS = 4_000
_MOST_SEGMENTS = 2_000
_WORD = re.compile(r"\S+")
_HYPHENS = "\ufffe\x02"  # what pdfium gives for a hyphen at a line's end
SOFT_HYPHEN = "\u00ad"
_STRAIGHT = 1.0  # points that a ruled line may lean
_SHORTEST_RULE = 10.0


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a space between; ``spaced`` says that a space stands before them.

    A word recognized in an image may hold spaces and has no ``first`` (-1) but ``edges``: where each of
    its characters begins across the page, and where the last ends.
    """

    text: str
    first: int
    left: float
    right: float
    bottom: float
    top: float
    size: float
    spaced: bool = True
    edges: tuple[float, ...] = ()

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 1.0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruled line, horizontal or vertical: ``at`` across its direction, from ``low`` to ``high`` along it."""

    at: float
    low: float
    high: float


class Upright:
    """Leads from pdfium's places on a page to those on the page as it is shown."""

    def __init__(self, page: Any) -> None:
        self._left, self._bottom, self._right, self._top = page.get_bbox()
        self._rotation = page.get_rotation()  # degrees clockwise

    def point(self, x: float, y: float) -> tuple[float, float]:
        match self._rotation:
            case 90:
                return y - self._bottom, self._right - x
            case 180:
                return self._right - x, self._top - y
            case 270:
                return self._top - y, x - self._left
            case _:
                return x - self._left, y - self._bottom


def read_words(page: Any, textpage: Any) -> list[list[Word]]:
    """The words of a page, line by line in the order in which pdfium gives them."""
    text = _characters(textpage)
    box = CharacterBoxes(page, textpage)
    lines = []
    for match in re.finditer(rf"[^\r\n{_HYPHENS}]+[{_HYPHENS}]?", text):
        words = [_word(text, found, box) for found in _WORD.finditer(text, *match.span())]
        if words:
            lines.append(words)
    return lines


def read_rules(page: Any) -> tuple[list[Rule], list[Rule]]:
    """The horizontal and the vertical ruled lines of a page, also the edges of its boxes."""
    across: list[Rule] = []
    down: list[Rule] = []
    upright = Upright(page)
    count = min(pdfium_c.FPDFPage_CountObjects(page.raw), MOST_PATHS)
    for i in range(count):
        thing = pdfium_c.FPDFPage_GetObject(page.raw, i)
        if pdfium_c.FPDFPageObj_GetType(thing) != pdfium_c.FPDF_PAGEOBJ_PATH:
            continue
        for start, end in _strokes(thing):
            (x0, y0), (x1, y1) = upright.point(*start), upright.point(*end)
            if abs(y1 - y0) <= _STRAIGHT and abs(x1 - x0) >= _SHORTEST_RULE:
                across.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
            elif abs(x1 - x0) <= _STRAIGHT and abs(y1 - y0) >= _SHORTEST_RULE:
                down.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return across, down


def has_pictures(page: Any) -> bool:
    """Whether anything but text is drawn on the page."""
    objects = min(pdfium_c.FPDFPage_CountObjects(page.raw), MOST_PATHS)
    kinds = (pdfium_c.FPDFPageObj_GetType(pdfium_c.FPDFPage_GetObject(page.raw, i)) for i in range(objects))
    return any(kind != pdfium_c.FPDF_PAGEOBJ_TEXT for kind in kinds)


def _characters(textpage: Any) -> str:
    """The page's text with exactly one character for each of pdfium's, so that positions are its indices."""
    count = textpage.count_chars()
    text: str = textpage.get_text_range(errors="replace") if count else ""
    if len(text) == count:
        return text
    units = (pdfium_c.FPDFText_GetUnicode(textpage.raw, i) for i in range(count))
    return "".join(chr(u) if 0 < u < 0x110000 and not 0xD800 <= u < 0xE000 else " " for u in units)


class CharacterBoxes:
    """The places of characters; the buffers that pdfium fills are made once."""

    def __init__(self, page: Any, textpage: Any) -> None:
        self._raw = textpage.raw
        self._upright = Upright(page)
        self._loose = pdfium_c.FS_RECTF()

    def __call__(self, index: int) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of a character, with the line's height; zeros where it is not drawn."""
        if not pdfium_c.FPDFText_GetLooseCharBox(self._raw, index, ctypes.byref(self._loose)):
            return (0.0, 0.0, 0.0, 0.0)
        x0, y0 = self._upright.point(self._loose.left, self._loose.bottom)
        x1, y1 = self._upright.point(self._loose.right, self._loose.top)
        return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def size(self, index: int) -> float:
        return float(round(pdfium_c.FPDFText_GetFontSize(self._raw, index), 1))


def _word(text: str, found: re.Match[str], box: CharacterBoxes) -> Word:
    first, last = found.start(), found.end() - 1
    left, bottom, right, top = box(first)
    if last > first:
        other = box(last)
        left, right = min(left, other[0]), max(right, other[2])
        bottom, top = min(bottom, other[1]), max(top, other[3])
    written = found.group()
    if written[-1] in _HYPHENS:
        written = written[:-1] + SOFT_HYPHEN
    spaced = first > 0 and text[first - 1].isspace()
    return Word(written, first, left, right, bottom, top, box.size(first), spaced)


def _strokes(path: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight strokes of a path, each from point to point on the page."""
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(path, ctypes.byref(matrix)):
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    start = at = (0.0, 0.0)
    for i in range(min(pdfium_c.FPDFPath_CountSegments(path), _MOST_SEGMENTS)):
        segment = pdfium_c.FPDFPath_GetPathSegment(path, i)
        pdfium_c.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        to = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        if kind == pdfium_c.FPDF_SEGMENT_MOVETO:
            start = to
        elif kind == pdfium_c.FPDF_SEGMENT_LINETO:
            yield at, to
        at = to
        if pdfium_c.FPDFPathSegment_GetClose(segment):
            yield at, start
            at = start
