"""Text -> search terms: words told apart, folded and stemmed, the same for a question and for a passage."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from indexer.language.folding import fold_spelling

if TYPE_CHECKING:
    import tantivy

# Figures stay whole ("13.7"), each Chinese character is a word, everything else splits at punctuation.
_TOKENS = r"\p{Han}|\d+(?:[.,]\d+)+|[\w&&[^\p{Han}]]+"
#: Letters of a word that is remembered; a Chinese text without white space would be one of thousands.
_LONG = 40


@lru_cache(maxsize=1)
def analyzer() -> tantivy.TextAnalyzer:
    """What turns text of one spelling into terms."""
    import tantivy  # a page that asks nothing is there without it

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

    No term reaches over white space, so what stands between is cut up by itself and remembered: a question has some
    sixty passages cut up, and most of their words have been met.
    """
    return [term for part in text.split() for term in (_known if len(part) <= _LONG else _terms)(part)]


def _terms(part: str) -> tuple[str, ...]:
    return tuple(analyzer().analyze(fold_spelling(part)))


_known = lru_cache(maxsize=1 << 15)(_terms)
