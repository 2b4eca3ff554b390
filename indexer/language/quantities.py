"""Figures with their units in a sentence: found, read as numbers, compared as values.

"37 million kilowatts", "37 GW" and "3700万千瓦" are one value. Units have pint's names; pint itself is loaded at the
first conversion (0.6 s).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.language.dates import MONTH, WRITTEN_YEAR, has_unit, is_year, join_lines
from indexer.language.numerals import (
    CHINESE_DIGITS,
    CHINESE_SCALES,
    FRACTION_WORDS,
    NUMBER_WORDS,
    SCALE_WORDS,
    chinese_number,
)
from indexer.language.sentences import all_broken_figures
from indexer.language.units import CURRENCY, convert, dimension, unit_at
from indexer.types import Span

#: Relative difference up to which two values are one: figures are decimal, floats are not.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure in a text: ``span`` with its unit, ``value`` in ``unit``, a pint name, "" for a mere count.

    "37 million kilowatts" is 37000000.0 and "kW". ``cut_off``: the source broke the figure off.
    """

    span: Span
    value: float
    unit: str
    cut_off: bool = False

    def __str__(self) -> str:
        number = f"{self.value:.{decimals(self.value)}f}"
        return f"{number}%" if self.unit == "percent" else f"{number} {self.unit}".rstrip()


_MONEY = frozenset(CURRENCY.values())
_SCALES = SCALE_WORDS | CHINESE_SCALES | {
    "mn": 1e6, "bn": 1e9, "十万": 1e5, "百万": 1e6, "千万": 1e7, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12
}  # fmt: skip
#: After a figure of money, "£20m"; after any other, "20 m" is a length.
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9, "tn": 1e12}
_SHORT = re.compile(rf"\s?(?P<scale>(?i:{'|'.join(_SHORT_SCALES)}))\b")
_WORDS = NUMBER_WORDS | {"a": 1.0, "half a": 0.5}

