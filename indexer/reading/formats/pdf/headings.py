"""Headings of a PDF: lines that look unlike the body, are named by a bookmark, or are listed in the contents.

A look is type size, weight and capitals. A block of lines in one look is a heading if it is short, is no caption,
no item and no sentence, and stands above text. What bookmarks or the contents name counts as a heading in any look.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader

from indexer.language.sentences import fold_space
from indexer.reading.formats.pdf.lines import Line
from indexer.reading.hyphens import settle_hyphens
from indexer.reading.metadata import type_of
from indexer.reading.outline import Heading, build_sections, is_formula

_LARGER = 1.12  # times the body's type size makes a heading
_TITLE_SIZE = 1.25  # times the body's type size, on the first page
_ALIKE = 0.96  # times the size of a title's first lines that its others have
_AS_LARGE = 0.93  # times the body's type size, for a heading that is bold or in capitals
_HEADING_LINES = 5
_LONGEST = 220  # characters
_MOST_WORDS = 25
_SENTENCE_WORDS = 8  # from which a stop at the end makes a sentence of it
_STOPS = ".!?:;。！？：；"
_ALIGNED = 3.0  # points
_LEADING = 0.5  # times the line's height, at most between the lines of a heading
_TIGHT = 0.1  # where nothing else shows that they go on
_WIDEST_LEADING = 1.2  # where its words show that they go on
_FEWEST_LISTED = 3  # lines in one look that follow one another, nothing between
_SOURCE_WORDS = 5  # of a line that says whose words are quoted
_MOST_TITLES = 2  # times that a title stands in its look; a line that stands more often heads what is below it
_MOST_BOOKMARKS = 5_000
_FEWEST_ENTRIES = 3  # lines of a page that end in a page number make it a contents page, if they are half of it
# leaders are looked at from their first sign alone: a line may be nothing but these
_ENTRY = re.compile(r"(?P<title>\S.*?)(?:\s*(?<![.…·_])[.…·_]{2,}\s*|\s*\|\s*|\s{1,})(?P<page>\d{1,4}|[ivxlc]{1,6})")
_CAPTION = re.compile(
    r"(?:figure|fig\.|table|chart|graph|map|photo|image|box|exhibit|plate|source|sources|note|notes)\b[\s.:]*"
    r"(?:\d|[A-Z]?[-.]?\d|[IVX]+\b|:|$)|[图表]\s*\d",
    re.IGNORECASE,
)
_LETTERHEAD = re.compile(
    r"^(?:department|office|ministry|bureau|agency|directorate|division|city|town|county|state) of\b[^:]*$"
    r"|^\W*(?:docket|ref(?:erence)?|file|no)\b\.?.*\d|^\[.*\]$|\bfor (?:immediate )?release\b",
    re.IGNORECASE,
)
_CONTENTS = re.compile(
    r"(?:table of )?contents|inhalt(?:sverzeichnis)?|sommaire|table des matières|índice|sumário|indice|目\s*[录錄次]",
    re.IGNORECASE,
)
#: What begins an item of a list; a circle may be drawn as the letter o.
ITEM = re.compile(r"[-*•·–—●▪◦■□❖✓➢➤o]\s|\(?[a-z]{1,2}[.)]\s|\(?[ivx]{1,5}[.)]\s")
#: What is quoted in larger type beside the text.
_QUOTED = re.compile(r"[\"“„«].*(?:[.!?…][\"”“»]|[\"”“»]\s?[.!?])")
#: What a chart says of its parts.
_LABEL = re.compile(r"\d\s?%$|^\d{1,3}(?:,\d{3})+\b")
_BROKEN_OFF = re.compile(r"\s(?:the|of|and|a|an|or|with|by|from|which|that)$")
#: Letters alone: "FY2021" is the head of a column.
_A_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?![^\W_])|[\u4e00-\u9fff]")
_SUBITEM = re.compile(r"\(?[a-z][.)]\s")
_ADDRESS = re.compile(r"https?://|www\.|\S@\S+\.\w|\b(?:doi|isbn|issn)\b", re.IGNORECASE)
_DATE_ALONE = re.compile(
    r"(?:(?:\d{1,2}\s+)?[A-Z][a-z]{2,9}\.?\s+(?:\d{1,2},?\s+)?)?(?:19|20)\d\d(?:\s*[-–/]\s*(?:19|20)?\d\d)?"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
)

#: (title, page index, level from 1)
Bookmark = tuple[str, int, int]
#: (type size, bold, capitals)
_Look = tuple[float, bool, bool]


def read_bookmarks(reader: PdfReader) -> list[Bookmark]:
    """The bookmarks in order; empty when there are none. Raises what pypdf raises at a broken file."""
    found: list[Bookmark] = []

    def walk(entries: list[Any], level: int) -> None:
        for entry in entries[:_MOST_BOOKMARKS]:
            if isinstance(entry, list):
                walk(entry, level + 1)
            elif (page := reader.get_destination_page_number(entry)) is not None:
                found.append((fold_space(str(entry.title)), page, level))

    walk(reader.outline, 1)
    return found


def find_headings(
    lines: Sequence[Line], pages: Sequence[int], starts: Sequence[int], marks: Sequence[Bookmark], title: str
) -> tuple[tuple[Heading, ...], str, str]:
    """Headings among ``lines``, whose page indices and offsets are ``pages`` and ``starts``; the title; where that was
    found (``types.Found``).

    ``title`` is what the file calls itself, believed where its first page says it, too, or where that page has
    no larger type. The title is no heading of its own: neither where it stands nor where all others stand under it.
    """
    blocks = _whole(_blocks(lines, pages, starts), lines, pages)
    contents = _contents_pages(lines, pages)
    marked = _bookmarked(lines, pages, marks, contents)
    title, place = _title(blocks, lines, pages, marks, title)
    shown = _by_look(blocks, lines, pages, contents)
    if pages and pages[0] not in contents:
        shown = [block for block in shown if not _is_cover(block, blocks, lines, pages, title, place)]
    found = _levelled(shown, marked, lines)
    headings = [Heading(starts[b.first], starts[b.last] + len(lines[b.last].text), level) for b, level in found]
    if headings:
        first = found[0][0].lines(lines)
        lone = len(headings) > 1 and headings[0].level < min(h.level for h in headings[1:])
        above_all = lone and not (title and place == "cover" and pages[found[0][0].first] != pages[0])
        again = [b for b, _ in found if _joined(b.lines(lines)) == _compared(title)]
        often = len({pages[b.first] for b in again}) > _MOST_TITLES
        named = bool(title) and not often and _joined(first) in _compared(title)
        if named or (above_all and not _is_numbered(first[0].text) and not _CONTENTS.fullmatch(_said(first))):
            if not title:
                title, place = _said(first), "heading"
            headings = headings[1:]
        said = set() if often else {(starts[b.first], starts[b.last]) for b in again}
        headings = [h for h in headings if not any(first <= h.start <= last for first, last in said)]
    lowest = min((h.level for h in headings), default=1)
    return tuple(Heading(h.start, h.end, h.level - lowest + 1) for h in headings), title, place


def _title(
    blocks: Sequence[_Block], lines: Sequence[Line], pages: Sequence[int], marks: Sequence[Bookmark], title: str
) -> tuple[str, str]:
    """The title and where it was found: the file's own if the first page says it, else what a notice's form or that
    page's look shows, else the bookmark above all others, else the file's own."""
    body = _body(lines)
    opening = [block for block in blocks if pages[block.first] == pages[0]]
    if body is not None and opening:
        if title and _compared(title) in _joined(lines[: opening[-1].last + 1]):
            return title, "cover"
        if notice := _notice_title(lines, pages):
            return notice, "notice"
        if shown := _shown_title(opening, lines, body):
            return shown, "cover"
    first = marks[0] if len(marks) > 2 and all(level > marks[0][2] for _, _, level in marks[1:]) else None
    if first and first[1] <= 1 and not _is_numbered(first[0]):
        return first[0], "bookmark"
    return title, "metadata"


def _shown_title(opening: Sequence[_Block], lines: Sequence[Line], body: _Look) -> str:
    """The largest lines above the first paragraph, letterhead and date apart; "" where none stand out."""
    prose = next((b.first for b in opening if b.last > b.first and _look(lines[b.first]) == body), len(lines))
    above = [block for block in opening if block.first < prose and not lines[block.first].row]
    shown = [
        block
        for block in above
        if _stands_out(lines[block.first], body)
        and (not _LETTERHEAD.search(_text(block, lines)) or type_of(_text(block, lines)))
        and _reads_as_heading(_text(block, lines), block, surely=True)
    ]
    largest = max((lines[block.first].size for block in shown), default=0.0)
    if not shown or (prose == len(lines) and largest < _TITLE_SIZE * body[0]):
        return ""
    first = next(block for block in shown if lines[block.first].size == largest)
    parts: list[str] = []
    begin = above.index(first)
    while (
        begin
        and _DATE_ALONE.fullmatch(lines[above[begin - 1].first].text)
        and lines[above[begin - 1].first].size == largest
    ):
        begin -= 1
    for block in above[begin:]:
        if not _ALIKE * largest <= lines[block.first].size or (parts and largest < _TITLE_SIZE * body[0]):
            break
        parts.append(_text(block, lines))
    found = " ".join(parts)
    return "" if _is_numbered(found) or len(found) > _LONGEST else found


def _notice_title(lines: Sequence[Line], pages: Sequence[int]) -> str:
    """The bold lines above the line that names the agency, in a notice of an official journal."""
    for i, line in enumerate(lines):
        if pages[i] > pages[0] + 1:
            break
        if not line.text.startswith("AGENCY:"):
            continue
        first = i
        while first and lines[first - 1].bold and lines[first - 1].size == lines[i - 1].size:
            first -= 1
        found = _said(lines[first:i])
        return found if len(found) <= 2 * _LONGEST else ""
    return ""


def _is_numbered(text: str) -> bool:
    """Whether a heading has a number, as a title has none."""
    return bool(build_sections(text) or re.match(r"\d{1,2}(?:\.\d{1,2})*\.?\s", text))


def _text(block: _Block, lines: Sequence[Line]) -> str:
    return _said(block.lines(lines))


def _said(lines: Sequence[Line]) -> str:
    return fold_space(settle_hyphens("\n".join(line.text for line in lines)))


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines from ``first`` to ``last``, which are one paragraph."""

    first: int
    last: int

    def lines(self, lines: Sequence[Line]) -> Sequence[Line]:
        return lines[self.first : self.last + 1]


