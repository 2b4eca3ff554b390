"""Exact match and F1 of an answer's text, as in SQuAD (Rajpurkar et al. 2016) and CMRC 2018 (Cui et al. 2019)."""

from __future__ import annotations

import re
import string
from collections import Counter

from indexer.evaluation import f1

_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normal_words(text: str) -> list[str]:
    """Words in lower case, without punctuation and articles; a Chinese character is a word."""
    plain = re.sub(r"\b(?:a|an|the)\b", " ", text.lower().translate(_PUNCTUATION))
    return re.findall(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff\u3000-\u303f\uff00-\uff65]+", plain)


def exact(text: str, gold: str) -> bool:
    """Whether both have the same words in the same order."""
    return normal_words(text) == normal_words(gold)


def overlap(text: str, gold: str) -> float:
    """F1 of the words that both have; that of two empty texts is 1."""
    a, b = normal_words(text), normal_words(gold)
    if not a and not b:
        return 1.0
    return f1(sum((Counter(a) & Counter(b)).values()), len(a), len(b))
