"""Hard negatives: passages that resemble the answer's, and questions that nearly fit their passage.

    python -m training.mine --work WORK

Reads what ``training.prepare`` wrote and writes mined-SPLIT.jsonl for each split, from that split alone.
Each answered question with a span is offered

- the passage that Plancite itself ranks highest (meaning and words, fused) and that does not hold the
  answer, among the pieces of other articles: DPR's negatives (Karpukhin et al. 2020), with our retrieval;
- the piece of its own article that ranks highest and does not hold the answer: another paragraph;
- its own passage, asked for another year, name, number or attribute, for the opposite or what is not so, with its
  roles reversed, or of another document (``training.swaps``).

Of these, each kind gives as many as the others as far as it can, until negatives are SHARE of all examples.
A passage that holds any text of the answer is never taken; that one answers in other words cannot be
excluded, and is why no more than the best few are looked at, and why only questions with a span are used.

Some answered questions are asked once more with their own document named, which alone would mark a question as made.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from indexer.asking.question import read_question
from indexer.asking.retrieval import retrieve
from indexer.language.chinese import is_chinese
from indexer.library import Library
from indexer.storage import Scope
from training.chinese import folded_words
from training.examples import SPLITS, Example, Kind, Piece, draw, fold, read_examples, read_pieces, write_lines
from training.sources import BESIDE_ARTICLE
from training.swaps import SWAPS, as_asked_of, collect_words, swap

SEED = 7
#: Share of negatives among all examples, given and mined. The first try had 0.4.
SHARE = 0.45
#: Pieces that are indexed and questions that are looked up; 100 pieces take a second, and 50 questions do.
PIECES, QUESTIONS = 24000, 12000
#: Share of the questions with a title that are asked once more, of that document.
NAMED = 0.05
#: Entries of the ranking that are looked at, in turn.
_DEPTH = 20
#: Records of a file; a plan has 3 million characters at most.
_RECORDS = 4000


@contextmanager
def searchable(pieces: Sequence[Piece]) -> Iterator[Library]:
    """A temporary library of ``pieces``, each a record whose id is its index."""
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "index", create=True) as library:
        for first in range(0, len(pieces), _RECORDS):
            file = Path(folder) / f"pieces-{first}.jsonl"
            part = list(enumerate(pieces))[first : first + _RECORDS]
            write_lines(file, ({"id": str(i), "text": p.passage, "section": p.context} for i, p in part))
            for report in library.add([file]):
                if report.status != "added":
                    raise SystemExit(report.detail)
        yield library


def find_negatives(library: Library, pieces: Sequence[Piece], example: Example) -> dict[Kind, Example]:
    """The highest piece of another article and that of the same one, which do not hold the answer."""
    read = read_question(example.question)
    found: dict[Kind, Example] = {}
    for candidate in retrieve(library.backend, library.encoder, read.topic, Scope())[:_DEPTH]:
        piece = pieces[int(candidate.passage.record or 0)]
        kind = Kind.SAME_ARTICLE if piece.article == example.article else Kind.RETRIEVED
        if kind is Kind.RETRIEVED and example.source in BESIDE_ARTICLE:
            continue
        if kind not in found and not holds_answer(piece, example):
            found[kind] = as_negative(example, piece, kind)
    return found


def holds_answer(piece: Piece, example: Example) -> bool:
    """Whether ``piece`` has the answer's words in a row, or is a part of the passage that holds it."""
    words, text = folded_words(example.answer), folded_words(piece.passage)
    if not words or f" {' '.join(words)} " in f" {' '.join(text)} ":
        return True
    # a long answer is seldom repeated word for word: most of its words are enough
    return len(set(words)) >= 5 and len(set(words) & set(text)) >= 0.7 * len(set(words))


def as_negative(example: Example, piece: Piece, kind: Kind) -> Example:
    """The question of ``example`` with ``piece``, which does not answer it."""
    context = piece.context if example.context else ""
    return replace(example, passage=piece.passage, context=context, relevant=False, start=None, end=None, kind=kind)


def with_document_named(answered: Sequence[Example], seed: int) -> list[Example]:
    """The share ``NAMED`` of ``answered``, of those with a title, asked of the document of that title."""
    titled = [e for e in answered if e.context and not is_chinese(e.question)]  # the rules of naming are English
    asked = [e for e in titled if draw(seed, "named", e.question, e.passage) < NAMED]
    return [replace(e, question=as_asked_of(e.context, e.question)) for e in asked]


def choose(offered: Mapping[Kind, Sequence[Example]], wanted: int) -> list[Example]:
    """``wanted`` of the offered, in equal numbers of each kind as far as they last."""
    chosen: list[Example] = []
    left = {kind: list(examples) for kind, examples in offered.items()}
    while len(chosen) < wanted and any(left.values()):
        share = max(1, (wanted - len(chosen)) // sum(bool(examples) for examples in left.values()))
        for kind in left:
            taken = left[kind][: min(share, wanted - len(chosen))]
            chosen += taken
            left[kind] = left[kind][len(taken) :]
    return chosen


def mine(
    work: Path, split: str, *, pieces: int = PIECES, questions: int = QUESTIONS, share: float = SHARE, seed: int = SEED
) -> dict[str, int]:
    """Write mined-``split``.jsonl; returns how many there are of each kind."""
    given = read_examples(work / f"{split}.jsonl")
    pool = sorted(read_pieces(work / f"pieces-{split}.jsonl"), key=lambda p: draw(seed, "piece", fold(p.passage)))
    answered = sorted((e for e in given if e.span), key=lambda e: draw(seed, "ask", e.question, e.passage))
    # whole articles of the questions that are looked up come first, so that each finds its other paragraphs
    asked = {e.article for e in answered[:questions]}
    pool = sorted(pool, key=lambda p: p.article not in asked)[:pieces]
    offered: dict[Kind, list[Example]] = defaultdict(list)
    with searchable(pool) as library:
        for example in answered[:questions]:
            for kind, negative in find_negatives(library, pool, example).items():
                offered[kind].append(negative)
    words = collect_words(given)
    for kind in SWAPS:
        for example in answered:
            rng = random.Random(draw(seed, kind, example.question, example.passage))
            if made := swap(example, kind, words, rng):
                offered[kind].append(made)
    negatives = sum(not e.relevant for e in given)
    wanted = round(share / (1 - share) * (len(given) - negatives)) - negatives
    mined = choose(offered, max(0, wanted)) + with_document_named(answered, seed)
    write_lines(work / f"mined-{split}.jsonl", mined)
    return {**Counter(str(e.kind) for e in mined), "examples with these": len(given) + len(mined)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="the folder that training.prepare wrote")
    parser.add_argument("--pieces", type=int, default=PIECES, help="pieces indexed of each split, at most")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="questions looked up of each, at most")
    parser.add_argument("--share", type=float, default=SHARE, help="share of negatives among all examples")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    for split in reversed(SPLITS):  # the small ones first: what is wrong shows early
        counts = mine(
            arguments.work,
            split,
            pieces=arguments.pieces,
            questions=arguments.questions,
            share=arguments.share,
            seed=arguments.seed,
        )
        print(json.dumps({split: counts}))


if __name__ == "__main__":
    main()
