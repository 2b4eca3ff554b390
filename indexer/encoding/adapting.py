"""What differs from model to model: the prompts before questions and passages, and how near any two texts are.

Both are properties of the weights. Prompts are those that the model declares, else those of its family. Cosines are
scaled so that unrelated and related pairs of fixed texts lie where all-MiniLM-L6-v2 has them, on average; two points
fix a line, which changes no order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from indexer.encoding import Encoder, Prompts, Scale, Scales, for_questions
from indexer.language.matching import words
from indexer.language.stopwords import FUNCTION_WORDS

_E5 = Prompts("query: ", "passage: ")
#: Families whose models seldom declare their prompts, by what their names on the hub hold.
_FAMILIES = (
    (r"(?:^|[/_-])e5-(?!.*instruct)", _E5),
    (r"(?:^|/)bge-(?:small|base|large)-en", Prompts("Represent this sentence for searching relevant passages: ")),
    (r"(?:^|/)bge-(?:small|base|large)-zh", Prompts("为这个句子生成表示以用于检索相关文章：")),
)
#: Weights that come without a declaration, by ``weights_fingerprint``.
_WEIGHTS = {"0c92733d4c2c08d1": _E5}  # multilingual-e5-small, its English and Chinese pieces

#: Questions, each with a passage that answers it and shares words with it, and none with the others.
PAIRS = (
    ("How much cement clinker may the kilns produce?", "Kilns must not produce more than 90 million tons of clinker."),
    ("When do coal boilers close in the city?", "All small coal boilers within the city close by the end of 2024."),
    ("Who inspects the drinking water of schools?", "The health office inspects drinking water in schools each term."),
    ("What share of buses is electric?", "Electric vehicles make up four fifths of the buses in service."),
    ("Where are peat bogs restored?", "Drained peat bogs along the northern coast are restored and wetted again."),
    ("How is the forest fund paid for?", "A levy on timber sales pays for the forest fund and its rangers."),
    ("Which companies report their methane leaks?", "Oil and gas companies report methane leaks every quarter."),
    ("How many hospital beds does the region plan?", "The region plans 1,200 new hospital beds in nine districts."),
    ("Must landlords insulate old roofs?", "Landlords are asked to insulate roofs that are older than 40 years."),
    ("What penalty is there for dumping sludge?", "Dumping sludge carries a penalty of 50,000 and a ban from tenders."),
    ("How often is the flood map revised?", "The flood map is revised every six years, and after each major storm."),
    ("Who may apply for a fishing licence?", "Residents over sixteen may apply for a fishing licence at the harbour."),
)
#: Mean cosines of all-MiniLM-L6-v2 in int8 over PAIRS, as ``measure`` gives them: of texts and of words, unrelated and
#: related.
DEFAULT_MODELS = ((0.104, 0.779), (0.140, 0.912))


#: Least difference of the two means that says something: a model of random weights has hardly any.
_APART = 0.05


def prompts_of(name: str, declared: Mapping[str, str], weights: str = "") -> Prompts:
    """The prompts of the model with this ``name`` on the hub, or with these ``weights``.

    ``declared`` are its own by sentence-transformers' names, "query" and "document" or "passage".
    """
    passage = declared.get("document") or declared.get("passage") or ""
    if question := declared.get("query") or declared.get("question") or "":
        return Prompts(question, passage)
    if weights in _WEIGHTS:
        return _WEIGHTS[weights]
    return next((prompts for pattern, prompts in _FAMILIES if re.search(pattern, name, re.IGNORECASE)), Prompts())


def find_scales(encoder: Encoder) -> Scales:
    """The scales of ``encoder``'s cosines, measured over PAIRS."""
    return Scales(*(_line(own, wanted) for own, wanted in zip(measure(encoder), DEFAULT_MODELS, strict=True)))


def measure(encoder: Encoder) -> tuple[tuple[float, float], tuple[float, float]]:
    """Mean cosines of unrelated and of related texts, and of words: their best match in another passage, and in theirs.

    Words are those that a question shares with its passage.
    """
    questions, passages = zip(*PAIRS, strict=True)
    texts = for_questions(encoder).embed(questions) @ encoder.embed(passages).T
    own = np.eye(len(PAIRS), dtype=bool)
    asked, said = for_questions(encoder).embed_tokens(questions), encoder.embed_tokens(passages)
    matches: dict[bool, list[float]] = {False: [], True: []}
    for i, (question, tokens) in enumerate(zip(questions, asked, strict=True)):
        shared = (set(words(question)) & set(words(passages[i]))) - FUNCTION_WORDS
        inside = {at for m in re.finditer(r"\w+", question) if m[0].lower() in shared for at in range(*m.span())}
        rows = [row for row, (start, _) in enumerate(tokens.spans) if start in inside]
        for j, other in enumerate(said):
            matches[i == j] += (tokens.vectors[rows] @ other.vectors.T).max(axis=1).tolist()
    return (
        (float(texts[~own].mean()), float(texts[own].mean())),
        (float(np.mean(matches[False])), float(np.mean(matches[True]))),
    )


def _line(own: tuple[float, float], wanted: tuple[float, float]) -> Scale:
    """The scale that takes the two cosines ``own`` to ``wanted``; none where a model separates them no further."""
    (low, high), (wanted_low, wanted_high) = own, wanted
    if high - low < _APART:
        return Scale()
    slope = (wanted_high - wanted_low) / (high - low)
    return Scale(round(slope, 4), round(wanted_low - slope * low, 4))
