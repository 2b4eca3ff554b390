"""A question -> the same with misspellings corrected and with the other names of what it asks for.

A word that no passage holds is corrected to the library's nearest word. Names come from the office's glossary and from
the acronyms that the plans introduce. What is quoted or marked as typed is left alone, as are figures and proper names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from indexer.asking.glossary import read_glossary
from indexer.asking.question import Question, kind_of
from indexer.asking.vocabulary import acronyms_of, correction, unknown_words, words_of
from indexer.encoding import Encoder
from indexer.language.acronyms import is_acronym
from indexer.language.matching import words
from indexer.language.terms import analyze
from indexer.storage import Backend
from indexer.types import Expansion, GlossaryEntry

#: Other names searched for one name, and names of a question that have others, at most: each is one more text to embed.
MOST_NAMES, MOST_EXPANSIONS = 3, 3
#: Words of a name, at most.
_LONGEST = 12

_TOKEN = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+")
_LETTERS = re.compile(r"[^\W\d_\u4e00-\u9fff]+")


def correct(question: Question, backend: Backend, encoder: Encoder) -> Question:
    """``question`` with its misspelt words corrected.

    A word that the encoder's tokenizer keeps whole, but for a plural's "s", is of the language, though no plan has it.
    """
    typed = [m for m in _LETTERS.finditer(question.topic) if m[0].islower() or (m.start() == 0 and m[0].istitle())]
    asked = [m[0] for m in typed if m[0].lower() not in question.query.fixed]
    corrected: dict[str, str] = {}
    for word in unknown_words(backend, list(dict.fromkeys(asked))) if asked else ():
        found = correction(word, words_of(backend))
        if found and all(len(read.vectors) > 1 for read in encoder.embed_tokens([word, word.removesuffix("s")])):
            corrected[word] = found.capitalize() if word.istitle() else found
    if not corrected:
        return question

    def spelled(text: str) -> str:
        return _LETTERS.sub(lambda match: corrected.get(match[0], match[0]), text)

    text = spelled(question.text)
    return replace(
        question, text=text, topic=spelled(question.topic), kind=kind_of(text), corrected=tuple(corrected.items())
    )


def expand(question: Question, backend: Backend) -> Question:
    """``question`` with the other names of what it asks for."""
    thesaurus = Thesaurus(read_glossary(backend), acronyms_of(backend))
    found = thesaurus.find(question.topic, question.query.fixed)
    return replace(question, also=tuple(islice(found, MOST_EXPANSIONS)))


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a question with its search term, "" for a stop word."""

    text: str
    term: str


class Thesaurus:
    """The names of things: an entry of the glossary or an acronym with its long forms each."""

    def __init__(self, glossary: Sequence[GlossaryEntry], acronyms: Mapping[str, Sequence[str]]) -> None:
        self._names: dict[tuple[str, ...], list[str]] = {}
        self._short: dict[str, list[str]] = {}
        self._negative: dict[str, set[str]] = {}
        for entry in glossary:
            names = (entry.preferred, *entry.other)
            self._add(names)
            for name in names:
                self._negative.setdefault(_folded(name), set()).update(map(_folded, entry.negative))
        for short, longs in acronyms.items():
            barred = self._negative.get(_folded(short), set())
            self._add((short, *(long for long in longs if _folded(long) not in barred)))

    def _add(self, names: Sequence[str]) -> None:
        for name in names:
            others = [other for other in names if other.lower() != name.lower()]
            if is_acronym(name):
                self._short.setdefault(name, []).extend(others)
            elif terms := tuple(analyze(name)):
                self._names.setdefault(terms, []).extend(others)

    def find(self, text: str, fixed: Iterable[str] = ()) -> Iterator[Expansion]:
        """The names in ``text`` that have others, in order, the longest first; none with a word that is ``fixed``."""
        found = [_Word(m[0], next(iter(analyze(m[0])), "")) for m in _TOKEN.finditer(text)]
        barred = set(fixed)
        asked = f" {_folded(text)} "
        i = 0
        while i < len(found):
            size, others = self._name_at(found, i)
            if others:
                typed = " ".join(word.text for word in found[i : i + size])
                kept = self._allowed(typed, others, asked)
                if kept and not barred & set(words(typed)):
                    yield Expansion(typed, kept)
            i += size

    def _name_at(self, found: Sequence[_Word], first: int) -> tuple[int, Sequence[str]]:
        """The words of the longest name that begins at ``first``, and its other names."""
        for size in range(min(_LONGEST, len(found) - first), 0, -1):
            name = found[first : first + size]
            if size == 1 and (others := self._of_acronym(name[0].text)):
                return 1, others
            if (
                name[0].term
                and name[-1].term
                and (others := self._names.get(tuple(w.term for w in name if w.term), ()))
            ):
                return size, others
        return 1, ()

    def _of_acronym(self, word: str) -> Sequence[str]:
        """The other names of an acronym, also in the plural."""
        forms = (word, word.removesuffix("s"), f"{word}s")
        return next((self._short[form] for form in forms if form in self._short), ())

    def _allowed(self, typed: str, others: Sequence[str], asked: str) -> tuple[str, ...]:
        """``others`` that are not in ``asked``, the folded question, anyway; none where another thing is meant."""
        if any(f" {negative} " in asked for negative in self._negative.get(_folded(typed), ())):
            return ()
        here = [other for other in dict.fromkeys(others) if f" {_folded(other)} " not in asked]
        return tuple(here[:MOST_NAMES])


def _folded(name: str) -> str:
    """The search terms of ``name``; of an acronym that is spelled like a stop word, itself."""
    return " ".join(analyze(name)) or name.lower()
