"""Two texts, or the cells of one question -> the figures, years, names and obligations in which they differ.

A figure is compared with the other text's figure for the same thing: of the same dimension, in the clause that shares
the most words and the year. Years, names and degrees of obligation are compared with all of the other text. Equal
values are never marked, whatever their units.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from indexer.language.dates import MONTHS, find_years
from indexer.language.matching import jaccard, words
from indexer.language.obligation import binding_of, find_binding
from indexer.language.quantities import Quantity, comparable, find_quantities, same_value
from indexer.language.sentences import split_sentences
from indexer.language.stopwords import FUNCTION_WORDS
from indexer.language.terms import analyze
from indexer.types import Aspect, Difference, Mark, Span

#: Share of common words, plus what a common year adds, from which two clauses give a figure for the same thing.
_LEAST_ALIKE = 0.15
_SAME_YEAR = 0.3
#: What an equal value adds: among clauses about equally similar, it decides.
_SAME_VALUE = 0.1
#: Figures of a text that are paired with another's, at most; a text with more is a long table.
_MOST_PAIRED = 100
_CLAUSE_END = re.compile(r"[,;:，；：。](?=\D)|[.!?。](?=\s|$)")
_NAME = re.compile(r"(?<=[\w,;:'\"“”’()] )[A-Z][a-z]{2,}(?:[-'][A-Za-z]+)*(?: [A-Z][a-z]{2,}(?:[-'][A-Za-z]+)*)*")
#: Capitalised words that name nothing; periods are compared as years.
_NO_NAMES = {"five-year", "plan", *MONTHS}


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure with its clause: the stems of its words, and the years it is for; both empty where it is not paired."""

    quantity: Quantity
    stems: frozenset[str]
    years: frozenset[int]


def mark_differences(one: str, other: str, names: Collection[str] = ()) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """What differs in ``one`` and in ``other``, in order. ``names`` are the plans' own names, which always differ."""
    return _marks(one, [other], names), _marks(other, [one], names)


def mark_among(text: str, others: Sequence[str], names: Collection[str] = ()) -> tuple[Mark, ...]:
    """What differs in ``text`` from at least one of ``others``."""
    return _marks(text, others, names)


def find_differences(texts: Mapping[str, str], names: Collection[str] = ()) -> tuple[Difference, ...]:
    """For each aspect in which ``texts`` (by plan id) differ, what each of them says."""
    marked = {}
    for plan, text in texts.items():
        marked[plan] = _values(text, mark_among(text, [t for p, t in texts.items() if p != plan], names))
    found = []
    for aspect in Aspect:
        if aspect is Aspect.BINDING:
            values = {plan: str(binding_of(text)) for plan, text in texts.items()}
            if len(set(values.values())) < 2:
                continue
        else:
            values = {plan: "; ".join(own[aspect]) for plan, own in marked.items() if aspect in own}
        if values:
            found.append(Difference(aspect, values))
    return tuple(found)


def _values(text: str, marks: Sequence[Mark]) -> dict[Aspect, list[str]]:
    """The marked words of each aspect as values, each once: figures with the unit's symbol, the rest as written."""
    known: dict[Aspect, dict[Span, str]] = {  # of two at one place, the first
        Aspect.FIGURE: {quantity.span: str(quantity) for quantity in reversed(find_quantities(text))},
        Aspect.YEAR: {year.span: str(year.year) for year in reversed(find_years(text))},
    }
    found: dict[Aspect, dict[str, None]] = {}
    for mark in marks:
        value = known.get(mark.aspect, {}).get(mark.span) or " ".join(text[slice(*mark.span)].split())
        found.setdefault(mark.aspect, {})[value] = None
    return {aspect: list(values) for aspect, values in found.items()}


def _marks(text: str, others: Sequence[str], names: Collection[str]) -> tuple[Mark, ...]:
    found: dict[Span, Aspect] = {}
    for other in others:
        for span in _unlike_bindings(text, other):
            found.setdefault(span, Aspect.BINDING)
        for span in _unlike_names(text, other, names):
            found.setdefault(span, Aspect.NAME)
        for span in _unlike_years(text, other):
            found.setdefault(span, Aspect.YEAR)
        for span in _unlike_figures(text, other):
            found[span] = Aspect.FIGURE
    return tuple(Mark(span, aspect) for span, aspect in _apart(found))


def _apart(found: Mapping[Span, Aspect]) -> list[tuple[Span, Aspect]]:
    """``found`` in order, without those that overlap an earlier one."""
    kept: list[tuple[Span, Aspect]] = []
    for span, aspect in sorted(found.items()):
        if not kept or span[0] >= kept[-1][0][1]:
            kept.append((span, aspect))
    return kept


def _unlike_figures(text: str, other: str) -> list[Span]:
    """Figures of ``text`` for which ``other`` has a different value, or none.

    Of long tables the figures that are not paired are unlike where ``other`` has their value nowhere.
    """
    own, theirs = _figures(text), _figures(other)
    met = _met(own, theirs)
    long = max(len(own), len(theirs)) > _MOST_PAIRED
    written = {_as_written(b) for b in theirs} if long else set()
    return [
        a.quantity.span
        for i, a in enumerate(own)
        if (not same_value(a.quantity, theirs[met[i]].quantity) if i in met else _as_written(a) not in written)
    ]


