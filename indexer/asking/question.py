"""What a question asks for: its words that carry meaning, the plans it names, the kind of answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from indexer.errors import QuestionError
from indexer.reading.sentences import fold_space
from indexer.reading.spelling import fold_spelling

LONGEST_QUESTION = 2000  # characters; the encoder reads about 1,100

#: Words that ask and carry no topic, beside the stop words that the word index knows.
FUNCTION_WORDS = frozenset(
    """a about all also am an and any anything are as at be been being both but by can cannot compare could
    did do does doing done each either else ever every for from get give given had has have having he her here
    his how i if in into is it its itself let like made make many may me might more most much must my no nor not
    now of off on one only onto or other our out over own per please plan plans said same say says shall she
    should show so some such tell than that the their them then there these they this those through to too
    under until up upon us very want wants was we were what when where which while who whom whose why will with
    within without would you your according mention mentioned mentions state stated states expect expected""".split()
)


#: Words that name the kind of answer rather than its topic: "the cement capacity rules" are found by
#: "cement" and "capacity"; that no sentence says "rules" tells nothing.
ANSWER_WORDS = frozenset(
    """rule rules requirement requirements measure measures policy policies provision provisions regulation
    regulations thing things kind kinds type types way ways information detail details content""".split()
)


class Kind(StrEnum):
    """The kind of thing that would answer."""

    COUNT = "count"
    QUANTITY = "quantity"
    DATE = "date"
    MONEY = "money"
    BODY = "body"
    PLACE = "place"
    OPEN = "open"


_KINDS = (
    (Kind.OPEN, r"\b(?:rules?|requirements?|measures|polic(?:y|ies)|provisions?|principles?)\b"),
    (
        Kind.DATE,
        # not "treated when a project is proposed"
        r"^(?:and |since |by |until )?when\b|\bwhen (?:will|would|do|does|did|should|must|can|is|are|was|were)\b"
        r"|\b(?:which|what) (?:year|date|deadline|day|month)\b|\bdeadline\b",
    ),
    (
        Kind.MONEY,
        r"\bhow (?:much (?:money|funding|investment)|many yuan)\b|\bhow much (?:will|does|do|did) .{0,60}cost\b"
        r"|\bwhat\b[^?]{0,40}\b(?:costs?|prices?|fees?|fines?|budget|salar(?:y|ies)|tariffs?|revenues?|turnover)\b",
    ),
    (Kind.COUNT, r"\bhow many\b"),
    (
        Kind.QUANTITY,
        r"\bhow (?:much|large|big|fast|steep|high|far|long|tall|deep|often|strongly)\b"
        r"|\bwhat\b[^?]{0,48}\b(?:share|proportion|percentage|percent|rate|ratio|level|number|capacity|"
        r"amount|volume|target|size|height|limit|length|temperature|speed)\b"
        r"|\bwhich\b[^?]{0,48}\b(?:share|proportion|percentage|percent)\b"
        r"|\bto what (?:extent|level)\b|\bby how\b",
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
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\bFive[- ]Year Plan\b|\bend of (?:the|this) decade\b|\d{4}年")
_FIGURE = re.compile(r"\d")
_NOT_A_FIGURE = re.compile(
    r"^\s*(?:\(\w+\)|\d{1,2}[.)])\s*|\b(?:19|20)\d\d\b|\b\d+(?:st|nd|rd|th)\b|\(\d+\)|\b\d+G\b"
    r"|\bNo\. ?\d+|\bFive-Year\b",
    re.MULTILINE,
)
_NUMBER_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
#: Say how much, never how many.
_SHARE_WORDS = re.compile(
    r"\b(?:half|third|quarter|fifth|tenth|double|twice|triple|zero|doubl\w+|halv\w+|fully|entirely|majority)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(r"\byuan\b|\bRMB\b|\bdollars?\b|\beuros?\b|[$€£¥]|元|\bfree of charge\b", re.IGNORECASE)
_BODY = re.compile(
    r"\b(?:committee|government|department|commission|bureau|office|ministry|council|group|agency|authorit(?:y|ies)|"
    r"enterprise|compan(?:y|ies)|universit(?:y|ies)|institut\w+|association|party|cities|municipalit\w+|organization|"
    r"unit)s?\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[a-z,;)] )[A-Z][a-z]+|[\u4e00-\u9fff]{2,}")


#: Asked for one of these, a sentence that holds none cannot answer, however near it comes.
FIGURES = frozenset({Kind.COUNT, Kind.QUANTITY, Kind.DATE, Kind.MONEY})


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read. ``text`` is folded for searching; ``plans`` are the ids it names."""

    asked: str
    text: str
    kind: Kind
    plans: tuple[str, ...]
    plan_words: frozenset[str]


