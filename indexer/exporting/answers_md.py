"""Answers as Markdown to read: the quotes with their places, then the passages that were found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from indexer.exporting.md import escaped, table_row
from indexer.types import Answer, Hit, Survey
from indexer.wording import (
    ANSWERS_TITLE,
    NEAREST,
    Asked,
    answer_quotes,
    counts,
    none_found,
    noted,
    notes,
    passages_heading,
    place_line,
    sheet_origin,
    survey_lines,
)


def write(asked: Sequence[Asked], *, generation: int, made: date) -> bytes:
    """The answers as UTF-8."""
    lines = [f"# {ANSWERS_TITLE}"]
    for each in asked:
        result = each.result
        lines += [f"## {escaped(result.question)}", escaped(sheet_origin(each, generation, made))]
        lines += _counts(result) if isinstance(result, Survey) else _answer(result)
        if result.hits:
            lines.append(f"### {passages_heading(result)}")
        for rank, hit in enumerate(result.hits, 1):
            lines += _passage(f"{rank} · ", hit)
    return ("\n\n".join(lines) + "\n").encode()


def _answer(answer: Answer) -> Iterator[str]:
    for sentence, citation in answer_quotes(answer):
        yield f"> {escaped(sentence.text)}"
        place = noted(place_line(citation, titled=True), cut_off=sentence.cut_off)
        yield escaped(f"[{citation.n}] {place}")
    if not answer.found:
        yield escaped(" ".join(none_found(answer)))
        if answer.nearest:
            yield from _passage(f"{NEAREST}: ", answer.nearest)


def _counts(survey: Survey) -> Iterator[str]:
    yield from map(escaped, survey_lines(survey))
    rows = [[escaped(plan), escaped(section), f"{number:,}"] for plan, section, number in counts(survey)]
    yield "\n".join(map(table_row, [["Plan", "Section", "Passages"], ["---", "---", "---:"], *rows]))


def _passage(label: str, hit: Hit) -> Iterator[str]:
    remarks = "".join(f" ({note.lower()})" for note in notes(hit.passage))
    yield escaped(f"{label}{place_line(hit.passage, titled=True)}{remarks}")
    yield f"> {escaped(hit.passage.text)}"
