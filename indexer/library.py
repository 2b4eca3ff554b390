"""Library: the facade over reading, encoding, storage and asking."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from indexer.asking.answering import ask
from indexer.asking.question import plan_names
from indexer.asking.surveying import survey
from indexer.comparing.grid import compare, compare_many
from indexer.encoding import Encoder
from indexer.encoding.loading import load_encoder
from indexer.errors import ModelError, SourceError
from indexer.storage import Backend, Notify, PlanContent, Scope, open_backend
from indexer.types import (
    Added,
    Answer,
    Cell,
    Comparison,
    Counterpart,
    Plan,
    PlanInfo,
    SectionPair,
    Survey,
    Uniqueness,
)

DEFAULT_LIBRARY = "index"


class Progress(Protocol):
    """Told how far the work on one file is: passages embedded of how many."""

    def __call__(self, path: Path, done: int, total: int) -> None: ...


def _no_progress(path: Path, done: int, total: int) -> None:
    return None


class Library:
    """Plans in one place, to add to and to ask.

    The model is loaded when first needed: the library's own, unless ``model`` names another for an
    empty library.
    """

    def __init__(self, backend: Backend, model: str | None = None, notify: Notify = lambda line: None) -> None:
        self.backend = backend
        self._model = model
        self._notify = notify
        self._encoder: Encoder | None = None

    @classmethod
    def open(
        cls,
        location: str | Path = DEFAULT_LIBRARY,
        *,
        create: bool = False,
        model: str | None = None,
        notify: Notify = lambda line: None,
    ) -> Library:
        """Open the library at ``location``. Raises LibraryError when there is none and not ``create``."""
        return cls(open_backend(location, create=create, notify=notify), model, notify)

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.backend.close()

    @property
    def encoder(self) -> Encoder:
        """The model that this library's vectors are of. Raises ModelError."""
        if self._encoder is None:
            stored = self.backend.model if self.backend.plans() else None
            if stored and self._model is None:
                self._encoder = load_encoder(*stored, notify=self._notify)
            else:
                self._encoder = load_encoder(self._model, notify=self._notify)
            if stored and self._encoder.fingerprint != stored[1]:
                found = self._encoder.fingerprint
                self._encoder = None
                raise ModelError(
                    f"This library was indexed with the model {stored[1]}, not {found}. Leave --model out to use "
                    "the library's own, or run: planlens rebuild --model NAME_OR_FOLDER"
                )
        return self._encoder

    # -- what is there -------------------------------------------------------------------------

    def plans(self) -> list[PlanInfo]:
        """All plans, by id."""
        return self.backend.plans()

    def plan(self, plan_id: str) -> Plan:
        """One plan with its text. Raises UnknownPlanError."""
        return self.backend.plan(plan_id)

    def check(self) -> list[str]:
        """What is wrong with the library, one sentence each; empty when it is sound."""
        return self.backend.check()

    # -- changing it ---------------------------------------------------------------------------

    def add(
        self,
        paths: Iterable[Path],
        *,
        plan_id: str | None = None,
        replace: bool = False,
        progress: Progress = _no_progress,
    ) -> Iterator[Added]:
        """Add files one by one, each whole or not at all; one report a file, as it is done.

        A file that is there already, under whatever name, is reported "same". A file that has changed
        since it was added is replaced; another file with the same id only with ``replace``. Raises
        LibraryError and ModelError, which concern the library; what concerns a file is its report.
        """
        for path in paths:
            try:
                yield self._add_one(path, plan_id or path.stem, replace=replace, progress=progress)
            except SourceError as error:
                yield Added(str(path), "failed", detail=str(error))

    def remove(self, plan_ids: Sequence[str]) -> None:
        """Remove plans, all or none. Raises UnknownPlanError and LibraryBusyError."""
        self.backend.remove(plan_ids)

    def rebuild(self, model: str | None = None, progress: Progress = _no_progress) -> None:
        """Chunk and embed every plan again from the text in the library, with ``model`` if given.

        One transaction: until it is done the library answers as before. Raises ModelError.
        """
        encoder = load_encoder(model, notify=self._notify) if model else self.encoder
        contents = []
        for info in self.plans():
            plan = self.plan(info.id)
            contents.append(self._embed(plan, encoder, Path(plan.source), progress))
        self.backend.replace_all(contents, (encoder.source, encoder.fingerprint))
        self._encoder = encoder

    def _add_one(self, path: Path, plan_id: str, *, replace: bool, progress: Progress) -> Added:
        from indexer.reading.loading import load_plan, read_bytes

        digest = hashlib.sha256(read_bytes(path)).hexdigest()
        present = {info.id: info for info in self.plans()}
        for info in present.values():
            if info.sha256 == digest and (info.id == plan_id or not replace):
                return Added(str(path), "same", info.id, info.passages, f"same as {info.id}")
        taken = present.get(plan_id)
        if taken and not replace and Path(taken.source).resolve() != path.resolve():
            raise SourceError(
                f"{path}: there is a plan {plan_id!r} already, from {taken.source}. "
                "Give this one another name with --id NAME, or put it in the other's place with --replace."
            )
        plan = load_plan(path, plan_id)
        encoder = self.encoder
        content = self._embed(plan, encoder, path, progress)
        self.backend.add(content, (encoder.source, encoder.fingerprint))
        return Added(str(path), "replaced" if taken else "added", plan_id, len(content.passages))

    def _embed(self, plan: Plan, encoder: Encoder, path: Path, progress: Progress) -> PlanContent:
        from indexer.reading.passages import chunk_plan, indexed_text

        passages = chunk_plan(plan)
        texts = [indexed_text(p) for p in passages]
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            done += count
            progress(path, done, len(texts))

        progress(path, 0, len(texts))
        vectors = encoder.embed(texts, advance)
        return PlanContent(plan, passages, texts, vectors, plan_names(plan.id, plan.title, plan.text))

    # -- asking it -----------------------------------------------------------------------------

    def ask(
        self, question: str, *, plans: Sequence[str] | None = None, section: str | None = None, top_k: int = 10
    ) -> Answer:
        """Answer a question from these plans (all when None). Raises QuestionError, UnknownPlanError."""
        return ask(self.backend, self._ready(), question, _scope(plans, section), top_k)

    def survey(self, question: str, *, plans: Sequence[str] | None = None, section: str | None = None) -> Survey:
        """Every passage on a topic. Raises QuestionError, UnknownPlanError."""
        return survey(self.backend, self._ready(), question, _scope(plans, section))

    def compare(self, question: str, plans: Sequence[str]) -> Comparison:
        """Ask each of two or more plans by itself. Raises QuestionError, UnknownPlanError."""
        return compare(self.backend, self._ready(), question, plans)

    def compare_many(self, questions: Sequence[str], plans: Sequence[str]) -> Iterator[tuple[int, Cell]]:
        """(index of the question, cell) as each is done, question by question; closing it stops the work.

        Raises QuestionError, UnknownPlanError.
        """
        return compare_many(self.backend, self._ready(), questions, plans)

    def similar(self, plan: str, start: int, other: str, top_k: int = 5) -> list[Counterpart]:
        """What ``other`` says beside the passage of ``plan`` that holds the offset ``start``, best first.

        Raises QuestionError for an offset outside the plan, UnknownPlanError.
        """
        return []

    def distinct(self, plans: Sequence[str]) -> Uniqueness:
        """What only one of two or more plans says. Raises QuestionError, UnknownPlanError."""
        return Uniqueness("", (), ())

    def align_sections(self, one: str, other: str) -> list[SectionPair]:
        """The two plans' section trees matched, in the order of ``one``. Raises UnknownPlanError."""
        return []

    def _ready(self) -> Encoder:
        """The encoder, and the indexes made ready while its model loads: the first question waits less."""
        encoder = self.encoder
        self.backend.prepare()
        return encoder


def _scope(plans: Sequence[str] | None, section: str | None) -> Scope:
    return Scope(tuple(dict.fromkeys(plans)) if plans else None, section or None)