def _blocks(lines: Sequence[Line], pages: Sequence[int], starts: Sequence[int]) -> list[_Block]:
    """Paragraphs; what is set in another look than the body does not go on in another column or on another page."""
    body = _body(lines)
    found: list[_Block] = []
    for i, line in enumerate(lines):
        goes_on = i and not line.row and starts[i] == starts[i - 1] + len(lines[i - 1].text) + 1
        broken = i and (pages[i] != pages[i - 1] or line.column != lines[i - 1].column)
        if goes_on and (not broken or _look(line) == body):
            found[-1] = _Block(found[-1].first, i)
        else:
            found.append(_Block(i, i))
    return found


def _whole(blocks: Sequence[_Block], lines: Sequence[Line], pages: Sequence[int]) -> list[_Block]:
    """``blocks``, those in one that are lines of one heading: set to the right, centred, or far below one another."""
    body = _body(lines)
    found: list[_Block] = []
    for block in blocks:
        above = found[-1] if found else None
        if above and body and pages[above.last] == pages[block.first] and _goes_on(above, block, lines, body):
            found[-1] = _Block(above.first, block.last)
        else:
            found.append(block)
    return found


def _goes_on(above: _Block, below: _Block, lines: Sequence[Line], body: _Look) -> bool:
    """Whether ``below`` goes on with the heading that ``above`` begins."""
    upper, lower = lines[above.last], lines[below.first]
    alike = _look(upper)[:2] == _look(lower)[:2] and (
        upper.capital == lower.capital or not re.search(r"[^\W\d_]", lower.text)
    )
    apart = upper.column != lower.column and abs(upper.left - lower.left) > _ALIGNED
    if upper.row or lower.row or apart or not alike:
        return False
    if not _stands_out(lower, body) or lower.size < _LARGER * body[0]:
        return False
    if upper.text[-1] in _STOPS or ITEM.match(lower.text) or _is_numbered(lower.text):
        return False
    gap = (upper.bottom - lower.top) / upper.height
    if not -1 < gap <= _WIDEST_LEADING:
        return False
    middle = abs(upper.left + upper.right - lower.left - lower.right) / 2
    aligned = min(abs(upper.right - lower.right), middle) <= _ALIGNED and abs(upper.left - lower.left) > _ALIGNED
    close = (aligned and gap <= _LEADING) or gap <= _TIGHT
    return close or lower.text[0].islower() or upper.text[-1] in ",，-–&"


