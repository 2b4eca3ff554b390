"""Library: the facade over reading, encoding, storage and asking.

Methods check their arguments, and leave the work to the modules that they import: those that add load nothing
that asks. One module past 500 lines, since it is the whole API, method by method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.encoding import Encoder
from indexer.encoding.answer_reader import AnswerReader, check_reader, open_reader
from indexer.encoding.loading import check_export, load_encoder
from indexer.errors import ModelError, SourceError, model_mismatch
from indexer.library import arguments, process
from indexer.library.adding import Cancelled, Progress, Stopped, add_file, embed_all, never, no_progress
from indexer.library.audit import record, recorded
from indexer.library.rights import ANYONE, Action, Person
from indexer.storage import Backend, Notify, Scope, open_backend
from indexer.types import (
    Absence,
    Added,
    Alert,
    Answer,
    Brief,
    Cell,
    ChangedAnswer,
    Changes,
    Comparison,
    Counterpart,
    Edit,
    Facet,
    FacetCount,
    Filter,
    GlossaryEntry,
    Hit,
    Plan,
    PlanInfo,
    Results,
    SavedQuestion,
    SectionPair,
    Target,
    TargetRow,
    UniqueContent,
    Version,
)

if TYPE_CHECKING:
    from indexer.encoding.caching import CachingEncoder
    from indexer.library.personal import PersonLibrary

DEFAULT_LIBRARY = "index"


class Library:
    """Plans in one place, to add to and to ask.

    The model is loaded when first needed: the library's own, unless ``model`` names another for an
    empty library. Wherever plans are named, one id alone is one plan, and None is all plans. Arguments
    of a wrong type raise TypeError.
    """

    def __init__(
        self,
        backend: Backend,
        model: str | None = None,
        notify: Notify = lambda line: None,
        encoder: Encoder | None = None,
    ) -> None:
        if isinstance(backend, str | Path):
            raise TypeError("`backend` is a path. Open the library that lies there with Library.open(path).")
        self.backend = backend
        self._model = model
        self._notify = notify
        self._encoder = encoder
        self._caching: CachingEncoder | None = None
        self._views: dict[object, PersonLibrary] = {}

    # -- open ----------------------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        location: str | Path = DEFAULT_LIBRARY,
        *,
        create: bool = False,
        model: str | None = None,
        encoder: Encoder | None = None,
        notify: Notify = lambda line: None,
    ) -> Library:
        """Open the library at ``location``; with ``create`` an empty one is made if there is none.

        ``model`` names the model for a new library, a sentence-transformers name or folder; ``encoder``
        is a loaded one. ``notify`` gets a line when something is repaired or takes a while. Raises
        LibraryError when there is none, ModelError when ``encoder`` is not what the library was indexed with.
        """
        if model is not None and encoder is not None:
            raise TypeError("Give model or encoder, not both.")
        backend = open_backend(location, create=create, notify=notify)
        known = backend.model if encoder and backend.plans() else None
        if encoder and known and known[1] != encoder.fingerprint:
            backend.close()
            raise model_mismatch(known[1], encoder.fingerprint)
        return cls(backend, model, notify, encoder)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Library({self.backend.location!r})"

    def close(self) -> None:
        """Close the library's files; a change that is under way in another thread fails."""
        self.backend.close()

    @property
    def encoder(self) -> Encoder:
        """The model that this library's vectors are of, also after another process embedded anew. Raises ModelError."""
        known = self.backend.model
        if self._encoder is None or (known and known[1] != self._encoder.fingerprint and self.backend.plans()):
            stored = known if self.backend.plans() else None  # an empty library takes any model
            load = partial(load_encoder, notify=self._notify)
            encoder = load(*stored) if stored and self._model is None else load(self._model)
            if stored and encoder.fingerprint != stored[1]:
                raise model_mismatch(stored[1], encoder.fingerprint)
            self._encoder = encoder
        return self._encoder

    @cached_property
    def reader(self) -> AnswerReader | None:
        """The model that reads the best passages for a question; None where its weights are not installed."""
        return open_reader()

    # -- for whom ------------------------------------------------------------------------------

    @property
    def whole(self) -> Library:
        """The library itself, of which this may be what one person sees."""
        return self

    @property
    def person(self) -> Person:
        """Who this is the library for; ``ANYONE``, who may do everything, where nobody signed in."""
        return ANYONE

    def for_person(self, person: Person) -> Library:
        """The library as ``person`` sees it now: without plans that they may not read. Raises LibraryError."""
        from indexer.library.personal import library_for

        return self.whole if person == ANYONE else library_for(self.whole, person, self._views)

    def set_readers(self, collection: str, readers: str | Iterable[str]) -> None:
        """Say who reads a collection, names and groups as ``@group``; none is everyone. Raises LibraryError."""
        from indexer.library.people import set_readers

        named = arguments.texts(readers, "readers")
        set_readers(self.backend, arguments.text(collection, "collection"), named)

    # -- what is there -------------------------------------------------------------------------

    def plans(self, filter: Filter | None = None) -> Results[PlanInfo]:
        """The plans that a filter means, all without one, by id. Raises QuestionError for a year that is none."""
        from indexer.library.filtering import choose_plans

        plans, wanted = self.backend.plans(), arguments.plan_filter(filter)
        return Results(choose_plans(plans, self.backend.collections(), wanted) if wanted.chosen else plans)

    def facets(self, filter: Filter | None = None) -> dict[Facet, list[FacetCount]]:
        """The values of each facet, and how many plans have each, of those that meet ``filter`` in all other facets.

        Raises QuestionError for a year that is none.
        """
        from indexer.library.filtering import count_facets

        return count_facets(self.backend.plans(), self.collections(), arguments.plan_filter(filter))

    def plan(self, plan_id: str) -> Plan:
        """One plan with its text. Raises UnknownPlanError."""
        return self.backend.plan(arguments.text(plan_id, "plan_id"))

    def targets(
        self, plans: str | Iterable[str] | None = None, *, filter: Filter | None = None, figures: bool = False
    ) -> list[Target]:
        """Targets and thresholds of these plans, stored with them; with ``figures`` also figures only mentioned.

        Raises UnknownPlanError, QuestionError.
        """
        from indexer.targets.extracting import gather_targets

        return gather_targets(self.backend, self._chosen(plans, filter), figures=figures)

    def align_targets(
        self, plans: str | Iterable[str] | None = None, *, filter: Filter | None = None
    ) -> list[TargetRow]:
        """The targets of these plans, one indicator and one year a row. Raises UnknownPlanError, QuestionError."""
        from indexer.targets.aligning import align_targets

        return align_targets(self.targets(plans, filter=filter), self._ready())

    def check(self) -> list[str]:
        """What is wrong with the library and its models, one sentence each; empty when all is sound."""
        from indexer.library.originals import changed_originals

        problems = [*self.backend.check(), *changed_originals(self.backend)]
        model = self.backend.model
        checks: list[Callable[[], None]] = [partial(check_export, *model)] if model else []
        for check in [*checks, check_reader]:
            try:
                check()
            except ModelError as error:
                problems.append(str(error))
        return problems

    # -- changing it ---------------------------------------------------------------------------

    def add(
        self, paths: str | Path | Iterable[str | Path], *, plan_id: str | None = None, replace: bool = False
    ) -> Results[Added]:
        """Add files, and those in folders and zip archives, each whole or not at all; a report of each.

        A file that is there already, under whatever name, is reported "same". A file that has changed since
        it was added is replaced; another file with the same id only with ``replace``. A file that cannot be
        read is reported "failed" and does not end the work. ``plan_id`` names the plan, of one file. Raises
        LibraryError and ModelError, which concern the library.
        """
        return Results(self.add_iter(paths, plan_id=plan_id, replace=replace))

    def add_iter(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        plan_id: str | None = None,
        replace: bool = False,
        progress: Progress = no_progress,
        cancelled: Cancelled = never,
    ) -> Iterator[Added]:
        """``add`` one file at a time, as its reports are asked for, with the progress of each.

        Once ``cancelled`` returns True, the file at hand is reported "cancelled" and no further one is read.
        """
        self.person.require(Action.EDIT)
        files = arguments.file_paths(paths)
        if plan_id is not None:
            arguments.text(plan_id, "plan_id")
        return self._add(files, plan_id, replace, progress, cancelled)

    def _add(
        self, paths: Sequence[Path], plan_id: str | None, replace: bool, progress: Progress, cancelled: Cancelled
    ) -> Iterator[Added]:
        from indexer.reading.files import plan_files

        process.warm()
        add = partial(add_file, self.backend, lambda: self.encoder, plan_id=plan_id, replaces=replace)
        for file in plan_files(paths):
            try:
                added = add(file, progress=progress, cancelled=cancelled)
            except Stopped:
                yield Added(str(file.path), "cancelled", detail="cancelled; the library is as it was")
                return
            except SourceError as error:
                added = Added(str(file.path), "failed", detail=str(error))
            if added.status != "same":
                record(self.backend, "add", added.plan or file.path.name, added.detail or added.status)
            yield added

    def remove(self, plans: str | Iterable[str], *, purge: bool = False) -> None:
        """Remove plans, all or none. They can be restored, unless ``purge``, which deletes every trace.

        ``purge`` takes removed plans, too. Raises UnknownPlanError, LibraryError and LibraryBusyError.
        """
        from indexer.library.originals import remove_plans

        chosen = arguments.plan_ids(plans)
        with recorded(self.backend, "delete for good" if purge else "remove", ", ".join(chosen)):
            remove_plans(self.backend, chosen, purge=purge)

    def restore(self, plan_id: str, version: int | None = None, progress: Progress = no_progress) -> None:
        """Put a removed plan back, or an earlier version in the place of the present one.

        Raises UnknownPlanError, LibraryError.
        """
        from indexer.library.editing import restore_plan

        self.person.require(Action.EDIT)
        if version is not None:
            arguments.whole_number(version, "version")
        with recorded(self.backend, "restore", arguments.text(plan_id, "plan_id")):
            restore_plan(self.backend, lambda: self.encoder, plan_id, version, progress)

    def edit(
        self,
        plans: str | Iterable[str],
        *,
        title: str | None = None,
        issuer: str | None = None,
        date: str | None = None,
        language: str | None = None,
        machine_translated: bool | None = None,
        place: str | None = None,
        type: str | None = None,
        status: str | None = None,
        tags: str | Iterable[str] | None = None,
        add_tags: str | Iterable[str] = (),
        remove_tags: str | Iterable[str] = (),
        join: str | Iterable[str] = (),
        leave: str | Iterable[str] = (),
        progress: Progress = no_progress,
    ) -> Edit:
        """Set what is known of plans; what is None stays. Edits outlive new versions of a plan's file.

        ``date`` is a year, month or day in ISO 8601, ``language`` a code such as "en"; ``tags`` are set in the place
        of those that are there. The plans ``join`` and ``leave`` collections, of which new ones are made. Raises
        UnknownPlanError, and EditError for a value that cannot be.
        """
        from indexer.library.editing import edit_plans, record_edit

        texts = {
            "title": title, "issuer": issuer, "date": date, "language": language, "place": place, "type": type,
            "status": status,
        }  # fmt: skip
        fields: dict[str, str | bool | tuple[str, ...]] = {
            name: arguments.text(value, name) for name, value in texts.items() if value is not None
        }
        if machine_translated is not None:
            fields["machine_translated"] = arguments.yes_or_no(machine_translated, "machine_translated")
        if tags is not None:
            fields["tags"] = arguments.texts(tags, "tags")
        chosen = arguments.plan_ids(plans)
        others = {"add_tags": add_tags, "remove_tags": remove_tags, "join": join, "leave": leave}
        lists = {name: arguments.texts(values, name) for name, values in others.items()}
        changed = [*fields, *(name for name, values in lists.items() if values)]
        with recorded(self.backend, f"edit {', '.join(changed)}", ", ".join(chosen)):
            edit = edit_plans(
                self.backend, lambda: self.encoder, chosen, fields,
                add_tags=lists["add_tags"], remove_tags=lists["remove_tags"], join=lists["join"],
                leave=lists["leave"], progress=progress,
            )  # fmt: skip
        record_edit(self.backend, edit)
        return edit

    def undo_edit(self, edit: Edit | None = None, progress: Progress = no_progress) -> list[str]:
        """Take back ``edit``, by default the last one; ids of plans changed since, which stay as they are.

        Raises LibraryError where there is no edit to undo.
        """
        from indexer.library.editing import last_edit, record_edit, undo_edit

        if edit is not None and not isinstance(edit, Edit):
            raise TypeError(f"edit must be an Edit, not {type(edit).__name__}")
        taken = edit or last_edit(self.backend)
        with recorded(self.backend, "undo an edit", ", ".join(taken.changed)):
            kept = undo_edit(self.backend, lambda: self.encoder, taken, progress)
        record_edit(self.backend, Edit())
        return kept

    # -- collections ---------------------------------------------------------------------------

    def collections(self) -> dict[str, tuple[str, ...]]:
        """The ids of the plans of each collection, by its name."""
        from indexer.library.collections import list_collections

        return list_collections(self.backend)

    def set_collection(self, name: str, plans: str | Iterable[str] = ()) -> None:
        """Make a collection of these plans, in place of the one with this name. Raises LibraryError, UnknownPlanError.

        ``edit`` with ``join`` and ``leave`` puts plans into one and takes them out.
        """
        from indexer.library.collections import set_collection

        set_collection(self.backend, arguments.text(name, "name"), arguments.plan_ids(plans))

    def rename_collection(self, name: str, new: str) -> None:
        """Give a collection another name. Raises LibraryError for one that is taken, or where there is none."""
        from indexer.library.collections import rename_collection

        rename_collection(self.backend, arguments.text(name, "name"), arguments.text(new, "new"))

    def delete_collection(self, name: str) -> tuple[str, ...]:
        """Delete a collection, whose plans stay; their ids. Raises LibraryError where there is none."""
        from indexer.library.collections import delete_collection

        return delete_collection(self.backend, arguments.text(name, "name"))

    def rename(self, plan_id: str, new_id: str) -> None:
        """Give a plan another short name. Raises UnknownPlanError, and LibraryError for one that is taken."""
        from indexer.library.editing import rename_plan

        with recorded(
            self.backend, f"rename to {arguments.text(new_id, 'new_id')}", arguments.text(plan_id, "plan_id")
        ):
            rename_plan(self.backend, plan_id, new_id)

    def rebuild(self, model: str | None = None, progress: Progress = no_progress) -> None:
        """Chunk and embed every plan again from the text in the library, with ``model`` if given.

        One transaction: until it is done the library answers as before. Raises ModelError.
        """
        self.person.require(Action.ADMINISTER)
        encoder = load_encoder(arguments.text(model, "model"), notify=self._notify) if model else self.encoder
        with recorded(self.backend, "rebuild", encoder.fingerprint):
            embed_all(self.backend, encoder, progress)
        self._encoder = encoder

    # -- its history ---------------------------------------------------------------------------

    def removed(self) -> list[Version]:
        """Removed plans that can be restored, in their last version; the latest removal first."""
        return self.backend.removed()

    def versions(self, plan_id: str) -> list[Version]:
        """All versions of a plan, there or removed, the oldest first. Raises UnknownPlanError."""
        return self.backend.versions(arguments.text(plan_id, "plan_id"))

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
        self,
        question: str,
        *,
        plans: str | Iterable[str] | None = None,
        section: str | None = None,
        shared: bool = False,
    ) -> SavedQuestion:
        """Save a question with the quotes that answer it now; saved again, it takes the new answer.

        It is the person's own, or with ``shared`` one of all. Raises QuestionError, UnknownPlanError, RightsError.
        """
        from indexer.library.versions import save_answer

        scope = self._scope(plans, section)
        answer = self.ask(question, plans=scope.plans, section=scope.section)
        return save_answer(self.backend, answer, scope, "" if shared else self.backend.owner)

    def forget_question(self, saved_id: int) -> bool:
        """Delete a saved question; False when there is none with this id."""
        return self.backend.forget_question(arguments.whole_number(saved_id, "saved_id"))

    def changed_answers(self, plan_id: str | None = None) -> list[ChangedAnswer]:
        """Saved questions whose answers, in one plan if given, differ from those they were saved with."""
        from indexer.library.versions import compare_answers

        return compare_answers(self.saved(), {info.id for info in self.plans()}, self.ask, plan_id)

    def recheck(self) -> list[Alert]:
        """Ask the saved questions again if plans have changed since; the alerts that this makes, each returned once.

        They are those of all people. Raises LibraryError, LibraryBusyError.
        """
        from indexer.library.rechecking import recheck
        from indexer.storage.disk import WAIT

        return list(recheck(self, WAIT))

    def alerts(self) -> list[Alert]:
        """What changes of plans did to answers to saved questions, of one's own and of all; the latest first.

        Raises LibraryError.
        """
        from indexer.library.alerts import read_alerts

        return read_alerts(self.backend)

    def briefs(self) -> list[Brief]:
        """All briefs, in the order in which they were made. Raises LibraryError."""
        from indexer.library.briefs import read_briefs

        return read_briefs(self.backend)

    def quote(
        self, plan_id: str, start: int, end: int, *, brief: str = "Brief", note: str = "", tags: Iterable[str] = ()
    ) -> Brief:
        """Put the quote ``plan.text[start:end]`` at the end of a brief, which is made if there is none.

        Raises UnknownPlanError, LibraryError, LibraryBusyError.
        """
        from indexer.library.briefs import add_items, change_brief, take

        arguments.whole_number(start, "start")
        item = take(self.plan(plan_id), start, arguments.whole_number(end, "end"), note=note, tags=tuple(tags))
        changed = change_brief(self.backend, arguments.text(brief, "brief"), lambda known: add_items(known, [item]))
        assert changed is not None
        return changed

    # -- its words -----------------------------------------------------------------------------

    def glossary(self) -> list[GlossaryEntry]:
        """The office's other names for things. Raises SourceError when its file was damaged."""
        from indexer.asking.glossary import read_glossary

        return read_glossary(self.backend)

    def set_glossary(self, entries: Iterable[GlossaryEntry]) -> None:
        """Replace the glossary by ``entries``; those with one preferred name are joined. Raises LibraryError."""
        from indexer.asking.glossary import write_glossary

        self.person.require(Action.EDIT)
        write_glossary(self.backend, entries)

    def suggest(self, prefix: str, top_k: int = 8) -> list[str]:
        """Names, headings, indicators, Chinese phrases and earlier questions that ``prefix`` may go on to."""
        from indexer.library.suggesting import suggest, suggestions

        return suggest(arguments.text(prefix, "prefix"), suggestions(self.backend), arguments.count(top_k, "top_k"))

    # -- asking it -----------------------------------------------------------------------------

    def search(
        self,
        query: str,
        top_k: int = 10,
        *,
        plans: str | Iterable[str] | None = None,
        section: str | None = None,
        year: int | None = None,
        filter: Filter | None = None,
    ) -> Results[Hit]:
        """The ``top_k`` best passages for ``query``, best first, in the order that ``ask`` ranks them.

        ``plans`` are the ids of the plans to search, ``section`` words of a section's heading, ``year`` the
        year that a plan is dated, ``filter`` what else they are. Raises QuestionError, also where no plan is meant,
        and UnknownPlanError.
        """
        return Results(self._ask(arguments.text(query, "query"), self._scope(plans, section, year, filter), top_k).hits)

    def ask(
        self,
        question: str,
        *,
        plans: str | Iterable[str] | None = None,
        section: str | None = None,
        year: int | None = None,
        filter: Filter | None = None,
        top_k: int = 10,
        every: bool = False,
        after: str | None = None,
        narrow: bool = True,
    ) -> Answer:
        """Answer a question in the plans' own sentences, cited, with the ``top_k`` best passages.

        A question for a plural ("what are the rules", "list all …") is answered by every sentence that answers, of
        every plan, and so is any other, or a bare topic, with ``every``; then the passages are all that hold one. A
        follow-up ("and by 2025?") is read with the question ``after`` which it comes. The scope is as in ``search``;
        the plans that a question names do not ``narrow`` it where that is False.
        Raises QuestionError, UnknownPlanError.
        """
        return self._ask(
            arguments.text(question, "question"),
            self._scope(plans, section, year, filter, narrow=narrow),
            top_k,
            every=every,
            after=arguments.optional_text(after, "after") or "",
        )

    def certify_absence(
        self,
        question: str,
        *,
        plans: str | Iterable[str] | None = None,
        section: str | None = None,
        filter: Filter | None = None,
    ) -> Absence:
        """The certificate that no passage answers. Raises QuestionError when one does, or none can be asked."""
        from indexer.library.absence import certify_absence

        answer = self.ask(question, plans=plans, section=section, filter=filter)
        chosen = answer.named or self._scope(plans, section, filter=filter).plans
        # names of plans that the filter leaves out lead nowhere
        searched = [info for info in self.plans() if answer.searched and (not chosen or info.id in chosen)]
        reader = self.reader.fingerprint if self.reader else ""
        return certify_absence(answer, searched, section or "", self.backend.model, reader)

    def compare(self, question: str, plans: Iterable[str] | None = None, *, filter: Filter | None = None) -> Comparison:
        """Ask each of two or more plans by itself. Raises QuestionError, UnknownPlanError."""
        from indexer.comparing.grid import compare

        chosen = self._chosen(plans, filter)
        if chosen is None:
            chosen = tuple(info.id for info in self.backend.plans())
        return compare(self.backend, self._ready(), arguments.text(question, "question"), chosen, self.reader)

    def compare_many(self, questions: Sequence[str], plans: Iterable[str]) -> Iterator[tuple[int, Cell]]:
        """(index of the question, cell) as each is done, question by question; closing it stops the work.

        Raises QuestionError, UnknownPlanError.
        """
        from indexer.comparing.grid import compare_many

        asked = [arguments.text(question, "questions") for question in questions]
        return compare_many(self.backend, self._ready(), asked, arguments.plan_ids(plans), self.reader)

    def similar(self, plan: str, start: int, other: str, top_k: int = 5) -> list[Counterpart]:
        """Passages of ``other`` like the one of ``plan`` at the offset ``start``, mutual nearest first.

        Raises QuestionError for an offset outside the plan, UnknownPlanError.
        """
        from indexer.comparing.counterparts import similar

        one, two = arguments.text(plan, "plan"), arguments.text(other, "other")
        place, most = arguments.whole_number(start, "start"), arguments.count(top_k, "top_k")
        return similar(self.backend, self._ready(), one, place, two, most)

    def unique_content(self, plans: Iterable[str], of: str | None = None) -> UniqueContent:
        """What only one of two or more plans says, and what most share; with ``of`` what this one of them alone says.

        Raises QuestionError, UnknownPlanError.
        """
        from indexer.comparing.unique import unique_content

        seen_from = None if of is None else arguments.text(of, "of")
        return unique_content(self.backend, self._ready(), arguments.plan_ids(plans), seen_from)

    def align_sections(self, one: str, other: str) -> list[SectionPair]:
        """The two plans' section trees matched, in the order of ``one``. Raises UnknownPlanError."""
        from indexer.comparing.sections import align_sections

        return align_sections(self.backend, self._ready(), arguments.text(one, "one"), arguments.text(other, "other"))

    def _ask(self, asked: str, scope: Scope, top_k: int, *, every: bool = False, after: str = "") -> Answer:
        from indexer.asking.answering import ask

        listed = arguments.count(top_k, "top_k")
        return ask(self.backend, self._ready(), asked, scope, listed, self.reader, every=every, after=after)

    def _scope(
        self,
        plans: str | Iterable[str] | None,
        section: str | None,
        year: int | None = None,
        filter: Filter | None = None,
        *,
        narrow: bool = True,
    ) -> Scope:
        if year is not None:
            filter = replace(filter or Filter(), year=(str(arguments.whole_number(year, "year")),))
        within = arguments.optional_text(section, "section")
        named = arguments.plan_ids(plans) if plans is not None else ()
        chosen = self._chosen(named or None, filter)
        if chosen is None and not narrow:
            chosen = tuple(info.id for info in self.backend.plans())
        return Scope(chosen, within, narrowable=narrow and not named)

    def _chosen(self, plans: str | Iterable[str] | None, filter: Filter | None) -> tuple[str, ...] | None:
        """Ids of the plans that are meant; None for all."""
        from indexer.library.filtering import chosen_ids

        named = None if plans is None else arguments.plan_ids(plans)
        wanted = arguments.plan_filter(filter)
        if not wanted.chosen:
            return named
        return chosen_ids(self.backend.plans(), self.backend.collections(), named, wanted)

    def _ready(self) -> Encoder:
        """The encoder, with a cache of what it embedded: half of a question's cost. Indexes load meanwhile."""
        from indexer.encoding.caching import CachingEncoder

        encoder = self.encoder
        self.backend.prepare()
        if self._caching is None or self._caching.fingerprint != encoder.fingerprint:
            self._caching = CachingEncoder(encoder)
        return self._caching
