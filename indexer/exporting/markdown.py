"""Comparisons and answers as Markdown, in which a plan's own marks stay text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from indexer.types import Answer, Cell, Citation, Comparison, Excerpt, Hit, Passage
from indexer.wording import (
    ANSWERS_TITLE,
    ASPECTS,
    NEAREST,
    TITLE,
    Asked,
    around_table,
    blocks,
    breadcrumb,
    counts,
    coverage_lines,
    difference_text,
    format_difference,
    line,
    none_found,
    not_found,
    noted,
    notes,
    origin,
    passages_heading,
    pieces,
    place_line,
    quotes,
    read_line,
    route_lines,
    sheet_origin,
    table_texts,
)

_MARKUP = re.compile(r"[\\`*_\[\]<>#|~$&:]")
# At the start of a line these would open a list or underline a heading.
_OPENER = re.compile(r"^(\d*)([.)+=-])")


def write_comparisons(comparisons: Sequence[Comparison], *, generation: int, made: date) -> bytes:
    """The comparisons as a UTF-8 document."""
    lines = [f"# {TITLE}", origin(comparisons, generation, made)]
    for comparison in comparisons:
        lines.append(f"## {escaped(comparison.question)}")
        for cell in comparison.cells:
            lines += [f"### {escaped(cell.title)}", *_cell(cell)]
        lines += _differences(comparison)
    return ("\n\n".join(lines) + "\n").encode()


def escaped(text: str) -> str:
    """``text`` on one line, safe anywhere in a Markdown document."""
    return _OPENER.sub(r"\1\\\2", _inline(line(text)))


def markdown_quotation(place: Citation | Passage) -> str:
    """A block quote with its citation below it, to paste into a Markdown document."""
    quote = place.quote if isinstance(place, Citation) else place.text
    where = ", ".join(filter(None, [line(place.title), line(breadcrumb(place))]))
    return f"> {escaped(quote)}\n>\n> — {_inline(where)}"


def quoted(text: str, table: Excerpt | None = None) -> str:
    """``text`` as a block quote; the rows of ``table`` in it as a table below its head."""
    around = around_table(text, table)
    if table is None or around is None:
        return f"> {escaped(text)}"
    head, *rows = ([escaped(cell) for cell in row] for row in table_texts(text, table))
    lines = [*map(table_row, (head, ["---"] * len(head), *rows))]
    parts = [escaped(around[0] or table.caption), "\n".join(lines), escaped(around[1])]
    return "\n".join(f"> {written}".rstrip() for written in "\n\n".join(filter(None, parts)).split("\n"))


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
        yield noted(escaped(place_line(citation)), sentence)
    if not cell.found:
        yield not_found(cell.answer)


def _differences(comparison: Comparison) -> Iterator[str]:
    cells = comparison.cells
    if comparison.said:
        yield escaped(difference_text(comparison.said))
    if comparison.differences:
        rows = [["", *(escaped(cell.title) for cell in cells)], ["---"] * (len(cells) + 1)]
        for found in comparison.differences:
            rows.append([ASPECTS[found.aspect], *(escaped(format_difference(found, cell.plan)) for cell in cells)])
        yield "\n".join(map(table_row, rows))


def table_row(cells: Sequence[str]) -> str:
    """One row of a table."""
    return f"| {' | '.join(cells)} |"


def write_answers(asked: Sequence[Asked], *, generation: int, made: date) -> bytes:
    """The answers and their passages as a UTF-8 document."""
    lines = [f"# {ANSWERS_TITLE}"]
    for each in asked:
        result = each.result
        lines += [f"## {escaped(result.question)}", escaped(sheet_origin(each, generation, made))]
        lines += _answer(result)
        if result.hits:
            lines.append(f"### {passages_heading(result)}")
        for rank, hit in enumerate(result.hits, 1):
            lines += _passage(f"{rank} · ", hit)
    return ("\n\n".join(lines) + "\n").encode()


def _answer(answer: Answer) -> Iterator[str]:
    yield from map(escaped, [*read_line(answer), *coverage_lines(answer)])
    for block in blocks(answer) if answer.found else ():
        yield from map(escaped, filter(None, [block.heading, block.said]))
        for sentence, citation in block.quotes:
            yield quoted(sentence.text, sentence.table)
            place = noted(place_line(citation, titled=True), sentence)
            yield escaped(f"[{citation.n}] {place}")
    yield from map(escaped, route_lines(answer))
    if not answer.found:
        yield escaped(" ".join(none_found(answer)))
        if answer.nearest:
            yield from _passage(f"{NEAREST}: ", answer.nearest)
    if rows := [[escaped(plan), escaped(section), f"{number:,}"] for plan, section, number in counts(answer)]:
        yield "\n".join(map(table_row, [["Plan", "Section", "Passages"], ["---", "---", "---:"], *rows]))


def _passage(label: str, hit: Hit) -> Iterator[str]:
    remarks = "".join(f" ({note.lower()})" for note in notes(hit.passage))
    yield escaped(f"{label}{place_line(hit.passage, titled=True)}{remarks}")
    yield quoted(hit.passage.text, hit.passage.table)
