"""Running headers and footers: what stands at the edge of many pages at the same place.

They are left out of the canonical text: a sentence that goes on over a page break is then one stretch
of it and can be quoted whole, and every word that is quoted is still found on its page. A figure at the edge
is a page number if it counts the pages; a heading that begins several pages is in larger type than the body.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from indexer.reading.formats.pdf.lines import Line, Run
from indexer.reading.formats.pdf.page import PageWords

_DATED_PAGES = 3  # whose headers may give the date of the document
_EDGE = 4  # lines at the top and the bottom of a page that may be running
_FEWEST = 3  # pages; on two, a line must also stand apart from the text
_FEW = 2  # lines of a page that has nothing but header and footer
_SAME_PLACE = 6.0  # points
_APART = 1.5  # times the line's height, between a running line and the text where pages are few
_LARGER = 1.12  # times the body's type size: a heading, if text follows closely
_HEADING_GAP = 3.0  # times the line's height, between a heading and its text
_CLOSE = 1.2  # times the line's height, between a repeated heading in the body's size and its text
_SMALLER = 0.95  # times the body's type size: small type at the same height of many pages
_SHARE = 0.4  # of the pages of a document that such a line stands on
_OFTEN = 0.5  # of the pages: words that run on them are running wherever they stand at the edge
_FEWEST_NAMING = 3  # words of such a line
_LONGEST = 120  # characters of such a line
_COUNTING = 0.6  # share of the figures at one place that count the pages
_PAGE_NUMBER = re.compile(r"\W*(?:page|seite|第)?\s*#\s*(?:(?:of|/|von|页\s*共?|頁)\s*#?\s*页?)?\W*")
#: The page's number at either side of words that stand there without it on other pages.
_NUMBERED = re.compile(r"^#\W+(?=[^\W\d][^#]{14})|(?<=[^#]{14}[^\W\d])[\s|–-]+#$")
_NUMERAL = re.compile(r"[ivxlc]{1,7}")


#: (type size, font, in capitals)
_Style = tuple[float, str, bool]


@dataclass(frozen=True, slots=True)
class _Seen:
    page: int
    run: Run
    key: str


def strip_headers_and_footers(pages: Sequence[PageWords]) -> tuple[list[PageWords], list[str]]:
    """The pages without what is running on them, and the texts of that on the first of them."""
    running = _running([page.runs for page in pages], [page.turned for page in pages])
    rows = [(number, page.tables[0][0]) for number, page in enumerate(pages) if page.tables]
    footers = {
        (_key(run), round(run.top / _SAME_PLACE))
        for page, gone in zip(pages, running, strict=True)
        for run in page.runs
        if id(run) in gone
    }
    kept, texts = [], []
    for number, (page, gone) in enumerate(zip(pages, running, strict=True)):
        tables = page.tables
        if tables and _is_running_row(tables[0][0], rows):
            tables = [rest for rest in (tables[0][1:], *tables[1:]) if rest]
        if tables and _holds_footer(tables[-1][-1], footers):
            tables = [rest for rest in (*tables[:-1], tables[-1][:-1]) if rest]
        kept.append(
            replace(
                page,
                runs=[run for run in page.runs if id(run) not in gone],
                turned=[run for run in page.turned if id(run) not in gone],
                tables=tables,
            )
        )
        if number < _DATED_PAGES:
            texts += [run.text for run in page.runs if id(run) in gone]
    return kept, texts


def _running(pages: Sequence[list[Run]], turned: Sequence[list[Run]]) -> list[set[int]]:
    """The ids of the runs of each page that are running; ``turned`` runs may stand anywhere at the side."""
    body = _body_size(pages)
    edges = [edge_runs(runs) for runs in pages]
    styles = _heading_styles(pages, edges)
    by_key: dict[str, list[_Seen]] = {}
    for number, runs in enumerate(edges):
        for run in [*runs, *turned[number]]:
            by_key.setdefault(_key(run), []).append(_Seen(number, run, _key(run)))
    placed: Counter[tuple[int, float, str]] = Counter(
        place for runs, edge in zip(pages, edges, strict=True) for place in {_place(run) for run in edge}
    )
    found: list[set[int]] = []
    for number, (runs, edge) in enumerate(zip(pages, edges, strict=True)):
        figures = [run for run in edge if _is_figure(run, by_key[_key(run)])]
        running = {
            id(run)
            for run in edge
            if _is_running(run, runs, by_key[_key(run)], body)
            and not (_style(run) in styles and _is_rare(run, by_key[_key(run)], runs, len(pages)))
            and not any(_level(figure, run) for figure in figures)
        }
        for run in edge:
            often = placed[_place(run)] >= max(_FEWEST, _SHARE * len(pages))
            small = 0 < _size(run) < _SMALLER * body and len(run.text) <= _LONGEST
            beside = any(_level(figure, run) for figure in figures)
            if not beside and _is_running_elsewhere(run, by_key[_key(run)], len(pages)):
                running.add(id(run))
            if often and small and _stands_apart(run, [other for other in runs if id(other) not in running]):
                running.add(id(run))
        running |= {id(run) for run in turned[number] if _pages(run, by_key[_key(run)]) > 1}
        found.append(running)
    bare = [n for n, runs in enumerate(pages) if len(runs) > _FEW and sum(id(r) not in found[n] for r in runs) <= 1]
    if 2 * len(bare) > len(pages):
        # short pages that are alike: forms, certificates; what differs on them is what they say
        for n in bare:
            found[n] -= {id(run) for run in pages[n] if _varies(run, by_key[_key(run)])}
    return found


def _is_running_elsewhere(run: Run, seen: Sequence[_Seen], pages: int) -> bool:
    """Whether words at the edge stand at one place of most other pages, in the same type: a page of another shape."""
    alike = [s for s in seen if _size(s.run) == _size(run) and s.run.words[0].type.font == run.words[0].type.font]
    return len(run.words) >= _FEWEST_NAMING and _most_at_a_place(alike) >= max(_FEWEST, _OFTEN * pages)


def _most_at_a_place(seen: Iterable[_Seen]) -> int:
    places = Counter(place for s in seen for place in {round(s.run.top / _SAME_PLACE)})
    return max(places.values(), default=0)


def _varies(run: Run, seen: Iterable[_Seen]) -> bool:
    """Whether the text at the place of ``run`` is not the same on all pages, and does not count them."""
    here = [(s.page, s.run.text) for s in seen if abs(s.run.top - run.top) <= _SAME_PLACE]
    return len({text for _, text in here}) > 1 and not _PAGE_NUMBER.fullmatch(_key(run)) and not _counts_pages(here)


def _is_running_row(row: Line, others: Sequence[tuple[int, Line]]) -> bool:
    """Whether the first row of a table at the top of a page is a header: it stands on ``others``, counting pages."""
    same = [(page, other) for page, other in others if _row_key(other) == _row_key(row)]
    if len({page for page, _ in same}) < _FEWEST or "#" not in _row_key(row):
        return False
    return _counts_pages([(page, other.text) for page, other in same])


def _holds_footer(row: Line, footers: set[tuple[str, int]]) -> bool:
    """Whether all that the last row of a table says is the footer of other pages and a number."""
    said = [run for run in row.runs if run.words]
    known = [any((_key(run), round(run.top / _SAME_PLACE) + by) in footers for by in (-1, 0, 1)) for run in said]
    return any(known) and all(there or _key(run) == "#" for run, there in zip(said, known, strict=True))


def _row_key(row: Line) -> str:
    return re.sub(r"\d+", "#", row.text.casefold())


def _is_running(run: Run, page: Sequence[Run], seen: Sequence[_Seen], body: float) -> bool:
    if _pages(run, seen) < _FEWEST:
        lone = _pages(run, seen) > 1 or bool(_PAGE_NUMBER.fullmatch(_key(run)))
        if not lone or not _stands_apart(run, page):
            return False
    return not _in_a_row(run, page) and not _heads_text(run, page, body)


def _is_figure(run: Run, seen: Sequence[_Seen]) -> bool:
    """Whether a run of figures alone does not count the pages, so that what stands level with it is a table's row."""
    if any(character.isalpha() for character in _key(run)) or "#" not in _key(run):
        return False
    return not _is_page_number(run, [(s.page, s.run.text) for s in seen if abs(s.run.top - run.top) <= _SAME_PLACE])


