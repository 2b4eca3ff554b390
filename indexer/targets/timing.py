"""The year that a figure is due in, and the base year that it is measured against."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from indexer.language.dates import WRITTEN_YEAR, find_years
from indexer.targets.clauses import Figure
from indexer.types import Span


class Part(StrEnum):
    """What a year does in its sentence."""

    TARGET = "target"
    BASE = "base"
    START = "start"  # the first year of a period


@dataclass(frozen=True, slots=True)
class Moment:
    """A year named in a sentence. ``leads``: it opens its clause, and so governs what follows.

    ``period``: it is the end of a period rather than a single year.
    """

    span: Span
    year: int
    part: Part
    leads: bool
    period: bool


#: A year that is named itself, not as the end of a period.
_PLAIN = re.compile(rf"\d{{4}}|{WRITTEN_YEAR}")
_BASE_BEFORE = re.compile(
    r"(?:\b(?:than|compared (?:with|to)|relative to|against|versus|vs\.?|below|above|over|since"
    r"|base(?:line)?(?: year)?(?: of)?)"
    r"(?:\s+(?:that|those|the|its|their|a|levels?|figures?|value|baseline))*(?:\s+(?:in|of|for|from))?(?:\s+the)?"
    r"|(?:比|较|与|相比|相较于?|对比))\s*$",
    re.IGNORECASE,
)
_BASE_AFTER = re.compile(
    r"[\s-]*(?:levels?|base(?:line)?|values?|figures?)\b|\s*年?(?:相比|基础上|水平)", re.IGNORECASE
)
_FROM = re.compile(r"\b(?:from|on)(?: the)?\s*$", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:down|up|lower|less|cut|reduction|decrease|increase|rise|fall)\b|%|percent|per cent", re.IGNORECASE
)
_STRETCH = re.compile(r"\s*年?\s*(?:to|until|till|through|and|[-–—~～至到])\s*$", re.IGNORECASE)
_DECADE = re.compile(r"\b(?:the )?end of (?:the|this) (?:current )?decade\b|本世纪(?:二十年代)?末", re.IGNORECASE)
_CENTURY = re.compile(r"\b(?:the )?middle of (?:the|this) century\b|\bmid-?century\b|本世纪中叶", re.IGNORECASE)
_MID = re.compile(r"\bmid[\s\u00ad-]{1,3}$", re.IGNORECASE)  # "mid-2030s"
_REACH = 60  # characters before a year that say what it is
_COMMAS = tuple(",;:，；：。")
#: What may come between the beginning of a clause and a year that opens it.
_LEAD_WORDS = re.compile(
    r"[\s\"“'(*•\-–—]*(?:\(?\w{1,3}[.)]\s*)?(?:and|but|while|which|that|then|proposed|with)?\s*(?:that\s+)?"
    r"(?:(?:by|in|during|from|before|until|for|at|within|throughout|as of|no later than|to)\s+)?"
    r"(?:the\s+)?(?:end of\s+)?(?:the\s+)?(?:year\s+|FY\s?)?[\"“']?|[\s“]*(?:到|至|在)?",
    re.IGNORECASE,
)
_CLAUSE_START = re.compile(r"[,;:，；：。](?=\D|$)|\b(?:that|and)\b(?=\s+(?:by|in|during)\b)", re.IGNORECASE)
_RESPECTIVELY = re.compile(r"\brespectively\b|分别", re.IGNORECASE)
_HEADED = re.compile(
    r"\b(?:by|for|before|until|in)\s+(?:the end of\s+)?((?:19|20)\d\d)\b|\b((?:19|20)\d\d) (?:targets?"
    r"|goals?|objectives?)\b"
    r"|((?:19|20)\d\d)年",
    re.IGNORECASE,
)


def find_moments(sentence: str, written: int | None = None) -> list[Moment]:
    """The years of ``sentence`` in order; ``written`` is the plan's own year, which "this decade" needs."""
    years = [
        (y.span, y.year + 5 * bool(_MID.search(sentence[: y.span[0]])))
        for y in find_years(sentence, periods=True)
        if sentence[y.span[1] : y.span[1] + 1] != "s" or _MID.search(sentence[: y.span[0]])  # "the 2030s" is no year
    ]
    if written:
        years += [(m.span(), written // 10 * 10 + 10) for m in _DECADE.finditer(sentence)]
    years += [(m.span(), 2050) for m in _CENTURY.finditer(sentence)]
    years.sort()
    starts = [0, *(m.end() for m in _CLAUSE_START.finditer(sentence))]
    moments: list[Moment] = []
    for i, (span, year) in enumerate(years):
        before = sentence[max(0, span[0] - _REACH) : span[0]]
        part = Part.TARGET
        if i + 1 < len(years) and years[i + 1][1] > year and _stretch(sentence, span, years[i + 1][0]):
            part = Part.START
        elif (
            _BASE_BEFORE.search(before)
            or _BASE_AFTER.match(sentence, span[1])
            or (_FROM.search(before) and _CHANGED.search(before))
        ):
            part = Part.BASE
        # a comma right before the year opens its clause, though a digit follows
        start = span[0] if before[-1:] in _COMMAS else starts[bisect_right(starts, span[0]) - 1]
        leads = span[0] - start <= _REACH and _LEAD_WORDS.fullmatch(sentence, start, span[0]) is not None
        plain = bool(_PLAIN.match(sentence, span[0]))
        period = not plain or bool(re.search(r"\b(?:by|before|until|during)\s*(?:the )?(?:end of )?\s*$", before, re.I))
        moments.append(Moment(span, year, part, leads, period))
    return moments


def target_moments(figures: Sequence[Figure], moments: Sequence[Moment]) -> list[Moment | None]:
    """For each figure of one sentence the moment it is due at, None where none is named."""
    targets = [m for m in moments if m.part is Part.TARGET]
    if not figures or not targets:
        return [None] * len(figures)
    if _RESPECTIVELY.search(figures[0].sentence) and len(targets) == len(figures) > 1:
        return list(targets)
    return [_moment_of(figure, figures, targets) for figure in figures]


def _moment_of(figure: Figure, figures: Sequence[Figure], targets: Sequence[Moment]) -> Moment | None:
    start, end = figure.span
    following = min((f.span[0] for f in figures if f.span[0] >= end), default=len(figure.sentence))
    for moment in targets:  # "to 40% by 2030": after the figure, in its clause
        if not moment.leads and end <= moment.span[0] < min(following, figure.clause[1]):
            return moment
    before = [m for m in targets if m.span[1] <= start]
    if before:
        last = before[-1]
        # a year after an earlier figure belongs to that figure, where another year opens the sentence
        leading = [m for m in before if m.leads]
        if (
            leading
            and not last.leads
            and any(f.span[1] <= last.span[0] for f in figures if f.span[0] >= leading[-1].span[1])
        ):
            return leading[-1] if last.span[0] < figure.clause[0] else last
        return last
    later = [m for m in targets if m.span[0] >= end and not m.leads]
    if later and ";" not in figure.sentence[end : later[0].span[0]]:
        return later[0]
    return None


def base_year(figure: Figure, moments: Sequence[Moment]) -> int | None:
    """The year that ``figure`` is measured against, or None."""
    bases = [m for m in moments if m.part is Part.BASE]
    own = [m for m in bases if figure.clause[0] <= m.span[0] < figure.clause[1] and m.span[0] >= figure.previous]
    if own:
        return min(own, key=lambda m: abs(m.span[0] - figure.span[0])).year
    # ", relative to 2019 levels" after the clause
    for moment in bases:
        between = figure.sentence[figure.clause[1] : moment.span[0]]
        if (
            moment.span[0] >= figure.clause[1]
            and re.fullmatch(r"[\s\w]{0,40}", between)
            and _BASE_BEFORE.search(between)
        ):
            return moment.year
    return None


def headed_year(label: str) -> int | None:
    """The one year that a heading sets for the text below it ("Objectives for 2025"), or None."""
    years = {int(next(filter(None, m.groups()))) for m in _HEADED.finditer(label)}
    return years.pop() if len(years) == 1 else None


def _stretch(sentence: str, first: Span, last: Span) -> bool:
    """Whether two years are the ends of one period, "from 2024 to 2028"."""
    link = sentence[first[1] : last[0]]
    if not _STRETCH.fullmatch(link.rstrip() or link):
        return False
    before = sentence[max(0, first[0] - _REACH) : first[0]]
    return "and" not in link or bool(re.search(r"\bbetween\s*$", before, re.IGNORECASE))
