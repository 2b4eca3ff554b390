"""Running headers and footers: what stands at the edge of many pages at the same place.

They are left out of the canonical text: a sentence that goes on over a page break is then one stretch
of it and can be quoted whole, and every word that is quoted is still found on its page. The row of a table
that stands at the edge looks like them, its numbers apart, and is told by holding several numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.reading.formats.pdf.lines import Run

_EDGE = 2  # lines at the top and the bottom of a page that may be running
_FEWEST = 3  # pages; on two, a line must also stand apart from the text
_SAME_PLACE = 6.0  # points
_APART = 1.5  # times the line's height, between a running line and the text where pages are few
_PAGE_NUMBER = re.compile(r"\W*(?:page|seite|第)?\s*#\s*(?:(?:of|/|von|页\s*共?|頁)\s*#?\s*页?)?\W*")


def without_running(pages: Sequence[list[Run]]) -> list[list[Run]]:
    """The runs of each page but for the running ones."""
    edges = [edge_runs(runs) for runs in pages]
    seen: dict[str, list[tuple[int, float]]] = {}
    for number, runs in enumerate(edges):
        for run in runs:
            seen.setdefault(_key(run), []).append((number, run.top))
    kept = []
    for runs, edge in zip(pages, edges, strict=True):
        running = {id(run) for run in edge if _is_running(run, runs, seen[_key(run)])}
        kept.append([run for run in runs if id(run) not in running])
    return kept


def _is_running(run: Run, page: Sequence[Run], places: Sequence[tuple[int, float]]) -> bool:
    """``places`` are the pages, by number, and the heights at which the run's words stand."""
    pages = len({number for number, top in places if abs(top - run.top) <= _SAME_PLACE})
    if pages < _FEWEST:
        lone = pages > 1 or bool(_PAGE_NUMBER.fullmatch(_key(run)))
        if not lone or not _stands_apart(run, page):
            return False
    return not _in_a_row(run, page)


def _in_a_row(run: Run, page: Sequence[Run]) -> bool:
    """Whether two numbers written alike stand side by side at the height of ``run``: cells of a table."""
    cells = [(key, other) for other in page if _level(run, other) and "#" in (key := _key(other))]
    # drawn twice in one place, for bold type, a number is one
    return any(key == beside and cell.right <= other.left for key, cell in cells for beside, other in cells)


def edge_runs(runs: Sequence[Run]) -> list[Run]:
    """The runs of the first and the last lines of a page by their height."""
    levels: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: -r.top):
        if levels and levels[-1][0].bottom <= (run.top + run.bottom) / 2:
            levels[-1].append(run)
        else:
            levels.append([run])
    edge = levels if len(levels) <= 2 * _EDGE else [*levels[:_EDGE], *levels[-_EDGE:]]
    return [run for level in edge for run in level]


def _stands_apart(run: Run, page: Sequence[Run]) -> bool:
    """Whether a gap parts ``run``, and what stands at its height, from the rest of the page."""
    room = _APART * (run.top - run.bottom)
    return all(other.bottom > run.top + room or other.top < run.bottom - room or _level(run, other) for other in page)


def _level(run: Run, other: Run) -> bool:
    """Whether ``other`` stands at the height of ``run``."""
    return run.bottom <= (other.top + other.bottom) / 2 <= run.top


def _key(run: Run) -> str:
    """The run's words with any number as "#", so that page numbers are the same on all pages."""
    text = " ".join(run.text.split()).casefold()
    return "#" if re.fullmatch(r"[ivxlc]{1,7}", text) else re.sub(r"\d+", "#", text)
