"""Public question-passage pairs -> examples, split by article.

    python -m training.prepare --data DIR --out WORK

Reads DIR/train/NAME.jsonl.xz for each set of ``training.sources`` and writes to WORK: train.jsonl,
dev.jsonl and held.jsonl; pieces-SPLIT.jsonl, what negatives are mined from; counts.json. The same files
for the same seed, byte for byte.

Two pairs are of one article when they share a title, a passage, a question or a sentence; all of an
article goes into one split, so that nothing that is measured was learned from. A distractor's title does
not count: each question has ten, which would tie all articles into one.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.errors import SourceError
from indexer.language.chinese import is_chinese
from indexer.language.sentences import split_sentences
from training.chinese import simplified
from training.examples import SPLITS, Example, Kind, Piece, draw, fold, write_lines
from training.sources import JUDGED, SOURCES, TRADITIONAL
from training.windows import LONGEST, LONGEST_CHINESE, cut_all, cut_around, cut_nearest, length_of

SEED = 7
#: Shares of the articles that are held back and that are looked at while training.
HELD, DEV = 0.10, 0.02
#: A sentence of fewer words, of fewer Chinese characters, or in more passages, is a common phrase.
_OWN_WORDS, _OWN_SIGNS, _OWN_PASSAGES = 8, 16, 30
#: Share of examples that see their article's title before the passage, as the app's passages do.
_TITLED = 0.7
#: Share of the pieces to learn from that have the sentence before them in their context: it often holds the subject.
_PRECEDED = 0.3
#: Characters of what negatives are mined from. A shorter piece is a remainder and easy to tell from an answer.
_PIECE, _CHINESE_PIECE = (80, 500), (30, 200)
Row = dict[str, Any]


def read_sets(data: Path) -> Iterator[tuple[str, list[Row]]]:
    """The sets of ``data``, by name. Raises SourceError when there is none, or one whose licence is not known."""
    files = sorted((data / "train").glob("*.jsonl.xz"))
    if not files:
        raise SourceError(f"{data / 'train'} holds no training sets. Give the folder that holds train/*.jsonl.xz.")
    for file in files:
        name = file.name.removesuffix(".jsonl.xz")
        if name not in SOURCES:
            raise SourceError(f"{file} is not known. Add its licence and whom to credit to training/sources.py.")
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        yield name, [simplified(row) if _to_simplify(name, row) else row for row in rows]


def _to_simplify(name: str, row: Row) -> bool:
    """Whether ``row`` is read in simplified characters: half of the passages of a traditional set are."""
    return name in TRADITIONAL and draw(SEED, "simplified", row["passage"]) < 0.5


def take(name: str, rows: Sequence[Row], seed: int) -> list[Row]:
    """As many answered and unanswered pairs as the source's bounds say, drawn by ``seed``, in order."""
    source = SOURCES[name]
    kept: set[int] = set()
    for label, most in ((1, source.answered), (0, source.unanswered)):
        those = [i for i, row in enumerate(rows) if row["label"] == label]
        kept.update(sorted(those, key=lambda i: draw(seed, rows[i]["question"], rows[i]["passage"], i))[:most])
    return [row for i, row in enumerate(rows) if i in kept]


def to_example(name: str, row: Row, seed: int, *, preceded: float = 0.0) -> Example | None:
    """The example of a row, cut to a piece; None where no piece is sure to keep the answer.

    Of the pieces from within a passage the share ``preceded`` has the sentence before it in its context.
    """
    question, passage = " ".join(row["question"].split()), row["passage"]
    text = row.get("answer_text") or ""
    start = row.get("answer_start")
    relevant = row["label"] == 1
    if not question or not passage.strip() or (relevant and start is not None and not text.strip()):
        return None
    inner = None
    if relevant and start is not None:
        if passage[start : start + len(text)] != text:
            raise SourceError(f"{name}: the answer {text!r} is not at {start} in its passage. Correct the set.")
        lead = len(text) - len(text.lstrip())
        inner = (start + lead, start + lead + len(text.strip()))
    chinese = is_chinese(passage)
    longest = LONGEST_CHINESE if chinese else LONGEST
    length = length_of(draw(seed, "length", question, passage), chinese=chinese)
    place = draw(seed, "place", question, passage)
    if inner:
        cut = cut_around(passage, inner, length, place, longest)
    elif relevant:
        cut = (0, len(passage)) if len(passage) <= longest else None  # any part of it may be the one that answers
    else:
        cut = cut_nearest(passage, question, length, place, longest)
    if cut is None:
        return None
    title = str(row.get("title") or "").replace("_", " ") if draw(seed, "titled", question, passage) < _TITLED else ""
    before = split_sentences(passage[: cut[0]])[-1:] if draw(seed, "preceded", question, passage) < preceded else []
    sentence = "".join(passage[a:b].strip().rstrip(".。") for a, b in before)
    return Example(
        question=question,
        passage=passage[cut[0] : cut[1]],
        relevant=relevant,
        start=inner[0] - cut[0] if inner else None,
        end=inner[1] - cut[0] if inner else None,
        context=". ".join(filter(None, [title, sentence])),
        article="",
        kind=Kind.ANSWERED if relevant else Kind.DISTRACTOR if _is_distractor(name, row) else Kind.JUDGED,
        source=name,
        licence=SOURCES[name].licence,
    )


def _is_distractor(name: str, row: Row) -> bool:
    return row["label"] == 0 and name not in JUDGED


