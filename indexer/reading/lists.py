"""Lists as they stand in a text: a lead-in that ends in a colon, and the items that follow, known by their marks."""

from __future__ import annotations

import re

from indexer.language.sentences import split_sentences
from indexer.types import Span

#: Items of a list, at most, and characters of it.
MOST_ITEMS, LONGEST_LIST = 40, 6_000
#: Characters of text between two items.
_GAP = 600
#: Characters before its colon in which a lead-in begins.
_LONGEST_LEAD_IN = 2_500

_HAN_NUMBER = "[一二三四五六七八九十]{1,3}"
#: Kinds of list marks; the group is the item's number.
_MARKS = {
    "bullet": re.compile(r"[-*•·–—●▪◦\ue000-\uf8ff]\s*(?=\S)()"),
    "number": re.compile(r"(\d{1,2})[.、．)](?!\d)\s*(?=\S)"),
    "bracket": re.compile(rf"[(（](\d{{1,2}}|[a-z]|[ivx]{{1,4}}|{_HAN_NUMBER})[)）]"),
    "letter": re.compile(r"([a-z])[.)]\s+(?=\S)"),
    "han": re.compile(rf"({_HAN_NUMBER})、"),
}
_LINE = re.compile(r"[^\n]*\n?")
_ENDED = re.compile(r"[.!?。！？][\"'”’)）\]]*$")
_LEAD_IN = re.compile(r"[:：]\s*$")
_LEAD_IN_LINE = re.compile(r"[:：][ \t]*\n")
_HEADING_MARK = re.compile(r"[ \t]*#")


def opens_list(sentence: str) -> bool:
    """Whether a list may follow: the sentence ends in a colon."""
    return bool(_LEAD_IN.search(sentence))


def list_around(text: str, span: Span) -> tuple[Span, list[Span]] | None:
    """The lead-in and the items of the list in which ``span`` lies; None outside lists."""
    base = max(0, span[0] - LONGEST_LIST)
    for match in list(_LEAD_IN_LINE.finditer(text, base, span[0]))[-3:]:
        items = list_items(text, match.end())
        if any(start <= span[0] < end for start, end in items):
            opening = max(0, text.rfind("\n", 0, max(0, match.start() - _LONGEST_LEAD_IN)) + 1)
            start, end = split_sentences(text[opening : match.start() + 1])[-1]
            return (opening + start, opening + end), items
    return None


def list_items(text: str, start: int) -> list[Span]:
    """Spans of the items of the list that opens at ``start``, of ``text``, with those of lists within it."""
    found: list[Span] = []
    first = last = ""  # the kind of the list's own marks, and the number of its last item
    blank, between = False, 0  # a blank line before; characters of text since the last item
    for match in _LINE.finditer(text, start, min(len(text), start + LONGEST_LIST)):
        line = match.group().strip()
        if not line:
            blank = True
            continue
        begin = match.start() + match.group().index(line[0])
        kind, number = _mark_of(line)
        own = kind == first
        if kind and (not first or own or not between) and not (own and _starts_again(number, last)):
            first = first or kind
            last = number if kind == first else last
            found.append((begin, begin + len(line)))
            between = 0
        elif not found or kind or _HEADING_MARK.match(line):
            break
        elif not between and (not blank or line[0].islower()) and not _ENDED.search(text[slice(*found[-1])]):
            found[-1] = found[-1][0], begin + len(line)
        else:
            between += len(line)
            if blank or first == "bullet" or between > _GAP:
                break
        blank = False
        if len(found) == MOST_ITEMS:
            break
    return found


def _mark_of(line: str) -> tuple[str, str]:
    """The kind and the number of the mark with which ``line`` opens; empty for none."""
    for kind, pattern in _MARKS.items():
        if match := pattern.match(line):
            return kind, match.group(1)
    return "", ""


def _starts_again(number: str, last: str) -> bool:
    """Whether ``number`` opens another list than the one whose last item is ``last``."""
    if number.isdigit() and last.isdigit():
        return int(number) <= int(last)
    return bool(last) and number in {"a", "i", "一"}
