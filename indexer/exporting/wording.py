"""What all files say in the same words, and what pages say with them: cells, places, aspects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from indexer.citing import silent_spans, visible_text
from indexer.types import Answer, AnswerSentence, Aspect, Cell, Citation, Comparison, Difference, Mark, Span

TITLE = "Plans compared"
CUT_OFF = "Figure cut off in the source"
#: How a row of differences is headed.
ASPECTS = {
    Aspect.FIGURE: "Figures",
    Aspect.YEAR: "Years",
    Aspect.NAME: "Names",
    Aspect.BINDING: "How binding",
}
#: Where a plan says nothing in an aspect.
NOTHING = "–"

# Neither XML 1.0 (section 2.2) nor a page can hold these.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence that is written in one way."""

    text: str
    emphasis: bool
    aspect: Aspect | None


def clean(text: str) -> str:
    """``text`` with every character that XML forbids replaced by U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text)


def line(text: str) -> str:
    """``text`` as it is shown, on one line that a file can hold."""
    return clean(visible_text(text))


def pieces(text: str, emphasis: Sequence[Span], marks: Sequence[Mark]) -> list[Piece]:
    """``text`` as it is shown, cut where emphasis or marks begin and end; white space is folded."""
    silent = silent_spans(text)
    spans = [*emphasis, *silent, *(mark.span for mark in marks)]
    cuts = sorted({0, len(text), *(min(max(cut, 0), len(text)) for span in spans for cut in span)})
    found: list[Piece] = []
    for start, end in pairwise(cuts):
        if any(a <= start < b for a, b in silent):
            continue
        aspect = next((mark.aspect for mark in marks if mark.span[0] <= start < mark.span[1]), None)
        shown = clean(re.sub(r"\s+", " ", text[start:end]))
        if not found or found[-1].text.endswith(" "):
            shown = shown.removeprefix(" ")
        if shown:
            found.append(Piece(shown, any(a <= start < b for a, b in emphasis), aspect))
    if found and found[-1].text.endswith(" "):
        last = found.pop()
        found += [replace(last, text=last.text.rstrip())] if last.text.strip() else []
    return found


def quotes(cell: Cell) -> Iterator[tuple[AnswerSentence, Citation, tuple[Mark, ...]]]:
    """The sentences of a cell's answer, each with its citation and with what differs in it."""
    by_number = {citation.n: citation for citation in cell.answer.citations}
    for i, sentence in enumerate(cell.answer.sentences):
        yield sentence, by_number[sentence.citation], cell.marks[i] if i < len(cell.marks) else ()


def told(found: Difference, plan: str) -> str:
    """What a plan says in an aspect, large numbers with their thousands apart; a dash for nothing."""
    return re.sub(r"\d{5,}", lambda digits: f"{int(digits[0]):,}", found.values.get(plan, NOTHING))


def not_found(answer: Answer) -> str:
    """That one plan does not answer, and how much of it was searched."""
    return f"Not found in this plan. {counted(answer.searched, 'passage')} searched."


def counted(number: int, noun: str) -> str:
    """ "1 passage", "1,240 passages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def reading_unit(largest: float | None, unit: str) -> tuple[float, str]:
    """What values in ``unit``, a pint name, are divided by to be read with ease, and what they are in then.

    (1e6, "million kW") for 37000000 kW, as plans write it; shares and small values stay as they are.
    """
    shown = {"percent": "%", "degree": "°"}.get(unit, unit.replace("**2", "²").replace("**3", "³"))
    for divisor, name in ((1e9, "billion"), (1e6, "million")):
        if largest is not None and abs(largest) >= divisor and unit != "percent":
            return divisor, f"{name} {shown}".rstrip()
    return 1.0, shown


def number(value: float, divisor: float = 1.0) -> str:
    """A value as it is read, thousands apart: "1,240", "13.5"."""
    return f"{value / divisor:,.10g}"


def with_unit(value: str, unit: str) -> str:
    """ "37 million kW", "13.5%", "1,240"."""
    return f"{value}{'' if unit in ('%', '°') else ' '}{unit}".rstrip()


def origin(comparisons: Sequence[Comparison], generation: int, made: date) -> str:
    """What was compared, when, and on which state of the library."""
    plans = {cell.plan for comparison in comparisons for cell in comparison.cells}
    return " · ".join(
        [
            counted(len(comparisons), "question"),
            counted(len(plans), "plan"),
            made.isoformat(),
            f"library generation {generation}",
        ]
    )
