"""Text -> search terms: tokenized, folded and stemmed, the same for questions and passages.

Chinese is searched by characters and by pairs of them, simplified, so that traditional ones find it and are found.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from indexer.language.chinese import cut_runs, is_han, simplify
from indexer.language.folding import fold_spelling

if TYPE_CHECKING:
    import tantivy

# Figures stay whole ("13.7"), Chinese has been cut before, everything else splits at punctuation.
_TOKENS = r"\p{Han}+|\d+(?:[.,]\d+)+|[\w&&[^\p{Han}]]+"
#: Characters of a word up to which its terms are cached; a Chinese text is one word of thousands.
_LONG = 40


def fold(text: str) -> str:
    """``text`` as the analyzer takes it: spelling folded, Chinese simplified and cut."""
    folded = fold_spelling(text)
    return folded if folded.isascii() else cut_runs(simplify(folded))


@lru_cache(maxsize=1)
def analyzer() -> tantivy.TextAnalyzer:
    """The analyzer that turns folded text into terms."""
    import tantivy  # imported late: pages that ask nothing do without it

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_TOKENS))
    return (
        builder.filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def analyze(text: str) -> list[str]:
    """The search terms of ``text``: folded, stemmed, without stop words.

    No term spans white space, so each part between is analyzed alone and cached: a question analyzes some sixty
    passages, and most of their words repeat.
    """
    return [term for part in text.split() for term in (_known if len(part) <= _LONG else _terms)(part)]


def _terms(part: str) -> tuple[str, ...]:
    return tuple(analyzer().analyze(fold(part)))


def ordered_terms(text: str) -> list[str]:
    """The terms of ``text`` in their order, a Chinese character being one: the units of bigrams."""
    return [term for term in analyze(text) if len(term) != 2 or not is_han(term)]


_known = lru_cache(maxsize=1 << 15)(_terms)
