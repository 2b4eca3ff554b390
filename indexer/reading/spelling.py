"""British and American spellings meet, so that "aluminium" finds "aluminum" and the other way."""

from __future__ import annotations

import re

# Only families of words that plans use; a bare "-ise" rule would maim "enterprise" and "exercise".
_VERBS = (
    "author|capital|carbon|categor|central|character|commercial|digital|electr|emphas|final|general|harmon|"
    "industrial|intens|internal|liberal|material|max|min|mobil|modern|neutral|normal|optim|organ|penal|"
    "populari|priorit|rational|real|recogn|special|stabil|standard|subsid|summar|urban|util|visual"
)
_SPELLINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        (r"\b(\w*)aluminium\b", r"\1aluminum"),
        (rf"\b(\w*(?:{_VERBS})im?)is(e[sdr]?|ing|ations?)\b", r"\1iz\2"),
        (rf"\b(\w*(?:{_VERBS}))is(e[sdr]?|ing|ations?)\b", r"\1iz\2"),
        (r"\b(col|lab|harb|neighb|fav|behavi)our", r"\1or"),
        (r"\b(cent|fib|lit|theat|calib)re(s?)\b", r"\1er\2"),
        (r"\b(\w*)metre(s?)\b", r"\1meter\2"),
        (r"\btonne(s?)\b", r"ton\1"),
        (r"\bprogramme", "program"),
        (r"\b(fuel|travel|label|model)l(ed|ing)\b", r"\1\2"),
        (r"\bsulph", "sulf"),
        (r"\b(def|lic)ence", r"\1ense"),
        (r"\bplough", "plow"),
    )
)


def fold_spelling(text: str) -> str:
    """``text`` with British spellings as American ones; everything else as it is."""
    for pattern, plain in _SPELLINGS:
        text = pattern.sub(plain, text)
    return text
