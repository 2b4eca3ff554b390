"""Notices of an official journal: what of an excerpt's text is the document's own notice.

A journal prints its notices one behind another. An excerpt is cut out by pages, so it may begin with the end of the
notice before its own and end with the beginning of the next. A filing mark says where a notice ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexer.types import Page, Span

#: The mark that ends a notice: "[FR Doc. 2031-00417 Filed 3-4-31; 8:45 am]" with the billing code below it,
#: "[10-1-o]" in the Canada Gazette. A billing code alone may also stand around a figure within a notice.
_FILED = re.compile(
    r"^[ \t]*\[(?:[^\[\]\n]{0,20}\bDoc\b[^\[\]]{4,60}\bFiled\b[^\[\]]{4,60}|\d{1,2}-\d{1,2}-o)\][ \t]*$"
    r"(?:\s*^[ \t]*BILLING CODE\b[^\n]{0,40}$)?",
    re.IGNORECASE | re.MULTILINE,
)
_AGENCY = re.compile(r"^AGENCY:", re.MULTILINE)
_DOCKET = re.compile(r"^\[[^\[\]]{0,60}\bNos?\b[^\[\]]{1,80}\]", re.MULTILINE)
_OPENING = 400  # characters of a notice that hold its docket's number
_FIRST_LINES = 4  # in which a notice names who issues it, in capitals
_FEWEST_CAPITALS = 8  # letters


def find_own_notice(text: str, pages: Sequence[Page] = ()) -> Span:
    """The span of ``text`` that is the document's own; all of it unless it is an excerpt of a journal.

    An excerpt begins with a notice without its head or ends with one without its mark. Of several pages its own notice
    is the one that reaches from the first to the last; on one page, or where pages are not known, all that are whole
    are its own. A whole issue has no notice on all its pages and is kept whole.
    """
    whole = 0, len(text)
    edges = [0, *(mark.end() for mark in _FILED.finditer(text)), len(text)]
    notices = [(start, end) for start, end in pairwise(edges) if text[start:end].strip()]
    if len(notices) < 2:
        return whole
    first, last = notices[0], notices[-1]
    begun, ended = _has_head(text, first), last[1] in edges[1:-1]
    if begun and ended:
        return whole
    shown = [page for page in pages if page.start < page.end]
    if len(shown) > 1:
        spanning = (notice for notice in notices if notice[0] < shown[0].end and notice[1] > shown[-1].start)
        return next(spanning, whole)
    complete = notices[not begun :]
    if not ended and (_AGENCY.search(text, *last) or _DOCKET.search(text, last[0], min(last[0] + _OPENING, last[1]))):
        complete = complete[:-1]
    return (complete[0][0], complete[-1][1]) if complete else whole


def _has_head(text: str, notice: Span) -> bool:
    """Whether a notice has its beginning: a line that names the agency, or one in capitals among the first."""
    if _AGENCY.search(text, *notice):
        return True
    lines = [line.strip() for line in text[slice(*notice)].split("\n") if line.strip()][:_FIRST_LINES]
    return any(line.isupper() and line[-1] != ":" and sum(map(str.isalpha, line)) >= _FEWEST_CAPITALS for line in lines)