def link(rows: Sequence[Row]) -> list[str]:
    """The article of each row: rows that share a title, a passage, a question or a sentence have the same."""
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    passages = {row["passage"] for row in rows}
    sentences = {passage: _own_sentences(passage) for passage in passages}
    common = Counter(sentence for own in sentences.values() for sentence in own)
    first: dict[str, int] = {}
    for i, row in enumerate(rows):
        keys = ["passage " + fold(row["passage"])]
        if row.get("title"):
            keys.append("title " + fold(str(row["title"])))
        question = fold(row["question"])
        if question.count(" ") >= 4:
            keys.append("question " + question)
        keys += ["sentence " + s for s in sentences[row["passage"]] if common[s] <= _OWN_PASSAGES]
        for key in keys:
            a, b = root(first.setdefault(key, i)), root(i)
            parent[max(a, b)] = min(a, b)
    # named by its text, so that another set changes nothing
    names: dict[int, str] = {}
    for i in range(len(rows)):
        key = fold(rows[i]["passage"])
        names[root(i)] = min(names.get(root(i), key), key)
    return [f"{int(draw(0, names[root(i)]) * 2**64):016x}" for i in range(len(rows))]


def _own_sentences(passage: str) -> set[str]:
    parts = (fold(part) for part in re.split(r"(?<=[.!?])\s+|(?<=[。！？])|\n", passage))
    return {
        part for part in parts if part.count(" ") >= _OWN_WORDS - 1 or (is_chinese(part) and len(part) >= _OWN_SIGNS)
    }


def split_articles(articles: Sequence[str], sources: Sequence[str], seed: int) -> dict[str, str]:
    """The split of each article, so that every source has its share in each, as far as its articles allow.

    ``articles`` and ``sources`` are those of the pairs. An article belongs to the source that it has most
    pairs of; those of a source are drawn in turn, and one too large for what a split still lacks is passed.
    """
    sizes = Counter(articles)
    of: dict[str, Counter[str]] = defaultdict(Counter)
    for article, source in zip(articles, sources, strict=True):
        of[article][source] += 1
    by_source: dict[str, list[str]] = defaultdict(list)
    for article in sorted(of, key=lambda a: draw(seed, "split", a)):
        by_source[min(of[article], key=lambda s: (-of[article][s], s))].append(article)
    splits: dict[str, str] = {}
    for own in by_source.values():
        pairs = sum(sizes[article] for article in own)
        lacking = {"held": HELD * pairs, "dev": DEV * pairs}
        for article in own:
            split = next((s for s, lacks in lacking.items() if lacks > 0 and sizes[article] <= 2 * lacks), "train")
            splits[article] = split
            if split in lacking:
                lacking[split] -= sizes[article]
    return splits


def without_repeats(examples: Iterable[Example]) -> list[Example]:
    """Each question with its passage once, one with a span before one without; contradictions are dropped."""
    found: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in examples:
        found[fold(example.question), fold(example.passage)].append(example)
    return [
        next((e for e in same if e.span), same[0]) for same in found.values() if len({e.relevant for e in same}) == 1
    ]


def to_pieces(rows: Sequence[Row], articles: Sequence[str]) -> list[Piece]:
    """The passages of ``rows`` in pieces, each once."""
    found: dict[str, Piece] = {}
    for row, article in zip(rows, articles, strict=True):
        shortest, longest = _CHINESE_PIECE if is_chinese(row["passage"]) else _PIECE
        for start, end in cut_all(row["passage"], longest):
            text = row["passage"][start:end]
            if end - start >= shortest:
                found.setdefault(fold(text), Piece(text, str(row.get("title") or "").replace("_", " "), article))
    return list(found.values())


def prepare(data: Path, out: Path, seed: int = SEED) -> dict[str, Any]:
    """Write the splits of the sets in ``data`` to ``out``; returns the counts. Raises SourceError."""
    named = [(name, row) for name, rows in read_sets(data) for row in take(name, rows, seed)]
    rows = [row for _, row in named]
    articles = link([row | {"title": None} if _is_distractor(name, row) else row for name, row in named])
    splits = split_articles(articles, [name for name, _ in named], seed)
    made = [
        replace(example, article=article)
        for (name, row), article in zip(named, articles, strict=True)
        if (example := to_example(name, row, seed, preceded=_PRECEDED if splits[article] == "train" else 0.0))
    ]
    examples = without_repeats(made)
    pieces = to_pieces(rows, articles)
    for split in SPLITS:
        write_lines(out / f"{split}.jsonl", (e for e in examples if splits[e.article] == split))
        write_lines(out / f"pieces-{split}.jsonl", (p for p in pieces if splits[p.article] == split))
    by_source: dict[str, Counter[str]] = defaultdict(Counter)
    for e in examples:
        by_source[e.source].update([splits[e.article], str(e.kind), *(["with span"] if e.span else [])])
    counts = {
        "seed": seed,
        "pairs": len(rows),
        "repeats and contradictions": len(made) - len(examples),
        "articles": len(set(articles)),
        "largest article": max(Counter(e.article for e in examples).values(), default=0),
        "pieces": len(pieces),
        "sources": {name: dict(sorted(found.items())) for name, found in sorted(by_source.items())},
        "splits": dict(Counter(splits[e.article] for e in examples)),
    }
    (out / "counts.json").write_text(json.dumps(counts, indent=1) + "\n", "utf-8")
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train/*.jsonl.xz")
    parser.add_argument("--out", type=Path, required=True, help="the work folder")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    counts = prepare(arguments.data, arguments.out, arguments.seed)
    print(json.dumps(counts, indent=1))


if __name__ == "__main__":
    main()