def read_question(asked: str, names: Mapping[str, Iterable[str]]) -> Question:
    """Read a question as typed; ``names`` maps plan ids to the names that call them.

    Raises QuestionError when there is no word in it, or it is too long.
    """
    text = fold_space(asked)
    if not re.search(r"\w", text):
        raise QuestionError("Type a question: there is no word in this one.")
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(text)} characters, {LONGEST_QUESTION} at most are read. Shorten it."
        )
    called = {plan: _called(text, plan, plan_names) for plan, plan_names in names.items()}
    plans = tuple(plan for plan, words in called.items() if words)
    return Question(
        asked=asked.strip(),
        text=fold_spelling(text),
        kind=next((k for k, pattern in _KINDS if re.search(pattern, text, re.IGNORECASE)), Kind.OPEN),
        plans=plans,
        plan_words=frozenset(word for words in called.values() for word in words),
    )


def ask_of(question: Question, plans: Collection[str]) -> Question:
    """``question`` put to ``plans``: the names of other plans are no words that theirs could hold."""
    if set(question.plans) <= set(plans):
        return question
    names = "|".join(re.escape(word) for word in sorted(question.plan_words, key=len, reverse=True))
    text = re.sub(rf"\b(?:{names})(?:'s)?\b", " ", question.text, flags=re.IGNORECASE)
    return replace(question, text=fold_space(text), plans=tuple(p for p in question.plans if p in plans))


def fits_kind(kind: Kind, sentence: str) -> bool:
    """Whether ``sentence`` holds a thing of ``kind``: a number, a figure, a year, money, a body, a place."""
    match kind:
        case Kind.COUNT | Kind.QUANTITY:
            bare = _NOT_A_FIGURE.sub(" ", sentence)
            share = kind is Kind.QUANTITY and _SHARE_WORDS.search(bare)
            return bool(_FIGURE.search(bare) or _NUMBER_WORDS.search(bare) or share)
        case Kind.DATE:
            return bool(_YEAR.search(sentence))
        case Kind.MONEY:
            return bool(_MONEY.search(sentence))
        case Kind.BODY:
            return bool(_BODY.search(sentence))
        case Kind.PLACE:
            return bool(_NAME.search(sentence))
        case Kind.OPEN:
            return True


def plan_names(plan_id: str, title: str, text: str) -> tuple[str, ...]:
    """Proper names of a plan's title and id: words that its text never writes in lower case.

    "Sichuan" of "Sichuan Carbon Peak Implementation Plan"; not "Carbon", which the text also has as
    "carbon". A plan without such a word is called by "the <id> plan" alone.
    """
    names = []
    for word in re.findall(r"[A-Z][\w'-]{2,}", title):
        occurrences = len(re.findall(rf"\b{re.escape(word)}\b", text))
        lowered = len(re.findall(rf"\b{re.escape(word.lower())}", text))
        if occurrences >= 2 and not lowered and word.lower() not in FUNCTION_WORDS:
            names.append(word)
    for chunk in re.findall(r"[\u4e00-\u9fff]{2,3}(?=省|市|自治区|县)", title):
        names.append(chunk)
    return tuple(dict.fromkeys(names))


def _called(text: str, plan_id: str, names: Iterable[str]) -> set[str]:
    """Lower-case words of ``text`` by which it calls the plan."""
    found = set()
    lowered = text.lower()
    for name in names:
        if name.lower() not in lowered:  # with thousands of plans a pattern for each name takes half a second
            continue
        if name.isascii():
            if re.search(rf"\b{re.escape(name)}(?:'s)?\b", text, re.IGNORECASE):
                found.add(name.lower())
        else:
            found.add(name)
    spoken = re.sub(r"[-_]+", " ", plan_id)
    if spoken.lower() in lowered and re.search(
        rf"\b{re.escape(spoken)}(?:'s)? (?:action |implementation )?plan\b", text, re.IGNORECASE
    ):
        found.update(spoken.lower().split())
    return found
