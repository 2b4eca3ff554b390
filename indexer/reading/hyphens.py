"""Hyphens of words that a line end breaks, so that ``fold_space`` reads words whole and compounds with their hyphens.

A soft hyphen (U+00AD) says where a word may be broken. In the canonical text it stands only where a word is broken that
has no hyphen of its own.
"""

from __future__ import annotations

import re

SOFT_HYPHEN = "\u00ad"
_UNUSED = re.compile(r"(?<!\w)\u00ad+|\u00ad+(?![^\S\n]*\n)")
#: A hyphen where a line ends or ended before lines were joined, and the white space behind it.
_BREAK = re.compile(r"(?:\u00ad|[\u2010-](?=\s))(?=(?P<space>\s*))")
_WORD = re.compile(r"[\w\u2010-]+")
_LONGEST_WORD = 60


def drop_soft_hyphens(text: str) -> str:
    """``text`` without the soft hyphens at which no line ends, of which nothing is to be seen."""
    return _UNUSED.sub("", text) if SOFT_HYPHEN in text else text


def settle_hyphens(text: str) -> str:
    """``text``, as long as before, with a soft hyphen where a line end breaks a word and a hard one within a compound.

    How ``text`` writes the word elsewhere decides. Where it does not, a soft hyphen stays if the word goes on with a
    small letter, and a hard one stays in any case.
    """
    marks = [(mark.start(), mark.end("space")) for mark in _BREAK.finditer(text)]
    broken = [(_word_before(text, at), _folded(_WORD.match(text, end, end + _LONGEST_WORD))) for at, end in marks]
    tried = {f"{head}{between}{tail}" for head, tail in broken for between in ("", "-")}
    known = {word for found in _WORD.finditer(text) if (word := _folded(found)) in tried} if broken else set()
    parts: list[str] = []
    position = 0
    for (at, end), (head, tail) in zip(marks, broken, strict=True):
        whole, apart = bool(tail) and f"{head}{tail}" in known, f"{head}-{tail}" in known
        goes_on = text[end : end + 1].islower()
        if text[at] == SOFT_HYPHEN:
            soft = whole or (goes_on and not apart)
        elif head:
            soft = whole and goes_on and not apart
        else:
            continue
        parts += [text[position:at], SOFT_HYPHEN if soft else "-"]
        position = at + 1
    return "".join([*parts, text[position:]])


def _word_before(text: str, end: int) -> str:
    *_, last = [None, *_WORD.finditer(text, max(0, end - _LONGEST_WORD), end)]
    return _folded(last) if last and last.end() == end else ""


def _folded(word: re.Match[str] | None) -> str:
    return word[0].replace("\u2010", "-").casefold() if word else ""
