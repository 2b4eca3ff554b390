"""The role of a figure in its sentence: a target, a threshold, or no commitment."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.targets.clauses import MODAL, NEAR, REACH, Figure
from indexer.targets.timing import Moment, Part
from indexer.targets.wording import IN_PLACES
from indexer.types import TargetKind

#: A figure in these units names a thing (a 500 kV line) or a duration, not an amount.
_NAMING_UNITS = frozenset({"kV", "year", "month", "day", "hour"})
_BARE_NAME = re.compile(
    r"(?:\b(?:the|these|those|all|its|of|first|last|top|No\.?)\s*$)|(?<=[a-z,] )[A-Z][\w-]*\s+$"
    r"|\b(?i:scopes?|ISO|IEC|GB/?T)\s(?:\d+(?:,|,? (?:and|or))\s)*$"  # "Scope 1 and 2 emissions", "ISO 14001"
)
_START_VALUE = re.compile(
    r"\b(?:from|(?:up|down) from|compared (?:with|to)|against)(?:\s+(?:about|around|nearly|some|just"
    r"|the))*\s*$|[从由自比较]\s*$",
    re.IGNORECASE,
)
_NOW = re.compile(r"\s*(?:today|now|at present|currently)\b|\s*目前", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:was|were|had|made up|emitted|rose|grew|fell|dropped|stood|came|amounted|accounted|totall?ed"
    r"|reached|achieved"
    r"|increased|decreased|declined|(?:has|have) (?:already |now )?\w+(?:ed|en|wn|ilt|ut|et))\b|已|达到了",
    re.IGNORECASE,
)
_GOVERNED = re.compile(rf"\b{MODAL}\b", re.IGNORECASE)

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
#: "In towns of more than"; "an area of more than" is an amount.
_OF_PLACES = re.compile(rf"{IN_PLACES}(?<!\barea)\s+of\s+{_COMPARED}\s*$", re.IGNORECASE)
_VERBAL = re.compile(
    r"(?:be|is|are|was|were|been|being|not|no|to|at|by|of|reach\w*|ris\w+|rose|gr[eo]w\w*|f[ae]ll\w*"
    r"|dropp?\w*|remain\w*|stay\w*|kept|keep\w*"
    r"|held|hold\w*|increas\w+|rais\w+|cut\w*|reduc\w+|account\w*|for|and|or|supply|supplies|build\w*"
    r"|install\w*|plant(?:ed|ing)?|add\w*"
    r"|produc\w+|generat\w+|well|just|stand\w*|have|has|had|do|does)",
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


def kind_of(figure: Figure, moment: Moment | None, moments: Sequence[Moment], written: int | None) -> TargetKind | None:
    """Target or threshold; None for a figure that is no commitment: a name, a start, a fact of the past."""
    if figure.value is None:
        return TargetKind.TARGET
    if figure.unit in _NAMING_UNITS or _names(figure) or _starts(figure):
        return None
    if _limits(figure):
        return TargetKind.THRESHOLD
    return None if _reports(figure, moment, moments, written) else TargetKind.TARGET


def _names(figure: Figure) -> bool:
    """Whether a bare number names something: "the 12 districts", "Agenda 21"."""
    if figure.unit or figure.text[-1:].isalpha():
        return False
    before = figure.sentence[max(0, figure.span[0] - NEAR) : figure.span[0]]
    return bool(_BARE_NAME.search(before)) or figure.sentence[figure.span[1] : figure.span[1] + 1] in "-/"


def _starts(figure: Figure) -> bool:
    """Whether the figure is the start of a change: "from 17% to 24%", "32 MW today"."""
    return bool(_START_VALUE.search(figure.near) or _NOW.match(figure.sentence, figure.span[1]))


def _limits(figure: Figure) -> bool:
    """Whether the figure restricts what is meant rather than sets what is to be reached."""
    before = figure.before
    if _SUFFIX.match(figure.sentence, figure.span[1]):
        return not _REACHED.search(figure.near.rstrip())
    relative = _RELATIVE.search(before)
    if relative and not re.search(rf"\b(?:{MODAL}|reach\w*)\b", relative["words"], re.IGNORECASE):
        return True
    if _OF_PLACES.search(figure.near):
        return True
    adjective = _ADJECTIVE.search(figure.near)
    if not adjective or _VERBAL.fullmatch(adjective["noun"]):
        return False
    if adjective["word"].lower() == "exceeding" or adjective["word"].lower().endswith("than"):
        return not _HOLDING.search(before) or adjective["noun"].endswith("s") or adjective["word"] == "exceeding"
    return not _HOLDING.search(before[-60:])


def _reports(figure: Figure, moment: Moment | None, moments: Sequence[Moment], written: int | None) -> bool:
    """Whether the sentence reports the past rather than sets a goal."""
    before = figure.before
    if _GOVERNED.search(before):
        return False
    sentence = figure.sentence[max(0, figure.span[0] - REACH) : figure.span[0]]
    past = _PAST.search(before) or (not re.search(r"\w{4}", before) and _PAST.search(sentence))
    named = moment or next((m for m in moments if m.part is Part.TARGET and m.span[1] <= figure.span[0]), None)
    if named is None:
        return bool(past) and not _GOVERNED.search(sentence)
    if written is not None and named.year < written:
        return True
    return bool(past) and not named.period and (written is None or named.year <= written)
