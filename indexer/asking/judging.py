"""Whether a sentence answers: a small calibrated model over what retrieval and late interaction saw.

A cosine cannot tell a near miss from an answer. What tells more: the rare word of the question that
nothing meets, the kind of thing asked for that is not there, and what the reader says. The coefficients come from
``benchmarks/calibrate.py``. Apart from it stands the name that no passage holds: what is asked of
Guangdong is not answered by a sentence on another province.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.asking.interaction import QuestionWords
from indexer.asking.question import Kind, Question
from indexer.asking.ranking import RankedSentence
from indexer.language.matching import absent_words

#: What retrieval and late interaction saw, and what the reader adds to it.
FEATURES = ("interaction", "worst word", "cosine", "kind missing")
READ_FEATURES = (*FEATURES, "reading")


@dataclass(frozen=True, slots=True)
class Judge:
    """A logistic regression over features; ``threshold`` is the confidence from which a sentence answers."""

    coefficients: tuple[float, ...]
    intercept: float
    threshold: float


def load_judges(file: Path) -> dict[int, Judge]:
    """The judges in ``file`` by how many features they take: without the reader, and with it."""
    stored = json.loads(file.read_text("utf-8"))
    return {
        len(names): Judge(tuple(made["coefficients"][n] for n in names), made["intercept"], made["threshold"])
        for names, made in ((FEATURES, stored["unread"]), (READ_FEATURES, stored["read"]))
    }


JUDGES = load_judges(Path(__file__).with_suffix(".json"))
#: Rarity from which a missing word counts in full.
RARE = 4.0


def measure(question: Question, words: QuestionWords, sentence: RankedSentence) -> list[float]:
    """The READ_FEATURES of a sentence that the reader has read, the FEATURES of any other."""
    match = sentence.match
    shortfall = (1 - match.matches) * np.minimum(1.0, words.weights / RARE)
    worst = 1.0 - float(shortfall.max(initial=0.0))
    seen = [match.score, worst, sentence.cosine, float(question.kind is not Kind.OPEN and not sentence.fits)]
    # both of the reader's signs in one: fitted apart they do no better on questions left out of the fit
    read = [sentence.reading.score] if sentence.reading else []
    return seen + read


def confidence(features: Sequence[float]) -> float:
    """Probability, between 0 and 1, that the sentence answers."""
    judge = JUDGES[len(features)]
    z = judge.intercept + sum(c * f for c, f in zip(judge.coefficients, features, strict=True))
    return 1 / (1 + math.exp(-z))


def answers(features: Sequence[float]) -> bool:
    """Whether the sentence is shown as an answer."""
    return confidence(features) >= JUDGES[len(features)].threshold


def missing_names(question: Question, words: QuestionWords, texts: Sequence[str]) -> tuple[str, ...]:
    """Proper names of the question that none of ``texts`` holds.

    The first word is no name for its capital, nor is any word of a question Written Like This; "CO2" and
    other short forms may stand in the texts in full.
    """
    inner = re.findall(r"(?<=\w[\s,])[^\W\d_]+", question.text)
    if sum(word[0].isupper() for word in inner) > len(inner) / 2:
        return ()
    names = [w for w in words.words if w in inner and re.fullmatch(r"[A-Z][a-z]{2,}", w)]
    absent = absent_words(names, texts) if names else set()
    return tuple(w for w in names if w in absent)
