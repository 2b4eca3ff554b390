"""The kind of thing that a question asks for, and whether a sentence holds one: a number, a time, money, a body."""

from __future__ import annotations

import re
from enum import StrEnum

from indexer.reading.quantities import find_quantities, find_years


class Kind(StrEnum):
    """The kind of thing that would answer."""

    COUNT = "count"
    QUANTITY = "quantity"
    DATE = "date"
    MONEY = "money"
    BODY = "body"
    PLACE = "place"
    OPEN = "open"


#: Words that join parts of a clause: the noun asked for stands before the first of them. "What is the limit of
#: …" asks for a limit, "what is done at the level of …" for no level.
_JOINS = (
    r"(?:of|in|on|at|by|to|for|from|with|without|per|within|between|among|above|below|under|over|until|before|after"
    r"|during|about|as|than|against|into|through|across|towards?|regarding|concerning|is|are|was|were|be|been|do|does"
    r"|did|has|have|had|will|would|shall|should|can|could|may|might|must|that|which|who|if|when|whether|the|an?)\b"
)
#: Words between "what" and its noun; what comes after a noun that is no part of another: "price", not "price reform".
_BETWEEN = rf"(?:(?!{_JOINS})[\w'’&/-]+ ){{0,8}}?"
_HEAD = rf"(?=\s*(?:[?.,;:!)]|$)|\s(?:{_JOINS}|\w+ed\b|(?-i:[A-Z0-9])))"
#: "What is the", and "what will the … be".
_WHAT_IS = (
    r"\bwhat(?:['’]s| (?:is|are|was|were|(?:will|would|should|must|can) be)) (?-i:(?![a-z]+ing ))(?:(?:the|an?) )?"
)
_WHAT_WILL = r"\bwhat (?:will|would|should|must|can|could|may) (?:(?:the|an?) )?"


def _what(bare: str, nouns: str) -> str:
    """A pattern of "what share", for ``bare`` nouns, and of "what is the share", for ``nouns``."""
    return (
        rf"\bwhat {_BETWEEN}(?:{bare})\b{_HEAD}|{_WHAT_IS}{_BETWEEN}(?:{nouns})\b{_HEAD}"
        rf"|{_WHAT_WILL}{_BETWEEN}(?:{nouns})\b{_HEAD}[^?]*\bbe\b"
    )


_MEASURES = (
    r"share|proportion|percentage|percent|rate|ratio|level|(?:(?<=what )number|number(?= of\b))|capacity|amount|volume"
    r"|target|size|height|limit|length|temperature|speed"
)
_KINDS = (
    (Kind.OPEN, r"\b(?:rules?|requirements?|measures|polic(?:y|ies)|provisions?|principles?)\b"),
    (
        Kind.DATE,
        # not "treated when a project is proposed"
        r"^(?:and |since |by |until )?when\b|\bwhen (?:will|would|do|does|did|should|must|can|is|are|was|were)\b"
        r"|\b(?:which|what) (?:year|day|month)\b|\bwhich (?:date|deadline)\b"
        rf"|{_what('date|deadline', 'date|deadline|year|day|month')}",
    ),
    (
        Kind.MONEY,
        r"\bhow (?:much (?:money|funding|investment)|many yuan)\b|\bhow much (?:will|does|do|did) .{0,60}cost\b"
        rf"|\bwhat (?:will|would|does|do|did) .{{0,60}}(?<!\bthe )(?<!\bof )(?<!\babout )cost\b{_HEAD}|"
        + _what(
            "cost|price|fee|fine|budget|salary|tariff|revenue|turnover",
            "costs?|prices?|fees?|fines?|budget|salar(?:y|ies)|tariffs?|revenues?|turnover",
        ),
    ),
    (Kind.COUNT, r"\bhow many\b"),
    (
        Kind.QUANTITY,
        # "how often" and "to what extent" are answered without a figure
        r"\bhow (?:much|large|big|fast|steep|high|far|long|tall|deep|strongly)\b|\bby how\b"
        rf"|\bwhich {_BETWEEN}(?:share|proportion|percentage|percent)\b{_HEAD}|{_what(_MEASURES, _MEASURES)}",
    ),
    (
        Kind.BODY,
        r"\b(?:who|whom|whose)\b|\b(?:which|what) (?:body|bodies|authority|authorities|department|agency|ministry|"
        r"minister|company|companies|office|committee|organi[sz]ation|university|firm|institution)s?\b",
    ),
    (
        Kind.PLACE,
        r"\bwhere\b|\b(?:which|what)(?: \w+){0,2} (?:city|cities|place|places|region|regions|area|areas|county|"
        r"counties|district|districts|province|provinces|river|rivers|port|ports|location|site|sites|park|parks)\b",
    ),
)
#: Before what is asked within another question: "do firms reveal how much", "who decides when"; unless the
#: other only asks to be told.
_OTHER_QUESTION = re.compile(
    r"^\s*(?:do|does|did|is|are|was|were|will|would|shall|should|can|could|may|might|must|has|have|had|need)\b"
    r"(?! there\b)|\b(?:who|whom|whose|what|which|why|where|how)\b",
    re.IGNORECASE,
)
_TO_BE_TOLD = re.compile(
    r"\b(?:says?|tell(?: \w+)?|states?|specify|specifies|mentions?|know)(?: about)?(?: (?:by|to|in|at|of|for|on))? $",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:.?!]\s|\b(?:and|or|but)\b", re.IGNORECASE)

