"""The role of a figure in its sentence: a target, a threshold, or a figure that is only mentioned."""

from __future__ import annotations

import re

from indexer.language.dates import MONTH
from indexer.language.stopwords import FUNCTION_WORDS
from indexer.targets.clauses import MODAL, NEAR, Figure
from indexer.targets.commitments import commits, names_a_level
from indexer.targets.recalling import is_of_climate
from indexer.targets.timing import Moment
from indexer.targets.wording import IN_PLACES
from indexer.types import TargetKind

#: A figure in these units names a thing (a 500 kV line) or a duration, not an amount.
_NAMING_UNITS = frozenset({"kV", "year", "month", "day", "hour", "minute"})
_BARE_NAME = re.compile(
    r"(?:\b(?:the|these|those|all|its|of|first|last|top|No\.?)\s*$)|(?<=[a-z,] )[A-Z][\w-]*\s+$"
    r"|\b(?i:scopes?|ISO|IEC|GB/?T)\s(?:\d+(?:,|,? (?:and|or))\s)*$"  # "Scope 1 and 2 emissions", "ISO 14001"
    r"|\b[A-Z]{2,}\W?\s?(?:\d+\W)*$|\d[-–—/]$"  # "SB 100", "CD-0004-22", "2013-14"
    # "30 CFR 585.106 and 585.107", "43 U.S.C. 1337(p) or 1340", "§§ 12 and 13"
    r"|(?:\b(?:[A-Z]\.?){2,}\s|§{1,2}\s?)(?:[\d.]+[a-z]?(?:\(\w{1,4}\))*(?:,?\s(?:and|or|to|through)\s|,\s|\s?[-–—]\s?))*$"
)
_NAMED_AFTER = re.compile(r"[-–—/](?!\s)|[A-Za-z]|\s(?:[A-Z]\.){2,}|\s[A-Z]{2,}\s(?:\d|parts?\b)|\s[ap]\.?m\b")
#: What a bare number counts comes after it, or a verb or preposition before it gives it as a value.
_COUNTED = re.compile(
    r"\+?\s(?!(?:will|would|shall|should|must|is|are|was|were|has|have|in|on|at|to|by|and|or|for|from|while)\b)"
    r"(?:[a-z]|[A-Z]{2,}|\w+s\b)|[\u4e00-\u9fff]"
)
_VALUED = re.compile(
    r"(?:\b(?:to|by|of|at|than|least|most|about|around|approximately|nearly|some|over|under|below|above|up to"
    r"|and|is|are|be"
    r"|reach\w*|exceed\w*|total\w*|cap|maximum|minimum)|[=≥≤<>~:]|[\u4e00-\u9fff])\s*$",
    re.IGNORECASE,
)
_BOUNDED = re.compile(r"\b(?:than|least|most|about|around|approximately|over|exceed\w*|reach\w*)\s*$", re.IGNORECASE)
#: Telephone numbers, and numbers that begin with a zero.
_NUMBER = re.compile(r"0\d.*|\d{3}[-–]\d{4}")
#: A footnote's number stands before a new line, an ornament or a sentence of its own.
_MARK_AFTER = re.compile(r"\s*(?:\n|[\uf000-\uf8ff•|]|\s[‘“][A-Z])")
#: A small number right behind another figure or the colon that ends a line, "two thirds 46 of", "these targets: 27".
_SMALL = re.compile(r"[1-9]\d?\d?")
_FIGURE_BEFORE = re.compile(r"(?:\d%?|\b(?:thirds?|fourths?|fifths?|quarters?|tenths?|half))\s$")
_LEADS_ON = re.compile(r"\b\w+s:\s*$")
_ENDS = re.compile(r"\s*(?:$|\n|[\uf000-\uf8ff•|–-]\s)")
_NEXT_WORD = re.compile(r"\s+[‘“\"']?([A-Z]\w*)")
_PART_OF_YEAR = re.compile(r"\b(?:first|second|latter|other)\s*$", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|2[01])\d\d(?!\d)")
_OF_YEAR = re.compile(
    rf"(?:\b(?:in|by|to|from|until|till|since|before|after|beyond|through|around|of|{MONTH})|\d{{4}}[-–—])\s*$", re.I
)
_START_VALUE = re.compile(
    r"\b(?:from|(?:up|down) from|compared (?:with|to)|against)(?:\s+(?:about|around|nearly|some|just"
    r"|the))*\s*$|[从由自比较]\s*$",
    re.IGNORECASE,
)
_NOW = re.compile(r"\s*(?:today|now|at present|currently)\b|\s*目前", re.IGNORECASE)
_COMPARED = (
    r"(?:(?:not |no )?(?:more|less|fewer|greater|larger|higher|lower|heavier|older|bigger|smaller"
    r"|longer) than|over|above|below|under"
    r"|at least|at most|exceed(?:s|ing)?|in excess of|up to)"
)
#: "units with consumption of more than", "plants that use more than": a clause that restricts its noun.
_RELATIVE = re.compile(
    rf"\b(?:with|that|which|whose|who|where|having)\b(?P<words>(?:(?!\b(?:total"
    rf"|combined)\b)[^,;])*?)\b{_COMPARED}\s*$",
    re.IGNORECASE,
)
#: "buildings larger than", "centers … exceeding", "slopes above": an adjective phrase after a noun.
_ADJECTIVE = re.compile(
    r"(?P<noun>[\w)-]+)\s+(?P<word>(?:larger|heavier|older|bigger|greater|longer|higher|smaller|taller"
    r"|wider|more|fewer|less) than"
    r"|exceeding|above|over|below|under)\s*$",
    re.IGNORECASE,
)
#: "A program that has helped over", "which equates to over": a statement about it, not a restriction.
_TOLD = re.compile(
    rf"\b(?:{MODAL}|reach\w*|(?:has|have|had)\s(?:\w+ly\s)?\w+(?:ed|en)|(?:equat|amount)\w+\sto)\b", re.IGNORECASE
)
_PERFECT = re.compile(r"\b(?:has|have|had)\s(?:\w+ly\s)?\w+ed\s+\S*\s*$", re.IGNORECASE)
#: "In towns of more than"; "an area of more than" is an amount.
_OF_PLACES = re.compile(rf"{IN_PLACES}(?<!\barea)\s+of\s+{_COMPARED}\s*$", re.IGNORECASE)
_VERBAL = re.compile(
    r"(?:be|is|are|was|were|been|being|not|no|to|at|by|of|reach\w*|ris\w+|rose|gr[eo]w\w*|f[ae]ll\w*"
    r"|dropp?\w*|remain\w*|stay\w*|kept|keep\w*"
    r"|held|hold\w*|increas\w+|rais\w+|cut\w*|reduc\w+|account\w*|for|and|or|supply|supplies|build\w*"
    r"|install\w*|plant(?:ed|ing)?|add\w*"
    r"|produc\w+|generat\w+|well|just|stand\w*|have|has|had|do|does|in|from|into|on)",
    re.IGNORECASE,
)
_HOLDING = re.compile(
    r"\b(?:keep|hold|limit|bring|cut|reduce|maintain|get|push|stay|drive|lower|raise|increase|lift)\w*\b", re.I
)
_SUFFIX = re.compile(
    r",?\s*(?:(?:and|or) (?:above|over|larger|more)\b|及?以上(?=的|[\u4e00-\u9fff]{2}))", re.IGNORECASE
)
_REACHED = re.compile(
    r"(?:\b(?:reach\w*|to|by|be|is|account\w* for|cover\w*|exceed\w*|at)\s*(?:about )?|达到?|至|到|为)$", re.IGNORECASE
)


