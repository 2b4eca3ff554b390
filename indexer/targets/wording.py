"""What the words around a figure say: comparator, change or level, scope, obligation."""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.language.obligation import find_binding
from indexer.language.sentences import fold_space
from indexer.targets.clauses import IN_FIGURE, MODAL, REACH, VERB, Figure
from indexer.types import Binding, Comparator, Span, Trend

_AMOUNT = r"(?:\s+(?:a|an|the|total of|another|further))*\s*$"
#: Directly before a figure, the most specific first.
_BEFORE = (
    (
        Comparator.AT_MOST,
        r"\b(?:not|never|to not) (?:be )?(?:to )?(?:exceed|more than|higher than|greater than|above|over)",
    ),
    (
        Comparator.AT_MOST,
        r"\b(?:no (?:more|higher|greater|larger) than|at most|up to|within|(?:a )?(?:maximum|cap|ceiling) of"
        r"|limited to|capped at|kept to)|不(?:超过|高于|大于)|不得超过|控制在|至多",
    ),
    (Comparator.AT_LEAST, r"\b(?:not|never) (?:be )?(?:less|lower|fewer|smaller|below|under)(?: than)?"),
    (
        Comparator.AT_LEAST,
        r"\b(?:no (?:less|fewer|lower|smaller) than|at least|(?:a )?minimum of|not less than)"
        r"|不(?:低于|少于|小于)|至少",
    ),
    (
        Comparator.MORE,
        r"\b(?:(?:more|greater|larger|higher|heavier|longer|bigger|older|taller) than|over|above|beyond"
        r"|exceed(?:s|ed|ing)?|in excess of"
        r"|upwards of|surpass(?:es|ed|ing)?)|超过?|大于|高于|突破",
    ),
    (Comparator.LESS, r"\b(?:(?:less|fewer|lower|smaller|lighter|shorter) than|below|under)|低于|小于|少于"),
    (
        Comparator.ABOUT,
        r"\b(?:about|around|approximately|roughly|some|nearly|almost|close to|circa|in the order of"
        r"|(?:basically|essentially|largely) (?:reach(?:es|ed)?|achieve[sd]?|attain(?:s|ed)?|be|at))|约|大约|接近"
        r"|基本(?:达到|实现)",
    ),
)
_COMPARATORS = tuple((c, re.compile(rf"(?:{p}){_AMOUNT}", re.IGNORECASE)) for c, p in _BEFORE)
#: Directly after it.
_BEHIND = (
    (
        Comparator.AT_LEAST,
        re.compile(r",?\s*(?:(?:and|or) (?:above|more|over|greater|larger|higher|better)\b|及?以上)", re.I),
    ),
    (
        Comparator.AT_MOST,
        re.compile(r",?\s*(?:(?:and|or) (?:below|less|under|fewer|smaller|lower)\b|及?以[内下])", re.I),
    ),
    (Comparator.ABOUT, re.compile(r"\s*(?:or so\b|左右|上下)", re.IGNORECASE)),
)
_GOES_ON = (
    r"(?:\s+(?:a further|another|between|about|around|more than|at least|no (?:less|more|fewer) than|over|up to|some"
    r"|nearly|an? (?:average|total) of|approximately))*"
)
_FALL = (
    r"(?:reduc\w*|cut(?:s|ting)?|lower(?:ed|ing)?|f[ae]ll(?:s|en|ing)?|decreas\w*|drop(?:s|ped|ping)?|declin\w*|shrink\w*"
    r"|down|slash\w*|less|fewer)"
)
_RISE = (
    r"(?:increas\w*|gr[oe]w(?:s|n|ing)?|growth|ris(?:e|es|en|ing)|rose|rais(?:e|es|ed|ing)|up|expand\w*|higher"
    r"|add(?:s|ed|ing)?|boost\w*|improv\w*)"
)
_BY = re.compile(
    rf"\b(?:(?P<fall>{_FALL})|(?P<rise>{_RISE}))\b(?P<gap>[^.;]*?)\bby{_GOES_ON}\s*$"
    rf"|\b(?:(?P<down>down|lower)|(?P<up>up|higher)){_GOES_ON}\s*$"
    r"|(?:(?P<cfall>下降|降低|减少)|(?P<crise>增长|增加|新增|提高))[约了超过]*\s*$",
    re.IGNORECASE,
)
#: An intransitive verb needs no "by": "energy use will fall 13.5%". "Will fall between" may be about a level.
_ALONE = re.compile(
    r"\b(?:(?P<fall>f[ae]ll(?:s|en|ing)?|drop(?:s|ped|ping)?|declin(?:es?|ed|ing)|decreas(?:es?|ed|ing)"
    r"|shr[aiu]nk(?:s|ing)?)|(?P<rise>ris(?:es?|en|ing)|rose|gr[eo]w(?:s|n|ing)?|increas(?:es?|ed|ing)))"
    rf"(?!\s+between\b){_GOES_ON}\s*$",
    re.IGNORECASE,
)
#: Verbs whose "up" is no rise: what makes up a fifth does not grow by it.
_PHRASAL_UP = re.compile(
    rf"\b(?:ma(?:ke|kes|king|de)|t(?:ake|akes|aking|aken|ook)|set\w*|open\w*|start\w*|buil\w+|put\w*)\s+up{_GOES_ON}\s*$",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\s*(?:(?:points? )?(?:(?P<fall>lower|less|fewer|below|under|reduction|cut|decrease|decline|fall|drop)"
    r"|(?P<rise>higher|more|above|increase|rise|growth))\b(?!\s+(?:or|and)\b))",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"\b(?:annual|yearly|average)\b[^.;]*\b(?:(?P<rise>growth|increase)|(?P<fall>reduction|decline"
    r"|decrease))(?: rate)?\b|年均(?P<crise>增[长速])",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\b(?P<fall>lower|less|fewer)|(?P<rise>higher|more)(?= than\b)", re.IGNORECASE)

_EXCLUDED = re.compile(
    r"\b(?:excluding|except(?:ing)?(?: for)?|not (?:including|counting)|apart from|other than)"
    rf"\s+(?:[^,;()（）]|{IN_FIGURE})+"
    r"|(?:不含|不包括|除)[^，；。）)]+",
    re.IGNORECASE,
)
#: "In all towns": the beginning of a scope.
IN_PLACES = (
    r"\b(?:in|for|among|across|within|at)\s+(?P<place>(?:the |all |those |any |each |every )?(?:[\w-]+\s){0,3}?"
    r"(?:urban cent(?:er|re)s|cit(?:y|ies)|areas?|regions?|count(?:y|ies)|districts?|towns?|villages?"
    r"|provinces?|municipalities"
    r"|places?|zones?|sites?|parks?|enterprises|compan(?:y|ies)|firms|plants|units|households|buildings"
    r"|projects|sectors?))"
)
_RESTRICTED = re.compile(
    rf"{IN_PLACES}(?P<limit>\s+(?:with|where|of (?:more|less|over|under|at least)"
    r"|that|which|whose|having|above|over|below)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_INSIDE = re.compile(
    r"\b((?:within|inside|outside) (?:the )?[\w-]+(?: [\w-]+)?)(?=\s+(?:will|shall|should|must|is|are)\b)", re.I
)
_SCOPE_END = re.compile(
    rf"\s*(?:\b{MODAL}|\b(?:reach(?:es|ed)?|exceed(?:s|ed)?)\b|(?!{IN_FIGURE})[,;，；]).*",
    re.IGNORECASE | re.DOTALL,
)

_IN_PRINCIPLE = re.compile(r"\bin principle\b|原则上", re.IGNORECASE)
#: Words that also govern the verbs after them in the sentence.
_CARRIED = re.compile(
    r"must|shall|should|striv\w+ to|aim(?:s|ed|ing)? to|seek(?:s|ing)? to|必须|力争|争取", re.IGNORECASE
)
_PLAIN = re.compile(r"\b(?:will|would|is to|are to|can|may)\b", re.IGNORECASE)


def comparator_of(figure: Figure) -> Comparator:
    """The comparator of ``figure``, by the words next to it."""
    if figure.high is not None:
        return Comparator.RANGE
    before = figure.sentence[max(0, figure.span[0] - 60) : figure.span[0]]
    for comparator, pattern in _COMPARATORS:
        if pattern.search(before):
            return comparator
    behind = _comparator_after(figure)
    return behind[0] if behind else Comparator.EQUAL


def text_after(figure: Figure) -> str:
    """The sentence after ``figure`` and after a comparator there, such as 左右 in "25%左右，…"."""
    behind = _comparator_after(figure)
    start = behind[1] if behind else figure.span[1]
    return figure.sentence[start : start + REACH]


def _comparator_after(figure: Figure) -> tuple[Comparator, int] | None:
    """The comparator directly after ``figure`` and its end, or None."""
    matches = ((comparator, pattern.match(figure.sentence, figure.span[1])) for comparator, pattern in _BEHIND)
    return next(((comparator, match.end()) for comparator, match in matches if match), None)


def change_of(figure: Figure) -> Trend | None:
    """The direction of ``figure`` if it is a change; None for a level."""
    before = figure.before
    match = _BY.search(before)
    if match and not (match["gap"] and VERB.search(match["gap"])) and not _PHRASAL_UP.search(figure.near):
        return _trend(match)
    alone = _ALONE.search(figure.near)
    if alone and not re.match(r"\s+of\b", figure.after):  # "grow 500 tons of reed" has an object
        return _trend(alone)
    back = _BACK.match(figure.after)
    if back:
        return _trend(back)
    rate = _RATE.search(before)
    if rate:
        return _trend(rate)
    if figure.value is None:
        compared = _COMPARED.search(before)
        return _trend(compared) if compared else None
    return None


def _trend(match: re.Match[str]) -> Trend:
    names = {name for name, text in match.groupdict().items() if text}
    return Trend.FALL if names & {"fall", "down", "cfall"} else Trend.RISE


def scope_of(figure: Figure) -> str | None:
    """The scope that limits ``figure``, in the sentence's words; None where nothing limits it."""
    start, end = figure.clause
    start = max(start, figure.previous, figure.span[0] - REACH)
    words = figure.sentence[start : min(end, figure.span[1] + REACH)]
    excluded = _EXCLUDED.search(words)
    if excluded:
        return _folded(excluded.group())
    for text in (figure.sentence[start : figure.span[0]], figure.after):
        match = _RESTRICTED.search(text) or _INSIDE.search(text)
        if match:
            scope = _folded(_SCOPE_END.sub("", "".join(match.groups())))
            if scope:
                return scope
    return None


def _folded(scope: str) -> str:
    """``scope`` on one line, without the stop of its sentence."""
    return fold_space(scope).rstrip(".。 ")


def binding_of_figure(figure: Figure) -> Binding:
    """How binding the words that govern ``figure`` are; "in principle" makes a must a should."""
    start, end = figure.clause
    sentence = figure.sentence
    found = _binding_words(sentence)
    clause = [(span, degree) for span, degree in found if start <= span[0] < end]
    nearest = [d for span, d in clause if span[0] < figure.span[0]][-1:] or [d for _, d in clause][:1]
    if not nearest and not _PLAIN.search(figure.before):
        earlier = [(span, d) for span, d in found if span[1] <= start]
        if earlier:
            span, degree = earlier[-1]
            if _CARRIED.fullmatch(sentence[slice(*span)]) and not _PLAIN.search(sentence[span[1] : start]):
                nearest = [degree]
    binding = nearest[0] if nearest else Binding.SHOULD
    if binding is Binding.MUST and _IN_PRINCIPLE.search(sentence):
        return Binding.SHOULD
    return binding


@lru_cache(maxsize=1)  # asked for each figure of a sentence
def _binding_words(sentence: str) -> list[tuple[Span, Binding]]:
    return find_binding(sentence)
