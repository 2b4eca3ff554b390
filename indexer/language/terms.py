"""Text -> search terms: tokenized, folded and stemmed, the same for questions and passages."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from indexer.language.folding import fold_spelling

if TYPE_CHECKING:
    import tantivy

# Figures stay whole ("13.7"), each Chinese character is a word, everything else splits at punctuation.
_TOKENS = r"\p{Han}|\d+(?:[.,]\d+)+|[\w&&[^\p{Han}]]+"
#: Characters of a word up to which its terms are cached; a Chinese text is one word of thousands.
_LONG = 40


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
    return tuple(analyzer().analyze(fold_spelling(part)))


_known = lru_cache(maxsize=1 << 15)(_terms)
