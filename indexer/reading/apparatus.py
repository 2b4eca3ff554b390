"""What a document lists of itself and of others: contents pages and reference lists.

Both name what they do not say, so neither may answer. Each is recognized by its structure and confirmed by another
sign: a list of dated measures ends its lines in numbers, too, and a plan may number its items "[1]".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.types import Page, Section, Span, page_at

_LINE = re.compile(r"^[^\S\n]*\S[^\n]*", re.MULTILINE)
_LONGEST_LINE = 200  # characters of an entry of a contents page
_CONTENTS = re.compile(
    r"\W*(?:(?:table of )?contents|contents page|(?:list of )?(?:figures|tables|boxes|maps)(?: and (?:figures|tables))?"
    r"|on this page|inhalt(?:sverzeichnis)?|sommaire|table des matières|índice|sumário|indice|目\s*[录錄次])\W*",
    re.IGNORECASE,
)
_PAGE = re.compile(r"(?:\b[Pp](?:age|\.)?\s?)?(\d{1,4}|[ivxlcIVXLC]{1,6})$")
_LEADERS = " \t.…·_|"
_YEARS = range(1900, 2101)  # numbers that no page has in a document of usual length
_NUMBER = re.compile(
    r"^(?:(?:chapter|part|section|annex|appendix)\s+)?(?:\(?[\divxlc]{1,4}(?:\.\d{1,2})*[.):、．|]*\s+|[\d.]+\s*)", re.I
)
_FEWEST_ENTRIES = 4
_FEWEST_BELOW = 3  # of entries below a line that says "Contents"
_MOST_BETWEEN = 2  # lines in a row that are no entries: an entry of several lines, the title of a part
_SHARE = 0.5  # of the entries that a sign must hold for
_SENTENCE = re.compile(r"[a-z]{3}[.;]\s|[.;。；]\s*$")

_REFERENCES = re.compile(
    r"\W*(?:\d{1,2}\.?\s+|[A-Z]\.\s+|annex \w\W+|appendix \w\W+)?(?:list of )?(?:references(?: cited)?|bibliography"
    r"|(?:cited )?literature(?: cited)?|works cited|sources|(?:end)?notes(?: and references)?|references and notes"
    r"|literatur(?:verzeichnis)?|références|bibliographie|bibliografía|referencias|bibliografia|参考(?:文献|资料))\W*",
    re.IGNORECASE,
)
#: What a bibliographic entry has and a plan's own sentence seldom: a DOI, an address, pages, a volume, initials, …
_BIBLIOGRAPHIC = re.compile(
    r"(?i:https?://|\bdoi\b|\bwww\.|\bet al\b|\bpp\.\s?\d|\b(?:vol|eds?)\.\s|\bIS[BS]N\b|\b(?:retrieved|accessed)\b)"
    r"|\barXiv\b|\.\s(?:19|20)\d\d[a-z]?\.\s|\((?:19|20)\d\d[a-z]?\)|\b\d{1,3}\s?\(\d{1,3}\)|\b[A-Z][\w’'-]{1,30},\s[A-Z]\.[\s,-]"
    r"|\b[A-Z]\.\s[A-Z][a-z]+,|\[[JMCDRSN](?:/OL)?\]|\bUniversity Press\b|\bJournal of\b|\bProceedings\b"
)
_NUMBERED = re.compile(r"\[(\d{1,3})\]\s+\S")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_EVERY = 250  # characters of a reference list, in each of which there is such a sign on average
_FARTHEST = 700  # characters without one, behind which the list has ended
_FEWEST_SIGNS = 4
_FEWEST_NUMBERED = 5


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line that may be an entry: its ``title`` to compare, the ``page`` that it ends in (0 in Roman numerals)."""

    span: Span
    title: str
    page: int | None
    again: Span | None  # where the title stands next as a line of its own


def find_contents(text: str, pages: Sequence[Page] = ()) -> list[Span]:
    """Spans of the contents pages of ``text`` and of its lists of figures and tables, each with its heading.

    Two of three signs make one: a line above that says so; entries that end in page numbers, which never fall; titles
    that stand again further on as lines, on the pages that the numbers say where ``pages`` are known.
    """
    lines = [match.span() for match in _LINE.finditer(text)]
    titles = [_title(text, span) for span in lines]
    places: dict[str, list[int]] = {}
    for (start, _), title in zip(lines, titles, strict=True):
        if title:
            places.setdefault(title, []).append(start)
    ends = dict(lines)
    found: list[Span] = []
    i = 0
    while i < len(lines):
        headed = lines[i][1] - lines[i][0] <= _LONGEST_LINE and bool(_CONTENTS.fullmatch(text, *lines[i]))
        entries: list[_Entry] = []
        last = at = i + headed
        seen: set[str] = set()
        page = between = 0
        while at < len(lines) and between <= _MOST_BETWEEN:
            entry = _entry(text, lines[at], len(pages), places, ends)
            if entry.page is None and entry.title in seen:
                break  # the body begins
            if (entry.page is not None and entry.page >= page) or (headed and entry.page is None and entry.again):
                entries.append(entry)
                seen.add(entry.title)
                page, between, last = entry.page or page, 0, at + 1
            elif lines[at][1] - lines[at][0] > _LONGEST_LINE or _SENTENCE.search(text, *lines[at]):
                break
            else:
                between += 1
            at += 1
            if not entries and not headed:
                break
        if _are_contents(entries, pages, headed=headed):
            found.append((lines[i][0], entries[-1].span[1]))
            i = last
        else:
            i = max(last, i + 1) if not headed else i + 1
    return found


