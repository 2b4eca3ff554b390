"""How a quote and its place are written wherever they are shown: on a chip, as a breadcrumb, in a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexer.reading.sentences import BROKEN_WORD, fold_space
from indexer.types import Citation, Passage, Span

#: A chip stays on one line of the reading column.
_LONGEST_TITLE = 48

#: A Markdown heading: its marks, and its text.
HEADING_LINE = re.compile(r"^[ \t]*(#{1,6}[ \t]+)(\S.*)$", re.MULTILINE)
_NUMBER = re.compile(
    r"\s*(第[一二三四五六七八九十百\d]+[章节部条]|[(（]\w{1,8}[)）]|\d{1,3}(?:\.\d{1,3})*(?=[.、．)\s]|$)"
    r"|[一二三四五六七八九十]{1,3}(?=、))"
)


def silent_spans(text: str) -> list[Span]:
    """Spans of ``text`` that are not shown: marks of headings, and hyphens or line ends within a word."""
    spans = [m.span(1) for m in HEADING_LINE.finditer(text)] + [m.span() for m in BROKEN_WORD.finditer(text)]
    return sorted(spans)


def visible_text(text: str) -> str:
    """``text`` as it is shown, on one line."""
    kept, position = [], 0
    for start, end in silent_spans(text):
        kept.append(text[position:start])
        position = max(position, end)
    return fold_space("".join([*kept, text[position:]]))


def section_numbers(section: Sequence[str]) -> str:
    """The numbers of a section path as one, "2(3)4" of "2. Key", "(3) Industry", "4. Cement"; or ""."""
    numbers: list[str] = []
    for label in section:
        match = _NUMBER.match(label)
        if match:
            number = match.group(1)
            if "." in number:
                numbers.clear()  # "2.3" says what it is part of
            numbers.append(number)
    joints = ["." if one[-1].isalnum() and other[0].isalnum() else "" for one, other in pairwise(["(", *numbers])]
    return "".join(joint + number for joint, number in zip(joints, numbers, strict=True))


def chip(citation: Citation) -> str:
    """ "[1] Title · 2(3)4 · p. 12"; the innermost section's name where sections have no numbers."""
    return f"[{citation.n}] " + " · ".join(filter(None, [_shortened(citation.title), _where(citation)]))


def short_chip(citation: Citation) -> str:
    """ "[1] 2(3)4 · p. 12", where the plan's title stands above."""
    return f"[{citation.n}] {_where(citation) or 'in the text'}"


def breadcrumb(place: Citation | Passage) -> str:
    """The section path and the page, or the id that the source gave a record."""
    record = place.record if isinstance(place, Passage) else None
    page = f"p. {place.page}" if place.page is not None else None
    return " › ".join(filter(None, [*place.section, record, page]))


def cite(place: Citation | Passage) -> str:
    """Title, section path and page as one would cite them; a record by its id."""
    return " › ".join(filter(None, [place.title, breadcrumb(place)]))


def quotation(place: Citation | Passage) -> str:
    """The quote with its place, to paste into a memo: "quote" (title, section, page)."""
    quote = place.quote if isinstance(place, Citation) else place.text
    page = f"p. {place.page}" if place.page is not None else None
    where = ", ".join(filter(None, [place.title, " › ".join(place.section), page]))
    return f'"{visible_text(quote)}" ({fold_space(where)})'


def _where(citation: Citation) -> str:
    section = section_numbers(citation.section) or _shortened("".join(citation.section[-1:]))
    page = f"p. {citation.page}" if citation.page is not None else ""
    return " · ".join(filter(None, [section, page]))


def _shortened(text: str) -> str:
    text = fold_space(text)
    return text if len(text) <= _LONGEST_TITLE else text[: _LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
