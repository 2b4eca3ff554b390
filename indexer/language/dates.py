"""Months, years and Five-Year Plans in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.language.numerals import CHINESE_DIGITS, CHINESE_ZEROS, DIGIT_VALUES
from indexer.language.units import unit_at
from indexer.types import Span

_MONTH_NAMES = "January February March April May June July August September October November December".split()
#: Short forms, but for "May", which is none.
SHORT_MONTHS = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec".split()
#: Numbers of the months by their names in lower case, in full and short.
MONTHS = {name.lower(): number for number, name in enumerate(_MONTH_NAMES, 1)}
MONTHS |= {
    short.lower(): MONTHS[full.lower()] for short in SHORT_MONTHS for full in _MONTH_NAMES if full.startswith(short)
}
#: The names in full, and the short forms, as patterns.
MONTH = "|".join(_MONTH_NAMES)
SHORT_MONTH = "|".join(sorted(SHORT_MONTHS, key=len, reverse=True))
#: A year digit by digit in Chinese, "二〇三〇年", without its last character.
WRITTEN_YEAR = rf"(?:一九|二[{CHINESE_ZEROS}])[{CHINESE_ZEROS}{CHINESE_DIGITS}]{{2}}(?=\s?年)"

_YEAR = re.compile(rf"(?<![\d.,])(?P<year>(?:19|20)\d\d)(?!\d|[.,]\d)(?P<named>\s?年)?|(?P<written>{WRITTEN_YEAR})")
#: Of the Five-Year Plans, the first of which began in 1953.
_ORDINALS = {
    "tenth": 10,
    "eleventh": 11,
    "twelfth": 12,
    "thirteenth": 13,
    "fourteenth": 14,
    "fifteenth": 15,
    "sixteenth": 16,
}
_PERIOD = re.compile(
    r"(?=[\"“'\d十]|\b[eft-u])(?:"  # only where a match can begin
    rf"(?P<end>\bend of the )?[\"“']?\b(?:(?P<n>\d{{1,2}})(?:st|nd|rd|th)|(?P<w>{'|'.join(_ORDINALS)}))"
    r" Five[- ]Year Plan\b[\"”']?(?: period)?"
    rf"|[“\"]?十(?P<c>[{CHINESE_DIGITS}])五[”\"]?(?:规划|计划)?(?:(?P<cend>末|期末)|期间|时期)?)",
    re.IGNORECASE,
)
#: A line end between a figure and its unit, as in PDF files; digits on two lines are two figures.
_LINE_END = re.compile(r"(?<=[\w.])\n(?=[^\W\d_])")
_LINE_OPENS = re.compile(r"\n[A-Z][a-z]")


@dataclass(frozen=True, slots=True)
class Year:
    """A year named in a text; the end of a Five-Year Plan is the year it ends in."""

    span: Span
    year: int


def find_years(text: str, *, periods: bool = False) -> list[Year]:
    """The years that ``text`` names, in order, the ends of Five-Year Plans among them.

    With ``periods`` also the last year of a Five-Year Plan period that is named as a whole.
    """
    ends = [
        Year(m.span(), 2025 + 5 * (_ordinal(m) - 14))
        for m in _PERIOD.finditer(text)
        if periods or m["end"] or m["cend"]
    ]
    joined = join_lines(text)
    plain = [
        Year(m.span("written"), written_year(m["written"])) if m["written"] else Year(m.span("year"), int(m["year"]))
        for m in _YEAR.finditer(text)
        if m["written"] or m["named"] or not has_unit(text, joined, m.end())
    ]
    return sorted([*ends, *plain], key=lambda y: y.span)


def written_year(digits: str) -> int:
    """The year that is written digit by digit: "二〇三〇" is 2030."""
    return int("".join(str(DIGIT_VALUES[digit]) for digit in digits))


def is_year(number: str) -> bool:
    """Whether ``number`` is written as a year is, "2030"."""
    return _YEAR.fullmatch(number) is not None


def join_lines(text: str) -> str:
    """``text`` with a space for each line end that may part a figure from its unit; offsets stay."""
    return _LINE_END.sub(" ", text)


def has_unit(text: str, joined: str, end: int) -> bool:
    """Whether a unit follows the number that ends at ``end`` in ``text``; ``joined`` is ``join_lines(text)``.

    A heading that ends in a year takes none from the line below: "Goals for 2030", "People in towns".
    """
    unit, unit_end = unit_at(joined, end)
    return unit not in ("", "year") and _LINE_OPENS.search(text, end, unit_end) is None


def _ordinal(period: re.Match[str]) -> int:
    """Which Five-Year Plan it is, from 1."""
    if period["c"]:
        return 10 + DIGIT_VALUES[period["c"]]
    return int(period["n"]) if period["n"] else _ORDINALS[period["w"].lower()]
