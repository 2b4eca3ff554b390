"""Whether a sentence answers: a calibrated classifier over what retrieval, late interaction and the reader say of it.

No cosine separates a near miss from an answer. Better signs are a rare word of the question that nothing matches, the
kind of thing asked for missing, a year or a name of the question that the passage lacks, or the whole library, and the
reader's logits. No sign refuses by itself. ``benchmarks/calibrate.py`` fits the coefficients.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from indexer.asking.interaction import QuestionWords
from indexer.asking.naming import ONE_TYPO, TWO_TYPOS, fold_accents
from indexer.asking.question import FIGURES, Kind, Question
from indexer.asking.retrieval import Candidate, CandidateSentence
from indexer.language.chinese import is_chinese
from indexer.language.dates import find_years
from indexer.language.folding import fold_spelling
from indexer.reading.doubts import doubtful_pages
from indexer.reading.passages import table_context
from indexer.types import Certainty, Passage, Plan, page_at

#: Features of a sentence without the reader, and with it.
FEATURES = (
    "interaction",
    "worst word",
    "cosine",
    "figure missing",
    "kind missing",
    "name not here",
    "name nowhere",
    "year missing",
    "in keywords",
    "in Chinese",
)
READ_FEATURES = (*FEATURES, "reading")


@dataclass(frozen=True, slots=True)
class AnswerClassifier:
    """A logistic regression: from the probability ``threshold`` a sentence may answer, from ``states`` it does."""

    coefficients: tuple[float, ...]
    intercept: float
    threshold: float
    states: float


def load_classifiers(file: Path) -> dict[int, AnswerClassifier]:
    """The classifiers in ``file`` by their number of features: without the reader, and with it."""
    stored = json.loads(file.read_text("utf-8"))
    return {
        len(names): AnswerClassifier(
            tuple(fitted["coefficients"][n] for n in names), fitted["intercept"], fitted["threshold"], fitted["states"]
        )
        for names, fitted in ((FEATURES, stored["unread"]), (READ_FEATURES, stored["read"]))
    }


CLASSIFIERS = load_classifiers(Path(__file__).with_suffix(".json"))
#: Idf from which an unmatched word counts in full.
RARE = 4.0
#: Endings of plurals and of adjectives of places.
_ENDING = re.compile(r"(?<=\w{4})(?:ians?|ans?|ese|ies|es|s|y|e|a)$")


def features_of(
    question: Question,
    words: QuestionWords,
    candidate: Candidate,
    sentence: CandidateSentence,
    names: NamesHeld,
) -> list[float]:
    """The READ_FEATURES of a sentence that was read, the FEATURES of any other."""
    shortfall = (1 - sentence.matches) * np.minimum(1.0, words.weights / RARE)
    worst = 1.0 - float(shortfall.max(initial=0.0))
    missing = question.kind is not Kind.OPEN and not sentence.fits
    figure = question.kind in FIGURES
    features = [
        sentence.interaction,
        worst,
        candidate.cosine or 0.0,
        float(missing and figure),
        float(missing and not figure),
        names.share_missing(candidate.key),
        float(bool(names.nowhere)),
        float(_lacks_a_year(question, candidate.passage)),
        float(question.in_keywords),  # which match a sentence on their topic as well as one that answers
        float(is_chinese(question.asked)),  # another scale of all the others
    ]
    # margin and relevance as one feature: fitted apart they do no better on questions left out of the fit
    return [*features, sentence.reading.score] if sentence.reading else features


def _lacks_a_year(question: Question, passage: Passage) -> bool:
    """Whether a year of ``question`` stands nowhere in ``passage`` or over it: what is due then is said of another."""
    asked = {year.year for year in find_years(question.topic, periods=True)}
    return bool(asked) and not asked <= {year.year for year in find_years(in_full(passage), periods=True)}


def in_full(passage: Passage) -> str:
    """A passage with all that stands over it: its plan's title, its section path, its table's caption and head."""
    return " ".join([passage.title, *passage.section, *table_context(passage), passage.text])


def confidence(features: Sequence[float]) -> float:
    """Probability that the sentence answers."""
    classifier = CLASSIFIERS[len(features)]
    z = classifier.intercept + sum(c * f for c, f in zip(classifier.coefficients, features, strict=True))
    return 1 / (1 + math.exp(-z))


def certainty(features: Sequence[float]) -> Certainty | None:
    """How sure the sentence is to answer; None where it is not shown as an answer."""
    classifier, probability = CLASSIFIERS[len(features)], confidence(features)
    if probability < classifier.threshold:
        return None
    return Certainty.STATES if probability >= classifier.states else Certainty.MAY


def certainty_on_page(found: Certainty | None, plan: Plan, start: int) -> Certainty | None:
    """``found``, but no more than ``MAY`` for a sentence from ``start`` on a page of ``plan`` that reads badly."""
    doubtful = page_at(plan.pages, start) in doubtful_pages(plan.warnings)
    return Certainty.MAY if found and doubtful else found


@dataclass(frozen=True, slots=True)
class NamesHeld:
    """The proper names of a question: those that no passage holds, and by key those that a passage lacks."""

    names: tuple[str, ...]
    nowhere: tuple[str, ...]
    lacking: Mapping[int, frozenset[str]]

    def share_missing(self, key: int) -> float:
        """Share of the names that the passage ``key`` lacks, though others hold them."""
        held = len(self.names) - len(self.nowhere)
        return len(self.lacking.get(key, frozenset()) - set(self.nowhere)) / held if held else 0.0


def find_names(question: Question, words: QuestionWords, texts: Mapping[int, str]) -> NamesHeld:
    """Which proper names of the question the passages, whose ``texts`` are by key, hold, in any form or with a typo.

    The first word's capital makes no name, nor do the capitals of a question Written Like This. "CO2" and other short
    forms are no names either: the texts may spell them out.
    """
    inner = re.findall(r"(?<=\w[\s,])[^\W\d_]+", question.topic)
    if sum(word[0].isupper() for word in inner) > len(inner) / 2:
        return NamesHeld((), (), {})
    names = tuple(w for w in words.words if w in inner and re.fullmatch(r"[A-Z][^\W\d_]{2,}", w) and not w.isupper())
    if not names or not texts:
        return NamesHeld((), (), {})
    folded = {key: fold_accents(text).lower() for key, text in texts.items()}
    forms = {name: _forms(name, folded) for name in names}
    nowhere = tuple(
        name for name in names if not forms[name] or not any(forms[name].search(t) for t in folded.values())
    )
    lacking = {
        key: frozenset(name for name in names if name not in nowhere and not forms[name].search(text))
        for key, text in folded.items()
    }
    return NamesHeld(names, nowhere, lacking)


def _forms(name: str, texts: Mapping[int, str]) -> re.Pattern[str]:
    """A pattern of ``name`` in any ending; of the words nearest to it, if ``texts`` do not have it as typed."""
    plain = fold_accents(fold_spelling(name)).lower()
    stem = _ENDING.sub("", plain)
    pattern = re.compile(rf"\b{re.escape(stem)}")
    if len(plain) < ONE_TYPO or any(pattern.search(text) for text in texts.values()):
        return pattern
    limit = 2 if len(plain) >= TWO_TYPOS else 1
    known = {word for text in texts.values() for word in re.findall(r"[^\W\d_]{4,}", text)}
    near = process.extract(plain, known, scorer=OSA.distance, score_cutoff=limit, limit=3)
    return re.compile(rf"\b(?:{'|'.join(re.escape(word) for word, _, _ in near)})\b") if near else pattern