def _look(line: Line) -> _Look:
    return line.size, line.bold, line.capital


def _body(lines: Sequence[Line]) -> _Look | None:
    """The look of most of the text; None where type sizes are not known."""
    weights: Counter[_Look] = Counter()
    for line in lines:
        if line.size and not line.row:
            weights[_look(line)] += len(line.text)
    return weights.most_common(1)[0][0] if weights else None


def _by_look(blocks: Sequence[_Block], lines: Sequence[Line], pages: Sequence[int], contents: set[int]) -> list[_Block]:
    """Blocks that stand out from the body's look and read as headings."""
    body = _body(lines)
    if body is None:
        return []
    found = []
    for i, block in enumerate(blocks):
        first = lines[block.first]
        if pages[block.first] in contents:
            if _CONTENTS.fullmatch(first.text.strip()):
                found.append(block)
            continue
        if first.row or not _stands_out(first, body):
            continue
        if not _reads_as_heading(_text(block, lines), block, surely=first.size >= _TITLE_SIZE * body[0]):
            continue
        if first.size < _LARGER * body[0] and i + 1 == len(blocks):
            continue  # a bold line under which nothing stands
        found.append(block)
    return _without_lists(_without_sources(found, blocks, lines), blocks, lines)


def _without_lists(found: Sequence[_Block], blocks: Sequence[_Block], lines: Sequence[Line]) -> list[_Block]:
    """``found`` without those that follow one another in one look, nothing between: a list, the labels of a chart."""
    place = {block.first: i for i, block in enumerate(blocks)}
    groups: list[list[_Block]] = []
    for block in found:
        last = groups[-1][-1] if groups else None
        between = [_text(b, lines) for b in blocks[place[last.first] + 1 : place[block.first]]] if last else []
        if last and _look(lines[last.first]) == _look(lines[block.first]) and all(map(_SUBITEM.match, between)):
            groups[-1].append(block)
        else:
            groups.append([block])
    return [block for group in groups if len(group) < _FEWEST_LISTED for block in group]


