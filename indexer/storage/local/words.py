"""The word index: tantivy over the indexed texts, derived from the database.

It is written before the database when a plan is added and after it when one is removed, so that it always
has every word of every committed plan. A note next to its files has the generation it reflects and a checksum
of each file: tantivy itself finds damage only where it happens to read, and entries that a rolled-back
transaction left must be noticed.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from indexer.language.terms import analyze, analyzer, fold
from indexer.storage import ScoredKey
from indexer.storage.disk import crc32_of, disk_errors, read_note, write_note
from indexer.storage.local.database import KeyRange

#: Goes up when the analysis of ``indexer.language.terms`` changes: words indexed one way cannot be searched another.
_FORMAT = 2
_GENERATION_FILE = "generation"
_NOTED = ("format", "generation", "files")
#: The one file that tantivy writes again; all others are written once.
_CHANGING_FILE = "meta.json"
#: Memory of the writer at most. A million passages written at once make two segments; with a quarter of it they make
#: eight, whose search takes a fifth longer.
_WRITER_BYTES = 128 * 1024 * 1024
#: Share of all passages above which a term distinguishes none, and how many passages make that matter: its postings
#: take as long to scan as all others together.
_EVERYWHERE, _LARGE = 0.9, 10_000
#: Keys of a range up to which they are looked up one by one.
_SHORT = 64


class WordIndex:
    """The tantivy index in ``folder``; ``generation`` is what it reflects, -1 when unusable."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._index: Any = None
        self._in_memory = False
        self._verified: dict[str, list[int]] = {}  # files whose checksum this process has verified

    @property
    def generation(self) -> int:
        return self._note()[0]

    def _note(self) -> tuple[int, dict[str, list[int]]]:
        """(generation, size and checksum by file name) as of the last ``mark``; (-1, {}) without one."""
        try:
            note = read_note(self.folder / _GENERATION_FILE, *_NOTED)
            return (int(note["generation"]), dict(note["files"])) if note["format"] == _FORMAT else (-1, {})
        except (OSError, ValueError, KeyError, TypeError):
            return -1, {}

    def open(self) -> bool:
        """Open the files; False when they are missing, damaged or not as they were marked."""
        self._index, self._in_memory = None, False
        files = self._note()[1]
        try:
            if files and self._all_as_marked(files):
                index = tantivy.Index.open(str(self.folder))
                self._prepare(index)
                index.searcher().search(tantivy.Query.all_query(), 1)
                self._verified = files
                # A writer may have changed the files while they were opened, and tantivy reads a missing one as
                # empty. File names are never used again, so a second look shows it.
                if self._all_as_marked(files):
                    self._index = index
        except Exception:  # tantivy raises ValueError and many others
            self._index = None
        return self._index is not None

    def is_whole(self) -> bool:
        """Whether every file is as it was marked, read from disk again."""
        self._verified = {}
        return self._in_memory or self._all_as_marked(self._note()[1])

    def has_changed(self) -> bool:
        """Whether the note or a file of it, of its size still, is not as written; others a killed writer may leave."""
        try:
            note = read_note(self.folder / _GENERATION_FILE, *_NOTED)
        except FileNotFoundError:
            return False
        except (OSError, ValueError):
            return True
        files = self._note()[1] if note.get("format") == _FORMAT else {}
        there = {name: self.folder / name for name in files if (self.folder / name).is_file()}
        return any(path.stat().st_size == files[n][0] and _measure(path) != files[n] for n, path in there.items())

    def _all_as_marked(self, files: dict[str, list[int]]) -> bool:
        return all(self._is_as_marked(name, measured) for name, measured in files.items())

    def _is_as_marked(self, name: str, measured: list[int]) -> bool:
        """Whether a file matches its note; one that is written once is read once."""
        path = self.folder / name
        if name != _CHANGING_FILE and self._verified.get(name) == measured:
            return path.stat().st_size == measured[0]
        return path.exists() and _measure(path) == measured

    @staticmethod
    def _prepare(index: Any) -> None:
        index.register_tokenizer("plan", analyzer())
        # else what another process writes ahead of its commit would be visible before it
        index.config_reader(reload_policy="manual")
        index.reload()

    def create(self, *, in_memory: bool = False) -> None:
        """Start an empty index, in place of what is there, or in memory only. Raises LibraryError."""
        schema = tantivy.SchemaBuilder()
        schema.add_unsigned_field("key", stored=True, indexed=True, fast=True)
        schema.add_unsigned_field("plan", indexed=True)
        schema.add_text_field("text", tokenizer_name="plan", index_option="freq")
        self._index, self._verified, self._in_memory = None, {}, in_memory
        if in_memory:
            self._index = tantivy.Index(schema.build())
        else:
            with disk_errors(self.folder):
                shutil.rmtree(self.folder, ignore_errors=True)
                self.folder.mkdir(parents=True)
                self._index = tantivy.Index(schema.build(), path=str(self.folder))
        self._prepare(self._index)

    def mark(self, generation: int) -> None:
        """Note that the index, as its files are now, reflects ``generation``. Raises LibraryError."""
        if self._in_memory:
            return  # the note on file shows the next process that the files lag
        known = self._note()[1]
        files = {}
        with disk_errors(self.folder):
            for path in sorted(self.folder.iterdir()):
                if path.name.startswith((".", _GENERATION_FILE)):
                    continue
                old = known.get(path.name) if path.name != _CHANGING_FILE else None
                files[path.name] = old if old and old[0] == path.stat().st_size else _measure(path)
            note = {"format": _FORMAT, "generation": generation, "files": files}
            write_note(self.folder / _GENERATION_FILE, note)
        self._verified = files

    def update(self, added: Iterable[tuple[int, list[tuple[int, str]]]], removed: Sequence[int]) -> None:
        """Index plans (key, [(passage key, text)]) and drop the plans with the ``removed`` keys.

        Raises LibraryError when they cannot be written, and the index stays as it was.
        """
        with disk_errors(self.folder):
            self._write(added, removed)
            self._index.reload()

    def _write(self, added: Iterable[tuple[int, list[tuple[int, str]]]], removed: Sequence[int]) -> None:
        writer = self._index.writer(_WRITER_BYTES, 1)
        try:
            for plan in removed:
                writer.delete_documents_by_query(self._of_plan(plan))
            for plan, rows in added:
                # a key comes again when the transaction that gave it was rolled back
                writer.delete_documents_by_query(self._of_plan(plan))
                for key, text in rows:
                    document = tantivy.Document()
                    document.add_unsigned("key", key)
                    document.add_unsigned("plan", plan)
                    document.add_text("text", fold(text))
                    writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
        finally:
            del writer  # it holds tantivy's lock, and an error keeps this frame alive

    def _of_plan(self, plan: int) -> tantivy.Query:
        # by query: delete_documents_by_term reads the key as a signed number and deletes nothing
        return tantivy.Query.term_query(self._index.schema, "plan", plan)

    def search(self, query: str, k: int, ranges: list[KeyRange] | None) -> list[ScoredKey]:
        """The ``k`` best by BM25 among the keys in ``ranges``; ties by key."""
        terms = list(dict.fromkeys(analyze(query)))
        if not terms or ranges == []:
            return []
        schema, searcher = self._index.schema, self._index.searcher()
        large = searcher.num_docs >= _LARGE
        if large:  # what is left out has next to no weight in BM25
            terms = [t for t in terms if 0 < searcher.doc_freq("text", t) <= _EVERYWHERE * searcher.num_docs] or terms
        words = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", t, "freq")) for t in terms]
        )
        if ranges is not None:
            # the filter must not add to the score
            inside = tantivy.Query.const_score_query(self._inside(ranges), 0.0)
            words = tantivy.Query.boolean_query([(tantivy.Occur.Must, words), (tantivy.Occur.Must, inside)])
        # One more than asked for, and more while the last ties with the k-th: tantivy breaks ties by segment, we
        # break them by key. Where plans repeat each other most cuts fall among ties; asking a large index for twice
        # as many costs next to nothing, a second search doubles the time.
        asked = (2 * k if large else k) + 1
        hits = searcher.search(words, asked, count=False).hits
        while len(hits) == asked and hits[-1][0] == hits[k - 1][0]:
            asked *= 2
            hits = searcher.search(words, asked, count=False).hits
        keys = searcher.fast_field_values("key", [address for _, address in hits])
        found = [ScoredKey(key, score) for key, (score, _) in zip(keys, hits, strict=True)]
        return sorted(found, key=lambda f: (-f.score, f.key))[:k]

    def holding(self, text: str, ranges: list[KeyRange] | None) -> list[int] | None:
        """Keys in ``ranges`` of the passages with every term of ``text``, ascending; None when it has no term."""
        terms = list(dict.fromkeys(analyze(text)))
        if not terms:
            return None
        if ranges == []:
            return []
        schema, searcher = self._index.schema, self._index.searcher()
        queries = [tantivy.Query.term_query(schema, "text", term, "basic") for term in terms]
        queries += [self._inside(ranges)] if ranges is not None else []
        every = tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])
        hits = searcher.search(every, max(1, searcher.num_docs), count=False).hits
        return sorted(searcher.fast_field_values("key", [address for _, address in hits]))

    def _inside(self, ranges: list[KeyRange]) -> tantivy.Query:
        """A query for the keys in ``ranges``: of short ones a set of their keys, which takes a tenth of the time."""
        schema = self._index.schema
        short = [key for first, last in ranges if last - first < _SHORT for key in range(first, last + 1)]
        queries = [
            tantivy.Query.range_query(schema, "key", tantivy.FieldType.Unsigned, first, last)
            for first, last in ranges
            if last - first >= _SHORT
        ]
        queries += [tantivy.Query.term_set_query(schema, "key", short)] if short else []
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])

    def idf(self, words: Sequence[str]) -> list[float]:
        """Inverse document frequency of each word as BM25 has it; 0.0 for a stop word."""
        searcher = self._index.searcher()
        total = searcher.num_docs
        weights = []
        for word in words:
            terms = analyze(word)
            # removed passages are counted until their segment is merged
            counts = [min(searcher.doc_freq("text", t), total) for t in terms]
            weights.append(max((math.log(1 + (total - n + 0.5) / (n + 0.5)) for n in counts), default=0.0))
        return weights

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)


def _measure(path: Path) -> list[int]:
    return [path.stat().st_size, crc32_of(path)]
