"""The words of a library as its plans write them, with their counts, and the acronyms that its plans introduce.

Both are gathered from the plans' texts when first needed and kept plan by plan: a plan that is added later costs its
own text only. Of a large library some hundred plans are read, which hold what is common.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from rapidfuzz import process
from rapidfuzz.distance import OSA

from indexer.asking.naming import ONE_TYPO, TWO_TYPOS, fold_accents
from indexer.language.acronyms import find_acronyms
from indexer.language.sentences import fold_space
from indexer.storage import Backend
from indexer.types import Plan

#: Plans of a library that are read for it, at most: a plan takes some milliseconds, on Milvus more.
_MOST_PLANS = 500
#: Occurrences from which a word two edits away is taken for the one that was meant.
_COMMON = 3
#: Words looked at for a correction.
_NEAREST = 20
#: A word of no plan, whose idf is that of any word of no plan.
_NOWHERE = "qxzvjkqwx"
_WORD = re.compile(r"[^\W\d_\u4e00-\u9fff]{2,}")
T = TypeVar("T")
#: What was gathered last of a library: by kind the generation, the result, and what each plan gave to it.
_gathered: WeakKeyDictionary[Backend, dict[str, tuple[int, Any, dict[tuple[str, str], Any]]]] = WeakKeyDictionary()


def words_of(backend: Backend) -> Counter[str]:
    """How often the library's plans write each word, in lower case and without accents."""
    return gather(
        backend, "words", lambda plan: map(_plain, _WORD.findall(fold_space(plan.text))), lambda counts: counts
    )


def acronyms_of(backend: Backend) -> Mapping[str, tuple[str, ...]]:
    """The long forms of each acronym that the library's plans introduce, the most frequent first."""
    return gather(backend, "acronyms", lambda plan: find_acronyms(fold_space(plan.text)), _long_forms)


def unknown_words(backend: Backend, words: Sequence[str]) -> list[str]:
    """Those of ``words`` that no passage holds in any form."""
    *weights, nowhere = backend.idf([*words, _NOWHERE])
    return [word for word, weight in zip(words, weights, strict=True) if weight >= nowhere]


def correction(word: str, known: Mapping[str, int]) -> str:
    """The word among ``known``, with their counts, of which ``word`` most likely is a misspelling; "" without one.

    The nearest by optimal string alignment, of these the most frequent: one edit from five letters on, two from nine.
    The first letter stays: a change of it makes "deforestation" of "reforestation".
    """
    plain = _plain(word)
    if len(plain) < ONE_TYPO:
        return ""
    limit = 2 if len(plain) >= TWO_TYPOS else 1
    near = process.extract(plain, known.keys(), scorer=OSA.distance, score_cutoff=limit, limit=_NEAREST)
    ranked = sorted((edits, -known[found], found) for found, edits, _ in near if found[0] == plain[0])
    return next((found for edits, count, found in ranked if edits < 2 or -count >= _COMMON), "")


def gather(backend: Backend, kind: str, read: Callable[[Plan], Iterable[Any]], merge: Callable[[Counter[Any]], T]) -> T:
    """What ``read`` finds in each of the library's plans, counted over all and merged; kept under the name ``kind``."""
    kinds = _gathered.setdefault(backend, {})
    generation = backend.generation
    last, result, of_plans = kinds.get(kind, (-1, None, {}))
    if last != generation:
        plans = [(info.id, info.sha256) for info in backend.plans()[:_MOST_PLANS]]
        of_plans = {p: of_plans[p] if p in of_plans else Counter(read(backend.plan(p[0]))) for p in plans}
        total: Counter[Any] = Counter()
        for counted in of_plans.values():
            total.update(counted)
        result = merge(total)
        kinds[kind] = generation, result, of_plans
    merged: T = result
    return merged


def _long_forms(pairs: Counter[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    forms: dict[str, dict[str, str]] = {}
    for short, long in sorted(pairs, key=lambda pair: (-pairs[pair], pair)):
        forms.setdefault(short, {}).setdefault(long.lower().removesuffix("s"), long)
    return {short: tuple(longs.values()) for short, longs in forms.items()}


def _plain(word: str) -> str:
    return fold_accents(word).lower()