def _pages(run: Run, seen: Iterable[_Seen]) -> int:
    return len({s.page for s in seen if abs(s.run.top - run.top) <= _SAME_PLACE})


def _is_page_number(run: Run, here: Sequence[tuple[int, str]]) -> bool:
    """Whether figures alone count the pages; one that is alone may be any short number."""
    if _NUMERAL.fullmatch(run.text.strip().casefold()) or not re.search(r"\d", run.text):
        return True
    if len({page for page, _ in here}) == 1:
        return bool(re.fullmatch(r"\W*\d{1,4}\W*", run.text))
    return _counts_pages(here)


def _counts_pages(here: Sequence[tuple[int, str]]) -> bool:
    """Whether a number in most of the texts is that of the page, or goes up as it does; on spreads twice as fast."""
    apart: Counter[tuple[int, int]] = Counter()
    for page, text in here:
        numbers = {int(number) for number in re.findall(r"(?<![\d.,])\d{1,5}(?![.,]?\d)", text)}
        apart.update({(step, number - step * page) for number in numbers for step in (1, 2)})
    return bool(apart) and apart.most_common(1)[0][1] >= _COUNTING * len({page for page, _ in here})


def _heads_text(run: Run, page: Sequence[Run], body: float) -> bool:
    """Whether a run in larger type stands close above text: a heading that begins several pages."""
    if _size(run) < _LARGER * body or not re.search(r"[^\W\d_]{2}", run.text):
        return False
    below = [other.top for other in page if other.top < run.bottom]
    return bool(below) and run.bottom - max(below) <= _HEADING_GAP * run.height


