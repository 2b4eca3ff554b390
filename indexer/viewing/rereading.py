"""A page read again as the plan was read: which running lines were left out is told by the plan's text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from indexer.reading.formats.pdf import PageWords
from indexer.reading.formats.pdf.layout import read_order
from indexer.reading.formats.pdf.lines import Line, Run
from indexer.reading.formats.pdf.running import edge_runs
from indexer.reading.formats.pdf.words import SOFT_HYPHEN
from indexer.reading.loading import storable

_MOST_TRIED = 20
_MOST_RUNNING = 12  # runs at the edge of one page; what they could be together doubles with each
_BETWEEN_CELLS = "|"


def bare(text: str, start: int = 0, end: int | None = None) -> tuple[str, list[int]]:
    """The characters of ``text[start:end]`` that are no white space, and where each stands in ``text``.

    As they are compared: the hyphen at a line's end is soft or hard as the rest of the plan has it.
    """
    plain = storable(text[start:end])
    kept = [i for i, character in enumerate(plain) if not character.isspace()]
    return "".join(plain[i] for i in kept).replace(SOFT_HYPHEN, "-"), [start + i for i in kept]


def read_as(words: PageWords, wanted: str) -> list[Line]:
    """The lines of a page whose text in the plan is ``wanted`` (bare), without its running headers and footers.

    They were found by looking at all pages. On one page they are those runs at its edge which hold
    together just the characters that the page has and the plan has not. Where no such runs are found,
    all lines are given.
    """
    whole = read_order(words.runs, words.tables)
    surplus = _count(bare("".join(line.text for line in whole))[0])
    surplus.subtract(_count(wanted))
    if min(surplus.values(), default=0) < 0:
        return whole
    for running in islice(_summing(_outermost_first(words.runs), surplus), _MOST_TRIED):
        gone = {id(run) for run in running}
        lines = read_order([run for run in words.runs if id(run) not in gone], words.tables)
        if bare("".join(line.text for line in lines))[0] == wanted:
            return lines
    return whole


def _count(text: str) -> Counter[str]:
    return Counter(text.replace(_BETWEEN_CELLS, ""))


def _outermost_first(runs: Sequence[Run]) -> list[Run]:
    heights = [run.top + run.bottom for run in runs]
    middle = (min(heights) + max(heights)) / 2 if heights else 0.0
    return sorted(edge_runs(runs), key=lambda run: -abs(run.top + run.bottom - middle))


def _summing(runs: Sequence[Run], wanted: Counter[str]) -> Iterator[tuple[Run, ...]]:
    """The sets of ``runs`` that hold together exactly the characters ``wanted``."""
    if not any(wanted.values()):
        yield ()
        return
    counts = [(run, _count(bare(run.text)[0])) for run in runs]
    fitting = [(run, count) for run, count in counts if count <= wanted][:_MOST_RUNNING]
    for i, (run, count) in enumerate(fitting):
        left = wanted.copy()
        left.subtract(count)
        for more in _summing([other for other, _ in fitting[i + 1 :]], left):
            yield (run, *more)
