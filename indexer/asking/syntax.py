"""The search syntax of a question: "exact phrase", -word, OR, =word -> a typed query.

The marks are those of web search. A phrase is words in quotation marks, straight, curly, angular or Chinese; ``-``
before a word or a phrase leaves out the passages that hold it; OR in capitals joins two words or phrases, one of which
has to be there; ``=`` before a word searches it as it is typed, without correction or other names for it. In a Chinese
question “…” is punctuation, as 《…》 is, unless ``-`` stands before it: “十五五” is how the plans write a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.language.chinese import is_chinese
from indexer.language.matching import holds_phrase, words
from indexer.language.sentences import fold_space
from indexer.language.stopwords import FUNCTION_WORDS
from indexer.language.terms import analyze
from indexer.storage import Backend, Scope

#: Words from which a question without a lower-case letter is shouted, and its OR no operator.
_SHOUTED = 5
_TOKEN = re.compile(
    # a mark before a figure is a sign, and one inside a word a hyphen
    r"(?P<mark>(?<!\S)[-−=](?=[\"“„«「$€£¥]|[^\W\d_]))?"
    r"(?:[\"“„](?P<quoted>[^\"“”„]*\w[^\"“”„]*)[\"“”]|«(?P<angular>[^«»]*\w[^«»]*)»|「(?P<corner>[^「」]*\w[^「」]*)」"
    r"|(?P<word>[^\s\"“„«「]+|[\"“„«「]))"
)
_EDGES = re.compile(r"^[(\[“„]+|[)\].,;:?!“”]+$")
#: The edges of two words that were kept apart by a quotation mark.
_RUN_ON = re.compile(r"[^\W\u4e00-\u9fff]{2}")
#: What a word is found by in every form; figures, currencies and Chinese are looked for as they are.
_INFLECTED = re.compile(r"[a-zA-ZÀ-ɏ]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, which a passage holds in any of its forms, or with ``exact`` a phrase, which it holds to the letter."""

    text: str
    exact: bool = False

    def __str__(self) -> str:
        return f"“{self.text}”" if self.exact else self.text

    def is_in(self, text: str) -> bool:
        """Whether ``text``, folded to one line, holds it."""
        if self.exact or not _INFLECTED.fullmatch(self.text):
            return holds_phrase(text, self.text)
        return set(analyze(self.text)) <= set(analyze(text))


@dataclass(frozen=True, slots=True)
class Query:
    """A question, parsed: ``text`` is what is searched, without marks and without what is left out.

    A passage has to hold one term of each group of ``required`` and none that is ``excluded``. ``fixed`` are the words,
    in lower case, that are searched as typed.
    """

    text: str
    required: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()
    fixed: frozenset[str] = frozenset()

    @property
    def filters(self) -> bool:
        """Whether any passage may be left out."""
        return bool(self.required or self.excluded)

    @property
    def marked(self) -> bool:
        """Whether the question is written in the search syntax."""
        return self.filters or bool(self.fixed)

    @property
    def unquoted(self) -> str:
        """``text`` with blanks in the place of phrases, which name no plan."""
        text = self.text
        for phrase in {term.text for group in self.required for term in group if term.exact}:
            text = text.replace(phrase, " " * len(phrase))
        return text


#: Nothing typed.
EMPTY = Query("")


def parse_query(folded: str) -> Query:
    """Parse a question, ``folded`` to one line."""
    chinese = is_chinese(folded)
    tokens = [_Token.of(match, chinese=chinese) for match in _TOKEN.finditer(folded)]
    joins = {i for i in range(1, len(tokens) - 1) if _joins(folded, tokens[i - 1 : i + 2])}
    groups: list[list[Term]] = []
    pieces: list[str] = []
    fixed: set[str] = set()
    for i, token in enumerate(tokens):
        if token.mark == "-":
            continue
        if i in joins:
            pieces.append(" or")
            continue
        joined = i - 1 in joins
        if joined:
            groups[-1].append(token.term)
        elif token.quoted or i + 1 in joins:
            groups.append([token.term])
        if joined or token.quoted or token.mark or i + 1 in joins:
            fixed.update(words(token.text))
        parts = token.spaced or (pieces and _RUN_ON.fullmatch(pieces[-1][-1] + token.text[0]))
        pieces.append(f" {token.text}" if parts else token.text)
    excluded = tuple(token.term for token in tokens if token.mark == "-")
    text = " ".join("".join(pieces).split())
    return Query(text, tuple(map(tuple, groups)), excluded, frozenset(fixed))