def _as_written(figure: _Figure) -> tuple[float, str]:
    return figure.quantity.value, figure.quantity.unit


def paired_figures(text: str, other: str) -> list[tuple[Span, Span]]:
    """The spans of the figures of ``text`` and ``other`` that are for the same thing."""
    own, theirs = _figures(text), _figures(other)
    return [(own[i].quantity.span, theirs[j].quantity.span) for i, j in sorted(_met(own, theirs).items())]


def _met(own: Sequence[_Figure], theirs: Sequence[_Figure]) -> dict[int, int]:
    """For each of ``own``, by index, the one of ``theirs`` for the same thing, the most alike first."""
    pairs = [
        (alike + (_SAME_VALUE if same_value(a.quantity, b.quantity) else 0.0), i, j)
        for i, a in enumerate(own[:_MOST_PAIRED])
        for j, b in enumerate(theirs[:_MOST_PAIRED])
        if comparable(a.quantity, b.quantity) and (alike := _alike(a.stems, a.years, b.stems, b.years)) >= _LEAST_ALIKE
    ]
    met: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if i not in met and j not in taken:
            met[i] = j
            taken.add(j)
    return met


@lru_cache(maxsize=256)  # a text is compared with each of the others
def _figures(text: str) -> tuple[_Figure, ...]:
    """Figures of ``text``, except those that the source broke off, whose value is unknown."""
    found: list[_Figure] = []
    quantities, years = find_quantities(text), find_years(text)
    firsts, year_starts = [q.span[0] for q in quantities], [y.span[0] for y in years]
    for start, end in split_sentences(text):
        own = quantities[bisect_left(firsts, start) : bisect_left(firsts, end)]
        cuts = [start, *(start + m.end() for m in _CLAUSE_END.finditer(text[start:end])), end] if own else []
        of_sentence = years[bisect_left(year_starts, start) : bisect_left(year_starts, end)] if own else []
        for quantity in own:
            if quantity.cut_off:
                continue
            if len(found) >= _MOST_PAIRED:
                found.append(_Figure(quantity, frozenset(), frozenset()))
                continue
            first, last = quantity.span
            # a unit on the next line may lie after the sentence's end
            begin, stop = max(c for c in cuts if c <= first), min((c for c in cuts if c >= last), default=end)
            clause = f"{text[begin:first]} {text[last:stop]}"
            before = [y.year for y in of_sentence if y.span[0] < first]
            after = [y.year for y in of_sentence if first < y.span[0]]
            found.append(_Figure(quantity, _stems(clause), frozenset(before[-1:] or after[:1])))
    return tuple(found)


@lru_cache(maxsize=1024)  # the rows of a table say the same of each figure
def _alike(stems: frozenset[str], years: frozenset[int], others: frozenset[str], other_years: frozenset[int]) -> float:
    """How alike the clauses of two figures are, by their ``stems`` and ``years``."""
    if not stems or not others:
        return _LEAST_ALIKE  # a bare figure may be for anything
    common = jaccard(stems, others)
    if years and other_years:
        return common + (_SAME_YEAR if years == other_years else -_SAME_YEAR)
    return common


def _stems(text: str) -> frozenset[str]:
    """Search terms of ``text`` without figures and function words."""
    return frozenset(analyze(" ".join(w for w in words(text) if not w[0].isdigit() and w not in FUNCTION_WORDS)))


def _unlike_years(text: str, other: str) -> list[Span]:
    named = {y.year for y in find_years(other)}
    return [y.span for y in find_years(text) if y.year not in named]


def _unlike_names(text: str, other: str, ignored: Collection[str]) -> list[Span]:
    """Proper names of ``text`` that ``other`` lacks; a word that either has in lower case is no name."""
    own, theirs = _Words(text), _Words(other)
    ignored_words = {name.lower() for name in ignored} | _NO_NAMES
    spans = []
    for match in _NAME.finditer(text):
        words = [
            w
            for w in re.findall(r"[A-Za-z][\w'-]+", match.group())
            if (low := w.lower()) not in ignored_words and not own.hold(low) and not theirs.hold(low)
        ]
        if not all(map(theirs.hold, words)):
            spans.append(match.span())
    return spans


class _Words:
    """The words of a text, asked for one after another; most are settled without a search through it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._runs = set(re.findall(r"\w+", text))
        self._searched: dict[str, bool] = {}

    def hold(self, word: str) -> bool:
        """Whether the text holds ``word`` whole; one with a hyphen or an apostrophe is several runs."""
        runs = re.findall(r"\w+", word)
        if runs == [word] or not self._runs.issuperset(runs):
            return word in self._runs
        if word not in self._searched:
            self._searched[word] = re.search(rf"\b{re.escape(word)}\b", self._text) is not None
        return self._searched[word]


def _unlike_bindings(text: str, other: str) -> list[Span]:
    """Words of ``text`` for a degree of obligation that ``other`` does not have."""
    degrees = {binding for _, binding in find_binding(other)}
    return [span for span, binding in find_binding(text) if binding not in degrees]
