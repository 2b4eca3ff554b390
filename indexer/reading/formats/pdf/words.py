"""A page of a PDF -> its words with their places and type, through pdfium.

Places are in points from the lower left corner of the page in its reading frame: turned so that most of its
text is upright, mirrored where that runs from right to left, and cropped. ``first`` is the index of a word's first
character in pdfium's text of the page and the others follow it, so that any span of the canonical text leads back to
the characters on the page.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import pypdfium2.raw as pdfium_c

from indexer.reading.hyphens import SOFT_HYPHEN

_WORD = re.compile(r"\S+")
#: A sign of a symbol font that stands alone, which Unicode has no name for: a bullet.
_SIGN = re.compile(r"(?<!\S)[\ue000-\uf8ff](?!\S)")
#: Letters of scripts that run from right to left: Hebrew, Arabic, Syriac, Thaana, N'Ko.
_FROM_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MOSTLY = 0.5  # of a page's letters
_HYPHENS = "\ufffe\x02"  # what pdfium gives for a hyphen at a line's end
#: Hyphens that it gives as they are: those of some fonts at a line's end, and any at the end of a page.
_OTHER_HYPHEN = re.compile(r"(?<=[^\W\d_])(?:[\u00ad\u2010](?=[^\S\r\n]*(?:[\r\n]|\Z))|-(?=\s*\Z))")
# Footnote marks and exponents.
_MARK_FIGURES = 3
_RAISED = 0.8  # times the size of the word that they stand at, at most
_LIFTED = 0.12  # times that size, by which they stand above its line
_RAISES = re.compile(r"(?:^|[\d\s/(·.-])(?:[kcdm]?m|km|ft|mi|yd|in|s|10)$")
_RAISED_FIGURES = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_SUPERSCRIPTS = str.maketrans("0123456789", _RAISED_FIGURES)
#: Times the type size that a character's box may reach below and above its baseline. Some fonts (Cambria Math)
#: claim five times the height of their letters.
_DESCENT = 0.45
_ASCENT = 1.25
_LETTERS_APART = 0.06  # times the type size, between letters that are set apart
_NO_SPACE = 2.0  # times what parts such letters
_BESIDE = 4  # letters at either side of a gap by which it is judged
_AGAIN = 1.0  # points between a word and the same drawn again
_MOST_AGAIN = 200  # earlier places of a word that are looked at
_BOLD_WEIGHT = 600  # of 100 to 900; above 900 fonts give nonsense
_BOLD_NAME = re.compile(r"bold|black|heavy|semib|demi|medi$|-bd\b|,b\b|^(?:cm|sf)(?:ss)?bx", re.IGNORECASE)
_REGULAR_NAME = re.compile(r"regular|roman|light|book|thin", re.IGNORECASE)  # whatever weight the font claims
_LOOKED_AT = 400  # characters of a page, to see whether its fonts say their letters
_FALSELY_BOLD = 2  # text render mode: filled and stroked


@dataclass(frozen=True, slots=True)
class Type:
    """How text looks: ``scale`` from font size to points, ``angle`` in degrees against the reading frame."""

    font: str = ""
    bold: bool = False
    scale: float = 1.0
    angle: int = 0


PLAIN = Type()


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
    type: Type = PLAIN

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 1.0)


class Frame:
    """Leads from pdfium's places on a page to those in the reading frame, and on to the page as it is shown.

    ``turn`` is the angle of the page's text as it is shown, in degrees anticlockwise. The frame is ``mirrored`` where
    that text runs from right to left, so that lines, columns and tables are all read in one direction.
    """

    def __init__(self, page: Any, turn: int = 0, *, mirrored: bool = False) -> None:
        self.turn, self.mirrored = turn, mirrored
        self._left, self._bottom, self._right, self._top = page.get_bbox()
        self.rotation = (page.get_rotation() + turn) % 360  # degrees clockwise
        width, height = self._right - self._left, self._top - self._bottom
        self.width, self.height = (height, width) if self.rotation in (90, 270) else (width, height)

    def point(self, x: float, y: float) -> tuple[float, float]:
        across, up = self._upright(x, y)
        return (self.width - across if self.mirrored else across), up

    def _upright(self, x: float, y: float) -> tuple[float, float]:
        match self.rotation:
            case 90:
                return y - self._bottom, self._right - x
            case 180:
                return self._right - x, self._top - y
            case 270:
                return self._top - y, x - self._left
            case _:
                return x - self._left, y - self._bottom

    def shown(self, x: float, y: float) -> tuple[float, float]:
        """A point of the reading frame on the page as it is shown."""
        x = self.width - x if self.mirrored else x
        match self.turn:
            case 90:
                return self.height - y, x
            case 180:
                return self.width - x, self.height - y
            case 270:
                return y, self.width - x
            case _:
                return x, y


def read_words(page: Any, textpage: Any) -> tuple[list[list[Word]], Frame]:
    """The words of a page, line by line in the order in which pdfium gives them, and the frame they stand in.

    Words outside the page's box are left out: they are not shown.
    """
    text = _characters(textpage)
    reader = Characters(page, textpage)
    found = [
        [(word, reader.type(word.start())) for word in _WORD.finditer(text, *line.span())]
        for line in re.finditer(rf"[^\r\n{_HYPHENS}]+[{_HYPHENS}]?", text)
    ]
    angles: Counter[int] = Counter()
    for line in found:
        for match, type_ in line:
            angles[type_.angle] += len(match.group())
    # a page whose text leans by other than a right angle is read as it stands
    most = angles.most_common(1)[0][0] if angles else 0
    mirrored = len(_FROM_RIGHT.findall(text)) > _MOSTLY * sum(map(str.isalpha, text))
    frame = Frame(page, most if most in (90, 180, 270) else 0, mirrored=mirrored)
    reader = Characters(page, textpage, frame)
    lines = []
    places: dict[str, list[Word]] = {}
    for line in found:
        parts = (part for match, _ in line for part in _words(text, match, reader))
        words = [part for part in parts if _is_shown(part, frame) and not _is_again(part, places)]
        if words:
            lines.append(_with_raised(words))
    return lines, frame


def _is_again(word: Word, places: dict[str, list[Word]]) -> bool:
    """Whether ``word`` stands where the same was drawn before, as it is for bold type; ``places`` are those so far."""
    same = places.setdefault(word.text, [])
    again = any(abs(o.left - word.left) < _AGAIN and abs(o.bottom - word.bottom) < _AGAIN for o in same[-_MOST_AGAIN:])
    same.append(word)
    return again


def _is_shown(word: Word, frame: Frame) -> bool:
    across, up = (word.left + word.right) / 2, (word.bottom + word.top) / 2
    return bool(0 <= across <= frame.width and 0 <= up <= frame.height)


def _characters(textpage: Any) -> str:
    """The page's text with exactly one character for each of pdfium's, so that positions are its indices."""
    count = textpage.count_chars()
    text: str = textpage.get_text_range(errors="replace") if count else ""
    if len(text) != count:
        units = (pdfium_c.FPDFText_GetUnicode(textpage.raw, i) for i in range(count))
        text = "".join(chr(u) if 0 < u < 0x110000 and not 0xD800 <= u < 0xE000 else " " for u in units)
    # a soft hyphen that is drawn within a line is one to be seen
    return _SIGN.sub("•", _OTHER_HYPHEN.sub(_HYPHENS[0], text).replace(SOFT_HYPHEN, "-"))


def unmapped_share(textpage: Any) -> float:
    """Share of a page's characters without a Unicode mapping: pdfium gives their glyph number instead."""
    count: int = textpage.count_chars()
    looked_at = range(0, count, max(1, count // _LOOKED_AT))
    unmapped = [i for i in looked_at if pdfium_c.FPDFText_HasUnicodeMapError(textpage.raw, i) == 1]
    return len(unmapped) / max(len(looked_at), 1)


class Characters:
    """Places and type of the characters of a page; the buffers that pdfium fills are made once."""

    def __init__(self, page: Any, textpage: Any, frame: Frame | None = None) -> None:
        self.frame = frame or Frame(page)
        self._raw = textpage.raw
        self._loose = pdfium_c.FS_RECTF()
        self._matrix = pdfium_c.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._boxes: dict[int, tuple[float, float, float, float]] = {}
        self._types: dict[int | None, Type] = {}
        self._fonts: dict[int | None, tuple[str, bool]] = {}

    def box(self, index: int) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of a character, with the line's height; zeros where it is not drawn."""
        if index not in self._boxes:
            self._boxes[index] = self._box(index)
        return self._boxes[index]

    def _box(self, index: int) -> tuple[float, float, float, float]:
        if not pdfium_c.FPDFText_GetLooseCharBox(self._raw, index, ctypes.byref(self._loose)):
            return (0.0, 0.0, 0.0, 0.0)
        x0, y0 = self.frame.point(self._loose.left, self._loose.bottom)
        x1, y1 = self.frame.point(self._loose.right, self._loose.top)
        left, bottom, right, top = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
        size = self.size(index)
        if size and top - bottom > (_DESCENT + _ASCENT) * size and not self.type(index).angle:
            pdfium_c.FPDFText_GetCharOrigin(self._raw, index, ctypes.byref(self._x), ctypes.byref(self._y))
            _, baseline = self.frame.point(self._x.value, self._y.value)
            if bottom <= baseline <= top:
                bottom, top = max(bottom, baseline - _DESCENT * size), min(top, baseline + _ASCENT * size)
        return (left, bottom, right, top)

    def size(self, index: int) -> float:
        """Type size in points, as it is on the page."""
        return float(round(pdfium_c.FPDFText_GetFontSize(self._raw, index) * self.type(index).scale, 1))

    def parts(self, text: str, index: int) -> bool:
        """Whether white space at ``index`` of ``text`` parts words: pdfium also puts it between letters set apart."""
        if pdfium_c.FPDFText_IsGenerated(self._raw, index) != 1 or self.type(index - 1).angle:
            return True
        before, after = self.box(index - 1), self.box(index + 1)
        least = _LETTERS_APART * self.size(index + 1)
        if not least <= after[0] - before[2]:
            return True
        inner = []
        for first, step in ((index - 1, -1), (index + 1, 1)):
            at = first
            while 0 <= at + step < len(text) and abs(at - first) < _BESIDE and not text[at + step].isspace():
                pair = sorted((at, at + step))
                inner.append(self.box(pair[1])[0] - self.box(pair[0])[2])
                at += step
        usual = median(inner) if inner else 0.0
        return usual < least or after[0] - before[2] > _NO_SPACE * usual

    def type(self, index: int) -> Type:
        """Type of a character; that of all characters that one operator draws is looked up once."""
        drawn = pdfium_c.FPDFText_GetTextObject(self._raw, index)
        key = ctypes.cast(drawn, ctypes.c_void_p).value
        if key not in self._types:
            self._types[key] = self._look_up(drawn, index) if key else PLAIN
        return self._types[key]

    def _look_up(self, drawn: Any, index: int) -> Type:
        pdfium_c.FPDFText_GetMatrix(self._raw, index, ctypes.byref(self._matrix))
        matrix = self._matrix
        angle = round(math.degrees(math.atan2(matrix.b, matrix.a))) - self.frame.rotation
        # letters leaning by two degrees are a scan that was put in askew
        angle = round(angle / 90) * 90 if abs(angle / 90 - round(angle / 90)) < 0.03 else angle
        # the mode is last in pdfium's list, one of a negative number unknown
        mode = pdfium_c.FPDFTextObj_GetTextRenderMode(drawn)
        name, bold = self._font(pdfium_c.FPDFTextObj_GetFont(drawn))
        return Type(name, bold or mode == _FALSELY_BOLD, math.hypot(matrix.c, matrix.d), angle % 360)

    def _font(self, font: Any) -> tuple[str, bool]:
        key = ctypes.cast(font, ctypes.c_void_p).value
        if key not in self._fonts:
            buffer = ctypes.create_string_buffer(128)
            pdfium_c.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
            name = str(buffer.value.decode("latin-1")).split("+")[-1]
            weight = int(pdfium_c.FPDFFont_GetWeight(font))
            self._fonts[key] = (
                name,
                bool(_BOLD_NAME.search(name) or (_BOLD_WEIGHT <= weight <= 900 and not _REGULAR_NAME.search(name))),
            )
        return self._fonts[key]


def _words(text: str, found: re.Match[str], reader: Characters) -> Iterator[Word]:
    """The word that was ``found``; two where it begins or ends with raised figures."""
    first, end = found.span()
    head = re.match(r"\d{1,3}(?=[^\W\d])", found.group())
    if head and reader.size(first) <= _RAISED * reader.size(end - 1):
        yield _word(text, first, first + head.end(), reader)
        yield _word(text, first + head.end(), end, reader, spaced=True)
        return
    tail = re.search(r"(?<=\D)\d{1,3}$|(?<=\d)\d{1,3}$", found.group())
    if tail and tail.start():
        raised = _raised_from(first, end, reader)
        if raised < end:
            yield _word(text, first, raised, reader)
            yield _word(text, raised, end, reader, spaced=False)
            return
    yield _word(text, first, end, reader)


def _raised_from(first: int, end: int, reader: Characters) -> int:
    """Where the smaller figures begin that a word ends in; its end where it has none."""
    size = reader.size(first)
    at = end
    while at > first + 1 and end - at < _MARK_FIGURES and reader.size(at - 1) <= _RAISED * size:
        at -= 1
    return at


def _word(text: str, first: int, end: int, reader: Characters, *, spaced: bool | None = None) -> Word:
    last = end - 1
    written = text[first:end]
    left, bottom, right, top = reader.box(first)
    size = reader.size(first)
    if last > first:
        other = reader.box(last)
        left, right = min(left, other[0]), max(right, other[2])
        bottom, top = min(bottom, other[1]), max(top, other[3])
        # small capitals are as large as their first letter; a word behind a large initial is not
        size = max(size, reader.size(last)) if written.isupper() else reader.size(last)
    if written[-1] in _HYPHENS:
        written = written[:-1] + SOFT_HYPHEN
    if spaced is None:
        spaced = first > 0 and text[first - 1].isspace() and (first == 1 or reader.parts(text, first - 1))
    return Word(written, first, left, right, bottom, top, size, spaced, type=reader.type(first))


def _with_raised(words: list[Word]) -> list[Word]:
    """``words`` of a line with raised figures written as such, so that no figure of the text ends in them.

    The exponent of a unit or of ten stays with it; a footnote's mark stands apart from a word or a figure.
    """
    found: list[Word] = []
    for i, word in enumerate(words):
        beside = words[i - 1] if i else (words[i + 1] if i + 1 < len(words) else None)
        raised = (
            beside is not None
            and word.text.isdecimal()
            and len(word.text) <= _MARK_FIGURES
            and 0 < word.size <= _RAISED * beside.size
            and word.bottom > beside.bottom + _LIFTED * beside.size
        )
        if raised and beside is not None:
            exponent = i > 0 and not word.spaced and bool(_RAISES.search(beside.text))
            apart = i > 0 and not exponent and beside.text[-1:].isalnum()
            found.append(replace(word, text=word.text.translate(_SUPERSCRIPTS), spaced=apart or (i == 0)))
        else:
            follows = found and found[-1].text[-1:] in _RAISED_FIGURES and i == 1
            found.append(replace(word, spaced=True) if follows else word)
    return found