def as_typed(asked: str, name: str) -> str:
    """The question ``asked`` with the mark that has ``name``, words of it, searched as it is typed."""
    folded = fold_space(asked)
    pieces = re.findall(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+", name)
    found = re.search(r"\W*".join(map(re.escape, pieces)), folded, re.IGNORECASE)
    if not found:
        return folded
    before, after = folded[: found.start()], folded[found.start() :]
    return f"{before}{'' if not before or before.endswith(' ') else ' '}={after}"


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or a phrase of a question, with its mark; ``spaced``: white space precedes it."""

    text: str
    mark: str
    quoted: bool
    spaced: bool

    @classmethod
    def of(cls, match: re.Match[str], *, chinese: bool) -> _Token:
        quoted = match["quoted"] or match["angular"] or match["corner"]
        mark = (match["mark"] or "").replace("−", "-")
        spaced = match.start() == 0 or match.string[match.start() - 1].isspace()
        if chinese and match[0][0] in "“„":
            return cls(match[0], mark, quoted=False, spaced=spaced)
        return cls((quoted or match["word"]).strip(), mark, bool(quoted), spaced)

    @property
    def term(self) -> Term:
        return Term(self.text, exact=True) if self.quoted else Term(_EDGES.sub("", self.text))


def _joins(folded: str, tokens: Sequence[_Token]) -> bool:
    """Whether the second of three ``tokens`` is the operator OR, the others its operands."""
    before, join, after = tokens
    if join.text != "OR" or join.quoted or (folded.isupper() and len(folded.split()) >= _SHOUTED):
        return False
    return not any(
        operand.mark == "-"
        or not re.search(r"\w", operand.text)
        or (not operand.quoted and operand.term.text.lower() in FUNCTION_WORDS)
        for operand in (before, after)
    )


def filter_scope(backend: Backend, query: Query, scope: Scope) -> tuple[Scope, tuple[tuple[Term, ...], ...]]:
    """``scope`` without the passages that fail the filters of ``query``, and the required groups that none meets.

    Candidates are the passages whose indexed text has every word of a term; those are read, and the term is looked for
    in their text, joined over line ends: a heading above a passage counts for nothing. Raises UnknownPlanError.
    """
    if not query.filters:
        return scope, ()

    def read() -> tuple[Scope, tuple[tuple[Term, ...], ...]]:
        holders = _Holders(backend, scope)
        groups = [holders.any_of(group) for group in query.required]
        unmet = tuple(group for group, keys in zip(query.required, groups, strict=True) if not keys)
        kept = set.intersection(*groups) if groups else set(backend.keys(scope))
        return scope.within(kept - holders.any_of(query.excluded)), unmet

    return backend.snapshot(read)


class _Holders:
    """The passages of a scope that hold a term; each is read once."""

    def __init__(self, backend: Backend, scope: Scope) -> None:
        self._backend, self._scope = backend, scope
        self._texts: dict[int, str] = {}

    def any_of(self, terms: Sequence[Term]) -> set[int]:
        """Keys of the passages that hold one of ``terms``."""
        return {key for term in terms for key in self._candidates(term) if term.is_in(self._texts[key])}

    def _candidates(self, term: Term) -> list[int]:
        keys = self._backend.keys_with_words(term.text, self._scope)
        read = self._backend.passages([key for key in keys if key not in self._texts])
        self._texts.update((key, fold_space(passage.text)) for key, passage in read.items())
        return [key for key in keys if key in self._texts]