def _without_sources(found: Sequence[_Block], blocks: Sequence[_Block], lines: Sequence[Line]) -> list[_Block]:
    """``found`` without who said what is quoted above: short lines right behind a quoted sentence."""
    place = {block.first: i for i, block in enumerate(blocks)}
    kept = []
    for block in found:
        above = [_text(blocks[i], lines) for i in range(max(place[block.first] - 2, 0), place[block.first])]
        quoted = [i for i, text in enumerate(above) if _QUOTED.fullmatch(text)]
        short = (
            all(len(text.split()) <= _SOURCE_WORDS for text in [*above[quoted[-1] + 1 :], _text(block, lines)])
            if quoted
            else False
        )
        if not short:
            kept.append(block)
    return kept


def _is_cover(
    block: _Block, blocks: Sequence[_Block], lines: Sequence[Line], pages: Sequence[int], title: str, place: str
) -> bool:
    """Whether a heading is one of the cover: on a first page without a paragraph, above the title of a notice, or of
    the letterhead above any other."""
    if pages[block.first] != pages[0]:
        return False
    body = _body(lines)
    opening = [b for b in blocks if pages[b.first] == pages[0]]
    prose = [b for b in opening if b.last > b.first and _look(lines[b.first]) == body]
    if not prose and pages[-1] != pages[0] and not any(lines[b.first].row for b in opening):
        return True
    if place == "notice":
        ends = next((b for b in opening if _compared(title).endswith(_joined(b.lines(lines)))), None)
        return ends is not None and block.first < ends.first
    if place == "cover" and _LETTERHEAD.search(_text(block, lines)):
        begins = next((b for b in opening if _compared(title).startswith(_joined(b.lines(lines)))), None)
        return begins is not None and block.first < begins.first
    return False


def _stands_out(line: Line, body: _Look) -> bool:
    size, bold, capital = body
    if line.size >= _LARGER * size:
        return True
    return line.size >= _AS_LARGE * size and ((line.bold and not bold) or (line.capital and not capital))


