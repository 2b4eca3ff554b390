"""What stands side by side: words of the question in a passage, passages that say something in a plan.

BM25 and cosines do not see that "emission permit" stands in one passage as it was asked and in another as "permit"
here and "emission" there: the sequential dependence of Metzler and Croft, "A Markov Random Field Model for Term
Dependencies" (2005), here as the share of pairs that are met. And a passage a few places from one that is likely to
say what is asked is likelier to say it than a lone one: plans, and rulebooks more so, go on about a thing for some
passages.

On the 2,788 questions on regulations that chose them nearness is worth 0.009 of R@10, the pairs 0.006 of it and 0.011
of MAP@10.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from indexer.asking.interaction import QuestionWords
from indexer.asking.retrieval import Candidate
from indexer.storage.terms import analyze

#: What a passage gains that holds every pair of the question. It is for the order of passages alone: what two plans say
#: is both shown, also where only one says it in the question's words. Weighing pairs by the rarity of their words
#: gains nothing on regulations. More than 1 costs facts put in other words where few passages are looked at.
PAIRS_WEIGHT = 1.8
#: What a passage gains beside the one that is surest to say what is asked, at the most.
NEAR_WEIGHT = 1.2
#: Passages over which nearness falls to 1/e; 3 is as good, 1 and 10 lose a fifth of the gain and more.
REACH = 4.0
#: The best passages, those that it is good to be near, and how much surer a score higher by one makes: e squared.
LIKELIEST, SURER = 12, 2.0


def pairs_met(words: QuestionWords, candidates: Sequence[Candidate]) -> dict[int, float]:
    """What each of ``candidates`` gains by pairs of the question's words that stand side by side in it, by key.

    Pairs are of words that carry meaning, whatever stood between them in the question; terms that nothing but stop
    words part in the passage stand side by side.
    """
    asked = set(pairwise(term for word in words.words for term in analyze(word)))
    if not asked:
        return {}
    return {c.key: PAIRS_WEIGHT * len(asked & set(pairwise(analyze(c.passage.text)))) / len(asked) for c in candidates}


def nearness(places: Sequence[tuple[str, int]], scores: Sequence[float]) -> list[float]:
    """What each passage gains by how near it stands to the likeliest others; ``places`` are (plan, key).

    Passages of a plan that stand beside each other have keys that follow each other, in every home. The likeliest
    share one gain among them by their ``scores``, as in a softmax.
    """
    if not places:
        return []
    plans, keys, worth = np.array([p for p, _ in places]), np.array([k for _, k in places]), np.array(scores)
    best = np.argsort(-worth, kind="stable")[:LIKELIEST]
    share = np.exp(SURER * (worth[best] - worth[best[0]]))
    apart = np.abs(keys[:, None] - keys[best])  # (passages, likeliest)
    near = np.exp((1 - apart) / REACH) * ((apart > 0) & (plans[:, None] == plans[best]))
    gains: list[float] = (NEAR_WEIGHT * near @ (share / share.sum())).tolist()
    return gains
