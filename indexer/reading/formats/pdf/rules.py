"""A page of a PDF -> the ruled lines on it: strokes, thin boxes, the edges of fills."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

from indexer.reading.formats.pdf.words import Frame

#: Objects looked at on a page; a map has a hundred thousand and no table.
MOST_OBJECTS = 4_000
_MOST_SEGMENTS = 2_000
_DEEPEST = 4  # forms within forms
_STRAIGHT = 1.0  # points that a ruled line may lean
_SHORTEST_RULE = 5.0
#: Points; a border drawn as a thin box has two edges this close.
SAME = 3.0

#: A matrix (a, b, c, d, e, f) as PDF writes it.
_Matrix = tuple[float, float, float, float, float, float]
_Point = tuple[float, float]
_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruled line, horizontal or vertical: ``at`` across its direction, from ``low`` to ``high`` along it."""

    at: float
    low: float
    high: float

    def covers(self, low: float, high: float) -> bool:
        """Whether it runs along most of the stretch from ``low`` to ``high``."""
        return min(self.high, high) - max(self.low, low) >= 0.7 * (high - low)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn on a page beside text: rules across and down; ``pictured`` says whether anything is."""

    across: list[Rule]
    down: list[Rule]
    pictured: bool


def read_rules(page: Any, frame: Frame) -> Drawn:
    """The horizontal and the vertical ruled lines of a page, each merged with those that it goes on from."""
    across: list[Rule] = []
    down: list[Rule] = []
    pictured = False
    for thing, matrix in _objects(page):
        kind = pdfium_c.FPDFPageObj_GetType(thing)
        pictured |= kind != pdfium_c.FPDF_PAGEOBJ_TEXT
        if kind != pdfium_c.FPDF_PAGEOBJ_PATH:
            continue
        strokes = [(frame.point(*start), frame.point(*end)) for start, end in _strokes(thing, matrix)]
        if not _stroked(thing) and _extent(strokes) > SAME:
            continue  # a coloured area
        for (x0, y0), (x1, y1) in strokes:
            if abs(y1 - y0) <= _STRAIGHT and abs(x1 - x0) >= _SHORTEST_RULE:
                across.append(Rule((y0 + y1) / 2, max(min(x0, x1), 0.0), min(max(x0, x1), frame.width)))
            elif abs(x1 - x0) <= _STRAIGHT and abs(y1 - y0) >= _SHORTEST_RULE:
                down.append(Rule((x0 + x1) / 2, max(min(y0, y1), 0.0), min(max(y0, y1), frame.height)))
    return Drawn(_merged(across), _merged(down), pictured)


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """``rules`` with those that touch end to end, or lie on one another, made one; the highest first."""
    levels: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda r: (-r.at, r.low)):
        if levels and levels[-1][0].at - rule.at <= SAME:
            levels[-1].append(rule)
        else:
            levels.append([rule])
    merged: list[Rule] = []
    for level in levels:
        at = level[0].at
        joined: list[Rule] = []
        for rule in sorted(level, key=lambda r: r.low):
            if joined and rule.low <= joined[-1].high + SAME:
                joined[-1] = Rule(at, joined[-1].low, max(joined[-1].high, rule.high))
            else:
                joined.append(Rule(at, rule.low, rule.high))
        merged += joined
    return merged


def _stroked(path: Any) -> bool:
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    return not pdfium_c.FPDFPath_GetDrawMode(path, ctypes.byref(filled), ctypes.byref(stroked)) or bool(stroked.value)


def _extent(strokes: Sequence[tuple[_Point, _Point]]) -> float:
    """The shorter side of the box around ``strokes``."""
    xs = [x for stroke in strokes for x, _ in stroke] or [0.0]
    ys = [y for stroke in strokes for _, y in stroke] or [0.0]
    return min(max(xs) - min(xs), max(ys) - min(ys))


def _objects(page: Any) -> Iterator[tuple[Any, _Matrix]]:
    """The objects of a page and of the forms on it, each with the matrix of its form; at most ``MOST_OBJECTS``."""
    left = MOST_OBJECTS

    def walk(count: int, get: Any, holder: Any, matrix: _Matrix, depth: int) -> Iterator[tuple[Any, _Matrix]]:
        nonlocal left
        for i in range(count):
            if left <= 0:
                return
            left -= 1
            thing = get(holder, i)
            yield thing, matrix
            if pdfium_c.FPDFPageObj_GetType(thing) == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                inner = _product(_matrix(thing), matrix)
                within = pdfium_c.FPDFFormObj_CountObjects(thing)
                yield from walk(within, pdfium_c.FPDFFormObj_GetObject, thing, inner, depth + 1)

    count = pdfium_c.FPDFPage_CountObjects(page.raw)
    yield from walk(count, pdfium_c.FPDFPage_GetObject, page.raw, _IDENTITY, 0)


def _matrix(thing: Any) -> _Matrix:
    found = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(thing, ctypes.byref(found)):
        return _IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


def _product(m: _Matrix, n: _Matrix) -> _Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _strokes(path: Any, form: _Matrix) -> Iterator[tuple[_Point, _Point]]:
    """The straight strokes of a path that is drawn, each from point to point on the page."""
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    if pdfium_c.FPDFPath_GetDrawMode(path, ctypes.byref(filled), ctypes.byref(stroked)) and not (
        filled.value or stroked.value
    ):
        return
    a, b, c, d, e, f = _product(_matrix(path), form)
    x, y = ctypes.c_float(), ctypes.c_float()
    start = at = (0.0, 0.0)
    for i in range(min(pdfium_c.FPDFPath_CountSegments(path), _MOST_SEGMENTS)):
        segment = pdfium_c.FPDFPath_GetPathSegment(path, i)
        pdfium_c.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        to = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        if kind == pdfium_c.FPDF_SEGMENT_MOVETO:
            start = to
        elif kind == pdfium_c.FPDF_SEGMENT_LINETO:
            yield at, to
        at = to
        if pdfium_c.FPDFPathSegment_GetClose(segment):
            yield at, start
            at = start