def _reads_as_heading(text: str, block: _Block, *, surely: bool = False) -> bool:
    """Whether ``text`` is short enough, and no caption, item, sentence, address, figure or formula.

    ``surely``: it is so large that it may end as a sentence does.
    """
    words = text.split()
    if len(text) > _LONGEST or len(words) > _MOST_WORDS or block.last - block.first >= _HEADING_LINES:
        return False
    if _CAPTION.match(text) or ITEM.match(text) or _ADDRESS.search(text) or _DATE_ALONE.fullmatch(text):
        return False
    if not _A_WORD.search(text) or is_formula(text):
        return False
    if text[-1] in ",;，；" or text[0] in ",.;:)]”’*†‡" or text[0].islower():
        return False
    if (
        _QUOTED.fullmatch(text)
        or _LABEL.search(text)
        or _BROKEN_OFF.search(text)
        or (text[-1] in ":：" and len(words) >= _SENTENCE_WORDS)
    ):
        return False
    stopped = text[-1] in ".。" and not re.fullmatch(r"(?:\w+\s+)?[\dIVXA-Z]{1,4}\.", text)
    return (surely or not stopped or len(words) < _SENTENCE_WORDS) and not re.search(r"[a-z]{2}\. [A-Z]", text)


def _levelled(by_look: Iterable[_Block], marked: dict[_Block, int], lines: Sequence[Line]) -> list[tuple[_Block, int]]:
    """All headings in order with their levels: a bookmark's own, else that of its look."""
    taken = {i for block in marked for i in range(block.first, block.last + 1)}
    others = [block for block in by_look if not taken & set(range(block.first, block.last + 1))]
    looks = sorted({_look(lines[b.first]) for b in [*others, *marked]}, reverse=True)
    known: dict[_Look, Counter[int]] = {}
    for block, level in marked.items():
        known.setdefault(_look(lines[block.first]), Counter())[level] += 1
    levels: dict[_Look, int] = {}
    above = 0
    for look in looks:
        above = levels[look] = known[look].most_common(1)[0][0] if look in known else above + 1
    found = [*marked.items(), *((block, levels[_look(lines[block.first])]) for block in others)]
    return sorted(found, key=lambda item: item[0].first)


def _contents_pages(lines: Sequence[Line], pages: Sequence[int]) -> set[int]:
    """The pages most of whose lines end in a page number."""
    entries: Counter[int] = Counter()
    counts: Counter[int] = Counter(pages)
    for line, page in zip(lines, pages, strict=True):
        if (entry := _ENTRY.fullmatch(line.text)) and re.search(r"[^\W\d_]{3}|[\u4e00-\u9fff]", entry["title"]):
            entries[page] += 1
    return {page for page, count in entries.items() if count >= _FEWEST_ENTRIES and 2 * count >= counts[page]}


def _bookmarked(
    lines: Sequence[Line], pages: Sequence[int], marks: Sequence[Bookmark], contents: set[int]
) -> dict[_Block, int]:
    """The lines on which a bookmark's title stands on its page, over several if need be, with its level."""
    found: dict[_Block, int] = {}
    at = 0
    for title, page, level in marks:
        wanted = _without_number(_compared(title))
        if not wanted:
            continue
        for i in range(at, len(lines)):
            if pages[i] > page + 1:
                break
            begins = _without_number(_compared(lines[i].text))[:8]
            if pages[i] < page or pages[i] in contents or not begins or not wanted.startswith(begins):
                continue
            tried = range(1, _HEADING_LINES + 1)
            count = next((n for n in tried if _without_number(_joined(lines[i : i + n])) == wanted), 0)
            if count:
                found[_Block(i, i + count - 1)] = level
                at = i + count
                break
    return found


def _joined(lines: Sequence[Line]) -> str:
    return _compared(_said(lines))


def _compared(text: str) -> str:
    """``text`` without white space and case, for bookmarks and lines are spaced differently."""
    return "".join(fold_space(text).split()).casefold()


def _without_number(text: str) -> str:
    """``text`` without the number in front, which bookmarks often leave out."""
    return re.sub(r"^(?:chapter|part|section|annex)?\d{1,2}(?:\.\d{1,2})*[.):：]?(?=\D)", "", text) or text
