"""What goes with a sentence where it does not do alone, as spans of the plan's text.

A lead-in goes with its items and an item with its lead-in, a rule with the exception that follows, and a sentence that
says "it", "such" or "the above" with the one before, which names its subject.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection

from indexer.language.matching import absent_words
from indexer.language.obligation import find_binding
from indexer.language.sentences import is_heading_like, is_row, split_sentences
from indexer.reading.lists import list_around, list_items, opens_list
from indexer.reading.outline import section_at
from indexer.types import Plan, Span

#: Characters of a paragraph that is about one thing: a sentence in it is read with all of it.
SHORT_PARAGRAPH = 600
#: Characters around a sentence in which its neighbours are looked for.
_REACH = 2_500
#: Sentences before one that only refers to its subject.
_MOST_BEFORE = 2

#: Characters from which a line is a paragraph, and no line of one.
_LONG_LINE = 240

#: An item that lists things itself.
_INNER_LIST = re.compile(r"[:：].*?[;；].*?[;；]", re.DOTALL)

_DOCUMENT = (
    r"(?:plan|strategy|report|document|law|regulation|notice|section|chapter|article|paper|charter|program(?:me)?)"
)
_REFERS = re.compile(
    rf"""[\W\d]*(?:
        (?:It|They|He|She|Its|Their|These|Those|Such|Both)\b
      | (?:This|That)\b(?!\ {_DOCUMENT}\b)
      | The\ (?:above|former|latter|same|said|foregoing|aforementioned)\b
      | (?:In|For|To|At|With|Under|By|On|From|Of)\ (?:(?:this|that)\b(?!\ {_DOCUMENT}\b)|(?:these|those|such|it|them)\b)
      | 其(?!他|它|余|中)|该|此|上述|前款|前述|这|它
    )""",
    re.VERBOSE,
)
_MENTIONS = re.compile(r"\bthe (?:above|aforementioned|foregoing|said)\b|上述|前款")
#: "It is important to …", where "it" stands for nothing.
_EMPTY_IT = re.compile(r"\W*It (?:is|was|will be|would be|may be|can be|seems|appears)\b[^.;]*?\b(?:that|to)\b")
_EXCEPTS = re.compile(
    r"\W*(?:Except|Unless|Notwithstanding|Provided that|Exceptions?\b|但|除|不适用"
    r"|(?:This|These|The (?:above|foregoing|preceding))\b[^.]{0,60}\b(?:does|do|shall|will) not\b)"
)
#: Limits a sentence that binds; after others it only goes on.
_LIMITS = re.compile(r"\W*(?:However|Nevertheless|Nonetheless|But)\b")


def completing(plan: Plan, span: Span, topic: Collection[str] = (), *, whole_list: bool = False) -> list[Span]:
    """What goes with the sentence of ``plan`` at ``span``, in reading order; empty where it does by itself.

    With ``whole_list`` an item goes with all of its list, if the lead-in holds as many words of the ``topic``.
    """
    text = plan.text
    sentence = text[slice(*span)]
    if is_row(sentence):
        return []
    found = []
    if opens_list(sentence):
        found = list_items(text, span[1])
    else:
        around = list_around(text, span)
        if around:
            lead_in, items = around
            found.append(lead_in)
            if whole_list and not _INNER_LIST.search(sentence) and _as_topical(text[slice(*lead_in)], sentence, topic):
                found += items
    before, after = neighbours(plan, span)
    found += _subject(text, sentence, before) if not found else []
    if after:
        following = text[slice(*after)]
        if _EXCEPTS.match(following) or (_LIMITS.match(following) and find_binding(sentence)):
            found.append(after)
    return sorted({other for other in found if other[1] <= span[0] or span[1] <= other[0]})


def _as_topical(lead_in: str, item: str, topic: Collection[str]) -> bool:
    return len(absent_words(topic, [lead_in])) <= len(absent_words(topic, [item]))


def _subject(text: str, sentence: str, before: list[Span]) -> list[Span]:
    found: list[Span] = []
    for span in reversed(before):
        refers = _REFERS.match(sentence) and not _EMPTY_IT.match(sentence)
        if len(found) == _MOST_BEFORE or not (refers or _MENTIONS.search(sentence)):
            break
        found.append(span)
        sentence = text[slice(*span)]
    return found


def neighbours(plan: Plan, span: Span) -> tuple[list[Span], Span | None]:
    """The sentences of its section before the one at ``span``, back to the last heading, and the one after it."""
    low, high = stretch(plan, span)
    start, end = max(low, plan.text.rfind("\n", 0, max(0, span[0] - _REACH)) + 1), min(high, span[1] + _REACH)
    before: list[Span] = []
    for a, b in split_sentences(plan.text[start:end]):
        if is_heading_like(plan.text[start + a : start + b]):
            if start + a >= span[1]:
                break
            before = []
        elif start + b <= span[0]:
            before.append((start + a, start + b))
        elif start + a >= span[1]:
            return before, (start + a, start + b)
    return before, None


def stretch(plan: Plan, span: Span) -> Span:
    """The innermost section that holds ``span``, without those in it."""
    index = section_at(plan.sections, span[0])
    start = 0 if index is None else plan.sections[index].start
    end = len(plan.text) if index is None else plan.sections[index].end
    following = bisect_right(plan.sections, span[0], key=lambda section: section.start)
    return start, min([end, *(s.start for s in plan.sections[following : following + 1])])


def setting(plan: Plan, span: Span) -> tuple[Span, tuple[Span, ...]]:
    """What to read the sentence at ``span`` in, and where its topic may stand: with the sentence before it.

    It is read in its paragraph, where that is short, after the sentence before. The topic may stand in the paragraph,
    or in the sentence just before.
    """
    start, end = paragraph(plan.text, span)
    low, high = stretch(plan, span)
    start, end = max(start, low), min(end, high)
    if not (start <= span[0] and span[1] <= end <= start + SHORT_PARAGRAPH):
        start, end = span
    led, _ = neighbours(plan, (start, end))
    before, _ = neighbours(plan, span)
    begin = led[-1][0] if led and end - led[-1][0] <= 2 * SHORT_PARAGRAPH else start
    return (begin, end), ((start, end), *before[-1:])


def paragraph(text: str, span: Span) -> Span:
    """The paragraph around ``span``: a long line, or the lines between two blank ones."""
    start, end = text.rfind("\n", 0, span[0]) + 1, text.find("\n", span[1])
    if (end if end >= 0 else len(text)) - start <= _LONG_LINE:
        start, end = text.rfind("\n\n", 0, span[0]), text.find("\n\n", span[1])
        start = start + 2 if start >= 0 else 0
    return start, end if end >= 0 else len(text)
