"""Library: the facade over reading, encoding, storage and asking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path

from indexer.asking.answering import ask
from indexer.asking.surveying import survey
from indexer.comparing.counterparts import similar
from indexer.comparing.grid import compare, compare_many
from indexer.comparing.sections import align_sections
from indexer.comparing.unique import distinct
from indexer.encoding import Encoder
from indexer.encoding.caching import RememberingEncoder
from indexer.encoding.loading import load_encoder
from indexer.encoding.reader import Reader, open_reader
from indexer.errors import SourceError, model_mismatch
from indexer.library.adding import Cancelled, Progress, Stopped, add_file, embed_all, never, no_progress
from indexer.storage import Backend, Notify, Scope, open_backend
from indexer.types import (
    Added,
    Answer,
    Cell,
    ChangedAnswer,
    Changes,
    Comparison,
    Counterpart,
    Plan,
    PlanInfo,
    SavedQuestion,
    SectionPair,
    Survey,
    Target,
    TargetRow,
    Uniqueness,
    Version,
)

DEFAULT_LIBRARY = "index"


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
        self._memory: RememberingEncoder | None = None

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

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        self.backend.close()

    @property
    def encoder(self) -> Encoder:
        """The model that this library's vectors are of, also after another process embedded anew. Raises ModelError."""
        known = self.backend.model
        if self._encoder is None or (known and known[1] != self._encoder.fingerprint and self.backend.plans()):
            stored = known if self.backend.plans() else None  # what an empty library was of binds nobody
            load = partial(load_encoder, notify=self._notify)
            encoder = load(*stored) if stored and self._model is None else load(self._model)
            if stored and encoder.fingerprint != stored[1]:
                raise model_mismatch(stored[1], encoder.fingerprint)
            self._encoder = encoder
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
        progress: Progress = no_progress,
        cancelled: Cancelled = never,
    ) -> Iterator[Added]:
        """Add files, and those in folders and zip archives, one by one, each whole or not at all; one report each.

        A file that is there already, under whatever name, is reported "same". A file that has changed
        since it was added is replaced; another file with the same id only with ``replace``. Once
        ``cancelled`` says so, the file at hand is reported "cancelled" and no further one is read.
        Raises LibraryError and ModelError, which concern the library; what concerns a file is its report.
        """
        from indexer.reading.files import plan_files

        add = partial(add_file, self.backend, lambda: self.encoder, plan_id=plan_id, replaces=replace)
        for file in plan_files(paths):
            try:
                yield add(file, progress=progress, cancelled=cancelled)
            except Stopped:
                yield Added(str(file.path), "cancelled", detail="cancelled; the library is as it was")
                return
            except SourceError as error:
                yield Added(str(file.path), "failed", detail=str(error))

    def remove(self, plan_ids: Sequence[str], *, purge: bool = False) -> None:
        """Remove plans, all or none. They can be restored, unless ``purge``, which deletes every trace.

        ``purge`` takes removed plans, too. Raises UnknownPlanError, LibraryError and LibraryBusyError.
        """
        from indexer.library.originals import remove_plans

        remove_plans(self.backend, plan_ids, purge=purge)

    def restore(self, plan_id: str, version: int | None = None, progress: Progress = no_progress) -> None:
        """Put a removed plan back, or an earlier version in the place of the present one.

        Raises UnknownPlanError, LibraryError.
        """
        from indexer.library.editing import restore_plan

        restore_plan(self.backend, lambda: self.encoder, plan_id, version, progress)

    def edit(self, plan_id: str, **fields: str | bool) -> None:
        """Set a plan's title, issuer, date, language or machine_translated; they outlive new versions of its file.

        Raises UnknownPlanError, and LibraryError for a value that cannot be.
        """
        from indexer.library.editing import edit_plan

        edit_plan(self.backend, lambda: self.encoder, plan_id, fields)

    def rename(self, plan_id: str, new_id: str) -> None:
        """Give a plan another short name. Raises UnknownPlanError, and LibraryError for one that is taken."""
        from indexer.library.editing import rename_plan

        rename_plan(self.backend, plan_id, new_id)

    def rebuild(self, model: str | None = None, progress: Progress = no_progress) -> None:
        """Chunk and embed every plan again from the text in the library, with ``model`` if given.

        One transaction: until it is done the library answers as before. Raises ModelError.
        """
        encoder = load_encoder(model, notify=self._notify) if model else self.encoder
        embed_all(self.backend, encoder, progress)
        self._encoder = encoder

    # -- what it was ---------------------------------------------------------------------------

    def removed(self) -> list[Version]:
        """Removed plans that can be restored, as they were last; the latest removal first."""
        return self.backend.removed()

    def versions(self, plan_id: str) -> list[Version]:
        """All versions of a plan, there or removed, the oldest first. Raises UnknownPlanError."""
        return self.backend.versions(plan_id)

    def changes(self, plan_id: str, old: int | None = None, new: int | None = None) -> Changes:
        """What changed from one version of a plan to another, by default the last two; and in saved answers.

        Raises UnknownPlanError for a plan or version that is not there.
        """
        from indexer.library.versions import compare_versions

        known = self.versions(plan_id)
        new = new or len(known)
        old = old or max(1, new - 1)
        sentences = compare_versions(self.backend.version(plan_id, old), self.backend.version(plan_id, new))
        return Changes(known[old - 1], known[new - 1], sentences, tuple(self.changed_answers(plan_id)))

    def saved(self) -> list[SavedQuestion]:
        """Saved questions, in the order of saving."""
        return self.backend.saved()

    def save_question(
        self, question: str, *, plans: Sequence[str] | None = None, section: str | None = None
    ) -> SavedQuestion:
        """Keep a question with the quotes that answer it now; saved again, it takes its answer of then.

        Raises QuestionError, UnknownPlanError.
        """
        from indexer.library.versions import save_answer

        return save_answer(self.backend, self.ask(question, plans=plans, section=section), _scope(plans, section))

    def forget_question(self, saved_id: int) -> bool:
        """Delete a saved question; False when there is none with this id."""
        return self.backend.forget_question(saved_id)

    def changed_answers(self, plan_id: str | None = None) -> list[ChangedAnswer]:
        """Saved questions answered by other quotes now, of one plan if given, than when they were saved."""
        from indexer.library.versions import compare_answers

        return compare_answers(self.saved(), {info.id for info in self.plans()}, self.ask, plan_id)

    # -- asking it -----------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        *,
        plans: Sequence[str] | None = None,
        section: str | None = None,
        year: int | None = None,
        top_k: int = 10,
    ) -> Answer:
        """Answer a question from these plans (all when None) of ``year``. Raises QuestionError, UnknownPlanError."""
        return ask(self.backend, self._ready(), question, _scope(plans, section, year), top_k, self.reader)

    @cached_property
    def reader(self) -> Reader | None:
        """What tells surer whether a sentence answers; None where its weights are not installed."""
        return open_reader()

    def survey(
        self, question: str, *, plans: Sequence[str] | None = None, section: str | None = None, year: int | None = None
    ) -> Survey:
        """Every passage on a topic. Raises QuestionError, UnknownPlanError."""
        return survey(self.backend, self._ready(), question, _scope(plans, section, year))

    def compare(self, question: str, plans: Sequence[str]) -> Comparison:
        """Ask each of two or more plans by itself. Raises QuestionError, UnknownPlanError."""
        return compare(self.backend, self._ready(), question, plans)

    def compare_many(self, questions: Sequence[str], plans: Sequence[str]) -> Iterator[tuple[int, Cell]]:
        """(index of the question, cell) as each is done, question by question; closing it stops the work.

        Raises QuestionError, UnknownPlanError.
        """
        return compare_many(self.backend, self._ready(), questions, plans)

    def similar(self, plan: str, start: int, other: str, top_k: int = 5) -> list[Counterpart]:
        """What ``other`` says beside the passage of ``plan`` at the offset ``start``, mutual nearest first.

        Raises QuestionError for an offset outside the plan, UnknownPlanError.
        """
        return similar(self.backend, self._ready(), plan, start, other, top_k)

    def distinct(self, plans: Sequence[str]) -> Uniqueness:
        """What only one of two or more plans says. Raises QuestionError, UnknownPlanError."""
        return distinct(self.backend, self._ready(), plans)

    def align_sections(self, one: str, other: str) -> list[SectionPair]:
        """The two plans' section trees matched, in the order of ``one``. Raises UnknownPlanError."""
        return align_sections(self.backend, self._ready(), one, other)

    def targets(self, plans: Sequence[str] | None = None) -> list[Target]:
        """Targets and thresholds of these plans (all when None), stored with them. Raises UnknownPlanError."""
        from indexer.targets.gathering import gather_targets

        return gather_targets(self.backend, plans)

    def align_targets(self, plans: Sequence[str] | None = None) -> list[TargetRow]:
        """The targets of these plans, one indicator and one year a row. Raises UnknownPlanError."""
        from indexer.targets.aligning import align_targets

        return align_targets(self.targets(plans), self._ready())

    def _ready(self) -> Encoder:
        """The encoder, which remembers what it read: half of a question's cost. The indexes load beside its model."""
        encoder = self.encoder
        self.backend.prepare()
        if self._memory is None or self._memory.fingerprint != encoder.fingerprint:
            self._memory = RememberingEncoder(encoder)
        return self._memory


def _scope(plans: Sequence[str] | None, section: str | None, year: int | None = None) -> Scope:
    return Scope(tuple(dict.fromkeys(plans)) if plans else None, section or None, year)