#: Without one of these no figure is looked for, which takes longer; most sentences have none.
_DIGIT = re.compile(r"[\d\u4e00-\u9fff]")
#: Numbers in words, but for list marks like "(two)", the "one" of "one of" and "no one", and Five-Year Plans.
_NUMBER_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|dozen|hundred|thousand|million|billion|trillion)\b"
    r"(?!\)|[- ](?-i:Year))"
    r"|(?<!\bno )\bone\b(?!\)|-| of\b| or\b| another\b)",
    re.IGNORECASE,
)
#: Say how much, never how many.
_SHARE_WORDS = re.compile(
    r"\b(?:half|third|quarter|fifth|tenth|double|twice|triple|zero|doubl\w+|halv\w+|fully|entirely|majority)\b",
    re.IGNORECASE,
)
#: Times without a year: a month, the end of something, so long before or after something.
_TIMES = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\b\d{1,2} (?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b|\d月"
    r"|(?i:\bFive[- ]Year Plan\b|\bend of (?:the|this|each|every) (?:decade|year|quarter|month)\b"
    r"|\b(?:within|after|before|later than) (?:[\w-]+ ){0,3}(?:hour|day|week|month|quarter|year)s?\b)"
)
#: Currencies; those whose names mean other things too only behind a number.
_MONEY = re.compile(
    r"[$€£¥￥元]|(?i:\b(?:yuan|renminbi|dollars?|euros?|sterling|yen|rupees?|francs?|free of charge)\b)"
    r"|\b(?:RMB|CNY|USD|EUR|GBP|JPY|INR|KRW|CHF|CAD|AUD|NZD|HKD|SGD|SEK|NOK|DKK|PLN|ZAR|BRL|MXN|AED|SAR)(?![a-zA-Z])"
    r"|(?i:(?:\d|hundred|thousand|[mbtr]+illion) (?:pounds?|pence|cents?|won|rand|pesos?|kron(?:er|or|a)))\b"
)
_BODY = re.compile(
    r"\b(?:committee|government|department|commission|bureau|office|ministry|council|group|agency|authorit(?:y|ies)|"
    r"enterprise|compan(?:y|ies)|universit(?:y|ies)|institut\w+|association|party|cities|municipalit\w+|organization|"
    r"unit)s?\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[a-z,;)] )[A-Z][a-z]+|[\u4e00-\u9fff]{2,}")


#: Asked for one of these, a sentence that holds none cannot answer, however near it comes.
FIGURES = frozenset({Kind.COUNT, Kind.QUANTITY, Kind.DATE, Kind.MONEY})


def kind_of(text: str) -> Kind:
    """The kind of thing that the question ``text`` asks for."""
    for kind, pattern in _KINDS:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if kind not in FIGURES or _is_asked(text[: match.start()]):
                return kind
    return Kind.OPEN


def fits_kind(kind: Kind, sentence: str) -> bool:
    """Whether ``sentence`` holds a thing of ``kind``: a number, a figure, a time, money, a body, a place."""
    match kind:
        case Kind.COUNT | Kind.QUANTITY:
            share = kind is Kind.QUANTITY and _SHARE_WORDS.search(sentence)
            return bool(
                share or _NUMBER_WORDS.search(sentence) or (_DIGIT.search(sentence) and find_quantities(sentence, ()))
            )
        case Kind.DATE:
            dated = _DIGIT.search(sentence) and find_years(sentence, periods=True)
            return bool(dated or _TIMES.search(sentence))
        case Kind.MONEY:
            return bool(_MONEY.search(sentence))
        case Kind.BODY:
            return bool(_BODY.search(sentence))
        case Kind.PLACE:
            return bool(_NAME.search(sentence))
        case Kind.OPEN:
            return True


def _is_asked(before: str) -> bool:
    """Whether what follows ``before`` is the question itself, not a part of another one."""
    clause = _CLAUSE_END.split(before)[-1]
    return not _OTHER_QUESTION.search(clause) or bool(_TO_BE_TOLD.search(clause))
