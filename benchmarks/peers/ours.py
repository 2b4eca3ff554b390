"""Plancite as one of the engines; runs in the project's environment."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engines import K

from indexer.asking.answering import ask
from indexer.asking.retrieval import retrieve
from indexer.encoding.caching import RememberingEncoder
from indexer.encoding.loading import load_encoder
from indexer.library import Library
from indexer.storage import Scope


class Plancite:
    """A file of records is added and asked."""

    def __init__(self, model: str) -> None:
        self._encoder = load_encoder()
        self._remembering = RememberingEncoder(self._encoder)
        with tempfile.TemporaryDirectory() as place:  # loads what indexing needs, as the peers do here
            self.keep_in(Path(place))
            self.index(["warm"], ["warm"])

    def index(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        records = self._folder / "passages.jsonl"
        rows = (json.dumps({"id": i, "text": text}) for i, text in zip(ids, texts, strict=True))
        records.write_text("\n".join(rows), "utf-8")
        self._library = Library.open(self._folder / "library", create=True, encoder=self._encoder)
        (report,) = self._library.add([records])
        if report.status != "added" or report.passages != len(ids):
            raise SystemExit(f"{report}")

    def save(self, folder: Path) -> None:
        """What is added is on disk."""

    def keep_in(self, folder: Path) -> None:
        self._folder = folder

    def load(self, folder: Path) -> None:
        self._library = Library.open(folder / "library")

    def search(self, question: str) -> list[str]:
        found = retrieve(self._library.backend, self._library.encoder, question, Scope(), limit=K)
        return [str(candidate.passage.record) for candidate in found]

    def ask(self, question: str) -> list[str]:
        """Without the trained reader."""
        answer = ask(self._library.backend, self._remembering, question)
        return [str(hit.passage.record) for hit in answer.hits]

    def ask_as_shipped(self, question: str) -> list[str]:
        return [str(hit.passage.record) for hit in self._library.ask(question).hits]