def _title(text: str, span: Span) -> str:
    """The words of a line without case, number and spaces; "" where it is no title."""
    if span[1] - span[0] > _LONGEST_LINE:
        return ""
    written = text[slice(*span)].strip(" \t|#*_")
    bare = _NUMBER.sub("", written) or written
    folded = "".join(c for c in bare.casefold() if c.isalnum())
    return folded if re.search(r"[^\W\d_]{2}", folded) else ""


def _entry(text: str, span: Span, count: int, places: dict[str, list[int]], ends: dict[int, int]) -> _Entry:
    title, page = _title(text, span), None
    written = text[slice(*span)].strip(" \t|") if title else ""
    if found := _PAGE.search(written):
        number = int(found[1]) if found[1].isdigit() else 0
        before = written[: found.start()].rstrip(_LEADERS)
        named = _title(before, (0, len(before))) if len(before) < found.start() else ""
        if named and (number <= count or number not in _YEARS):
            title, page = named, number
    standing = places.get(title, [])
    after = bisect_right(standing, span[0])
    again = (standing[after], ends[standing[after]]) if title and after < len(standing) else None
    return _Entry(span, title, page, again)


def _are_contents(entries: Sequence[_Entry], pages: Sequence[Page], *, headed: bool) -> bool:
    if len(entries) < (_FEWEST_BELOW if headed else _FEWEST_ENTRIES):
        return False
    paged = [entry for entry in entries if entry.page is not None]
    again = [entry for entry in entries if entry.again]
    numbered = len(paged) >= _SHARE * len(entries) and len({entry.page for entry in paged}) > 1
    stand = len(again) >= _SHARE * len(entries) and (not numbered or _on_their_pages(paged, pages))
    return headed + numbered + stand > 1


def _on_their_pages(entries: Sequence[_Entry], pages: Sequence[Page]) -> bool:
    """Whether most titles that stand again do so as many pages on as the others; true without pages."""
    apart: Counter[int] = Counter()
    for entry in entries:
        page = page_at(pages, entry.again[0]) if entry.again else None
        if page is not None and entry.page is not None:
            apart[page - entry.page] += 1
    return not apart or apart.most_common(1)[0][1] >= _SHARE * sum(apart.values())


def find_references(text: str, sections: Sequence[Section] = ()) -> list[Span]:
    """Spans of the reference lists of ``text``, each with its heading.

    A line that says "References" or the like, or entries numbered "[1]", "[2]", …, with years; confirmed by what
    bibliographic entries hold, all through the list.
    """
    signs = [match.start() for match in _BIBLIOGRAPHIC.finditer(text)]
    ends = {section.start: section.end for section in sections}
    found: list[Span] = []
    for line in _LINE.finditer(text):
        if (
            (found and line.start() < found[-1][1])
            or len(line[0]) > _LONGEST_LINE
            or not _REFERENCES.fullmatch(line[0])
        ):
            continue
        end = _list_end(text, line.end(), ends.get(line.start(), len(text)), signs)
        if end is not None:
            found.append((line.start(), end))
    return sorted([*found, *(s for s in _numbered_lists(text) if not any(a < s[1] and s[0] < b for a, b in found))])


def _list_end(text: str, start: int, limit: int, signs: Sequence[int]) -> int | None:
    """Where the list that begins at ``start`` ends, at ``limit`` at the latest; None where it is no list."""
    first = bisect_right(signs, start)
    last, at = start, first
    while at < len(signs) and signs[at] <= limit and signs[at] - last <= _FARTHEST:
        if signs[at] - start > _EVERY * (at - first + 1) + _FARTHEST:
            break  # prose that cites
        last = signs[at]
        at += 1
    if at - first < _FEWEST_SIGNS or last - start > _EVERY * (at - first):
        return None
    end = text.find("\n\n", last)
    return min(limit, len(text) if end < 0 else end)


def _numbered_lists(text: str) -> list[Span]:
    """Lists of entries "[1]", "[2]", … most of which hold a year and a bibliographic sign."""
    marks = [(int(m[1]), m.start()) for line in _LINE.finditer(text) if (m := _NUMBERED.match(text, line.start()))]
    runs: list[list[int]] = []
    numbers = [number for number, _ in marks]
    for i, (number, start) in enumerate(marks):
        follows = bool(i) and number == numbers[i - 1] + 1 and start - marks[i - 1][1] <= _FARTHEST
        if follows:
            runs[-1].append(start)
        else:
            runs.append([start])
    found = []
    for run in runs:
        if len(run) < _FEWEST_NUMBERED:
            continue
        end = text.find("\n\n", run[-1])
        end = min(len(text) if end < 0 else end, run[-1] + _FARTHEST)
        entries = [text[a:b] for a, b in pairwise([*run, end])]
        if sum(bool(_YEAR.search(e) and _BIBLIOGRAPHIC.search(e)) for e in entries) > _SHARE * len(entries):
            found.append((run[0], end))
    return found
