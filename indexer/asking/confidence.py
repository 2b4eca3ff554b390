"""Whether a sentence answers: a small calibrated model over what retrieval and late interaction saw.

A cosine cannot tell a near miss from an answer. What tells more: the rare word of the question that
nothing meets, and the kind of thing asked for that is not there. The coefficients come from
``benchmarks/calibrate.py``. Apart from it stands the name that no passage holds: what is asked of
Guangdong is not answered by a sentence on another province.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.asking.interaction import QuestionWords
from indexer.asking.question import Kind, Question
from indexer.asking.ranking import RankedSentence

FEATURES = ("interaction", "worst word", "cosine", "kind missing")
_MODEL = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
#: Logistic regression over FEATURES.
COEFFICIENTS: tuple[float, ...] = tuple(_MODEL["coefficients"][name] for name in FEATURES)
INTERCEPT: float = _MODEL["intercept"]
#: Confidence from which a sentence is shown as an answer.
THRESHOLD: float = _MODEL["threshold"]
#: Rarity from which a missing word counts in full.
RARE = 4.0


def measure(question: Question, words: QuestionWords, sentence: RankedSentence) -> list[float]:
    """The FEATURES of one sentence."""
    match = sentence.match
    shortfall = (1 - match.matches) * np.minimum(1.0, words.weights / RARE)
    worst = 1.0 - float(shortfall.max(initial=0.0))
    return [
        match.score,
        worst,
        sentence.cosine,
        float(question.kind is not Kind.OPEN and not sentence.fits),
    ]


def confidence(features: Sequence[float]) -> float:
    """Probability, between 0 and 1, that the sentence answers."""
    z = INTERCEPT + sum(c * f for c, f in zip(COEFFICIENTS, features, strict=True))
    return 1 / (1 + math.exp(-z))


def missing_names(question: Question, words: QuestionWords, texts: Sequence[str]) -> tuple[str, ...]:
    """Proper names of the question that none of ``texts`` holds.

    The first word is no name for its capital, nor is any word of a question Written Like This; "CO2" and
    other short forms may stand in the texts in full.
    """
    inner = re.findall(r"(?<=\w[\s,])[^\W\d_]+", question.text)
    if sum(word[0].isupper() for word in inner) > len(inner) / 2:
        return ()
    absent = absent_words(words.words, texts)
    return tuple(w for w in words.words if w in absent and w in inner and re.fullmatch(r"[A-Z][a-z]{2,}", w))


def absent_words(words: Sequence[str], texts: Sequence[str]) -> set[str]:
    """Those of ``words`` that none of ``texts`` holds, whatever their ending."""
    whole = "\n".join(texts).lower()
    return {word for word in words if not re.search(rf"\b{re.escape(_stem(word))}", whole)}


def _stem(word: str) -> str:
    """``word`` without an English ending, to be met at the beginning of a word."""
    plain = word.lower()
    return re.sub(r"(?<=\w{4})(?:ies|es|s|ed|ing|y|e)$", "", plain)