def _heading_styles(pages: Sequence[Sequence[Run]], edges: Sequence[Sequence[Run]]) -> set[_Style]:
    """The looks of lines by themselves amid pages, that of the body apart: those of headings, among others."""
    counts: Counter[_Style] = Counter()
    amid: dict[_Style, set[int]] = {}
    for number, (runs, edge) in enumerate(zip(pages, edges, strict=True)):
        outer = {id(run) for run in edge}
        for run in runs:
            counts[_style(run)] += len(run.text)
            if id(run) not in outer:
                amid.setdefault(_style(run), set()).add(number)
    body = counts.most_common(1)[0][0] if counts else None
    return {style for style, numbers in amid.items() if len(numbers) >= _FEWEST and style != body}


def _is_rare(run: Run, seen: Sequence[_Seen], page: Sequence[Run], pages: int) -> bool:
    """Whether words without a number stand close above text, on fewer pages than a header does."""
    if "#" in _key(run) or _pages(run, seen) >= _SHARE * pages or not re.search(r"[^\W\d_]{2}", run.text):
        return False
    below = [other.top for other in page if other.top < run.bottom]
    return bool(below) and run.bottom - max(below) <= _CLOSE * run.height


def _body_size(pages: Sequence[Sequence[Run]]) -> float:
    sizes: Counter[float] = Counter()
    for runs in pages:
        for run in runs:
            sizes[_size(run)] += len(run.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _style(run: Run) -> _Style:
    return _size(run), run.words[0].type.font, run.text.isupper()


def _size(run: Run) -> float:
    return run.words[0].size


def _place(run: Run) -> tuple[int, float, str]:
    return round(run.top / 2), _size(run), run.words[0].type.font


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
    return "#" if _NUMERAL.fullmatch(text) else _NUMBERED.sub("", re.sub(r"\d+", "#", text))