_DIGIT_NUMBER = r"\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?"
#: In 千瓦 (kilowatt) and the like 千 belongs to the unit.
_THOUSAND = r"千(?![瓦克米伏])"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True)).replace("千", _THOUSAND)
#: Units that make a number in words a figure; "one day" and "two people" seldom are.
_AMOUNT = (
    r"(?<!\ba)[ -](?:per ?cent|hectares?|mu|cubic|square|kilo\w+|(?:mega|giga|tera)watt\w*|ton(?:ne)?s?"
    r"|met(?:er|re)s?)\b"
)
_NUMBER = re.compile(
    rf"(?=[\d$€£¥￥零〇两{CHINESE_DIGITS}十百千万亿]|\b[a-zA-Z])"  # where nothing can begin, nothing is tried
    rf"(?P<percent>百分之)?(?:(?P<currency>{'|'.join(map(re.escape, CURRENCY))})\s?)?"
    rf"(?:(?(currency)|(?<![\w.]))(?P<digits>(?<!\d)(?:{_DIGIT_NUMBER}))|(?<=[\u4e00-\u9fff])(?P<joined>{_DIGIT_NUMBER})"
    rf"|\b(?P<word>(?i:{'|'.join(sorted(_WORDS, key=len, reverse=True))}))"
    rf"(?=[ -](?:hundred|thousand|[mbtr]+illion)\b|{_AMOUNT})"
    rf"|(?P<chinese>(?:[零〇两{CHINESE_DIGITS}十百万亿]|{_THOUSAND})+(?:点[零{CHINESE_DIGITS}]+)?))"
    rf"(?:[ 多余-]?(?P<scale>{_SCALE})(?![a-z])|(?(currency)(?P<short>(?i:{'|'.join(_SHORT_SCALES)})\b)|(?!)))?"
)
_RANGE = re.compile(r"\s?(?:-|–|—|~|～|(?P<word>to|至|到))\s?")
_CHINESE_FRACTION = re.compile(
    rf"(?<!十)(?P<d>[{CHINESE_DIGITS}十])分之(?P<n>[{CHINESE_DIGITS}])|(?P<c>[{CHINESE_DIGITS}两])成(?=以|左|的|[，。；,.]|$)"
)
_PARTS = "|".join(word for word in FRACTION_WORDS if word != "half")
_FRACTION = re.compile(
    r"\b(?:(?P<half>half(?=(?: of)? (?:the|all|its|our|every)\b| of \w)|by half\b)"
    rf"|(?P<n>one|two|three|four|a)[ -](?P<part>{_PARTS})s?(?= of\b|(?<=by a \w{{7}})|(?<=by a \w{{5}})))",
    re.IGNORECASE,
)
#: What looks like a figure but is not: list marks, dates, clock times, ordinals, "4.5.1", "5G".
_NO_FIGURE = re.compile(
    rf"(?=[\d(第一二 \t>#*-]|\b(?:{MONTH}))(?:"  # where nothing can begin, nothing is tried
    r"(?m:^[ \t>#*-]*(?:\(\w{1,4}\)|\d{1,2}(?:\.\d{1,2})*[.)、](?!\d)|\d{1,2}(?:\.\d{1,2})+(?=\t))\s*)|\(\d{1,2}\)"
    r"|\b(?:\d+(?:st|nd|rd|th)\b|\d+[GD]\b|\d+(?:\.\d+){2,}"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\d{1,2}:\d\d(?::\d\d)?\b"
    rf"|(?:{MONTH}) \d{{1,2}}\b|\d{{1,2}} (?:{MONTH})\b)"
    rf"|第[\d{CHINESE_DIGITS}十百]+|\d{{1,2}}月(?:\d{{1,2}}日)?|\d{{1,2}}日|{WRITTEN_YEAR})"
)
#: Words before a number that is a name, not an amount: "Rule 4.5", "phase 2", "No. 3", "Articles 4, 5 and 7(2)".
_NUMBERED = re.compile(
    r"\b(?:(?P<several>(?:phase|stage|step|class|grade|tier|principle|article|(?:sub)?section|chapter|part|item|table"
    r"|figure|page|rule|regulation|clause|paragraph|para|schedule|footnote)s|nos|boxes|annexes|categories|appendices)"
    r"|no|phase|stage|step|category|class|grade|tier|level|principle|form|appendix|article|(?:sub)?section|chapter|part"
    r"|annex|item|table|figure|box|page|rule|regulation|clause|paragraph|para|schedule|footnote)\.?[\s\u200e\u200f]{0,2}\Z",
    re.IGNORECASE,
)
#: What may be between two of them, including the letters and brackets of the first.
_AND_NEXT = re.compile(
    r"[\w.]*(?:[\u200e\u200f]?\(\w{1,4}\))*(?:,|,?\s(?:and|or|to)|\s?[-–])?[\s\u200e\u200f]{0,2}", re.IGNORECASE
)
_LONGEST_NUMBERED = 16


def find_quantities(text: str, broken: Sequence[Span] | None = None) -> list[Quantity]:
    """The figures of ``text`` in order, without years, list marks, dates and ordinals.

    ``broken`` are the spans that the source broke off, where they are known already.
    """
    taken = _Spans(m.span() for m in _NO_FIGURE.finditer(text))
    cut_offs = _Spans(all_broken_figures(text) if broken is None else broken)
    found: list[Quantity] = []
    source, text, position = text, join_lines(text), 0
    series: int | None = None  # where the last of several that are named by number ends
    while match := _NUMBER.search(text, position):
        position = match.end()
        first = match.start("digits") if match["digits"] else match.start()
        if taken.overlap(first, first + 1):
            continue
        numbered = _NUMBERED.search(text, max(0, first - _LONGEST_NUMBERED), first)
        if numbered or (series is not None and _AND_NEXT.fullmatch(text, series, first)):
            series = position if numbered is None or numbered["several"] else None
            continue
        series = None
        unit, end = unit_at(text, match.end())
        if match["percent"] or match["currency"]:
            unit = "percent" if match["percent"] else CURRENCY[match["currency"]]
            end = match.end()
        value = _value(match)
        a_year = is_year(match.group().strip()) and not has_unit(source, text, match.end())
        if a_year or (match["chinese"] and not unit) or not math.isfinite(value):
            continue
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        cut_off = cut_offs.overlap(start, end)
        if found and (between := _RANGE.fullmatch(text[found[-1].span[1] : start])):
            low, scale, as_low = found[-1], _SCALES.get(match["scale"] or "", 1.0), False
            if low.unit in _MONEY and not match["currency"]:
                # the sign counts for both: "£20-30m", but not "£20 to 30 schools"
                short = _SHORT.match(text, match.end())
                as_low = bool(short) or (unit in ("", low.unit) and (scale > 1 or not between["word"]))
                if short:
                    scale, end = _SHORT_SCALES[short["scale"].lower()], short.end()
                    value *= scale
                unit = low.unit if as_low else unit
            if as_low or not low.unit:
                scaled = low.value >= scale > 1 or not text[low.span[1] - 1].isdigit()
                found[-1] = Quantity(low.span, low.value if scaled else low.value * scale, unit, low.cut_off)
        found.append(Quantity((start, end), value, unit, cut_off))
        position = max(position, end)
    return sorted([*found, *_fractions(text)], key=lambda q: q.span)


