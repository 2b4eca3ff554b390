"""Near misses made from answered questions: the question asks for something that its passage does not say.

People made the unanswerable questions of SQuAD 2.0 (Rajpurkar, Jia and Liang 2018) in a few ways: another
year, name or number, an opposite, another attribute. The same is done here by rule, with two conditions
that keep a made question truly without an answer in its passage:

- what is replaced stands in the passage (a passage that does not say "1990" is no answer for 1990 alone),
  and is no part of the answer;
- what replaces it stands nowhere in the passage, its context or the question, whatever its ending.

A year is moreover never taken from within a range or after "since" that the passage gives.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.language.matching import absent_words
from training.examples import Example, Kind

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
#: A passage with one of these before a year speaks of other years, too; so does a range of years.
_OPEN_YEAR = re.compile(
    r"\b(?:since|after|from|until|till|before|through|between|during|throughout)\b[^.;]{0,24}\b(?:1[5-9]|20)\d\d\b"
    r"|\b(?:1[5-9]|20)\d\ds\b|\b(?:1[5-9]|20)\d\d\s*[-–—/]\s*\d{2,4}\b|\b(?:1[5-9]|20)\d\d\s+(?:to|and)\s+(?:1[5-9]|20)\d\d\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w.,]*\d)")
#: A run of words with capitals behind a word without one; what stands before tells places from people.
_NAME = re.compile(r"(?<=[a-z,]) ((?:[A-Z][\w'’-]+)(?: (?:of |the |de )?[A-Z][\w'’-]+)*)")
_BEFORE = frozenset({"in", "at", "from", "to", "of", "by", "with", "for", "on"})
#: Ways of asking for an attribute; the group is what is asked for.
_ATTRIBUTES = (
    re.compile(r"\bhow many ([a-z]{4,})\b", re.IGNORECASE),
    re.compile(r"\bwhat (?:is|was|are|were) the ([a-z]{4,}) (?:of|in|for)\b", re.IGNORECASE),
    re.compile(
        r"\b(?:share|percentage|percent|proportion|amount|number|part) of (?:the )?([a-z]{4,})\b", re.IGNORECASE
    ),
    re.compile(r"\b(?:what|which) (?:type|kind|form|sort)s? of ([a-z]{4,})\b", re.IGNORECASE),
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
    ("most", "fewest"),
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
    ("land", "sea"),
    ("summer", "winter"),
)
_OTHER = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}
_OPPOSITE = re.compile(rf"\b(?:{'|'.join(_OTHER)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """What questions name and ask for, to be put in the place of each other: sorted, by where they stand."""

    names: Mapping[tuple[str, int], Sequence[str]]
    attributes: Mapping[int, Sequence[str]]


def collect_words(questions: Iterable[str]) -> Words:
    """The names and the attributes of ``questions``."""
    names: dict[tuple[str, int], set[str]] = defaultdict(set)
    attributes: dict[int, set[str]] = defaultdict(set)
    for question in questions:
        for match in _NAME.finditer(question):
            names[_place(match)].add(match[1])
        for number, pattern in enumerate(_ATTRIBUTES):
            attributes[number].update(m[1].lower() for m in pattern.finditer(question))
    return Words(
        {place: sorted(found) for place, found in names.items()},
        {number: sorted(found - _GENERAL) for number, found in attributes.items()},
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


Swap = Callable[[Example, Words, random.Random], str | None]
SWAPS: dict[Kind, Swap] = {
    Kind.YEAR: swap_year,
    Kind.NUMBER: swap_number,
    Kind.NAME: swap_name,
    Kind.ATTRIBUTE: swap_attribute,
    Kind.OPPOSITE: swap_opposite,
}


def swap(example: Example, kind: Kind, words: Words, rng: random.Random) -> Example | None:
    """The near miss of ``kind`` that an answered example becomes; None where there is nothing to swap."""
    question = SWAPS[kind](example, words, rng)
    if question is None:
        return None
    return replace(example, question=question, relevant=False, start=None, end=None, kind=kind)


def _place(match: re.Match[str]) -> tuple[str, int]:
    """Where a name stands: the word before it, where that tells, and its number of words."""
    before = match.string[: match.start()].rsplit(" ", 1)[-1].lower()
    return before if before in _BEFORE else "", min(3, match[1].count(" ") + 1)


def _said(example: Example) -> str:
    return f"{example.context}\n{example.passage}"


def _is_said(text: str, example: Example) -> bool:
    """Whether the passage says ``text``, apart from its answer."""
    whole = rf"(?<!\w){re.escape(text)}(?!\w)"
    inside = re.search(whole, example.passage, re.IGNORECASE)
    return bool(inside) and not re.search(whole, example.answer, re.IGNORECASE)


def _is_absent(text: str, example: Example) -> bool:
    """Whether no word of ``text``, whatever its ending, stands in the passage, its context or the question."""
    parts = re.findall(r"[^\W_]{3,}", text)
    return bool(parts) and absent_words(parts, [_said(example), example.question]) == set(parts)


def _replaced(example: Example, old: str, others: Sequence[str], rng: random.Random) -> str | None:
    if not others:
        return None
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", rng.choice(others).replace("\\", ""), example.question)
