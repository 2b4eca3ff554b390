"""Word overlap of two texts, and whether a text holds a word or a figure."""

from __future__ import annotations

import re
from collections.abc import Collection, Container

from indexer.language.chinese import HAN, is_han, simplify
from indexer.language.folding import fold_spelling

#: A figure with a point or commas, "13.7" or "10,000", which is one word.
FIGURE = re.compile(r"\d+(?:[.,]\d+)+")
#: As search terms are cut (``terms``): figures whole, each Chinese character a word.
_WORD = re.compile(rf"[\u4e00-\u9fff]|{FIGURE.pattern}|[^\W\u4e00-\u9fff]+")
_COUNTED = re.compile(rf"[{HAN}]|[^\s{HAN}]+")
_ENDING = re.compile(r"(?<=\w{4})(?:ies|es|s|ed|ing|y|e)$")
_RUN = re.compile(rf"{FIGURE.pattern}|\w+")
#: The comma of "10,000".
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
#: A character that goes on in the word before or after it, and where such a word begins.
_IN_WORD = re.compile(r"[^\W\u4e00-\u9fff]")
_BEGINS = rf"(?<!{_IN_WORD.pattern})"
#: Apostrophes and dashes, typed one way and printed another.
_ONE_SHAPE = str.maketrans("‘’‐‑–−", "''----")


def words(text: str) -> list[str]:
    """The words of ``text`` in lower case, as they are spelled; a Chinese character is one, and so is "13.7"."""
    return _WORD.findall(text.lower())


def count_words(text: str) -> int:
    """Words between blanks; each Chinese character counts as one, as in word processors."""
    return len(_COUNTED.findall(text))


def word_set(text: str) -> frozenset[str]:
    """The words of ``text``; Chinese in whole runs between punctuation, since single characters say little."""
    return frozenset(_RUN.findall(text.lower()))


def shingles(text: str, size: int) -> list[tuple[str, ...]]:
    """Runs of ``size`` words of ``text`` (Broder, 1997), one from each word on."""
    found = words(text)
    return [tuple(found[i : i + size]) for i in range(len(found) - size + 1)]


def containment(part: Collection[object], whole: Container[object]) -> float:
    """Share of ``part`` that is in ``whole``; 0.0 for an empty part."""
    return sum(item in whole for item in part) / len(part) if part else 0.0


def overlap(one: Collection[object], other: Collection[object]) -> float:
    """The overlap coefficient (Szymkiewicz and Simpson): items in common, of the smaller set."""
    one, other = set(one), set(other)
    return len(one & other) / max(1, min(len(one), len(other)))


def jaccard(one: Collection[object], other: Collection[object]) -> float:
    """Items in common, of all items of both sets (Jaccard, 1901); 0.0 for two empty sets."""
    one, other = frozenset(one), frozenset(other)
    common = len(one & other)
    return common / max(1, len(one) + len(other) - common)


def absent_words(asked: Collection[str], texts: Collection[str]) -> set[str]:
    """The words of ``asked`` that none of ``texts`` holds in any spelling or with any ending; figures match exactly.

    A Chinese word is there where its characters stand, simplified or traditional.
    """
    plain = "\n".join(texts).lower()
    absent = {word for word in asked if not _holds(plain, word)}
    # most words match as they are, and folding takes ten times as long as searching
    folded = fold_spelling(plain) if absent else ""
    absent = {word for word in absent if not _holds(folded, word)}
    chinese = {word for word in absent if any(map(is_han, word))}
    folded = simplify(folded) if chinese else ""
    return absent - {word for word in chinese if _holds(folded, simplify(word))}


def stem(word: str) -> str:
    """``word`` in lower case without an English ending, to match as a prefix: "polic" of "policies"."""
    return _ENDING.sub("", word.lower())


def holds_figure(text: str, figure: str) -> bool:
    """Whether ``text`` holds ``figure`` whole: "15%" does not hold "5%", nor do "2025" and "20.5" hold "20".

    "10,000" and "10000" are one figure. At an end that is no digit, ``figure`` matches as any text.
    """
    wanted, whole = (_THOUSANDS.sub("", part).lower() for part in (figure, text))
    before = r"(?<!\d)(?<!\d[.,])" if wanted[:1].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if wanted[-1:].isdigit() else ""
    return bool(re.search(before + re.escape(wanted) + after, whole))


def holds_phrase(text: str, phrase: str) -> bool:
    """Whether ``text`` holds ``phrase`` as whole words and figures, in upper or lower case: "$100" is not in "$1000".

    Apostrophes and dashes are one whatever their shape. Chinese has no ends of words.
    """
    wanted, whole = (part.translate(_ONE_SHAPE).lower() for part in (phrase, text))
    before = r"(?<!\d)(?<!\d[.,])" if wanted[:1].isdigit() else _BEGINS
    after = r"(?![^\W\u4e00-\u9fff])" + (r"(?![.,]\d)" if wanted[-1:].isdigit() else "")
    before = before if _IN_WORD.match(wanted[:1]) else ""
    after = after if _IN_WORD.match(wanted[-1:]) else ""
    return bool(re.search(before + re.escape(wanted) + after, whole))


def _holds(text: str, word: str) -> bool:
    if word[0].isdigit():
        return holds_figure(text, word)
    before = _BEGINS if _IN_WORD.match(word) else ""
    return bool(re.search(before + re.escape(stem(fold_spelling(word))), text))
