"""Whether a sentence answers: a calibrated classifier over what retrieval, late interaction and the reader say of it.

No cosine separates a near miss from an answer. Better signs are a rare word of the question that nothing matches,
the kind of thing asked for missing, and the reader's logit. ``benchmarks/calibrate.py`` fits the coefficients.
Beside the classifier one rule refuses: a name that no passage holds. A question on Guangdong is not answered by a
sentence on another province.
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
from indexer.asking.retrieval import Candidate, CandidateSentence
from indexer.language.matching import absent_words

#: Features of a sentence without the reader, and with it.
FEATURES = ("interaction", "worst word", "cosine", "kind missing")
READ_FEATURES = (*FEATURES, "reading")


@dataclass(frozen=True, slots=True)
class AnswerClassifier:
    """A logistic regression; a sentence answers from the probability ``threshold`` on."""

    coefficients: tuple[float, ...]
    intercept: float
    threshold: float


def load_classifiers(file: Path) -> dict[int, AnswerClassifier]:
    """The classifiers in ``file`` by their number of features: without the reader, and with it."""
    stored = json.loads(file.read_text("utf-8"))
    return {
        len(names): AnswerClassifier(
            tuple(fitted["coefficients"][n] for n in names), fitted["intercept"], fitted["threshold"]
        )
        for names, fitted in ((FEATURES, stored["unread"]), (READ_FEATURES, stored["read"]))
    }


CLASSIFIERS = load_classifiers(Path(__file__).with_suffix(".json"))
#: Idf from which an unmatched word counts in full.
RARE = 4.0


def features_of(
    question: Question, words: QuestionWords, candidate: Candidate, sentence: CandidateSentence
) -> list[float]:
    """The READ_FEATURES of a sentence that was read, the FEATURES of any other."""
    shortfall = (1 - sentence.matches) * np.minimum(1.0, words.weights / RARE)
    worst = 1.0 - float(shortfall.max(initial=0.0))
    kind_missing = float(question.kind is not Kind.OPEN and not sentence.fits)
    features = [sentence.interaction, worst, candidate.cosine or 0.0, kind_missing]
    # margin and relevance as one feature: fitted apart they do no better on questions left out of the fit
    return [*features, sentence.reading.score] if sentence.reading else features


def confidence(features: Sequence[float]) -> float:
    """Probability that the sentence answers."""
    classifier = CLASSIFIERS[len(features)]
    z = classifier.intercept + sum(c * f for c, f in zip(classifier.coefficients, features, strict=True))
    return 1 / (1 + math.exp(-z))


def answers(features: Sequence[float]) -> bool:
    """Whether the sentence is shown as an answer."""
    return confidence(features) >= CLASSIFIERS[len(features)].threshold


def missing_names(question: Question, words: QuestionWords, texts: Sequence[str]) -> tuple[str, ...]:
    """Proper names of the question that none of ``texts`` holds.

    The first word's capital makes no name, nor do the capitals of a question Written Like This. "CO2" and other
    short forms are no names either: the texts may spell them out.
    """
    inner = re.findall(r"(?<=\w[\s,])[^\W\d_]+", question.text)
    if sum(word[0].isupper() for word in inner) > len(inner) / 2:
        return ()
    names = [w for w in words.words if w in inner and re.fullmatch(r"[A-Z][a-z]{2,}", w)]
    absent = absent_words(names, texts) if names else set()
    return tuple(w for w in names if w in absent)