def kind_of(figure: Figure, moment: Moment | None, written: int | None = None, heading: str = "") -> TargetKind | None:
    """Target, threshold or figure; None for what is no amount: a name, a duration, the start of a change.

    ``heading`` is that of the section, which may say that what stands below it are goals.
    """
    if figure.value is None:
        return TargetKind.TARGET
    if figure.unit in _NAMING_UNITS or _names(figure) or _starts(figure):
        return None
    if names_a_level(figure):
        return TargetKind.FIGURE
    if _limits(figure):
        return TargetKind.FIGURE if is_of_climate(figure) else TargetKind.THRESHOLD
    return TargetKind.TARGET if commits(figure, moment, written, heading) else TargetKind.FIGURE


def _names(figure: Figure) -> bool:
    """Whether a number names something: "the 12 districts", "Agenda 21", "30 CFR 585", a footnote's mark, a year."""
    sentence, (start, end) = figure.sentence, figure.span
    before, text = sentence[max(0, start - NEAR) : start], figure.text
    part = text == "half" and _PART_OF_YEAR.search(before)
    year = figure.unit in ("", "people") and _YEAR.match(text) and _OF_YEAR.search(before)
    if part or year or _NUMBER.fullmatch(text):
        return True
    if figure.unit or text[-1:].isalpha():
        return False
    after = sentence[end : end + NEAR]
    mark = _SMALL.fullmatch(text) is not None
    if mark and (_FIGURE_BEFORE.search(before) or (_LEADS_ON.search(before) and _ENDS.match(after))):
        return True
    word = _NEXT_WORD.match(after)
    if word and (not before.strip() or word[1].lower() in FUNCTION_WORDS):
        return True  # a footnote's mark before its sentence
    if _BARE_NAME.search(before) or _NAMED_AFTER.match(after):
        return True
    valued = _BOUNDED.search(before) or (_VALUED.search(before) and not _MARK_AFTER.match(after))
    return not (valued or _COUNTED.match(after))


def _starts(figure: Figure) -> bool:
    """Whether the figure is the start of a change: "from 17% to 24%", "32 MW today"."""
    return bool(_START_VALUE.search(figure.near) or _NOW.match(figure.sentence, figure.span[1]))


def _limits(figure: Figure) -> bool:
    """Whether the figure restricts what is meant rather than sets what is to be reached."""
    before = figure.before
    if _SUFFIX.match(figure.sentence, figure.span[1]):
        return not _REACHED.search(figure.near.rstrip())
    relative = _RELATIVE.search(before)
    if relative and not _TOLD.search(relative["words"]):
        return True
    if _OF_PLACES.search(figure.near):
        return True
    adjective = _ADJECTIVE.search(figure.near)
    if not adjective or _VERBAL.fullmatch(adjective["noun"]) or _PERFECT.search(before[: -len(adjective["word"])]):
        return False
    if adjective["word"].lower() == "exceeding" or adjective["word"].lower().endswith("than"):
        return not _HOLDING.search(before) or adjective["noun"].endswith("s") or adjective["word"] == "exceeding"
    return not _HOLDING.search(before[-60:])
