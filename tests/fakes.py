"""Stand-ins whose every number can be computed by hand: an encoder, plans, plan contents."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from indexer.encoding import Progress, TokenVectors, Vectors
from indexer.storage import PlanContent
from indexer.types import Excerpt, ExcerptRow, Passage, Plan, Record, Role, Section, Table, TableCell

_WORD = re.compile(r"\w+")


class FakeEncoder:
    """A hashed bag of words: axis crc32(word) % dimension counts the word, then the length is made 1.

    The cosine of two texts is the cosine of their word counts, as long as no two words share an axis.
    A text without words lies on axis 0. ``embedded`` lists the texts of every call to ``embed``.
    """

    def __init__(self, dimension: int = 512, fingerprint: str = "fake@1", source: str = "fake") -> None:
        self.dimension = dimension
        self.fingerprint = fingerprint
        self.source = source
        self.embedded: list[str] = []

    def axis(self, word: str) -> int:
        return zlib.crc32(word.lower().encode()) % self.dimension

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.embedded += texts
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text):
                vectors[row, self.axis(word)] += 1
            if not vectors[row].any():
                vectors[row, 0] = 1
            vectors[row] /= np.linalg.norm(vectors[row])
            if progress:
                progress(1)
        return vectors

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        found = []
        for text in texts:
            words = list(_WORD.finditer(text))
            vectors = np.zeros((len(words), self.dimension), dtype=np.float32)
            for row, match in enumerate(words):
                vectors[row, self.axis(match[0])] = 1
            found.append(TokenVectors(vectors, tuple(m.span() for m in words), tuple(range(len(words)))))
        return found

    def embed_with_tokens(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        for index, text in enumerate(texts):
            yield index, self.embed([text])[0], self.embed_tokens([text])[0]


def nothing_kept(keys: Sequence[int]) -> dict[int, bytes]:
    """The word vectors of a library that keeps none."""
    return {}


def make_plan(plan_id: str, sentences: Sequence[str], **parts: object) -> Plan:
    """A plan whose text is ``sentences``, one a line."""
    text = "\n".join(sentences)
    digest = hashlib.sha256(text.encode()).hexdigest()
    given = {"title": plan_id.title(), "source": f"{plan_id}.txt", "sha256": digest, **parts}
    return Plan(id=plan_id, text=text, **given)  # type: ignore[arg-type]


def make_content(
    plan_id: str,
    sentences: Sequence[str],
    encoder: FakeEncoder,
    *,
    sections: Sequence[tuple[str, ...]] | None = None,
    names: Sequence[str] = (),
    title: str = "",
) -> PlanContent:
    """A plan of one passage a sentence, indexed by the sentence itself; ``sections`` gives each its path."""
    plan = make_plan(plan_id, sentences)
    plan = replace(plan, title=title or plan.title)
    passages = []
    start = 0
    for i, sentence in enumerate(sentences):
        path = sections[i] if sections else ()
        passages.append(Passage(plan_id, plan.title, start, start + len(sentence), sentence, path))
        start += len(sentence) + 1
    return PlanContent(plan, passages, list(sentences), encoder.embed(sentences), names)


def full_plan() -> tuple[Plan, tuple[Passage, ...]]:
    """A plan with every part filled in, and passages with every field, Chinese and quotes included."""
    from indexer.types import Page, RecognizedLine

    text = "Summary “in brief”.\f1. Industry\n水泥 kilns close by 2025.\nKilns | 2025\n水泥 | 7\nRecord text"
    table, row = text.index("Kilns |"), text.index("水泥 | 7")
    body = text.index("1.")
    kilns = text.index("水泥")
    record = text.index("Record")
    plan = Plan(
        id="full",
        title='The "Full" Plan 计划',
        text=text,
        source="folder/full.txt",
        sha256="ab" * 32,
        pages=(
            Page(1, 0, body),
            Page(2, body, len(text), 0.93, (RecognizedLine(body, 9.5, 20.0, (72.0, 80.5, 91.0)),)),
        ),
        sections=(
            Section(body, body + len("1. Industry"), len(text), 1, "1.", "Industry", None),
            Section(kilns, kilns, len(text), 2, "", "水泥", 0),
        ),
        asides=((0, body - 1, Role.SUMMARY), (record, len(text), Role.FURNITURE)),
        records=(Record("r/1", record, len(text)),),
        warnings=("1 figures are cut off in the source", "注意"),
        tables=(
            Table(
                (
                    (TableCell(table, table + 5, 0), TableCell(table + 8, table + 12, 1)),
                    (TableCell(row, row + 2, 0, rows=2), TableCell(row + 5, row + 6, 1)),
                ),
                1,
                (body, body + len("1. Industry")),
            ),
        ),
    )
    excerpt = Excerpt(
        "1. Industry", ("Kilns", "2025"), (ExcerptRow((TableCell(40, 42, 0), TableCell(45, 46, 1)), ((1, "烧"),)),), 0
    )
    spans = ((0, body - 1), (body, record - 1), (record, len(text)))
    passages = (
        Passage("full", plan.title, *spans[0], text[slice(*spans[0])], (), 1, Role.SUMMARY),
        Passage(
            "full",
            plan.title,
            *spans[1],
            text[slice(*spans[1])],
            ("1. Industry", "水泥"),
            2,
            Role.BODY,
            True,
            None,
            excerpt,
        ),
        Passage("full", plan.title, *spans[2], text[slice(*spans[2])], (), 2, Role.FURNITURE, record="r/1"),
    )
    return plan, passages
