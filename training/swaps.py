"""Near misses made from answered questions: the question asks for something that its passage does not say.

People made the unanswerable questions of SQuAD 2.0 (Rajpurkar, Jia and Liang 2018) in a few ways: another
year, name or number, another entity of the passage, roles reversed, a negation, an opposite, another attribute. The
same is done here by rule, in English and, where ``swaps_chinese`` has a rule, in Chinese, with two conditions that
keep a made question truly without an answer in its passage:

- what is replaced is in the passage (a passage that does not say "1990" is no answer for 1990 alone),
  and is no part of the answer;
- what replaces it is not in the passage, its context or the question, in any inflection.

A year is moreover never taken from within a range or after "since" that the passage gives.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.language.chinese import is_chinese
from indexer.language.matching import absent_words
from indexer.language.sentences import split_sentences
from training.examples import Example, Kind
from training.swaps_chinese import swap_chinese

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
#: A passage with one of these before a year speaks of other years, too; so does a range of years.
_OPEN_YEAR = re.compile(
    r"\b(?:since|after|from|until|till|before|through|between|during|throughout)\b[^.;]{0,24}\b(?:1[5-9]|20)\d\d\b"
    r"|\b(?:1[5-9]|20)\d\ds\b|\b(?:1[5-9]|20)\d\d\s*[-–—/]\s*\d{2,4}\b|\b(?:1[5-9]|20)\d\d\s+(?:to|and)\s+(?:1[5-9]|20)\d\d\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,–-])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w.,]*\d)")
#: A run of capitalized words after a lower-case one; the word before separates places from people.
_NAME = re.compile(r"(?<=[a-z,]) ((?:[A-Z][\w'’-]+)(?: (?:of |the |de )?[A-Z][\w'’-]+)*)")
_BEFORE = frozenset({"in", "at", "from", "to", "of", "by", "with", "for", "on"})
#: Ways of asking for an attribute; the group is what is asked for.
#: A noun and not the adjective before one.
_NOUN = (
    r"([a-z]{4,}(?<!ed)(?<!ing)(?<!ly))\b"
    r"(?= (?:are|is|was|were|do|does|did|have|has|had|can|will|of|in|for|to|from|at|live|lived|made)\b|\?)"
)
_ATTRIBUTES = (
    re.compile(rf"\bhow many {_NOUN}", re.IGNORECASE),
    re.compile(rf"\bwhat (?:is|was|are|were) the {_NOUN}", re.IGNORECASE),
    re.compile(rf"\b(?:share|percentage|percent|proportion|amount|number) of (?:the )?{_NOUN}", re.IGNORECASE),
    re.compile(rf"\b(?:what|which) (?:type|kind|form|sort)s? of {_NOUN}", re.IGNORECASE),
)
#: So general that they may mean anything that the passage says.
_GENERAL = frozenset(
    """people person persons individuals name names title term word words result results purpose main primary
    reason cause total number amount time times more other others different percent things type types kind
    kinds meaning definition role effect effects purpose idea goal goals importance""".split()
)
_OPPOSITES = (
    ("first", "last"),
    ("largest", "smallest"),
    ("biggest", "smallest"),
    ("highest", "lowest"),
    ("longest", "shortest"),
    ("oldest", "youngest"),
    ("fastest", "slowest"),
    ("earliest", "latest"),
    ("best", "worst"),
    ("maximum", "minimum"),
    ("increase", "decrease"),
    ("increased", "decreased"),
    ("rise", "decline"),
    ("gain", "loss"),
    ("imports", "exports"),
    ("northern", "southern"),
    ("eastern", "western"),
    ("north", "south"),
    ("east", "west"),
    ("urban", "rural"),
    ("public", "private"),
    ("male", "female"),
    ("men", "women"),
    ("domestic", "foreign"),
    ("early", "late"),
    ("indoor", "outdoor"),
    ("advantages", "disadvantages"),
    ("inside", "outside"),
    ("above", "below"),
    ("accept", "reject"),
    ("accepted", "rejected"),
    ("allow", "prohibit"),
    ("allowed", "prohibited"),
    ("ancient", "modern"),
    ("arrive", "leave"),
    ("attack", "defend"),
    ("began", "ended"),
    ("begin", "end"),
    ("bought", "sold"),
    ("buy", "sell"),
    ("cold", "hot"),
    ("direct", "indirect"),
    ("employees", "employers"),
    ("enter", "exit"),
    ("entered", "exited"),
    ("exclude", "include"),
    ("excluded", "included"),
    ("external", "internal"),
    ("fall", "rise"),
    ("fell", "rose"),
    ("forbidden", "permitted"),
    ("formal", "informal"),
    ("higher", "lower"),
    ("illegal", "legal"),
    ("import", "export"),
    ("joined", "left"),
    ("larger", "smaller"),
    ("lose", "win"),
    ("lost", "won"),
    ("majority", "minority"),
    ("mandatory", "voluntary"),
    ("negative", "positive"),
    ("older", "younger"),
    ("oppose", "support"),
    ("opposed", "supported"),
    ("opponents", "supporters"),
    ("permanent", "temporary"),
    ("poor", "rich"),
    ("stronger", "weaker"),
    ("strong", "weak"),
    ("successful", "unsuccessful"),
    ("upper", "lower"),
    ("land", "sea"),
    ("summer", "winter"),
)
#: A verb between two names that says something else when they change places.
_DIRECTED = re.compile(
    r"\b(?:accuse|appoint|attack|beat|buy|conquer|create|criticiz|defeat|employ|follow|found|give|hire|inherit"
    r"|influenc|invade|join|kill|lead|own|produce|publish|replace|rule|sell|send|sign|succeed|support|supply"
    r"|teach|transfer|visit|write)\w*\b",
    re.IGNORECASE,
)
_ASKING = frozenset("What Who When Where Which Why How Whom Whose In On At By Is Are Was Were Do Does Did Can".split())
_NEGATED = re.compile(
    r"\b(?:no|not|never|none|neither|nor|without|except|only|unable|fail\w*|exclud\w*)\b|n['’]t\b", re.IGNORECASE
)
#: Where "not" goes: before a participle behind its subject, and before a verb behind "did" and its subject.
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been)\b (?:[\w'’-]+ ){0,6}?((?!hundred|need|speed|seed)\w{2,}ed)\b")
#: Verbs that are not nouns too, so that the words before them are their subject.
_ACTIVE = re.compile(
    r"\b(?:do|does|did|can|could|must|may|should|will|would)\b (?:[\w'’-]+ ){1,6}?"
    r"(accept|allow|apply|appear|attend|become|begin|believe|belong|bring|build|buy|contain|create|decide|defeat|depend"
    r"|describe|develop|discover|employ|enter|establish|exist|expect|find|give|grow|have|hold|include|invade|join|keep"
    r"|learn|live|lose|make|mean|meet|occur|own|prefer|produce|protect|provide|publish|receive|refer|represent|require"
    r"|say|see|sell|serve|teach|tell|think|try|write)\b"
)
_SUBJECT = re.compile(
    r"(?:Who|What|Which(?: [a-z]+){1,2}) ((?!is|was|are|were|did|do|does|has|have|had|can|could)[a-z]+ed) "
)
_OTHER = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}
_OTHER["may"] = "must"  # but what must be may be
_OPPOSITE = re.compile(rf"\b(?:{'|'.join(_OTHER)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """What questions name and ask for, to replace each other: sorted, by their position in a question."""

    names: Mapping[tuple[str, int], Sequence[str]]
    attributes: Mapping[int, Sequence[str]]
    titles: Sequence[str]


def collect_words(examples: Iterable[Example]) -> Words:
    """The names, the attributes and the documents of ``examples``."""
    names: dict[tuple[str, int], set[str]] = defaultdict(set)
    attributes: dict[int, set[str]] = defaultdict(set)
    titles: set[str] = set()
    for example in examples:
        question = example.question
        if 8 <= len(example.context) <= 60:
            titles.add(example.context)
        for match in _NAME.finditer(question):
            names[_place(match)].add(match[1])
        for number, pattern in enumerate(_ATTRIBUTES):
            attributes[number].update(m[1].lower() for m in pattern.finditer(question))
    return Words(
        {place: sorted(found) for place, found in names.items()},
        {number: sorted(found - _GENERAL) for number, found in attributes.items()},
        sorted(titles),
    )


def swap_year(example: Example, words: Words, rng: random.Random) -> str | None:
    """The question of another year, up to ten away."""
    if _OPEN_YEAR.search(_said(example)):
        return None
    found = [m for m in _YEAR.finditer(example.question) if _is_said(m[0], example)]
    if not found:
        return None
    match = rng.choice(found)
    years = [str(int(match[0]) + shift) for shift in range(-10, 11) if shift]
    return _replaced(example, match[0], [y for y in years if y not in _said(example)], rng)


def swap_number(example: Example, words: Words, rng: random.Random) -> str | None:
    """The question with another number, of as many digits."""
    found = [m for m in _NUMBER.finditer(example.question) if _is_said(m[0], example) and not _YEAR.fullmatch(m[0])]
    if not found:
        return None
    old = rng.choice(found)[0]
    shifted = ["".join(c if not c.isdigit() else str(rng.randint(1, 9)) for c in old) for _ in range(8)]
    held = {n.lstrip("0") for n in re.findall(r"\d+", _said(example))}
    return _replaced(example, old, [n for n in shifted if not held & set(re.findall(r"\d+", n))], rng)


def swap_name(example: Example, words: Words, rng: random.Random) -> str | None:
    """The question about another name, which stood behind the same word elsewhere and has as many words."""
    found = [m for m in _NAME.finditer(example.question) if _is_said(m[1], example)]
    if not found:
        return None
    match = rng.choice(found)
    others = words.names.get(_place(match), ())
    drawn = rng.sample(others, min(8, len(others)))
    return _replaced(example, match[1], [n for n in drawn if _is_absent(n, example)], rng)


def swap_attribute(example: Example, words: Words, rng: random.Random) -> str | None:
    """The question for another attribute: "how many students" becomes "how many bridges"."""
    found = [
        (number, m[1])
        for number, pattern in enumerate(_ATTRIBUTES)
        for m in pattern.finditer(example.question)
        if m[1].lower() not in _GENERAL and _is_said(m[1], example)
    ]
    if not found:
        return None
    number, old = rng.choice(found)
    others = words.attributes.get(number, ())
    drawn = rng.sample(others, min(8, len(others)))
    return _replaced(example, old, [n for n in drawn if _is_absent(n, example)], rng)


def swap_opposite(example: Example, words: Words, rng: random.Random) -> str | None:
    """The question for the opposite: "largest" becomes "smallest"."""
    found = [m[0] for m in _OPPOSITE.finditer(example.question) if m[0].islower() and _is_said(m[0], example)]
    if not found:
        return None
    old = rng.choice(found)
    return _replaced(example, old, [n for n in [_OTHER[old]] if _is_absent(n, example)], rng)


def swap_entity(example: Example, words: Words, rng: random.Random) -> str | None:
    """The question about another name of the passage, of the same kind, from another sentence."""
    asked = [m for m in _whole_names(example.question) if _is_said(m[1], example)]
    if not asked or not example.span:
        return None
    match = rng.choice(asked)
    held = [example.passage[a:b] for a, b in split_sentences(example.passage)]
    near = [s for s in held if example.answer in s or re.search(rf"\b{re.escape(match[1])}\b", s)]
    known = f"{example.question} {' '.join(near)}"
    likes = [m for m in _whole_names(example.passage) if _place(m) == _place(match) and m[1] != match[1]]
    return _replaced(example, match[1], sorted({m[1] for m in likes if not _shares_word(m[1], known)}), rng)


def swap_roles(example: Example, words: Words, rng: random.Random) -> str | None:
    """The question with its two names exchanged, when a verb with a direction is between them."""
    names = _whole_names(example.question)
    if len(names) != 2 or not all(_is_said(name[1], example) for name in names):
        return None
    question, (one, other) = example.question, names
    between = question[one.end(1) : other.start(1)]
    if not _DIRECTED.search(between):
        return None
    return question[: one.start(1)] + other[1] + between + one[1] + question[other.end(1) :]


def swap_plan(example: Example, words: Words, rng: random.Random) -> str | None:
    """The question asked of another document than the passage's."""
    named = example.question.startswith("According to")
    if (
        not example.context
        or named
        or not example.question[0].isupper()
        or _shares_word(example.context, example.question)
    ):
        return None
    others = [t for t in rng.sample(words.titles, min(8, len(words.titles))) if not _shares_word(t, _said(example))]
    return as_asked_of(others[0], example.question) if others else None