def gives_figure_of(text: str, other: str) -> bool:
    """Whether ``text`` gives one of the figures that the source left whole in ``other``, or there are none."""
    figures, wanted = (
        {(found.value, found.unit) for found in find_quantities(each) if not found.cut_off} for each in (text, other)
    )
    return not wanted or bool(figures & wanted)


class _Spans:
    """Spans in order, none within another, asked about from left to right."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = list(spans)
        self._next = 0

    def overlap(self, start: int, end: int) -> bool:
        """Whether one of the spans overlaps this one; ``start`` is no less than the last time."""
        while self._next < len(self._spans) and self._spans[self._next][1] <= start:
            self._next += 1
        return self._next < len(self._spans) and self._spans[self._next][0] < end


def comparable(one: Quantity, other: Quantity) -> bool:
    """Whether both measure the same kind of thing: power with power, a share with a share."""
    return one.unit == other.unit or (dimension(one.unit) == dimension(other.unit))


def same_value(one: Quantity, other: Quantity) -> bool:
    """Whether both are the same value, in any units."""
    if one.unit == other.unit:
        return math.isclose(one.value, other.value, rel_tol=_TOLERANCE)
    return comparable(one, other) and math.isclose(
        one.value, convert(other.value, other.unit, one.unit), rel_tol=_TOLERANCE
    )


def decimals(value: float) -> int:
    """Decimals that ``value`` is shown with: all that a plan writes, those of an endless fraction to four digits.

    Two thirds are 66.67%, and 0.1 + 0.2 is 0.3. Whole parts are left whole.
    """
    if not math.isfinite(value):
        return 0
    mantissa, _, exponent = f"{value:.11e}".partition("e")
    digits = len(mantissa.partition(".")[2].rstrip("0"))
    places = digits - int(exponent)
    return max(0, places if digits < 10 else min(places, max(2, 3 - int(exponent))))


def _fractions(text: str) -> list[Quantity]:
    """ "half of", "two thirds of", "by a quarter", "三分之一" and "两成" as percentages."""
    chinese = [
        Quantity(m.span(), 100 * chinese_number(m["n"] or m["c"]) / chinese_number(m["d"] or "十"), "percent")
        for m in _CHINESE_FRACTION.finditer(text)
    ]
    return chinese + [
        Quantity(
            m.span(), 100 * _WORDS[(m["n"] or "a").lower()] / FRACTION_WORDS[(m["part"] or "half").lower()], "percent"
        )
        for m in _FRACTION.finditer(text)
    ]


def _value(match: re.Match[str]) -> float:
    short = match["short"]
    scale = _SHORT_SCALES[short.lower()] if short else _SCALES.get((match["scale"] or "").lower(), 1.0)
    if match["word"]:
        return _WORDS[match["word"].lower()] * scale
    if match["chinese"]:
        return chinese_number(match["chinese"]) * scale
    return float(re.sub(r"[,\s]", "", match["digits"] or match["joined"])) * scale
