"""A comparison as Markdown, in which a plan's own marks stay what they are: text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from indexer.types import Cell, Citation, Comparison, Passage
from indexer.wording import (
    ASPECTS,
    TITLE,
    breadcrumb,
    line,
    not_found,
    noted,
    origin,
    pieces,
    place_line,
    quotes,
    told,
)

_MARKUP = re.compile(r"[\\`*_\[\]<>#|~$&:]")
# Where a line begins, these would open a list or underline a heading.
_OPENER = re.compile(r"^(\d*)([.)+=-])")


def write(comparisons: Sequence[Comparison], *, generation: int, made: date) -> bytes:
    """The comparisons as UTF-8."""
    lines = [f"# {TITLE}", origin(comparisons, generation, made)]
    for comparison in comparisons:
        lines.append(f"## {escaped(comparison.question)}")
        for cell in comparison.cells:
            lines += [f"### {escaped(cell.title)}", *_cell(cell)]
        lines += _differences(comparison)
    return ("\n\n".join(lines) + "\n").encode()


def escaped(text: str) -> str:
    """``text`` on one line, to be read as it stands wherever it is put."""
    return _OPENER.sub(r"\1\\\2", _inline(line(text)))


def markdown_quotation(place: Citation | Passage) -> str:
    """The quote with its place, to paste where Markdown is read: a block quote, and below it the citation."""
    quote = place.quote if isinstance(place, Citation) else place.text
    where = ", ".join(filter(None, [line(place.title), line(breadcrumb(place))]))
    return f"> {escaped(quote)}\n>\n> — {_inline(where)}"


def _inline(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)


def _cell(cell: Cell) -> Iterator[str]:
    for sentence, citation, marks in quotes(cell):
        parts = []
        for piece in pieces(sentence.text, (), marks):
            written = _inline(piece.text)
            core = written.strip()
            parts.append(written.replace(core, f"**{core}**", 1) if piece.aspect and core else written)
        yield "> " + _OPENER.sub(r"\1\\\2", "".join(parts).strip())
        yield noted(escaped(place_line(citation)), cut_off=sentence.cut_off)
    if not cell.found:
        yield not_found(cell.answer)


def _differences(comparison: Comparison) -> Iterator[str]:
    if comparison.differences:
        yield "\n".join(
            [
                table_row(["", *(escaped(cell.title) for cell in comparison.cells)]),
                table_row(["---"] * (len(comparison.cells) + 1)),
                *(
                    table_row([ASPECTS[found.aspect]] + [escaped(told(found, cell.plan)) for cell in comparison.cells])
                    for found in comparison.differences
                ),
            ]
        )


def table_row(cells: Sequence[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"