def as_asked_of(title: str, question: str) -> str:
    """``question`` with the document named that it is asked of."""
    first, _, rest = question.partition(" ")
    return f"According to {title}, {first.lower() if first in _ASKING else first} {rest}"


def swap_negation(example: Example, words: Words, rng: random.Random) -> str | None:
    """The question for what is not so."""
    if _NEGATED.search(_said(example)) or _NEGATED.search(example.question):
        return None
    question = example.question
    if match := _PASSIVE.search(question) or _ACTIVE.search(question):
        return f"{question[: match.start(1)]}not {question[match.start(1) :]}"
    if match := _SUBJECT.match(question):
        return f"{question[: match.start(1)]}never {question[match.start(1) :]}"
    return None


Swap = Callable[[Example, Words, random.Random], str | None]
SWAPS: dict[Kind, Swap] = {
    Kind.YEAR: swap_year,
    Kind.NUMBER: swap_number,
    Kind.NAME: swap_name,
    Kind.ATTRIBUTE: swap_attribute,
    Kind.OPPOSITE: swap_opposite,
    Kind.ENTITY: swap_entity,
    Kind.ROLES: swap_roles,
    Kind.PLAN: swap_plan,
    Kind.NEGATION: swap_negation,
}


def swap(example: Example, kind: Kind, words: Words, rng: random.Random) -> Example | None:
    """The near miss of ``kind`` that an answered example becomes; None where there is nothing to swap."""
    chinese = is_chinese(example.passage)
    question = swap_chinese(example, kind, rng) if chinese else SWAPS[kind](example, words, rng)
    if question is None:
        return None
    return replace(example, question=question, relevant=False, start=None, end=None, kind=kind)


def _place(match: re.Match[str]) -> tuple[str, int]:
    """The kind of a name: the preposition before it, if any, and its number of words."""
    before = match.string[: match.start()].rsplit(" ", 1)[-1].lower()
    return before if before in _BEFORE else "", min(3, match[1].count(" ") + 1)


def _whole_names(text: str) -> list[re.Match[str]]:
    """The names in ``text``, without those that are the end of one, as "Cup" in "2015 UEFA Super Cup"."""
    before = ((m, m.string[: m.start()].rsplit(" ", 1)[-1]) for m in _NAME.finditer(text))
    return [m for m, word in before if word[:1].islower()]


def _shares_word(text: str, other: str) -> bool:
    """Whether ``other`` has a word of ``text``, of four letters or more."""
    return any(word in other.lower() for word in re.findall(r"\w{4,}", text.lower()))


def _said(example: Example) -> str:
    return f"{example.context}\n{example.passage}"


def _is_said(text: str, example: Example) -> bool:
    """Whether the passage says ``text``, apart from its answer."""
    whole = rf"(?<!\w){re.escape(text)}(?!\w)"
    inside = re.search(whole, example.passage, re.IGNORECASE)
    return bool(inside) and not re.search(whole, example.answer, re.IGNORECASE)


def _is_absent(text: str, example: Example) -> bool:
    """Whether no word of ``text``, in any inflection, is in the passage, its context or the question."""
    parts = re.findall(r"[^\W_]{3,}", text)
    return bool(parts) and absent_words(parts, [_said(example), example.question]) == set(parts)


def _replaced(example: Example, old: str, others: Sequence[str], rng: random.Random) -> str | None:
    if not others:
        return None
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", rng.choice(others).replace("\\", ""), example.question)
